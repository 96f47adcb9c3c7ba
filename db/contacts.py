"""How people can be reached: citizens who asked for something, and members. None of it is in the change log."""

from asyncpg import Connection, Record
from sqlalchemy import Column, Date, DateTime, Index, Text, UniqueConstraint

from db.tables import own, tenant_table

# `receipt` is the digest of what the citizen was given to speak again by; `client` that of where the request came from.
citizen_contact = tenant_table(
    "citizen_contact",
    *own("result", "result", ondelete="CASCADE"),
    Column("contact", Text),
    Column("receipt", Text),
    Column("client", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("district", "result_id"),
    Index("citizen_contact_client_idx", "client", "at"),
    Index("citizen_contact_receipt_idx", "receipt"),
)


# `born_on` may say no more than the year, as its first day.
member_contact = tenant_table(
    "member_contact",
    *own("member", "member", nullable=False, ondelete="CASCADE"),
    Column("phone", Text),
    Column("email", Text),
    Column("born_on", Date),
    UniqueConstraint("district", "member_id"),
)


async def count_since(connection: Connection, client: str, at: object) -> int:
    """How often somebody wrote from one place since a time."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM citizen_contact WHERE client = $1 AND at >= $2", client, at
    )
    return count


async def asked_with(connection: Connection, receipt: str) -> Record | None:
    """The request that the digest of a receipt belongs to."""
    return await connection.fetchrow(
        "SELECT r.district, r.id, r.title, r.status::text, r.raised_at, r.rating FROM citizen_contact c"
        " JOIN result r ON (r.district, r.id) = (c.district, c.result_id) WHERE c.receipt = $1",
        receipt,
    )


async def steps_of(connection: Connection, district: str, id_: int) -> list[Record]:
    """The handling of a request so far, oldest first."""
    rows: list[Record] = await connection.fetch(
        "SELECT stage::text, at, note FROM result_step WHERE (district, result_id) = ($1, $2)"
        " ORDER BY at, id LIMIT 100",
        district, id_,
    )  # fmt: skip
    return rows
