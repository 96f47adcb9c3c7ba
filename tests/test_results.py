"""Results: where they came from, how they were handled, who adopted them and what followed."""

import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio


async def test_advice_of_a_station_led_to_a_kindergarten(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "binjiang-iot-park-station") {
            results(where: {isSample: false, kind: [RECOMMENDATION]}) { nodes {
                __typename kind status title body raisedAt closedAt datePrecision topics isSample
                district { name } platform { slug } event { title } authors { name } followsFrom { title }
                leadsTo { totalCount nodes { __typename title raisedAt datePrecision followsFrom { title }
                    ... on Outcome { beneficiaries measure } observations { nodes { number } } } } } } } }"""
    )
    advice = "关于解决园区员工子女入园问题的建议"
    outcome = {
        "__typename": "Outcome",
        "title": "面向园区企业员工子女招生的幼儿园开园",
        "raisedAt": "2023-08-31T16:00:00+00:00",
        "datePrecision": "MONTH",
        "followsFrom": {"title": advice},
        "beneficiaries": "园区企业员工子女",
        "measure": None,
        "observations": {"nodes": [{"number": "5"}]},
    }
    assert answer.errors == []
    assert answer.data["platform"]["results"]["nodes"] == [
        {
            "__typename": "Recommendation",
            "kind": "RECOMMENDATION",
            "status": "IMPLEMENTED",
            "title": advice,
            "body": "来源未载建议提出的日期;按本版年份计。",
            "raisedAt": "2022-12-31T16:00:00+00:00",
            "closedAt": None,
            "datePrecision": "YEAR",
            "topics": ["学前教育", "产城融合"],
            "isSample": False,
            "district": {"name": "滨江区"},
            "platform": {"slug": "binjiang-iot-park-station"},
            "event": None,
            "authors": [],
            "followsFrom": None,
            "leadsTo": {"totalCount": 1, "nodes": [outcome]},
        }
    ]


async def test_a_chain_of_three_is_followed_both_ways(ask: Ask) -> None:
    answer = await ask(
        """{ down: results(where: {text: "关于运河街道住房问题的建议"}) { nodes { title leadsTo { nodes {
                title leadsTo { nodes { __typename title leadsTo { totalCount } } } } } } }
            up: results(where: {kind: [RECOGNITION], platform: {slug: ["linping-yunhe-hall"]}, isSample: false}) {
                nodes { ... on Recognition { level } title followsFrom { title
                    followsFrom { title followsFrom { title } } } } } }"""
    )
    advice, measures, case = (
        "关于运河街道住房问题的建议",
        "出台专项申请途径、房屋修缮资金等举措",
        "入选全省协商议事典型案例",
    )
    end = {"__typename": "Recognition", "title": case, "leadsTo": {"totalCount": 0}}
    assert answer.errors == []
    assert answer.data == {
        "down": {
            "nodes": [{"title": advice, "leadsTo": {"nodes": [{"title": measures, "leadsTo": {"nodes": [end]}}]}}]
        },
        "up": {
            "nodes": [
                {
                    "level": "PROVINCIAL",
                    "title": case,
                    "followsFrom": {"title": measures, "followsFrom": {"title": advice, "followsFrom": None}},
                }
            ]
        },
    }


async def test_the_handling_of_a_proposal_is_told_step_by_step(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {kind: [PROPOSAL], author: {name: ["李金龙"]}}) { nodes {
            title status authors { name } department { name }
            ... on Proposal { number cause bundle { title } }
            steps { stage at organization { name } result { title } }
            leadsTo { nodes { title observations { nodes { number } } } } } } }"""
    )
    title = "关于更改公交站名的提案"
    stages = (("ASSIGNED", "交通部门"), ("ASSIGNED", "公交公司"), ("REPLIED", "交通部门"))
    assert answer.errors == []
    assert answer.data["results"]["nodes"] == [
        {
            "title": title,
            "status": "REPLIED",
            "authors": [{"name": "李金龙"}],
            "department": {"name": "交通部门"},
            "number": None,
            "cause": "公交站名不便百姓出行",
            "bundle": None,
            "steps": [
                {
                    "stage": stage,
                    "at": "2022-12-31T16:00:00+00:00",
                    "organization": {"name": name},
                    "result": {"title": title},
                }
                for stage, name in stages
            ],
            "leadsTo": {
                "nodes": [{"title": "公交站名更改为临平大剧院", "observations": {"nodes": [{"number": "55"}]}}]
            },
        }
    ]


async def test_steps_come_oldest_first(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {campaign: {year: [2022]}, status: [RESOLVED]}, first: 50) {
            nodes { ... on SupervisionItem { campaign { year } } steps { stage at } } } }"""
    )
    nodes = answer.data["results"]["nodes"]
    assert len(nodes) == 45
    for node in nodes:
        assert node["campaign"] == {"year": 2022}
        assert node["steps"] == sorted(node["steps"], key=lambda step: step["at"])
        assert [step["stage"] for step in node["steps"]] == ["FOUND", "TRANSFERRED", "ASSIGNED", "RESOLVED"]


async def test_both_bodies_adopted_fifteen_recommendations(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {isAdopted: true, isSample: false}, orderBy: [{field: RAISED_AT}]) { totalCount nodes {
            title status event { title } adoptions { adoptedOn organization { name district { name } } } } } }"""
    )
    adoptions = [
        {"adoptedOn": "2022-12-31", "organization": {"name": f"{name}党委政府", "district": {"name": name}}}
        for name in ("淳安县", "上城区")
    ]
    assert answer.errors == []
    assert answer.data["results"] == {
        "totalCount": 15,
        "nodes": [
            {
                "title": f"关于用好县外资源推动共同富裕的建议({number}/15)",
                "status": "ADOPTED",
                "event": {"title": "“携商推进帮共体、协作奋进共富路”跨区域联动协商"},
                "adoptions": adoptions,
            }
            for number in range(1, 16)
        ],
    }


async def test_leaders_endorsed_reports_of_qiantang_31_and_2_times(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {district: ["330114"], isEndorsed: true}, first: 100) {
            nodes { kind endorsements { level kind on result { kind } } } } }"""
    )
    nodes = answer.data["results"]["nodes"]
    endorsements = [each for node in nodes for each in node["endorsements"]]
    levels = [each["level"] for each in endorsements]
    assert {node["kind"] for node in nodes} == {"RESEARCH_REPORT"}
    assert {each["result"]["kind"] for each in endorsements} == {"RESEARCH_REPORT"}
    assert {level: levels.count(level) for level in set(levels)} == {"MUNICIPAL": 2, "DISTRICT": 31}
    assert {each["on"][:4] for each in endorsements} == {"2023"}
    for node in nodes:
        assert node["endorsements"] == sorted(node["endorsements"], key=lambda each: each["on"])


async def test_a_proposal_comes_with_what_was_made_of_it(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {district: ["330108"], kind: [PROPOSAL], isSample: false}) { nodes {
            topics ... on Proposal { number } leadsTo(orderBy: [{field: RAISED_AT}]) { nodes { title } }
            observations { nodes { number value } } } } }"""
    )
    assert answer.data == {
        "results": {
            "nodes": [
                {
                    "topics": ["文化", "科技", "环境", "体育", "文明", "宣传"],
                    "number": "1",
                    "leadsTo": {
                        "nodes": [
                            {"title": "数字科技“机器狗”在亚运赛场应用"},
                            {"title": "当虹科技8K电视转播在亚运赛场应用"},
                            {"title": "瑞琦信息灯光智控在亚运赛场应用"},
                        ]
                    },
                    "observations": {
                        "nodes": [
                            {"number": "6", "value": 1.0},
                            {"number": "7", "value": 6.0},
                            {"number": "8", "value": 3.0},
                        ]
                    },
                }
            ]
        }
    }


async def test_an_outcome_says_what_it_was_before_and_after(ask: Ask) -> None:
    answer = await ask(
        """{ results(where: {district: ["330109"], kind: [OUTCOME], isSample: false}) { nodes {
            title ... on Outcome { measure measureBefore measureAfter } followsFrom { title } } } }"""
    )
    assert answer.data == {
        "results": {
            "nodes": [
                {
                    "title": "开通两个小区与地铁间的公交接驳线路",
                    "measure": "到地铁站的时间",
                    "measureBefore": "十几分钟",
                    "measureAfter": "几分钟",
                    "followsFrom": {"title": "关于开通天悦社区公交接驳线路的建议"},
                }
            ]
        }
    }


async def test_rows_agree_with_the_exact_figures_of_the_source(ask: Ask) -> None:
    answer = await ask(
        """{ xiaoshan: results(where: {district: ["330109"], kind: [RECOMMENDATION]}) { totalCount }
            since: results(where: {district: ["330109"], kind: [RECOMMENDATION],
                raisedAt: {since: "2022-01-01", until: "2023-12-31"}}) { totalCount }
            supervised: results(where: {district: ["330127"], kind: [SUPERVISION_ITEM], campaign: {year: [2022]}}) {
                totalCount }
            campaigns: area(code: "330127") { ... on District { campaigns { nodes { year focusWorks items {
                totalCount } } } } } }"""
    )
    assert answer.data == {
        "xiaoshan": {"totalCount": 798},
        "since": {"totalCount": 798},
        "supervised": {"totalCount": 55},
        "campaigns": {
            "campaigns": {
                "nodes": [
                    {"year": 2023, "focusWorks": [], "items": {"totalCount": 104}},
                    {"year": 2022, "focusWorks": ["农村饮用水提升达标"], "items": {"totalCount": 55}},
                ]
            }
        },
    }


async def test_proposals_of_a_bundle_are_met_on_face_to_face(ask: Ask) -> None:
    answer = await ask(
        """{ area(code: "330110") { ... on District { bundles(first: 100) { totalCount nodes {
            year rounds proposals(first: 1) { nodes { __typename ... on Proposal { bundle { id } } } }
            meetings(first: 1) { nodes { bundle { id } } } id } } } } }"""
    )
    bundles = answer.data["area"]["bundles"]
    assert bundles["totalCount"] == 22
    for node in bundles["nodes"]:
        assert node == {
            "year": 2023,
            "rounds": 2,
            "id": node["id"],
            "proposals": {"nodes": [{"__typename": "Proposal", "bundle": {"id": node["id"]}}]},
            "meetings": {"nodes": [{"bundle": {"id": node["id"]}}]},
        }
