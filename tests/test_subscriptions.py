"""Watching over WebSocket and server-sent events: across processes, in order, from where one left off, at no cost."""

import asyncio
import itertools
import json
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from conftest import database, database_name, load_hangzhou
from serving import issued, teller_of
from telling import Teller
from test_server import own_postgres, served
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from db import embedded

__all__ = ["own_postgres"]

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[1]
CHANGED = (
    "subscription ($since: String, $types: [ChangeType!], $under: ID)"
    " { changed(since: $since, types: $types, under: $under) { cursor mutation } }"
)


class Served:
    """Two server processes on one database of Hangzhou, and a key to write with."""

    def __init__(self, dsn: str, one: tuple[str, Any], other: tuple[str, Any]) -> None:
        self.dsn = dsn
        self.one, self.process = one
        self.other, _ = other
        self.key = asyncio.run(issued(dsn))

    def teller(self, client: httpx.AsyncClient) -> Teller:
        """Writes through the other process."""
        return teller_of(client, self.other, self.key)


@pytest.fixture(scope="module")
def servers(postgres: str, hangzhou_template: str) -> Iterator[Served]:
    with database(postgres, template=database_name(hangzhou_template)) as dsn, ExitStack() as stack:
        both = [stack.enter_context(served(DATABASE_URL=dsn, SUBSCRIPTIONS="1100")) for _ in range(2)]
        yield Served(dsn, *both)


class Watching:
    """A WebSocket on which operations run."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.numbers = itertools.count(1)

    async def start(self, query: str, **variables: Any) -> str:
        """Begin an operation; gives its number."""
        number = str(next(self.numbers))
        payload = {"query": query, "variables": variables}
        await self.socket.send(json.dumps({"id": number, "type": "subscribe", "payload": payload}))
        return number

    async def next(self) -> Any:
        """The next message, which must come within ten seconds."""
        async with asyncio.timeout(10):
            return json.loads(await self.socket.recv())

    async def data(self) -> Any:
        """The data of the next message."""
        message = await self.next()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]


@asynccontextmanager
async def watching(address: str, key: str | None = None) -> AsyncIterator[Watching]:
    url = f"{address.replace('http', 'ws')}/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        payload = {"authorization": f"Bearer {key}"} if key else {}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        found = Watching(socket)
        assert await found.next() == {"type": "connection_ack"}
        yield found


async def until_watched(dsn: str) -> None:
    """Wait until a process that began to watch has had the time to."""
    await asyncio.sleep(0.3)


async def test_a_write_in_one_process_is_seen_in_the_other(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        await watched.start(CHANGED)
        await until_watched(servers.dsn)
        teller = servers.teller(client)
        for _ in range(5):
            made = await teller.do("raiseRecommendation", "cursor recommendation { id }", title="一", district="330114")
            seen = await watched.data()
            assert seen["changed"]["mutation"] == "raiseRecommendation"
            assert made["id"]


async def test_what_is_selected_is_answered_as_in_a_query(servers: Served) -> None:
    query = (
        "subscription { changed { rows { type node { __typename ... on Platform { name starRatings { stars } } } } } }"
    )
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        await watched.start(query)
        await until_watched(servers.dsn)
        teller = servers.teller(client)
        platform = await teller.platform("qiantang-hui")
        for stars in (3, 5):
            await teller.do("ratePlatform", "platform { id }", platform=platform, year=2025, stars=stars)
            node = {"__typename": "DistrictForum", "name": "钱塘荟", "starRatings": [{"stars": stars}]}
            assert (await watched.data())["changed"] == {"rows": [{"type": "STAR_RATING", "node": node}]}


async def test_what_a_watcher_does_not_see_is_not_told(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        await watched.start(CHANGED, types=["RESULT"])
        await until_watched(servers.dsn)
        teller, given = servers.teller(client), {"title": "内部", "district": "330114"}
        await teller.do("raiseRecommendation", "recommendation { id }", **given, visibility="INTERNAL")
        await teller.do("raiseRecommendation", "recommendation { id }", **given)
        newest = (await teller.ask("{ changes(last: 1) { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"]
        assert (await watched.data())["changed"]["cursor"] == newest


async def test_rows_are_told_before_and_after_as_in_the_log(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        teller = servers.teller(client)
        last = (await teller.ask("{ changes(last: 1) { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"]
        fields = "cursor rows { before after }"
        await watched.start(f"subscription ($since: String) {{ changed(since: $since) {{ {fields} }} }}", since=last)
        await teller.do("raiseRecommendation", "recommendation { id }", title="前后", district="330114")
        seen = (await watched.data())["changed"]
        logged = await teller.ask(
            f"query ($since: String) {{ changes(since: $since) {{ nodes {{ {fields} }} }} }}", since=last
        )
    # Whom it is shared with is told to its own district, not to whoever watches without a key.
    for row in logged["changes"]["nodes"][0]["rows"]:
        row["after"].pop("sharedWith", None)
    assert logged["changes"]["nodes"] == [seen]
    assert seen["rows"][0]["after"]["title"] == "前后"


async def test_a_subtree_and_types_are_watched_alone(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        teller = servers.teller(client)
        beigan, hall = await teller.area("330109002"), await teller.platform("xiaoshan-beigan-hall")
        other = await teller.platform("xiaoshan-linpu-hall")
        under = await watched.start(CHANGED, under=beigan)
        typed = await watched.start(CHANGED, types=["STAR_RATING"])
        await until_watched(servers.dsn)
        await teller.do("raiseRecommendation", "recommendation { id }", title="二", platform=other)
        await teller.do("ratePlatform", "platform { id }", platform=other, year=2024, stars=1)
        await teller.do("raiseRecommendation", "recommendation { id }", title="三", platform=hall)
        seen = [await watched.next(), await watched.next()]
        assert sorted((each["id"], each["payload"]["data"]["changed"]["mutation"]) for each in seen) == [
            (under, "raiseRecommendation"),
            (typed, "ratePlatform"),
        ]


async def test_who_comes_back_with_a_cursor_misses_and_repeats_nothing(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        teller = servers.teller(client)

        async def written(count: int) -> list[str]:
            query = "{ changes(last: 1) { nodes { cursor } } }"
            for _ in range(count):
                await teller.do("raiseRecommendation", "recommendation { id }", title="四", district="330114")
            last = int((await teller.ask(query))["changes"]["nodes"][0]["cursor"])
            return [str(position) for position in range(last - count + 1, last + 1)]

        first = await written(3)
        async with watching(servers.one) as watched:
            await watched.start(CHANGED, since=first[0])
            seen = [(await watched.data())["changed"]["cursor"] for _ in range(2)]
        missed = await written(4)
        async with watching(servers.one) as watched:
            await watched.start(CHANGED, since=seen[-1])
            seen += [(await watched.data())["changed"]["cursor"] for _ in range(4)]
            more = await written(1)
            seen += [(await watched.data())["changed"]["cursor"]]
        assert seen == [*first[1:], *missed, *more]


async def test_a_rollup_is_given_at_once_and_again_when_it_changes(servers: Served) -> None:
    query = (
        "subscription { rollupChanged(of: RESULTS, by: [], measures: [COUNT],"
        ' where: {area: ["330127"], results: {kind: [RECOMMENDATION]}}) { total { values { value } } } }'
    )
    async with httpx.AsyncClient(timeout=30) as client, watching(servers.one) as watched:
        await watched.start(query)
        first = (await watched.data())["rollupChanged"]["total"]["values"][0]["value"]
        teller = servers.teller(client)
        await teller.do(
            "ratePlatform", "platform { id }", platform=await teller.platform("qiantang-hui"), year=2023, stars=1
        )
        await teller.do("raiseRecommendation", "recommendation { id }", title="五", district="330127")
        assert (await watched.data())["rollupChanged"]["total"]["values"][0]["value"] == first + 1


async def test_queries_and_mutations_run_on_a_socket_with_a_key_of_its_own(servers: Served) -> None:
    mutation = 'mutation { raiseRecommendation(input: {title: "六", district: "330114"}) { __typename } }'
    async with watching(servers.one, servers.key) as watched:
        await watched.start('{ area(code: "330114") { name } }')
        assert await watched.data() == {"area": {"name": "钱塘区"}}
        assert (await watched.next())["type"] == "complete"
        await watched.start(mutation)
        assert await watched.data() == {"raiseRecommendation": {"__typename": "RaiseRecommendationPayload"}}
    async with watching(servers.one) as watched:
        await watched.start(mutation)
        message = await watched.next()
        assert [error["extensions"]["code"] for error in message["payload"]["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"since": "yesterday"}, "BAD_CURSOR"),
        ({"since": "9" * 30}, "BAD_CURSOR"),
        ({"since": "999999999"}, "BAD_CURSOR"),
        ({"types": []}, "EMPTY_FILTER"),
        ({"under": "eA=="}, "BAD_ID"),
    ],
)
async def test_bad_arguments_are_told(servers: Served, variables: dict[str, Any], code: str) -> None:
    async with watching(servers.one) as watched:
        await watched.start(CHANGED, **variables)
        message = await watched.next()
        errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
        assert [error["extensions"]["code"] for error in errors] == [code]


@pytest.mark.parametrize(
    "message",
    [
        "[1]",
        "null",
        '"x"',
        '{"type": "subscribe", "id": [1], "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "1", "payload": "x"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": [1]}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "operationName": ""}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "\\ud800"}}',
        "[" * 20_000,
    ],
    ids=range(10),
)
async def test_what_is_no_message_ends_the_connection(servers: Served, message: str) -> None:
    async with watching(servers.one) as watched:
        await watched.socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            await watched.next()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_an_unknown_operation_is_told(servers: Served) -> None:
    async with watching(servers.one) as watched:
        payload = {"query": "query A { __typename }", "operationName": "B"}
        await watched.socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        message = await watched.next()
    assert [error["extensions"]["code"] for error in message["payload"]["errors"]] == ["BAD_ARGUMENT"]


async def test_events_are_sent_to_those_who_take_them_and_refused_to_others(servers: Served) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        teller = servers.teller(client)
        await teller.do("raiseRecommendation", "recommendation { id }", title="七", district="330114")
        last = int((await teller.ask("{ changes(last: 1) { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"])
        body = {"query": CHANGED, "variables": {"since": str(last - 1)}}
        headers = {"accept": "text/event-stream"}
        async with client.stream("POST", f"{servers.one}/graphql", json=body, headers=headers) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            lines = [line async for line in first_lines(answer, 3)]
        told = {"data": {"changed": {"cursor": str(last), "mutation": "raiseRecommendation"}}}
        assert [lines[0], json.loads(lines[1].removeprefix("data: "))] == ["event: next", told]
        refused = await client.post(f"{servers.one}/graphql", json=body)
        assert [error["extensions"]["code"] for error in refused.json()["errors"]] == ["BAD_ARGUMENT"]


async def first_lines(answer: httpx.Response, count: int) -> AsyncIterator[str]:
    async for line in answer.aiter_lines():
        yield line
        count -= 1
        if not count:
            return


@pytest.mark.parametrize("how", ["ws", "sse"])
async def test_real_clients_follow(servers: Served, how: str) -> None:
    async with httpx.AsyncClient(timeout=30) as client:
        teller = servers.teller(client)
        last = (await teller.ask("{ changes(last: 1) { nodes { cursor } } }"))["changes"]["nodes"][0]["cursor"]
        node = str(ROOT / ".venv" / "bin" / "node")
        process = await asyncio.create_subprocess_exec(
            node, "tests/clients/follow.mjs", how, f"{servers.one}/graphql", "3", last, cwd=ROOT, stdout=subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
            ids = []
            for _ in range(3):
                made = await teller.do("raiseRecommendation", "recommendation { id }", title="八", district="330114")
                ids.append(made["id"])
            async with asyncio.timeout(30):
                out, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        seen = [json.loads(line)["data"]["changed"] for line in out.splitlines()]
        assert process.returncode == 0
        assert [each["rows"][0]["node"]["id"] for each in seen] == ids
        assert [int(each["cursor"]) for each in seen] == [int(last) + 1, int(last) + 2, int(last) + 3]


async def test_a_thousand_subscribers_and_one_that_stands_still_take_no_memory(servers: Served) -> None:
    async with ExitStackOf(10, servers.one) as sockets, httpx.AsyncClient(timeout=60) as client:
        teller = servers.teller(client)
        query = "subscription { changed { cursor mutation } }"
        for watched in sockets:
            for _ in range(100):
                await watched.start(query)
        await asyncio.sleep(3)
        process = psutil.Process(servers.process.pid)
        before = process.memory_info().rss
        # The first socket is never read from; the others are, each change by its hundred subscribers.
        body = "长" * 2_000
        for _ in range(10):
            await teller.do("raiseRecommendation", "recommendation { id }", title="九", body=body, district="330114")
            for watched in sockets[1:]:
                cursors = {(await watched.data())["changed"]["cursor"] for _ in range(100)}
                assert len(cursors) == 1
        grown = process.memory_info().rss - before
        assert grown < 40 * 2**20, f"{grown / 2**20:.0f} MB"


class ExitStackOf:
    """So many WebSockets."""

    def __init__(self, count: int, address: str) -> None:
        self.managers = [watching(address) for _ in range(count)]

    async def __aenter__(self) -> list[Watching]:
        return [await manager.__aenter__() for manager in self.managers]

    async def __aexit__(self, *why: object) -> None:
        for manager in self.managers:
            await manager.__aexit__(None, None, None)


async def test_listening_goes_on_after_the_database_was_restarted(own_postgres: tuple[str, Path]) -> None:
    dsn, folder = own_postgres
    await load_hangzhou(dsn)
    key = await issued(dsn)
    with served(DATABASE_URL=dsn) as (address, _):
        async with httpx.AsyncClient(timeout=30) as client, watching(address) as watched:
            await watched.start(CHANGED)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(embedded.stop, folder)
            await asyncio.to_thread(embedded.start, folder, fsync="off")
            mutation = 'mutation { raiseRecommendation(input: {title: "十", district: "330114"}) { __typename } }'
            until = time.monotonic() + 20
            while time.monotonic() < until:
                answer = await client.post(
                    f"{address}/graphql", json={"query": mutation}, headers={"authorization": f"Bearer {key}"}
                )
                if "errors" not in answer.json():
                    break
                await asyncio.sleep(0.2)
            assert (await watched.data())["changed"]["mutation"] == "raiseRecommendation"
