"""What the database itself refuses, whoever writes to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import asyncpg
import pytest

from db.search import register

pytestmark = pytest.mark.anyio

Write = Callable[..., Awaitable[int]]
D = "330109"


@pytest.fixture
async def connection(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    await register(connection)
    yield connection
    await connection.close()


@pytest.fixture
async def write(connection: asyncpg.Connection) -> Write:
    async def write(table: str, **values: object) -> int:
        columns, places = ", ".join(values), ", ".join(f"${n + 1}" for n in range(len(values)))
        row_id: int = await connection.fetchval(
            f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id", *values.values()
        )
        return row_id

    return write


async def make_area(write: Write) -> int:
    return await write(
        "area", code_system="NBS", code=D, vintage=date(2023, 6, 30), name="萧山区", level="DISTRICT",
        district_kind="DISTRICT", tenant=D,
    )  # fmt: skip


async def make_hall(write: Write, area: int, slug: str, **more: object) -> int:
    values = {
        "district": D,
        "slug": slug,
        "name": slug,
        "kind": "DELIBERATION_HALL",
        "level": "TOWNSHIP",
        "area_id": area,
    }
    return await write("platform", **(values | more))


async def refused(connection: asyncpg.Connection, constraint: str, statement: str, *values: object) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as error:
        async with connection.transaction():
            await connection.execute(statement, *values)
    assert error.value.constraint_name == constraint


async def test_a_platform_knows_its_ancestors(connection: asyncpg.Connection, write: Write) -> None:
    area = await make_area(write)
    top = await make_hall(write, area, "top")
    below = await make_hall(write, area, "below", parent_id=top, parent_path=[top])
    path = await connection.fetchval("SELECT path FROM platform WHERE id = $1", below)
    assert path == [top, below]


async def test_a_row_is_not_its_own_parent(connection: asyncpg.Connection, write: Write) -> None:
    hall = await make_hall(write, await make_area(write), "hall")
    statement = "UPDATE platform SET parent_id = id, parent_path = path WHERE id = $1"
    await refused(connection, "platform_no_row_is_its_own_ancestor_check", statement, hall)


async def test_no_cycle_can_be_made(connection: asyncpg.Connection, write: Write) -> None:
    area = await make_area(write)
    top = await make_hall(write, area, "top")
    below = await make_hall(write, area, "below", parent_id=top, parent_path=[top])
    statement = "UPDATE platform SET parent_id = $2, parent_path = $3 WHERE id = $1"
    await refused(connection, "platform_no_row_is_its_own_ancestor_check", statement, top, below, [top, below])


async def test_a_path_is_the_parents(connection: asyncpg.Connection, write: Write) -> None:
    area = await make_area(write)
    top, other = await make_hall(write, area, "top"), await make_hall(write, area, "other")
    statement = "UPDATE platform SET parent_id = $2, parent_path = $3 WHERE id = $1"
    await refused(connection, "platform_path_is_the_parents_check", statement, top, other, [other, 5])
    await refused(connection, "platform_parent_fkey", statement, top, other, [99, other])


async def test_a_platform_has_one_lead_a_day(connection: asyncpg.Connection, write: Write) -> None:
    hall = await make_hall(write, await make_area(write), "hall")
    member = await write("member", district=D, name="样例")
    lead = {"district": D, "platform_id": hall, "member_district": D, "member_id": member, "role": "LEAD"}
    await write("membership", **lead, starts_on=date(2022, 1, 1), ends_on=date(2022, 12, 31))
    await write("membership", **lead, starts_on=date(2023, 1, 1))
    with pytest.raises(asyncpg.ExclusionViolationError):
        await write("membership", **lead, starts_on=date(2024, 1, 1), ends_on=date(2024, 1, 1))
    assert await connection.fetchval("SELECT count(*) FROM membership") == 2


async def test_nothing_ends_before_it_starts(connection: asyncpg.Connection, write: Write) -> None:
    hall = await make_hall(write, await make_area(write), "hall", established_on=date(2022, 5, 1))
    statement = "UPDATE platform SET closed_on = $2 WHERE id = $1"
    await refused(connection, "platform_closed_on_after_established_on_check", statement, hall, date(2022, 4, 30))


async def test_a_status_fits_the_kind_of_result(connection: asyncpg.Connection) -> None:
    statement = """INSERT INTO result (district, kind, status, title, raised_at)
        VALUES ('330109', $1, $2, '样例', now())"""
    await refused(connection, "result_status_fits_the_kind_check", statement, "PROPOSAL", "ADOPTED")
    await connection.execute(statement, "PROPOSAL", "FILED")


async def test_moving_an_event_moves_what_repeats_its_time_or_nothing(
    connection: asyncpg.Connection, write: Write
) -> None:
    event = await connection.fetchval(
        """INSERT INTO event (district, title, kind, status, starts_at)
        VALUES ('330109', '样例', 'HALL_SESSION', 'HELD', '2023-05-01T00:00Z') RETURNING id"""
    )
    await connection.execute(
        """INSERT INTO event_participant SELECT district, id, starts_at, district FROM event WHERE id = $1""", event
    )
    move = "UPDATE event SET starts_at = '2023-06-01T00:00Z' WHERE id = $1"
    await refused(connection, "event_participant_district_event_id_starts_at_fkey", move, event)
    async with connection.transaction():
        await connection.execute(move, event)
        await connection.execute(
            "UPDATE event_participant SET starts_at = '2023-06-01T00:00Z' WHERE event_id = $1", event
        )
    assert await connection.fetchval("SELECT count(*) FROM event_participant p JOIN event USING (starts_at)") == 1
