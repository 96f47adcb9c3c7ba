"""Areas: the tree by codes and vintages, and what lies in each part of it."""

import asyncpg
import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio

# Everything below is counted with a walk from parent to child, which the graph never takes.
SCOPES = {
    "SELF": "id = (SELECT id FROM start)",
    "CHILDREN": "parent_id = (SELECT id FROM start)",
    "SUBTREE": "id IN (SELECT id FROM below)",
}
WALK = """
    WITH RECURSIVE start AS (SELECT * FROM area WHERE code = $1 AND valid_to IS NULL),
    below AS (SELECT id FROM start UNION ALL SELECT a.id FROM area a JOIN below b ON a.parent_id = b.id),
    inner_area AS (SELECT * FROM area WHERE {scope}),
    near AS (SELECT p.* FROM platform p JOIN inner_area a ON a.id = p.area_id)
"""
# How many rows of each list, below a district; a district's own rows count whether or not they are at a platform.
NEAR = {
    "platforms": "SELECT count(*) FROM near",
    "members": """SELECT count(DISTINCT (m.member_district, m.member_id)) FROM near n
        JOIN membership m ON m.district = n.district AND m.platform_id = n.id""",
    "events": """SELECT count(DISTINCT (e.district, e.event_id)) FROM near n
        JOIN event_platform e ON e.platform_district = n.district AND e.platform_id = n.id""",
    "results": "SELECT count(*) FROM near n JOIN result r ON r.district = n.district AND r.platform_id = n.id",
}
OWNED = {
    "platforms": "SELECT count(*) FROM near",
    "members": "SELECT count(*) FROM member WHERE district IN (SELECT code FROM inner_area)",
    "events": """SELECT count(DISTINCT event_id) FROM event_participant
        WHERE participant IN (SELECT code FROM inner_area)""",
    "results": "SELECT count(*) FROM result WHERE district IN (SELECT code FROM inner_area)",
}


async def test_villages_of_a_district_differ_by_vintage(ask: Ask) -> None:
    answer = await ask(
        """{ area(code: "330114") {
            name
            newest: descendants(levels: [VILLAGE]) { totalCount }
            governed: descendants(levels: [VILLAGE], where: {isQuasi: false}) { totalCount }
            old: descendants(levels: [VILLAGE], vintage: "2021-10-31") { totalCount }
            oldGoverned: descendants(levels: [VILLAGE], vintage: "2021-10-31", where: {isQuasi: false}) { totalCount }
            named: descendants(levels: [VILLAGE], vintage: "2021-10-31",
                where: {isQuasi: false, or: [{text: "社区"}, {text: "村"}]}) { totalCount } } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "area": {
            "name": "钱塘区",
            "newest": {"totalCount": 127},
            "governed": {"totalCount": 122},
            "old": {"totalCount": 125},
            "oldGoverned": {"totalCount": 120},
            "named": {"totalCount": 120},
        }
    }


async def test_the_root_list_has_a_vintage_too(ask: Ask) -> None:
    answer = await ask(
        """{ newest: areas { totalCount }
            old: areas(vintage: "2021-10-31",
                where: {level: [VILLAGE], isQuasi: false, parent: {parent: {code: ["330114"]}}}) { totalCount }
            levels: areas(where: {level: [PROVINCE, CITY, DISTRICT]}) { totalCount }
            townships: areas(where: {level: [TOWNSHIP]}) { totalCount }
            villages: areas(where: {level: [VILLAGE]}) { totalCount }
            parks: areas(where: {level: [PARK]}) { totalCount nodes { __typename name parent { name } } } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "newest": {"totalCount": 3535},
        "old": {"totalCount": 120},
        "levels": {"totalCount": 15},
        "townships": {"totalCount": 196},
        "villages": {"totalCount": 3320},
        "parks": {
            "totalCount": 4,
            "nodes": [
                {"__typename": "IndustryPark", "name": "物联网产业园", "parent": {"name": "滨江区"}},
                {"__typename": "IndustryPark", "name": "医药港小镇", "parent": {"name": "钱塘区"}},
                {"__typename": "IndustryPark", "name": "钱塘芯谷", "parent": {"name": "钱塘区"}},
                {"__typename": "IndustryPark", "name": "前进智造园", "parent": {"name": "钱塘区"}},
            ],
        },
    }


async def test_an_area_of_an_old_list_is_found_by_its_code_then(ask: Ask, hangzhou: str) -> None:
    connection = await asyncpg.connect(hangzhou)
    rows = await connection.fetch(
        "SELECT code, name, vintage, valid_to FROM area o WHERE valid_to IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM area n WHERE n.code = o.code AND n.valid_to IS NULL) ORDER BY code"
    )
    await connection.close()
    assert len(rows) == 39
    gone = rows[0]
    answer = await ask(
        """query ($code: String!) {
            then: area(code: $code, vintage: "2021-10-31") { code name vintage validTo }
            now: area(code: $code) { name } }""",
        code=gone["code"],
    )
    message = (
        f"no area has the code {gone['code']!r} in the newest list;"
        " codes have 2, 4, 6, 9 or 12 digits, parks one like 330114-P01"
    )
    assert answer.errors == [("UNKNOWN_CODE", ["now"], message)]
    assert answer.data == {
        "then": {
            "code": gone["code"],
            "name": gone["name"],
            "vintage": gone["vintage"].isoformat(),
            "validTo": gone["valid_to"].isoformat(),
        },
        "now": None,
    }


async def test_depth_says_how_far_down(ask: Ask) -> None:
    answer = await ask(
        """{ area(code: "33") {
            one: descendants(depth: 1) { totalCount } two: descendants(depth: 2) { totalCount }
            three: descendants(depth: 3) { totalCount } four: descendants(depth: 4) { totalCount }
            ten: descendants(depth: 10) { totalCount } all: descendants { totalCount }
            parksAndDistricts: descendants(levels: [PARK, DISTRICT], depth: 3) { totalCount }
            noTownship: descendants(levels: [TOWNSHIP], depth: 2) { totalCount }
            children { totalCount nodes { name } } } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "area": {
            "one": {"totalCount": 1},
            "two": {"totalCount": 14},
            "three": {"totalCount": 214},
            "four": {"totalCount": 3534},
            "ten": {"totalCount": 3534},
            "all": {"totalCount": 3534},
            "parksAndDistricts": {"totalCount": 17},
            "noTownship": {"totalCount": 0},
            "children": {"totalCount": 1, "nodes": [{"name": "杭州市"}]},
        }
    }


@pytest.mark.parametrize("depth", [0, -1, 11, 2147483647])
async def test_a_depth_out_of_bounds_is_refused(ask: Ask, depth: int) -> None:
    answer = await ask(
        'query ($depth: Int) { area(code: "33") { descendants(depth: $depth) { nodes { name } } } }', depth=depth
    )
    message = f"depth must be 1–10, got {depth}"
    assert answer.data == {"area": None}
    assert [(code, text) for code, _, text in answer.errors] == [("BAD_ARGUMENT", message)]


async def test_ancestors_come_nearest_first(ask: Ask) -> None:
    answer = await ask(
        """{ village: area(code: "330114001001") { __typename name parent { name } ancestors { __typename name } }
            province: area(code: "33") { parent { name } ancestors { name } } }"""
    )
    assert answer.data == {
        "village": {
            "__typename": "Village",
            "name": "头格社区",
            "parent": {"name": "下沙街道"},
            "ancestors": [
                {"__typename": "Township", "name": "下沙街道"},
                {"__typename": "District", "name": "钱塘区"},
                {"__typename": "City", "name": "杭州市"},
                {"__typename": "Province", "name": "浙江省"},
            ],
        },
        "province": {"parent": None, "ancestors": []},
    }


@pytest.mark.parametrize("scope", list(SCOPES))
@pytest.mark.parametrize("list_", list(NEAR))
@pytest.mark.parametrize("code", ["33", "3301", "330114", "330127", "330114001", "330114001001", "330114-P02"])
async def test_a_scope_takes_the_area_its_children_or_all_below(
    ask: Ask, hangzhou: str, code: str, list_: str, scope: str
) -> None:
    counting = OWNED if len(code) <= 6 and scope == "SUBTREE" else NEAR
    connection = await asyncpg.connect(hangzhou)
    total = await connection.fetchval(WALK.format(scope=SCOPES[scope]) + counting[list_], code)
    await connection.close()
    answer = await ask(
        "query ($code: String!, $scope: TreeScope) { area(code: $code) {"
        f" {list_}(scope: $scope) {{ totalCount }} }} }}",
        code=code,
        scope=scope,
    )
    assert answer.errors == []
    assert answer.data == {"area": {list_: {"totalCount": total}}}


async def test_all_levels_under_a_district_are_counted_per_kind(ask: Ask) -> None:
    answer = await ask(
        """{ area(code: "330114") {
            forums: platforms(where: {kind: [DISTRICT_FORUM]}) { totalCount nodes { name } }
            halls: platforms(where: {kind: [DELIBERATION_HALL]}) { totalCount }
            stations: platforms(where: {kind: [CONSULTATION_STATION]}) { totalCount }
            studios: platforms(where: {kind: [MEMBER_STUDIO]}) { totalCount }
            parlors: platforms(where: {kind: [MEMBER_PARLOR]}) { totalCount }
            itself: platforms(scope: SELF) { nodes { name } }
            byDefault: platforms { totalCount } none: platforms(scope: null) { totalCount } } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "area": {
            "forums": {"totalCount": 1, "nodes": [{"name": "钱塘荟"}]},
            "halls": {"totalCount": 7},
            "stations": {"totalCount": 120},
            "studios": {"totalCount": 3},
            "parlors": {"totalCount": 1},
            "itself": {"nodes": [{"name": "钱塘荟"}, {"name": "钱塘青年之家政协委员会客厅"}]},
            "byDefault": {"totalCount": 132},
            "none": {"totalCount": 132},
        }
    }


async def test_an_area_knows_the_platforms_on_its_premises_and_its_figures(ask: Ask) -> None:
    answer = await ask(
        """{ park: area(code: "330114-P02") { name level codeSystem hostedPlatforms { nodes { slug } } }
            district: area(code: "330127") { observations { totalCount } ... on District { kind campaigns {
                nodes { title year } } } } }"""
    )
    assert answer.errors == []
    assert answer.data == {
        "park": {
            "name": "钱塘芯谷",
            "level": "PARK",
            "codeSystem": "LOCAL",
            "hostedPlatforms": {"nodes": [{"slug": "qiantang-xin-zhi-zao"}]},
        },
        "district": {
            "observations": {"totalCount": 9},
            "kind": "COUNTY",
            "campaigns": {
                "nodes": [
                    {"title": "“深化\u2018千万工程\u2019、建设美丽乡村”专项集体民主监督", "year": 2023},
                    {"title": "“千万工程”重点工作专项监督", "year": 2022},
                ]
            },
        },
    }


async def test_parks_and_townships_lead_to_each_other(ask: Ask) -> None:
    answer = await ask(
        """{ park: area(code: "330114-P01") { ... on IndustryPark { industries townships { totalCount } } }
            township: area(code: "330114001") { ... on Township { parks { totalCount } } } }"""
    )
    assert answer.data == {
        "park": {"industries": [], "townships": {"totalCount": 0}},
        "township": {"parks": {"totalCount": 0}},
    }


async def test_areas_are_sorted_by_code_or_by_the_pinyin_of_their_names(ask: Ask) -> None:
    answer = await ask(
        """{ byCode: areas(where: {level: [DISTRICT]}) { nodes { code } }
            byName: areas(where: {level: [DISTRICT]}, orderBy: [{field: NAME}]) { nodes { name } } }"""
    )
    assert [node["code"] for node in answer.data["byCode"]["nodes"]] == [
        *("330102", "330105", "330106", "330108", "330109", "330110", "330111"),
        *("330112", "330113", "330114", "330122", "330127", "330182"),
    ]
    assert [node["name"] for node in answer.data["byName"]["nodes"]] == [
        *("滨江区", "淳安县", "富阳区", "拱墅区", "建德市", "临安区", "临平区"),
        *("钱塘区", "上城区", "桐庐县", "西湖区", "萧山区", "余杭区"),
    ]


async def test_districts_are_those_that_take_part(ask: Ask) -> None:
    answer = await ask(
        """{ all: districts { code name } two: districts(codes: ["330127", "330109"]) { name }
            none: districts(codes: []) { name } }"""
    )
    assert answer.data == {
        "all": [
            {"code": "330102", "name": "上城区"},
            {"code": "330108", "name": "滨江区"},
            {"code": "330109", "name": "萧山区"},
            {"code": "330110", "name": "余杭区"},
            {"code": "330113", "name": "临平区"},
            {"code": "330114", "name": "钱塘区"},
            {"code": "330127", "name": "淳安县"},
        ],
        "two": [{"name": "萧山区"}, {"name": "淳安县"}],
        "none": [],
    }


@pytest.mark.parametrize("code", ["", "999999", "330114 ", "33011", "' OR 1=1", "😀", "a\0b"])
async def test_an_unknown_code_is_said_so(ask: Ask, code: str) -> None:
    answer = await ask("query ($code: String!) { area(code: $code) { name } }", code=code)
    message = (
        f"no area has the code {code!r} in the newest list;"
        " codes have 2, 4, 6, 9 or 12 digits, parks one like 330114-P01"
    )
    assert (answer.data, answer.errors) == ({"area": None}, [("UNKNOWN_CODE", ["area"], message)])


async def test_an_unknown_district_is_said_so(ask: Ask) -> None:
    answer = await ask('{ districts(codes: ["330114", "330182", "x"]) { name } }')
    message = "districts has none with the code '330182', 'x'; ask without codes to see all"
    assert (answer.data, answer.errors) == (None, [("UNKNOWN_CODE", ["districts"], message)])
