"""Nothing acknowledged is lost, and nothing is there by half, when server and database are killed while many write."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import load_hangzhou
from serving import issued
from test_server import own_postgres, served
from test_subscriptions import CHANGED, watching

from db import embedded
from db.counters import differences

__all__ = ["own_postgres"]

pytestmark = pytest.mark.anyio

WRITERS = 16
# How many writes are acknowledged before something is killed.
ENOUGH = 10 * WRITERS
MUTATION = """mutation ($event: PlanEventInput!, $input: RaiseRecommendationInput!) {
  planEvent(input: $event) { ... on PlanEventPayload { event { id } } }
  raiseRecommendation(input: $input) { ... on RaiseRecommendationPayload { cursor recommendation { id } } } }"""


async def writer(
    address: str, key: str, number: int, organizer: str, acknowledged: list[tuple[str, str]], enough: asyncio.Event
) -> None:
    """Write until the server or its database is gone."""
    async with httpx.AsyncClient(timeout=30) as client:
        for count in range(10_000):
            title = f"写入 {number}/{count}"
            variables = {
                "event": {
                    "title": title, "kind": "SALON", "startsAt": "2026-02-01T01:00:00Z",
                    "organizers": [{"organization": organizer}],
                },
                "input": {"title": title, "district": "330114"},
            }  # fmt: skip
            answer = await client.post(
                f"{address}/graphql",
                json={"query": MUTATION, "variables": variables},
                headers={"authorization": f"Bearer {key}"},
            )
            data: Any = answer.json().get("data")
            if not data or not data["raiseRecommendation"]:
                return
            acknowledged.append((data["raiseRecommendation"]["cursor"], title))
            if len(acknowledged) == ENOUGH:
                enough.set()


async def write_until_killed(address: str, key: str, organizer: str, kill: Any) -> list[tuple[str, str]]:
    """Have all write, kill in the middle of it, and give what was acknowledged."""
    acknowledged: list[tuple[str, str]] = []
    enough = asyncio.Event()

    async def one(number: int) -> None:
        with contextlib.suppress(httpx.HTTPError):
            await writer(address, key, number, organizer, acknowledged, enough)

    writers = [asyncio.create_task(one(number)) for number in range(WRITERS)]
    async with asyncio.timeout(60):
        await enough.wait()
    kill()
    await asyncio.wait_for(asyncio.gather(*writers), 60)
    return acknowledged


async def test_what_was_acknowledged_is_there_whole_after_kills(own_postgres: tuple[str, Path]) -> None:
    dsn, folder = own_postgres
    await load_hangzhou(dsn)
    key = await issued(dsn)
    with served(DATABASE_URL=dsn) as (address, process):
        organizer = await organizer_of(address)
        acknowledged = await write_until_killed(address, key, organizer, process.kill)
    with served(DATABASE_URL=dsn) as (address, _):
        postmaster = int((folder / "18" / "postmaster.pid").read_text().split()[0])
        acknowledged += await write_until_killed(address, key, organizer, lambda: os.kill(postmaster, signal.SIGKILL))
        await asyncio.to_thread(embedded.start, folder, fsync="off")
    assert len(acknowledged) >= 2 * ENOUGH
    connection = await asyncpg.connect(dsn)
    positions = [row[0] for row in await connection.fetch("SELECT position FROM change ORDER BY 1")]
    assert positions == list(range(1, len(positions) + 1))
    assert await connection.fetchval("SELECT position FROM change_head") == len(positions)
    logged = dict(
        await connection.fetch(
            "SELECT c.position::text, r.after->>'title' FROM change c JOIN changed_row r USING (district, position)"
            " WHERE r.type = 'RESULT'"
        )
    )
    assert {cursor: logged.get(cursor) for cursor, _ in acknowledged} == dict(acknowledged)
    # Whatever is there has its step, its entry and its place, acknowledged or not.
    halves = await connection.fetch(
        "SELECT r.title FROM result r WHERE r.title LIKE '写入 %' AND (1, 1) IS DISTINCT FROM ("
        " (SELECT count(*) FROM result_step s WHERE (s.district, s.result_id) = (r.district, r.id)),"
        " (SELECT count(*) FROM changed_row c WHERE (c.row_district, c.row_id) = (r.district, r.id)))"
        " UNION ALL SELECT e.title FROM event e WHERE e.title LIKE '写入 %' AND (1, 1, 1) IS DISTINCT FROM ("
        " (SELECT count(*) FROM event_organizer o WHERE (o.district, o.event_id) = (e.district, e.id)),"
        " (SELECT count(*) FROM event_participant p WHERE (p.district, p.event_id) = (e.district, e.id)),"
        " (SELECT count(*) FROM changed_row c WHERE (c.row_district, c.row_id) = (e.district, e.id)"
        "  AND type = 'EVENT'))"
    )
    assert [tuple(row) for row in halves] == []
    entries = await connection.fetchval("SELECT count(*) FROM changed_row WHERE type IN ('RESULT', 'EVENT')")
    written = await connection.fetchval(
        "SELECT (SELECT count(*) FROM result WHERE title LIKE '写入 %')"
        " + (SELECT count(*) FROM event WHERE title LIKE '写入 %')"
    )
    assert entries == written == len(positions)
    assert await differences(connection) == []
    await connection.close()


async def organizer_of(address: str) -> str:
    query = '{ organizations(where: {district: ["330114"], kind: [CPPCC_COMMITTEE]}) { nodes { id } } }'
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(f"{address}/graphql", json={"query": query})
    return str(answer.json()["data"]["organizations"]["nodes"][0]["id"])


async def test_who_watches_while_the_database_is_away_is_told(own_postgres: tuple[str, Path]) -> None:
    dsn, folder = own_postgres
    key = await issued(dsn, "下城区政协")
    with served(DATABASE_URL=dsn) as (address, _):
        async with watching(address) as early, watching(address, key) as watched:
            await early.start(CHANGED)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(embedded.stop, folder)
            try:
                await watched.start(CHANGED)
                told = await watched.next()
                ended = await watched.next()
            finally:
                await asyncio.to_thread(embedded.start, folder, fsync="off")
    assert [error["extensions"]["code"] for error in told["payload"]["errors"]] == ["UNAVAILABLE"]
    assert ended == {"id": "1", "type": "complete"}
