"""Budgets: how many points each account has left, one row for each, shared by all server processes.

An account is a key, or the address of those without one. It has so many points a minute, and never more than those of
one minute at once. The table is not logged: what it holds is forgotten within a minute anyway, and a crash that empties
it gives everybody one minute's points once; in exchange, taking points waits for no disk.
"""

from dataclasses import dataclass

from asyncpg import Connection
from sqlalchemy import Column, DateTime, Double, PrimaryKeyConstraint, Table, Text

from db.tables import metadata

budget = Table(
    "budget",
    metadata,
    Column("account", Text, nullable=False),
    Column("remaining", Double, nullable=False),
    Column("granted", Double, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account"),
    prefixes=["UNLOGGED"],
)

# What has come back since the row was last written is added, up to the limit; then either as much as is wanted is
# taken, or what there is of it, or nothing when it is less than needed. Whoever comes second waits for the row.
_TAKE = """
WITH asked AS (
    SELECT $2::float8 AS most, $3::float8 AS a_second, $4::float8 AS needed, $5::float8 AS wanted
)
INSERT INTO budget AS had (account, remaining, granted, at)
SELECT $1, most - taken, taken, clock_timestamp()
FROM asked, LATERAL (SELECT CASE WHEN most >= needed THEN least(most, wanted) ELSE 0 END AS taken) AS first
ON CONFLICT (account) DO UPDATE SET (remaining, granted, at) = (
    SELECT free - taken, taken, moment
    FROM asked,
        LATERAL (SELECT greatest(clock_timestamp(), had.at) AS moment) AS now,
        LATERAL (
            SELECT least(most, had.remaining + a_second * extract(epoch FROM moment - had.at)::float8) AS free
        ) AS there,
        LATERAL (SELECT CASE WHEN free >= needed THEN least(free, wanted) ELSE 0 END AS taken) AS taking
)
RETURNING granted, remaining
"""


@dataclass(frozen=True)
class Taken:
    """How many points were taken, and how many are left."""

    granted: float
    remaining: float


async def take(connection: Connection, account: str, limit: float, needed: float, wanted: float) -> Taken:
    """Take `wanted` points of an account that has at most `limit`, and as many come back in a minute.

    Fewer are taken when there are fewer, and none when there are fewer than `needed`.
    """
    row = await connection.fetchrow(_TAKE, account, limit, limit / 60, needed, max(needed, wanted))
    return Taken(row["granted"], row["remaining"])


async def forget(connection: Connection) -> None:
    """Drop the accounts that have all their points again."""
    await connection.execute("DELETE FROM budget WHERE at < clock_timestamp() - interval '2 minutes'")
