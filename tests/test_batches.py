"""Batches: rows of another system are put in by its keys, all of them or the good ones, and again without effect."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from conftest import Ask, asking
from telling import Teller
from test_mutations import CITY, COUNTED, QIANTANG, fetch, told_by

from db.counters import differences
from schema.graph import Graph

pytestmark = pytest.mark.anyio

ROWS = "rows { number outcome problem rowId }"


@pytest.fixture
async def teller(graph: Graph, own_hangzhou: str) -> AsyncIterator[Teller]:
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield told_by(ask)


def event_row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "district": "330114", "key": f"e-{number}", "title": f"活动{number}", "kind": "SALON", "status": "HELD",
        "startsAt": f"2026-01-{number % 28 + 1:02}T09:00:00+08:00", "platforms": ["qiantang-xiasha-hall"], **more,
    }  # fmt: skip


async def put(teller: Teller, mutation: str, rows: list[dict[str, Any]], **more: Any) -> list[str]:
    found = await teller.do(mutation, ROWS, rows=rows, **more)
    assert [each["number"] for each in found] == list(range(len(rows)))
    return [each["outcome"] for each in found]


async def test_rows_are_made_changed_and_left_as_they_were(teller: Teller, own_hangzhou: str) -> None:
    people = [{"district": "330114", "key": f"m-{number}", "name": f"委员{number}"} for number in range(3)]
    assert await put(teller, "upsertMembers", people) == ["CREATED"] * 3
    assert await put(teller, "upsertMembers", [people[0], {**people[1], "tags": ["教育"]}]) == ["UNCHANGED", "CHANGED"]
    assert await put(teller, "upsertEvents", [event_row(1), event_row(2)]) == ["CREATED"] * 2
    later = event_row(2, startsAt="2026-03-01T09:00:00+08:00")
    assert await put(teller, "upsertEvents", [event_row(1), later]) == ["UNCHANGED", "CHANGED"]
    elsewhere = event_row(1, platforms=["qiantang-baiyang-hall"])
    assert await put(teller, "upsertEvents", [elsewhere]) == ["CHANGED"]
    came = [
        {"district": "330114", "event": "e-1", "member": f"m-{number}", "state": "CHECKED_IN"} for number in range(2)
    ]
    assert await put(teller, "upsertAttendances", came) == ["CREATED"] * 2
    advice = {
        "district": "330114", "key": "r-1", "kind": "RECOMMENDATION", "status": "ADOPTED", "title": "一条建议",
        "raisedAt": "2026-01-05T00:00:00Z", "event": "e-1",
    }  # fmt: skip
    assert await put(teller, "upsertResults", [advice]) == ["CREATED"]
    assert await put(teller, "upsertResults", [{**advice, "status": "IMPLEMENTED"}]) == ["CHANGED"]
    hall = {
        "district": "330114", "slug": "qiantang-new-studio", "name": "新工作室", "kind": "MEMBER_STUDIO",
        "level": "DISTRICT", "area": "330114001",
    }  # fmt: skip
    assert await put(teller, "upsertPlatforms", [hall]) == ["CREATED"]
    found = await teller.ask(
        '{ platform(slug: "qiantang-baiyang-hall") { events(where: {text: "活动1"}) { nodes { title'
        " attendances(state: CHECKED_IN) { totalCount } results { nodes { status steps { stage } } } } } } }"
    )
    steps = [{"stage": "ADOPTED"}, {"stage": "IMPLEMENTED"}]
    results = {"nodes": [{"status": "IMPLEMENTED", "steps": steps}]}
    held = {"title": "活动1", "attendances": {"totalCount": 2}, "results": results}
    assert found["platform"]["events"]["nodes"] == [held]
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()


async def test_a_thousand_rows_are_one_entry_of_the_log(teller: Teller, own_hangzhou: str) -> None:
    people = [{"district": "330114", "key": f"m-{number}", "name": f"委员{number}"} for number in range(1_000)]
    assert await put(teller, "upsertMembers", people) == ["CREATED"] * 1_000
    entries = await fetch(own_hangzhou, "SELECT position, count(*) FROM changed_row GROUP BY 1")
    assert entries == [(1, 1_000)]
    # What changes nothing is not logged.
    assert await put(teller, "upsertMembers", people) == ["UNCHANGED"] * 1_000
    assert await fetch(own_hangzhou, "SELECT position FROM change_head") == [(1,)]


BAD = [
    event_row(1),
    event_row(2, platforms=["nowhere"]),
    event_row(3, district="330199"),
    event_row(4, publicParticipants=-1),
    event_row(5),
]
PROBLEMS = [
    None,
    "there is no platform with slug 'nowhere'",
    "no district, city or province of the newest list has the code '330199'; districts lists those that take part",
    "the event breaks a rule: participants not negative",
    None,
]


async def test_one_bad_row_keeps_all_out(teller: Teller, own_hangzhou: str) -> None:
    before = await fetch(own_hangzhou, COUNTED)
    refused = await teller.refused("upsertEvents", rows=BAD)
    told = ", ".join(f"row {number}: {problem}" for number, problem in enumerate(PROBLEMS) if problem)
    assert refused == {
        "__typename": "BatchRefused",
        "message": f"3 rows are wrong, so nothing was written: {told}",
    }
    assert await fetch(own_hangzhou, COUNTED) == before


async def test_bad_rows_are_skipped_and_the_others_put_in(teller: Teller, own_hangzhou: str) -> None:
    found = await teller.do("upsertEvents", ROWS, rows=BAD, mode="SKIP_BAD")
    assert [each["problem"] for each in found] == PROBLEMS
    assert [each["outcome"] for each in found] == ["CREATED", "REFUSED", "REFUSED", "REFUSED", "CREATED"]
    written = await fetch(own_hangzhou, "SELECT key FROM event WHERE key LIKE 'e-%' ORDER BY 1")
    logged = await fetch(
        own_hangzhou,
        "SELECT after->>'title', node_id IS NOT NULL FROM changed_row WHERE type = 'EVENT' ORDER BY number",
    )
    assert (written, logged) == ([("e-1",), ("e-5",)], [("活动1", True), ("活动5", True)])
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()


async def test_rows_of_districts_one_may_not_write_are_refused(graph: Graph, own_hangzhou: str) -> None:
    rows = [event_row(1), {**event_row(2), "district": "330109", "platforms": []}]
    async with asking(graph, own_hangzhou, QIANTANG) as ask:
        found = await told_by(ask).do("upsertEvents", ROWS, rows=rows, mode="SKIP_BAD")
    assert [each["outcome"] for each in found] == ["CREATED", "REFUSED"]
    assert found[1]["problem"] == "the key '钱塘区政协' may not write what 330109 owns, only 330114"


@pytest.mark.parametrize("count", [0, 1_001])
async def test_a_batch_has_a_thousand_rows_at_most(teller: Teller, tell_city: Ask, count: int) -> None:
    rows = [{"district": "330114", "key": str(number), "name": "某"} for number in range(count)]
    query = "mutation ($input: UpsertMembersInput!) { upsertMembers(input: $input) { __typename } }"
    answer = await tell_city(query, input={"rows": rows})
    assert [error[0] for error in answer.errors] == ["BAD_ARGUMENT"]


@pytest.fixture
async def tell_city(graph: Graph, own_hangzhou: str) -> AsyncIterator[Ask]:
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield ask


async def test_what_is_left_out_stays_as_it_is(teller: Teller, own_hangzhou: str) -> None:
    slug = "qiantang-xiasha-hall"
    hall = await teller.platform(slug)
    await teller.do("setPlatformStatus", "platform { id }", platform=hall, to="CLOSED", on="2025-01-01")
    row = {
        "district": "330114",
        "slug": slug,
        "name": "下沙街道议事堂",
        "kind": "DELIBERATION_HALL",
        "level": "TOWNSHIP",
    }
    assert await put(teller, "upsertPlatforms", [row]) == ["CHANGED"]
    found = await teller.ask(f'{{ platform(slug: "{slug}") {{ name status closedOn }} }}')
    assert found["platform"] == {"name": "下沙街道议事堂", "status": "CLOSED", "closedOn": "2025-01-01"}
    assert await put(teller, "upsertPlatforms", [{**row, "status": "ACTIVE"}]) == ["CHANGED"]
    found = await teller.ask(f'{{ platform(slug: "{slug}") {{ status closedOn }} }}')
    assert found["platform"] == {"status": "ACTIVE", "closedOn": None}


async def test_what_a_row_cannot_become_is_told(teller: Teller) -> None:
    first = {"district": "330114", "key": "r-1", "status": "RAISED", "title": "一", "raisedAt": "2026-01-05T00:00:00Z"}
    await put(teller, "upsertResults", [{**first, "kind": "RECOMMENDATION"}])
    new = {"district": "330109", "name": "某", "kind": "MEMBER_STUDIO", "level": "DISTRICT"}
    for mutation, row, problem in (
        (
            "upsertResults",
            {**first, "kind": "PARTNERSHIP"},
            "kind cannot be changed, and the result is a RECOMMENDATION",
        ),
        ("upsertPlatforms", {**new, "slug": "somewhere"}, "a new platform needs an area"),
        (
            "upsertPlatforms",
            {**new, "slug": "qiantang-hui", "area": "330109"},
            "a platform has the slug qiantang-hui already; choose another one",
        ),
        (
            "upsertMembers",
            {"district": "330114", "key": "m", "name": " "},
            "name must have 1–20,000 characters, not all blank and none of them NUL",
        ),
        (
            "upsertEvents",
            event_row(1, startsAt="2026-01-01T09:00:00"),
            "startsAt must be a time of the years 1900–2200 with its offset, such as 2026-03-01T09:00:00+08:00,"
            " got 2026-01-01T09:00:00",
        ),
    ):
        found = await teller.do(mutation, ROWS, rows=[row], mode="SKIP_BAD")
        assert [each["problem"] for each in found] == [problem]


async def test_counts_follow_when_an_event_becomes_another_kind_or_moves_past_its_end(
    teller: Teller, own_hangzhou: str
) -> None:
    await put(teller, "upsertMembers", [{"district": "330114", "key": "m-1", "name": "某委员"}])
    row = event_row(1, endsAt="2026-01-02T12:00:00+08:00")
    await put(teller, "upsertEvents", [row])
    came = {"district": "330114", "event": "e-1", "member": "m-1", "state": "CHECKED_IN"}
    await put(teller, "upsertAttendances", [came])
    later = {**row, "kind": "FORUM", "startsAt": "2026-02-02T09:00:00+08:00", "endsAt": "2026-02-02T12:00:00+08:00"}
    bad = event_row(2, publicParticipants=-1)
    found = await teller.do("upsertEvents", ROWS, rows=[later, bad, {**later, "title": "改过"}], mode="SKIP_BAD")
    assert [each["outcome"] for each in found] == ["CHANGED", "REFUSED", "CHANGED"]
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()
