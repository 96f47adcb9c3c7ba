"""Pages: whatever the order, the filter, the size and the direction, a list is walked once through, nothing twice."""

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
import pytest
from conftest import Answer, Ask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.anyio

COMMITTEE = "(SELECT id FROM organization WHERE key = 'linping-cppcc')"


@dataclass(frozen=True)
class List:
    """A list of the graph, and the same in SQL: what opens it, its rows, its orders, and filters in both languages."""

    opening: str
    closing: str
    name: str
    rows: str
    orders: dict[str, str]
    default: tuple[str, str]
    filters: tuple[tuple[dict[str, Any] | None, str], ...] = ((None, "true"),)


LISTS = (
    List(
        "platforms",
        "",
        "Platform",
        "platform",
        {"NAME": "sort_key", "ESTABLISHED_ON": "established_on", "SLUG": "slug"},
        ("NAME", "ASC"),
        ((None, "true"), ({"kind": ["DELIBERATION_HALL"]}, "kind = 'DELIBERATION_HALL'")),
    ),
    List(
        "organizations",
        "",
        "Organization",
        "organization",
        {"NAME": "sort_key", "KIND": "kind", "FOUNDED_ON": "founded_on"},
        ("NAME", "ASC"),
        ((None, "true"), ({"not": {"district": ["330109"]}}, "district <> '330109'")),
    ),
    List(
        "results",
        "",
        "Result",
        "result",
        {"RAISED_AT": "raised_at", "CLOSED_AT": "closed_at"},
        ("RAISED_AT", "DESC"),
        (
            ({"district": ["330127"], "isClosed": True}, "district = '330127' AND closed_at IS NOT NULL"),
            ({"kind": ["SUPERVISION_ITEM"]}, "kind = 'SUPERVISION_ITEM'"),
            (
                {"or": [{"isSample": False}, {"kind": ["OUTCOME", "PARTNERSHIP"]}]},
                "NOT is_sample OR kind IN ('OUTCOME', 'PARTNERSHIP')",
            ),
        ),
    ),
    List(
        "events",
        "",
        "Event",
        "event",
        {"STARTS_AT": "starts_at"},
        ("STARTS_AT", "DESC"),
        (({"district": ["330127"]}, "district = '330127'"), ({"mode": ["ONLINE"]}, "mode = 'ONLINE'")),
    ),
    List(
        'organizations(where: {district: ["330113"], kind: [CPPCC_COMMITTEE]}) { nodes { members',
        "} }",
        "Membership",
        f"membership WHERE district = '330113' AND organization_id = {COMMITTEE}",
        {"STARTS_ON": "starts_on", "ENDS_ON": "ends_on", "CREATED": "id"},
        ("CREATED", "ASC"),
        ((None, "true"), ({"role": ["MEMBER"]}, "role = 'MEMBER'")),
    ),
)


def document(list_: List) -> str:
    return (
        f"query ($first: Int, $after: String, $last: Int, $before: String, $where: {list_.name}Filter, "
        f"$orderBy: [{list_.name}Order!]) {{ {list_.opening}"
        "(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {"
        " totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        f" nodes {{ id }} edges {{ cursor node {{ id }} }} }} {list_.closing} }}"
    )


def page_of(answer: Answer) -> Any:
    """The page, however deep it lies; what it says twice must agree."""
    assert answer.errors == []
    page = answer.data
    while "pageInfo" not in page:
        page = page[0] if isinstance(page, list) else next(iter(page.values()))
    edges, info = page["edges"], page["pageInfo"]
    assert page["nodes"] == [edge["node"] for edge in edges]
    assert (info["startCursor"], info["endCursor"]) == (
        (edges[0]["cursor"], edges[-1]["cursor"]) if edges else (None, None)
    )
    return page


def row_id(node: dict[str, str]) -> int:
    return int(base64.b64decode(node["id"]).decode().rpartition(":")[2])


async def rows_in_order(
    dsn: str, list_: List, condition: str, orders: Sequence[tuple[str, str]], tie_breaker_direction: str
) -> list[int]:
    """The ids of the rows, sorted here: unknown values last either way, ties by id."""
    ranks = ", ".join(
        f"CASE WHEN {column} IS NOT NULL THEN dense_rank() OVER (ORDER BY {column}) END AS {name.lower()}"
        for name, column in list_.orders.items()
    )
    table, _, given_ = list_.rows.partition(" WHERE ")
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(f"SELECT id, {ranks} FROM {table} WHERE ({given_ or 'true'}) AND ({condition})")
    await connection.close()
    rows.sort(key=lambda row: row["id"], reverse=tie_breaker_direction == "DESC")
    for name, direction in reversed(orders):
        rows.sort(key=_last_if_unknown(name.lower(), direction), reverse=direction == "DESC")
    return [row["id"] for row in rows]


def _last_if_unknown(name: str, direction: str) -> Callable[[Any], tuple[bool, int]]:
    return lambda row: ((row[name] is None) is (direction == "ASC"), row[name] or 0)


async def walked(
    ask: Callable[..., Awaitable[Answer]], list_: List, size: int, *, backwards: bool, **given_: Any
) -> tuple[list[int], list[tuple[bool, bool]], set[int]]:
    """The ids of all pages, put together in the order of the list; what each page says of its neighbours; totals."""
    ids: list[int] = []
    neighbours, totals = [], set()
    cursor = None
    while True:
        bounds = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        page = page_of(await ask(document(list_), **bounds, **given_))
        found = [row_id(node) for node in page["nodes"]]
        ids = found + ids if backwards else ids + found
        info = page["pageInfo"]
        neighbours.append((info["hasPreviousPage"], info["hasNextPage"]))
        totals.add(page["totalCount"])
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return ids, neighbours, totals
        cursor = info["startCursor" if backwards else "endCursor"]


@dataclass(frozen=True)
class Walk:
    """A way through a list: which one, filtered and sorted how, in about how many pages, from which end."""

    list_: List
    where: dict[str, Any] | None
    condition: str
    orders: list[tuple[str, str]]
    pages: int
    backwards: bool

    @property
    def order_by(self) -> list[dict[str, str]]:
        return [{"field": name, "direction": direction} for name, direction in self.orders]


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    list_ = draw(st.sampled_from(LISTS))
    where, condition = draw(st.sampled_from(list_.filters))
    names = draw(st.lists(st.sampled_from(sorted(list_.orders)), unique=True))
    orders = [(name, draw(st.sampled_from(["ASC", "DESC"]))) for name in names]
    return Walk(list_, where, condition, orders, draw(st.integers(1, 8)), draw(st.booleans()))


PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(walk=walks())
async def test_pages_put_together_are_the_sorted_list(walk: Walk, ask: Ask, hangzhou: str) -> None:
    sorted_by = walk.orders or [walk.list_.default]
    expected = await rows_in_order(hangzhou, walk.list_, walk.condition, sorted_by, sorted_by[0][1])
    size = min(100, -(-len(expected) // walk.pages))
    ids, neighbours, totals = await walked(
        ask, walk.list_, size, backwards=walk.backwards, where=walk.where, orderBy=walk.order_by or None
    )
    pages = -(-len(expected) // size)
    forwards = [(index > 0, index < pages - 1) for index in range(pages)]
    assert ids == expected
    assert totals == {len(expected)}
    assert neighbours == ([pair[::-1] for pair in forwards] if walk.backwards else forwards)


@PROPERTY
@given(walk=walks(), start=st.integers(0, 99), end=st.integers(0, 99), size=st.integers(1, 100))
async def test_two_cursors_cut_out_what_lies_between_them(
    walk: Walk, start: int, end: int, size: int, ask: Ask
) -> None:
    given_ = {"where": walk.where, "orderBy": walk.order_by or None}
    whole = page_of(await ask(document(walk.list_), first=100, **given_))["edges"]
    start, end = start % len(whole), end % len(whole)
    bounds = {"last" if walk.backwards else "first": size}
    cursors = {"after": whole[start]["cursor"], "before": whole[end]["cursor"]}
    page = page_of(await ask(document(walk.list_), **bounds, **cursors, **given_))
    between = whole[start + 1 : end]
    has_more = len(between) > size
    assert page["edges"] == (between[-size:] if walk.backwards else between[:size])
    info = page["pageInfo"]
    assert (info["hasPreviousPage"], info["hasNextPage"]) == ((has_more, True) if walk.backwards else (True, has_more))


async def test_twenty_rows_come_when_no_number_is_given(ask: Ask) -> None:
    answer = await ask("{ events { nodes { __typename } pageInfo { hasNextPage hasPreviousPage } } }")
    assert answer.data == {
        "events": {
            "nodes": [{"__typename": "Event"}] * 20,
            "pageInfo": {"hasNextPage": True, "hasPreviousPage": False},
        }
    }


async def test_an_empty_list_has_one_empty_page(ask: Ask) -> None:
    answer = await ask(
        """{ platforms(where: {slug: ["nobody"]}) { totalCount nodes { name } edges { cursor }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    )
    assert answer.data == {
        "platforms": {
            "totalCount": 0,
            "nodes": [],
            "edges": [],
            "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        }
    }


async def test_the_total_alone_reads_no_rows(ask: Ask) -> None:
    answer = await ask("{ platforms { totalCount } }")
    assert answer.data == {"platforms": {"totalCount": 162}}
    seen = "(SELECT seen.* \nFROM platform AS seen \nWHERE seen.visibility = 'PUBLIC')"
    assert answer.statements == [f"SELECT count(*) AS count \nFROM {seen} AS child \nWHERE true"]


async def test_the_total_of_each_parent_is_one_statement_that_reads_no_rows(ask: Ask) -> None:
    answer = await ask(
        """{ platforms(where: {kind: [MEMBER_STUDIO], district: ["330114"]}, orderBy: [{field: SLUG}]) {
            nodes { slug events(where: {isSample: false}) { totalCount } } } }"""
    )
    assert answer.data == {
        "platforms": {
            "nodes": [
                {"slug": "qiantang-xin-zhi-zao", "events": {"totalCount": 0}},
                {"slug": "qiantang-yi-qi-yi", "events": {"totalCount": 0}},
                {"slug": "qiantang-zhi-li-fang", "events": {"totalCount": 0}},
            ]
        }
    }
    listed, counted = answer.statements
    assert "FROM platform AS seen" in listed
    assert counted.startswith("SELECT parent.district AS parent_0, parent.id AS parent_1, own.count \nFROM")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first: 0", "first must be 1–100, got 0"),
        ("first: 101", "first must be 1–100, got 101"),
        ("first: -1", "first must be 1–100, got -1"),
        ("last: 0", "last must be 1–100, got 0"),
        ("last: 101", "last must be 1–100, got 101"),
        ("first: 2147483647", "first must be 1–100, got 2147483647"),
        (
            "first: 1, last: 1",
            "first and last are both given; ask for the first or for the last rows, not for both",
        ),
        ("orderBy: [{field: NAME}, {field: NAME}]", "orderBy names a field twice; name each at most once"),
    ],
)
async def test_a_page_out_of_bounds_is_refused(ask: Ask, arguments: str, message: str) -> None:
    answer = await ask(f"{{ platforms({arguments}) {{ nodes {{ name }} }} }}")
    assert (answer.data, answer.errors) == (None, [("BAD_ARGUMENT", ["platforms"], message)])
    assert answer.statements == []


async def test_a_number_too_large_for_graphql_is_refused(ask: Ask) -> None:
    answer = await ask("{ platforms(first: 99999999999) { nodes { name } } }")
    message = "Int cannot represent non 32-bit signed integer value: 99999999999"
    assert (answer.data, answer.errors) == (None, [("GRAPHQL_VALIDATION_FAILED", None, message)])


@pytest.mark.parametrize("text", ["", "x", "0", "é", "\0", "====", "e30=", "bnVsbA==", "W10=", "W1tdXQ==", "//8="])
async def test_what_is_no_cursor_is_refused(ask: Ask, text: str) -> None:
    answer = await ask("query ($after: String) { platforms(after: $after) { nodes { name } } }", after=text)
    assert answer.data is None
    assert [(code, path) for code, path, _ in answer.errors] == [("BAD_CURSOR", ["platforms"])]


@pytest.mark.parametrize(
    "other",
    [
        "{ platforms(orderBy: [{field: NAME, direction: DESC}]) PAGE }",
        "{ platforms(orderBy: [{field: SLUG}]) PAGE }",
        "{ platforms(orderBy: [{field: NAME}, {field: SLUG}]) PAGE }",
        "{ members PAGE }",
        '{ search(text: "驿站") PAGE }',
        '{ area(code: "330114") { platforms PAGE } }',
        '{ platform(slug: "qiantang-hui") { children PAGE } }',
    ],
)
async def test_a_cursor_of_another_list_or_order_is_refused(ask: Ask, other: str) -> None:
    answer = await ask(other.replace("PAGE", "{ pageInfo { endCursor } }"))
    found = answer.data
    while isinstance(found, dict):
        found = next(iter(found.values()))
    refused = await ask("query ($after: String) { platforms(after: $after) { nodes { name } } }", after=found)
    message = "after is a cursor of another list or order; take it from this list with the same orderBy"
    assert (refused.data, refused.errors) == (None, [("BAD_CURSOR", ["platforms"], message)])


async def test_a_cursor_is_taken_from_every_parent_of_its_list(ask: Ask) -> None:
    answer = await ask(
        """{ a: platform(slug: "qiantang-xiasha-hall") { children(first: 1) { pageInfo { endCursor } } } }"""
    )
    after = answer.data["a"]["children"]["pageInfo"]["endCursor"]
    answer = await ask(
        """query ($after: String) { platform(slug: "qiantang-hui") {
            children(first: 1, after: $after) { nodes { name } } } }""",
        after=after,
    )
    assert answer.errors == []


TAMPERED: tuple[Any, ...] = (
    None,
    True,
    [],
    {},
    "",
    "infinity",
    "-infinity",
    "NaN",
    "\0",
    "2023-13-45",
    "2023-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "x" * 10_000,
    0,
    -(2**63),
    2**63 - 1,
    2**63,
    2**64 - 1,
    1.5,
    1e308,
)
TAMPERED_LISTS = (
    "platforms(orderBy: [{field: NAME}]",
    "platforms(orderBy: [{field: ESTABLISHED_ON}]",
    "organizations(orderBy: [{field: KIND}, {field: NAME, direction: DESC}]",
    "events(orderBy: [{field: STARTS_AT}]",
    "results(orderBy: [{field: CLOSED_AT, direction: DESC}]",
    'search(text: "协商"',
    'area(code: "330127") { ... on District { campaigns(orderBy: [{field: YEAR}]',
)


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("list_", TAMPERED_LISTS)
async def test_a_tampered_cursor_is_refused_or_is_a_place_in_the_list(ask: Ask, list_: str, name: str) -> None:
    closing = "}" * list_.count("{ ")
    answer = await ask(f"{{ {list_}, first: 1) {{ pageInfo {{ endCursor }} }} {closing} }}")
    found = answer.data
    while isinstance(found, dict):
        found = next(iter(found.values()))
    values = orjson.loads(base64.b64decode(found))
    for place in range(1, len(values)):
        for value in TAMPERED:
            forged = base64.b64encode(orjson.dumps([*values[:place], value, *values[place + 1 :]])).decode()
            answer = await ask(
                f"query ($c: String) {{ {list_}, first: 1, {name}: $c) {{ nodes {{ __typename }} }} {closing} }}",
                c=forged,
            )
            assert [code for code, _, _ in answer.errors if code != "BAD_CURSOR"] == [], (place, value)
