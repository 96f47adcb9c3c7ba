"""萧山: Party bodies at halls and stations, and a people's matter that is resolved in nine days."""

import pytest
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_xiaoshan_hosts_party_bodies_at_halls_and_resolves_a_matter_in_nine_days(teller: Teller) -> None:
    # A chain of two bodies, hosted at a hall of the 22, and a member in the group.
    above = await teller.organization("330109", "萧山区政协党组")
    branch = await teller.do(
        "foundOrganization", "organization { id }", district="330109", name="提案委履职临时党支部", kind="PARTY_BRANCH",
        level="DISTRICT", parent=above, isSample=True,
    )  # fmt: skip
    group = await teller.do(
        "foundOrganization", "organization { id ancestors { kind } }", district="330109", name="提案委履职临时党小组",
        kind="PARTY_GROUP", level="DISTRICT", parent=branch["id"], isSample=True,
    )  # fmt: skip
    assert group["ancestors"] == [{"kind": kind} for kind in ("PARTY_BRANCH", "LEADING_PARTY_GROUP", "CPPCC_COMMITTEE")]
    hall = await teller.platform("xiaoshan-beigan-hall")
    hosting = await teller.do(
        "hostOrganization", "hosting { id }", organization=branch["id"], platform=hall, startsOn="2022-01-01"
    )
    again = await teller.refused("hostOrganization", organization=branch["id"], platform=hall, startsOn="2022-01-01")
    assert again["__typename"] == "AlreadyHosted"
    member = await teller.do(
        "admitMember", "member { id }", district="330109", name="党员委员", party="中国共产党", isSample=True
    )
    await teller.do("appointMember", "membership { id }", member=member["id"], organization=group["id"])
    # A people's matter put on a station's agenda, and the link opened within nine days.
    beigan = await teller.area("330109002")
    station = await teller.do(
        "openPlatform", "platform { id }", slug="xiaoshan-tianyue-station", name="天悦社区协商驿站",
        kind="CONSULTATION_STATION", level="VILLAGE", area=beigan, parent=hall, isSample=True,
    )  # fmt: skip
    matter = await teller.do(
        "reportPublicOpinion", "publicOpinionReport { id }", title="两个小区到地铁站要绕道十几分钟",
        platform=station["id"], authors=[member["id"]], raisedAt="2023-08-01T09:00:00+08:00",
    )  # fmt: skip
    session = await teller.do(
        "planEvent", "event { id }", title="天悦社区公交接驳协商", kind="STATION_SESSION", platforms=[station["id"]],
        organizers=[{"organization": branch["id"]}], startsAt="2023-08-02T09:00:00+08:00",
    )  # fmt: skip
    item = await teller.do(
        "putOnAgenda", "agendaItem { id topic result { id } }", event=session["id"], result=matter["id"]
    )
    assert (item["topic"], item["result"]) == ("两个小区到地铁站要绕道十几分钟", {"id": matter["id"]})
    await teller.do("resolveAgendaItem", "agendaItem { id }", agendaItem=item["id"], resolution="开通公交接驳线路")
    advice = await teller.do(
        "raiseRecommendation", "recommendation { id }", title="关于开通公交接驳线路的建议", event=session["id"],
        platform=station["id"], authors=[member["id"]], raisedAt="2023-08-02T11:00:00+08:00",
    )  # fmt: skip
    outcome = await teller.do(
        "recordOutcome", "outcome { raisedAt }", title="接驳公交开通", followsFrom=advice["id"],
        raisedAt="2023-08-11T11:00:00+08:00", measure="到地铁站用时", measureBefore="十几分钟", measureAfter="几分钟",
    )  # fmt: skip
    assert outcome == {"raisedAt": "2023-08-11T03:00:00+00:00"}
    # What party members recommended can be counted: those who belong to a Party group.
    counted = await teller.ask(
        """query ($hall: String!) {
          platform(slug: $hall) { organizations { nodes { name } } }
          results(where: {
            district: ["330109"], kind: [RECOMMENDATION]
            author: {memberships: {organization: {kind: [PARTY_GROUP]}}}
          }) { totalCount } }""",
        hall="xiaoshan-beigan-hall",
    )
    names = [each["name"] for each in counted["platform"]["organizations"]["nodes"]]
    assert ("提案委履职临时党支部" in names, counted["results"]["totalCount"]) == (True, 1)
    ended = await teller.do("endHosting", "hosting { endsOn }", hosting=hosting["id"], on="2024-01-01")
    assert ended == {"endsOn": "2024-01-01"}
    coverage = await teller.ask('{ coverage(area: "330109", kind: DELIBERATION_HALL) { covered eligible } }')
    assert coverage["coverage"] == {"covered": 22, "eligible": 22}
