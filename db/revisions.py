"""Which state of the tables this program needs, and which one a database has, without what it takes to migrate."""

import re
from functools import cache
from pathlib import Path

import asyncpg

# The newest migration; a test holds the two equal.
NEEDED = "d2b6f0387ce4"


MIGRATIONS = Path(__file__).with_name("migrations") / "versions"
REVISION = re.compile(r"""^revision = ["'](.+)["']$""", re.MULTILINE)


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


@cache
def earlier() -> frozenset[str]:
    """The revisions before the one this program needs."""
    texts = (file.read_text(encoding="utf-8") for file in MIGRATIONS.glob("*.py"))
    return frozenset(each for text in texts for each in REVISION.findall(text)) - {NEEDED}


def is_enough(found: str | None) -> bool:
    """Whether a database at this revision has the tables this program needs.

    A revision that this program does not know is that of a later one, which only adds to the tables what an earlier one
    can do without, so that servers of both may run while one takes the other's place.
    """
    return found is not None and found not in earlier()
