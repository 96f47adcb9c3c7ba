"""The normalised caches of urql and Apollo Client follow every mutation by its payload alone.

One story does all that can be done in a district; after each step what the cache has is what the server has.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from caching import SCHEMA, Caching, caching
from serving import issued
from test_server import served

DISTRICT = {"district": "330114"}
# A webhook is no thing of the graph but of the key that made it, and is told of changes in the meantime.
OF_KEYS = {"addWebhook", "pauseWebhook", "removeWebhook", "replayWebhook", "resumeWebhook"}


@pytest.fixture(params=["urql", "apollo"])
def cache(own_hangzhou: str, request: pytest.FixtureRequest) -> Iterator[Caching]:
    key = asyncio.run(issued(own_hangzhou, is_personal=True))
    with served(DATABASE_URL=own_hangzhou) as (address, _), caching(request.param, address, key) as cache:
        cache.fetch_lists()
        cache.know(cache.truth('{ area(code: "330114") { id } }')["area"]["id"])
        yield cache


def test_caches_follow_every_mutation(cache: Caching) -> None:
    body, members = bodies_and_members(cache)
    platform = platforms(cache, body)
    events(cache, platform, body, members)
    results(cache, platform, body, members)
    proposals(cache, body, members)
    requests(cache, platform, body, members)
    batches(cache)
    assert SCHEMA.mutation_type is not None
    assert set(SCHEMA.mutation_type.fields) - cache.done == OF_KEYS
    for list_ in cache.lists:
        rows = cache.rows(list_)
        assert rows == [cache.plainly(row["id"]) for row in rows]


def bodies_and_members(cache: Caching) -> tuple[str, list[str]]:
    """A body that goes on, and two members."""
    made = cache.do("foundOrganization", **DISTRICT, name="某部门", kind="DEPARTMENT", level="DISTRICT", isSample=True)
    body = made["organization"]["id"]
    cache.do("editOrganization", organization=body, name="某某部门", shortName="某局")
    other = cache.do("foundOrganization", **DISTRICT, name="小组", kind="SECTOR_GROUP", level="DISTRICT", isSample=True)
    cache.do("dissolveOrganization", organization=other["organization"]["id"], on="2026-01-01")
    made = [cache.do("admitMember", **DISTRICT, name=name, isSample=True) for name in ("委员甲", "委员乙")]
    members = [each["member"]["id"] for each in made]
    cache.do("editMember", member=members[0], name="委员丙", post="工程师")
    cache.do("tagMember", member=members[0], tags=["教育", "医疗"])
    cache.do("issueDutyCode", member=members[0])
    cache.do("setMemberContact", member=members[0], phone="0571-00000000")
    membership = cache.do("appointMember", member=members[0], organization=body, role="MEMBER", startsOn="2024-01-01")
    cache.do("endMembership", membership=membership["membership"]["id"], on="2025-01-01")
    cache.do("setDutyPoints", **DISTRICT, eventKind="SALON", points=3)
    cache.do("defineReplyClass", **DISTRICT, replyClass="A", meaning="已经解决")
    return body, members


def platforms(cache: Caching, body: str) -> str:
    """A platform that is open."""
    area = cache.truth('{ area(code: "330114") { id parks: children { nodes { id } } } }')["area"]
    made = cache.do(
        "openPlatform", slug="a-new-studio", name="新工作室", kind="MEMBER_STUDIO", level="DISTRICT", area=area["id"],
        hostKind="ONLINE", isOnline=True, isSample=True,
    )  # fmt: skip
    platform = str(made["platform"]["id"])
    cache.do("editPlatform", platform=platform, name="又新工作室", brand="新")
    cache.do("movePlatform", platform=platform, area=area["parks"]["nodes"][0]["id"])
    cache.do("setPlatformStatus", platform=platform, to="SUSPENDED")
    cache.do("setPlatformStatus", platform=platform, to="ACTIVE")
    cache.do("ratePlatform", platform=platform, year=2025, stars=4)
    cache.do("ratePlatform", platform=platform, year=2025, stars=5)
    hosting = cache.do("hostOrganization", organization=body, platform=platform, startsOn="2024-01-01")
    cache.do("endHosting", hosting=hosting["hosting"]["id"], on="2025-01-01")
    return platform


def events(cache: Caching, platform: str, body: str, members: list[str]) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    made = cache.do(
        "planEvent", title="一次沙龙", kind="SALON", startsAt=soon, platforms=[platform],
        organizers=[{"organization": body}], isSample=True,
    )  # fmt: skip
    event = made["event"]["id"]
    cache.do("editEvent", event=event, title="一次协商", capacity=20)
    cache.do("signUp", event=event, member=members[0])
    cache.do("adviseEvent", event=event, member=members[0], advice="书面建议")
    cache.do("signUp", event=event, member=members[1])
    cache.do("takeLeave", event=event, member=members[1], reason="出差")
    cache.do("checkIn", event=event, member=members[0])
    item = cache.do("putOnAgenda", event=event, topic="一件事")
    cache.do("resolveAgendaItem", agendaItem=item["agendaItem"]["id"], resolution="照办")
    document = cache.do("publishDocument", kind="REPORT", title="报道", event=event, isSample=True)
    cache.do("withdrawDocument", document=document["document"]["id"])
    later = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    cache.do("rescheduleEvent", event=event, startsAt=later)
    cache.do("setEventStatus", event=event, to="HELD", publicParticipants=12, marksAbsent=True)


def results(cache: Caching, platform: str, body: str, members: list[str]) -> None:
    of: dict[str, Any] = {"platform": platform, "isSample": True}
    made = cache.do("raiseRecommendation", title="一条建议", authors=members, **of)
    advice = made["recommendation"]["id"]
    cache.do("advanceResult", result=advice, to="FORWARDED", organization=body)
    cache.do("adoptResult", result=advice, organization=body, on="2026-01-01")
    cache.do("setVisibility", id=advice, visibility="SHARED", sharedWith=["330109"])
    cache.do("setVisibility", id=advice, visibility="PUBLIC")
    cache.do("endorseResult", result=advice, level="DISTRICT", kind="INSTRUCTION", on="2026-01-02")
    cache.do("recordOutcome", title="一件成果", followsFrom=advice, measure="时间", isSample=True)
    cache.do("recordRecognition", title="一个奖项", level="PROVINCIAL", **of)
    cache.do("reportPublicOpinion", title="一条信息", **of)
    cache.do("startPartnership", title="一个项目", department=body, parties=["高校", "企业"], **of)
    cache.do("writeResearchReport", title="一份报告", **of)
    campaign = cache.do(
        "startCampaign", **DISTRICT, title="专项监督", year=2026, focusWorks=["一", "二"], isSample=True
    )
    cache.do("findSupervisionItem", title="一个问题", campaign=campaign["campaign"]["id"], **of)


def proposals(cache: Caching, body: str, members: list[str]) -> None:
    lead, other = members
    made = cache.do("startDiscussion", kind="TOPIC", title="一个话题", member=lead, isSample=True)
    discussion = made["discussion"]["id"]
    cache.do("makeRemark", discussion=discussion, member=other, body="赞同")
    cache.do("supportDiscussion", discussion=discussion, member=other)
    cache.do("ripenDiscussion", discussion=discussion, cause="缘由")
    call = cache.do("startDiscussion", kind="CALL", title="征集", **DISTRICT, isSample=True)
    cache.do("closeDiscussion", discussion=call["discussion"]["id"])
    draft = cache.do("draftProposal", title="一件提案", authors=[lead], isSample=True)
    proposal = draft["proposal"]["id"]
    cache.do("editProposal", proposal=proposal, member=lead, title="关于一件事的提案")
    cache.do("coSignProposal", proposal=proposal, member=other)
    cache.do("submitProposal", proposal=proposal, member=lead)
    cache.do("reviewProposal", proposal=proposal, to="NOT_FILED_RETURNED", note="请补充")
    cache.do("reopenProposal", proposal=proposal)
    cache.do("submitProposal", proposal=proposal, member=lead)
    cache.do("reviewProposal", proposal=proposal, to="FILED", number="2026-001")
    wrong = cache.do("foundOrganization", **DISTRICT, name="他部门", kind="DEPARTMENT", level="DISTRICT", isSample=True)
    cache.do("assignProposal", proposal=proposal, lead=wrong["organization"]["id"])
    cache.do("objectToAssignment", proposal=proposal, organization=wrong["organization"]["id"], reason="非本职")
    cache.do("settleObjection", proposal=proposal, organization=wrong["organization"]["id"], instead=body)
    cache.do("replyToProposal", proposal=proposal, organization=body, replyClass="A", reply="已解决")
    bundle = cache.do("makeBundle", **DISTRICT, title="专题项目", year=2026, isSample=True)
    cache.do("bundleProposals", bundle=bundle["bundle"]["id"], proposals=[proposal])
    cache.do("superviseBundle", bundle=bundle["bundle"]["id"])
    for stage in range(1, 5):
        cache.do("evaluateProposal", proposal=proposal, member=lead, stage=stage, score=5)
    cache.do("closeProposal", proposal=proposal, note="办结")


def requests(cache: Caching, platform: str, body: str, members: list[str]) -> None:
    made = cache.do("raiseCitizenRequest", platform=platform, title="路灯不亮", isSample=True)
    request = made["citizenRequest"]["id"]
    cache.do("takeRequest", request=request, member=members[0])
    cache.do("forwardRequest", request=request, organization=body)
    cache.do("replyToRequest", request=request, organization=body, reply="已修好")
    cache.do("rateReply", receipt=made["receipt"], rating=5)
    cache.do(
        "joinMatter",
        result=request,
        platform=cache.truth('{ platform(slug: "qiantang-hui") { id } }')["platform"]["id"],
    )


def batches(cache: Caching) -> None:
    sample = {**DISTRICT, "isSample": True}
    person = {**sample, "key": "m-1", "name": "批量委员"}
    cache.do("upsertMembers", rows=[person])
    cache.do("upsertMembers", rows=[{**person, "tags": ["教育"]}])
    event = {
        **sample,
        "key": "e-1",
        "title": "批量活动",
        "kind": "SALON",
        "status": "HELD",
        "startsAt": "2026-01-01T01:00:00Z",
    }
    cache.do("upsertEvents", rows=[event, {**event, "key": "e-2"}])
    cache.do("upsertEvents", rows=[{**event, "title": "改过的活动"}])
    cache.do("upsertAttendances", rows=[{**DISTRICT, "event": "e-1", "member": "m-1", "state": "CHECKED_IN"}])
    advice = {**sample, "key": "r-1", "kind": "RECOMMENDATION", "status": "RAISED", "title": "批量建议", "event": "e-1"}
    cache.do("upsertResults", rows=[{**advice, "raisedAt": "2026-01-05T00:00:00Z"}])
    studio = {**sample, "slug": "a-batch-studio", "name": "批量工作室", "kind": "MEMBER_STUDIO", "level": "DISTRICT"}
    cache.do("upsertPlatforms", rows=[{**studio, "area": "330114001"}])
