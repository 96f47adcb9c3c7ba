"""Sample activity agrees with what is published, says that it is sample data, and is always the same."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import func, select

import db
from db.counters import COUNTERS
from db.loading import load
from db.sample import add_sample
from db.sample_districts import PLANS
from db.tables import metadata

pytestmark = pytest.mark.anyio

HANGZHOU = Path(db.__file__).parent / "data" / "hangzhou"
LOCAL = timezone(timedelta(hours=8))
YEAR = datetime(2023, 1, 1, tzinfo=LOCAL), datetime(2023, 12, 31, 23, 59, tzinfo=LOCAL)
CHECKSUM = """
    SELECT md5(string_agg(line, '' ORDER BY line)) FROM (
    SELECT key || title || starts_at FROM event WHERE is_sample
    UNION ALL SELECT key || title || raised_at || status || concat(closed_at) FROM result WHERE is_sample
    UNION ALL SELECT m.key || m.name || s.code FROM member m JOIN sector s ON s.id = m.sector_id
    UNION ALL SELECT a.key || e.key || concat(m.key) || a.state || concat(a.checked_in_at)
      FROM attendance a JOIN event e ON e.district = a.district AND e.id = a.event_id
      LEFT JOIN member m ON m.district = a.member_district AND m.id = a.member_id WHERE a.is_sample) rows (line)
"""


async def value(dsn: str, statement: str, *arguments: object) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement, *arguments)
    finally:
        await connection.close()


async def pairs(dsn: str, statement: str, *arguments: object) -> dict[Any, Any]:
    connection = await asyncpg.connect(dsn)
    try:
        return dict(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()


async def test_xiaoshan_has_138_party_members_in_11_groups(hangzhou: str) -> None:
    in_groups = """
        SELECT count(DISTINCT m.member_id) || ' in ' || count(DISTINCT m.organization_id) FROM membership m
        JOIN organization o ON o.district = m.district AND o.id = m.organization_id
        WHERE m.district = '330109' AND o.kind = 'PARTY_GROUP'
    """
    assert await value(hangzhou, in_groups) == "138 in 11"
    assert await value(hangzhou, "SELECT count(*) FROM member WHERE district = '330109' AND party = '中共'") == 138


async def test_xiaoshan_has_798_recommendations_since_2022(hangzhou: str) -> None:
    recommendations = """
        SELECT count(*) FROM result
        WHERE district = '330109' AND kind = 'RECOMMENDATION' AND raised_at >= '2022-01-01T00:00+08'
    """
    assert await value(hangzhou, recommendations) == 798
    by_others = """
        SELECT count(*) FROM result r JOIN result_author a ON a.district = r.district AND a.result_id = r.id
        JOIN member m ON m.district = a.member_district AND m.id = a.member_id
        WHERE r.district = '330109' AND r.kind = 'RECOMMENDATION' AND m.party <> '中共'
    """
    assert await value(hangzhou, by_others) == 0


async def test_xiaoshan_has_83_events_about_the_asian_games_in_2023(hangzhou: str) -> None:
    about = (
        "SELECT count(*) FROM event WHERE district = '330109' AND '亚运' = ANY (topics) AND starts_at BETWEEN $1 AND $2"
    )
    assert await value(hangzhou, about, *YEAR) == 83


async def test_chunan_has_46_hall_sessions_with_512_recommendations(hangzhou: str) -> None:
    sessions = "SELECT count(*) FROM event WHERE district = '330127' AND kind = 'HALL_SESSION'"
    assert await value(hangzhou, sessions) == 46
    advice = """
        SELECT count(*) FROM result r JOIN event e ON e.district = r.district AND e.id = r.event_id
        WHERE r.district = '330127' AND r.kind = 'RECOMMENDATION' AND e.kind = 'HALL_SESSION'
    """
    assert await value(hangzhou, advice) == 512


async def test_chunan_has_55_and_104_supervision_items(hangzhou: str) -> None:
    items = """
        SELECT c.year, count(*) FROM result r
        JOIN supervision_campaign c ON c.district = r.district AND c.id = r.campaign_id
        WHERE r.kind = 'SUPERVISION_ITEM' AND r.department_id IS NOT NULL
          AND r.status IN ('TRANSFERRED', 'ASSIGNED', 'RESOLVED')
        GROUP BY c.year
    """
    assert await pairs(hangzhou, items) == {2022: 55, 2023: 104}


async def test_chunan_has_supervisors_in_12_departments(hangzhou: str) -> None:
    posted = """
        SELECT count(DISTINCT o.id) FROM membership m
        JOIN organization o ON o.district = m.district AND o.id = m.organization_id AND o.kind = 'DEPARTMENT'
        WHERE m.district = '330127' AND m.role = 'SUPERVISOR'
    """
    assert await value(hangzhou, posted) == 12


async def test_linping_has_287_members(hangzhou: str) -> None:
    """The codes of the two members the source names are not published, and none is invented for them."""
    members = "SELECT count(*) || ', ' || count(duty_code) FROM member WHERE district = '330113'"
    assert await value(hangzhou, members) == "287, 285"


async def test_linping_has_254_proposals_of_2023(hangzhou: str) -> None:
    proposals = (
        "SELECT count(*) FROM result WHERE district = '330113' AND kind = 'PROPOSAL' AND raised_at BETWEEN $1 AND $2"
    )
    assert await value(hangzhou, proposals, *YEAR) == 254
    made_up = f"{proposals} AND is_sample AND cause LIKE '线索由界别群众反映%'"
    assert await value(hangzhou, made_up, *YEAR) == 253


async def test_linping_had_20386_visits_of_the_public_in_2023(hangzhou: str) -> None:
    visits = "SELECT sum(public_participants) FROM event WHERE district = '330113' AND starts_at BETWEEN $1 AND $2"
    assert await value(hangzhou, visits, *YEAR) == 20_386


async def test_qiantang_has_33_endorsements_of_reports_in_2023(hangzhou: str) -> None:
    endorsements = """
        SELECT e.level, count(*) FROM endorsement e JOIN result r ON r.district = e.district AND r.id = e.result_id
        WHERE e.district = '330114' AND r.kind = 'RESEARCH_REPORT'
          AND e.issued_on BETWEEN '2023-01-01' AND '2023-12-31' AND e.issued_on >= r.raised_at::date
        GROUP BY e.level
    """
    assert await pairs(hangzhou, endorsements) == {"DISTRICT": 31, "MUNICIPAL": 2}


async def test_binjiang_submitted_45_pieces_of_advice_in_2023(hangzhou: str) -> None:
    advice = """
        SELECT count(*) FROM result
        WHERE district = '330108' AND kind IN ('RECOMMENDATION', 'RESEARCH_REPORT') AND raised_at BETWEEN $1 AND $2
    """
    assert await value(hangzhou, advice, *YEAR) == 45


async def test_nearly_seventy_percent_of_binjiangs_members_are_from_enterprises(hangzhou: str) -> None:
    enterprise = """
        SELECT count(*) FILTER (WHERE s.code IN ('14', '15', '19', '21')) || ' of ' || count(*)
        FROM member m LEFT JOIN sector s ON s.id = m.sector_id WHERE m.district = '330108'
    """
    assert await value(hangzhou, enterprise) == "138 of 198"


async def test_a_member_of_yuhang_has_the_duty_report_the_source_quotes(hangzhou: str) -> None:
    kinds = """
        SELECT CASE WHEN e.kind = 'CONSULT_WITH_YOU' THEN 'consultations'
                    WHEN e.kind IN ('RESEARCH', 'INSPECTION') THEN 'research' ELSE 'others' END, count(*)
        FROM attendance a JOIN event e ON e.district = a.district AND e.id = a.event_id
        JOIN member m ON m.district = a.member_district AND m.id = a.member_id
        WHERE m.name = '汪爱娟' AND a.state = 'CHECKED_IN' AND e.status = 'HELD' AND e.starts_at BETWEEN $1 AND $2
        GROUP BY 1
    """
    assert await pairs(hangzhou, kinds, *YEAR) == {"consultations": 3, "research": 7, "others": 6}


async def test_yuhangs_proposals_of_2023_are_grouped_into_22_projects(hangzhou: str) -> None:
    grouped = """
        SELECT count(*) || ' in ' || count(DISTINCT bundle_id) FROM result
        WHERE district = '330110' AND kind = 'PROPOSAL' AND raised_at BETWEEN $1 AND $2 AND bundle_id IS NOT NULL
    """
    assert await value(hangzhou, grouped, *YEAR) == "236 in 22"
    meetings = "SELECT count(*) FROM event WHERE district = '330110' AND bundle_id IS NOT NULL"
    assert await value(hangzhou, meetings) == 44


async def test_no_named_person_is_given_made_up_activity(hangzhou: str) -> None:
    named = """
        SELECT count(*) FROM attendance a JOIN member m ON m.district = a.member_district AND m.id = a.member_id
        WHERE a.is_sample AND NOT m.is_sample AND m.name <> '汪爱娟'
    """
    assert await value(hangzhou, named) == 0
    authors = """
        SELECT count(*) FROM result_author a JOIN member m ON m.district = a.member_district AND m.id = a.member_id
        JOIN result r ON r.district = a.district AND r.id = a.result_id WHERE r.is_sample AND NOT m.is_sample
    """
    assert await value(hangzhou, authors) == 0
    alike = "SELECT count(*) FROM member s JOIN member m ON m.name = s.name WHERE s.is_sample AND NOT m.is_sample"
    assert await value(hangzhou, alike) == 0


async def test_the_parlor_keeps_its_lead(hangzhou: str) -> None:
    leads = """
        SELECT array_agg(m.name) FROM membership s JOIN platform p ON p.district = s.district AND p.id = s.platform_id
        JOIN member m ON m.district = s.member_district AND m.id = s.member_id
        WHERE p.kind = 'MEMBER_PARLOR' AND s.role = 'LEAD'
    """
    assert await value(hangzhou, leads) == ["俞婷薇"]


async def test_every_hall_and_studio_has_two_to_six_members_and_stars_for_two_years(hangzhou: str) -> None:
    members = """
        SELECT min(n) || '–' || max(n) FROM (SELECT count(*) FILTER (WHERE m.is_sample) AS n FROM platform p
        LEFT JOIN membership m ON m.district = p.district AND m.platform_id = p.id
        WHERE p.kind <> 'DISTRICT_FORUM' GROUP BY p.district, p.id) counts
    """
    assert await value(hangzhou, members) == "2–6"
    unrated = """
        SELECT count(*) FROM platform p CROSS JOIN (VALUES (2022), (2023)) years (year)
        LEFT JOIN star_rating s ON s.district = p.district AND s.platform_id = p.id AND s.year = years.year
        WHERE p.kind IN ('DELIBERATION_HALL', 'MEMBER_STUDIO') AND s.stars IS NULL
    """
    assert await value(hangzhou, unrated) == 0


async def test_all_made_up_rows_say_so_and_what_they_are_called(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await load(connection, HANGZHOU)
    counters = {counter.table for counter in COUNTERS}
    tables = [table for table in metadata.sorted_tables if table not in counters]
    counts = {table: str(select(func.count()).select_from(table)) for table in tables}
    before = {table: await connection.fetchval(count) for table, count in counts.items()}
    added = await add_sample(connection)
    assert {"area", "platform", "observation", "source"}.isdisjoint(added)
    for table, count in counts.items():
        assert await connection.fetchval(count) == before[table] + added.get(table.name, 0)
        if "is_sample" in table.c:
            keyed = " AND key LIKE 'sample-%'" if "key" in table.c else ""
            assert await connection.fetchval(f"{count} WHERE is_sample{keyed}") == added.get(table.name, 0)
    await connection.close()


async def test_adding_it_again_adds_nothing(hangzhou: str) -> None:
    connection = await asyncpg.connect(hangzhou)
    # Should it add something after all, other tests must not find it.
    transaction = connection.transaction()
    await transaction.start()
    before = await connection.fetchval(CHECKSUM)
    assert await add_sample(connection) == {}
    assert await connection.fetchval(CHECKSUM) == before
    await transaction.rollback()
    await connection.close()


async def test_it_is_the_same_in_every_database(hangzhou: str, empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    # Ids differ between databases, and nothing may depend on them.
    await connection.execute("SELECT setval('entity_id', 5000)")
    await load(connection, HANGZHOU)
    told: list[tuple[str, int, int]] = []
    await add_sample(connection, lambda *step: told.append(step))
    await connection.close()
    assert told == [("sample activity", done, 6) for done in range(1, 7)]
    assert await value(empty_database, CHECKSUM) == await value(hangzhou, CHECKSUM)


async def test_it_needs_the_network_it_is_about(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    with pytest.raises(ValueError, match="load it first, 330108 is not there"):
        await add_sample(connection)
    assert await connection.fetchval("SELECT count(*) FROM organization") == 0
    await connection.close()


async def test_members_are_as_many_as_planned(hangzhou: str) -> None:
    members = await pairs(hangzhou, "SELECT district, count(*) FROM member GROUP BY district")
    assert members == {plan.district: plan.members for plan in PLANS}
