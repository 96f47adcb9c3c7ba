"""Which fields of the graph each key asks for, by day, so that a field can be taken away knowing who would miss it."""

from collections.abc import Mapping
from datetime import date

from asyncpg import Connection, Record
from sqlalchemy import BigInteger, Column, Date, PrimaryKeyConstraint, Table, Text

from db.tables import metadata

# How long it is kept: a little over a year, for what is asked once a year.
KEPT_DAYS = 400

field_usage = Table(
    "field_usage",
    metadata,
    Column("field", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("operations", BigInteger, nullable=False),
    PrimaryKeyConstraint("field", "account", "day"),
)


async def add(connection: Connection, day: date, counts: Mapping[tuple[str, str], int]) -> None:
    """Add to how many operations asked for a field, by account and field."""
    # In one order, so that two processes do not wait for each other.
    keys = sorted(counts)
    await connection.execute(
        """
        INSERT INTO field_usage (account, field, day, operations)
        SELECT account, field, $1, operations FROM unnest($2::text[], $3::text[], $4::bigint[])
            AS counted (account, field, operations)
        ON CONFLICT (field, account, day) DO UPDATE SET operations = field_usage.operations + excluded.operations
        """,
        day, [account for account, _ in keys], [field for _, field in keys], [counts[key] for key in keys],
    )  # fmt: skip
    await connection.execute("DELETE FROM field_usage WHERE day < $1::date - $2::int", day, KEPT_DAYS)


async def listed(connection: Connection, since: date) -> list[Record]:
    """Of each field and account: how many operations asked for it since a day, and when last; by field."""
    rows: list[Record] = await connection.fetch(
        "SELECT field, account, sum(operations)::bigint AS operations, max(day) AS last FROM field_usage"
        " WHERE day >= $1 GROUP BY field, account ORDER BY field, operations DESC, account",
        since,
    )
    return rows
