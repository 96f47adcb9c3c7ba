"""Writes through the graph: all of it or nothing, once, by those who may, with counters and change log kept."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from conftest import Ask, asking
from serving import writer
from telling import Teller, document

from db.counters import differences
from resolvers.access import ANONYMOUS
from schema.graph import Graph

pytestmark = pytest.mark.anyio

CITY = writer("杭州市政协", "3301")
QIANTANG = writer("钱塘区政协", "330114")
COUNTED = "SELECT (SELECT count(*) FROM result), (SELECT count(*) FROM change), (SELECT position FROM change_head)"
RAISE = document("raiseRecommendation", "recommendation { id title status }")


@pytest.fixture
async def tell(graph: Graph, own_hangzhou: str) -> AsyncIterator[Ask]:
    """Asks and writes with a key of the city."""
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield ask


@pytest.fixture
async def teller(tell: Ask) -> Teller:
    return told_by(tell)


def told_by(ask: Ask) -> Teller:
    async def run(query: str, variables: dict[str, Any]) -> Any:
        answer = await ask(query, **variables)
        assert answer.errors == []
        return answer.data

    return Teller(run)


async def fetch(dsn: str, statement: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(statement)
    await connection.close()
    return [tuple(row) for row in rows]


async def test_a_write_is_one_entry_with_each_row_before_and_after(teller: Teller) -> None:
    platform = await teller.platform("qiantang-hui")
    raised = await teller.do("raiseRecommendation", "recommendation { id }", title="增设公交接驳线", platform=platform)
    department = await teller.organization("330114", "钱塘芯谷管理办公室")
    await teller.do("advanceResult", "result { id }", result=raised["id"], to="FORWARDED", organization=department)
    log = await teller.ask(
        "{ changes { totalCount nodes { cursor author mutation types rows { type action nodeId before after "
        "node { __typename id } } } } }"
    )
    first, second = log["changes"]["nodes"]
    assert (log["changes"]["totalCount"], first["cursor"], second["cursor"]) == (2, "1", "2")
    assert (first["author"], first["mutation"], first["types"]) == (
        "杭州市政协", "raiseRecommendation", ["RESULT", "RESULT_STEP"],
    )  # fmt: skip
    made, changed = first["rows"][0], second["rows"][0]
    assert (made["action"], made["before"], made["nodeId"]) == ("CREATED", None, raised["id"])
    assert made["node"] == {"__typename": "Recommendation", "id": raised["id"]}
    assert (made["after"]["title"], made["after"]["status"], made["after"]["platform"]) == (
        "增设公交接驳线", "RAISED", platform,
    )  # fmt: skip
    assert (changed["action"], changed["before"]) == ("UPDATED", made["after"])
    assert changed["after"] == {**made["after"], "status": "FORWARDED", "department": department}


async def test_the_log_is_read_on_from_a_cursor_or_a_time_by_type_and_place(teller: Teller) -> None:
    hall, elsewhere = await teller.platform("qiantang-xiasha-hall"), await teller.platform("xiaoshan-beigan-hall")
    await teller.do("raiseRecommendation", "recommendation { id }", title="一", platform=hall)
    await teller.do("ratePlatform", "platform { id }", platform=elsewhere, year=2025, stars=4)
    query = (
        "query ($since: String, $types: [ChangeType!], $under: String)"
        " { changes(since: $since, types: $types, under: $under) { totalCount nodes { mutation } } }"
    )

    async def seen(**given: Any) -> list[str]:
        found = (await teller.ask(query, **given))["changes"]
        assert found["totalCount"] == len(found["nodes"])
        return [each["mutation"] for each in found["nodes"]]

    both = ["raiseRecommendation", "ratePlatform"]
    assert await seen() == both
    assert await seen(since="1") == both[1:]
    assert await seen(since="2") == []
    assert await seen(since="2020-01-01T00:00:00+08:00") == both
    assert await seen(since="2120-01-01T00:00:00+08:00") == []
    assert await seen(types=["RESULT_STEP", "EVENT"]) == both[:1]
    assert await seen(types=["STAR_RATING"]) == both[1:]
    assert await seen(under=hall) == both[:1]
    assert await seen(under=await teller.area("330114")) == both[:1]
    assert await seen(under=await teller.area("330109002")) == both[1:]
    assert await seen(under=await teller.area("3301")) == both


@pytest.mark.parametrize("since", ["yesterday", "2026-11-01T08:00:00", "9" * 30])
async def test_what_is_no_cursor_and_no_time_is_refused(ask: Ask, since: str) -> None:
    answer = await ask("query ($since: String) { changes(since: $since) { totalCount } }", since=since)
    assert [error[0] for error in answer.errors] == ["BAD_CURSOR"]


async def test_the_same_key_gives_one_effect_and_the_same_answer(tell: Ask, own_hangzhou: str) -> None:
    platform = (await tell('{ platform(slug: "qiantang-hui") { id } }')).data["platform"]["id"]
    given = {"title": "一条建议", "platform": platform, "idempotencyKey": "k1"}
    before = (await fetch(own_hangzhou, COUNTED))[0]
    answers = await asyncio.gather(*(tell(RAISE, input=given) for _ in range(4)))
    assert [answer.errors for answer in answers] == [[]] * 4
    assert [answer.data for answer in answers] == [answers[0].data] * 4
    assert (await fetch(own_hangzhou, COUNTED))[0] == (before[0] + 1, before[1] + 1, before[2] + 1)
    other = await tell(RAISE, input={**given, "title": "另一条建议"})
    assert other.errors == [
        (
            "BAD_ARGUMENT",
            ["raiseRecommendation"],
            "the idempotencyKey 'k1' was used for raiseRecommendation with another input; take a new key",
        )
    ]


async def test_who_may_not_write_changes_nothing(graph: Graph, own_hangzhou: str) -> None:
    before = await fetch(own_hangzhou, COUNTED)
    for viewer, slug, message in (
        (
            ANONYMOUS,
            "qiantang-hui",
            "this needs a key that may write; send it as `Authorization: Bearer yz_…`, and ask whoever runs this server"
            " for one (python server.py keys issue)",
        ),
        (QIANTANG, "xiaoshan-beigan-hall", "the key '钱塘区政协' may not write what 330109 owns, only 330114"),
    ):
        async with asking(graph, own_hangzhou, viewer) as ask:
            platform = (await ask(f'{{ platform(slug: "{slug}") {{ id }} }}')).data["platform"]["id"]
            answer = await ask(RAISE, input={"title": "一条建议", "platform": platform})
            assert (answer.data, answer.errors) == (None, [("FORBIDDEN", ["raiseRecommendation"], message)])
    assert await fetch(own_hangzhou, COUNTED) == before
    async with asking(graph, own_hangzhou, QIANTANG) as ask:
        await told_by(ask).do("raiseRecommendation", "recommendation { id }", title="一", district="330114")


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"title": " "}, "BAD_ARGUMENT", "title must have 1–20,000 characters, not all blank and none of them NUL"),
        ({"title": "a\0b"}, "BAD_ARGUMENT", "title must have 1–20,000 characters, not all blank and none of them NUL"),
        (
            {"title": "字" * 20_001},
            "BAD_ARGUMENT",
            "title must have 1–20,000 characters, not all blank and none of them NUL",
        ),
        (
            {"title": "一"},
            "BAD_ARGUMENT",
            "name the district that owns it, or a platform, an event or an author of it",
        ),
        (
            {"title": "一", "district": "330114", "platform": "eA=="},
            "BAD_ID",
            "'eA==' is no id of this service; take ids from the field id",
        ),
        ({"title": "一", "district": "12345x"}, "FORBIDDEN", None),
        (
            {"title": "一", "district": "330199"},
            "UNKNOWN_CODE",
            "no district, city or province of the newest list has the code '330199'; districts lists those that take"
            " part",
        ),
    ],
)
async def test_bad_input_is_told_and_nothing_is_written(
    tell: Ask, own_hangzhou: str, given: dict[str, Any], code: str, message: str | None
) -> None:
    before = await fetch(own_hangzhou, COUNTED)
    answer = await tell(RAISE, input=given)
    assert [(error[0], error[1]) for error in answer.errors] == [(code, ["raiseRecommendation"])]
    assert message in (None, answer.errors[0][2])
    assert await fetch(own_hangzhou, COUNTED) == before


async def test_an_id_of_another_type_or_of_nothing_is_told(teller: Teller, tell: Ask) -> None:
    area = await teller.area("330114")
    answer = await tell(RAISE, input={"title": "一", "platform": area})
    assert answer.errors == [
        ("BAD_ARGUMENT", ["raiseRecommendation"], "platform must be the id of a Platform, got one of a District")
    ]
    gone = "RGlzdHJpY3RGb3J1bTozMzAxMTQ6OTk5OTk5OTk5"
    assert await teller.refused("raiseRecommendation", title="一", platform=gone) == {
        "__typename": "NotFound",
        "message": f"platform: there is no DistrictForum with the id {gone}, or not any more",
    }


async def test_a_broken_rule_of_the_tables_is_told_in_words(teller: Teller, tell: Ask) -> None:
    platform = await teller.platform("qiantang-hui")
    rate = document("ratePlatform", "platform { id }")
    answer = await tell(rate, input={"platform": platform, "year": 2025, "stars": 9})
    assert answer.errors == [("BAD_ARGUMENT", ["ratePlatform"], "the star rating breaks a rule: one to five stars")]
    answer = await tell(rate, input={"platform": platform, "year": 1_000_000, "stars": 1})
    assert [error[0] for error in answer.errors] == ["BAD_ARGUMENT"]


async def test_mutations_of_one_document_follow_each_other_and_see_what_was_written(teller: Teller, tell: Ask) -> None:
    platform = await teller.platform("qiantang-hui")
    answer = await tell(
        """mutation ($a: RaiseRecommendationInput!, $b: RatePlatformInput!) {
          a: raiseRecommendation(input: $a) { ... on RaiseRecommendationPayload { cursor recommendation { platform {
            starRatings { year stars } results(where: {raisedAt: {since: "2026-01-01"}}) { totalCount } } } } }
          b: ratePlatform(input: $b) { ... on RatePlatformPayload { cursor platform {
            starRatings { year stars } results(where: {raisedAt: {since: "2026-01-01"}}) { totalCount } } } } }""",
        a={"title": "一", "platform": platform},
        b={"platform": platform, "year": 2026, "stars": 5},
    )
    rated = [{"year": 2026, "stars": 5}]
    assert answer.errors == []
    assert answer.data["a"] == {
        "cursor": "1",
        "recommendation": {"platform": {"starRatings": [], "results": {"totalCount": 1}}},
    }
    assert answer.data["b"] == {"cursor": "2", "platform": {"starRatings": rated, "results": {"totalCount": 1}}}


async def test_counters_follow_writes(teller: Teller, own_hangzhou: str) -> None:
    hall = await teller.platform("qiantang-xiasha-hall")
    body = await teller.organization("330114", "钱塘区政协")
    event = await teller.do(
        "planEvent", "event { id }",
        title="一次协商", kind="HALL_SESSION", startsAt="2026-03-01T09:00:00+08:00", platforms=[hall],
        organizers=[{"organization": body}],
    )  # fmt: skip
    raised = await teller.do("raiseRecommendation", "recommendation { id }", title="一", event=event["id"])
    await teller.do("adoptResult", "adoption { id }", result=raised["id"], organization=body)
    await teller.do("setEventStatus", "event { id }", event=event["id"], to="HELD", publicParticipants=12)
    await teller.do("movePlatform", "platform { id }", platform=hall, area=await teller.area("330114002"))
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()
    other = await teller.do(
        "planEvent", "event { id }",
        title="又一次", kind="SALON", startsAt="2026-04-01T09:00:00+08:00", platforms=[hall],
    )  # fmt: skip
    await teller.do("rescheduleEvent", "event { id }", event=other["id"], startsAt="2026-05-01T09:00:00+08:00")
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()


async def test_an_event_of_another_district_counts_there_once_its_platform_moved(teller: Teller) -> None:
    studio = await teller.platform("qiantang-xin-zhi-zao")
    event = await teller.do(
        "planEvent", "event { id }", title="搬迁前", kind="SALON", platforms=[studio], startsAt="2026-03-01T01:00:00Z"
    )
    query = "query ($id: ID!) { node(id: $id) { ... on Event { districts { nodes { code } } } } }"

    async def districts() -> list[str]:
        found = await teller.ask(query, id=event["id"])
        return [each["code"] for each in found["node"]["districts"]["nodes"]]

    assert await districts() == ["330114"]
    await teller.do("movePlatform", "platform { id }", platform=studio, area=await teller.area("330109002"))
    assert await districts() == ["330109", "330114"]
    await teller.do("movePlatform", "platform { id }", platform=studio, area=await teller.area("330114001"))
    assert await districts() == ["330114"]


async def test_an_event_keeps_its_end_unless_another_is_given(teller: Teller) -> None:
    hall = await teller.platform("qiantang-xiasha-hall")
    event = await teller.do(
        "planEvent", "event { id }", title="改期", kind="SALON", platforms=[hall],
        startsAt="2026-03-01T01:00:00Z", endsAt="2026-03-09T01:00:00Z",
    )  # fmt: skip
    moved = await teller.do("rescheduleEvent", "event { endsAt }", event=event["id"], startsAt="2026-03-02T01:00:00Z")
    assert moved == {"endsAt": "2026-03-09T01:00:00+00:00"}
    moved = await teller.do(
        "rescheduleEvent", "event { endsAt }", event=event["id"], startsAt="2026-03-02T01:00:00Z", endsAt=None
    )
    assert moved == {"endsAt": None}
    await teller.do("setEventStatus", "event { id }", event=event["id"], to="HELD")
    refused = await teller.refused("rescheduleEvent", event=event["id"], startsAt="2026-03-03T01:00:00Z")
    assert refused == {
        "__typename": "EventOver",
        "message": "the event is HELD; it cannot be moved any more, and nobody takes leave",
    }


async def test_a_receipt_is_given_again_to_the_same_key_and_kept_nowhere(tell: Ask, own_hangzhou: str) -> None:
    platform = (await tell('{ platform(slug: "qiantang-hui") { id } }')).data["platform"]["id"]
    query = document("raiseCitizenRequest", "receipt citizenRequest { id }")
    given = {"platform": platform, "title": "路灯不亮", "contact": "不公开", "idempotencyKey": "once"}
    answers = [(await tell(query, input=given)).data["raiseCitizenRequest"] for _ in range(2)]
    assert answers[0] == answers[1]
    kept = await fetch(
        own_hangzhou,
        "SELECT (SELECT string_agg(c::text, '') FROM change c), (SELECT string_agg(r::text, '') FROM changed_row r)",
    )
    assert [word in str(kept) for word in (answers[0]["receipt"], "不公开")] == [False, False]
    assert len(await fetch(own_hangzhou, "SELECT FROM citizen_contact")) == 1


async def test_what_everybody_may_do_a_key_of_elsewhere_may_do_too(graph: Graph, own_hangzhou: str) -> None:
    async with asking(graph, own_hangzhou, QIANTANG) as ask:
        teller = told_by(ask)
        hall = await teller.platform("xiaoshan-beigan-hall")
        await teller.do("raiseCitizenRequest", "receipt", platform=hall, title="路灯不亮")
        found = await teller.ask("{ changes { nodes { author mutation } } }")
    # What a citizen writes is seen by the district alone.
    assert found["changes"]["nodes"] == []
    logged = await fetch(own_hangzhou, "SELECT district, author, mutation FROM change")
    assert logged == [("330109", "钱塘区政协", "raiseCitizenRequest")]


async def test_one_body_holds_an_event_once(teller: Teller, tell: Ask) -> None:
    body = await teller.organization("330114", "钱塘区政协")
    given = {
        "title": "一",
        "kind": "SALON",
        "startsAt": "2026-03-01T01:00:00Z",
        "organizers": [{"organization": body}] * 2,
    }
    answer = await tell(document("planEvent", "event { id }"), input=given)
    assert answer.errors == [("BAD_ARGUMENT", ["planEvent"], "organizers names a body twice; name each once")]


async def test_what_contradicts_what_is_there_is_a_conflict(teller: Teller, tell: Ask) -> None:
    hall = (
        await teller.do(
            "openPlatform", "platform { id }", slug="a-studio", name="工作室", kind="MEMBER_STUDIO", level="DISTRICT",
            area=await teller.area("330114"),
        )
    )["id"]  # fmt: skip
    people = [await teller.do("admitMember", "member { id }", district="330114", name=f"委员{n}") for n in range(2)]
    terms = [("2030-01-01", "2030-12-31"), ("2031-01-01", "2031-12-31")]
    leads = [
        await teller.do(
            "appointMember",
            "membership { id }",
            member=each["id"],
            platform=hall,
            role="LEAD",
            startsOn=first,
            endsOn=last,
        )
        for each, (first, last) in zip(people, terms, strict=True)
    ]
    answer = await tell(
        document("endMembership", "membership { id }"), input={"membership": leads[0]["id"], "on": "2031-06-01"}
    )
    assert [error[0] for error in answer.errors] == ["CONFLICT"]


async def test_what_is_said_is_corrected_and_what_is_left_out_stays(teller: Teller, tell: Ask) -> None:
    hall = await teller.platform("qiantang-hui")
    edited = await teller.do("editPlatform", "platform { name brand }", platform=hall, name="钱塘荟(新)")
    assert edited == {"name": "钱塘荟(新)", "brand": "钱塘荟"}
    edited = await teller.do("editPlatform", "platform { name brand }", platform=hall, brand=None)
    assert edited == {"name": "钱塘荟(新)", "brand": None}
    found = await teller.ask('{ search(text: "钱塘荟(新)") { totalCount } }')
    assert found["search"]["totalCount"] == 1
    member = (await teller.do("admitMember", "member { id }", district="330114", name="某", post="工程师"))["id"]
    edited = await teller.do("editMember", "member { name post }", member=member, name="某某")
    assert edited == {"name": "某某", "post": "工程师"}
    body = await teller.organization("330114", "钱塘区政协")
    edited = await teller.do("editOrganization", "organization { shortName }", organization=body, shortName="区政协")
    assert edited == {"shortName": "区政协"}
    event = await teller.do(
        "planEvent", "event { id }", title="一", kind="SALON", platforms=[hall], startsAt="2026-03-01T01:00:00Z"
    )
    edited = await teller.do("editEvent", "event { title capacity }", event=event["id"], capacity=20)
    assert edited == {"title": "一", "capacity": 20}
    for given, message in (
        ({"event": event["id"]}, "name what is to be changed; what is left out stays as it is"),
        ({"event": event["id"], "title": None}, "title cannot be null"),
        ({"event": event["id"], "meetingUrl": "javascript:"}, "the event breaks a rule: meeting is reached by http"),
    ):
        answer = await tell(document("editEvent", "event { id }"), input=given)
        assert answer.errors == [("BAD_ARGUMENT", ["editEvent"], message)]


async def test_a_city_has_rules_and_meanings_of_its_own(teller: Teller) -> None:
    city = {"id": await teller.area("3301")}
    given = {"district": "3301", "eventKind": "SALON", "points": 2}
    ruled = await teller.do("setDutyPoints", "dutyRule { points } district { id }", **given)
    assert ruled == {"dutyRule": {"points": 2}, "district": city}
    assert (
        await teller.do("defineReplyClass", "district { id }", district="3301", replyClass="A", meaning="已经解决")
        == city
    )
