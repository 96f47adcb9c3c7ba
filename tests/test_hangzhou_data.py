"""The data of Hangzhou: what the page states is there, row by row, and nothing else is."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from conftest import HANGZHOU, database, database_name

from db.loading import load

pytestmark = pytest.mark.anyio

# Every figure of the page: what is counted, how many, how exactly, and about what.
FIGURES = [
    (1, "330108", "anniversary", 20, "EXACT", "area"),
    (2, "330108", "district_priorities", 3, "EXACT", "area"),
    (3, "330108", "enterprise_member_share", 0.7, "ABOUT", "area"),
    (4, "330108", "submissions", 45, "EXACT", "area"),
    (5, "330108", "kindergartens_opened", 1, "EXACT", "result"),
    (6, "330108", "proposal_ordinal", 1, "EXACT", "result"),
    (7, "330108", "advice_facets", 6, "EXACT", "result"),
    (8, "330108", "technologies_applied", 3, "COUNTED_FROM_LIST", "result"),
    (9, "330109", "days_to_resolve", 9, "EXACT", "result"),
    (10, "330109", "compounds_linked", 2, "EXACT", "result"),
    (11, "330109", "minutes_to_station_before", 10, "AT_LEAST", "result"),
    (12, "330109", "office_party_branches", 2, "EXACT", "area"),
    (13, "330109", "temporary_party_branches", 6, "EXACT", "area"),
    (14, "330109", "temporary_party_groups", 11, "EXACT", "area"),
    (15, "330109", "party_members_in_groups", 138, "EXACT", "area"),
    (16, "330109", "deliberation_halls", 22, "EXACT", "area"),
    (17, "330109", "party_position_coverage", 1, "EXACT", "area"),
    (18, "330109", "recommendations_made", 798, "EXACT", "area"),
    (19, "330109", "asian_games_activities", 80, "AT_LEAST", "area"),
    (20, "330110", "proposal_bundles", 20, "AT_LEAST", "area"),
    (21, "330110", "supervision_rounds", 2, "EXACT", "area"),
    (22, "330110", "evaluation_stages", 4, "EXACT", "area"),
    (23, "330110", "duty_activities", 16, "EXACT", "member"),
    (24, "330110", "consult_with_you_attended", 3, "EXACT", "member"),
    (25, "330110", "inspections_attended", 7, "EXACT", "member"),
    (26, "330110", "app_modules", 4, "COUNTED_FROM_LIST", "platform"),
    (27, "330114", "start_year", 2021, "EXACT", "area"),
    (28, "330114", "district_forums", 1, "COUNTED_FROM_LIST", "area"),
    (29, "330114", "deliberation_halls", 7, "EXACT", "area"),
    (30, "330114", "consultation_stations", 120, "EXACT", "area"),
    (31, "330114", "member_studios", 3, "COUNTED_FROM_LIST", "area"),
    (32, "330114", "endorsements", 2, "EXACT", "area"),
    (33, "330114", "endorsements", 31, "EXACT", "area"),
    (34, "330114", "universities", 14, "EXACT", "area"),
    (35, "330114", "students_and_staff", 250_000, "ABOUT", "area"),
    (36, "330114", "startups_coached", 20, "AT_LEAST", "platform"),
    (37, "330114", "provincial_awards", 4, "EXACT", "platform"),
    (38, "330114", "university_enterprise_projects", 5, "EXACT", "platform"),
    (39, "330114", "mock_cppcc_works", 260, "EXACT", "area"),
    (40, "330127", "anniversary", 20, "EXACT", "area"),
    (41, "330127", "start_year", 2021, "EXACT", "area"),
    (42, "330127", "research_years", 2, "EXACT", "result"),
    (43, "330127", "recommendations_adopted", 15, "EXACT", "event"),
    (44, "330127", "event_recommendations", 20, "AT_LEAST", "event"),
    (45, "330127", "forest_rank", 1, "EXACT", "area"),
    (46, "330127", "provincial_recognitions", 1, "COUNTED_FROM_LIST", "result"),
    (47, "330127", "hall_sessions", 46, "EXACT", "area"),
    (48, "330127", "recommendations_made", 500, "AT_LEAST", "area"),
    (49, "330127", "supervised_works", 11, "EXACT", "area"),
    (50, "330127", "supervision_items", 55, "EXACT", "area"),
    (51, "330127", "supervision_items", 100, "AT_LEAST", "area"),
    (52, "330127", "departments_with_supervisors", 12, "EXACT", "area"),
    (53, "330113", "methods_named", 5, "EXACT", "area"),
    (54, "330113", "linkage_levels", 3, "EXACT", "area"),
    (55, "330113", "cases_resolved", 1, "COUNTED_FROM_LIST", "result"),
    (56, "330113", "proposal_leads", 254, "EXACT", "area"),
    (57, "330113", "work_axes", 3, "EXACT", "area"),
    (58, "330113", "provincial_recognitions", 1, "COUNTED_FROM_LIST", "result"),
    (59, "330113", "members", 287, "EXACT", "area"),
    (60, "330113", "public_participation", 20_000, "AT_LEAST", "area"),
]


@pytest.fixture(scope="module")
def alone(postgres: str, migrated_template: str) -> Iterator[str]:
    """The DSN of a database that holds the data of Hangzhou and no sample data; loading it again changes nothing."""
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_alone(dsn))
        yield dsn


async def load_alone(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await load(connection, HANGZHOU)
    await connection.close()


@pytest.fixture
async def network(alone: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(alone)
    yield connection
    await connection.close()


async def rows(connection: asyncpg.Connection, statement: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await connection.fetch(statement)]


async def test_every_file_is_loaded_and_once(network: asyncpg.Connection) -> None:
    again = await load(network, HANGZHOU)
    assert {path.stem for path in HANGZHOU.glob("*.csv")} == set(again.tables)
    assert {name: (counts.read, counts.inserted, counts.changed) for name, counts in again.tables.items()} == {
        "source": (44, 0, 0),
        "area": (3581, 0, 0),
        "indicator": (53, 0, 0),
        "sector": (34, 0, 0),
        "supervision_campaign": (2, 0, 0),
        "event": (17, 0, 0),
        "member": (6, 0, 0),
        "organization": (38, 0, 0),
        "platform": (162, 0, 0),
        "agenda_item": (3, 0, 0),
        "attendance": (1, 0, 0),
        "event_organizer": (18, 0, 0),
        "event_platform": (5, 0, 0),
        "hosting": (22, 0, 0),
        "membership": (6, 0, 0),
        "platform_sponsor": (2, 0, 0),
        "result": (41, 0, 0),
        "adoption": (30, 0, 0),
        "observation": (60, 0, 0),
        "result_author": (1, 0, 0),
        "result_step": (3, 0, 0),
    }


def test_every_row_that_can_name_a_source_does() -> None:
    without = []
    for path in sorted(HANGZHOU.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        if "source" in lines[0]:
            without += [(path.stem, line) for line in lines if not line["source"]]
    assert without == []


async def test_nothing_is_sample_data(network: asyncpg.Connection) -> None:
    tables = await network.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'is_sample' AND table_schema = 'public'"
    )
    counts = [await network.fetchval(f"SELECT count(*) FROM {table} WHERE is_sample") for (table,) in tables]
    assert counts == [0] * len(tables)


async def test_platforms_are_those_the_page_states(network: asyncpg.Connection) -> None:
    counts = await rows(
        network,
        "SELECT district, kind::text, count(*) FROM platform p GROUP BY district, p.kind ORDER BY district, p.kind",
    )
    assert counts == [
        ("330108", "CONSULTATION_STATION", 1),
        ("330109", "DELIBERATION_HALL", 22),
        ("330110", "DISTRICT_FORUM", 1),
        ("330113", "DELIBERATION_HALL", 1),
        ("330113", "MEMBER_STUDIO", 3),
        ("330114", "DISTRICT_FORUM", 1),
        ("330114", "DELIBERATION_HALL", 7),
        ("330114", "CONSULTATION_STATION", 120),
        ("330114", "MEMBER_STUDIO", 3),
        ("330114", "MEMBER_PARLOR", 1),
        ("330127", "DISTRICT_FORUM", 1),
        ("330127", "DELIBERATION_HALL", 1),
    ]


async def test_every_figure_of_the_page_is_there(network: asyncpg.Connection) -> None:
    figures = await rows(
        network,
        "SELECT number::int, district, i.key, value, precision::text, CASE WHEN area_id IS NOT NULL THEN 'area'"
        " WHEN platform_id IS NOT NULL THEN 'platform' WHEN member_id IS NOT NULL THEN 'member'"
        " WHEN event_id IS NOT NULL THEN 'event' WHEN result_id IS NOT NULL THEN 'result' END"
        " FROM observation o JOIN indicator i ON i.id = o.indicator_id ORDER BY 1",
    )
    assert figures == FIGURES


async def test_a_figure_carries_its_quote_bounds_and_period(network: asyncpg.Connection) -> None:
    figures = await rows(
        network,
        "SELECT number, lower_bound, upper_bound, period_from::text, period_to::text, period_label, population, quote"
        " FROM observation WHERE number IN ('3', '18', '48') ORDER BY number::int",
    )
    assert figures == [
        ("3", None, 0.7, "2023-01-01", "2023-12-31", "2023年", "区政协委员", "区政协委员近七成是企业委员"),
        ("18", None, None, "2022-01-01", "2023-12-31", "去年以来", "党员委员", "提出意见建议798条"),
        ("48", 500, None, None, None, "近年来", "民生议事堂活动", "提出意见建议500余条"),
    ]
    unbounded = "SELECT number FROM observation WHERE precision = 'AT_LEAST' AND lower_bound IS DISTINCT FROM value"
    assert await rows(network, unbounded) == []


async def test_areas_of_every_list_are_counted(network: asyncpg.Connection) -> None:
    counts = await rows(
        network,
        "SELECT list::text, count(*), count(*) FILTER (WHERE tenant = '330114'),"
        " count(*) FILTER (WHERE tenant = '330114' AND NOT is_quasi),"
        " count(*) FILTER (WHERE tenant = '330114' AND NOT is_quasi AND name LIKE '%社区')"
        " FROM area, (VALUES ('2021-10-31'::date), ('2022-10-31'), ('2023-06-30')) lists (list)"
        " WHERE level = 'VILLAGE' AND coalesce(valid_from <= list, true) AND coalesce(valid_to > list, true)"
        " GROUP BY list ORDER BY list",
    )
    assert counts == [
        ("2021-10-31", 3222, 125, 120, 61),
        ("2022-10-31", 3288, 127, 122, 63),
        ("2023-06-30", 3320, 127, 122, 63),
    ]


async def test_a_renamed_village_is_a_row_for_each_name(network: asyncpg.Connection) -> None:
    forms = await rows(
        network,
        "SELECT vintage::text, name, valid_from::text, valid_to::text FROM area WHERE code = '330110005020' ORDER BY 1",
    )
    assert forms == [
        ("2022-10-31", "南腾社区", "2022-10-31", "2023-06-30"),
        ("2023-06-30", "南滕社区", "2023-06-30", None),
    ]


async def test_the_line_of_qiantang_goes_from_forum_to_hall_to_station(network: asyncpg.Connection) -> None:
    lines = await rows(
        network,
        "SELECT s.name, h.name, f.name, v.name, t.name FROM platform s"
        " JOIN platform h ON (h.district, h.id) = (s.district, s.parent_id)"
        " JOIN platform f ON (f.district, f.id) = (h.district, h.parent_id)"
        " JOIN area v ON v.id = s.area_id JOIN area t ON t.id = v.parent_id AND t.id = h.area_id"
        " WHERE s.kind = 'CONSULTATION_STATION' ORDER BY v.code",
    )
    assert len(lines) == 120
    assert lines[0] == ("头格社区协商驿站", "下沙街道民生议事堂", "钱塘荟", "头格社区", "下沙街道")
    assert lines[-1] == ("三丰村协商驿站", "前进街道民生议事堂", "钱塘荟", "三丰村村委会", "前进街道")


async def test_place_host_sponsor_and_line_are_kept_apart(network: asyncpg.Connection) -> None:
    studios = await rows(
        network,
        "SELECT p.slug, p.level::text, a.name, h.name, p.host_kind::text, up.slug, s.name FROM platform p"
        " JOIN area a ON a.id = p.area_id LEFT JOIN area h ON h.id = p.host_id"
        " LEFT JOIN platform up ON (up.district, up.id) = (p.district, p.parent_id)"
        " LEFT JOIN platform_sponsor ps ON (ps.district, ps.platform_id) = (p.district, p.id)"
        " LEFT JOIN organization s ON (s.district, s.id) = (ps.sponsor_district, ps.sponsor_id)"
        " WHERE p.kind IN ('MEMBER_STUDIO', 'MEMBER_PARLOR') ORDER BY p.slug",
    )
    assert studios == [
        ("linping-municipal-studio", "MUNICIPAL", "临平区", None, None, None, "杭州市政协"),
        ("linping-online-studio", "DISTRICT", "临平区", None, "ONLINE", None, None),
        ("linping-qi-zhi-chuang", "DISTRICT", "临平区", None, "SECTOR", None, "经济界别组"),
        ("qiantang-xin-zhi-zao", "DISTRICT", "钱塘芯谷", "钱塘芯谷", "PARK", "qiantang-hui", None),
        ("qiantang-yi-qi-yi", "DISTRICT", "医药港小镇", "医药港小镇", "PARK", "qiantang-hui", None),
        ("qiantang-youth-home-parlor", "DISTRICT", "钱塘区", None, None, "qiantang-hui", None),
        ("qiantang-zhi-li-fang", "DISTRICT", "前进智造园", "前进智造园", "PARK", "qiantang-hui", None),
    ]


async def test_party_bodies_of_xiaoshan_stand_in_two_chains(network: asyncpg.Connection) -> None:
    chains = await rows(
        network,
        "SELECT string_agg(up.name, ' > ' ORDER BY position) FROM organization o,"
        " unnest(o.path) WITH ORDINALITY AS step (id, position) JOIN organization up ON up.id = step.id"
        " WHERE o.key IN ('xiaoshan-office-branch-2', 'xiaoshan-temporary-group-1') GROUP BY o.key ORDER BY o.key",
    )
    counts = await rows(
        network,
        "SELECT kind::text, count(*) FROM organization o WHERE district = '330109' GROUP BY o.kind ORDER BY o.kind",
    )
    assert chains == [
        ("萧山区政协 > 萧山区政协党组 > 萧山区政协机关党组 > 萧山区政协机关党总支 > 机关党支部(2)",),
        ("萧山区政协 > 萧山区政协党组 > 文史委员委员履职临时党支部 > 专委会党员委员履职临时党小组(1)",),
    ]
    assert counts == [
        ("CPPCC_COMMITTEE", 1),
        ("LEADING_PARTY_GROUP", 2),
        ("GENERAL_PARTY_BRANCH", 1),
        ("PARTY_BRANCH", 8),
        ("PARTY_GROUP", 11),
    ]


async def test_every_hall_of_xiaoshan_hosts_a_branch(network: asyncpg.Connection) -> None:
    hosting = await rows(
        network,
        "SELECT count(*), count(DISTINCT h.platform_id), count(DISTINCT h.organization_id), bool_and(is_inferred)"
        " FROM hosting h JOIN platform p ON (p.district, p.id) = (h.district, h.platform_id)"
        " JOIN organization o ON (o.district, o.id) = (h.district, h.organization_id)"
        " WHERE p.kind = 'DELIBERATION_HALL' AND o.kind = 'PARTY_BRANCH' AND h.district = '330109'",
    )
    assert hosting == [(22, 22, 8, True)]


async def test_advice_leads_to_the_kindergarten(network: asyncpg.Connection) -> None:
    chain = await rows(
        network,
        "SELECT p.slug, advice.kind::text, outcome.kind::text, outcome.title,"
        " (outcome.raised_at AT TIME ZONE 'Asia/Shanghai')::text, outcome.date_precision, outcome.beneficiaries"
        " FROM result outcome JOIN result advice"
        " ON (advice.district, advice.id) = (outcome.district, outcome.follows_from_id)"
        " JOIN platform p ON (p.district, p.id) = (advice.district, advice.platform_id)"
        " WHERE p.slug = 'binjiang-iot-park-station'",
    )
    assert chain == [
        (
            "binjiang-iot-park-station",
            "RECOMMENDATION",
            "OUTCOME",
            "面向园区企业员工子女招生的幼儿园开园",
            "2023-09-01 00:00:00",
            "MONTH",
            "园区企业员工子女",
        )
    ]


async def test_housing_advice_became_measures_and_a_typical_case(network: asyncpg.Connection) -> None:
    chain = await rows(
        network,
        "SELECT c.kind::text, b.kind::text, a.kind::text, a.level::text FROM result a"
        " JOIN result b ON (b.district, b.id) = (a.district, a.follows_from_id)"
        " JOIN result c ON (c.district, c.id) = (b.district, b.follows_from_id)",
    )
    assert chain == [("RECOMMENDATION", "OUTCOME", "RECOGNITION", "PROVINCIAL")]


async def test_the_bus_link_was_resolved_in_nine_days(network: asyncpg.Connection) -> None:
    outcome = await rows(
        network,
        "SELECT p.slug, r.closed_at - r.raised_at = interval '9 days', r.date_precision, r.measure, r.measure_before,"
        " r.measure_after FROM result r JOIN platform p ON (p.district, p.id) = (r.district, r.platform_id)"
        " WHERE r.key = 'xiaoshan-tianyue-bus-link'",
    )
    assert outcome == [("xiaoshan-beigan-hall", True, "YEAR", "到地铁站的时间", "十几分钟", "几分钟")]


async def test_fifteen_pieces_of_advice_were_adopted_by_both_counties(network: asyncpg.Connection) -> None:
    adoptions = await rows(
        network,
        "SELECT e.title, a.organization_district, o.name, count(*), count(DISTINCT r.id) FROM adoption a"
        " JOIN result r ON (r.district, r.id) = (a.district, a.result_id)"
        " JOIN event e ON (e.district, e.id) = (r.district, r.event_id)"
        " JOIN organization o ON (o.district, o.id) = (a.organization_district, a.organization_id)"
        " WHERE r.kind = 'RECOMMENDATION' AND r.status = 'ADOPTED' GROUP BY 1, 2, 3 ORDER BY 2",
    )
    organizers = await rows(
        network,
        "SELECT o.organization_district, o.role::text FROM event_organizer o"
        " JOIN event e ON (e.district, e.id) = (o.district, o.event_id)"
        " WHERE e.key = 'chunan-shangcheng-joint-consultation' ORDER BY o.position",
    )
    participants = await rows(
        network,
        "SELECT p.participant FROM event_participant p JOIN event e ON (e.district, e.id) = (p.district, p.event_id)"
        " WHERE e.key = 'chunan-shangcheng-joint-consultation' ORDER BY 1",
    )
    title = "“携商推进帮共体、协作奋进共富路”跨区域联动协商"
    assert adoptions == [
        (title, "330102", "上城区党委政府", 15, 15),
        (title, "330127", "淳安县党委政府", 15, 15),
    ]
    assert organizers == [("330127", "HOST"), ("330102", "CO_HOST")]
    assert participants == [("330102",), ("330127",)]


async def test_results_are_those_the_page_names(network: asyncpg.Connection) -> None:
    counts = await rows(
        network,
        "SELECT district, kind::text, count(*) FROM result r GROUP BY district, r.kind ORDER BY district, r.kind",
    )
    assert counts == [
        ("330108", "RECOMMENDATION", 3),
        ("330108", "PROPOSAL", 1),
        ("330108", "OUTCOME", 4),
        ("330109", "RECOMMENDATION", 4),
        ("330109", "RESEARCH_REPORT", 1),
        ("330109", "OUTCOME", 1),
        ("330113", "RECOMMENDATION", 1),
        ("330113", "PROPOSAL", 1),
        ("330113", "OUTCOME", 2),
        ("330113", "RECOGNITION", 1),
        ("330114", "RESEARCH_REPORT", 1),
        ("330114", "OUTCOME", 1),
        ("330114", "PARTNERSHIP", 1),
        ("330127", "RECOMMENDATION", 16),
        ("330127", "RESEARCH_REPORT", 1),
        ("330127", "OUTCOME", 1),
        ("330127", "RECOGNITION", 1),
    ]


async def test_members_are_those_the_page_names(network: asyncpg.Connection) -> None:
    members = await rows(
        network,
        "SELECT m.district, m.name, s.role::text, coalesce(o.name, p.name) FROM membership s"
        " JOIN member m ON (m.district, m.id) = (s.member_district, s.member_id)"
        " LEFT JOIN organization o ON (o.district, o.id) = (s.district, s.organization_id)"
        " LEFT JOIN platform p ON (p.district, p.id) = (s.district, s.platform_id) ORDER BY 1, m.sort_key",
    )
    assert members == [
        ("330108", "张玮", "CHAIR", "滨江区政协"),
        ("330110", "李丹", "MEMBER", "余杭区政协"),
        ("330110", "汪爱娟", "MEMBER", "余杭区政协"),
        ("330113", "金丹文", "MEMBER", "临平区政协"),
        ("330113", "李金龙", "MEMBER", "临平区政协"),
        ("330114", "俞婷薇", "LEAD", "钱塘青年之家政协委员会客厅"),
    ]


async def test_the_renamed_stop_went_through_two_bodies(network: asyncpg.Connection) -> None:
    steps = await rows(
        network,
        "SELECT s.stage::text, o.name, m.name FROM result_step s"
        " JOIN result r ON (r.district, r.id) = (s.district, s.result_id)"
        " JOIN organization o ON (o.district, o.id) = (s.organization_district, s.organization_id)"
        " JOIN result_author a ON (a.district, a.result_id) = (r.district, r.id)"
        " JOIN member m ON (m.district, m.id) = (a.member_district, a.member_id) ORDER BY s.key",
    )
    assert steps == [
        ("ASSIGNED", "交通部门", "李金龙"),
        ("ASSIGNED", "公交公司", "李金龙"),
        ("REPLIED", "交通部门", "李金龙"),
    ]
