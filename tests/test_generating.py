"""Generated networks have the sizes they are asked for, stand apart from real areas, and are always the same."""

import asyncpg
import pytest
from sqlalchemy import func, select

from db.generating import AlreadyGenerated, generate
from db.tables import metadata

pytestmark = pytest.mark.anyio

COUNTS = {
    "area": 36,
    "organization": 16,
    "platform": 35,
    "member": 40,
    "membership": 215,
    "event": 500,
    "event_platform": 500,
    "event_organizer": 500,
    "event_participant": 500,
    "attendance": 5_000,
    "result": 1_500,
    "result_author": 1_500,
    "result_step": 1_500,
}
CHECKSUM = """
    SELECT md5(string_agg(line, '' ORDER BY line)) FROM (
      SELECT title || starts_at FROM event UNION ALL SELECT title || status || raised_at FROM result
      UNION ALL SELECT m.name || a.state FROM attendance a JOIN member m ON m.id = a.member_id) rows (line)
"""


async def test_a_hundredth_has_a_hundredth_of_everything(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    told: list[tuple[str, int, int]] = []
    assert await generate(connection, 0.01, lambda *step: told.append(step)) == COUNTS
    assert told == [("generated districts", 1, 1)]
    for table, count in COUNTS.items():
        rows = select(func.count()).select_from(metadata.tables[table])
        assert await connection.fetchval(str(rows)) == count
    kinds = "SELECT kind, count(*) FROM platform GROUP BY kind"
    assert dict(await connection.fetch(kinds)) == {
        "DELIBERATION_HALL": 2,
        "CONSULTATION_STATION": 30,
        "MEMBER_STUDIO": 3,
    }
    await connection.close()


async def test_all_rows_are_samples_under_province_90(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await generate(connection, 0.005)
    for table in metadata.sorted_tables:
        if "is_sample" in table.c:
            real = select(func.count()).where(~table.c.is_sample)
            assert await connection.fetchval(str(real)) == 0
    assert await connection.fetchval("SELECT count(*) FROM event WHERE district <> '900101'") == 0
    assert await connection.fetchval("SELECT count(*) FROM area WHERE code NOT LIKE '90%'") == 0
    await connection.close()


async def test_several_districts_share_a_city_and_add_up(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    added = await generate(connection, 0.12)
    districts = "SELECT array_agg(DISTINCT district ORDER BY district) FROM platform"
    assert await connection.fetchval(districts) == ["900101", "900102"]
    assert [added[table] for table in ("platform", "event", "attendance")] == [424, 6_000, 60_000]
    assert await connection.fetchval("SELECT count(*) FROM area WHERE level = 'CITY'") == 1
    fewest = """
        SELECT min(n) FROM (SELECT count(m.id) AS n FROM platform p LEFT JOIN membership m
        ON m.district = p.district AND m.platform_id = p.id GROUP BY p.id) members
    """
    assert await connection.fetchval(fewest) == 5
    await connection.close()


async def test_the_same_scale_gives_the_same_network(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    checksums = []
    for start in (1, 90_000):
        await connection.execute(f"SELECT setval('entity_id', {start})")
        await generate(connection, 0.01)
        checksums.append(await connection.fetchval(CHECKSUM))
        await connection.execute("TRUNCATE area, organization, platform, member, event, result CASCADE")
    assert checksums[0] == checksums[1]
    await connection.close()


async def test_a_second_network_is_refused(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await generate(connection, 0.005)
    with pytest.raises(AlreadyGenerated, match="drop the database"):
        await generate(connection, 0.005)
    assert await connection.fetchval("SELECT count(*) FROM event") == 250
    await connection.close()


@pytest.mark.parametrize("scale", [0, -1, 0.001, 101])
async def test_a_scale_out_of_bounds_is_refused(empty_database: str, scale: float) -> None:
    connection = await asyncpg.connect(empty_database)
    with pytest.raises(ValueError, match=r"scale must be 0\.005–100"):
        await generate(connection, scale)
    assert await connection.fetchval("SELECT count(*) FROM area") == 0
    await connection.close()
