"""One fault under load: a database and a server of its own, what was seen, and which promises were broken."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import asyncpg

from faults.checks import BUSY, broken_following, broken_promises
from faults.load import Load, until
from faults.postgres import Postgres, run
from faults.proxy import Proxy
from faults.serving import SERVE, Serving, served

# What a client may see while the database is away: that it is, and when to come back.
AWAY = frozenset({"200", "503 UNAVAILABLE"})
ALWAYS = frozenset({"200"})
# What it may see while the server itself is.
GONE = AWAY | {"no connection"}
# In how many seconds all has to be as before once the fault is over, on a machine that may be busy.
RECOVERY = 15.0


@dataclass
class Finding:
    """What a fault did: what clients saw, what else is worth telling, and which promises were broken."""

    reads: str = ""
    writes: str = ""
    outage: str = ""
    recovery: str = ""
    kept: str = ""
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    # Why it could not be tried here.
    skipped: str = ""


class Trial:
    """A fault that is being tried."""

    def __init__(self, dsn: str, postgres: Postgres, serving: Serving, load: Load, proxy: Proxy | None) -> None:
        self.dsn = dsn
        self.postgres = postgres
        self.serving = serving
        self.load = load
        self.finding = Finding()
        self._proxy = proxy
        self._over: float | None = None

    @property
    def proxy(self) -> Proxy:
        """What the server reaches its database through."""
        assert self._proxy is not None  # noqa: S101  (asked for with `by_proxy`)
        return self._proxy

    def note(self, sentence: str) -> None:
        """Something worth telling."""
        self.finding.notes.append(sentence)

    def promise(self, holds: object, otherwise: str) -> None:
        """Something that has to hold, and what is said when it does not."""
        if not holds:
            self.finding.broken.append(otherwise)

    def over(self) -> None:
        """The fault has ended; from now on everything has to recover."""
        self._over = monotonic()

    async def sql(self, *statements: str) -> object:
        """The value that the last statement gives, run beside the server."""
        return await run(self.dsn, *statements)

    def tell(self, reads: frozenset[str], writes: frozenset[str]) -> None:
        """Sum up what clients saw, which may be only these outcomes."""
        tally, found = self.load.tally, self.finding
        seen = {"reads": tally.of("compiled", "batched"), "writes": tally.of("write")}
        found.reads, found.writes = (
            ", ".join(f"{outcome}: {count}" for outcome, count in sorted(each.items())) for each in seen.values()
        )
        for what, allowed in (("reads", reads), ("writes", writes)):
            if others := seen[what].keys() - allowed:
                found.broken.append(f"{what} were answered with {', '.join(sorted(others))}")
        found.outage = " / ".join(f"{tally.longest_gap(what):.1f}" for what in ("read", "write"))
        if self._over is not None:
            after = [tally.first_after(what, self._over) for what in ("read", "write")]
            found.recovery = " / ".join("never" if each is None else f"{each:.1f}" for each in after)
            self.promise(
                all(each is not None and each <= RECOVERY for each in after), f"it took {found.recovery} s to recover"
            )

    async def verify(self) -> None:
        """Compare the database with what writers were told."""
        load, found = self.load, self.finding
        acknowledged = {each.title: each.cursor for each in load.acknowledged}
        connection = await asyncpg.connect(self.dsn)
        try:
            found.broken += await broken_promises(connection, load.mark, acknowledged, load.sent)
            newest = await connection.fetchval("SELECT position FROM change_head")
            found.broken += broken_following(load.followed, newest)
            is_idle = await until(lambda: _is_idle(connection))
        finally:
            await connection.close()
        self.promise(is_idle, "a connection of the server's is not idle although nobody asks for anything")
        self.promise(len(acknowledged) == len(load.sent), f"{len(load.sent) - len(acknowledged)} writes never ended")
        found.kept = f"{len(acknowledged)} of {len(load.sent)}"
        if load.repeated:
            found.kept += f", {load.repeated} sent again"
        if errors := self.serving.errors():
            found.broken.append(f"{len(errors)} errors are in the log, such as: {errors[0]}")


@dataclass(frozen=True)
class Fault:
    """A fault: what it is called, what is done, what clients may see, and what does it."""

    name: str
    what: str
    strike: Callable[[Trial], Awaitable[None]]
    reads: frozenset[str] = AWAY
    writes: frozenset[str] = AWAY
    settings: tuple[tuple[str, str], ...] = ()
    command: tuple[str, ...] = SERVE
    by_proxy: bool = False
    # A tablespace cannot do what a disk does, so this one has a server whose whole folder is on a small one.
    on_small_disk: bool = False


@asynccontextmanager
async def trial(fault: Fault, postgres: Postgres, logs: Path) -> AsyncIterator[Trial]:
    """A fault's own database and server, with the load already running on it; it has ended afterwards."""
    name = re.sub("[^a-z]+", "_", fault.name.lower())
    dsn = await postgres.copy(name)
    proxy = Proxy(postgres.socket)
    try:
        async with proxy.running():
            address = proxy.dsn(dsn) if fault.by_proxy else dsn
            settings = {"DATABASE_URL": address, "LOG_LEVEL": "warning", **dict(fault.settings)}
            async with served(logs / f"{name}.log", fault.command, **settings) as serving:
                load = Load(serving.address, postgres.key)
                tried = Trial(dsn, postgres, serving, load, proxy if fault.by_proxy else None)
                async with load.running():
                    await load.more()
                    yield tried
                    await load.more()
                tried.tell(fault.reads, fault.writes)
                await tried.verify()
    finally:
        await postgres.drop(name)


async def tried(fault: Fault, postgres: Postgres, logs: Path) -> Finding:
    """What a fault does."""
    async with trial(fault, postgres, logs) as found:
        await fault.strike(found)
    return found.finding


async def _is_idle(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval(BUSY) == 0)
