"""The compiled way of running answers as the batched way does, in one statement, and leaves to it what it cannot do."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
from test_examples import DOCUMENTS, text
from test_readme import QUERIES
from test_snapshots import END_READERS, TWO_FIELDS, locked_platforms, until_waiting

from db import embedded
from db.pools import read_pool
from resolvers.context import Context
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph, build_schema

pytestmark = pytest.mark.anyio

DOCUMENTED = {path.stem: text(path) for path in DOCUMENTS} | {f"README-{n}": each[0] for n, each in enumerate(QUERIES)}
MANY_FIELDS = f"""{{ {" ".join(f"a{n}: areas(first: 1) {{ ...F }}" for n in range(30))} }}
    fragment F on AreaConnection {{ nodes {{ {" ".join(f"b{n}: code" for n in range(70))} }} }}"""


@dataclass(frozen=True)
class Told:
    """What an operation gave, the way it was run, and the statements it cost."""

    way: str
    data: Any
    errors: list[Any]
    statements: list[str]


async def told(
    graph: Graph,
    pool: asyncpg.Pool,
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    may_compile: bool = True,
) -> Told:
    """What the server tells of an operation."""
    context = Context(Snapshot(pool, Statements()), "test", may_compile)
    result = await graph.execute(query, variables, context)
    data: Any = result.data
    way = "compiled" if isinstance(data, orjson.Fragment) else "batched"
    errors = [error.formatted for error in result.errors or []]
    return Told(way, orjson.loads(orjson.dumps(data)), errors, context.snapshot.ran)


async def both_ways(graph: Graph, pool: asyncpg.Pool, query: str, variables: dict[str, Any] | None = None) -> Told:
    """What the server tells when it may compile, which has to be what it tells when it may not."""
    one = await told(graph, pool, query, variables)
    other = await told(graph, pool, query, variables, may_compile=False)
    assert (orjson.dumps(one.data), one.errors) == (orjson.dumps(other.data), other.errors)
    assert other.way == "batched"
    return one


def codes(told: Told) -> list[str]:
    return [error["extensions"]["code"] for error in told.errors]


@pytest.fixture
async def pool(hangzhou: str) -> AsyncIterator[asyncpg.Pool]:
    async with read_pool(hangzhou, size=1) as pool:
        yield pool


@pytest.mark.parametrize("name", DOCUMENTED)
async def test_a_documented_query_is_one_statement(graph: Graph, pool: asyncpg.Pool, name: str) -> None:
    answer = await both_ways(graph, pool, DOCUMENTED[name])
    assert (answer.way, len(answer.statements), answer.errors) == ("compiled", 1, [])


async def test_a_total_alone_reads_no_rows(graph: Graph, pool: asyncpg.Pool) -> None:
    alone = await both_ways(
        graph, pool, "{ __typename events { total: totalCount __typename } members { totalCount } }"
    )
    beside = await both_ways(graph, pool, "{ events(first: 3) { totalCount nodes { title } } }")
    total = beside.data["events"]["totalCount"]
    assert alone.data["events"] == {"total": total, "__typename": "EventConnection"}
    assert (len(alone.statements), len(beside.statements)) == (1, 1)
    reading = [re.findall(r"string_agg|LIMIT \d+", answer.statements[0]) for answer in (alone, beside)]
    assert reading == [[], ["string_agg", "LIMIT 3"]]


# --- What is left to the batched way

LEFT = {
    "the schema itself": ('{ __type(name: "Area") { name } }', {"__type": {"name": "Area"}}, []),
    "the schema beside the data": (
        '{ area(code: "33") { name } __schema { queryType { name } } }',
        {"area": {"name": "浙江省"}, "__schema": {"queryType": {"name": "Query"}}},
        [],
    ),
    "an unknown code beside a good field": (
        '{ area(code: "999999") { name } good: area(code: "33") { name } }',
        {"area": None, "good": {"name": "浙江省"}},
        ["UNKNOWN_CODE"],
    ),
    "one unknown code": ('{ districts(codes: ["999999"]) { name } }', None, ["UNKNOWN_CODE"]),
    "an unknown code among others": ('{ districts(codes: ["330114", "1"]) { name } }', None, ["UNKNOWN_CODE"]),
    "an unknown key": ('{ indicators(keys: ["nobody"]) { name } }', None, ["UNKNOWN_CODE"]),
    "several operations without a name": ("query A { __typename } query B { __typename }", None, ["BAD_ARGUMENT"]),
    "a wrong argument": ("{ areas(first: 0) { totalCount } }", None, ["BAD_ARGUMENT"]),
    "a field that is not there": ("{ areas { unknown } }", None, ["GRAPHQL_VALIDATION_FAILED"]),
    "a mutation": ("mutation { areas { totalCount } }", None, ["GRAPHQL_VALIDATION_FAILED"]),
    "what is no document": ("{ areas {", None, ["GRAPHQL_PARSE_FAILED"]),
    "very many fields": (
        MANY_FIELDS,
        {f"a{n}": {"nodes": [{f"b{m}": "33" for m in range(70)}]} for n in range(30)},
        [],
    ),
}


@pytest.mark.parametrize("name", LEFT)
async def test_what_is_not_compiled_is_answered_by_the_batched_way(graph: Graph, pool: asyncpg.Pool, name: str) -> None:
    query, data, expected = LEFT[name]
    context = Context(Snapshot(pool, Statements()), "test", may_compile=True)
    assert await graph.compiled(query, None, None, context) is None
    answer = await both_ways(graph, pool, query)
    assert (answer.way, answer.data, codes(answer)) == ("batched", data, expected)


async def test_a_row_that_has_to_be_there_and_is_not_is_told_by_the_batched_way(
    graph: Graph, empty_database: str
) -> None:
    query = "{ members { nodes { name district { name } } } }"
    await fill(empty_database, "INSERT INTO member (district, name) VALUES ('330114', '某某')")
    async with read_pool(empty_database, size=1) as pool:
        context = Context(Snapshot(pool, Statements()), "test", may_compile=True)
        assert await graph.compiled(query, None, None, context) is None
        answer = await both_ways(graph, pool, query)
        assert (answer.way, answer.data, codes(answer)) == ("batched", None, ["INTERNAL_ERROR"])
        assert answer.errors[0]["path"] == ["members", "nodes", 0, "district"]
        await fill(empty_database, f"INSERT INTO area {AREA_OF_MEMBER}")
        answer = await both_ways(graph, pool, query)
        assert (answer.way, answer.errors) == ("compiled", [])
        assert answer.data == {"members": {"nodes": [{"name": "某某", "district": {"name": "钱塘区"}}]}}


AREA_OF_MEMBER = """(code_system, code, vintage, name, level, district_kind, tenant)
    VALUES ('NBS', '330114', '2023-06-30', '钱塘区', 'DISTRICT', 'DISTRICT', '330114')"""

# --- Values are written as Python writes them

TEXTS = [
    "", " ", '"', "\\", "\\u0041", "\\\"'", "\x01\x02\x08\t\n\x0b\x0c\r\x1b\x1f\x7f\x80\x85",
    "👩‍👩‍👧 𠮷", "\u2028\u2029\ufeff\ufffd", "</script><!--", "100% %s %(name)s %%", "$1 {0} :name",
    "null", "true", "{}", "[1,2]", "x" * 10_000,
]  # fmt: skip
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, 1e15, 1e15 - 1, 1e-7, 123456789012345680.0, 5e-324, 1.7976931348623157e308]
DAYS = [date(1, 1, 2), date(1582, 10, 10), date(1969, 12, 31), date(2024, 2, 29), date(9999, 12, 30)]
TIMES = {
    "2024-02-29T12:34:56+00:00": "2024-02-29T12:34:56+00:00",
    "2024-02-29T12:34:56.5+08:00": "2024-02-29T04:34:56.500000+00:00",
    "1969-12-31T23:59:59.999999+00:00": "1969-12-31T23:59:59.999999+00:00",
    "1900-01-01T00:00:00.000001+00:00": "1900-01-01T00:00:00.000001+00:00",
    "0001-01-01T00:00:01+00:00": "0001-01-01T00:00:01+00:00",
    "9999-12-31T23:59:59.999+00:00": "9999-12-31T23:59:59.999000+00:00",
}
# Asia/Shanghai kept summer time in 1988.
LOCAL_TIMES = {"YEAR": "1988", "MONTH": "1988-07", "DAY": "1988-07-01", "TIME": "1988-07-01T00:30+09:00"}


async def fill(dsn: str, statement: str, *values: Any) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement, *values)
    await connection.close()


async def test_texts_and_lists_of_texts_are_written_alike(graph: Graph, empty_database: str) -> None:
    rows = "SELECT '330114', each, each, ARRAY[each, each] FROM unnest($1::text[]) WITH ORDINALITY AS _(each, n)"
    await fill(empty_database, f"INSERT INTO member (district, name, party, tags) {rows} ORDER BY n", TEXTS)
    await fill(empty_database, "INSERT INTO member (district, name, tags) VALUES ('330114', 'last', '{}')")
    async with read_pool(empty_database, size=1) as pool:
        answer = await both_ways(graph, pool, "{ members(first: 100) { nodes { name party tags } } }")
        assert (answer.way, answer.errors) == ("compiled", [])
        written = [{"name": each, "party": each, "tags": [each, each]} for each in TEXTS]
        assert answer.data["members"]["nodes"] == [*written, {"name": "last", "party": None, "tags": []}]
        query = "query($name: String!) { members(where: {name: [$name]}) { nodes { name } } }"
        found = [await both_ways(graph, pool, query, {"name": each}) for each in TEXTS]
        assert [(each.way, each.data["members"]["nodes"]) for each in found] == [
            ("compiled", [{"name": each}]) for each in TEXTS
        ]


async def test_numbers_and_days_are_written_alike(graph: Graph, empty_database: str) -> None:
    await fill(empty_database, f"INSERT INTO area {AREA_OF_MEMBER}")
    indicator = "(key, name, name_en, unit, aggregation, definition) VALUES ('k', '', '', 'ITEM', 'SUM', '')"
    await fill(empty_database, f"INSERT INTO indicator {indicator}")
    rows = """SELECT '330114', i.id, a.id, 'EXACT', i.unit, number, number, day, day FROM indicator i, area a,
        unnest($1::float8[], $2::date[]) WITH ORDINALITY AS _(number, day, n) WHERE i.key = 'k' ORDER BY n"""
    columns = "district, indicator_id, area_id, precision, unit, value, upper_bound, period_from, period_to"
    await fill(empty_database, f"INSERT INTO observation ({columns}) {rows}", FLOATS, DAYS)
    async with read_pool(empty_database, size=1) as pool:
        answer = await both_ways(graph, pool, "{ observations { nodes { value upperBound period { from to } } } }")
    assert (answer.way, answer.errors) == ("compiled", [])
    # As they are read again, because 0.0 and -0.0 are equal.
    assert [
        (repr(node["value"]), repr(node["upperBound"]), node["period"]) for node in answer.data["observations"]["nodes"]
    ] == [
        (repr(number), repr(number), day and {"from": day.isoformat(), "to": day.isoformat()})
        for number, day in zip_longest(FLOATS, DAYS)
    ]


async def add_events(dsn: str, times: list[str], precisions: list[str]) -> None:
    rows = """SELECT '330114', '', 'HALL_SESSION', 'HELD', moment, precision::date_precision
        FROM unnest($1::timestamptz[], $2::text[]) WITH ORDINALITY AS _(moment, precision, n) ORDER BY n"""
    columns = "district, title, kind, status, starts_at, date_precision"
    await fill(
        dsn, f"INSERT INTO event ({columns}) {rows}", [datetime.fromisoformat(each) for each in times], precisions
    )


async def test_times_are_written_alike(graph: Graph, empty_database: str) -> None:
    await add_events(empty_database, [*TIMES], ["TIME"] * len(TIMES))
    async with read_pool(empty_database, size=1) as pool:
        answer = await both_ways(graph, pool, "{ events { nodes { startsAt endsAt publicParticipants } } }")
    assert (answer.way, answer.errors) == ("compiled", [])
    assert answer.data["events"]["nodes"] == [
        {"startsAt": each, "endsAt": None, "publicParticipants": None} for each in sorted(TIMES.values(), reverse=True)
    ]


async def test_local_times_of_a_summer_are_written_alike(graph: Graph, empty_database: str) -> None:
    await add_events(empty_database, ["1988-07-01T00:30+09:00"] * len(LOCAL_TIMES), [*LOCAL_TIMES])
    async with read_pool(empty_database, size=1) as pool:
        answer = await both_ways(graph, pool, "{ events { nodes { startsAt startsAtLocal datePrecision } } }")
    assert (answer.way, answer.errors) == ("compiled", [])
    assert {node["datePrecision"]: node["startsAtLocal"] for node in answer.data["events"]["nodes"]} == LOCAL_TIMES
    assert {node["startsAt"] for node in answer.data["events"]["nodes"]} == {"1988-06-30T15:30:00+00:00"}


# --- Limits, and what happens meanwhile


@pytest.mark.parametrize(
    "query",
    [
        "{ areas(first: 100) { nodes { id code name ocdId } } }",
        "{" + " ".join(f"a{n}: areas(first: 3) {{ ...F }}" for n in range(50)) + "}"
        " fragment F on AreaConnection { nodes { id code name ocdId } }",
        '{ area(code: "33") { descendants(first: 100) { nodes { ancestors { id platforms { nodes { id } } } } } } }',
    ],
    ids=["one list", "many lists", "lists in lists"],
)
async def test_an_answer_that_is_too_large_is_refused(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("resolvers.writing.MAX_ANSWER", 10_000)
    graph = build_schema()
    refused = await told(graph, pool, query)
    assert (refused.data, codes(refused), len(refused.statements)) == (None, ["TOO_LARGE"], 1)
    small = await told(graph, pool, "{ areas(first: 1) { nodes { code } } }")
    assert (small.way, small.data) == ("compiled", {"areas": {"nodes": [{"code": "33"}]}})


EMPTY: dict[str, Any] = {"platform": None, "districts": []}


async def test_a_cancelled_operation_ends_its_statement_and_gives_its_connection_back(
    graph: Graph, empty_database: str
) -> None:
    async with read_pool(empty_database, size=1) as pool:
        async with locked_platforms(empty_database) as holder:
            operation = asyncio.create_task(told(graph, pool, TWO_FIELDS))
            await until_waiting(holder, 1)
            for _ in range(3):
                operation.cancel()
                await asyncio.sleep(0)
            with pytest.raises(asyncio.CancelledError):
                await operation
            await until_waiting(holder, 0)
        answer = await told(graph, pool, TWO_FIELDS)
        assert (answer.way, answer.data, pool.get_size(), pool.get_idle_size()) == ("compiled", EMPTY, 1, 1)


async def test_a_statement_that_waits_too_long_is_ended_and_not_tried_again(graph: Graph, empty_database: str) -> None:
    begun = "SELECT query_start FROM pg_stat_activity WHERE application_name = 'yizhan' AND wait_event_type = 'Lock'"
    runs = set()
    async with read_pool(empty_database, size=1, statement_timeout=0.5) as pool:
        # Who looks must not be in a transaction, in which it would always see the same.
        looker = await asyncpg.connect(empty_database)
        async with locked_platforms(empty_database):
            operation = asyncio.create_task(told(graph, pool, TWO_FIELDS))
            while not operation.done():
                runs |= {row[0] for row in await looker.fetch(begun)}
                await asyncio.sleep(0.02)
        await looker.close()
        refused = operation.result()
        assert (refused.data, codes(refused), len(runs)) == (None, ["UNAVAILABLE"], 1)
        assert (await told(graph, pool, TWO_FIELDS)).data == EMPTY


async def test_connections_lost_between_two_operations_are_not_noticed(graph: Graph, empty_database: str) -> None:
    async with read_pool(empty_database, size=2) as pool:
        await asyncio.gather(told(graph, pool, TWO_FIELDS), told(graph, pool, TWO_FIELDS))
        looker = await asyncpg.connect(empty_database)
        await looker.fetchval(END_READERS)
        await looker.close()
        answers = [await told(graph, pool, TWO_FIELDS) for _ in range(3)]
        assert [(each.way, each.data) for each in answers] == [("compiled", EMPTY)] * 3


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """Where a database server of this test's own may be."""
    with embedded.scratch_folder("tests") as folder:
        yield folder


async def test_a_database_that_is_away_is_told(graph: Graph, own_folder: Path) -> None:
    async with read_pool(embedded.start(own_folder, fsync="off"), size=1) as pool:
        embedded.stop(own_folder)
        answers = [await told(graph, pool, TWO_FIELDS) for _ in range(2)]
        assert [(each.data, codes(each)) for each in answers] == [(None, ["UNAVAILABLE"])] * 2
