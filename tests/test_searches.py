"""Search: characters, one character, pinyin initials and codes; facets, types and pages; ids and labels."""

import base64

import pytest
from conftest import Ask

pytestmark = pytest.mark.anyio

NAMED = "... on Area { name } ... on Platform { name } ... on Member { name } ... on Organization { name }"


async def test_a_name_is_found_by_its_characters(ask: Ask) -> None:
    answer = await ask(
        f"""{{ search(text: "钱塘", types: [AREA, PLATFORM]) {{ totalCount facets {{ type count }}
            nodes {{ __typename {NAMED} }} }} }}"""
    )
    assert answer.errors == []
    assert answer.data == {
        "search": {
            "totalCount": 7,
            "facets": [{"type": "AREA", "count": 5}, {"type": "PLATFORM", "count": 2}],
            "nodes": [
                {"__typename": "District", "name": "钱塘区"},
                {"__typename": "Village", "name": "钱塘社区"},
                {"__typename": "Village", "name": "钱塘社区"},
                {"__typename": "IndustryPark", "name": "钱塘芯谷"},
                {"__typename": "Village", "name": "钱塘明月社区"},
                {"__typename": "DistrictForum", "name": "钱塘荟"},
                {"__typename": "MemberParlor", "name": "钱塘青年之家政协委员会客厅"},
            ],
        }
    }


async def test_one_character_is_enough(ask: Ask) -> None:
    answer = await ask(
        f"""{{ search(text: "芯", types: [AREA, PLATFORM, ORGANIZATION]) {{ totalCount facets {{ type count }}
            nodes {{ {NAMED} }} }} }}"""
    )
    assert answer.data == {
        "search": {
            "totalCount": 4,
            "facets": [
                {"type": "AREA", "count": 2},
                {"type": "ORGANIZATION", "count": 1},
                {"type": "PLATFORM", "count": 1},
            ],
            "nodes": [
                {"name": "芯智造委员工作室"},
                {"name": "钱塘芯谷"},
                {"name": "灯芯巷社区"},
                {"name": "钱塘芯谷管理办公室"},
            ],
        }
    }


@pytest.mark.parametrize(
    "text", ["xzz", "XZZ", "\uff38\uff3a\uff3a", " xzz ", "芯智造", "芯智造委员工作室", "芯智 工作"]
)
async def test_a_studio_is_found_by_initials_in_any_form(ask: Ask, text: str) -> None:
    answer = await ask(
        f"query ($text: String!) {{ search(text: $text, types: [PLATFORM]) {{ totalCount nodes {{ {NAMED} }} }} }}",
        text=text,
    )
    assert answer.data == {"search": {"totalCount": 1, "nodes": [{"name": "芯智造委员工作室"}]}}


async def test_people_are_found_by_name_and_initials(ask: Ask) -> None:
    answer = await ask(
        f"""{{ name: search(text: "汪爱娟") {{ facets {{ type count }} nodes {{ __typename {NAMED} }} }}
            initials: search(text: "waj") {{ facets {{ type count }} nodes {{ __typename {NAMED} }} }} }}"""
    )
    found = {"facets": [{"type": "MEMBER", "count": 1}], "nodes": [{"__typename": "Member", "name": "汪爱娟"}]}
    assert answer.data == {"name": found, "initials": found}


async def test_codes_are_found(ask: Ask) -> None:
    answer = await ask(
        """{ village: search(text: "330114001001") { totalCount nodes { ... on Village { name code } } }
            park: search(text: "330114-P01") { totalCount nodes { ... on IndustryPark { name } } }
            district: search(text: "330114", types: [AREA]) { totalCount } }"""
    )
    assert answer.data == {
        "village": {"totalCount": 1, "nodes": [{"name": "头格社区", "code": "330114001001"}]},
        "park": {"totalCount": 1, "nodes": [{"name": "医药港小镇"}]},
        "district": {"totalCount": 138},
    }


async def test_facets_count_every_type_and_add_up(ask: Ask) -> None:
    answer = await ask(
        """{ search(text: "公交", first: 1) { totalCount facets { type count } }
            results(where: {text: "公交"}) { totalCount } events(where: {text: "公交"}) { totalCount }
            organizations(where: {text: "公交"}) { totalCount } }"""
    )
    counted = {name: answer.data[name]["totalCount"] for name in ("events", "organizations", "results")}
    search = answer.data["search"]
    assert search["facets"] == [
        {"type": "EVENT", "count": counted["events"]},
        {"type": "ORGANIZATION", "count": 1},
        {"type": "RESULT", "count": counted["results"]},
    ]
    assert search["totalCount"] == sum(counted.values())


async def test_pages_of_a_search_are_the_whole_search(ask: Ask) -> None:
    query = """query ($first: Int, $after: String, $last: Int, $before: String) {
        search(text: "驿站", types: [PLATFORM, EVENT], first: $first, after: $after, last: $last, before: $before) {
            totalCount edges { cursor node { __typename ... on Platform { id } ... on Event { id } } }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    forwards: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = (await ask(query, first=97, after=cursor)).data["search"]
        forwards += [edge["node"]["id"] for edge in page["edges"]]
        assert page["pageInfo"]["hasPreviousPage"] is (pages > 0)
        cursor, pages = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None, pages + 1
    backwards: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = (await ask(query, last=97, before=cursor)).data["search"]
        backwards = [edge["node"]["id"] for edge in page["edges"]] + backwards
        assert page["pageInfo"]["hasNextPage"] is (pages > 0)
        cursor, pages = page["pageInfo"]["startCursor"] if page["pageInfo"]["hasPreviousPage"] else None, pages + 1
    assert forwards == backwards
    assert len(set(forwards)) == len(forwards) == page["totalCount"]


async def test_exact_names_come_before_longer_ones(ask: Ask) -> None:
    answer = await ask(f'{{ search(text: "下沙", types: [AREA, PLATFORM]) {{ nodes {{ {NAMED} }} }} }}')
    names = [node["name"] for node in answer.data["search"]["nodes"]]
    assert names == ["下沙街道", "下沙社区", "下沙社区协商驿站", "下沙街道民生议事堂"]


async def test_nothing_found_is_an_empty_page(ask: Ask) -> None:
    answer = await ask(
        """{ search(text: "没有这样的字") { totalCount facets { type } nodes { __typename } edges { cursor }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    )
    page_info = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert answer.data == {"search": {"totalCount": 0, "facets": [], "nodes": [], "edges": [], "pageInfo": page_info}}


@pytest.mark.parametrize(
    "text",
    ["'", "''", '"', "\\", "a\\'b", "😀", "😀😀", "、。!?", "%_", "&|!():*", "<->", "' OR 1=1 --", "\ufeff", "$1"],
)
async def test_signs_are_looked_for_as_they_are(ask: Ask, text: str) -> None:
    answer = await ask("query ($text: String!) { search(text: $text) { totalCount nodes { __typename } } }", text=text)
    assert (answer.data, answer.errors) == ({"search": {"totalCount": 0, "nodes": []}}, [])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ('text: ""', "BAD_ARGUMENT", "text is empty; give at least one character to look for"),
        ('text: " \\n "', "BAD_ARGUMENT", "text is empty; give at least one character to look for"),
        ('text: "\\u0000"', "BAD_ARGUMENT", "text has a NUL character, which no text here has"),
        ('text: "芯\\u0000智造"', "BAD_ARGUMENT", "text has a NUL character, which no text here has"),
        (f'text: "{"字" * 101}"', "BAD_ARGUMENT", "text must be at most 100 characters, got 101"),
        ('text: "芯", first: 0', "BAD_ARGUMENT", "first must be 1–100, got 0"),
        ('text: "芯", last: 101', "BAD_ARGUMENT", "last must be 1–100, got 101"),
        ('text: "芯", types: []', "EMPTY_FILTER", "types is an empty list; leave it out to search everything"),
        (
            'text: "芯", after: "x"',
            "BAD_CURSOR",
            "after is not a cursor; take it from pageInfo or from an edge of this list",
        ),
    ],
)
async def test_a_search_for_nothing_or_out_of_bounds_is_refused(
    ask: Ask, arguments: str, code: str, message: str
) -> None:
    answer = await ask(f"{{ search({arguments}) {{ totalCount }} }}")
    assert (answer.data, answer.errors) == (None, [(code, ["search"], message)])
    assert answer.statements == []


async def test_a_cursor_of_another_search_is_refused(ask: Ask) -> None:
    answer = await ask('{ search(text: "芯", first: 1) { pageInfo { endCursor } } }')
    after = answer.data["search"]["pageInfo"]["endCursor"]
    message = "after is a cursor of another list or order; take it from this list with the same orderBy"
    for other in ('text: "驿站"', 'text: "芯", types: [EVENT]'):
        answer = await ask(f"query ($after: String) {{ search({other}, after: $after) {{ totalCount }} }}", after=after)
        assert (answer.data, answer.errors) == (None, [("BAD_CURSOR", ["search"], message)])


def forged(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


NO_IDS = (
    *("", "x", "\0", "é", "1", "===", "UGxhdGZvcm0"),
    *map(forged, (":", "Platform:330114:1", "Nothing:1", "Query:1", "DistrictForum:1", "Member:330114:")),
    *map(forged, ("District:330114:1", "District:9223372036854775808", "District:-1", "District:1.5", "District: 1")),
    *map(forged, ("District:\u0661", "Member:3301140:1", "Member:x:1", "StarRating:330114:1", "Member:330114:1\n")),
)


@pytest.mark.parametrize("text", NO_IDS)
async def test_what_is_no_id_is_refused(ask: Ask, text: str) -> None:
    answer = await ask("query ($id: ID!) { node(id: $id) { id } }", id=text)
    message = f"{text!r} is no id of this service; take ids from the field id"
    assert (answer.data, answer.errors) == ({"node": None}, [("BAD_ID", ["node"], message)])


async def test_an_id_of_nobody_and_of_another_type_is_null(ask: Ask) -> None:
    answer = await ask('{ platform(slug: "qiantang-hui") { id } }')
    id_ = answer.data["platform"]["id"]
    other_type = forged(base64.b64decode(id_).decode().replace("DistrictForum", "MemberStudio"))
    other_district = forged(base64.b64decode(id_).decode().replace("330114", "330109"))
    nobody = [forged(text) for text in ("Member:330114:9223372036854775807", "District:0", "Member:99:1")]
    ids = [id_, other_type, other_district, *nobody, id_]
    answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    forum = {"__typename": "DistrictForum", "id": id_}
    assert (answer.data, answer.errors) == ({"nodes": [forum, None, None, None, None, None, forum]}, [])


async def test_at_most_a_hundred_ids_are_taken(ask: Ask) -> None:
    id_ = (await ask('{ platform(slug: "qiantang-hui") { id } }')).data["platform"]["id"]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await ask(query, ids=[id_] * 100)).data == {"nodes": [{"id": id_}] * 100}
    assert (await ask(query, ids=[])).data == {"nodes": []}
    answer = await ask(query, ids=[id_] * 101)
    error = ("BAD_ARGUMENT", ["nodes"], "ids must be at most 100, got 101")
    assert (answer.data, answer.errors) == (None, [error])


async def test_enum_values_have_labels_in_two_languages(ask: Ask) -> None:
    answer = await ask('{ enumLabels(names: ["PlatformKind"]) { name values { value zh en } } }')
    labels = (
        ("DISTRICT_FORUM", "区级综合协商平台", "District forum"),
        ("DELIBERATION_HALL", "民生议事堂", "Deliberation hall"),
        ("CONSULTATION_STATION", "协商驿站", "Consultation station"),
        ("MEMBER_STUDIO", "委员工作室", "Member studio"),
        ("MEMBER_PARLOR", "委员会客厅", "Member parlor"),
    )
    values = [{"value": value, "zh": zh, "en": en} for value, zh, en in labels]
    assert answer.data == {"enumLabels": [{"name": "PlatformKind", "values": values}]}


async def test_an_unknown_enum_is_said_so(ask: Ask) -> None:
    answer = await ask('{ enumLabels(names: ["Nobody"]) { name } }')
    assert answer.data is None
    [(code, path, message)] = answer.errors
    assert (code, path) == ("UNKNOWN_CODE", ["enumLabels"])
    assert message.startswith("no enum is called 'Nobody'; these are: Aggregation, AreaLevel, ")
