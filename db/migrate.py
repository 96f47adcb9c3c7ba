"""Bringing a database's tables up to date: all pending migrations in one transaction, one process at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from db import (
    access,
    areas,
    budgets,
    changes,
    contacts,
    counters,
    discussions,
    events,
    figures,
    members,
    organizations,
    platforms,
    results,
    trusted,
    usages,
    webhooks,
)
from db.revisions import NotMigrated

# Importing them puts their tables into the metadata; a test finds a module that is missing here.
TABLE_MODULES = (
    access,
    areas,
    budgets,
    changes,
    contacts,
    counters,
    discussions,
    events,
    figures,
    members,
    organizations,
    platforms,
    results,
    trusted,
    usages,
    webhooks,
)

__all__ = ["NotMigrated", "Status", "configuration", "connect", "locked", "migrate", "status"]

OLDEST_MAJOR = 15

# Any number that other programs on the same server are unlikely to have chosen.
ADVISORY_LOCK = 7_301_554_120_981

# A migration that waits for a table makes all later readers of it wait as well, so it gives up soon; one that takes
# long should be written in steps.
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"

REASONS = {
    "42501": "This account lacks a right that is needed: make it the owner of the database, or let the owner migrate.",
    "0A000": "An extension is missing on the server: install PostgreSQL's contrib package there.",
    "40P01": "A writer and the migration waited for each other: migrate again.",
    "55P03": "A table is in use by a long transaction: migrate again when that has ended.",
    "57014": f"A statement took longer than {STATEMENT_TIMEOUT}, or another migration is running: try again later.",
}


@dataclass(frozen=True)
class Status:
    """Which revision a database has, which one the program wants, and the ones still to apply, oldest first."""

    current: str | None
    head: str
    pending: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return self.current == self.head


async def migrate(dsn: str, revision: str = "head") -> Status:
    """Apply the migrations up to `revision`, or undo those after it when it is `base`; returns where that led."""
    async with connect(dsn) as connection:
        major, minor = await connection.run_sync(_server_version)
        if major < OLDEST_MAJOR:
            raise NotMigrated(f"PostgreSQL {major}.{minor} is too old: {OLDEST_MAJOR} or newer is needed.")
        try:
            await connection.run_sync(_apply, revision)
        except DBAPIError as error:
            said = str(error.orig).partition(": ")[2] or str(error.orig)
            code = getattr(error.orig, "sqlstate", "") or ""
            raise NotMigrated(f"Nothing was migrated. {said}. {REASONS.get(code, '')}".strip()) from error
        return await connection.run_sync(_status)


async def status(dsn: str) -> Status:
    """How far the database is migrated; changes nothing."""
    async with connect(dsn) as connection:
        return await connection.run_sync(_status)


@asynccontextmanager
async def connect(dsn: str) -> AsyncIterator[AsyncConnection]:
    """One connection of SQLAlchemy's. asyncpg reads the DSN itself, so that it means the same as everywhere else."""

    async def connection() -> asyncpg.Connection:
        return await asyncpg.connect(dsn.replace("postgresql+asyncpg://", "postgresql://", 1))

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connection, poolclass=NullPool)
    try:
        async with engine.connect() as connected:
            yield connected
    finally:
        await engine.dispose()


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, which is in pyproject.toml, for work on `connection`."""
    config = Config(toml_file=Path(__file__).parents[1] / "pyproject.toml")
    config.attributes["connection"] = connection
    return config


def locked(connection: Connection, work: Callable[[], None]) -> None:
    """Do `work` while no other process migrates, within the time limits."""
    connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
    connection.execute(text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
    # Only now, so that a second migration waits for the first instead of giving up.
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()
    # The lock belongs to the connection and ends with it.
    work()
    connection.commit()


def _apply(connection: Connection, revision: str) -> None:
    move = command.downgrade if revision == "base" else command.upgrade
    locked(connection, lambda: move(configuration(connection), revision))


def _status(connection: Connection) -> Status:
    scripts = ScriptDirectory.from_config(configuration())
    current = MigrationContext.configure(connection).get_current_revision()
    head = scripts.get_current_head() or ""
    known = [script.revision for script in scripts.walk_revisions()][::-1]
    # A database that is ahead of this program has a revision it does not know, and nothing to apply.
    pending = known if current is None else known[known.index(current) + 1 :] if current in known else []
    return Status(current, head, tuple(pending))


def _server_version(connection: Connection) -> tuple[int, int]:
    number = connection.execute(text("SHOW server_version_num")).scalar_one()
    return divmod(int(number), 10_000)
