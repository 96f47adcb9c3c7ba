"""Organizations: the bodies of the CPPCC and the Party, their tree, their members and where they are hosted."""

import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio


async def test_the_party_chain_of_xiaoshan_hangs_together(ask: Ask) -> None:
    answer = await ask(
        """{ top: organizations(where: {district: ["330109"], kind: [CPPCC_COMMITTEE]}) { nodes {
                name all: descendants(where: {isSample: false}) { totalCount }
                branches: descendants(kinds: [PARTY_BRANCH]) { totalCount }
                groups: descendants(kinds: [PARTY_GROUP]) { totalCount }
                near: descendants(kinds: [LEADING_PARTY_GROUP], depth: 1) { nodes { name } }
                deep: descendants(kinds: [LEADING_PARTY_GROUP], depth: 2) { totalCount } } }
            standing: organizations(where: {district: ["330109"], kind: [PARTY_BRANCH],
                parent: {kind: [GENERAL_PARTY_BRANCH]}}) { nodes { name ancestors { name } } } }"""
    )
    above = [{"name": f"萧山区政协{name}"} for name in ("机关党总支", "机关党组", "党组", "")]
    assert answer.errors == []
    assert answer.data == {
        "top": {
            "nodes": [
                {
                    "name": "萧山区政协",
                    "all": {"totalCount": 22},
                    "branches": {"totalCount": 8},
                    "groups": {"totalCount": 11},
                    "near": {"nodes": [{"name": "萧山区政协党组"}]},
                    "deep": {"totalCount": 2},
                }
            ]
        },
        "standing": {
            "nodes": [
                {"name": "机关党支部(1)", "ancestors": above},
                {"name": "机关党支部(2)", "ancestors": above},
            ]
        },
    }


async def test_the_groups_of_xiaoshan_have_138_members(ask: Ask) -> None:
    answer = await ask(
        """{ organizations(where: {district: ["330109"], kind: [PARTY_GROUP]}, first: 100) {
            totalCount nodes { members { totalCount } parent { kind } } } }"""
    )
    nodes = answer.data["organizations"]["nodes"]
    assert answer.data["organizations"]["totalCount"] == 11
    assert sorted(node["members"]["totalCount"] for node in nodes) == [12] * 5 + [13] * 6
    assert sum(node["members"]["totalCount"] for node in nodes) == 138
    assert [node["parent"] for node in nodes] == [{"kind": "PARTY_BRANCH"}] * 11


async def test_every_hall_of_xiaoshan_hosts_one_branch(ask: Ask) -> None:
    answer = await ask(
        """{ organizations(where: {district: ["330109"], isHosted: true}, first: 100) {
            nodes { kind hostedAt(first: 100) { nodes { slug } } hostings { totalCount } } } }"""
    )
    nodes = answer.data["organizations"]["nodes"]
    slugs = [platform["slug"] for node in nodes for platform in node["hostedAt"]["nodes"]]
    assert [node["kind"] for node in nodes] == ["PARTY_BRANCH"] * 8
    assert sorted(node["hostings"]["totalCount"] for node in nodes) == [2, 2, 3, 3, 3, 3, 3, 3]
    assert (len(slugs), len(set(slugs))) == (22, 22)


async def test_a_body_of_the_city_sponsors_a_studio_in_a_district(ask: Ask) -> None:
    answer = await ask(
        """{ organizations(where: {district: ["3301"]}) { nodes { name district { __typename name level }
            sponsoredPlatforms { nodes { slug district { name } } } } } }"""
    )
    assert answer.data == {
        "organizations": {
            "nodes": [
                {
                    "name": "杭州市政协",
                    "district": {"__typename": "District", "name": "杭州市", "level": "CITY"},
                    "sponsoredPlatforms": {
                        "nodes": [{"slug": "linping-municipal-studio", "district": {"name": "临平区"}}]
                    },
                }
            ]
        }
    }


async def test_members_of_a_body_have_roles(ask: Ask) -> None:
    answer = await ask(
        """{ organizations(where: {district: ["330108"], kind: [CPPCC_COMMITTEE]}) { nodes {
            chair: members(role: CHAIR) { nodes { role isSample
                member { name post } organization { name } platform { name } } }
            vice: members(role: VICE_CHAIR) { totalCount } } } }"""
    )
    chair = {
        "role": "CHAIR",
        "isSample": False,
        "member": {"name": "张玮", "post": "滨江区政协主席"},
        "organization": {"name": "滨江区政协"},
        "platform": None,
    }
    assert answer.data == {"organizations": {"nodes": [{"chair": {"nodes": [chair]}, "vice": {"totalCount": 0}}]}}


async def test_bodies_of_two_districts_hold_one_event_and_adopt_its_advice(ask: Ask) -> None:
    answer = await ask(
        """{ hosts: organizations(where: {district: ["330102"]}) { nodes { name
                events { nodes { title district { name } } } adoptions { totalCount } } }
            adopters: organizations(where: {kind: [AUTHORITY]}) { nodes { name adoptions(first: 1) {
                totalCount nodes { adoptedOn result { district { name } } organization { name } } } } } }"""
    )
    title = "“携商推进帮共体、协作奋进共富路”跨区域联动协商"
    events = {"nodes": [{"title": title, "district": {"name": "淳安县"}}]}

    def adopter(name: str) -> dict[str, object]:
        adoption = {
            "adoptedOn": "2022-12-31",
            "result": {"district": {"name": "淳安县"}},
            "organization": {"name": name},
        }
        return {"name": name, "adoptions": {"totalCount": 15, "nodes": [adoption]}}

    assert answer.errors == []
    assert answer.data == {
        "hosts": {
            "nodes": [
                {"name": "上城区党委政府", "events": {"nodes": []}, "adoptions": {"totalCount": 15}},
                {"name": "上城区政协", "events": events, "adoptions": {"totalCount": 0}},
            ]
        },
        "adopters": {"nodes": [adopter("淳安县党委政府"), adopter("上城区党委政府")]},
    }


async def test_sectors_come_in_the_order_of_the_national_list(ask: Ask) -> None:
    answer = await ask(
        """{ sectors(first: 100) { totalCount nodes { code } } party: sectors(where: {group: [PARTY]}) { totalCount }
            one: sectors(where: {code: ["14"]}) { nodes { name nameEn group shortName } } }"""
    )
    assert answer.data == {
        "sectors": {"totalCount": 34, "nodes": [{"code": f"{number:02}"} for number in range(1, 35)]},
        "party": {"totalCount": 10},
        "one": {
            "nodes": [
                {
                    "name": "中华全国工商业联合会",
                    "nameEn": "All-China Federation of Industry and Commerce",
                    "group": "ORGANIZATION",
                    "shortName": None,
                }
            ]
        },
    }


async def test_a_depth_out_of_bounds_is_refused(ask: Ask) -> None:
    answer = await ask("{ organizations(first: 1) { nodes { descendants(depth: 0) { nodes { name } } } } }")
    assert answer.data is None
    assert [(code, text) for code, _, text in answer.errors] == [("BAD_ARGUMENT", "depth must be 1–10, got 0")]
