"""Sharing and hiding: who sees a row changes with it what lists, counts, the log and other writers know of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from conftest import Ask, asking
from secrecy import PARTNER, VIEWERS
from serving import writer
from telling import Teller, document
from test_mutations import fetch, told_by

from db.counters import differences
from resolvers.access import ANONYMOUS
from schema.graph import Graph

pytestmark = pytest.mark.anyio

LOG = """query ($since: String) { changes(since: $since) { nodes {
    cursor types rows { type action nodeId before after node { id } } } } }"""
KNOWS = "query ($id: ID!) { node(id: $id) { __typename } }"


class Everybody:
    """The city that writes, a partner, another district and somebody without a key, on one database."""

    def __init__(self, asks: dict[str, Ask]) -> None:
        self.asks = asks
        self.city: Teller = told_by(asks["city"])

    async def told(self, who: str, since: str | None = None) -> list[Any]:
        """What the log tells somebody."""
        return [*(await self.asks[who](LOG, since=since)).data["changes"]["nodes"]]

    async def sees(self, who: str, id_: str) -> bool:
        """Whether somebody sees a row."""
        return (await self.asks[who](KNOWS, id=id_)).data["node"] is not None


@pytest.fixture
async def everybody(graph: Graph, own_hangzhou: str) -> AsyncIterator[Everybody]:
    viewers = {
        "city": writer("杭州市政协", "3301"),
        "partner": VIEWERS["partner"],
        "xiaoshan": writer("萧山区政协", "330109"),
        "anonymous": ANONYMOUS,
    }
    async with AsyncExitStack() as stack:
        asks = {
            name: await stack.enter_async_context(asking(graph, own_hangzhou, each)) for name, each in viewers.items()
        }
        yield Everybody(asks)
    connection = await asyncpg.connect(own_hangzhou)
    assert await differences(connection) == []
    await connection.close()


async def admitted(city: Teller, district: str = "330114") -> str:
    member = await city.do("admitMember", "member { id }", district=district, name="某委员", isSample=True)
    return str(member["id"])


async def planned(city: Teller, **more: Any) -> str:
    event = await city.do(
        "planEvent", "event { id }", title="闭门协商", kind="SALON", startsAt="2026-03-01T01:00:00Z",
        platforms=[await city.platform("qiantang-xiasha-hall")], **more,
    )  # fmt: skip
    return str(event["id"])


async def test_what_is_internal_is_told_to_its_own_alone(everybody: Everybody) -> None:
    event = await planned(everybody.city, visibility="INTERNAL")
    assert [await everybody.sees(who, event) for who in everybody.asks] == [True, False, False, False]
    assert [len(await everybody.told(who)) for who in everybody.asks] == [1, 0, 0, 0]
    absent = event[:-4] + "OTk5"
    for who in ("partner", "anonymous"):
        foreign, unknown = [await everybody.asks[who](KNOWS, id=id_) for id_ in (event, absent)]
        assert (foreign.data, foreign.errors) == (unknown.data, unknown.errors)


async def test_a_partner_is_told_of_what_is_shared_and_that_it_is_gone(everybody: Everybody) -> None:
    event = await planned(everybody.city, visibility="INTERNAL")
    await everybody.city.do("signUp", "attendance { id }", event=event, member=await admitted(everybody.city))
    shown = await everybody.city.do(
        "setVisibility", "node { id }", id=event, visibility="SHARED", sharedWith=[PARTNER], idempotencyKey="share"
    )
    assert shown == {"id": event}
    *_, entry = await everybody.told("partner")
    assert {(row["type"], row["action"]) for row in entry["rows"]} == {
        (type_, "CREATED") for type_ in ("EVENT", "EVENT_PLATFORM", "EVENT_PARTICIPANT", "ATTENDANCE")
    }
    (row,) = [row for row in entry["rows"] if row["type"] == "EVENT"]
    assert (row["before"], row["after"]["title"], "sharedWith" in row["after"]) == (None, "闭门协商", False)
    assert [await everybody.sees(who, event) for who in everybody.asks] == [True, True, False, False]
    # What comes of it is seen by those who see it.
    raised = await everybody.city.do("raiseRecommendation", "recommendation { id visibility }", title="一", event=event)
    assert (raised["visibility"], await everybody.sees("partner", raised["id"])) == ("SHARED", True)
    assert not await everybody.sees("xiaoshan", raised["id"])

    since = (await everybody.told("partner"))[-1]["cursor"]
    await everybody.city.do("setVisibility", "node { id }", id=event, visibility="INTERNAL")
    (entry,) = await everybody.told("partner", since)
    assert entry["types"] == ["EVENT"]
    assert entry["rows"] == [
        {"type": "EVENT", "action": "DELETED", "nodeId": event, "before": None, "after": None, "node": None}
    ]
    # Nothing is left of it in what was told before.
    earlier = [row for each in await everybody.told("partner") for row in each["rows"] if row["after"]]
    assert [row for row in earlier if "闭门" in str(row)] == []
    assert not await everybody.sees("partner", event)


async def test_all_below_a_hidden_platform_is_hidden(everybody: Everybody) -> None:
    city = everybody.city
    forum = await city.platform("qiantang-hui")
    hall = await city.platform("qiantang-xiasha-hall")
    station = await city.ask(
        "query ($id: ID!) { node(id: $id) { ... on Platform { children { nodes { id } } } } }", id=hall
    )
    below = [each["id"] for each in station["node"]["children"]["nodes"]]
    event, joint = await planned(city), await planned(city)
    elsewhere = await city.platform("xiaoshan-beigan-hall")
    joint = (await city.do("planEvent", "event { id }", title="联席", kind="SALON", startsAt="2026-03-01T01:00:00Z",
                           platforms=[hall, elsewhere]))["id"]  # fmt: skip
    result = (await city.do("raiseRecommendation", "recommendation { id }", title="二", platform=hall))["id"]
    await city.do("setVisibility", "node { id }", id=hall, visibility="INTERNAL")
    hidden = [hall, *below, event, result]
    assert [await everybody.sees("anonymous", id_) for id_ in hidden] == [False] * len(hidden)
    assert [await everybody.sees("city", id_) for id_ in hidden] == [True] * len(hidden)
    # What is held elsewhere too is not taken away from there.
    assert await everybody.sees("anonymous", joint)
    shown = await everybody.asks["anonymous"](
        "query ($id: ID!) { node(id: $id) { ... on Event { platforms { totalCount nodes { slug } } } } }", id=joint
    )
    assert shown.data["node"]["platforms"] == {"totalCount": 1, "nodes": [{"slug": "xiaoshan-beigan-hall"}]}
    opened = await city.do(
        "openPlatform", "platform { visibility }", slug="new-station", name="新站", kind="CONSULTATION_STATION",
        level="VILLAGE", area=await city.area("330114001"), parent=hall,
    )  # fmt: skip
    assert opened == {"visibility": "INTERNAL"}
    await city.do("setVisibility", "node { id }", id=hall, visibility="PUBLIC", withAllBelow=True)
    assert [await everybody.sees("anonymous", id_) for id_ in (*hidden, forum)] == [True] * (len(hidden) + 1)


async def test_other_districts_cannot_tell_what_is_hidden_from_what_is_absent(everybody: Everybody) -> None:
    event = await planned(everybody.city, visibility="INTERNAL")
    member = await admitted(everybody.city, "330109")
    answers = []
    for id_ in (event, event[:-4] + "OTk5"):
        answer = await everybody.asks["xiaoshan"](
            document("signUp", "attendance { id }"), input={"event": id_, "member": member}
        )
        answers.append(str(answer.data).replace(id_, "ID"))
    assert answers[0] == answers[1]
    assert "NotFound" in answers[0]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (
            {"visibility": "PUBLIC", "sharedWith": ["330106"]},
            "sharedWith names districts, and what is PUBLIC is shared",
        ),
        ({"visibility": "SHARED", "sharedWith": ["西湖"]}, "sharedWith takes codes of districts, cities and provinces"),
        ({"visibility": "SHARED", "sharedWith": ["330106"] * 1 + [f"{330000 + n}" for n in range(100)]}, "at most 100"),
    ],
)
async def test_what_cannot_be_shared_is_told(everybody: Everybody, given: dict[str, Any], complaint: str) -> None:
    hall = await everybody.city.platform("qiantang-xiasha-hall")
    answer = await everybody.asks["city"](document("setVisibility", "node { id }"), input={"id": hall, **given})
    ((code, _, message),) = answer.errors
    assert (code, complaint in message) == ("BAD_ARGUMENT", True)


async def test_a_draft_is_seen_by_its_district_until_it_is_handed_in(everybody: Everybody) -> None:
    city = everybody.city
    member = await admitted(city)
    proposal = (await city.do("draftProposal", "proposal { id }", title="三", authors=[member]))["id"]
    assert not await everybody.sees("anonymous", proposal)
    await city.do("submitProposal", "proposal { id }", proposal=proposal, member=member)
    assert await everybody.sees("anonymous", proposal)
    assert [each["types"] for each in await everybody.told("anonymous")][-1] == [
        "RESULT",
        "RESULT_AUTHOR",
        "RESULT_STEP",
    ]


async def test_a_citizen_follows_a_request_by_its_receipt(everybody: Everybody, own_hangzhou: str) -> None:
    hall = await everybody.city.platform("qiantang-xiasha-hall")
    body = await everybody.city.organization("330114", "钱塘区政协")
    raised = await everybody.asks["anonymous"](
        document("raiseCitizenRequest", "receipt citizenRequest { id }"),
        input={"platform": hall, "title": "路灯不亮", "contact": "桥头小店"},
    )
    payload = raised.data["raiseCitizenRequest"]
    assert payload["citizenRequest"] is None
    asked = '{ results(where: {kind: [CITIZEN_REQUEST], text: "路灯不亮"}) { nodes { id } } }'
    (found,) = (await everybody.city.ask(asked))["results"]["nodes"]
    request, member = found["id"], await admitted(everybody.city)
    await everybody.city.do("takeRequest", "citizenRequest { id }", request=request, member=member)
    await everybody.city.do("forwardRequest", "citizenRequest { id }", request=request, organization=body, note="内部")
    await everybody.city.do("replyToRequest", "citizenRequest { id }", request=request, reply="已修好")
    query = "query ($receipt: String!) { requestStatus(receipt: $receipt) { title status steps { stage reply } } }"
    told = (await everybody.asks["anonymous"](query, receipt=payload["receipt"])).data["requestStatus"]
    assert (told["title"], told["status"], told["steps"][-1]) == (
        "路灯不亮",
        "REPLIED",
        {"stage": "REPLIED", "reply": "已修好"},
    )
    assert "内部" not in str(told)
    assert (await everybody.asks["anonymous"](query, receipt="nobody's")).data == {"requestStatus": None}
    assert "桥头小店" not in str(await fetch(own_hangzhou, "SELECT r::text FROM changed_row r"))


async def test_how_a_member_is_reached_is_for_those_with_the_scope(graph: Graph, own_hangzhou: str) -> None:
    plain = writer("钱塘区政协", "330114")
    viewer = replace(plain, sight=replace(plain.sight, personal=("330114",)))
    given = {"phone": "0571-0000", "bornOn": "1980-01-01"}
    contact = "query ($id: ID!) { node(id: $id) { ... on Member { contact { phone email bornOn } } } }"
    async with asking(graph, own_hangzhou, viewer) as ask, asking(graph, own_hangzhou, plain) as other:
        member = (
            await told_by(ask).do("admitMember", "member { id }", district="330114", name="某委员", isSample=True)
        )["id"]
        refused = await other(document("setMemberContact", "member { id }"), input={"member": member, **given})
        assert [error[0] for error in refused.errors] == ["FORBIDDEN"]
        await told_by(ask).do("setMemberContact", "member { id }", member=member, **given)
        await told_by(ask).do("setMemberContact", "member { id }", member=member, email="a@example.org")
        told = [(await each(contact, id=member)).data["node"]["contact"] for each in (ask, other)]
    assert told == [{"phone": "0571-0000", "email": "a@example.org", "bornOn": "1980-01-01"}, None]
    assert "0571-0000" not in str(await fetch(own_hangzhou, "SELECT r::text FROM changed_row r"))
