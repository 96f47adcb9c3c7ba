"""What a server lets in: so many operations at once, bodies that come, and nothing any more once it is told to end."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from serving import issued
from test_server import codes, served
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from application import Application
from resolvers import admission
from resolvers.admission import Gate, Turns
from resolvers.errors import Overloaded, ShuttingDown
from schema import bodies, endpoint
from schema.headers import Refused
from settings import Settings

pytestmark = pytest.mark.anyio

WAITING = {"query": "{ sectors { totalCount } }"}
ANSWERED = {"data": {"sectors": {"totalCount": 0}}}
CHANGED = "subscription { changed { cursor } }"


@asynccontextmanager
async def locked(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Whatever reads sectors waits until this has ended or `ROLLBACK` was said."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("BEGIN; LOCK TABLE sector")
    try:
        yield connection
    finally:
        await connection.close()


async def until_in_flight(client: httpx.AsyncClient, count: int) -> None:
    async with asyncio.timeout(20):
        while f"yizhan_operations_in_flight {count}.0" not in (await client.get("/metrics")).text:  # noqa: ASYNC110  (no event tells)
            await asyncio.sleep(0.05)


def asking(client: httpx.AsyncClient, **headers: str) -> "asyncio.Task[httpx.Response]":
    return asyncio.create_task(client.post("/graphql", json=WAITING, headers=headers))


async def test_what_exceeds_the_limit_is_refused_and_what_runs_goes_on(empty_database: str) -> None:
    settings = {"POOL_SIZE": "1", "OPERATIONS": "2", "STATEMENT_TIMEOUT": "60", "METRICS": "1"}
    key = {"authorization": f"Bearer {await issued(empty_database)}"}
    with served(DATABASE_URL=empty_database, **settings) as (address, _):
        async with httpx.AsyncClient(base_url=address, timeout=60) as client, locked(empty_database) as lock:
            # Whose key it is was looked up before there is no connection left for that.
            assert (
                await client.post("/graphql", json={"query": "{ viewer { kind } }"}, headers=key)
            ).status_code == 200
            running = [asking(client), asking(client, **key)]
            await until_in_flight(client, 2)
            refused = [await asking(client), await asking(client, accept="application/graphql-response+json")]
            streamed = await client.post("/graphql", json=WAITING, headers={"accept": "text/event-stream"})
            still = [task.done() for task in running]
            figures = (await client.get("/metrics")).text
            await lock.execute("ROLLBACK")
            answers = [(await task).json() for task in running]
        assert answers == [ANSWERED, ANSWERED]
        assert still == [False, False]
    for answer in refused:
        assert (answer.status_code, answer.headers["retry-after"], codes(answer.json())) == (503, "1", ["OVERLOADED"])
    told = "this server runs 2 operations already, as many as it may; try again soon"
    assert refused[0].json()["errors"][0]["message"] == told
    assert '"code":"OVERLOADED"' in streamed.text
    assert "yizhan_operations_refused_total 3.0" in figures
    assert 'yizhan_pool_waiting{pool="read"} 1.0' in figures


async def test_twenty_slow_queries_of_one_viewer_keep_no_other_waiting(empty_database: str) -> None:
    settings = {"POOL_SIZE": "4", "STATEMENT_TIMEOUT": "60", "METRICS": "1"}
    key = {"authorization": f"Bearer {await issued(empty_database)}"}
    with served(DATABASE_URL=empty_database, **settings) as (address, _):
        async with httpx.AsyncClient(base_url=address, timeout=60) as client, locked(empty_database) as lock:
            running = [asking(client) for _ in range(20)]
            await until_in_flight(client, 20)
            async with asyncio.timeout(1):
                other = await client.post("/graphql", json={"query": "{ areas { totalCount } }"}, headers=key)
            still, figures = [task.done() for task in running], (await client.get("/metrics")).text
            await lock.execute("ROLLBACK")
            answers = [(await task).json() for task in running]
    assert other.json() == {"data": {"areas": {"totalCount": 0}}}
    assert (still, answers) == ([False] * 20, [ANSWERED] * 20)
    assert 'yizhan_pool_connections{pool="read",state="used"} 3.0' in figures


async def test_one_viewer_never_takes_all_the_room(empty_database: str) -> None:
    settings = {"POOL_SIZE": "2", "OPERATIONS": "4", "STATEMENT_TIMEOUT": "60", "METRICS": "1"}
    key = {"authorization": f"Bearer {await issued(empty_database)}"}
    with served(DATABASE_URL=empty_database, **settings) as (address, _):
        async with httpx.AsyncClient(base_url=address, timeout=60) as client, locked(empty_database) as lock:
            running = [asking(client) for _ in range(3)]
            await until_in_flight(client, 3)
            refused = await asking(client)
            other = await client.post("/graphql", json={"query": "{ areas { totalCount } }"}, headers=key)
            await lock.execute("ROLLBACK")
            answers = [(await task).json() for task in running]
    told = "this server runs 3 operations of yours, as many as it may; try again soon"
    assert (refused.status_code, codes(refused.json())) == (503, ["OVERLOADED"])
    assert refused.json()["errors"][0]["message"] == told
    assert (other.json(), answers) == ({"data": {"areas": {"totalCount": 0}}}, [ANSWERED] * 3)


async def test_a_turn_is_waited_for_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(2)
    turn = turns.of("one")
    await turn.take()
    assert turns.of("one") is turn
    async with asyncio.timeout(1), turns.of("other"):
        waiting, cancelled = asyncio.create_task(turn.take()), asyncio.create_task(turn.take())
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.sleep(0)
        assert (waiting.done(), cancelled.done()) == (False, True)
    turn.give_back()
    await waiting
    monkeypatch.setattr(admission, "TURN_SECONDS", 0.02)
    with pytest.raises(Overloaded) as refused:
        await turn.take()
    assert refused.value.message.startswith("1 operations of yours have used the database")
    turn.give_back()
    async with asyncio.timeout(1), turn:
        pass


async def test_a_subscription_keeps_nobody_out(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database, OPERATIONS="1") as (address, _):
        async with asyncio.timeout(30), httpx.AsyncClient(base_url=address) as client:
            events = {"accept": "text/event-stream"}
            async with client.stream("POST", "/graphql", json={"query": CHANGED}, headers=events) as stream:
                assert stream.status_code == 200
                assert (await asking(client)).json() == ANSWERED


async def test_told_to_end_it_answers_what_runs_and_begins_nothing(empty_database: str) -> None:
    settings = {"STATEMENT_TIMEOUT": "60", "METRICS": "1"}
    with served(DATABASE_URL=empty_database, **settings) as (address, process):
        socket_url = f"{address.replace('http', 'ws')}/graphql"
        async with (
            asyncio.timeout(60),
            httpx.AsyncClient(base_url=address, timeout=60) as client,
            connect(socket_url, subprotocols=["graphql-transport-ws"]) as socket,  # type: ignore[list-item]
            locked(empty_database) as lock,
        ):
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            subscription = {"id": "1", "type": "subscribe", "payload": {"query": CHANGED}}
            await socket.send(json.dumps(subscription))
            following = asyncio.create_task(followed(client))
            running = asking(client)
            await until_in_flight(client, 1)
            assert (await client.get("/readyz")).status_code == 200
            process.send_signal(signal.SIGTERM)
            while (ready := await client.get("/readyz")).status_code == 200:  # noqa: ASYNC110  (no event tells)
                await asyncio.sleep(0.02)
            alive, refused = await client.get("/livez"), await asking(client)
            assert (ready.status_code, ready.text) == (503, "this server is shutting down")
            assert (alive.status_code, alive.text) == (200, "alive")
            assert (refused.status_code, codes(refused.json())) == (503, ["UNAVAILABLE"])
            assert int(refused.headers["retry-after"]) >= 1
            await lock.execute("ROLLBACK")
            assert (await running).json() == ANSWERED
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
            assert await following == 200
        assert await asyncio.to_thread(process.wait, 10) == 0


async def followed(client: httpx.AsyncClient) -> int:
    """Follows the log until the server ends the stream properly; its status."""
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/graphql", json={"query": CHANGED}, headers=headers) as stream:
        async for _ in stream.aiter_bytes():
            pass
        return stream.status_code


async def test_what_does_not_finish_does_not_hold_up_the_end(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database, STATEMENT_TIMEOUT="60", METRICS="1") as (address, process):
        async with httpx.AsyncClient(base_url=address, timeout=60) as client, locked(empty_database):
            running = asking(client)
            await until_in_flight(client, 1)
            process.terminate()
            assert await asyncio.to_thread(_waited, process) == 0
            with pytest.raises(httpx.HTTPError):
                (await running).raise_for_status()


def _waited(process: "subprocess.Popen[str]") -> int:
    # It takes some eight seconds; a busy machine gets more.
    return process.wait(20)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    parts = iter([{"type": "http.request", "body": b'{"query": ', "more_body": True}])

    async def receive() -> Any:
        for part in parts:
            return part
        return await asyncio.Event().wait()

    with pytest.raises(Refused) as refused:
        await bodies.whole_body(receive)
    assert (refused.value.status, refused.value.code) == (408, "BODY_TIMEOUT")
    assert refused.value.headers == [(b"connection", b"close")]
    # The task itself goes on.
    await asyncio.sleep(0)


async def test_a_gate_counts_those_inside_and_tells_when_they_have_left() -> None:
    gate = Gate(2)
    gate.enter("one")
    with gate.entered("other"):
        with pytest.raises(Overloaded):
            gate.enter("one")
        assert (gate.in_flight, gate.refused) == (2, 1)
        gate.close()
        with pytest.raises(ShuttingDown):
            gate.enter("one")
    waiting = asyncio.create_task(gate.empty(10))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.leave("one")
    await waiting
    assert (gate.in_flight, gate.refused) == (0, 1)


async def test_a_websocket_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch, empty_database: str) -> None:
    monkeypatch.setattr(endpoint, "INIT_SECONDS", 0.05)
    application = Application(empty_database, Settings())
    sent: list[Any] = []
    closed = asyncio.Event()
    arriving = iter([{"type": "websocket.connect"}])

    async def receive() -> Any:
        for message in arriving:
            return message
        await closed.wait()
        return {"type": "websocket.disconnect", "code": 4408}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            closed.set()

    scope = {
        "type": "websocket", "path": "/graphql", "headers": [(b"host", b"here")], "client": ("127.0.0.1", 1),
        "subprotocols": ["graphql-transport-ws"], "query_string": b"",
    }  # fmt: skip
    async with running(application), asyncio.timeout(20):
        await application(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert (sent[1]["code"], sent[1]["reason"]) == (4408, "Connection initialisation timeout")


@asynccontextmanager
async def running(application: Application) -> AsyncIterator[None]:
    """An application in this process, between its beginning and its end."""
    telling: asyncio.Queue[Any] = asyncio.Queue()
    told: asyncio.Queue[Any] = asyncio.Queue()
    living = asyncio.create_task(application({"type": "lifespan"}, telling.get, told.put))
    for moment in ("startup", "shutdown"):
        await telling.put({"type": f"lifespan.{moment}"})
        assert (await told.get())["type"] == f"lifespan.{moment}.complete"
        if moment == "startup":
            yield
    await living
