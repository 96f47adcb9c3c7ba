"""One run: the servers are asked to agree, warmed up, and measured in turn, query by query and round by round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import quantiles

import asyncpg
import orjson

from bench.answers import require_same
from bench.cases import Case, Subject, body, request
from bench.client import Load, Sizes, ask, load, request_bytes
from bench.report import CONNECTIONS, Cell
from bench.servers import Running

# How far down the deep page lies, in pages of the list.
DEEP = 200
# So many subjects of each query, spread over all of them, are asked of all servers before anything is measured.
COMPARED = 20
# With one client: so many requests, or as many as this many seconds allow.
REQUESTS, ALONE = 200, 1.0
# With all connections, and to warm up, in seconds.
TOGETHER, WARMING = 2.0, 0.7
# Answers that take longer than this many seconds are too slow to warm up with all connections, and to be measured with
# them in more than one round.
SLOW = 0.5


@dataclass
class Run:
    """The measured queries on the servers that run, and what is known of them so far."""

    cases: Sequence[Case]
    servers: Sequence[Running]
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.cells = {(case.name, each.server.name): Cell() for case in self.cases for each in self._asked(case)}
        self.warnings: list[str] = []
        self._requests: dict[tuple[str, str], Sequence[bytes]] = {}
        self._sizes = {each.server.name: Sizes() for each in self.servers}

    def _asked(self, case: Case, servers: Sequence[Running] | None = None) -> list[Running]:
        """The servers that can answer a query."""
        return [each for each in servers or self.servers if each.server.name not in case.without]

    async def prepare(self, connection: asyncpg.Connection) -> None:
        """Make the requests, and see to it that all servers give the same answers to them."""
        for case in self.cases:
            subjects = await case.subjects(connection)
            for each in self._asked(case):
                variables = await self._variables(case, subjects, each)
                made = [request(each.server.dialect, each.port, case.name, given) for given in variables]
                self._requests[case.name, each.server.name] = made
                if each.server.name in ("compiled", "batched"):
                    await self._check_way(case, variables[0], each)
            await self._compare(case)

    async def _variables(self, case: Case, subjects: Sequence[Subject], each: Running) -> list[Subject]:
        dialect = each.server.dialect
        if not case.is_deep:
            return [case.variables[dialect](subject) for subject in subjects]
        page = "first-page"
        given: Subject = {}
        for _ in range(DEEP):
            answer = orjson.loads(await ask(each.port, request(dialect, each.port, page, given)))
            page, given = case.name, {"after": answer["data"]["events"]["pageInfo"]["endCursor"]}
        return [given]

    async def _check_way(self, case: Case, variables: Subject, each: Running) -> None:
        asked = body(each.server.dialect, case.name, variables, extensions={"execution": True})
        answer = orjson.loads(await ask(each.port, request_bytes(f"http://127.0.0.1:{each.port}/graphql", asked)))
        way = answer.get("extensions", {}).get("execution", {}).get("way")
        if way != each.server.name:
            said = "does not say how it runs" if way is None else f"runs the {way} way"
            self.warnings.append(f"{case.name}: the server called {each.server.name} {said}.")

    async def _compare(self, case: Case) -> None:
        servers = self._asked(case)
        first = servers[0]
        count = len(self._requests[case.name, first.server.name])
        for place in islice(range(0, count, max(count // COMPARED, 1)), COMPARED):
            answers = [await ask(each.port, self._requests[case.name, each.server.name][place]) for each in servers]
            for each, answer in zip(servers, answers, strict=True):
                cell = self.cells[case.name, each.server.name]
                cell.size = cell.size or len(answer)
                require_same(
                    f"{case.name}, subject {place}",
                    (first.server.name, answers[0]),
                    (each.server.name, answer),
                    same_shape=each.server.dialect != "postgraphile" and first.server.dialect != "postgraphile",
                )
        self.say(f"{case.name}: all servers say the same")

    async def warm_up(self) -> None:
        """Let plans be made, caches fill and code be compiled."""
        for case in self.cases:
            for each in self._asked(case):
                alone = await self._load(case, each, connections=1, seconds=WARMING, most=3)
                connections = CONNECTIONS if max(alone.durations) < SLOW else 2
                await self._load(case, each, connections=connections, seconds=WARMING)
        self.say("All servers are warm")

    async def measure(self, number: int) -> None:
        """One round; the order of the servers moves on with each."""
        shift = number % len(self.servers)
        for case in self.cases:
            for each in self._asked(case, (*self.servers[shift:], *self.servers[:shift])):
                await self._measure(case, each)
            self.say(f"round {number + 1}: {case.name}")

    async def _measure(self, case: Case, each: Running) -> None:
        cell = self.cells[case.name, each.server.name]
        alone = await self._load(case, each, connections=1, seconds=ALONE, most=REQUESTS)
        cuts = (
            quantiles(alone.durations, n=20, method="inclusive") if len(alone.durations) > 1 else alone.durations * 19
        )
        cell.medians.append(cuts[9])
        cell.p95s.append(cuts[18])
        if cell.rates and cell.time > SLOW:
            return
        used = each.cpu_seconds()
        together = await self._load(case, each, connections=CONNECTIONS, seconds=TOGETHER)
        cell.rates.append(len(together.durations) / together.elapsed)
        cell.refused += together.refused
        cell.answered += len(together.durations)
        cell.client_cpus.append(together.own_cpu)
        cell.server_cpus.append((each.cpu_seconds() - used) / together.elapsed)

    async def _load(
        self, case: Case, each: Running, *, connections: int, seconds: float, most: int | None = None
    ) -> Load:
        requests = self._requests[case.name, each.server.name]
        sizes = self._sizes[each.server.name]
        return await load(each.port, requests, sizes, connections=connections, seconds=seconds, most=most)
