"""淳安: a consultation of two counties, adopted by both, and supervision followed to the end."""

import pytest
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_chunan_and_shangcheng_adopt_together_and_supervision_is_followed_to_the_end(teller: Teller) -> None:
    ours, theirs = await teller.organization("330127", "淳安县政协"), await teller.organization("330102", "上城区政协")
    event = await teller.do(
        "planEvent", "event { id districts { nodes { code } } }", title="携商推进帮共体", kind="THEMED_CONSULTATION",
        organizers=[{"organization": ours}, {"organization": theirs, "role": "HOST"}], district="330127",
        startsAt="2022-06-01T09:00:00+08:00",
    )  # fmt: skip
    assert [each["code"] for each in event["districts"]["nodes"]] == ["330102", "330127"]
    bodies = [
        await teller.organization("330127", "淳安县党委政府"),
        await teller.organization("330102", "上城区党委政府"),
    ]
    for number in range(15):
        advice = await teller.do(
            "raiseRecommendation", "recommendation { id }", title=f"联动建议{number + 1}", event=event["id"]
        )
        for body in bodies:
            await teller.do("adoptResult", "adoption { id }", result=advice["id"], organization=body, on="2022-12-31")
        if not number:
            again = await teller.refused("adoptResult", result=advice["id"], organization=bodies[0])
            assert again["message"] == "the body adopted it on 2022-12-31 already"
    both = await teller.ask(
        """query ($id: ID!) { node(id: $id) { ... on Event {
          ours: results(where: {adoption: {organization: {district: ["330127"]}}}) { totalCount }
          theirs: results(where: {adoption: {organization: {district: ["330102"]}}}) { totalCount } } } }""",
        id=event["id"],
    )
    assert both["node"] == {"ours": {"totalCount": 15}, "theirs": {"totalCount": 15}}
    # Eleven works looked at, fifty-five problems found and transferred, resolved and verified.
    campaign = await teller.do(
        "startCampaign", "campaign { id }", district="330127", title="专项监督(演练)", year=2022,
        focusWorks=[f"重点工作{number}" for number in range(1, 12)], isSample=True,
    )  # fmt: skip
    department = await teller.organization("330127", "农业农村部门")
    items = []
    for number in range(55):
        item = await teller.do(
            "findSupervisionItem", "supervisionItem { id }", title=f"具体问题{number + 1}", campaign=campaign["id"],
            isSample=True,
        )  # fmt: skip
        await teller.do("advanceResult", "result { id }", result=item["id"], to="TRANSFERRED", organization=department)
        items.append(item["id"])
    for item in items[:3]:
        for status in ("ASSIGNED", "RESOLVED", "VERIFIED"):
            await teller.do("advanceResult", "result { id }", result=item, to=status)
    followed = await teller.ask(
        "query ($id: ID!) { node(id: $id) { ... on SupervisionCampaign { focusWorks items { totalCount }"
        " open: items(where: {status: [TRANSFERRED]}) { totalCount }"
        " verified: items(where: {status: [VERIFIED]}) { totalCount } } } }",
        id=campaign["id"],
    )
    assert len(followed["node"]["focusWorks"]) == 11
    assert {name: followed["node"][name]["totalCount"] for name in ("items", "open", "verified")} == {
        "items": 55, "open": 52, "verified": 3,
    }  # fmt: skip
    # Supervisors posted to twelve departments.
    for number in range(12):
        body = await teller.do(
            "foundOrganization", "organization { id }", district="330127", name=f"重点部门{number + 1}",
            kind="DEPARTMENT", level="DISTRICT", isSample=True,
        )  # fmt: skip
        person = await teller.do(
            "admitMember", "member { id }", district="330127", name=f"监督员{number}", isSample=True
        )
        await teller.do(
            "appointMember", "membership { id }", member=person["id"], organization=body["id"], role="SUPERVISOR",
            startsOn="2023-01-01", isSample=True,
        )  # fmt: skip
    posted = await teller.ask(
        """{ organizations(where: {district: ["330127"], kind: [DEPARTMENT], text: "重点部门"}) {
          nodes { members(role: SUPERVISOR, activeOn: "2023-06-01") { totalCount } } } }"""
    )
    assert [each["members"]["totalCount"] for each in posted["organizations"]["nodes"]] == [1] * 12
