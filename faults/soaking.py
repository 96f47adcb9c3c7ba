"""A long mixed load on one server: whether its memory stays flat, its connections come back, and nothing is missed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median
from time import monotonic
from typing import Any

import asyncpg
import httpx
import orjson

from faults.checks import BUSY, broken_following, broken_promises
from faults.load import AGAIN, CHANGED, ROLLUP, Load, until
from faults.postgres import Postgres, run
from faults.serving import SERVE, served

# How much more memory the server may have in the end than after its warm-up, however long it ran.
GROWTH_MB = 16.0
# Which part of the time it takes to warm up at most, and how many seconds.
WARM_SHARE, WARM_SECONDS = 0.4, 120.0
POOL_SIZE = 10
# Those that read, those that write, and the one that listens.
MOST_CONNECTIONS = 2 * POOL_SIZE + 1
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'yizhan%' AND datname = $1"
# After how many changes those who follow by events go and come back, as clients do.
STAY = 100


@dataclass
class Soaked:
    """What a soak measured, and which promises were broken."""

    seconds: float
    outcomes: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    followed: dict[str, int] = field(default_factory=dict)
    # Seconds since the beginning, and megabytes.
    memory: list[tuple[float, float]] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def warm(self) -> list[tuple[float, float]]:
        """The memory after the warm-up."""
        begin = min(WARM_SHARE * self.seconds, WARM_SECONDS)
        return [(moment, size) for moment, size in self.memory if moment >= begin]

    @property
    def growth(self) -> float:
        """How many megabytes more it had in the last quarter after its warm-up than in the first, at the median."""
        sizes = [size for _, size in self.warm]
        quarter = max(1, len(sizes) // 4)
        return median(sizes[-quarter:]) - median(sizes[:quarter])

    @property
    def slope(self) -> float:
        """By how many megabytes an hour it grew after its warm-up, at the line that fits best."""
        return 3600 * linear_regression(*zip(*self.warm, strict=True)).slope

    def text(self) -> str:
        """It, to be read."""
        sizes = [size for _, size in self.warm]
        told = ", ".join(f"{outcome}: {count}" for outcome, count in sorted(self.outcomes.items()))
        follow = ", ".join(f"{count} by {way}" for way, count in self.followed.items())
        lines = [
            f"{self.seconds:.0f} s of mixed load on one server",
            f"answers           {told}",
            f"writes            {self.writes} acknowledged, each there once",
            f"changes followed  {follow}",
            f"memory            {sizes[0]:.1f} MB after the warm-up, {sizes[-1]:.1f} MB in the end, at most"
            f" {max(sizes):.1f} MB",
            f"growth            {self.growth:+.1f} MB from the first to the last quarter, may be {GROWTH_MB:+.0f};"
            f" {self.slope:+.1f} MB/h at the line that fits best",
            f"connections       at most {max(self.connections)} to PostgreSQL, may be {MOST_CONNECTIONS}",
            *(f"BROKEN            {each}" for each in self.broken),
            "everything held" if not self.broken else f"{len(self.broken)} promises were broken",
        ]
        return "\n".join(lines)


async def soaked(postgres: Postgres, seconds: float, logs: Path) -> Soaked:
    """What comes of so many seconds of load on a database and a server of their own."""
    name = "soak"
    dsn = await postgres.copy(name)
    settings = {"DATABASE_URL": dsn, "LOG_LEVEL": "warning", "METRICS": "1", "POOL_SIZE": str(POOL_SIZE)}
    found = Soaked(seconds)
    try:
        async with served(logs / "soak.log", SERVE, **settings) as serving:
            load = Load(serving.address, postgres.key, most_writes=round(100 * seconds) + 1000)
            events: list[int] = []
            rollups: list[int] = []
            async with (
                load.running(),
                _watching(load, CHANGED, events),
                _watching(load, ROLLUP_CHANGED, rollups),
            ):
                await _measure(found, postgres, serving.process, name)
                newest = int(str(await run(dsn, "SELECT position FROM change_head")))
                await until(lambda: bool(events) and events[-1] >= newest)
            found.outcomes = dict(load.tally.of("compiled", "batched", "write"))
            found.writes = len(load.acknowledged)
            found.followed = {"WebSocket": len(load.followed), "server-sent events": len(events)}
            found.followed["rollups"] = len(rollups)
            await _verify(found, dsn, load, events)
            if others := found.outcomes.keys() - {"200"}:
                found.broken.append(f"requests were answered with {', '.join(sorted(others))}")
            if not rollups:
                found.broken.append("no rollup was told")
            if errors := serving.errors():
                found.broken.append(f"{len(errors)} errors are in the log, such as: {errors[0]}")
            found.broken += await _left_in_pools(serving.address)
    finally:
        await postgres.drop(name)
    if found.growth > GROWTH_MB:
        found.broken.append(f"memory grew by {found.growth:.1f} MB")
    if max(found.connections) > MOST_CONNECTIONS:
        found.broken.append(f"there were {max(found.connections)} connections")
    return found


ROLLUP_CHANGED = f"subscription {ROLLUP.replace('rollup(', 'rollupChanged(', 1)}"


async def _measure(found: Soaked, postgres: Postgres, process: Any, name: str) -> None:
    """Look at the server once a second."""
    looker = await asyncpg.connect(postgres.start())
    began = monotonic()
    try:
        while (passed := monotonic() - began) < found.seconds:
            found.memory.append((passed, process.memory_info().rss / 2**20))
            found.connections.append(await looker.fetchval(CONNECTIONS, name))
            await asyncio.sleep(1)
    finally:
        await looker.close()


@asynccontextmanager
async def _watching(load: Load, query: str, seen: list[int]) -> AsyncIterator[None]:
    """Follow by server-sent events meanwhile; `seen` gets each cursor, or a count where there is none."""
    task = asyncio.create_task(_follow_events(load, query, seen))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow_events(load: Load, query: str, seen: list[int]) -> None:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {load.key}"}
    async with httpx.AsyncClient(base_url=load.address, timeout=None, headers=headers, trust_env=False) as client:  # noqa: S113  (events may be far apart)
        while True:
            variables = {"since": str(seen[-1] if seen else 0)} if query == CHANGED else {}
            body = {"query": query, "variables": variables}
            with suppress(httpx.TransportError):
                async with client.stream("POST", "/graphql", json=body) as answer:
                    until_now = len(seen)
                    async for line in answer.aiter_lines():
                        data = orjson.loads(line[5:]) if line.startswith("data: {") else {}
                        if not data.get("data"):
                            continue
                        changed = data["data"].get("changed")
                        seen.append(int(changed["cursor"]) if changed else len(seen))
                        if len(seen) - until_now >= STAY:
                            break
            await asyncio.sleep(AGAIN)


async def _verify(found: Soaked, dsn: str, load: Load, events: list[int]) -> None:
    """Compare the database with what its clients were told."""
    connection = await asyncpg.connect(dsn)
    try:
        acknowledged = {each.title: each.cursor for each in load.acknowledged}
        found.broken += await broken_promises(connection, load.mark, acknowledged, load.sent)
        newest = await connection.fetchval("SELECT position FROM change_head")
        found.broken += broken_following(load.followed, newest)
        # These stopped following before the last writers did.
        found.broken += broken_following(events, 0)

        async def is_idle() -> bool:
            return bool(await connection.fetchval(BUSY) == 0)

        if not await until(is_idle):
            found.broken.append("a connection is at work although nobody asks for anything")
    finally:
        await connection.close()


async def _left_in_pools(address: str) -> list[str]:
    """What is not back although nobody asks for anything any more, as the server itself tells it."""
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:

        async def is_back() -> bool:
            lines = (await client.get("/metrics")).text.splitlines()
            told = dict(line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
            pools = [
                float(told[f'yizhan_pool_connections{{pool="{pool}",state="used"}}'])
                + float(told[f'yizhan_pool_waiting{{pool="{pool}"}}'])
                for pool in ("read", "write")
            ]
            return sum(pools) + float(told["yizhan_subscriptions"]) == 0

        return [] if await until(is_back) else ["a connection or a subscription is still held"]
