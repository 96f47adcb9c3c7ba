"""How people can be reached: citizens who asked for something, and members. None of it is in the change log."""

from asyncpg import Connection
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
