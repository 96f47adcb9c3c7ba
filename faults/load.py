"""A mixed load on a server: readers both ways, writers that repeat what was not acknowledged, and a follower.

It is bounded: so many clients, each with a pause after each request, and a limit to what they write.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

READERS, WRITERS = 4, 4
PAUSE = 0.02
# How long a writer waits before it sends again what was not acknowledged, and a follower before it comes back.
AGAIN = 0.25
# More than a server takes to give an operation up.
CLIENT_TIMEOUT = 40
MOST_WRITES = 3_000

COMPILED = """{ area(code: "330109") { name platforms(first: 5) { totalCount nodes { name events(first: 2) {
  nodes { title } } } } } }"""
# What asks for the schema too is run by the batched way.
BATCHED = """{ __type(name: "Area") { name } platforms(first: 3) { totalCount nodes { name area { name } } } }"""
ROLLUP = "{ rollup(of: RESULTS, by: [], measures: [COUNT], where: {}) { total { values { value } } } }"
READS = {"compiled": COMPILED, "batched": BATCHED}
RAISE = """mutation ($input: RaiseRecommendationInput!) { raiseRecommendation(input: $input) {
  __typename ... on RaiseRecommendationPayload { cursor recommendation { title } } } }"""
PLAN = """mutation ($input: PlanEventInput!) { planEvent(input: $input) {
  __typename ... on PlanEventPayload { cursor event { title } } } }"""
CHANGED = "subscription ($since: String) { changed(since: $since) { cursor } }"
ORGANIZER = '{ organizations(where: {district: ["330114"], kind: [CPPCC_COMMITTEE]}) { nodes { id } } }'
# The status on which clients retry, and what every such answer must say.
AWAY = 503


@dataclass
class Tally:
    """What clients saw: outcomes by kind of request, and when which of them were answered as they should be."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: dict[str, list[float]] = field(default_factory=lambda: {"read": [], "write": []})
    slowest: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, outcome: str, began: float) -> None:
        """One answer, or none."""
        now = monotonic()
        self.outcomes[kind, outcome] += 1
        self.slowest[outcome] = max(self.slowest[outcome], round((now - began) * 1000))
        if outcome == "200":
            self.answered["write" if kind == "write" else "read"].append(now)

    def of(self, *kinds: str) -> Counter[str]:
        """How often which outcome came of these kinds."""
        found: Counter[str] = Counter()
        for (kind, outcome), count in self.outcomes.items():
            if kind in kinds:
                found[outcome] += count
        return found

    def longest_gap(self, what: str) -> float:
        """The longest time in seconds in which nothing of the kind was answered."""
        times = self.answered[what]
        return max((later - earlier for earlier, later in pairwise(times)), default=0.0)

    def first_after(self, what: str, moment: float) -> float | None:
        """How many seconds after a moment the first of the kind was answered."""
        return next((time - moment for time in self.answered[what] if time >= moment), None)


@dataclass(frozen=True)
class Acknowledged:
    """A write whose answer came: its title, and its cursor in the change log."""

    title: str
    cursor: str


class Load:
    """Clients of one server."""

    def __init__(self, address: str, key: str, most_writes: int = MOST_WRITES) -> None:
        self.address = address
        self.key = key
        self._most_writes = most_writes
        self.tally = Tally()
        self.acknowledged: list[Acknowledged] = []
        # The titles of what was sent at least once, and how often something was sent again.
        self.sent: set[str] = set()
        self.repeated = 0
        # The cursors that the follower was told, in the order in which they came, and how often it came back.
        self.followed: list[int] = []
        self.reconnected = 0
        self.mark = uuid4().hex[:8]
        self._ending = asyncio.Event()
        self._organizer = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Load"]:
        """While it lasts, clients read and write; afterwards everything that was sent was acknowledged or given up."""
        async with self._client() as client:
            answer = await client.post("/graphql", json={"query": ORGANIZER})
            self._organizer = answer.json()["data"]["organizations"]["nodes"][0]["id"]
        following = asyncio.create_task(self._follow())
        clients = [asyncio.create_task(self._read(number)) for number in range(READERS)]
        clients += [asyncio.create_task(self._write(number)) for number in range(WRITERS)]
        try:
            yield self
            self._ending.set()
            async with asyncio.timeout(2 * CLIENT_TIMEOUT):
                await asyncio.gather(*clients)
            newest = max((int(each.cursor) for each in self.acknowledged), default=0)
            with suppress(TimeoutError):
                async with asyncio.timeout(30):
                    while not self.followed or self.followed[-1] < newest:  # noqa: ASYNC110  (no event tells)
                        await asyncio.sleep(0.05)
        finally:
            for task in (*clients, following):
                task.cancel()
            await asyncio.gather(*clients, following, return_exceptions=True)

    async def more(self, count: int = 20, seconds: float = 90) -> None:
        """Wait until so many more reads and so many more writes were answered."""
        wanted = {what: len(times) + count for what, times in self.tally.answered.items()}
        async with asyncio.timeout(seconds):
            while any(len(self.tally.answered[what]) < number for what, number in wanted.items()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def acknowledge(self, title: str, cursor: str) -> None:
        """A write was answered: it has to be there from now on."""
        self.acknowledged.append(Acknowledged(title, cursor))

    def _client(self) -> httpx.AsyncClient:
        headers = {"accept": "application/graphql-response+json", "authorization": f"Bearer {self.key}"}
        return httpx.AsyncClient(base_url=self.address, timeout=CLIENT_TIMEOUT, headers=headers, trust_env=False)

    async def ask(self, client: httpx.AsyncClient, kind: str, query: str, **variables: Any) -> Any:
        """The data of one request, null when there are none; what came of it is counted."""
        began = monotonic()
        try:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
            outcome, data = outcome_of(answer)
        except httpx.TimeoutException:
            outcome, data = f"nothing in {CLIENT_TIMEOUT} s", None
        except httpx.TransportError:
            outcome, data = "no connection", None
        self.tally.note(kind, outcome, began)
        return data if outcome == "200" else None

    async def _read(self, number: int) -> None:
        kinds = list(READS)
        async with self._client() as client:
            while not self._ending.is_set():
                kind = kinds[number % len(kinds)]
                data = await self.ask(client, kind, READS[kind])
                number += 1
                await asyncio.sleep(PAUSE if data else AGAIN)

    async def _write(self, number: int) -> None:
        async with self._client() as client:
            for count in range(self._most_writes // WRITERS):
                if self._ending.is_set():
                    return
                await self._write_until_acknowledged(client, f"{self.mark} {number}/{count}", is_event=count % 2 == 1)
                await asyncio.sleep(PAUSE)

    async def _write_until_acknowledged(self, client: httpx.AsyncClient, title: str, *, is_event: bool) -> None:
        given: dict[str, Any] = {"title": title, "idempotencyKey": title, "isSample": True}
        name, query = "raiseRecommendation", RAISE
        if is_event:
            name, query = "planEvent", PLAN
            given |= {"kind": "SALON", "startsAt": "2026-02-01T01:00:00Z"}
            given["organizers"] = [{"organization": self._organizer}]
        else:
            given["district"] = "330114"
        deadline, is_again = monotonic() + CLIENT_TIMEOUT, False
        while monotonic() < deadline or not self._ending.is_set():
            self.sent.add(title)
            self.repeated += is_again
            data = await self.ask(client, "write", query, input=given)
            if data is not None:
                self.acknowledge(title, data[name]["cursor"])
                return
            is_again = True
            await asyncio.sleep(AGAIN)

    async def _follow(self) -> None:
        """Follow the change log, and come back with the last cursor whenever the connection is lost."""
        url = f"{self.address.replace('http', 'ws', 1)}/graphql"
        hello = {"type": "connection_init", "payload": {"authorization": f"Bearer {self.key}"}}
        while True:
            variables = {"since": str(self.followed[-1] if self.followed else 0)}
            begin = {"id": "1", "type": "subscribe", "payload": {"query": CHANGED, "variables": variables}}
            with suppress(OSError, WebSocketException, TimeoutError):
                async with connect(url, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
                    await socket.send(orjson.dumps(hello).decode())
                    await socket.send(orjson.dumps(begin).decode())
                    async for text in socket:
                        message = orjson.loads(text)
                        if message["type"] == "next" and "errors" not in message["payload"]:
                            self.followed.append(int(message["payload"]["data"]["changed"]["cursor"]))
                        elif message["type"] in ("next", "error", "complete"):
                            break
            self.reconnected += 1
            await asyncio.sleep(AGAIN)


def outcome_of(answer: httpx.Response) -> tuple[str, Any]:
    """An answer's status and code, with what an answer lacks that tells to come back; and its data."""
    try:
        body = answer.json()
    except orjson.JSONDecodeError:
        return f"{answer.status_code} without JSON", None
    errors = body.get("errors")
    if not errors:
        return str(answer.status_code), body["data"]
    outcome = f"{answer.status_code} {errors[0].get('extensions', {}).get('code')}"
    if answer.status_code == AWAY and "retry-after" not in answer.headers:
        outcome += " without retry-after"
    return outcome, body.get("data")


async def until(holds: Callable[[], Any], seconds: float = 30) -> bool:
    """Whether something comes to hold within so many seconds; it is asked again and again."""
    deadline = monotonic() + seconds
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return True
        if monotonic() > deadline:
            return False
        await asyncio.sleep(0.05)
