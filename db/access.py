"""Keys by which programs are known: whose they are, and where they may write. Only a key's digest is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from asyncpg import Connection, Record, UniqueViolationError
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.tables import id_column, metadata

PREFIX = "yz_"
# Under these names the change log has what was written without a key.
RESERVED = {"anonymous", "operator", "public"}

# `districts` are codes; that of a city or a province stands for all below it as well.
access_key = Table(
    "access_key",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("districts", ARRAY(Text), nullable=False),
    Column("may_write", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    # Points a minute, where it has not as many as others.
    Column("budget", Integer),
    # The application to whose trusted documents it is bound.
    Column("documents_app", Text),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("name"),
    UniqueConstraint("digest"),
    CheckConstraint("budget > 0", "budget_is_positive"),
)


class KeyNameTaken(ValueError):
    """A key of this name was issued before; names are what the change log tells writers apart by."""


def digest(key: str) -> str:
    """What is kept of a key. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def issue(
    connection: Connection, name: str, districts: Sequence[str], *, may_write: bool, expires_at: datetime | None = None
) -> str:
    """A new key, which is shown this once and never again."""
    if name in RESERVED:
        raise KeyNameTaken(f"{name} stands for those without a key; call this one otherwise.")
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        await connection.execute(
            "INSERT INTO access_key (name, digest, districts, may_write, expires_at) VALUES ($1, $2, $3, $4, $5)",
            name, digest(key), list(districts), may_write, expires_at,
        )  # fmt: skip
    except UniqueViolationError:
        raise KeyNameTaken(f"There is a key called {name} already; call this one otherwise.") from None
    return key


async def revoke(connection: Connection, name: str) -> bool:
    """End a key; false when there is no such key, or it had ended before."""
    statement = "UPDATE access_key SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL"
    done: str = await connection.execute(statement, name)
    return done == "UPDATE 1"


async def set_budget(connection: Connection, name: str, points: int | None) -> bool:
    """Say how many points a minute a key has, as many as others when None; false when there is no such key."""
    done: str = await connection.execute("UPDATE access_key SET budget = $2 WHERE name = $1", name, points)
    return done == "UPDATE 1"


async def pin(connection: Connection, name: str, app: str | None) -> bool:
    """Bind a key to an application's documents, to none when None; false when there is no such key."""
    done: str = await connection.execute("UPDATE access_key SET documents_app = $2 WHERE name = $1", name, app)
    return done == "UPDATE 1"


async def listed(connection: Connection) -> list[Record]:
    """All keys, oldest first."""
    rows: list[Record] = await connection.fetch("SELECT * FROM access_key ORDER BY id")
    return rows


async def holder(connection: Connection, key: str) -> Record | None:
    """The row of a key that holds now."""
    return await connection.fetchrow(
        "SELECT name, districts, may_write, budget, documents_app FROM access_key"
        " WHERE digest = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
        digest(key),
    )
