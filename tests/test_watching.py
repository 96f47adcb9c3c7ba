"""Watching ends with the key it was begun with, and a rollup comes again only when it is another one."""

import asyncio
import gc
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import graphql
import httpx
import pytest
from conftest import database, database_name, execute
from serving import issued, teller_of
from strawberry.types import ExecutionResult
from test_server import served
from test_subscriptions import CHANGED, Watching, watching

from db import access
from db.pools import read_pool
from resolvers.context import Context
from resolvers.observing import Run
from resolvers.snapshots import Snapshot, Statements
from schema.watching import Execution, watched

pytestmark = pytest.mark.anyio

ROLLUP = """
  subscription { rollupChanged(of: RESULTS, by: [DISTRICT], measures: [COUNT],
    where: {area: ["330127"], results: {kind: [RECOMMENDATION]}}) { ...Read } }
  fragment Read on Rollup { read: asOf ... on Rollup { rows { values { value } } } }
"""


@pytest.fixture(scope="module")
def server(postgres: str, hangzhou_template: str) -> Iterator[tuple[str, str]]:
    """The database and the address of a server."""
    with database(postgres, template=database_name(hangzhou_template)) as dsn, served(DATABASE_URL=dsn) as (address, _):
        yield dsn, address


@pytest.mark.parametrize("how", ["revoked_at = now()", "expires_at = now() + interval '1 second'"])
async def test_a_key_that_holds_no_longer_ends_what_it_watches_over_a_socket(server: tuple[str, str], how: str) -> None:
    dsn, address = server
    key = await issued(dsn, f"城 {how}")
    async with watching(address, key) as watched, watching(address) as other:
        number = await watched.start(CHANGED)
        await other.start(CHANGED)
        await asyncio.sleep(0.3)
        began = time.monotonic()
        # No command did this, so nobody is told of it.
        await execute(dsn, f"UPDATE access_key SET {how} WHERE digest = '{access.digest(key)}'")
        message = await watched.next()
        assert [each["extensions"]["code"] for each in message["payload"]["errors"]] == ["UNAUTHENTICATED"]
        assert await watched.next() == {"id": number, "type": "complete"}
        assert time.monotonic() - began < 10
        # What is watched without a key goes on.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await other.socket.recv()


async def test_a_key_that_holds_no_longer_ends_a_stream_of_events(server: tuple[str, str]) -> None:
    dsn, address = server
    key = await issued(dsn, "城 3")
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=10) as client:
        body = {"query": CHANGED}
        async with client.stream("POST", f"{address}/graphql", json=body, headers=headers) as answer:
            await execute(dsn, f"UPDATE access_key SET revoked_at = now() WHERE digest = '{access.digest(key)}'")
            async with asyncio.timeout(10):
                lines = [line async for line in answer.aiter_lines()]
    told = json.loads(next(line for line in lines if line.startswith("data: {")).removeprefix("data: "))
    assert [each["extensions"]["code"] for each in told["errors"]] == ["UNAUTHENTICATED"]


async def test_a_rollup_that_is_as_it_was_is_not_sent_again(server: tuple[str, str]) -> None:
    dsn, address = server
    key = await issued(dsn, "城 4")
    async with httpx.AsyncClient(timeout=30) as client, watching(address) as watched:
        await watched.start(ROLLUP)
        first = (await watched.data())["rollupChanged"]
        teller = teller_of(client, address, key)
        # A result it does not count, and one that nobody without a key sees.
        await teller.do("raiseRecommendation", "recommendation { id }", title="一", district="330114")
        hidden = {"title": "二", "district": "330127", "visibility": "INTERNAL"}
        await teller.do("raiseRecommendation", "recommendation { id }", **hidden)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await watched.socket.recv()
        await teller.do("raiseRecommendation", "recommendation { id }", title="三", district="330127")
        second = (await watched.data())["rollupChanged"]
    assert second["rows"][0]["values"][0]["value"] == first["rows"][0]["values"][0]["value"] + 1
    assert second["read"] > first["read"]


async def test_the_statements_of_what_is_not_sent_again_are_counted_and_not_kept() -> None:
    run = Run(Context(Snapshot(read_pool("postgresql://"), Statements()), "test"), started=0.0)

    async def results() -> AsyncGenerator[ExecutionResult, None]:
        for _ in range(3):
            run.context.snapshot.ran.append("SELECT 1")
            yield ExecutionResult(data={"rollupChanged": {"total": 1}}, errors=None)

    sent = [result.data async for result in watched(results(), run, frozenset())]
    assert (sent, run.statements, run.context.snapshot.ran) == ([{"rollupChanged": {"total": 1}}], 3, [])


async def test_nothing_is_kept_of_the_events_that_a_subscription_sent() -> None:
    schema = graphql.build_schema("type Query { a: Event } type Subscription { a: Event } type Event { b: Int }")

    async def events(*_: Any) -> AsyncIterator[dict[str, Any]]:
        for number in range(100):
            yield {"a": {"b": number}}

    assert schema.subscription_type is not None
    schema.subscription_type.fields["a"].subscribe = events
    document = graphql.parse("subscription { a { b } }")
    results = graphql.subscribe(schema, document, executor_class=Execution)
    assert isinstance(results, AsyncIterator)
    kept = []
    async for result in results:
        if result.data in ({"a": {"b": 1}}, {"a": {"b": 99}}):
            kept.append(collected())
    assert kept[0] == kept[1]


def collected() -> int:
    """How many selections are known that belong to what was run."""
    gc.collect()
    return sum(type(each).__name__ == "CollectedFields" for each in gc.get_objects())


async def test_a_viewer_may_watch_so_much_and_no_more(own_hangzhou: str) -> None:
    with served(DATABASE_URL=own_hangzhou, SUBSCRIPTIONS="2") as (address, _):
        async with watching(address) as watched:
            numbers = [await watched.start(CHANGED) for _ in range(3)]
            message = await watched.next()
            refused = [error["extensions"]["code"] for error in message["payload"]["errors"]]
            assert (message["id"], refused) == (numbers[2], ["TOO_MANY_SUBSCRIPTIONS"])
            assert await watched.next() == {"id": numbers[2], "type": "complete"}
            await watched.socket.send(json.dumps({"id": numbers[0], "type": "complete"}))
            assert await accepted_soon(watched)


async def accepted_soon(watched: Watching) -> bool:
    """Whether one more subscription is taken once there is room, which the server learns of a moment later."""
    for _ in range(40):
        await watched.start(CHANGED)
        try:
            async with asyncio.timeout(0.5):
                await watched.socket.recv()
        except TimeoutError:
            return True
        await watched.next()
    return False
