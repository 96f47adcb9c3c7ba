"""Sample activity of Hangzhou's six districts over 2022 and 2023: invented, flagged, and true to the published figures.

It adds no area and no platform, and it gives the persons the sources name no activity, but for the one duty report.
"""

from asyncpg import Connection

from db import search
from db.counters import count_all
from db.loading import Progress
from db.rows import TABLES, Batch, draw_ids
from db.sample_discussions import add_discussions
from db.sample_districts import CHUNAN, LINPING, PLANS, XIAOSHAN, YUHANG, District, read_district
from db.sample_events import (
    add_asian_games,
    add_bundle_meetings,
    add_duty_report,
    add_events,
    add_hall_sessions,
    add_online_days,
)
from db.sample_members import (
    add_bodies,
    add_members,
    join_party_groups,
    join_platforms,
    post_supervisors,
    sample_names,
)
from db.sample_results import add_results

# More than the rows below need; what is left over is not used again.
IDS = 100_000


async def add_sample(connection: Connection, progress: Progress | None = None) -> dict[str, int]:
    """Add the sample activity, all of it or none; gives the rows added per table, none when it is there already."""
    async with connection.transaction():
        districts = [plan.district for plan in PLANS]
        there = "SELECT EXISTS (SELECT FROM member WHERE district = ANY ($1) AND key LIKE 'sample-%')"
        if await connection.fetchval(there, districts):
            return {}
        await search.register(connection)
        batch = Batch()
        ids = await draw_ids(connection, IDS)
        world = [await read_district(connection, plan, ids, batch) for plan in PLANS]
        reporter = await connection.fetchval("SELECT id FROM member WHERE district = $1 AND name = '汪爱娟'", YUHANG)
        for done, (district, called) in enumerate(zip(world, sample_names(world), strict=True), start=1):
            _fill(district, called, reporter)
            if progress is not None:
                progress("sample activity", done, len(world))
        counts = await batch.copy(connection)
        await count_all(connection)
    for table in TABLES.values():
        await connection.execute(f"ANALYZE {table}")
    return counts


def _fill(district: District, called: list[str], reporter: int) -> None:
    add_bodies(district)
    add_members(district, called)
    join_platforms(district)
    if district.code == XIAOSHAN:
        join_party_groups(district)
        add_asian_games(district)
    if district.code == CHUNAN:
        post_supervisors(district)
        add_hall_sessions(district)
    if district.code == YUHANG:
        add_bundle_meetings(district)
    add_events(district)
    if district.code == LINPING:
        add_online_days(district)
    if district.code == YUHANG:
        add_duty_report(district, reporter)
    add_results(district)
    add_discussions(district)
