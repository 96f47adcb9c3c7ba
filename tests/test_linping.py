"""临平: citizens are answered on line, and studios of three levels work on one matter."""

import pytest
from serving import telling
from storytelling import server, teller
from telling import Teller

__all__ = ["server", "teller"]

pytestmark = pytest.mark.anyio


async def test_linping_answers_citizens_on_line_and_three_levels_work_on_one_matter(
    teller: Teller, server: tuple[str, str]
) -> None:
    address, _ = server
    jin, li = await teller.member("330113", "金丹文"), await teller.member("330113", "李金龙")
    for member in (jin, li):
        coded = await teller.do("issueDutyCode", "member { dutyCode } signedCode", member=member)
        assert coded["signedCode"].startswith(f"{coded['member']['dutyCode']}.")
    linping = await teller.area("330113")
    studio = await teller.do(
        "openPlatform", "platform { id }", slug="linping-online-studio-2", name="线上委员工作室(演练)",
        kind="MEMBER_STUDIO", level="DISTRICT", area=linping, hostKind="ONLINE", isOnline=True, isSample=True,
    )  # fmt: skip
    # A citizen needs no account; a member takes the matter, the transport department answers, the citizen is content.
    async with telling(address) as citizen:
        raised = await citizen.do(
            "raiseCitizenRequest", "citizenRequest { id status } receipt", platform=studio["id"],
            title="公交站名与地点不符", contact="不公开的联系方式", isSample=True,
        )  # fmt: skip
        # What citizens write is seen by the district alone, and by whoever has the receipt.
        assert raised["citizenRequest"] is None
        named = '{ results(where: {kind: [CITIZEN_REQUEST], text: "公交站名与地点不符"}) { nodes { id } } }'
        request = (await teller.ask(named))["results"]["nodes"][0]["id"]
        await teller.do("takeRequest", "citizenRequest { id }", request=request, member=li)
        assert (await teller.refused("takeRequest", request=request, member=jin))["__typename"] == "AlreadyTaken"
        transport = await teller.organization("330113", "交通部门")
        await teller.do("forwardRequest", "citizenRequest { id }", request=request, organization=transport)
        await teller.do(
            "replyToRequest", "citizenRequest { id }", request=request, organization=transport,
            reply="站名已更改为临平大剧院。",
        )  # fmt: skip
        wrong = await citizen.refused("rateReply", receipt="nonsense", rating=5)
        assert wrong["__typename"] == "UnknownReceipt"
        asked = "query ($receipt: String!) { requestStatus(receipt: $receipt) { status rating steps { reply } } }"
        await citizen.do("rateReply", "citizenRequest { status }", receipt=raised["receipt"], rating=5)
        told = (await citizen.ask(asked, receipt=raised["receipt"]))["requestStatus"]
        assert (told["status"], told["rating"]) == ("RESOLVED", 5)
        assert {"reply": "站名已更改为临平大剧院。"} in told["steps"]
        for number in range(9):
            await citizen.do(
                "raiseCitizenRequest", "receipt", platform=studio["id"], title=f"问题{number}", isSample=True
            )
        much = await citizen.refused("raiseCitizenRequest", platform=studio["id"], title="再一个")
        assert much["__typename"] == "TooManyRequests"
    seen = await teller.ask(
        "query ($id: ID!) { node(id: $id) { ... on CitizenRequest { handler { name } department { name } steps { stage"
        " note } } } changes(first: 100) { nodes { rows { before after } } } }",
        id=request,
    )
    assert seen["node"]["handler"] == {"name": "李金龙"}
    assert [each["stage"] for each in seen["node"]["steps"]] == [
        "RAISED",
        "ASSIGNED",
        "FORWARDED",
        "REPLIED",
        "RESOLVED",
    ]
    assert "不公开的联系方式" not in str(seen)
    # Surveys and calls, answered by the public.
    call = await teller.do(
        "startDiscussion", "discussion { id }", kind="CALL", title="民生实事征集", platform=studio["id"]
    )
    survey = await teller.do("startDiscussion", "discussion { id }", kind="SURVEY", title="助老调研", member=jin)
    for discussion in (call, survey):
        await teller.do("makeRemark", "remark { id }", discussion=discussion["id"], body="希望增设助餐点。")
    # The studios of city and district and a parlor of a township work on one matter.
    city = await teller.do(
        "openPlatform", "platform { id }", slug="hangzhou-equipment-studio", name="市政协委员工作室(演练)",
        kind="MEMBER_STUDIO", level="MUNICIPAL", area=linping, district="3301", isSample=True,
    )  # fmt: skip
    joined = await teller.do(
        "joinMatter", "result { id } platform { level district { code } }", result=request, platform=city["id"]
    )
    assert joined["platform"] == {"level": "MUNICIPAL", "district": {"code": "3301"}}
    assert (await teller.refused("joinMatter", result=request, platform=city["id"]))["__typename"] == "AlreadyJoined"
    # The proposal leads, put in at once: 254 of this year.
    leads = [
        {
            "district": "330113", "key": f"lead-{number}", "kind": "PROPOSAL", "status": "SUBMITTED",
            "title": f"提案线索{number}", "raisedAt": "2023-03-01T00:00:00+08:00", "isSample": True,
        }
        for number in range(254)
    ]  # fmt: skip
    await teller.do("upsertResults", "rows { outcome }", rows=leads)
    summed = await teller.ask(
        '{ results(where: {district: ["330113"], kind: [PROPOSAL], text: "提案线索"}) { totalCount } }'
    )
    assert summed["results"]["totalCount"] == 254
