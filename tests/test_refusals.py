"""What writes refuse, or do not do twice: ids that lie, keys that were used, lines jumped, times out of bounds."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from conftest import Ask, asking
from telling import Teller, document
from test_mutations import CITY, COUNTED, fetch, told_by

from db.counters import differences
from schema.graph import Graph

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tell(graph: Graph, own_hangzhou: str) -> AsyncIterator[Ask]:
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield ask


@pytest.fixture
async def teller(tell: Ask) -> Teller:
    return told_by(tell)


def of_type(id_: str, typename: str) -> str:
    """The id of the same row under another type's name."""
    _, _, rest = base64.b64decode(id_).decode().partition(":")
    return base64.b64encode(f"{typename}:{rest}".encode()).decode()


async def test_an_id_under_another_types_name_is_nobodys(teller: Teller, own_hangzhou: str) -> None:
    raised = await teller.do("raiseRecommendation", "recommendation { id }", title="一", district="330114")
    body = await teller.organization("330114", "钱塘区政协")
    member = (await teller.do("admitMember", "member { id }", district="330114", name="某"))["id"]
    before = await fetch(own_hangzhou, COUNTED)
    proposal, request = of_type(raised["id"], "Proposal"), of_type(raised["id"], "CitizenRequest")
    for mutation, given in (
        ("assignProposal", {"proposal": proposal, "lead": body}),
        ("submitProposal", {"proposal": proposal, "member": member}),
        ("evaluateProposal", {"proposal": proposal, "member": member, "stage": 1, "score": 5}),
        ("takeRequest", {"request": request, "member": member}),
        ("adoptResult", {"result": of_type(raised["id"], "Outcome"), "organization": body}),
    ):
        assert (await teller.refused(mutation, **given))["__typename"] == "NotFound"
    assert await fetch(own_hangzhou, COUNTED) == before


async def test_a_key_is_remembered_even_when_nothing_changed(teller: Teller, own_hangzhou: str) -> None:
    member = (await teller.do("admitMember", "member { id }", district="330114", name="某", tags=["教育"]))["id"]
    again = {"member": member, "tags": ["教育"], "idempotencyKey": "k"}
    await teller.do("tagMember", "member { tags }", **again)
    await teller.do("tagMember", "member { tags }", member=member, tags=["医疗"])
    assert await teller.do("tagMember", "member { tags }", **again) == {"tags": ["医疗"]}
    assert await fetch(own_hangzhou, "SELECT position FROM change_head") == [(3,)]
    # Without a key, what changes nothing leaves no entry.
    await teller.do("tagMember", "member { tags }", member=member, tags=["医疗"])
    assert await fetch(own_hangzhou, "SELECT position FROM change_head") == [(3,)]


async def test_what_was_made_once_and_deleted_since_is_told(teller: Teller, tell: Ask) -> None:
    given = {"kind": "REPORT", "title": "纪要", "district": "330114", "idempotencyKey": "k"}
    made = await teller.do("publishDocument", "document { id }", **given)
    await teller.do("withdrawDocument", "documentId", document=made["id"])
    answer = await tell(document("publishDocument", "document { id }"), input=given)
    assert answer.errors == [
        (
            "CONFLICT",
            ["publishDocument", "document"],
            "it was written, and deleted since; the change log has both",
        )
    ]


@pytest.mark.parametrize(
    ("starts_at", "got"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"),
        ("9999-12-31T23:00:00Z", "9999-12-31T23:00:00+00:00"),
        ("2026-01-01T09:00:00", "2026-01-01T09:00:00"),
    ],
)
async def test_times_out_of_bounds_or_without_offset_are_refused(
    teller: Teller, tell: Ask, starts_at: str, got: str
) -> None:
    body = await teller.organization("330114", "钱塘区政协")
    given = {"title": "一", "kind": "SALON", "startsAt": starts_at, "organizers": [{"organization": body}]}
    answer = await tell(document("planEvent", "event { id }"), input=given)
    message = (
        "startsAt must be a time of the years 1900–2200 with its offset, such as 2026-03-01T09:00:00+08:00, got " + got
    )
    assert answer.errors == [("BAD_ARGUMENT", ["planEvent"], message)]


async def test_nobody_comes_before_those_who_wait(teller: Teller, own_hangzhou: str) -> None:
    hall = await teller.platform("qiantang-xiasha-hall")
    event = await teller.do(
        "planEvent",
        "event { id }",
        title="一",
        kind="SALON",
        platforms=[hall],
        startsAt="2120-01-01T00:00:00Z",
        capacity=2,
    )
    people = [
        (await teller.do("admitMember", "member { id }", district="330114", name=f"委员{number}"))["id"]
        for number in range(5)
    ]

    async def sign_up(number: int) -> str:
        found = await teller.do(
            "signUp", "attendance { state }", event=event["id"], member=people[number], mayWait=True
        )
        return str(found["state"])

    assert [await sign_up(number) for number in range(4)] == ["REGISTERED", "REGISTERED", "WAITING", "WAITING"]
    # A place that becomes free without anybody taking leave is still that of the first in line.
    await fetch(own_hangzhou, "UPDATE attendance SET state = 'ABSENT' WHERE id = (SELECT min(id) FROM attendance WHERE"
                " state = 'REGISTERED' AND starts_at > '2119-01-01') RETURNING 1")  # fmt: skip
    assert await sign_up(4) == "WAITING"
    await teller.do("takeLeave", "attendance { id }", event=event["id"], member=people[1])
    states = await fetch(own_hangzhou, "SELECT state::text FROM attendance WHERE starts_at > '2119-01-01' ORDER BY id")
    assert [state for (state,) in states] == ["ABSENT", "LEAVE", "REGISTERED", "REGISTERED", "WAITING"]


async def test_the_lead_replies_last_and_nobody_once_it_is_done(teller: Teller) -> None:
    member = (await teller.do("admitMember", "member { id }", district="330114", name="某"))["id"]
    lead, joint = [
        (
            await teller.do("foundOrganization", "organization { id }", district="330114", name=name, kind="DEPARTMENT",
                            level="DISTRICT")
        )["id"]
        for name in ("主办单位", "会办单位")
    ]  # fmt: skip
    proposal = (await teller.do("draftProposal", "proposal { id }", title="一", authors=[member]))["id"]
    await teller.do("submitProposal", "proposal { id }", proposal=proposal, member=member)
    await teller.do("reviewProposal", "proposal { id }", proposal=proposal, to="FILED")
    await teller.do("assignProposal", "proposal { id }", proposal=proposal, lead=lead, joint=[joint])
    reply: dict[str, Any] = {"proposal": proposal, "replyClass": "A", "reply": "已办理。"}
    refused = await teller.refused("replyToProposal", organization=lead, **reply)
    assert refused["message"] == "these departments have to reply first: 会办单位"
    refused = await teller.refused("settleObjection", proposal=proposal, organization=joint, instead=lead)
    assert refused["__typename"] == "NotAssigned"
    for organization in (joint, lead):
        await teller.do("replyToProposal", "proposal { status }", organization=organization, **reply)
    late = await teller.refused("objectToAssignment", proposal=proposal, organization=joint, reason="迟了")
    assert late["message"] == "会办单位 has no open assignment for this proposal"


async def test_a_closed_platform_takes_nothing_new(teller: Teller, tell: Ask) -> None:
    hall = await teller.platform("qiantang-xiasha-hall")
    await teller.do("setPlatformStatus", "platform { id }", platform=hall, to="CLOSED")
    given = {"title": "一", "kind": "SALON", "startsAt": "2026-03-01T01:00:00Z", "platforms": [hall]}
    answer = await tell(document("planEvent", "event { id }"), input=given)
    message = "platforms must be at work, and 下沙街道民生议事堂 is CLOSED"
    assert answer.errors == [("BAD_ARGUMENT", ["planEvent"], message)]


async def test_more_than_a_thousand_rows_move_with_their_event(teller: Teller, own_hangzhou: str) -> None:
    hall = await teller.platform("qiantang-xiasha-hall")
    event = await teller.do(
        "planEvent", "event { id }", title="千人", kind="SALON", platforms=[hall], startsAt="2026-03-01T01:00:00Z"
    )
    number = base64.b64decode(event["id"]).decode().rpartition(":")[2]
    await fetch(
        own_hangzhou,
        "INSERT INTO attendance (district, event_id, starts_at, state)"
        f" SELECT '330114', {number}, '2026-03-01T01:00:00Z', 'REGISTERED' FROM generate_series(1, 1200) RETURNING 1",
    )
    await fetch(
        own_hangzhou,
        "INSERT INTO attendance_counter (district, month, event_kind, is_sample, rows)"
        " VALUES ('330114', '2026-03-01', 'SALON', false, 1200) RETURNING 1",
    )
    await teller.do("rescheduleEvent", "event { id }", event=event["id"], startsAt="2026-04-01T01:00:00Z")
    await teller.do("setEventStatus", "event { id }", event=event["id"], to="HELD", marksAbsent=True)
    states = await fetch(
        own_hangzhou, f"SELECT state::text, count(*) FROM attendance WHERE event_id = {number} GROUP BY 1"
    )
    assert states == [("ABSENT", 1200)]
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()
