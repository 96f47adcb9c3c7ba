"""The change log: one entry for each write, in one order for the whole installation, never changed afterwards.

An entry takes the next position while its transaction commits, so positions have no gaps and come in the order in which
their changes can be seen: whoever has read up to a position misses nothing by going on after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import Connection
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from db.enums import ChangeAction, ChangeType, Visibility
from db.tables import enum_column, metadata, who_sees

CHANNEL = "yizhan_changes"
"""PostgreSQL notifies those who listen here of each new position."""

# The last position that was given, in its one row. Whoever takes the next one holds the row until the end of its
# transaction, which is why it is taken last.
change_head = Table(
    "change_head",
    metadata,
    Column("id", SmallInteger, nullable=False, server_default=text("1"), autoincrement=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
)

# What codes are signed with that this installation gives out, in its one row.
installation = Table(
    "installation",
    metadata,
    Column("id", SmallInteger, nullable=False, server_default=text("1"), autoincrement=False),
    Column("secret", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="one_row"),
)

# `places` are the areas and platforms the changed rows belong to, with all above them; `answer` is what the writer was
# told, for when it asks again with the same key.
change = Table(
    "change",
    metadata,
    Column("district", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("mutation", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("places", ARRAY(BigInteger), nullable=False),
    Column("idempotency_key", Text),
    Column("input_digest", Text),
    Column("answer", JSONB),
    PrimaryKeyConstraint("district", "position"),
    Index("change_position_idx", "position"),
    Index("change_at_idx", "at", "position"),
    Index("change_author_idx", "author", "position"),
    Index("change_mutation_idx", "mutation", "position"),
    Index("change_places_idx", "places", postgresql_using="gin"),
    Index("change_key_idx", "author", "idempotency_key", postgresql_where=text("idempotency_key IS NOT NULL")),
)

changed_row = Table(
    "changed_row",
    metadata,
    Column("district", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    enum_column("type", ChangeType),
    enum_column("action", ChangeAction),
    # The row itself, or the one a link belongs to.
    Column("row_district", Text),
    Column("row_id", BigInteger),
    Column("node_id", Text),
    Column("before", JSONB),
    Column("after", JSONB),
    # Who saw the row then, and which rows are told of here: where one of these is hidden now, so is the line.
    *who_sees(),
    Column("parts", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("district", "position", "number"),
    ForeignKeyConstraint(["district", "position"], ["change.district", "change.position"]),
    CheckConstraint("num_nonnulls(before, after) >= 1", name="something_was_there"),
    Index("changed_row_row_idx", "row_id", "position"),
)


@dataclass(frozen=True)
class ChangedRow:
    """A row before and after, as JSON texts; null before it was made and after it was deleted."""

    type: str
    action: str
    row_district: str | None
    row_id: int | None
    node_id: str | None
    before: str | None
    after: str | None
    visibility: str = Visibility.PUBLIC
    shared_with: Sequence[str] = ()
    parts: Sequence[int] = ()


@dataclass(frozen=True)
class Entry:
    """What one write changed, and by whom it was made."""

    district: str
    at: datetime
    author: str
    mutation: str
    places: Sequence[int]
    rows: Sequence[ChangedRow]
    idempotency_key: str | None = None
    input_digest: str | None = None
    answer: str | None = None


_APPEND = f"""
    WITH head AS (UPDATE change_head SET position = position + 1 RETURNING position),
    entry AS (
        INSERT INTO change (district, position, at, author, mutation, types, places,
                            idempotency_key, input_digest, answer)
        SELECT $1, head.position, $2, $3, $4, $5, $6, $7, $8, $9::jsonb FROM head
    ),
    added AS (
        INSERT INTO changed_row (district, position, number, type, action, row_district, row_id, node_id, before, after,
                                 visibility, shared_with, parts)
        SELECT $1, head.position, row_number() OVER (), r.type::change_type, r.action::change_action,
               r.row_district, r.row_id, r.node_id, r.before::jsonb, r.after::jsonb,
               r.visibility::visibility, r.shared_with::text[], r.parts::bigint[]
        FROM head, unnest($10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::text[], $16::text[],
                          $17::text[], $18::text[], $19::text[])
            AS r (type, action, row_district, row_id, node_id, before, after, visibility, shared_with, parts)
    )
    SELECT position, pg_notify('{CHANNEL}', position::text) FROM head
"""  # noqa: S608


async def append(connection: Connection, entry: Entry) -> int:
    """Write an entry as the last thing its transaction does; gives its position."""
    rows = entry.rows
    position: int = await connection.fetchval(
        _APPEND,
        entry.district,
        entry.at,
        entry.author,
        entry.mutation,
        sorted({row.type for row in rows}),
        sorted(entry.places),
        entry.idempotency_key,
        entry.input_digest,
        entry.answer,
        [row.type for row in rows],
        [row.action for row in rows],
        [row.row_district for row in rows],
        [row.row_id for row in rows],
        [row.node_id for row in rows],
        [row.before for row in rows],
        [row.after for row in rows],
        [row.visibility for row in rows],
        # An array of arrays of any length has to be one of texts.
        [f"{{{','.join(row.shared_with)}}}" for row in rows],
        [f"{{{','.join(map(str, row.parts))}}}" for row in rows],
    )
    return position


async def last_position(connection: Connection) -> int:
    """The position of the newest entry; 0 when there is none."""
    position: int = await connection.fetchval("SELECT position FROM change_head")
    return position


@dataclass(frozen=True)
class Heading:
    """What tells whether an entry concerns a subscriber."""

    position: int
    types: frozenset[str]
    places: frozenset[int]


async def headings_after(connection: Connection, position: int, limit: int) -> list[Heading]:
    """The headings of the entries after a position, oldest first, at most so many."""
    rows = await connection.fetch(
        "SELECT position, types, places FROM change WHERE position > $1 ORDER BY position LIMIT $2", position, limit
    )
    return [Heading(row["position"], frozenset(row["types"]), frozenset(row["places"])) for row in rows]


async def answered(connection: Connection, author: str, key: str) -> Any:
    """What an author was told when the key was used first, as a row; null when it was not.

    Another transaction that uses the same key is waited for.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", f"{author}/{key}")
    return await connection.fetchrow(
        "SELECT position, mutation, input_digest, answer FROM change WHERE (author, idempotency_key) = ($1, $2)",
        author, key,
    )  # fmt: skip


async def signing_secret(connection: Connection) -> str:
    """What this installation signs its codes with."""
    secret: str = await connection.fetchval("SELECT secret FROM installation")
    return secret
