"""Counters say what there is: after loads, under writers that change their minds or are killed, and counted anew."""

import asyncio
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from conftest import database, database_name, execute, load_hangzhou
from test_command_line import run

from db.counters import differences, keeping, recount

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[1]
EVENT = """INSERT INTO event (district, id, title, kind, status, starts_at, public_participants)
    VALUES ('330114', {id}, 'one', 'SALON', 'HELD', '2024-01-05T01:00Z', 7)"""

AREA = """INSERT INTO area (code_system, code, vintage, name, level, district_kind, tenant)
    VALUES ('NBS', '330114', '2023-06-30', '', 'DISTRICT', 'DISTRICT', '330114')"""


async def rows(connection: asyncpg.Connection) -> list[tuple[object, ...]]:
    found = await connection.fetch(
        "SELECT kind, rows, participants, reporting FROM event_counter WHERE month = '2024-01-01' ORDER BY slot"
    )
    return [tuple(row) for row in found]


async def test_loads_and_sample_data_are_counted(hangzhou: str) -> None:
    connection = await asyncpg.connect(hangzhou)
    counted = await connection.fetchval("SELECT sum(rows) FROM event_counter")
    assert (await differences(connection), counted) == ([], await connection.fetchval("SELECT count(*) FROM event"))
    await connection.close()


async def test_a_write_and_its_count_are_kept_together_or_not_at_all(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    with contextlib.suppress(ZeroDivisionError):
        async with keeping(connection) as kept:
            await connection.execute(EVENT.format(id=1))
            kept.add("event", "330114", 1)
            raise ZeroDivisionError
    assert await rows(connection) == []
    async with keeping(connection) as kept:
        await connection.execute(EVENT.format(id=1))
        kept.add("event", "330114", 1)
    assert await rows(connection) == [("SALON", 1, 7, 1)]
    async with keeping(connection) as kept:
        await kept.touch("event", "330114", [1])
        await connection.execute("UPDATE event SET public_participants = NULL")
    assert (await rows(connection), await differences(connection)) == ([("SALON", 1, 0, 0)], [])
    async with keeping(connection) as kept:
        await kept.touch("event", "330114", [1])
        await connection.execute("DELETE FROM event")
    assert (await rows(connection), await differences(connection)) == ([("SALON", 0, 0, 0)], [])
    await connection.close()


async def test_writers_of_the_same_count_do_not_wait_for_each_other(empty_database: str) -> None:
    one, other = [await asyncpg.connect(empty_database) for _ in range(2)]
    async with keeping(one) as kept:
        await one.execute(EVENT.format(id=1))
        kept.add("event", "330114", 1)
        await kept.settle()
        kept.touched.clear()
        async with asyncio.timeout(5), keeping(other) as its:
            await other.execute(EVENT.format(id=2))
            its.add("event", "330114", 2)
    assert await rows(one) == [("SALON", 1, 7, 1)] * 2
    assert await differences(one) == []
    await one.close()
    await other.close()


@pytest.mark.parametrize("seconds", [4])
def test_eight_writers_some_of_whom_are_killed_leave_no_difference(
    postgres: str, migrated_template: str, seconds: int
) -> None:
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_hangzhou(dsn))

        def writers(seed: int) -> "subprocess.Popen[str]":
            command = [sys.executable, "tests/writing.py", dsn, str(seed), str(seconds)]
            return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

        killed, whole = writers(1), writers(2)
        time.sleep(seconds / 2)
        killed.kill()
        killed.communicate()
        committed = int(whole.communicate(timeout=60)[0])
        assert (killed.returncode, committed > 100) == (-9, True)
        assert asyncio.run(checked(dsn)) == []


async def checked(dsn: str) -> list[object]:
    connection = await asyncpg.connect(dsn)
    found = await differences(connection)
    await connection.close()
    return [*found]


async def test_counts_are_made_anew_while_others_write(empty_database: str) -> None:
    connection, other = [await asyncpg.connect(empty_database) for _ in range(2)]
    await connection.execute(AREA)
    await connection.execute(EVENT.format(id=1))
    assert len(await differences(connection)) == 3
    async with keeping(other) as kept:
        await other.execute(EVENT.format(id=2))
        kept.add("event", "330114", 2)
        await kept.settle()
        kept.touched.clear()
        await recount(connection)
    assert await differences(connection) == []
    assert sum(int(str(row[1])) for row in await rows(connection)) == 2
    await connection.close()
    await other.close()


def test_the_command_checks_and_recounts(postgres: str, migrated_template: str) -> None:
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_hangzhou(dsn))
        assert run("recount", "--check", DATABASE_URL=dsn) == (0, "0 differences\n", "")
        asyncio.run(execute(dsn, "DELETE FROM attendance_counter WHERE event_kind = 'HALL_SESSION'"))
        code, out, _ = run("recount", "--check", DATABASE_URL=dsn)
        assert (code, out.splitlines()[-1] == "0 differences") == (1, False)
        assert run("recount", DATABASE_URL=dsn) == (0, "0 differences\n", "")
