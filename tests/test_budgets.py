"""Points by the minute: nobody gets more than there are, however many processes serve, and everybody is told."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import httpx
import orjson
import pytest
from serving import issued
from test_server import served

from db import access
from db.budgets import forget, take
from db.pools import read_pool, write_pool
from resolvers.context import Context
from resolvers.errors import RateLimited
from resolvers.guarding import Policy
from resolvers.leases import Leases, account_of
from resolvers.snapshots import Snapshot, Statements
from resolvers.viewers import Viewers
from schema.graph import Graph, build_schema

pytestmark = pytest.mark.anyio


@pytest.fixture
async def pool(empty_database: str) -> AsyncIterator[asyncpg.Pool]:
    async with write_pool(empty_database, size=4) as pool:
        yield pool


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_bucket_gives_what_it_has_and_fills_again(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        first = await take(connection, "a", 60, 10, 40)
        second = await take(connection, "a", 60, 10, 40)
        third = await take(connection, "a", 60, 10, 40)
        other = await take(connection, "b", 60, 61, 61)
        await connection.execute("UPDATE budget SET at = at - interval '30 seconds' WHERE account = 'a'")
        later = await take(connection, "a", 60, 10, 10)
        await connection.execute("UPDATE budget SET at = at - interval '1 hour' WHERE account = 'a'")
        full = await take(connection, "a", 60, 0, 0)
        # A clock that was set back gives nothing.
        await connection.execute("UPDATE budget SET at = at + interval '1 hour', remaining = 1 WHERE account = 'a'")
        back = await take(connection, "a", 60, 10, 10)
    assert [first.granted, other.granted, later.granted, full.remaining, back.granted] == [40, 0, 10, 60, 0]
    assert (20 <= second.granted < 21, third.granted, 20 <= later.remaining < 25) == (True, 0, True)


async def test_accounts_that_are_full_again_are_forgotten(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for account in ("old", "new"):
            await take(connection, account, 60, 1, 1)
        await connection.execute("UPDATE budget SET at = at - interval '3 minutes' WHERE account = 'old'")
        await forget(connection)
        assert await connection.fetchval("SELECT array_agg(account) FROM budget") == ["new"]


async def test_a_portion_is_spent_without_a_statement_and_what_is_refused_costs_none(pool: asyncpg.Pool) -> None:
    clock = Clock()
    leases = Leases(clock)
    for _ in range(20):
        await leases.take(pool, "a", 600, 1)
    # Twenty points come back in two seconds.
    assert leases.statements == 1
    with pytest.raises(RateLimited) as refused:
        await leases.take(pool, "a", 600, 600)
    assert (refused.value.retry_after, leases.statements) == (2, 1)
    for _ in range(100):
        with pytest.raises(RateLimited):
            await leases.take(pool, "a", 600, 600)
    assert leases.statements == 1
    assert leases.remaining("a", 600) == 580
    clock.now = 1.0
    assert leases.remaining("a", 600) == 590


async def test_what_was_not_run_is_given_back(pool: asyncpg.Pool) -> None:
    leases = Leases(Clock())
    await leases.take(pool, "a", 600, 7)
    leases.give("a", 7)
    assert leases.remaining("a", 600) == 600


async def test_many_at_once_spend_no_more_than_there_is(pool: asyncpg.Pool) -> None:
    leases = [Leases(), Leases(), Leases()]
    started = time.monotonic()

    async def spend(number: int) -> bool:
        try:
            await leases[number % 3].take(pool, "a", 300, 3)
        except RateLimited:
            return False
        return True

    accepted = sum(await asyncio.gather(*(spend(number) for number in range(400))))
    elapsed = time.monotonic() - started
    # A hundred are there, and what has come back meanwhile; each process may be left with a portion of ten points.
    assert (300 - 3 * 10) / 3 <= accepted <= (300 + 5 * elapsed) / 3


async def test_while_nothing_can_be_written_a_process_counts_by_itself(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("DROP TABLE budget")
    leases = Leases(clock := Clock())
    for _ in range(60):
        await leases.take(pool, "a", 60, 1)
    with pytest.raises(RateLimited):
        await leases.take(pool, "a", 60, 1)
    clock.now = 2.5
    await leases.take(pool, "a", 60, 2)


@pytest.mark.parametrize(
    ("client", "account"),
    [
        ("203.0.113.7", "address 203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "address 2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "address 203.0.113.7"),
        ("", "address "),
        ("testclient", "address testclient"),
    ],
)
def test_who_has_no_key_is_counted_by_address(client: str, account: str) -> None:
    assert account_of(client) == account


POLICY = Policy(max_cost=100, max_cost_anonymous=50, budget=600, budget_anonymous=60)
SMALL = '{ area(code: "33") { name } rateLimit { cost nodes limit remaining } }'


@pytest.fixture
def guarded() -> Graph:
    return build_schema(policy=POLICY)


@pytest.fixture
async def context(own_hangzhou: str) -> AsyncIterator[Context]:
    async with read_pool(own_hangzhou, size=1) as reads, write_pool(own_hangzhou, size=1) as primary:
        yield Context(Snapshot(reads, Statements()), "test", may_compile=True, primary=primary, client="203.0.113.7")


@pytest.mark.parametrize("may_compile", [True, False])
async def test_a_query_is_told_what_is_left(guarded: Graph, context: Context, may_compile: bool) -> None:
    context.may_compile = may_compile
    told = []
    for _ in range(3):
        own = context.of_its_own()
        answer = await guarded.execute(SMALL, {}, own, operation_extensions={"cost": True, "execution": True})
        assert answer.extensions is not None
        assert answer.extensions["execution"]["way"] == ("compiled" if may_compile else "batched")
        assert answer.extensions["cost"]["throttle"]["limit"] == 60
        assert answer.extensions["cost"]["throttle"]["restoreRate"] == 1.0
        told.append((orjson.loads(orjson.dumps(answer.data))["rateLimit"], answer.extensions["cost"]["requested"]))
    # The plan is kept, the numbers are those of each request.
    assert [(each["cost"], each["nodes"], each["limit"], cost) for each, cost in told] == [(1, 2, 60, 1)] * 3
    assert [59, 58, 57] <= [each["remaining"] for each, _ in told] <= [60, 60, 60]


async def test_who_has_no_points_left_is_refused_without_a_statement(guarded: Graph, context: Context) -> None:
    text = '{ area(code: "33") { name } }'
    answers = [await guarded.execute(text, {}, context.of_its_own()) for _ in range(70)]
    refused = [each for each in answers if each.errors]
    assert 5 <= len(refused) <= 10
    fault = refused[-1].errors[0]  # type: ignore[index]
    assert fault.extensions == {"code": "RATE_LIMITED", "retryAfter": 1}
    assert len(context.snapshot.ran) == 70 - len(refused)
    # A document that is wrong costs more than that.
    wrong = await guarded.execute("{ nothing }", {}, context.of_its_own())
    assert [(each.extensions or {})["code"] for each in wrong.errors or []] == ["RATE_LIMITED"]


async def test_a_key_may_have_a_budget_of_its_own(guarded: Graph, own_hangzhou: str, context: Context) -> None:
    key = await issued(own_hangzhou)
    limits = []
    for points in (None, 240):
        connection = await asyncpg.connect(own_hangzhou)
        assert await access.set_budget(connection, "杭州市政协", points)
        await connection.close()
        own = context.of_its_own()
        own.key, own.viewers = key, Viewers(context.writable(), context.writable())
        answer = await guarded.execute(SMALL, {}, own)
        limits.append(orjson.loads(orjson.dumps(answer.data))["rateLimit"]["limit"])
    assert limits == [600, 240]


async def test_nothing_is_counted_where_budgets_are_off(context: Context) -> None:
    answer = await build_schema(policy=Policy()).execute(SMALL, {}, context, operation_extensions={"cost": True})
    assert orjson.loads(orjson.dumps(answer.data))["rateLimit"] is None
    assert answer.extensions == {"cost": {"requested": 1, "nodes": 2}}


async def test_two_servers_count_together_and_say_when_to_come_back(hangzhou: str) -> None:
    settings = {"DATABASE_URL": hangzhou, "BUDGET_ANONYMOUS": "120"}
    with served(**settings) as (one, _), served(**settings) as (other, _):
        started = time.monotonic()
        async with httpx.AsyncClient(timeout=30) as client:
            query = {"query": '{ area(code: "33") { name } }'}
            answers = []
            for number in range(160):
                address = (one, other)[number % 2]
                answers.append(await client.post(f"{address}/graphql", json=query))
            batched = await client.post(f"{one}/graphql", json={"query": "mutation { __typename }"})
        elapsed = time.monotonic() - started
    accepted = [each for each in answers if each.status_code == 200]
    refused = [each for each in answers if each.status_code == 429]
    assert len(accepted) + len(refused) == 160
    assert 120 - 2 * 4 <= len(accepted) <= 120 + 2 * elapsed
    assert {each.headers["retry-after"] for each in refused} <= {"1", "2"}
    assert {each.json()["errors"][0]["extensions"]["code"] for each in refused} == {"RATE_LIMITED"}
    # It costs little more than nothing, and may just be there.
    assert batched.status_code in (200, 429)


def test_the_price_of_a_file_is_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    from test_command_line import run

    code, out, complaint = run("cost", "bench/queries/yizhan/medium.graphql", "--variables", '{"district": "330114"}')
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert (code, complaint) == (0, "")
    assert lines[:2] == ["cost 1,148 points", "nodes 50,202 objects at most"]
    assert "1,147.2 50,202 districts" in lines
    assert lines[-2:] == [
        "without a key may cost 2,000 taken, 5 times a minute",
        "with a key may cost 50,000 taken, 104 times a minute",
    ]
    wrong = tmp_path_factory.mktemp("documents") / "wrong.graphql"
    wrong.write_text("{ nothing }", encoding="utf-8")
    refusals = [
        run("cost", str(wrong)),
        run("cost", "bench/queries/yizhan/medium.graphql"),
        run("cost", "bench/queries/yizhan/medium.graphql", "--variables", "[]"),
    ]
    assert [(code, out) for code, out, _ in refusals] == [(1, "")] * 3
    whys = ("Cannot query field", "variables", "object")
    assert [why in refusal[2] for why, refusal in zip(whys, refusals, strict=True)] == [True] * 3
