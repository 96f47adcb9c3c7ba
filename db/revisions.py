"""Which state of the tables this program needs, and which one a database has, without what it takes to migrate."""

import asyncpg

# The newest migration; a test holds the two equal.
NEEDED = "d2b6f0387ce4"


class NotMigrated(Exception):
    """The tables are not those of this program, or could not be made so; the message says why and what to do."""


async def current(dsn: str) -> str | None:
    """The revision of a database; null when it was never migrated. Changes nothing."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()
