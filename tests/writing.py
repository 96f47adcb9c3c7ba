"""A process of eight writers that add, change and delete facts and sometimes think better of it; it ends when killed.

`python tests/writing.py DSN SEED SECONDS` prints how many transactions it committed. It is started by `test_counters`.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import asyncpg

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from db.counters import Keeping, keeping

WRITERS = 8
DISTRICTS = ("330109", "330114")
KINDS = ("HALL_SESSION", "RESEARCH", "SALON")
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)


class Regret(Exception):
    """A writer takes back what it wrote."""


async def some(kept: Keeping, table: str, district: str) -> int | None:
    """A row that several writers may want at once."""
    found: int | None = await kept.connection.fetchval(
        f"SELECT id FROM {table} WHERE district = $1 AND title = 'written' ORDER BY random() LIMIT 1", district
    )
    return found


async def write(kept: Keeping, random: Random) -> None:
    """One change at random."""
    connection, district = kept.connection, random.choice(DISTRICTS)
    moment = BEGINNING + timedelta(days=random.randrange(60))
    what = random.choice(("add", "add", "move", "delete", "raise", "adopt", "close", "attend"))
    if what == "add":
        id_ = await connection.fetchval(
            "INSERT INTO event (district, title, kind, status, starts_at, public_participants)"
            " VALUES ($1, 'written', $2, 'HELD', $3, $4) RETURNING id",
            district, random.choice(KINDS), moment, random.choice((None, 10)),
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO event_platform (district, event_id, starts_at, platform_district, platform_id)"
            " SELECT $1, $2, $3, district, id FROM platform WHERE district = $1 ORDER BY random() LIMIT 2",
            district, id_, moment,
        )  # fmt: skip
        kept.add("event", district, id_)
    elif what in ("move", "delete", "attend"):
        id_ = await some(kept, "event", district)
        if id_ is None:
            return
        await kept.touch("event", district, [id_])
        if what == "attend":
            starts_at = await connection.fetchval(
                "SELECT starts_at FROM event WHERE (district, id) = ($1, $2)", district, id_
            )
            if starts_at is not None:
                added = await connection.fetchval(
                    "INSERT INTO attendance (district, event_id, starts_at, state) VALUES ($1, $2, $3, 'REGISTERED')"
                    " RETURNING id", district, id_, starts_at,
                )  # fmt: skip
                kept.add("attendance", district, added)
            return
        rows = await connection.fetch("SELECT id FROM attendance WHERE (district, event_id) = ($1, $2)", district, id_)
        await kept.touch("attendance", district, [row["id"] for row in rows])
        if what == "delete":
            await connection.execute("DELETE FROM event WHERE (district, id) = ($1, $2)", district, id_)
        else:
            await connection.execute("UPDATE event SET starts_at = $3, kind = $4 WHERE (district, id) = ($1, $2)",
                                     district, id_, moment, random.choice(KINDS))  # fmt: skip
            for table in ("event_platform", "attendance"):
                await connection.execute(
                    f"UPDATE {table} SET starts_at = $3 WHERE (district, event_id) = ($1, $2)", district, id_, moment
                )
    elif what == "raise":
        id_ = await connection.fetchval(
            "INSERT INTO result (district, title, kind, status, raised_at)"
            " VALUES ($1, 'written', 'RECOMMENDATION', 'RAISED', $2) RETURNING id", district, moment,
        )  # fmt: skip
        kept.add("result", district, id_)
    else:
        id_ = await some(kept, "result", district)
        if id_ is None:
            return
        await kept.touch("result", district, [id_])
        if what == "adopt":
            await connection.execute(
                "INSERT INTO adoption (district, result_id, organization_district, organization_id, adopted_on)"
                " SELECT $1, $2, district, id, '2024-06-01' FROM organization WHERE district = $1 LIMIT 1"
                " ON CONFLICT DO NOTHING", district, id_,
            )  # fmt: skip
        else:
            await connection.execute(
                "UPDATE result SET status = 'IMPLEMENTED', closed_at = raised_at + $3 * interval '1 day'"
                " WHERE (district, id) = ($1, $2)", district, id_, random.randrange(200),
            )  # fmt: skip


async def writer(dsn: str, seed: int, until: float) -> int:
    """Write until then; how many changes were kept."""
    random, committed = Random(seed), 0  # noqa: S311 (nothing is kept secret by it)
    connection = await asyncpg.connect(dsn)
    while time.monotonic() < until:
        try:
            async with keeping(connection) as kept:
                await write(kept, random)
                if random.random() < 0.2:
                    raise Regret
        except (Regret, asyncpg.DeadlockDetectedError, asyncpg.ForeignKeyViolationError):
            continue
        committed += 1
    await connection.close()
    return committed


async def main(dsn: str, seed: int, seconds: float) -> None:
    """Have all write at once."""
    until = time.monotonic() + seconds
    counts = await asyncio.gather(*(writer(dsn, seed * WRITERS + each, until) for each in range(WRITERS)))
    sys.stdout.write(f"{sum(counts)}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
