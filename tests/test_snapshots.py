"""What an operation reads through survives clients that go, statements that take too long, and a lost database."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from conftest import database_name, execute

from db.pools import read_pool
from resolvers.context import Context
from resolvers.errors import Unavailable
from resolvers.snapshots import Snapshot, Statement, Statements, acquired
from schema.graph import Graph

pytestmark = pytest.mark.anyio

TWO_FIELDS = '{ platform(slug: "x") { name } districts { name } }'
BOTH = '{ districts { name } platform(slug: "x") { name } }'
END_READERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yizhan'"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'platform'::regclass"
WAITER = WAITING.replace("count(*)", "min(pid)")


@asynccontextmanager
async def locked_platforms(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody can read platforms meanwhile; gives the connection that holds them."""
    holder = await asyncpg.connect(dsn)
    async with holder.transaction():
        await holder.execute("LOCK TABLE platform IN ACCESS EXCLUSIVE MODE")
        yield holder
    await holder.close()


async def run(graph: Graph, pool: asyncpg.Pool, query: str) -> tuple[object, list[object]]:
    result = await graph.execute(query, context_value=Context(Snapshot(pool, Statements()), request_id="test"))
    return result.data, [(error.extensions or {})["code"] for error in result.errors or []]


async def until_waiting(looker: asyncpg.Connection, count: int) -> None:
    async with asyncio.timeout(10):
        while await looker.fetchval(WAITING) != count:  # noqa: ASYNC110
            # The only way to know is to ask again.
            await asyncio.sleep(0.02)


async def end_a_reader(looker: asyncpg.Connection) -> None:
    """End the one that waits for a lock, once there is one."""
    async with asyncio.timeout(10):
        while (pid := await looker.fetchval(WAITER)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await looker.fetchval("SELECT pg_terminate_backend($1, 10000)", pid)


async def test_a_cancelled_operation_gives_its_connection_back_however_often_it_is_cancelled(
    graph: Graph, empty_database: str
) -> None:
    async with read_pool(empty_database, size=1, statement_timeout=60) as pool:
        async with locked_platforms(empty_database) as holder:
            operation = asyncio.create_task(run(graph, pool, TWO_FIELDS))
            await until_waiting(holder, 1)
            for _ in range(3):
                operation.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await operation
            await until_waiting(holder, 0)
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)


async def test_fields_after_one_that_took_too_long_took_too_long_too(graph: Graph, empty_database: str) -> None:
    await execute(
        empty_database,
        "ALTER TABLE platform RENAME TO real; CREATE VIEW platform AS SELECT real.* FROM pg_sleep(5), real",
    )
    async with read_pool(empty_database, size=1, statement_timeout=0.2) as pool:
        assert await run(graph, pool, TWO_FIELDS) == (None, ["TIMEOUT", "TIMEOUT"])
        await execute(empty_database, "DROP VIEW platform; ALTER TABLE real RENAME TO platform")
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])


async def test_who_waits_for_a_locked_table_is_soon_told_to_come_again(graph: Graph, empty_database: str) -> None:
    locked = "what this needs is locked in the database just now; try again in a moment"
    statement = Statement("SELECT to_json(count(*))::text FROM platform", (), {}, {})
    async with read_pool(empty_database, size=1, statement_timeout=5) as pool:
        async with locked_platforms(empty_database):
            assert await run(graph, pool, TWO_FIELDS) == (None, ["UNAVAILABLE", "UNAVAILABLE"])
            with pytest.raises(Unavailable) as alone:
                await Snapshot(pool, Statements()).fetch_alone(statement, [])
            with pytest.raises(Unavailable) as acquiring:
                async with acquired(pool) as connection:
                    await connection.fetchval(statement.sql)
        assert [alone.value.message, acquiring.value.message] == [locked, locked]
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)


async def test_a_query_whose_connection_is_lost_in_the_middle_is_read_once_more(
    graph: Graph, empty_database: str
) -> None:
    async with read_pool(empty_database, size=1, statement_timeout=60) as pool:
        async with locked_platforms(empty_database) as holder:
            operation = asyncio.create_task(run(graph, pool, BOTH))
            await end_a_reader(holder)
            await until_waiting(holder, 1)
        assert await operation == ({"districts": [], "platform": None}, [])
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)


async def test_a_connection_lost_twice_in_an_operation_is_said_and_the_next_one_has_another(
    graph: Graph, empty_database: str
) -> None:
    async with read_pool(empty_database, size=1, statement_timeout=60) as pool:
        async with locked_platforms(empty_database) as holder:
            operation = asyncio.create_task(run(graph, pool, TWO_FIELDS))
            for _ in range(2):
                await end_a_reader(holder)
            assert await operation == (None, ["UNAVAILABLE", "UNAVAILABLE"])
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])


async def test_once_a_connection_was_lost_no_other_is_relied_on(graph: Graph, empty_database: str) -> None:
    statement = Statement("SELECT convert_to(pg_backend_pid()::text, 'UTF8')", (), {}, {})

    async def alone() -> bytes:
        return await Snapshot(pool, Statements()).fetch_alone(statement, [])

    async with read_pool(empty_database, size=2) as pool:
        for is_alone in (True, False):
            async with acquired(pool) as one, acquired(pool) as other:
                pids = {connection.get_server_pid() for connection in (one, other)}
            # Of the two this is the one that is used next.
            os.kill(int(await alone()), signal.SIGTERM)
            # It ends while this process cannot hear of it.
            time.sleep(0.5)  # noqa: ASYNC251
            if not is_alone:
                assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])
            assert int(await alone()) not in pids


async def test_a_connection_lost_while_nobody_used_it_is_not_noticed(graph: Graph, empty_database: str) -> None:
    async with read_pool(empty_database, size=1) as pool:
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])
        looker = await asyncpg.connect(empty_database)
        await looker.fetchval(END_READERS)
        await looker.close()
        assert await run(graph, pool, TWO_FIELDS) == ({"platform": None, "districts": []}, [])


async def test_a_statement_that_a_migration_stood_in_the_way_of_is_run_again(empty_database: str) -> None:
    statement = Statement("SELECT convert_to(count(*)::text, 'UTF8') FROM area, platform", (), {}, {})
    # PostgreSQL gives up whoever looks first for what it waits for.
    await execute(empty_database, f"ALTER DATABASE {database_name(empty_database)} SET deadlock_timeout = '3s'")
    async with read_pool(empty_database, size=1, statement_timeout=60) as pool:
        async with locked_platforms(empty_database) as holder:
            await holder.execute("SET LOCAL deadlock_timeout = '60s'")
            reading = asyncio.create_task(Snapshot(pool, Statements()).fetch_alone(statement, []))
            await until_waiting(holder, 1)
            await holder.execute("LOCK TABLE area IN ACCESS EXCLUSIVE MODE")
            assert not reading.done()
        assert await reading == b"0"
        looker = await asyncpg.connect(empty_database)
        async with asyncio.timeout(30):
            # PostgreSQL tells of it when the connection has been idle for a while.
            while await looker.fetchval(DEADLOCKS) != 1:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await looker.close()
