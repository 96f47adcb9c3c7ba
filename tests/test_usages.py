"""Who asks for which field: counted with each operation, written by the process, shown by a command."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import httpx
from serving import issued
from test_command_line import run
from test_server import served

from db import usages
from resolvers.usages import fields_of
from schema.graph import Graph

QUERY = """query { platforms(first: 1) { ...Names } area(code: "33") { ... on Province { children { totalCount } } } }
fragment Names on PlatformConnection { nodes { __typename name district { name } } }"""


def test_the_fields_of_a_document_are_those_it_and_its_fragments_name(graph: Graph) -> None:
    assert fields_of(graph._schema, graph.documents.read(QUERY)) == {
        "Query.platforms", "Query.area", "PlatformConnection.nodes", "Platform.name", "Platform.district",
        "District.name", "Province.children", "AreaConnection.totalCount",
    }  # fmt: skip


def test_each_key_is_counted_with_the_fields_it_asked_for(own_hangzhou: str) -> None:
    key = asyncio.run(issued(own_hangzhou, "钱塘区政协", "330114"))
    # A server that ends writes what it has counted.
    with served(DATABASE_URL=own_hangzhou) as (address, process), httpx.Client(base_url=address, timeout=30) as client:
        for _ in range(3):
            client.post("/graphql", json={"query": QUERY}, headers={"authorization": f"Bearer {key}"})
        client.post("/graphql", json={"query": "{ districts { name } }"})
        client.post("/graphql", json={"query": "{ districts { nmae } }"})
        process.terminate()
        process.wait(timeout=30)
    code, out, _ = run("usage", "--field", "Platform.name", "--field", "District.name", DATABASE_URL=own_hangzhou)
    today = datetime.now(UTC).date()
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert lines[:-1] == [
        ["District.name", "钱塘区政协", "3", "last", str(today)],
        ["District.name", "anonymous", "1", "last", str(today)],
        ["Platform.name", "钱塘区政协", "3", "last", str(today)],
    ]
    assert lines[-1] == ["2", "of", "2", "fields", "were", "asked", "for", "in", "90", "days"]
    code, out, _ = run("usage", "--deprecated", DATABASE_URL=own_hangzhou)
    assert (code, out.splitlines()[-1].startswith("0 of ")) == (0, True)
    code, _, told = run("usage", "--field", "Platform.nmae", DATABASE_URL=own_hangzhou)
    assert (code, "no field Platform.nmae" in told) == (1, True)


def test_days_add_up_and_old_ones_are_forgotten(empty_database: str) -> None:
    async def counted() -> list[tuple[str, str, int, date]]:
        connection = await asyncpg.connect(empty_database)
        today = date(2026, 11, 24)
        for day, times in ((today - timedelta(days=500), 7), (today - timedelta(days=1), 2), (today, 3), (today, 4)):
            await usages.add(connection, day, {("a", "Platform.name"): times})
        rows = await usages.listed(connection, today - timedelta(days=600))
        await connection.close()
        return [tuple(row) for row in rows]

    assert asyncio.run(counted()) == [("Platform.name", "a", 9, date(2026, 11, 24))]
