"""The change log tells all that was written: who follows it has in the end what the server has."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import asking
from serving import writer
from telling import Teller
from test_loading import WORLD, folder_with
from test_mutations import CITY, told_by

from db.csvfiles import LAYOUTS
from db.enums import ChangeType
from db.loading import load
from db.tables import metadata
from resolvers.entries import concept_of, ids_of, image, log_load
from schema.graph import Graph

pytestmark = pytest.mark.anyio

LOG = """query ($since: String) { changes(since: $since, first: 100) { pageInfo { hasNextPage } nodes {
  cursor rows { type action nodeId before after } } } }"""


@pytest.fixture
async def teller(graph: Graph, own_hangzhou: str) -> AsyncIterator[Teller]:
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield told_by(ask)


class Client:
    """Somebody who follows the log and keeps each row that has an id as it was last told."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, Any]] = {}
        self.links: dict[str, set[str]] = {}
        self.cursor: str | None = None

    async def catch_up(self, teller: Teller) -> None:
        while True:
            page = (await teller.ask(LOG, since=self.cursor))["changes"]
            for change in page["nodes"]:
                self.cursor = change["cursor"]
                for row in change["rows"]:
                    self._take(row)
            if not page["pageInfo"]["hasNextPage"]:
                return

    def _take(self, row: Any) -> None:
        if row["nodeId"] is None:
            known = self.links.setdefault(row["type"], set())
            known -= {json.dumps(row["before"], sort_keys=True)}
            known |= {json.dumps(row["after"], sort_keys=True)} if row["after"] is not None else set()
            return
        # Whoever follows knows what was there before, unless it is older than the log.
        if row["nodeId"] in self.rows:
            assert self.rows[row["nodeId"]] == (row["type"], row["before"])
        if row["after"] is None:
            self.rows.pop(row["nodeId"], None)
        else:
            self.rows[row["nodeId"]] = (row["type"], row["after"])


async def images_of(dsn: str, types: set[str]) -> dict[str, tuple[str, Any]]:
    """All rows of these types as they are, by global id."""
    connection = await asyncpg.connect(dsn)
    found = {}
    for type_ in sorted(types):
        table = metadata.tables[type_.lower()]
        rows = await connection.fetch(f"SELECT * FROM {table.name}")
        ids = await ids_of(connection, [(table, row) for row in rows])
        for row in rows:
            found[str(ids.of(table, (row.get("district"), row["id"])))] = (type_, json.loads(image(table, row, ids)))
    await connection.close()
    return found


async def test_who_follows_the_log_has_what_the_server_has(teller: Teller, own_hangzhou: str) -> None:
    client = Client()
    hall, other = await teller.platform("qiantang-xiasha-hall"), await teller.platform("qiantang-baiyang-hall")
    body = await teller.organization("330114", "钱塘区政协")
    member = await teller.do("admitMember", "member { id }", district="330114", name="某委员", isSample=True)
    await client.catch_up(teller)

    async def story(number: int) -> None:
        event = await teller.do(
            "planEvent", "event { id }", title=f"活动{number}", kind="SALON", platforms=[hall, other],
            organizers=[{"organization": body}], startsAt="2026-03-01T01:00:00Z",
        )  # fmt: skip
        await teller.do("signUp", "attendance { id }", event=event["id"], member=member["id"])
        await teller.do("takeLeave", "attendance { id }", event=event["id"], member=member["id"], reason="出差")
        # Signing up again removes a row and makes another.
        await teller.do("signUp", "attendance { id }", event=event["id"], member=member["id"])
        await teller.do("rescheduleEvent", "event { id }", event=event["id"], startsAt="2026-04-01T01:00:00Z")
        raised = await teller.do("raiseRecommendation", "recommendation { id }", title="一", event=event["id"])
        await teller.do("adoptResult", "adoption { id }", result=raised["id"], organization=body)
        document = await teller.do("publishDocument", "document { id }", kind="REPORT", title="纪要", event=event["id"])
        if number % 2:
            await teller.do("withdrawDocument", "documentId", document=document["id"])

    await asyncio.gather(*(story(number) for number in range(6)))
    await teller.do("movePlatform", "platform { id }", platform=hall, parent=other)
    await client.catch_up(teller)
    types = {type_ for type_, _ in client.rows.values()}
    assert {"EVENT", "ATTENDANCE", "RESULT", "RESULT_STEP", "ADOPTION", "DOCUMENT", "MEMBER", "PLATFORM"} <= types
    there = await images_of(own_hangzhou, types)
    assert client.rows == {id_: there[id_] for id_ in client.rows}
    logged = {id_ for id_, (type_, _) in client.rows.items() if type_ == "DOCUMENT"}
    assert (len(logged), {id_ for id_, (type_, _) in there.items() if type_ == "DOCUMENT"}) == (3, logged)
    connection = await asyncpg.connect(own_hangzhou)
    held = await connection.fetchval("SELECT count(*) FROM event_platform WHERE starts_at = '2026-04-01T01:00:00Z'")
    assert len(client.links["EVENT_PLATFORM"]) == held == 12
    await connection.close()


def test_every_type_of_change_is_a_table_and_every_one_that_can_be_loaded_has_a_type() -> None:
    assert {type_.lower() for type_ in ChangeType} <= set(metadata.tables)
    assert {table.upper() for table in LAYOUTS} - set(ChangeType.__members__) == set()
    with_ids = {type_ for type_ in ChangeType if "id" in metadata.tables[type_.lower()].c}
    assert {type_ for type_ in with_ids if concept_of(metadata.tables[type_.lower()]) is None} == set()


async def test_what_a_load_changes_is_in_the_change_log(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    await load(connection, folder_with(tmp_path / "first", WORLD), log=log_load)
    assert await connection.fetchval("SELECT count(*) FROM changed_row WHERE action = 'CREATED'") == 12
    await load(connection, folder_with(tmp_path / "again", WORLD), log=log_load)
    tagged = "district,key,name,tags\n330109,li,李芳,教育\n330109,zhao,赵敏,\n"
    await load(connection, folder_with(tmp_path / "second", {"member": tagged}), log=log_load)
    rows = await connection.fetch(
        "SELECT c.author, c.mutation, r.action::text, r.before->'tags', r.after->'tags'"
        " FROM change c JOIN changed_row r USING (district, position) WHERE position > 1 ORDER BY number"
    )
    assert [tuple(row) for row in rows] == [
        ("operator", "load", "UPDATED", '["教育", "公交"]', '["教育"]'),
        ("operator", "load", "CREATED", None, "[]"),
    ]
    assert await connection.fetchval("SELECT position FROM change_head") == 2
    await connection.close()


async def test_what_follows_an_event_that_a_load_moves_is_logged_too(empty_database: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(empty_database)
    came = "district,key,event,member,state\n330109,came,spring,li,CHECKED_IN\n"
    await load(connection, folder_with(tmp_path / "first", {**WORLD, "attendance": came}), log=log_load)
    last = await connection.fetchval("SELECT position FROM change_head")
    moved = WORLD["event"].replace("2023-03-01", "2023-04-01")
    await load(connection, folder_with(tmp_path / "second", {"event": moved}), log=log_load)
    rows = await connection.fetch(
        "SELECT type::text, action::text, after->>'startsAt' FROM changed_row WHERE position > $1 ORDER BY number", last
    )
    when = "2023-03-31T16:00:00+00:00"
    changed = [("EVENT", "UPDATED", when), ("ATTENDANCE", "UPDATED", when), ("EVENT_PARTICIPANT", "UPDATED", when)]
    assert [tuple(row) for row in rows] == changed
    await connection.close()


AUDIT = """query ($authors: [String!], $mutations: [String!], $node: ID, $since: String, $until: String,
    $orderBy: [ChangeOrder!]) {
  changes(authors: $authors, mutations: $mutations, node: $node, since: $since, until: $until, orderBy: $orderBy) {
    totalCount nodes { cursor } } }"""


async def audited(teller: Teller, **given: Any) -> list[int]:
    """The cursors of what an auditor asks for."""
    found = (await teller.ask(AUDIT, **given))["changes"]
    assert found["totalCount"] == len(found["nodes"])
    return [int(each["cursor"]) for each in found["nodes"]]


async def test_the_log_is_searched_by_author_mutation_time_and_row(graph: Graph, own_hangzhou: str) -> None:
    staff = writer("钱塘区政协", "330114")
    async with asking(graph, own_hangzhou, CITY) as of_city, asking(graph, own_hangzhou, staff) as of_district:
        city, district = told_by(of_city), told_by(of_district)
        body = await city.organization("330114", "钱塘区政协")
        first = await city.do("raiseRecommendation", "recommendation { id }", title="一", district="330114")
        second = await district.do("raiseRecommendation", "recommendation { id }", title="二", district="330114")
        await district.do("adoptResult", "adoption { id }", result=first["id"], organization=body)
        log = (await city.ask("{ changes { nodes { at } } }"))["changes"]["nodes"]
        assert await audited(city, authors=["钱塘区政协"]) == [2, 3]
        assert await audited(city, authors=["钱塘区政协", "杭州市政协"]) == [1, 2, 3]
        assert await audited(city, mutations=["raiseRecommendation"]) == [1, 2]
        assert await audited(city, mutations=["load"]) == []
        # A row, and the links that belong to it.
        assert await audited(city, node=first["id"]) == [1, 3]
        assert await audited(city, node=second["id"], authors=["杭州市政协"]) == []
        assert await audited(city, node=await city.area("330114")) == []
        assert await audited(city, since="1", until="2") == [2]
        assert await audited(city, since=log[1]["at"], until=log[1]["at"]) == [2]
        newest = [{"field": "POSITION", "direction": "DESC"}]
        assert await audited(city, node=first["id"], orderBy=newest) == [3, 1]
        for wrong, code in (
            ({"until": "soon"}, "BAD_CURSOR"),
            ({"node": "x"}, "BAD_ID"),
            ({"authors": []}, "EMPTY_FILTER"),
        ):
            assert [error[0] for error in (await of_city(AUDIT, **wrong)).errors] == [code]


async def test_an_auditor_finds_nothing_that_is_not_for_them(graph: Graph, own_hangzhou: str) -> None:
    async with asking(graph, own_hangzhou, CITY) as of_city, asking(graph, own_hangzhou) as of_public:
        city, public = told_by(of_city), told_by(of_public)
        given = {"title": "内部", "district": "330114", "visibility": "INTERNAL"}
        hidden = await city.do("raiseRecommendation", "recommendation { id }", **given)
        seen = await city.do("raiseRecommendation", "recommendation { id }", title="公开", district="330114")
        assert await audited(city, node=hidden["id"]) == [1]
        assert await audited(public, node=hidden["id"]) == []
        assert await audited(public, node=seen["id"]) == [2]
        assert await audited(public, authors=["杭州市政协"]) == [2]
        assert await audited(public, mutations=["raiseRecommendation"], until="1") == []
        # Once it is hidden, nothing is left of what was told, but that it is gone.
        await city.do("setVisibility", "node { id }", id=seen["id"], visibility="INTERNAL")
        assert await audited(city, node=seen["id"]) == [2, 3]
        assert await audited(public, node=seen["id"]) == [3]
