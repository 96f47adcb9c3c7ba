"""Filters: how conditions combine, what each kind of condition means, and what a filter that cannot be is told."""

from typing import Any

import asyncpg
import pytest
from conftest import Ask, asking

from schema.graph import Graph

pytestmark = pytest.mark.anyio


async def counted(ask: Ask, list_: str, where: dict[str, Any]) -> int:
    """The total under a filter, which goes by way of a variable."""
    filter_name = list_.removesuffix("s").title() + "Filter"
    answer = await ask(f"query ($where: {filter_name}) {{ {list_}(where: $where) {{ totalCount }} }}", where=where)
    assert answer.errors == []
    total: int = answer.data[list_]["totalCount"]
    return total


async def refused(ask: Ask, list_: str, where: str) -> tuple[str | None, str]:
    """The one code and message with which a filter is refused, before any statement."""
    answer = await ask(f"{{ {list_}(where: {where}) {{ totalCount }} }}")
    assert answer.data is None
    assert answer.statements == []
    [(code, path, message)] = answer.errors
    assert (path or [list_])[0] == list_
    return code, message


HALLS, STATIONS = {"kind": ["DELIBERATION_HALL"]}, {"kind": ["CONSULTATION_STATION"]}
IN_QIANTANG = {"district": ["330114"]}


@pytest.mark.parametrize(
    ("where", "total"),
    [
        (HALLS, 31),
        (STATIONS, 121),
        ({"kind": ["DELIBERATION_HALL", "CONSULTATION_STATION"]}, 152),
        ({"or": [HALLS, STATIONS]}, 152),
        ({"and": [HALLS, STATIONS]}, 0),
        ({"and": [HALLS, IN_QIANTANG]}, 7),
        ({**HALLS, **IN_QIANTANG}, 7),
        ({"not": HALLS}, 131),
        ({"not": {"not": HALLS}}, 31),
        ({"not": {"or": [HALLS, STATIONS]}}, 10),
        ({"or": [{"and": [HALLS, {"not": IN_QIANTANG}]}, {"kind": ["MEMBER_PARLOR"]}]}, 25),
        ({**IN_QIANTANG, "or": [HALLS, STATIONS], "not": {"slug": ["qiantang-xiasha-hall"]}}, 126),
        ({"kind": ["DELIBERATION_HALL", "DELIBERATION_HALL"]}, 31),
    ],
)
async def test_conditions_combine(ask: Ask, where: dict[str, Any], total: int) -> None:
    assert await counted(ask, "platforms", where) == total


async def test_a_null_condition_is_one_that_was_not_given(ask: Ask) -> None:
    answer = await ask(
        """query ($kind: [PlatformKind!], $where: PlatformFilter) {
            a: platforms(where: {kind: $kind, district: ["330114"]}) { totalCount }
            b: platforms(where: {kind: null, district: ["330114"]}) { totalCount }
            c: platforms(where: null) { totalCount }
            d: platforms(where: $where) { totalCount }
            e: platforms(where: {kind: $kind}) { totalCount }
            f: platforms(where: {or: [{kind: $kind}, {kind: [MEMBER_PARLOR]}]}) { totalCount }
            g: platforms(where: {and: [{kind: $kind}, {kind: [MEMBER_PARLOR]}]}) { totalCount }
            h: platforms(where: {and: null, not: null, kind: [MEMBER_PARLOR]}) { totalCount } }""",
        kind=None,
    )
    totals = {"a": 132, "b": 132, "c": 162, "d": 162, "e": 162, "f": 162, "g": 1, "h": 1}
    assert answer.errors == []
    assert answer.data == {name: {"totalCount": total} for name, total in totals.items()}


async def test_a_filter_that_comes_as_a_variable_may_leave_out_or_null_its_fields(ask: Ask) -> None:
    assert await counted(ask, "platforms", {"kind": None, "district": ["330114"]}) == 132
    assert await counted(ask, "platforms", {"not": None, "district": ["330114"]}) == 132


@pytest.mark.parametrize(
    ("list_", "where", "total"),
    [
        ("platforms", {"text": "驿站"}, 121),
        ("platforms", {"text": "协商 驿站"}, 121),
        ("platforms", {"text": "站驿"}, 0),
        ("platforms", {"text": "xzz"}, 1),
        ("platforms", {"text": "XZZ"}, 1),
        ("platforms", {"text": "\uff38\uff3a\uff3a"}, 1),
        ("platforms", {"text": "芯"}, 1),
        ("platforms", {"text": "医·企议"}, 1),
        ("platforms", {"text": " 芯智造\t"}, 1),
        ("platforms", {"text": "!!!"}, 0),
        ("platforms", {"text": "😀"}, 0),
        ("platforms", {"text": "%"}, 0),
        ("platforms", {"text": "_"}, 0),
        ("platforms", {"text": "'"}, 0),
        ("platforms", {"text": "a' \\ \" & | ! :* <-> ("}, 0),
        ("platforms", {"text": "\\"}, 0),
        ("platforms", {"text": "' OR 1=1 --"}, 0),
        ("platforms", {"text": "\ufeff\u202e"}, 0),
        ("areas", {"text": "330114", "level": ["DISTRICT"]}, 1),
        ("events", {"text": "请你来协商", "isSample": False}, 1),
        ("results", {"text": "公交", "isSample": False}, 4),
        ("members", {"text": "waj"}, 1),
        ("members", {"text": "汪爱娟"}, 1),
    ],
)
async def test_text_is_found_as_characters_initials_or_codes(
    ask: Ask, list_: str, where: dict[str, Any], total: int
) -> None:
    assert await counted(ask, list_, where) == total


@pytest.mark.parametrize(
    ("where", "total"),
    [
        ({"since": "2022-01-01", "until": "2022-12-31"}, 1),
        ({"until": "2021-12-31"}, 0),
        ({"since": "2023-01-01"}, 16),
        ({"since": "2022-01-01", "until": "2022-01-01"}, 1),
        ({"since": "2022-01-02", "until": "2022-12-31"}, 0),
        ({"since": "2022-01-01", "until": None}, 17),
        ({"since": "0001-01-01"}, 17),
        ({"since": "0001-01-01", "until": "9999-12-31"}, 17),
        ({"until": "0001-01-01"}, 0),
        ({"since": "9999-12-31"}, 0),
    ],
)
async def test_days_are_those_of_hangzhou_and_both_ends_count(ask: Ask, where: dict[str, Any], total: int) -> None:
    # An event of which only the year 2022 is known begins at 2021-12-31T16:00Z, the first moment of the year there.
    assert await counted(ask, "events", {"startsAt": where, "isSample": False}) == total


async def test_a_range_of_days_takes_the_rows_that_sql_takes(ask: Ask, hangzhou: str) -> None:
    connection = await asyncpg.connect(hangzhou)
    total = await connection.fetchval(
        """SELECT count(*) FROM result WHERE closed_at >= '2023-03-01T00:00+08' AND closed_at < '2023-04-01T00:00+08'"""
    )
    open_ = await connection.fetchval("SELECT count(*) FROM result WHERE closed_at IS NULL")
    await connection.close()
    days = {"since": "2023-03-01", "until": "2023-03-31"}
    assert await counted(ask, "results", {"closedAt": days}) == total
    assert await counted(ask, "results", {"isClosed": False}) == open_


@pytest.mark.parametrize(
    ("list_", "where", "total"),
    [
        ("events", {"platform": {"slug": ["yuhang-i-duty"]}, "isSample": False}, 2),
        ("events", {"platform": {"kind": ["DISTRICT_FORUM"]}, "isSample": False}, 3),
        ("events", {"organizer": {"district": ["330102"]}}, 1),
        ("events", {"participant": ["330102"]}, 1),
        ("events", {"participant": ["330102", "330127"], "isSample": False, "district": ["330102"]}, 0),
        ("events", {"results": {"kind": ["RECOMMENDATION"]}, "isSample": False}, 2),
        ("events", {"attendances": {"member": {"name": ["汪爱娟"]}}}, 16),
        ("platforms", {"area": {"level": ["PARK"]}}, 4),
        ("platforms", {"host": {"level": ["PARK"]}, "kind": ["CONSULTATION_STATION"]}, 1),
        ("platforms", {"sponsor": {"district": ["3301"]}}, 1),
        ("platforms", {"parent": {"slug": ["qiantang-hui"]}}, 11),
        ("platforms", {"parent": {"parent": {"slug": ["qiantang-hui"]}}}, 120),
        ("platforms", {"not": {"parent": {"slug": ["qiantang-hui"]}}}, 151),
        ("platforms", {"organizations": {"kind": ["PARTY_BRANCH"]}}, 22),
        ("platforms", {"members": {"role": ["LEAD"], "isSample": False}}, 1),
        ("platforms", {"events": {"isSample": False}}, 4),
        ("areas", {"parent": {"code": ["330114"]}}, 10),
        ("areas", {"parent": {"parent": {"code": ["330114"]}}}, 127),
        ("organizations", {"isHosted": True}, 8),
        ("organizations", {"parent": {"kind": ["PARTY_BRANCH"]}}, 11),
        ("members", {"memberships": {"role": ["LEAD"], "isSample": False}}, 1),
        ("members", {"memberships": {"platform": {"kind": ["MEMBER_PARLOR"]}, "activeOn": "2022-06-30"}}, 2),
        ("results", {"isAdopted": True, "isSample": False}, 15),
        ("results", {"adoption": {"organization": {"district": ["330102"]}}}, 15),
        ("results", {"author": {"name": ["李金龙"]}}, 1),
        ("results", {"followsFrom": {"platform": {"slug": ["binjiang-iot-park-station"]}}, "isSample": False}, 1),
        ("results", {"leadsTo": {"kind": ["RECOGNITION"]}, "isSample": False}, 2),
        ("results", {"department": {"text": "交通部门"}, "isSample": False}, 1),
        ("results", {"campaign": {"year": [2022]}}, 55),
        ("observations", {"indicator": ["anniversary"]}, 2),
        ("observations", {"number": ["18", "48"]}, 2),
    ],
)
async def test_a_neighbour_may_be_asked_about(ask: Ask, list_: str, where: dict[str, Any], total: int) -> None:
    assert await counted(ask, list_, where) == total


async def test_timing_is_seen_from_now(graph: Graph, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        """
        INSERT INTO event (district, title, kind, status, starts_at, ends_at) VALUES
            ('330109', 'over', 'SALON', 'HELD', now() - interval '3 days', now() - interval '2 days'),
            ('330109', 'over without an end', 'SALON', 'HELD', now() - interval '3 days', NULL),
            ('330109', 'runs', 'SALON', 'CONFIRMED', now() - interval '1 hour', now() + interval '1 hour'),
            ('330109', 'runs without an end', 'SALON', 'CONFIRMED', now(), NULL),
            ('330109', 'lies ahead', 'SALON', 'CONFIRMED', now() + interval '1 hour', NULL)
        """
    )
    await connection.close()
    async with asking(graph, empty_database) as ask:
        answer = await ask(
            """fragment Titles on EventConnection { totalCount nodes { title } }
            query {
              past: events(where: {timing: [PAST]}, orderBy: [{field: STARTS_AT}]) { ...Titles }
              ongoing: events(where: {timing: [ONGOING]}, orderBy: [{field: STARTS_AT}]) { ...Titles }
              upcoming: events(where: {timing: [UPCOMING]}) { ...Titles }
              two: events(where: {timing: [PAST, UPCOMING]}) { totalCount }
              rest: events(where: {not: {timing: [PAST, UPCOMING]}}) { totalCount } }"""
        )
    assert answer.errors == []
    assert answer.data == {
        "past": {"totalCount": 2, "nodes": [{"title": "over"}, {"title": "over without an end"}]},
        "ongoing": {"totalCount": 2, "nodes": [{"title": "runs"}, {"title": "runs without an end"}]},
        "upcoming": {"totalCount": 1, "nodes": [{"title": "lies ahead"}]},
        "two": {"totalCount": 3},
        "rest": {"totalCount": 2},
    }


async def test_unknown_values_meet_no_condition_and_its_opposite(ask: Ask) -> None:
    total = await counted(ask, "events", {"isSample": False})
    reported = await counted(ask, "events", {"minPublicParticipants": 0, "isSample": False})
    rest = await counted(ask, "events", {"not": {"minPublicParticipants": 0}, "isSample": False})
    assert (total, reported, rest) == (17, 0, 17)


@pytest.mark.parametrize(
    ("list_", "where", "message"),
    [
        ("platforms", "{}", "PlatformFilter names no condition; leave the filter out to get every row"),
        ("platforms", "{not: {}}", "PlatformFilter names no condition; leave the filter out to get every row"),
        ("platforms", "{or: [{}]}", "PlatformFilter names no condition; leave the filter out to get every row"),
        ("platforms", "{area: {}}", "AreaFilter names no condition; leave the filter out to get every row"),
        ("platforms", "{kind: []}", "kind is an empty list, which no row could meet; name at least one value"),
        ("platforms", "{and: []}", "and is an empty list, which no row could meet; name at least one value"),
        ("platforms", "{or: []}", "or is an empty list, which no row could meet; name at least one value"),
        ("events", "{timing: []}", "timing is an empty list, which no row could meet; name at least one value"),
        ("events", "{startsAt: {}}", "startsAt names neither since nor until; give at least one of them"),
        ("events", "{startsAt: {since: null}}", "startsAt names neither since nor until; give at least one of them"),
        (
            "results",
            "{campaign: {}}",
            "SupervisionCampaignFilter names no condition; leave the filter out to get every row",
        ),
    ],
)
async def test_a_filter_on_nothing_is_refused(ask: Ask, list_: str, where: str, message: str) -> None:
    assert await refused(ask, list_, where) == ("EMPTY_FILTER", message)


@pytest.mark.parametrize(
    ("list_", "where", "message"),
    [
        ("platforms", '{text: ""}', "text is empty; give at least one character to look for"),
        ("platforms", '{text: " \\t"}', "text is empty; give at least one character to look for"),
        ("platforms", '{text: "芯\\u0000智造"}', "text has a NUL character, which no text here has"),
        ("platforms", '{slug: ["\\u0000"]}', "slug has a NUL character, which no text here has"),
        ("platforms", '{or: [{district: ["330114\\u0000"]}]}', "district has a NUL character, which no text here has"),
        ("areas", '{code: ["33", "\\u0000"]}', "code has a NUL character, which no text here has"),
        ("members", '{name: ["\\u0000"]}', "name has a NUL character, which no text here has"),
        ("members", '{tags: ["\\u0000"]}', "tags has a NUL character, which no text here has"),
        ("members", '{party: ["\\u0000"]}', "party has a NUL character, which no text here has"),
        ("members", '{sector: {code: ["\\u0000"]}}', "code has a NUL character, which no text here has"),
        ("events", '{topics: ["\\u0000"]}', "topics has a NUL character, which no text here has"),
        ("events", '{participant: ["\\u0000"]}', "participant has a NUL character, which no text here has"),
        ("results", '{topics: ["\\u0000"]}', "topics has a NUL character, which no text here has"),
        ("observations", '{indicator: ["\\u0000"]}', "indicator has a NUL character, which no text here has"),
        ("observations", '{number: ["\\u0000"]}', "number has a NUL character, which no text here has"),
        (
            "events",
            '{participant: ["330102", "上城区"]}',
            "a district's code has 6 digits (a city's 4, a province's 2), got '上城区'",
        ),
        (
            "members",
            '{district: ["330114001"]}',
            "a district's code has 6 digits (a city's 4, a province's 2), got '330114001'",
        ),
        ("platforms", f'{{text: "{"x" * 101}"}}', "text must be at most 100 characters, got 101"),
        (
            "events",
            '{startsAt: {since: "2023-02-01", until: "2023-01-01"}}',
            "startsAt is upside down: since 2023-02-01 comes after until 2023-01-01",
        ),
    ],
)
async def test_a_condition_out_of_bounds_is_refused(ask: Ask, list_: str, where: str, message: str) -> None:
    assert await refused(ask, list_, where) == ("BAD_ARGUMENT", message)


@pytest.mark.parametrize(
    ("list_", "where", "message"),
    [
        ("platforms", "{kind: [NOTHING]}", "Value 'NOTHING' does not exist in 'PlatformKind' enum."),
        (
            "platforms",
            "{xyz: 1}",
            "Expected value of type 'PlatformFilter' not to include unknown field 'xyz', found: { xyz: 1 }.",
        ),
        (
            "events",
            '{startsAt: {since: "2023-02-30"}}',
            'Value cannot represent a Date: "2023-02-30". day is out of range for month',
        ),
        (
            "events",
            "{minPublicParticipants: 2147483648}",
            "Int cannot represent non 32-bit signed integer value: 2147483648",
        ),
    ],
)
async def test_what_is_no_filter_is_refused_before_anything_runs(
    ask: Ask, list_: str, where: str, message: str
) -> None:
    assert await refused(ask, list_, where) == ("GRAPHQL_VALIDATION_FAILED", message)


async def test_a_bad_variable_is_a_bad_argument(ask: Ask) -> None:
    answer = await ask(
        "query ($where: PlatformFilter) { platforms(where: $where) { totalCount } }", where={"kind": ["NOTHING"]}
    )
    assert answer.data is None
    assert [(code, path) for code, path, _ in answer.errors] == [("BAD_ARGUMENT", None)]


@pytest.mark.parametrize(
    ("list_", "where"),
    [
        ("results", {"campaign": {"year": [2147483647]}}),
        ("results", {"campaign": {"year": [-2147483648]}}),
        ("results", {"campaign": {"year": [32768]}}),
        ("events", {"minPublicParticipants": 2147483647}),
        ("members", {"tags": ["{}", '"', "\\", "NULL", ","]}),
        ("members", {"name": ["x" * 100_000]}),
    ],
)
async def test_a_value_that_no_row_can_have_is_met_by_none(ask: Ask, list_: str, where: dict[str, Any]) -> None:
    assert await counted(ask, list_, where) == 0


async def test_a_filter_of_many_levels_is_answered_or_refused(ask: Ask) -> None:
    where: dict[str, Any] = {"kind": ["MEMBER_PARLOR"]}
    for _ in range(30):
        where = {"not": where}
    assert await counted(ask, "platforms", where) == 1


async def test_more_values_than_a_statement_may_hold_are_refused(ask: Ask) -> None:
    answer = await ask(
        "query ($codes: [String!]) { areas(where: {code: $codes}) { totalCount } }",
        codes=[str(number) for number in range(40_000)],
    )
    assert answer.data is None
    assert [code for code, _, _ in answer.errors] == ["LIMIT_EXCEEDED"]
