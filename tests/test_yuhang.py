"""余杭: a topic ripens into a proposal that is handled to the end, and a member's year of duty."""

import pytest
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_yuhang_turns_a_topic_into_a_proposal_and_a_member_serves_sixteen_times(teller: Teller) -> None:
    wang, li = await teller.member("330110", "汪爱娟"), await teller.member("330110", "李丹")
    cppcc = await teller.organization("330110", "余杭区政协")
    # i发布: a topic is turned over until it is ripe.
    topic = await teller.do(
        "startDiscussion", "discussion { id }", kind="TOPIC", title="基层数字应用如何减负", member=wang,
        body="多头填报仍然存在。", topics=["数字化改革"],
    )  # fmt: skip
    await teller.do("makeRemark", "remark { id }", discussion=topic["id"], member=li, body="可以统一入口。")
    await teller.do("supportDiscussion", "discussion { id }", discussion=topic["id"], member=li)
    assert (await teller.refused("supportDiscussion", discussion=topic["id"], member=li))[
        "message"
    ] == "李丹 stands behind it already"
    ripe = await teller.do("ripenDiscussion", "proposal { id status authors { name } } discussion { status }",
                           discussion=topic["id"], cause="多头填报加重基层负担")  # fmt: skip
    proposal = ripe["proposal"]["id"]
    assert (ripe["proposal"]["status"], ripe["discussion"]["status"]) == ("DRAFT", "RIPE")
    assert sorted(each["name"] for each in ripe["proposal"]["authors"]) == ["李丹", "汪爱娟"]
    # i提案: edited by the lead alone, handed in, filed, assigned, answered, supervised twice, evaluated in four stages.
    assert (await teller.refused("editProposal", proposal=proposal, member=li, title="另题"))[
        "__typename"
    ] == "NotTheLead"
    await teller.do("editProposal", "proposal { id }", proposal=proposal, member=wang, title="关于为基层数字减负的提案")
    await teller.do("submitProposal", "proposal { id }", proposal=proposal, member=wang)
    assert (await teller.refused("coSignProposal", proposal=proposal, member=li))["__typename"] == "NotADraft"
    await teller.do("reviewProposal", "proposal { id }", proposal=proposal, to="FILED", number="2023-001")
    other = await teller.do("draftProposal", "proposal { id }", title="关于减少填报的提案", authors=[li])
    await teller.do("submitProposal", "proposal { id }", proposal=other["id"], member=li)
    merged = await teller.do(
        "reviewProposal",
        "proposal { status mergedInto { id } }",
        proposal=other["id"],
        to="MERGED",
        mergedInto=proposal,
    )
    assert merged == {"status": "MERGED", "mergedInto": {"id": proposal}}
    data, office, wrong = [
        (await teller.do("foundOrganization", "organization { id }", district="330110", name=name, kind="DEPARTMENT",
                         level="DISTRICT", isSample=True))["id"]
        for name in ("数据管理部门", "区政府办公室", "水利部门")
    ]  # fmt: skip
    await teller.do("assignProposal", "proposal { id }", proposal=proposal, lead=wrong, joint=[office])
    await teller.do(
        "objectToAssignment", "assignment { state }", proposal=proposal, organization=wrong, reason="不属水利职责"
    )
    settled = await teller.do(
        "settleObjection", "assignment { state organization { name } }", proposal=proposal, organization=wrong,
        instead=data,
    )  # fmt: skip
    assert settled == {"state": "GIVEN", "organization": {"name": "数据管理部门"}}

    async def reply(organization: str, class_: str, text: str) -> None:
        given = {"organization": organization, "replyClass": class_, "reply": text}
        await teller.do("replyToProposal", "assignment { id }", proposal=proposal, **given)

    for class_, meaning in (("A", "已经解决或采纳"), ("B", "列入计划逐步解决"), ("C", "留作参考")):
        await teller.do("defineReplyClass", "district { id }", district="330110", replyClass=class_, meaning=meaning)
    await teller.do(
        "replyToProposal", "assignment { id }", proposal=proposal, organization=office, replyClass="B", reply="配合。"
    )
    await teller.do(
        "replyToProposal", "assignment { id }", proposal=proposal, organization=data, replyClass="B", reply="列入计划。"
    )
    bundle = await teller.do("makeBundle", "bundle { id }", district="330110", title="数字减负专题项目", year=2023)
    await teller.do("bundleProposals", "bundle { id }", bundle=bundle["id"], proposals=[proposal])
    await teller.do(
        "planEvent", "event { id }", title="数字减负专题集中面商", kind="THEMED_CONSULTATION", bundle=bundle["id"],
        organizers=[{"organization": cppcc}], startsAt="2023-07-01T09:00:00+08:00",
    )  # fmt: skip
    for _ in range(2):
        await teller.do("superviseBundle", "bundle { rounds }", bundle=bundle["id"])
    await teller.do("assignProposal", "proposal { id }", proposal=proposal, lead=data)
    await teller.do(
        "replyToProposal",
        "assignment { id }",
        proposal=proposal,
        organization=data,
        replyClass="A",
        reply="已上线统一入口。",
    )
    for stage in range(1, 5):
        await teller.do("evaluateProposal", "evaluation { id }", proposal=proposal, member=wang, stage=stage, score=5)
    await teller.do("closeProposal", "proposal { id }", proposal=proposal)
    handled = await teller.ask(
        """query ($id: ID!) { node(id: $id) { ... on Proposal {
          number status discussion { title } bundle { rounds meetings { nodes { title } } } steps { stage }
          evaluations { stage } assignments { round role state replyClass } } } }""",
        id=proposal,
    )
    assert handled["node"] == {
        "number": "2023-001",
        "status": "CLOSED",
        "discussion": {"title": "基层数字应用如何减负"},
        "bundle": {"rounds": 2, "meetings": {"nodes": [{"title": "数字减负专题集中面商"}]}},
        "steps": [{"stage": stage} for stage in (
            "DRAFT", "SUBMITTED", "FILED", "ASSIGNED", "ASSIGNED", "ASSIGNED", "ASSIGNED", "REPLIED", "REASSIGNED",
            "REPLIED_AGAIN", "EVALUATED", "CLOSED",
        )],
        "evaluations": [{"stage": stage} for stage in range(1, 5)],
        "assignments": [
            {"round": 1, "role": "LEAD", "state": "WITHDRAWN", "replyClass": None},
            {"round": 1, "role": "JOINT", "state": "REPLIED", "replyClass": "B"},
            {"round": 1, "role": "LEAD", "state": "REPLIED", "replyClass": "B"},
            {"round": 2, "role": "LEAD", "state": "REPLIED", "replyClass": "A"},
        ],
    }  # fmt: skip
    # i参与: an activity with places, signed up for on line, with written advice.
    activity = await teller.do(
        "planEvent", "event { id capacity meetingUrl }", title="数字经济云会议", kind="CLOUD_MEETING", mode="HYBRID",
        organizers=[{"organization": cppcc}], startsAt="2120-01-05T09:00:00+08:00", capacity=30,
        meetingUrl="https://meeting.example/1", isSample=True,
    )  # fmt: skip
    await teller.do("signUp", "attendance { id }", event=activity["id"], member=wang, mode="ONLINE")
    await teller.do("adviseEvent", "attendance { id }", event=activity["id"], member=wang, advice="书面建议")
    # i议政: the year's sixteen activities, three consultations and seven inspections among them.
    kinds = ["CONSULT_WITH_YOU"] * 3 + ["INSPECTION"] * 7 + ["STUDY"] * 3 + ["SERVICE"] * 2 + ["CLOUD_MEETING"]
    events = [
        {
            "district": "330110", "key": f"duty-{number}", "title": f"履职活动{number}", "kind": kind, "status": "HELD",
            "startsAt": f"2023-{number % 9 + 1:02}-05T09:00:00+08:00", "isSample": True,
        }
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    came = [
        {"district": "330110", "event": event["key"], "member": "yuhang-wang-aijuan", "state": "CHECKED_IN"}
        for event in events
    ]
    await teller.do("upsertEvents", "rows { outcome }", rows=events)
    await teller.do("upsertAttendances", "rows { outcome }", rows=came)
    for kind, points in (("CONSULT_WITH_YOU", 5), ("INSPECTION", 3)):
        await teller.do("setDutyPoints", "dutyRule { id }", district="330110", eventKind=kind, points=points)
    await teller.do("setDutyPoints", "dutyRule { id }", district="330110", eventKind="INSPECTION", points=2)
    report = await teller.ask(
        """query ($id: ID!) { node(id: $id) { ... on Member {
          dutyReport(year: 2023) { total eventPoints byKind { kind count } } } } }""",
        id=wang,
    )
    done = report["node"]["dutyReport"]
    by_kind = {each["kind"]: each["count"] for each in done["byKind"]}
    assert done["eventPoints"] == 3 * 5 + 7 * 2
    assert (done["total"], by_kind["CONSULT_WITH_YOU"], by_kind["INSPECTION"]) == (16, 3, 7)
    # i读书, 委员E站, 标签墙.
    lecture = await teller.do(
        "publishDocument",
        "document { id }",
        kind="LECTURE",
        title="数字经济讲堂",
        member=li,
        url="https://example.org/1",
    )
    await teller.do("tagMember", "member { tags }", member=li, tags=["数字经济", "平台企业", "数字经济"])
    wall = await teller.ask(
        "query ($id: ID!) { node(id: $id) { ... on Member { tags documents { nodes { id kind } } } } }", id=li
    )
    documents = {"nodes": [{"id": lecture["id"], "kind": "LECTURE"}]}
    assert wall["node"] == {"tags": ["数字经济", "平台企业"], "documents": documents}
