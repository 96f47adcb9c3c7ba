"""Documents and plans are kept: read once, compiled once for each shape of variables, bounded, and checked anew."""

import base64
import gc
import weakref
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import psutil
import pytest
from graphql import GraphQLSyntaxError
from test_compiled import both_ways, told

from db.pools import read_pool
from resolvers.compiled import NotCompiled
from resolvers.plans import KEPT_GIVEN, KEPT_LENGTH, KEPT_PLANS, Documents, Operation
from resolvers.policy import Sight
from schema.graph import Graph

pytestmark = pytest.mark.anyio

Variables = dict[str, Any]

AREA = "query($code: String!) { area(code: $code) { __typename name ancestors { name } platforms { totalCount } } }"
WORDS = (
    "query($text: String!) { search(text: $text, first: 3) { totalCount facets { type count } nodes { __typename } } }"
)
DAYS = """query($since: Date, $until: Date) {
    events(where: {startsAt: {since: $since, until: $until}}) { totalCount edges { cursor node { title } } } }"""
KINDS = "query($kinds: [PlatformKind!]) { districts { platforms(where: {kind: $kinds}) { totalCount } } }"
CODES = "query($codes: [String!]) { districts(codes: $codes) { code } }"
YEAR = """query($year: Int!) { members(where: {name: ["陈丽华"]}) { nodes {
    dutyReport(year: $year) { year total sampleTotal byKind { kind count } results { kind count } } } } }"""
DEPTH = 'query($depth: Int) { area(code: "330114") { descendants(depth: $depth, first: 1) { totalCount } } }'
NODE = "query($id: ID!) { node(id: $id) { __typename ... on Platform { name } ... on Area { code } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
WHERE = "query($where: PlatformFilter) { platforms(first: 2, where: $where) { totalCount nodes { name kind } } }"
FIRST = "query($first: Int, $last: Int) { areas(first: $first, last: $last) { nodes { name } } }"
PAGE = """query($after: String, $before: String) { platforms(first: 2, after: $after, before: $before) {
    nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""
ORDER = "query($orderBy: [EventOrder!]) { events(first: 1, orderBy: $orderBy) { nodes { title } } }"
SCOPE = 'query($scope: TreeScope) { area(code: "330114") { platforms(scope: $scope) { totalCount } } }'
CHOSEN = (
    """query($is: Boolean!, $not: Boolean!) { districts { name @include(if: $is) ... @skip(if: $not) { code } } }"""
)
DISTRICT = "query($codes: [String!]) { results(where: {district: $codes}) { totalCount } }"
IS_SAMPLE = "query($is: Boolean) { members(where: {isSample: $is}) { totalCount } }"


def node_id(*parts: object) -> str:
    return base64.b64encode(":".join(map(str, parts)).encode()).decode()


ALIKE: dict[str, tuple[str, list[Variables]]] = {
    "another code": (AREA, [{"code": "330114"}, {"code": "33"}, {"code": "330109"}]),
    "other words": (WORDS, [{"text": "萧山"}, {"text": "xzz"}, {"text": "' OR 1=1 --"}]),
    "other days": (DAYS, [{"since": f"202{n}-01-01", "until": f"202{n}-06-30"} for n in (2, 3)]),
    "more kinds": (
        KINDS,
        [{"kinds": ["MEMBER_STUDIO", "MEMBER_PARLOR"]},
         {"kinds": ["MEMBER_STUDIO", "DELIBERATION_HALL", "CONSULTATION_STATION"]}],
    ),
    "one kind without a list": (KINDS + " ", [{"kinds": "MEMBER_STUDIO"}, {"kinds": "DELIBERATION_HALL"}]),
    "more codes": (CODES, [{"codes": ["330114", "330109"]}, {"codes": ["330109", "330110", "330127"]}]),
    "another year": (YEAR, [{"year": 2022}, {"year": 2023}]),
    "another depth": (DEPTH, [{"depth": 1}, {"depth": 2}]),
    "another name in a filter": (WHERE, [{"where": {"slug": [slug]}} for slug in ("qiantang-hui", "nobody")]),
}  # fmt: skip

APART: dict[str, tuple[str, list[Variables]]] = {
    "a condition that is set, null, or not there": (
        WHERE,
        [{"where": {"kind": "MEMBER_STUDIO"}}, {"where": {"kind": None}}, {"where": None}, {"where": {"text": "驿站"}}],
    ),
    "a longer list of filters": (
        WHERE,
        [{"where": {"or": [{"kind": kind} for kind in kinds]}}
         for kinds in (["MEMBER_STUDIO"], ["MEMBER_STUDIO", "MEMBER_PARLOR"])],
    ),
    "a condition inside another": (
        WHERE, [{"where": {"not": {"isSample": True}}}, {"where": {"not": {"not": {"isSample": True}}}}]
    ),
    "true and false": (IS_SAMPLE, [{"is": True}, {"is": False}, {"is": None}]),
    "pages of another size, or from the end": (FIRST, [{"first": 1}, {"first": 2}, {"last": 1}, {"last": 2}, {}]),
    "another order": (
        ORDER,
        [{"orderBy": [{"field": "STARTS_AT"}]}, {"orderBy": [{"field": "STARTS_AT", "direction": "DESC"}]}],
    ),
    "another part of the tree": (SCOPE, [{"scope": "SELF"}, {"scope": "CHILDREN"}, {"scope": "SUBTREE"}]),
    "other fields": (CHOSEN, [{"is": one, "not": other} for one in (True, False) for other in (True, False)]),
    "ids of another type": (NODE, [{"id": node_id("Member", 330114, 1)}, {"id": node_id("City", 46)}]),
    "more ids": (NODES, [{"ids": []}, {"ids": [node_id("City", 46)]}, {"ids": [node_id("City", 46)] * 2}]),
    "several codes, one, an empty list and none": (
        CODES, [{"codes": ["330114", "330109"]}, {"codes": ["330114"]}, {"codes": []}, {"codes": None}]
    ),
    "an open end": (DAYS, [{"since": "2023-01-01", "until": "2023-12-31"}, {"since": "2023-01-01"}]),
}  # fmt: skip

REFUSED: dict[str, tuple[str, Variables, Variables, str]] = {
    "no depth": (DEPTH, {"depth": 2}, {"depth": 0}, "BAD_ARGUMENT"),
    "no rows": (FIRST, {"first": 2}, {"first": 0}, "BAD_ARGUMENT"),
    "too many rows": (FIRST, {"first": 2}, {"first": 101}, "BAD_ARGUMENT"),
    "both ends": (FIRST, {"first": 2}, {"first": 2, "last": 2}, "BAD_ARGUMENT"),
    "no number": (FIRST, {"first": 2}, {"first": "two"}, "BAD_ARGUMENT"),
    "no cursor": (PAGE, {}, {"after": "nobody"}, "BAD_CURSOR"),
    "a cursor of another list": (PAGE, {}, {"after": node_id('["00000000","a",1]')}, "BAD_CURSOR"),
    "no words": (WORDS, {"text": "萧山"}, {"text": " "}, "BAD_ARGUMENT"),
    "too many words": (WORDS, {"text": "萧山"}, {"text": "x" * 101}, "BAD_ARGUMENT"),
    "NUL in words": (WORDS, {"text": "萧山"}, {"text": "萧\0山"}, "BAD_ARGUMENT"),
    "NUL in a slug": (WHERE, {"where": {"slug": ["a"]}}, {"where": {"slug": ["a\0"]}}, "BAD_ARGUMENT"),
    "NUL in a code": (AREA, {"code": "330114"}, {"code": "330114\0"}, "UNKNOWN_CODE"),
    "nobody's code": (AREA, {"code": "330114"}, {"code": "999999"}, "UNKNOWN_CODE"),
    "nobody's code among others": (
        CODES, {"codes": ["330114", "330109"]}, {"codes": ["330114", "999999"]}, "UNKNOWN_CODE"
    ),
    "a range upside down": (
        DAYS, {"since": "2023-01-01", "until": "2023-12-31"}, {"since": "2023-12-31", "until": "2023-01-01"},
        "BAD_ARGUMENT",
    ),
    "a range of nothing": (DAYS, {"since": "2023-01-01", "until": "2023-12-31"}, {}, "EMPTY_FILTER"),
    "no district's code": (DISTRICT, {"codes": ["330114"]}, {"codes": ["钱塘区"]}, "BAD_ARGUMENT"),
    "too many values": (DISTRICT, {"codes": ["330114"]}, {"codes": ["330114"] * 1_001}, "BAD_ARGUMENT"),
    "no values": (DISTRICT, {"codes": ["330114"]}, {"codes": []}, "EMPTY_FILTER"),
    "an empty filter": (WHERE, {"where": {"kind": "MEMBER_STUDIO"}}, {"where": {}}, "EMPTY_FILTER"),
    "a year before all": (YEAR, {"year": 2023}, {"year": 1948}, "BAD_ARGUMENT"),
    "no id": (NODE, {"id": node_id("Member", 330114, 1)}, {"id": "nobody"}, "BAD_ID"),
    "no value where one is needed": (AREA, {"code": "330114"}, {}, "BAD_ARGUMENT"),
}  # fmt: skip


@pytest.fixture
def documents(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> Documents:
    """What the graph keeps, this test's own."""
    kept = Documents(graph)
    monkeypatch.setattr(graph, "documents", kept)
    return kept


@pytest.fixture
async def pool(hangzhou: str) -> AsyncIterator[asyncpg.Pool]:
    async with read_pool(hangzhou, size=1) as pool:
        yield pool


def only(documents: Documents, query: str) -> Operation:
    """The only operation of a document."""
    operation = documents.read(query).operation(None)
    assert operation is not None
    return operation


def statement(documents: Documents, query: str, **variables: Any) -> Any:
    """The statement that answers a query, the same object as long as its plan is kept."""
    return documents.plan(documents.read(query), only(documents, query), variables)[0]


@pytest.mark.parametrize("name", ALIKE)
async def test_other_values_are_answered_by_the_same_plan(
    graph: Graph, documents: Documents, pool: asyncpg.Pool, name: str
) -> None:
    query, given = ALIKE[name]
    answers = [await both_ways(graph, pool, query, values) for values in (*given, *given)]
    assert [(answer.way, answer.errors) for answer in answers] == [("compiled", [])] * 2 * len(given)
    assert len({orjson.dumps(answer.data) for answer in answers}) == len(given)
    assert len({answer.statements[0] for answer in answers}) == 1
    assert len(only(documents, query).plans) == 1


@pytest.mark.parametrize("name", APART)
async def test_values_of_another_shape_are_answered_by_a_plan_of_their_own(
    graph: Graph, documents: Documents, pool: asyncpg.Pool, name: str
) -> None:  # fmt: skip
    query, given = APART[name]
    answers = [await both_ways(graph, pool, query, values) for values in (*given, *given)]
    assert [(answer.way, answer.errors) for answer in answers] == [("compiled", [])] * 2 * len(given)
    assert len(only(documents, query).plans) == len(given)


async def test_pages_after_the_first_share_a_plan(graph: Graph, documents: Documents, pool: asyncpg.Pool) -> None:
    names, after = [], None
    for has_previous in (False, True, True, True):
        answer = await both_ways(graph, pool, PAGE, {"after": after})
        page = answer.data["platforms"]
        assert (answer.way, page["pageInfo"]["hasPreviousPage"]) == ("compiled", has_previous)
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    whole = await told(graph, pool, "{ platforms(first: 8) { nodes { name } } }", may_compile=False)
    assert names == [node["name"] for node in whole.data["platforms"]["nodes"]]
    assert len(only(documents, PAGE).plans) == 2


@pytest.mark.parametrize("name", REFUSED)
async def test_what_a_kept_plan_is_given_is_checked_each_time(
    graph: Graph, documents: Documents, pool: asyncpg.Pool, name: str
) -> None:
    query, good, bad, code = REFUSED[name]
    first = await both_ways(graph, pool, query, good)
    refused = await both_ways(graph, pool, query, bad)
    again = await both_ways(graph, pool, query, good)
    assert [error["extensions"]["code"] for error in refused.errors] == [code]
    assert (first.way, first.errors, refused.way, again) == ("compiled", [], "batched", first)
    assert len(only(documents, query).plans) == 1


def test_an_operation_keeps_the_plans_used_last(documents: Documents) -> None:
    kept = {first: statement(documents, FIRST, first=first) for first in range(1, KEPT_PLANS + 1)}
    assert statement(documents, FIRST, first=1) is kept[1]
    statement(documents, FIRST, first=100)
    assert len(only(documents, FIRST).plans) == KEPT_PLANS
    assert [first for first in kept if first != 2 and statement(documents, FIRST, first=first) is not kept[first]] == []
    assert statement(documents, FIRST, first=2) is not kept[2]


def test_plans_count_as_long_as_they_are_kept(documents: Documents) -> None:
    for first in range(1, 2 * KEPT_PLANS):
        statement(documents, FIRST, first=first)
    plans = only(documents, FIRST).plans
    assert documents.read(FIRST).size == 6 * len(FIRST) + sum(len(plan.statement.sql) for plan in plans)


def test_what_equal_variables_ask_is_kept_and_told_from_others(documents: Documents) -> None:
    document, operation = documents.read(DEPTH), only(documents, DEPTH)

    def values(**variables: Any) -> Any:
        return documents.plan(document, operation, variables)[1]

    # The first to ask makes the plan, the second fills it in.
    first, kept = values(depth=1), values(depth=1)
    assert (kept, values(depth=1) is kept) == (first, True)
    with pytest.raises(NotCompiled):
        values(depth=True)
    others = [values(depth=depth) for depth in range(2, KEPT_GIVEN + 2)]
    assert [kept in others, len(operation.given)] == [False, KEPT_GIVEN]
    assert (values(depth=1) == kept, values(depth=1) is kept) == (True, False)
    values(depth=1, other="long" * KEPT_LENGTH)
    assert max(map(len, operation.given)) <= KEPT_LENGTH


def test_what_is_kept_of_variables_has_the_sight_of_nobody(documents: Documents) -> None:
    document, operation = documents.read(WHERE), only(documents, WHERE)
    one, other = [Sight(districts=(code,), partners=(code,)) for code in ("330114", "330109")]
    seen = [documents.plan(document, operation, {"where": {"text": "驿站"}}, sight)[1] for sight in (one, other, one)]
    assert [[code for code in ("330114", "330109") if [code] in values] for values in seen] == [
        ["330114"],
        ["330109"],
        ["330114"],
    ]


def test_operations_of_a_document_have_plans_of_their_own(documents: Documents) -> None:
    text = "query A($first: Int) { areas(first: $first) { totalCount } } query B { members { totalCount } }"
    document = documents.read(text)
    for name in ("A", "B", "A", "B"):
        operation = document.operation(name)
        assert operation is not None
        documents.plan(document, operation, {})
    assert {name: len(operation.plans) for name, operation in document.operations.items()} == {"A": 1, "B": 1}
    assert (document.operation("C"), document.operation(None)) == (None, None)


def test_a_document_is_parsed_and_validated_once(documents: Documents) -> None:
    text = "{ areas { totalCount unknown } }"
    document = documents.read(text)
    assert [error.message for error in document.errors] == ["Cannot query field 'unknown' on type 'AreaConnection'."]
    assert documents.read(text) is document
    assert documents.read(text + " ") is not document


def remembered(documents: Documents, *texts: str) -> dict[str, weakref.ref[Any]]:
    """The documents of `texts`, without holding them."""
    return {text: weakref.ref(documents.read(text)) for text in texts}


def alive(references: dict[str, weakref.ref[Any]]) -> list[str]:
    gc.collect()
    return [text for text, document in references.items() if document() is not None]


A, B, C = (f"{{ areas {{ totalCount }} }} # {letter * 73}" for letter in "abc")


def test_of_too_many_documents_the_one_used_least_recently_goes(graph: Graph) -> None:
    documents = Documents(graph, count=2)
    kept = remembered(documents, A, B, A, C)
    assert alive(kept) == [A, C]


@pytest.mark.parametrize(("characters", "kept"), [(1_800, [A, B, C]), (1_799, [B, C]), (1_199, [C]), (1, [C])])
def test_of_too_long_documents_the_ones_used_least_recently_go(
    graph: Graph, characters: int, kept: list[str]
) -> None:  # fmt: skip
    assert [len(text) for text in (A, B, C)] == [100] * 3
    documents = Documents(graph, characters=characters)
    assert alive(remembered(documents, A, B, C)) == kept


def test_a_statement_may_push_another_document_out(graph: Graph) -> None:
    documents = Documents(graph, characters=1_900)
    kept = remembered(documents, A, B, C)
    assert alive(kept) == [A, B, C]
    assert len(statement(documents, B).sql) in range(101, 701)
    assert alive(kept) == [B, C]
    statement(documents, C)
    assert alive(kept) == [C]


@pytest.mark.parametrize("text", ["", "{ areas {", "{ areas { totalCount } } }", "{" + " areas" * 3_000 + " }"])
def test_what_is_no_document_is_not_kept(graph: Graph, text: str) -> None:
    documents = Documents(graph, count=1)
    kept = remembered(documents, A)
    for _ in range(2):
        with pytest.raises(GraphQLSyntaxError):
            documents.read(text)
    assert alive(kept) == [A]


def test_very_many_documents_leave_the_memory_as_it_was(graph: Graph) -> None:
    documents, process = Documents(graph), psutil.Process()
    # SQLAlchemy and graphql-core fill caches of their own with the first ones.
    sizes = []
    for number in range(5_000):
        if number in (500, 4_999):
            gc.collect()
            sizes.append(process.memory_info().rss)
        statement(documents, f'{{ a{number}: platform(slug: "s{number}") {{ name parent {{ name }} }} }}')
    assert sizes[1] - sizes[0] < 12 * 2**20
