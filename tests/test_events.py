"""Events: where and by whom they are held, who came, what was discussed and what came of it."""

import asyncpg
import pytest
from conftest import Ask, asking
from serving import writer

from schema.graph import Graph

pytestmark = pytest.mark.anyio

JOINT = "“携商推进帮共体、协作奋进共富路”跨区域联动协商"


async def test_a_joint_event_is_seen_from_both_districts(ask: Ask) -> None:
    answer = await ask(
        """fragment Joint on Event { id title }
        { a: area(code: "330127") { events(where: {isSample: false, participant: ["330102"]}) { nodes { ...Joint } } }
            b: area(code: "330102") { events(where: {isSample: false}) { nodes { ...Joint } } }
            events(where: {participant: ["330102"]}) { totalCount nodes { ...Joint
                kind status mode startsAt endsAt datePrecision topics publicParticipants isSample
                district { name } districts { totalCount nodes { name } }
                organizers { role position organization { name district { name } } }
                agenda { nodes { position topic resolution } } observations { nodes { number value } }
                adopted: results(where: {isAdopted: true}) { totalCount } results { totalCount } } } }"""
    )
    joint = answer.data["events"]["nodes"][0]
    seen = {"id": joint["id"], "title": JOINT}
    assert answer.errors == []
    assert answer.data == {
        "a": {"events": {"nodes": [seen]}},
        "b": {"events": {"nodes": [seen]}},
        "events": {
            "totalCount": 1,
            "nodes": [
                {
                    **seen,
                    "kind": "THEMED_CONSULTATION",
                    "status": "HELD",
                    "mode": "ONSITE",
                    "startsAt": "2021-12-31T16:00:00+00:00",
                    "endsAt": None,
                    "datePrecision": "YEAR",
                    "topics": ["共同富裕", "跨区域协作"],
                    "publicParticipants": None,
                    "isSample": False,
                    "district": {"name": "淳安县"},
                    "districts": {"totalCount": 2, "nodes": [{"name": "上城区"}, {"name": "淳安县"}]},
                    "organizers": [
                        {
                            "role": "HOST",
                            "position": 0,
                            "organization": {"name": "淳安县政协", "district": {"name": "淳安县"}},
                        },
                        {
                            "role": "CO_HOST",
                            "position": 1,
                            "organization": {"name": "上城区政协", "district": {"name": "上城区"}},
                        },
                    ],
                    "agenda": {"nodes": [{"position": 1, "topic": "怎样用好县外资源推动共同富裕", "resolution": None}]},
                    "observations": {"nodes": [{"number": "43", "value": 15.0}]},
                    "adopted": {"totalCount": 15},
                    "results": {"totalCount": 15},
                }
            ],
        },
    }


async def test_an_attendance_says_who_as_what_and_on_whose_behalf(graph: Graph, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        """
        INSERT INTO area (id, code_system, code, vintage, name, level, district_kind, tenant) VALUES
            (1, 'NBS', '330109', '2023-06-30', '萧山区', 'DISTRICT', 'DISTRICT', '330109'),
            (2, 'NBS', '330110', '2023-06-30', '余杭区', 'DISTRICT', 'DISTRICT', '330110');
        INSERT INTO member (district, id, name, sort_key) VALUES
            ('330109', 3, '甲', 'jia'), ('330109', 4, '乙', 'yi'), ('330110', 5, '丙', 'bing');
        INSERT INTO organization (district, id, name, kind, level)
            VALUES ('330110', 6, '余杭区政协', 'CPPCC_COMMITTEE', 'DISTRICT');
        INSERT INTO event (district, id, title, kind, status, starts_at) VALUES
            ('330109', 7, '沙龙', 'SALON', 'HELD', '2023-05-01T01:00Z'),
            ('330109', 8, '论坛', 'FORUM', 'HELD', '2023-05-02T01:00Z');
        INSERT INTO attendance (district, event_id, starts_at, member_district, member_id, role, state, mode,
                leave_reason, on_behalf_of_district, on_behalf_of_id) VALUES
            ('330109', 7, '2023-05-01T01:00Z', '330109', 3, 'MEMBER', 'CHECKED_IN', 'ONSITE', NULL, NULL, NULL),
            ('330109', 7, '2023-05-01T01:00Z', '330109', 4, 'MEMBER', 'LEAVE', NULL, '出差', NULL, NULL),
            ('330109', 7, '2023-05-01T01:00Z', '330110', 5, 'SUBSTITUTE', 'CHECKED_IN', 'ONLINE', NULL, '330110', 6),
            ('330109', 7, '2023-05-01T01:00Z', NULL, NULL, 'GUEST', 'CHECKED_IN', NULL, NULL, NULL, NULL),
            ('330109', 7, '2023-05-01T01:00Z', NULL, NULL, 'GUEST', 'CHECKED_IN', NULL, NULL, NULL, NULL);
        """
    )
    await connection.close()
    async with asking(graph, empty_database, writer("萧山区政协", "330109")) as ask:
        answer = await ask(
            """fragment Who on AttendanceConnection { totalCount nodes { member { name } } }
            { events(orderBy: [{field: STARTS_AT}]) { nodes { title
                attendanceSummary { role state count }
                attendances { nodes { role state mode leaveReason
                    member { name district { name } } onBehalfOf { name } } }
                came: attendances(state: CHECKED_IN) { ...Who }
                members: attendances(role: MEMBER) { ...Who }
                both: attendances(role: MEMBER, state: LEAVE) { ...Who }
                filtered: attendances(role: MEMBER, where: {state: [CHECKED_IN]}) { ...Who } } } }"""
        )
    xiaoshan, yuhang = {"name": "萧山区"}, {"name": "余杭区"}

    def attendance(role: str, state: str, mode: str | None, member: object, **more: object) -> dict[str, object]:
        return {
            "role": role,
            "state": state,
            "mode": mode,
            "leaveReason": None,
            "member": member,
            "onBehalfOf": None,
            **more,
        }

    def who(*names: str | None) -> dict[str, object]:
        return {"totalCount": len(names), "nodes": [{"member": name and {"name": name}} for name in names]}

    nobody: dict[str, object] = {"totalCount": 0, "nodes": []}
    salon, forum = answer.data["events"]["nodes"]
    # All begin when the event does, and the newest rows come first.
    salon["attendances"]["nodes"].reverse()
    for name in ("came", "members", "both", "filtered"):
        salon[name]["nodes"].reverse()
    assert answer.errors == []
    assert salon == {
        "title": "沙龙",
        "attendanceSummary": [
            {"role": "MEMBER", "state": "CHECKED_IN", "count": 1},
            {"role": "MEMBER", "state": "LEAVE", "count": 1},
            {"role": "GUEST", "state": "CHECKED_IN", "count": 2},
            {"role": "SUBSTITUTE", "state": "CHECKED_IN", "count": 1},
        ],
        "attendances": {
            "nodes": [
                attendance("MEMBER", "CHECKED_IN", "ONSITE", {"name": "甲", "district": xiaoshan}),
                attendance("MEMBER", "LEAVE", None, {"name": "乙", "district": xiaoshan}, leaveReason="出差"),
                attendance(
                    "SUBSTITUTE",
                    "CHECKED_IN",
                    "ONLINE",
                    {"name": "丙", "district": yuhang},
                    onBehalfOf={"name": "余杭区政协"},
                ),
                attendance("GUEST", "CHECKED_IN", None, None),
                attendance("GUEST", "CHECKED_IN", None, None),
            ]
        },
        "came": who("甲", "丙", None, None),
        "members": who("甲", "乙"),
        "both": who("乙"),
        "filtered": who("甲"),
    }
    assert forum == {
        "title": "论坛",
        "attendanceSummary": [],
        "attendances": {"nodes": []},
        **dict.fromkeys(("came", "members", "both", "filtered"), nobody),
    }


async def test_attendance_summaries_are_what_sql_counts(ask: Ask, hangzhou: str) -> None:
    answer = await ask(
        """{ events(where: {district: ["330110"]}, orderBy: [{field: STARTS_AT}], first: 100) {
            nodes { attendanceSummary { count } attendances { totalCount } } } }"""
    )
    connection = await asyncpg.connect(hangzhou)
    rows = await connection.fetch(
        """SELECT (SELECT count(*) FROM attendance a WHERE a.district = e.district AND a.event_id = e.id) AS total
        FROM event e WHERE district = '330110' ORDER BY starts_at, id LIMIT 100"""
    )
    await connection.close()
    nodes = answer.data["events"]["nodes"]
    assert len(answer.statements) == 3
    assert [node["attendances"]["totalCount"] for node in nodes] == [row["total"] for row in rows]
    assert [sum(group["count"] for group in node["attendanceSummary"]) for node in nodes] == [
        row["total"] for row in rows
    ]


async def test_the_events_the_source_names_are_told_from_sample_data(ask: Ask) -> None:
    answer = await ask(
        """{ events(where: {isSample: false, district: ["330127"]}, orderBy: [{field: STARTS_AT}]) {
            totalCount nodes { title kind platforms { nodes { slug } } } }
            halls: events(where: {district: ["330127"], kind: [HALL_SESSION]}) { totalCount } }"""
    )
    assert answer.data == {
        "events": {
            "totalCount": 5,
            "nodes": [
                {"title": JOINT, "kind": "THEMED_CONSULTATION", "platforms": {"nodes": []}},
                {
                    "title": "国储林项目“请你来协商”",
                    "kind": "CONSULT_WITH_YOU",
                    "platforms": {"nodes": [{"slug": "chunan-consult-with-you"}]},
                },
                {
                    "title": "“千岛富美”共同富裕建设民生议事堂协商活动",
                    "kind": "HALL_SESSION",
                    "platforms": {"nodes": [{"slug": "chunan-qiandao-fumei-hall"}]},
                },
                {"title": "“稻蛙共生扩面”民生议事堂活动", "kind": "HALL_SESSION", "platforms": {"nodes": []}},
                {"title": "“日晒面产业发展”民生议事堂活动", "kind": "HALL_SESSION", "platforms": {"nodes": []}},
            ],
        },
        "halls": {"totalCount": 46},
    }


async def test_an_event_leads_to_its_parts_and_back(graph: Graph, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        """
        INSERT INTO event (district, id, title, kind, status, starts_at) VALUES
            ('330109', 1, '全会', 'PLENARY', 'HELD', '2023-02-01T01:00Z');
        INSERT INTO event (district, id, title, kind, status, starts_at, parent_id) VALUES
            ('330109', 2, '分组讨论', 'OTHER', 'HELD', '2023-02-01T06:00Z', 1),
            ('330109', 3, '大会发言', 'OTHER', 'HELD', '2023-02-02T01:00Z', 1);
        """
    )
    await connection.close()
    async with asking(graph, empty_database) as ask:
        answer = await ask(
            """{ events(orderBy: [{field: STARTS_AT}]) { nodes { title parent { title }
                children { totalCount nodes { title } } } } }"""
        )
    plenary = {"title": "全会"}
    assert answer.errors == []
    assert answer.data["events"]["nodes"] == [
        {
            **plenary,
            "parent": None,
            "children": {"totalCount": 2, "nodes": [{"title": "大会发言"}, {"title": "分组讨论"}]},
        },
        {"title": "分组讨论", "parent": plenary, "children": {"totalCount": 0, "nodes": []}},
        {"title": "大会发言", "parent": plenary, "children": {"totalCount": 0, "nodes": []}},
    ]
