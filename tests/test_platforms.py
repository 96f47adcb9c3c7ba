"""Platforms: what stands where, who belongs to it, and what is held there."""

import asyncpg
import pytest
from conftest import Ask, asking

from schema.graph import Graph

pytestmark = pytest.mark.anyio


async def test_a_studio_leads_up_to_the_city_by_place_and_to_the_forum_by_deliberation(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-xin-zhi-zao") {
            __typename name ancestors { name } area { name ancestors { level name } } } }"""
    )
    assert answer.data == {
        "platform": {
            "__typename": "MemberStudio",
            "name": "芯智造委员工作室",
            "ancestors": [{"name": "钱塘荟"}],
            "area": {
                "name": "钱塘芯谷",
                "ancestors": [
                    {"level": "DISTRICT", "name": "钱塘区"},
                    {"level": "CITY", "name": "杭州市"},
                    {"level": "PROVINCE", "name": "浙江省"},
                ],
            },
        }
    }


async def test_area_host_sponsor_and_parent_are_four_things(ask: Ask) -> None:
    answer = await ask(
        """{ platforms(where: {kind: [MEMBER_STUDIO, MEMBER_PARLOR]}, orderBy: [{field: SLUG}]) { nodes {
            slug level hostKind isOnline district { name } area { name } host { name }
            sponsor { name district { name } } parent { slug } ... on MemberStudio { park { name } } } } }"""
    )
    linping, qiantang = {"name": "临平区"}, {"name": "钱塘区"}
    forum = {"slug": "qiantang-hui"}

    def in_park(slug: str, park: str) -> dict[str, object]:
        place = {"name": park}
        return {
            "slug": slug,
            "level": "DISTRICT",
            "hostKind": "PARK",
            "isOnline": False,
            "district": qiantang,
            "area": place,
            "host": place,
            "sponsor": None,
            "parent": forum,
            "park": place,
        }

    def in_linping(slug: str, level: str, host_kind: str | None, sponsor: object) -> dict[str, object]:
        return {
            "slug": slug,
            "level": level,
            "hostKind": host_kind,
            "isOnline": host_kind == "ONLINE",
            "district": linping,
            "area": linping,
            "host": None,
            "sponsor": sponsor,
            "parent": None,
            "park": None,
        }

    assert answer.errors == []
    assert answer.data["platforms"]["nodes"] == [
        in_linping(
            "linping-municipal-studio", "MUNICIPAL", None, {"name": "杭州市政协", "district": {"name": "杭州市"}}
        ),
        in_linping("linping-online-studio", "DISTRICT", "ONLINE", None),
        in_linping("linping-qi-zhi-chuang", "DISTRICT", "SECTOR", {"name": "经济界别组", "district": linping}),
        in_park("qiantang-xin-zhi-zao", "钱塘芯谷"),
        in_park("qiantang-yi-qi-yi", "医药港小镇"),
        {
            "slug": "qiantang-youth-home-parlor",
            "level": "DISTRICT",
            "hostKind": None,
            "isOnline": False,
            "district": qiantang,
            "area": qiantang,
            "host": None,
            "sponsor": None,
            "parent": forum,
        },
        in_park("qiantang-zhi-li-fang", "前进智造园"),
    ]


async def test_the_line_of_deliberation_goes_down_by_kind_and_depth(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-hui") {
            children { totalCount } all: descendants { totalCount } one: descendants(depth: 1) { totalCount }
            two: descendants(depth: 2) { totalCount }
            stations: descendants(kinds: [CONSULTATION_STATION]) { totalCount }
            nearStations: descendants(kinds: [CONSULTATION_STATION], depth: 1) { totalCount }
            halls: descendants(kinds: [DELIBERATION_HALL], depth: 1, orderBy: [{field: SLUG}]) { nodes {
                slug ... on DeliberationHall { stations { totalCount } } } }
            ... on DistrictForum { below: halls { totalCount } } } }"""
    )
    stations = (25, 23, 4, 5, 21, 14, 28)
    names = ("baiyang", "hezhuang", "linjiang", "qianjin", "xiasha", "xinwan", "yipeng")
    found = answer.data["platform"].pop("halls")["nodes"]
    assert answer.errors == []
    assert answer.data == {
        "platform": {
            "children": {"totalCount": 11},
            "all": {"totalCount": 131},
            "one": {"totalCount": 11},
            "two": {"totalCount": 131},
            "stations": {"totalCount": 120},
            "nearStations": {"totalCount": 0},
            "below": {"totalCount": 7},
        }
    }
    assert found == [
        {"slug": f"qiantang-{name}-hall", "stations": {"totalCount": count}}
        for name, count in zip(names, stations, strict=True)
    ]


async def test_a_station_leads_to_its_hall_or_stands_in_a_park(ask: Ask) -> None:
    answer = await ask(
        """{ village: platform(slug: "qiantang-touge-station") {
                name ... on ConsultationStation { hall { name } } host { level name } ancestors { name } }
            park: platform(slug: "binjiang-iot-park-station") {
                name ... on ConsultationStation { hall { name } } host { level name } ancestors { name } } }"""
    )
    assert answer.data == {
        "village": {
            "name": "头格社区协商驿站",
            "hall": {"name": "下沙街道民生议事堂"},
            "host": {"level": "VILLAGE", "name": "头格社区"},
            "ancestors": [{"name": "下沙街道民生议事堂"}, {"name": "钱塘荟"}],
        },
        "park": {
            "name": "物联网产业园协商驿站",
            "hall": None,
            "host": {"level": "PARK", "name": "物联网产业园"},
            "ancestors": [],
        },
    }


async def test_memberships_hold_on_their_days(graph: Graph, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(
        """
        INSERT INTO area (id, code_system, code, vintage, name, level, district_kind, tenant)
            VALUES (1, 'NBS', '330109', '2023-06-30', '萧山区', 'DISTRICT', 'DISTRICT', '330109');
        INSERT INTO platform (district, id, slug, name, kind, level, area_id)
            VALUES ('330109', 2, 'hall', '议事堂', 'DELIBERATION_HALL', 'TOWNSHIP', 1);
        INSERT INTO member (district, id, name) VALUES
            ('330109', 3, '甲'), ('330109', 4, '乙'), ('3301', 5, '丙'), ('330109', 6, '丁');
        INSERT INTO membership (district, member_district, member_id, platform_id, role, starts_on, ends_on) VALUES
            ('330109', '330109', 3, 2, 'LEAD', NULL, '2022-12-31'),
            ('330109', '330109', 4, 2, 'LEAD', '2023-01-01', NULL),
            ('330109', '3301', 5, 2, 'MEMBER', '2022-06-01', '2022-06-30'),
            ('330109', '330109', 6, 2, 'MEMBER', NULL, NULL);
        """
    )
    await connection.close()
    async with asking(graph, empty_database) as ask:
        answer = await ask(
            """fragment Who on MembershipConnection { totalCount nodes { role member { name } } }
            { platform(slug: "hall") { lead { name } members { totalCount }
                before: members(activeOn: "2022-05-31") { ...Who } firstDay: members(activeOn: "2022-06-01") { ...Who }
                lastDay: members(activeOn: "2022-06-30") { ...Who } yearEnd: members(activeOn: "2022-12-31") { ...Who }
                newYear: members(activeOn: "2023-01-01") { ...Who }
                leads: members(role: LEAD, activeOn: "2023-01-01") { ...Who }
                allLeads: members(role: LEAD) { ...Who }
                long: members(activeOn: "0001-01-01") { ...Who } late: members(activeOn: "9999-12-31") { ...Who } } }"""
        )
    first, second = ({"role": "LEAD", "member": {"name": name}} for name in ("甲", "乙"))
    guest, always = ({"role": "MEMBER", "member": {"name": name}} for name in ("丙", "丁"))

    def who(*nodes: object) -> dict[str, object]:
        return {"totalCount": len(nodes), "nodes": list(nodes)}

    assert answer.errors == []
    assert answer.data == {
        "platform": {
            "lead": {"name": "乙"},
            "members": {"totalCount": 4},
            "before": who(first, always),
            "firstDay": who(first, guest, always),
            "lastDay": who(first, guest, always),
            "yearEnd": who(first, always),
            "newYear": who(second, always),
            "leads": who(second),
            "allLeads": who(first, second),
            "long": who(first, always),
            "late": who(second, always),
        }
    }


async def test_the_lead_of_the_parlor_is_known(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-youth-home-parlor") { __typename lead { name leads { nodes { slug } } }
            members(role: LEAD) { nodes { isSample startsOn endsOn member { name } } } } }"""
    )
    assert answer.data == {
        "platform": {
            "__typename": "MemberParlor",
            "lead": {"name": "俞婷薇", "leads": {"nodes": [{"slug": "qiantang-youth-home-parlor"}]}},
            "members": {"nodes": [{"isSample": False, "startsOn": None, "endsOn": None, "member": {"name": "俞婷薇"}}]},
        }
    }


async def test_a_hall_hosts_party_branches(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "xiaoshan-beigan-hall") {
            organizations { totalCount nodes { __typename name } }
            hostings { nodes { isInferred startsOn endsOn organization { name } platform { slug } district { name } } }
            none: hostings(where: {isInferred: false}) { totalCount } } }"""
    )
    assert answer.data == {
        "platform": {
            "organizations": {"totalCount": 1, "nodes": [{"__typename": "PartyBranch", "name": "机关党支部(2)"}]},
            "hostings": {
                "nodes": [
                    {
                        "isInferred": True,
                        "startsOn": None,
                        "endsOn": None,
                        "organization": {"name": "机关党支部(2)"},
                        "platform": {"slug": "xiaoshan-beigan-hall"},
                        "district": {"name": "萧山区"},
                    }
                ]
            },
            "none": {"totalCount": 0},
        }
    }


EVENTS = """SELECT count(DISTINCT (e.district, e.event_id)) FROM event_platform e
    JOIN below p ON p.district = e.platform_district AND p.id = e.platform_id WHERE {scope}"""
RESULTS = "SELECT count(*) FROM result r JOIN below p ON p.district = r.district AND p.id = r.platform_id WHERE {scope}"


@pytest.mark.parametrize(("scope", "levels"), [("SELF", "steps = 0"), ("CHILDREN", "steps = 1"), ("SUBTREE", "true")])
@pytest.mark.parametrize(("list_", "counting"), [("events", EVENTS), ("results", RESULTS)])
@pytest.mark.parametrize("slug", ["qiantang-hui", "qiantang-xiasha-hall", "qiantang-touge-station"])
async def test_a_scope_takes_the_platform_those_below_it_or_both(
    ask: Ask, hangzhou: str, slug: str, list_: str, counting: str, scope: str, levels: str
) -> None:
    connection = await asyncpg.connect(hangzhou)
    total = await connection.fetchval(
        """WITH RECURSIVE below AS (SELECT district, id, 0 AS steps FROM platform WHERE slug = $1 UNION ALL
            SELECT p.district, p.id, steps + 1 FROM platform p JOIN below b ON b.id = p.parent_id) """
        + counting.format(scope=levels),
        slug,
    )
    await connection.close()
    answer = await ask(
        "query ($slug: String!, $scope: TreeScope) { platform(slug: $slug) {"
        f" {list_}(scope: $scope) {{ totalCount }} }} }}",
        slug=slug,
        scope=scope,
    )
    assert answer.errors == []
    assert answer.data == {"platform": {list_: {"totalCount": total}}}


async def test_a_platform_nobody_knows_is_null(ask: Ask) -> None:
    answer = await ask('{ a: platform(slug: "nobody") { name } b: platform(slug: "a\\u0000b") { name } }')
    assert (answer.data, answer.errors) == ({"a": None, "b": None}, [])
