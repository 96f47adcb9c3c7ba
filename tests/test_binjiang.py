"""滨江: a station in a park, a studio with its lead, and a team that accompanies start-ups."""

import pytest
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_binjiang_opens_a_station_in_a_park_and_its_advice_opens_a_kindergarten(teller: Teller) -> None:
    # The station of the page is there already; a second studio is opened, moved, suspended and closed.
    station = await teller.platform("binjiang-iot-park-station")
    cppcc = await teller.organization("330108", "滨江区政协")
    park, street = await teller.area("330108"), await teller.area("330108001")
    studio = await teller.do(
        "openPlatform", "platform { id status }",
        slug="binjiang-start-up-studio", name="双创委员工作室", kind="MEMBER_STUDIO", level="DISTRICT",
        area=park, host=street, sponsor=cppcc, status="PLANNED",
    )  # fmt: skip
    assert studio["status"] == "PLANNED"
    moved = await teller.do("movePlatform", "platform { area { code } }", platform=studio["id"], area=street)
    assert moved == {"area": {"code": "330108001"}}
    for status in ("ACTIVE", "SUSPENDED", "ACTIVE"):
        await teller.do("setPlatformStatus", "platform { id }", platform=studio["id"], to=status)
    # A lead for a period, and a team of members who accompany start-ups.
    lead = await teller.member("330108", "张玮")
    await teller.do(
        "appointMember", "membership { id }", member=lead, platform=studio["id"], role="LEAD",
        startsOn="2023-01-01", endsOn="2023-12-31",
    )  # fmt: skip
    second = await teller.do("admitMember", "member { id }", district="330108", name="陪跑委员", isSample=True)
    refused = await teller.refused(
        "appointMember", member=second["id"], platform=studio["id"], role="LEAD", startsOn="2023-06-01"
    )
    assert refused["__typename"] == "LeadAlreadyAppointed"
    team = await teller.do(
        "foundOrganization", "organization { id }", district="330108", name="双创服务“陪跑团”", kind="MENTOR_TEAM",
        level="DISTRICT",
    )  # fmt: skip
    await teller.do("appointMember", "membership { id }", member=second["id"], organization=team["id"])
    mentoring = await teller.do(
        "startPartnership", "partnership { id }", title="陪跑一家初创企业", department=team["id"],
        parties=["陪跑团", "一家初创企业"], district="330108", isSample=True,
    )  # fmt: skip
    for status in ("ASSIGNED", "IMPLEMENTED"):
        await teller.do("advanceResult", "result { id }", result=mentoring["id"], to=status)
    # Advice raised at the station, adopted, and what came of it in September 2023.
    event = await teller.do(
        "planEvent", "event { id }", title="园区员工带娃难题协商", kind="STATION_SESSION", platforms=[station],
        organizers=[{"organization": cppcc}], startsAt="2023-03-01T14:00:00+08:00",
    )  # fmt: skip
    advice = await teller.do(
        "raiseRecommendation", "recommendation { id }", title="关于在园区开办幼儿园的建议", event=event["id"],
        platform=station, authors=[lead], raisedAt="2023-03-01T16:00:00+08:00",
    )  # fmt: skip
    authority = await teller.do(
        "foundOrganization", "organization { id }", district="330108", name="滨江区教育部门", kind="DEPARTMENT",
        level="DISTRICT",
    )  # fmt: skip
    await teller.do(
        "adoptResult", "adoption { id }", result=advice["id"], organization=authority["id"], on="2023-05-01"
    )
    await teller.do(
        "recordOutcome", "outcome { id }", title="第一所面向园区企业员工子女招生的幼儿园开园", followsFrom=advice["id"],
        raisedAt="2023-09-01T00:00:00+08:00", beneficiaries="园区企业员工子女", measure="面向园区员工招生的幼儿园",
        measureBefore="0所", measureAfter="1所",
    )  # fmt: skip
    await teller.do("advanceResult", "result { id }", result=advice["id"], to="IMPLEMENTED")
    await teller.do("setEventStatus", "event { id }", event=event["id"], to="HELD")
    found = await teller.ask(
        "query ($id: ID!) { node(id: $id) { ... on Recommendation { status adoptions { adoptedOn } event { platforms {"
        " nodes { slug } } } leadsTo { nodes { ... on Outcome { raisedAtLocal beneficiaries measureBefore measureAfter"
        " } } } } } }",
        id=advice["id"],
    )
    assert found["node"] == {
        "status": "IMPLEMENTED",
        "adoptions": [{"adoptedOn": "2023-05-01"}],
        "event": {"platforms": {"nodes": [{"slug": "binjiang-iot-park-station"}]}},
        "leadsTo": {
            "nodes": [
                {
                    "raisedAtLocal": "2023-09-01T00:00+08:00",
                    "beneficiaries": "园区企业员工子女",
                    "measureBefore": "0所",
                    "measureAfter": "1所",
                }
            ]
        },
    }
    closed = await teller.do(
        "setPlatformStatus", "platform { status closedOn }", platform=studio["id"], to="CLOSED", on="2023-12-31"
    )
    assert closed == {"status": "CLOSED", "closedOn": "2023-12-31"}
