"""Trusted documents: those an application was built with, by the ids it sends instead of their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import Connection, Record
from sqlalchemy import Column, DateTime, PrimaryKeyConstraint, Table, Text, text

from db.tables import metadata

trusted_document = Table(
    "trusted_document",
    metadata,
    Column("app", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    PrimaryKeyConstraint("app", "id"),
)

# Of what is there, this changes with every change; nobody else writes meanwhile, so that times only grow.
State = tuple[int, datetime | None]
_ALONE = "LOCK TABLE trusted_document IN SHARE ROW EXCLUSIVE MODE"


class OtherDocument(ValueError):
    """An id is that of another document of another application."""


@dataclass(frozen=True)
class Loaded:
    """How many documents of a manifest are new, have another text than before, and are as before."""

    new: int
    changed: int
    unchanged: int


async def load(connection: Connection, app: str, documents: Mapping[str, str]) -> Loaded:
    """Put an application's documents in, by id, all of them or none; those it had before stay for older clients."""
    async with connection.transaction():
        await connection.execute(_ALONE)
        ids, texts = list(documents), list(documents.values())
        taken = await connection.fetch(
            "SELECT app, id FROM trusted_document JOIN unnest($2::text[], $3::text[]) AS given (id, text) USING (id)"
            " WHERE app <> $1 AND trusted_document.text <> given.text ORDER BY app, id",
            app, ids, texts,
        )  # fmt: skip
        if taken:
            told = ", ".join(f"{row['id']} of {row['app']}" for row in taken[:5])
            raise OtherDocument(f"These ids are those of other documents already: {told}. Ids are unique in all.")
        rows = await connection.fetch(
            "INSERT INTO trusted_document AS had (app, id, text)"
            " SELECT $1, given.id, given.text FROM unnest($2::text[], $3::text[]) AS given (id, text)"
            " ON CONFLICT (app, id) DO UPDATE SET text = excluded.text, added_at = clock_timestamp()"
            " WHERE had.text <> excluded.text RETURNING xmax = 0 AS is_new",
            app, ids, texts,
        )  # fmt: skip
    new = sum(row["is_new"] for row in rows)
    return Loaded(new, len(rows) - new, len(documents) - len(rows))


async def remove(connection: Connection, app: str, ids: Sequence[str] | None) -> int:
    """Take documents of an application out, all of them when no ids are given; how many there were."""
    async with connection.transaction():
        await connection.execute(_ALONE)
        done: str = await connection.execute(
            "DELETE FROM trusted_document WHERE app = $1 AND ($2::text[] IS NULL OR id = ANY ($2))", app, ids
        )
    return int(done.split()[-1])


async def listed(connection: Connection) -> list[Record]:
    """All documents, by application and id."""
    rows: list[Record] = await connection.fetch("SELECT * FROM trusted_document ORDER BY app, id")
    return rows


async def state(connection: Connection) -> State:
    """What differs whenever anything was put in, changed or taken out."""
    row = await connection.fetchrow("SELECT count(*) AS count, max(added_at) AS latest FROM trusted_document")
    return row["count"], row["latest"]
