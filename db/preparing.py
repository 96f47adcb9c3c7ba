"""Making a database ready to serve: there, migrated, and filled with Hangzhou's network when it is empty."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import structlog

from db import embedded, revisions
from db.revisions import NotMigrated

if TYPE_CHECKING:
    from db.loading import Progress

log = structlog.get_logger()

# How many seconds may pass before a server that was killed is missed.
CHECK_EVERY = 1
HANGZHOU = Path(__file__).with_name("data") / "hangzhou"
# Two servers that start at once must not both fill the same database.
FILL_LOCK = 7_330_101


def database_dsn(server: str, name: str) -> str:
    """The DSN of the database `name` on the server that `server` leads to."""
    return urlsplit(server)._replace(path=f"/{name}").geturl()


async def prepare_embedded(server: str, *, with_sample: bool, progress: "Progress | None" = None) -> str:
    """Make the embedded server's own database ready and return its DSN; with and without sample data they are two."""
    name = "hangzhou_with_sample" if with_sample else "hangzhou"
    connection = await asyncpg.connect(server)
    try:
        # Whoever comes second finds the database made.
        with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
                await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    dsn = database_dsn(server, name)
    if not revisions.is_enough(await revisions.current(dsn)):
        from db.migrate import migrate

        await migrate(dsn)
    await fill(dsn, with_sample=with_sample, progress=progress)
    return dsn


async def keep_running(data: Path) -> None:
    """Start the embedded server of `data` again whenever it is gone, until cancelled: nobody else would."""
    while True:
        await asyncio.sleep(CHECK_EVERY)
        if not embedded.is_running(data):
            log.warning("the embedded PostgreSQL is gone and is started again", data=str(data))
            try:
                await asyncio.to_thread(embedded.start, data)
            except embedded.ServerNotStarted as error:
                log.error("the embedded PostgreSQL could not be started again", reason=str(error))


async def fill(dsn: str, *, with_sample: bool, progress: "Progress | None" = None) -> None:
    """Load Hangzhou's network into a database that has no areas, and the sample activity where there is none."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", FILL_LOCK)
        # Imported here because a start that finds all in place, which is nearly every start, should not wait for them.
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM area)"):
            from db.loading import load

            await load(connection, HANGZHOU, progress)
        if with_sample and not await connection.fetchval("SELECT EXISTS (SELECT FROM member WHERE is_sample)"):
            from db import sample

            await sample.add_sample(connection, progress)
    finally:
        await connection.close()


async def require_migrated(dsn: str) -> None:
    """Refuse a database that lacks tables of this program."""
    found = await revisions.current(dsn)
    if not revisions.is_enough(found):
        raise NotMigrated(
            f"The database is at revision {found or 'none'} and this program needs {revisions.NEEDED}. "
            "Run `python server.py migrate` with the same DATABASE_URL; it changes nothing until you do."
        )


async def readiness(dsn: str) -> tuple[bool, str]:
    """Whether the database answers and has this program's tables, and if not, why."""
    try:
        found = await asyncio.wait_for(revisions.current(dsn), 3)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False, "the database cannot be reached"
    if not revisions.is_enough(found):
        return False, f"the database is at revision {found or 'none'}, this program needs {revisions.NEEDED}"
    return True, "ready"
