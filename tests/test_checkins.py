"""Signing up, waiting and checking in: as many as there are places, each once, in the order in which they came."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from serving import issued, telling
from telling import Teller
from test_mutations import fetch
from test_server import served

from resolvers import checkins

pytestmark = pytest.mark.anyio

CHECK_IN = """mutation ($input: CheckInInput!) { checkIn(input: $input) { __typename
  ... on CheckInPayload { attendance { id state mode member { id } } } ... on Failure { message } } }"""


@pytest.fixture
def served_hangzhou(own_hangzhou: str) -> Iterator[tuple[str, str]]:
    """The address of a server, and the DSN of its database."""
    with served(DATABASE_URL=own_hangzhou) as (address, _):
        yield address, own_hangzhou


async def event_now(teller: Teller, **more: Any) -> str:
    """An event that starts within the hour."""
    soon = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    body = await teller.organization("330113", "临平区政协")
    made = await teller.do(
        "planEvent", "event { id }",
        title="界别协商", kind="THEMED_CONSULTATION", startsAt=soon, organizers=[{"organization": body}], **more,
    )  # fmt: skip
    return str(made["id"])


async def members(teller: Teller, count: int) -> list[dict[str, str]]:
    query = '{ members(where: {district: ["330113"]}, first: 100) { nodes { id dutyCode } } }'
    found = (await teller.ask(query))["members"]["nodes"]
    return [each for each in found if each["dutyCode"]][:count]


async def signed(dsn: str, member: dict[str, str]) -> str:
    """The code a member has on the phone."""
    secret = (await fetch(dsn, "SELECT secret FROM installation"))[0][0]
    return checkins.signed(secret, "330113", member["dutyCode"])


async def test_fifty_check_in_at_once_for_the_last_ten_places(served_hangzhou: tuple[str, str]) -> None:
    address, dsn = served_hangzhou
    async with telling(address, await issued(dsn)) as teller, telling(address) as public:
        event = await event_now(teller, capacity=20)
        known = await members(teller, 60)
        for each in known[:10]:
            await teller.do("signUp", "attendance { id }", event=event, member=each["id"])
        shown = (await teller.ask("query ($id: ID!) { checkInCode(event: $id) { code } }", id=event))["checkInCode"]

        async def come(member: dict[str, str]) -> Any:
            given = {"code": shown["code"], "dutyCode": await signed(dsn, member), "mayWait": True}
            return (await public.ask(CHECK_IN, input=given))["checkIn"]

        answers = await asyncio.gather(*(come(each) for each in known[10:60]))
        states = Counter(answer["attendance"]["state"] for answer in answers)
        assert states == {"CHECKED_IN": 10, "WAITING": 40}
        # Who waits, waits in the order in which the log has them.
        waiting = await fetch(
            dsn,
            "SELECT a.id, r.position FROM attendance a JOIN changed_row r"
            " ON (r.row_district, r.row_id) = (a.district, a.id) WHERE a.state = 'WAITING' ORDER BY a.id",
        )
        assert [position for _, position in waiting] == sorted(position for _, position in waiting)
        # Those who signed up have their places still, and the first in line takes that of one who cannot come.
        assert (await come(known[0]))["attendance"]["state"] == "CHECKED_IN"
        await teller.do("takeLeave", "attendance { id }", event=event, member=known[1]["id"], reason="出差")
        registered = await fetch(
            dsn,
            "SELECT id FROM attendance WHERE state = 'REGISTERED' AND checked_in_at IS NULL ORDER BY id DESC LIMIT 1",
        )
        assert registered == [(waiting[0][0],)]
        counted = "query ($id: ID!) { node(id: $id) { ... on Event { attendanceSummary { state count } } } }"
        summary = (await teller.ask(counted, id=event))["node"]["attendanceSummary"]
        assert {each["state"]: each["count"] for each in summary} == {
            "CHECKED_IN": 11, "REGISTERED": 9, "WAITING": 39, "LEAVE": 1,
        }  # fmt: skip


async def test_a_code_is_good_for_a_while_for_its_event_and_once_a_member(served_hangzhou: tuple[str, str]) -> None:
    address, dsn = served_hangzhou
    async with telling(address, await issued(dsn)) as teller, telling(address) as public:
        event = await event_now(teller)
        first, second = await members(teller, 2)
        query = "query ($id: ID!) { checkInCode(event: $id) { code validUntil imagePath } }"
        shown = (await teller.ask(query, id=event))["checkInCode"]
        given = {"code": shown["code"], "dutyCode": await signed(dsn, first), "mode": "ONLINE"}
        came = (await public.ask(CHECK_IN, input=given))["checkIn"]
        assert came["attendance"] | {"id": None} == {
            "id": None, "state": "CHECKED_IN", "mode": "ONLINE", "member": {"id": first["id"]},
        }  # fmt: skip
        assert (await public.ask(CHECK_IN, input=given))["checkIn"]["__typename"] == "AlreadyCheckedIn"
        secret = (await fetch(dsn, "SELECT secret FROM installation"))[0][0]
        number = int(shown["code"].partition(".")[0])
        old = checkins.code_of(secret, number, datetime.now(UTC) - timedelta(seconds=2 * checkins.SECONDS))
        for code in (old, f"{number + 1}.{shown['code'].partition('.')[2]}", "nonsense"):
            refused = (await public.ask(CHECK_IN, input={"code": code, "dutyCode": second["dutyCode"]}))["checkIn"]
            assert refused["__typename"] == "CheckInCodeExpired"
        # A duty code is no secret: without its signature, or with another's, it stands for nobody.
        async with httpx.AsyncClient() as client:
            for duty_code in (second["dutyCode"], f"{second['dutyCode']}.{given['dutyCode'].partition('.')[2]}"):
                variables = {"input": {"code": shown["code"], "dutyCode": duty_code}}
                body = {"query": CHECK_IN, "variables": variables}
                told = (await client.post(f"{address}/graphql", json=body)).json()["errors"][0]["extensions"]["code"]
                assert told in ("FORBIDDEN", "UNKNOWN_CODE")
        # Whoever has a key scans the member's own code instead.
        scanned = await teller.do("checkIn", "attendance { state }", event=event, dutyCode=second["dutyCode"])
        assert scanned == {"state": "CHECKED_IN"}
        async with httpx.AsyncClient() as client:
            picture = await client.get(address + shown["imagePath"])
            gone = await client.get(f"{address}/check-in/{old}.svg")
            body = {"query": CHECK_IN, "variables": {"input": {"event": event, "dutyCode": second["dutyCode"]}}}
            keyless = (await client.post(f"{address}/graphql", json=body)).json()
            hidden = (await client.post(f"{address}/graphql", json={"query": query, "variables": {"id": event}})).json()
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert re.match(r"<svg [^>]*>", picture.text)
        assert gone.status_code == 410
        assert [each["errors"][0]["extensions"]["code"] for each in (keyless, hidden)] == ["FORBIDDEN", "FORBIDDEN"]


async def test_check_in_is_open_around_the_event_only(served_hangzhou: tuple[str, str]) -> None:
    address, dsn = served_hangzhou
    async with telling(address, await issued(dsn)) as teller:
        body = await teller.organization("330113", "临平区政协")
        (member,) = await members(teller, 1)
        for starts_at, ends_at in (("2023-05-01T09:00:00+08:00", None), ("2120-05-01T09:00:00+08:00", None)):
            event = await teller.do(
                "planEvent", "event { id }", title="协商", kind="SALON", startsAt=starts_at, endsAt=ends_at,
                organizers=[{"organization": body}],
            )  # fmt: skip
            refused = await teller.refused("checkIn", event=event["id"], member=member["id"])
            assert refused["__typename"] == "CheckInNotOpen"


async def test_places_registration_and_leave_are_kept_to(served_hangzhou: tuple[str, str]) -> None:
    address, dsn = served_hangzhou
    async with telling(address, await issued(dsn)) as teller:
        event = await event_now(teller, capacity=1, registrationClosesAt="2120-01-01T00:00:00Z")
        one, other = await members(teller, 2)
        first, second = {"event": event, "member": one["id"]}, {"event": event, "member": other["id"]}
        assert (await teller.refused("takeLeave", **first))["__typename"] == "NotSignedUp"
        assert (await teller.refused("adviseEvent", **first, advice="…"))["__typename"] == "NotSignedUp"
        await teller.do("signUp", "attendance { id }", **first)
        advised = await teller.do("adviseEvent", "attendance { advice }", **first, advice="建议先行试点。")
        assert advised == {"advice": "建议先行试点。"}
        assert (await teller.refused("signUp", **first))["message"] == "the member is REGISTERED already"
        assert (await teller.refused("signUp", **second)) == {
            "__typename": "EventIsFull",
            "message": "all 1 places are taken; sign up with mayWait: true for the waiting list",
        }
        assert await teller.do("signUp", "attendance { state }", **second, mayWait=True) == {"state": "WAITING"}
        await teller.do("takeLeave", "attendance { state leaveReason }", **first, reason="请假")
        # Who comes back is the last in line.
        back = await teller.do("signUp", "attendance { state leaveReason }", **first, mayWait=True)
        assert back == {"state": "WAITING", "leaveReason": None}
        await teller.do("setEventStatus", "event { id }", event=event, to="HELD", marksAbsent=True)
        states = await fetch(dsn, "SELECT state::text FROM attendance ORDER BY id DESC LIMIT 2")
        assert states == [("WAITING",), ("ABSENT",)]
        closed = await teller.refused("signUp", **first)
        assert closed["__typename"] == "RegistrationClosed"
