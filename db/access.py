"""Keys by which programs are known: whose they are, what they see and where they may write. Only digests are kept."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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

from db.enums import ViewerKind
from db.tables import enum_column, flag, id_column, metadata

PREFIX = "yz_"
CHANNEL = "yizhan_keys"
"""PostgreSQL notifies those who listen here of each key that was revoked or replaced."""
# Under these names the change log has what was written without a key.
RESERVED = {"anonymous", "operator", "public"}
PEOPLE = "token:"
"""So begin the names of those who write with a token; the rest is what its issuer calls them."""

# `districts` are codes; that of a city or a province stands for all below it as well.
access_key = Table(
    "access_key",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("districts", ARRAY(Text), nullable=False),
    Column("may_write", Boolean, nullable=False),
    enum_column("kind", ViewerKind, default=ViewerKind.DISTRICT_STAFF),
    # The district, city or province whose app it is: what is shared with it is seen.
    Column("partner", Text),
    # The concepts it is limited to, all when null, and whether it is shown how people can be reached.
    Column("modules", ARRAY(Text)),
    flag("is_personal"),
    Column("last_used_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    # Points a minute, where it has not as many as others.
    Column("budget", Integer),
    # The application to whose trusted documents it is bound.
    Column("documents_app", Text),
    # The key that this one replaced, for as long as it still holds.
    Column("earlier_digest", Text),
    Column("earlier_until", DateTime(timezone=True)),
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


@dataclass(frozen=True)
class Terms:
    """What a key is for: as what its holder asks, where they write and whose internal rows they see, and the rest."""

    kind: ViewerKind
    districts: Sequence[str] = ()
    may_write: bool = False
    partner: str | None = None
    modules: Sequence[str] | None = None
    is_personal: bool = False
    expires_at: datetime | None = None
    # Points a minute, and the application to whose trusted documents it is bound, where these were said.
    budget: int | None = None
    documents: str | None = None


async def issue(connection: Connection, name: str, terms: Terms) -> str:
    """A new key, which is shown this once and never again."""
    if name in RESERVED:
        raise KeyNameTaken(f"{name} stands for those without a key; call this one otherwise.")
    if name.startswith(PEOPLE):
        raise KeyNameTaken(f"Names that begin with {PEOPLE} are those of people with a token; call this one otherwise.")
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        await connection.execute(
            "INSERT INTO access_key (name, digest, kind, districts, may_write, partner, modules, is_personal,"
            " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            name, digest(key), terms.kind, list(terms.districts), terms.may_write, terms.partner, terms.modules,
            terms.is_personal, terms.expires_at,
        )  # fmt: skip
    except UniqueViolationError:
        raise KeyNameTaken(f"There is a key called {name} already; call this one otherwise.") from None
    return key


async def rotate(connection: Connection, name: str, overlap: timedelta) -> str | None:
    """A new key on the same terms and under the same name; the present one holds for `overlap` longer.

    Null when no key of this name holds. An earlier one that still overlaps ends now: two are enough.
    """
    key = PREFIX + secrets.token_urlsafe(32)
    replaced = """
        digest = $2, earlier_digest = digest, earlier_until = now() + $3
        WHERE name = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    """
    return key if await _changed(connection, replaced, name, digest(key), overlap) else None


async def revoke(connection: Connection, name: str) -> bool:
    """End a key; false when there is no such key, or it had ended before."""
    return await _changed(connection, "revoked_at = now() WHERE name = $1 AND revoked_at IS NULL", name)


async def set_budget(connection: Connection, name: str, points: int | None) -> bool:
    """Say how many points a minute a key has, as many as others when None; false when there is no such key."""
    return await _changed(connection, "budget = $2 WHERE name = $1", name, points)


async def pin(connection: Connection, name: str, app: str | None) -> bool:
    """Bind a key to an application's documents, to none when None; false when there is no such key."""
    return await _changed(connection, "documents_app = $2 WHERE name = $1", name, app)


async def _changed(connection: Connection, change: str, name: str, *values: object) -> bool:
    """Change a key and have every process look it up anew; false when there was none to change."""
    done: str = await connection.execute(f"UPDATE access_key SET {change}", name, *values)  # noqa: S608
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, name)
    return done == "UPDATE 1"


async def listed(connection: Connection) -> list[Record]:
    """All keys, oldest first."""
    rows: list[Record] = await connection.fetch("SELECT * FROM access_key ORDER BY id")
    return rows


# The codes of all districts, cities and provinces that a list of codes stands for.
_REACH = """ARRAY(
    SELECT own FROM unnest({0}) own
    UNION SELECT a.code FROM area a, unnest({0}) own
    WHERE a.valid_to IS NULL AND a.level IN ('PROVINCE', 'CITY', 'DISTRICT') AND starts_with(a.code, own)
)"""
_HOLDER = f"""
    SELECT k.*, {_REACH.format("k.districts")} AS reach FROM access_key k
    WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
"""  # noqa: S608


async def holder(connection: Connection, key: str) -> Record | None:
    """The row of a key that holds now; `reach` are the codes of all districts, cities and provinces it is for."""
    is_this = "AND (k.digest = $1 OR (k.earlier_digest = $1 AND k.earlier_until > now()))"
    return await connection.fetchrow(_HOLDER + is_this, digest(key))


async def holder_with_id(connection: Connection, id: int) -> Record | None:
    """The same by the number of a key's row, for what is done in the key's name."""
    return await connection.fetchrow(_HOLDER + "AND k.id = $1", id)


async def id_of(connection: Connection, name: str) -> int | None:
    """The number of the row of a key that holds now, by its name."""
    row = await connection.fetchrow(_HOLDER + "AND k.name = $1", name)
    return None if row is None else int(row["id"])


async def reach_of(connection: Connection, districts: Sequence[str]) -> list[str]:
    """The codes of all districts, cities and provinces that some codes stand for."""
    reach: list[str] = await connection.fetchval(f"SELECT {_REACH.format('$1::text[]')}", list(districts))
    return reach


def terms_in(row: Record) -> Terms:
    """What a key is for, as its row says."""
    return Terms(
        kind=ViewerKind[row["kind"]],
        districts=row["districts"],
        may_write=row["may_write"],
        partner=row["partner"],
        modules=row["modules"],
        is_personal=row["is_personal"],
        expires_at=row["expires_at"],
        budget=row["budget"],
        documents=row["documents_app"],
    )


async def note_use(connection: Connection, id: int) -> None:
    """Note that a key was used, to the minute."""
    await connection.execute(
        "UPDATE access_key SET last_used_at = now()"
        " WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
        id,
    )
