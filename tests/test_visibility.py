"""Who sees what: every cell of the page's tables, and whatever documents can ask for, in both ways of running."""

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator, Iterator
from random import Random
from typing import Any

import asyncpg
import orjson
import pytest
from conftest import asking, database, database_name, load_hangzhou
from drawing import draw
from facts import read_facts
from secrecy import SECRET, VIEWERS, WITH_PEOPLE, Secrets, keep_secrets, read_secrets, table_of, tables_of

from db.pools import read_pool
from resolvers.concepts import NODES, typed
from resolvers.context import Context
from resolvers.ids import make_id
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph

pytestmark = pytest.mark.anyio

ROWS, FIELDS = table_of("By row"), table_of("By field")
DOCUMENTS = int(os.environ.get("SECRET_DOCUMENTS", "400"))
ENCODED = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


@pytest.fixture(scope="module")
def kept(postgres: str, migrated_template: str) -> Iterator[str]:
    """The DSN of Hangzhou's network with its sample data, of which four rows of ten are not public."""

    async def fill(dsn: str) -> None:
        await load_hangzhou(dsn)
        connection = await asyncpg.connect(dsn)
        await keep_secrets(connection)
        await connection.close()

    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(fill(dsn))
        yield dsn


@pytest.fixture(scope="module")
def secrets(kept: str) -> Secrets:
    return asyncio.run(read_secrets(kept))


async def all_of(dsn: str, type_name: str) -> list[tuple[str, Any]]:
    """The global ids and rows of a type, some 200 of them at most."""
    concepts = {name: each for name, each in typed().items() if type_name in (name, each.name)}
    table = next(iter(concepts.values())).table
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(f"SELECT * FROM {table.name} ORDER BY md5(id::text) LIMIT 300")
    await connection.close()
    found = []
    for row in rows:
        concept = next(iter(concepts.values()))
        name = concept.type_names[row[concept.kind_column]] if concept.kind_column else concept.name
        if name in typed() and type_name in (name, concept.name):
            found.append((make_id(name, [row[key] for key in concept.key]), row))
    return found


def test_every_type_with_ids_has_its_row_in_the_table() -> None:
    assert {each.name for each in NODES} - {"AreaOwner", "District"} <= {*ROWS}, {each.name for each in NODES} - {*ROWS}
    assert {*ROWS} - {each.name for each in NODES} == {"Change"}


@pytest.mark.parametrize("who", list(VIEWERS))
async def test_each_type_shows_the_rows_the_table_says(graph: Graph, kept: str, secrets: Secrets, who: str) -> None:
    async with asking(graph, kept, VIEWERS[who]) as ask:
        for type_name, cells in ROWS.items():
            if type_name == "Change":
                continue
            rows = await all_of(kept, type_name)
            table = tables_of(type_name)
            expected = {
                id_ for id_, row in rows
                if "all" in cells[who] or secrets.sees(who, cells[who], table, row)
            }  # fmt: skip
            assert rows, type_name
            if "all" not in cells["anonymous"] and who not in ("operator", "city staff"):
                assert 0 < len(expected) < len(rows), (type_name, who)
            found = set()
            for start in range(0, len(rows), 100):
                ids = [id_ for id_, _ in rows[start : start + 100]]
                answer = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
                found |= {row["id"] for row in answer.data["nodes"] if row}
            assert found == expected, (type_name, who)


LISTS = ("platforms", "members", "events", "attendances", "results", "documents", "discussions", "observations")


@pytest.mark.parametrize("who", list(VIEWERS))
async def test_lists_counts_and_rollups_know_of_no_other_rows(
    graph: Graph, kept: str, secrets: Secrets, who: str
) -> None:
    async with asking(graph, kept, VIEWERS[who]) as ask:
        for name in LISTS:
            table = name.removesuffix("s")
            cells = ROWS[table.title()][who]
            expected = [row for row in secrets.rows[table].values() if secrets.sees(who, cells, table, row)]
            answer = await ask(f"{{ {name} {{ totalCount }} }}")
            assert answer.data[name]["totalCount"] == len(expected), name
            if name in ("documents", "discussions"):
                continue
            rollup = await ask(
                f"{{ rollup(of: {name.upper()}, by: [DISTRICT], measures: [COUNT])"
                " { total { values { value } } rows { keys { value } values { value } where } } }"
            )
            counted = {row["keys"][0]["value"]: row["values"][0]["value"] for row in rollup.data["rollup"]["rows"]}
            by_district: dict[str, int] = {}
            for row in expected:
                by_district[row["district"]] = by_district.get(row["district"], 0) + 1
            assert counted == by_district, name
            assert rollup.data["rollup"]["total"]["values"][0]["value"] == len(expected)


@pytest.mark.parametrize("who", list(VIEWERS))
async def test_counters_say_what_facts_say(graph: Graph, kept: str, who: str) -> None:
    # With a filter that every row meets, a rollup is counted from facts.
    query = """query ($events: EventFilter, $results: ResultFilter, $attendances: AttendanceFilter) {
        townships: rollup(of: EVENTS, by: [TOWNSHIP], measures: [COUNT, PUBLIC_PARTICIPANTS], where: {events: $events})
            { rows { keys { value } values { value } } }
        events: rollup(of: EVENTS, by: [DISTRICT, EVENT_KIND], measures: [COUNT, PUBLIC_PARTICIPANTS],
            where: {events: $events}) { rows { keys { value } values { value } } total { values { value } } }
        results: rollup(of: RESULTS, by: [RESULT_KIND], measures: [COUNT, CLOSING_RATE, ADOPTION_RATE],
            where: {results: $results}) { rows { keys { value } values { value } } total { values { value } } }
        departments: rollup(of: RESULTS, by: [DEPARTMENT], measures: [COUNT, MEDIAN_DAYS_TO_CLOSE, P90_DAYS_TO_CLOSE],
            where: {results: $results}) { rows { keys { value } values { value } } }
        attendances: rollup(of: ATTENDANCES, by: [EVENT_KIND], measures: [COUNT], where: {attendances: $attendances})
            { rows { keys { value } values { value } } total { values { value } } } }"""
    both = {"or": [{"isSample": True}, {"isSample": False}]}
    async with asking(graph, kept, VIEWERS[who]) as ask:
        counted = await ask(query)
        assert counted.errors == []
        facts = await ask(query, events=both, results=both, attendances=both)
    assert counted.data == facts.data


@pytest.mark.parametrize("who", list(VIEWERS))
async def test_each_field_is_shown_where_the_table_says(graph: Graph, kept: str, secrets: Secrets, who: str) -> None:
    for viewer, is_personal in ((VIEWERS[who], False), (WITH_PEOPLE.get(who), True)):
        if viewer is None:
            continue
        async with asking(graph, kept, viewer) as ask:
            for name, cells in FIELDS.items():
                type_name, field = name.split(".")
                part_of_contact = {"Member.contact": "{ phone }", "CitizenRequest.contact": "{ contact }"}
                selection = f"{field} {part_of_contact.get(name, '')}"
                rows = await all_of(kept, type_name)
                assert rows, name
                for start in range(0, len(rows), 100):
                    part = rows[start : start + 100]
                    answer = await ask(
                        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type_name} {{ {selection} }} }} }}",
                        ids=[id_ for id_, _ in part],
                    )
                    for (_, row), shown in zip(part, answer.data["nodes"], strict=True):
                        if shown is None:
                            continue
                        is_own = row["district"] in (viewer.sight.districts if who != "operator" else [row["district"]])
                        words = cells[who]
                        is_shown = ("all" in words) or ("own" in words and is_own) or (
                            "personal" in words and is_own and is_personal
                        )  # fmt: skip
                        if field == "sharedWith":
                            assert shown[field] == (row["shared_with"] if is_shown else []), (name, who)
                        elif field == "leaveReason":
                            assert shown[field] == (row["leave_reason"] if is_shown else None), (name, who)
                        else:
                            assert (shown[field] is not None) is is_shown, (name, who)


# --- Whatever can be asked


def told_of(answer: bytes, asked: str) -> set[int]:
    """The ids of the rows that an answer shows something of, by the words in them and by their global ids."""
    text = answer.decode()
    found = {int(id_) for id_ in SECRET.findall(text) if f"机密{id_}" not in asked}
    for each in set(ENCODED.findall(text)):
        if each in asked:
            # The caller said it.
            continue
        try:
            plain = base64.b64decode(each, validate=True).decode()
        except ValueError:
            continue
        named = re.fullmatch(r"[A-Za-z]+:(?:[0-9]+:)?([0-9]+)", plain)
        if named:
            found.add(int(named[1]))
    return found


@pytest.fixture
async def pool(kept: str) -> AsyncIterator[asyncpg.Pool]:
    async with read_pool(kept, size=2) as pool:
        yield pool


async def test_random_documents_show_nothing_that_is_kept_from_who_asks(
    graph: Graph, kept: str, secrets: Secrets, pool: asyncpg.Pool
) -> None:
    # What is asked for is drawn from all there is: ids, cursors and words of hidden rows are among it.
    async with asking(graph, kept, VIEWERS["operator"]) as ask:
        facts = await read_facts(ask, kept, graph._schema)
    statements, shown = Statements(), 0
    names = [name for name in VIEWERS if name != "operator"]
    unseen = {who: secrets.unseen_by(who, ROWS["Event"][who]) for who in names}
    assert all(len(ids) > 100 for who, ids in unseen.items() if who != "city staff")
    for seed in range(DOCUMENTS):
        document = draw(seed, graph._schema, facts)
        who = Random(seed).choice(names)  # noqa: S311 (nothing is kept secret by it)
        asked = document.text + orjson.dumps(document.variables).decode()
        for may_compile in (True, False):
            context = Context(Snapshot(pool, statements), "test", may_compile, known_viewer=VIEWERS[who])
            result = await graph.execute(
                document.text, document.variables, context_value=context, operation_name=document.operation_name
            )
            told = orjson.dumps([result.data, [error.formatted for error in result.errors or []]])
            ids = told_of(told, asked)
            shown += len(ids)
            leaked = ids & unseen[who]
            assert not leaked, f"seed {seed}, {who}, compiled {may_compile}: {leaked}\n{asked}"
    # Were next to nothing shown, nothing would be tried.
    assert shown > 2 * DOCUMENTS
