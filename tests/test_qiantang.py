"""钱塘: events held together, reports that are endorsed, start-ups that are coached."""

import pytest
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_qiantang_holds_events_together_and_its_reports_are_endorsed(teller: Teller) -> None:
    parlor = await teller.platform("qiantang-youth-home-parlor")
    studio = await teller.platform("qiantang-xin-zhi-zao")
    cppcc = await teller.organization("330114", "钱塘区政协")
    sector, branch = [
        (await teller.do("foundOrganization", "organization { id }", district="330114", name=name, kind=kind,
                         level="DISTRICT", isSample=True))["id"]
        for name, kind in (("科技界别小组", "SECTOR_GROUP"), ("科技界别临时党支部", "PARTY_BRANCH"))
    ]  # fmt: skip
    series = await teller.do(
        "planEvent", "event { id }", title="请你来协商", kind="CONSULT_WITH_YOU", startsAt="2023-01-01T00:00:00+08:00",
        organizers=[{"organization": cppcc}],
    )  # fmt: skip
    event = await teller.do(
        "planEvent", "event { organizers { role organization { name } } platforms { totalCount } parent { title } id }",
        title="科技成果转化联动协商", kind="CONSULT_WITH_YOU", parent=series["id"], platforms=[parlor, studio],
        organizers=[{"organization": each} for each in (cppcc, sector, branch)], startsAt="2023-06-01T09:00:00+08:00",
    )  # fmt: skip
    assert event["platforms"]["totalCount"] == 2
    assert event["parent"] == {"title": "请你来协商"}
    assert [each["role"] for each in event["organizers"]] == ["HOST", "CO_HOST", "CO_HOST"]
    # Two endorsements of the city's leaders and thirty-one of the district's.
    report = await teller.do(
        "writeResearchReport", "researchReport { id }", title="营商环境调研报告", event=event["id"], status="SUBMITTED"
    )
    for number in range(33):
        level, kind = ("MUNICIPAL", "AFFIRMATION") if number < 2 else ("DISTRICT", "INSTRUCTION")
        await teller.do(
            "endorseResult", "endorsement { id }", result=report["id"], level=level, kind=kind, on="2023-09-01"
        )
    endorsed = await teller.ask(
        "query ($id: ID!) { node(id: $id) { ... on ResearchReport { endorsements { level } } } }", id=report["id"]
    )
    counted = [each["level"] for each in endorsed["node"]["endorsements"]]
    assert (counted.count("MUNICIPAL"), counted.count("DISTRICT")) == (2, 31)
    # Twenty start-ups coached, four of them with an award of the province; five projects of university and firm.
    yu = await teller.member("330114", "俞婷薇")
    for number in range(20):
        coached = await teller.do(
            "startPartnership", "partnership { id }", title=f"学生创业项目{number + 1}", platform=parlor, authors=[yu],
            isSample=True,
        )  # fmt: skip
        if number < 4:
            await teller.do(
                "recordRecognition", "recognition { id }", title=f"省级奖项{number + 1}", followsFrom=coached["id"],
                level="PROVINCIAL", isSample=True,
            )  # fmt: skip
    for number in range(4):
        await teller.do(
            "startPartnership", "partnership { id }", title=f"校企合作项目{number + 2}", platform=parlor,
            parties=["高校", "企业"], isSample=True,
        )  # fmt: skip
    summed = await teller.ask(
        """query ($slug: String!) { platform(slug: $slug) {
          coached: results(where: {kind: [PARTNERSHIP], text: "创业"}) { totalCount }
          projects: results(where: {kind: [PARTNERSHIP], text: "校企"}) { totalCount }
          awarded: results(where: {kind: [PARTNERSHIP], leadsTo: {kind: [RECOGNITION]}}) { totalCount } } }""",
        slug="qiantang-youth-home-parlor",
    )
    assert {name: each["totalCount"] for name, each in summed["platform"].items()} == {
        "coached": 20, "projects": 5, "awarded": 4,
    }  # fmt: skip
    # The works of a mock CPPCC, put in at once.
    mock = {
        "district": "330114", "key": "mock-2023", "title": "模拟政协提案大赛", "kind": "MOCK_CPPCC", "status": "HELD",
        "startsAt": "2023-05-04T09:00:00+08:00", "isSample": True,
    }  # fmt: skip
    await teller.do("upsertEvents", "rows { outcome }", rows=[mock])
    works = [
        {
            "district": "330114", "key": f"mock-{number}", "kind": "RECOMMENDATION", "status": "RAISED",
            "title": f"提案作品{number}", "raisedAt": "2023-05-04T10:00:00+08:00", "event": "mock-2023",
            "isSample": True,
        }
        for number in range(1, 261)
    ]  # fmt: skip
    await teller.do("upsertResults", "rows { outcome }", rows=works)
    found = await teller.ask(
        '{ events(where: {district: ["330114"], text: "模拟政协提案大赛"}) { nodes { results { totalCount } } } }'
    )
    assert found["events"]["nodes"] == [{"results": {"totalCount": 260}}]
