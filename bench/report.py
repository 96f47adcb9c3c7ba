"""What was measured, as the page that `bench/RESULTS.md` is: every number in it comes from one run."""

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf
from pathlib import Path
from statistics import median
from typing import Literal

import orjson
import psutil

from bench.cases import Case
from bench.servers import POSTGRAPHILE, Server, node
from bench.surroundings import commit, said

CONNECTIONS = 16
PACKAGES = ("strawberry-graphql", "graphql-core", "starlette", "sqlalchemy", "asyncpg", "orjson", "uvicorn", "uvloop")


@dataclass
class Cell:
    """One query on one server; each list has a value for each round, those of `rates` only where it was measured."""

    size: int = 0
    """Of the first answer, in bytes."""
    medians: list[float] = field(default_factory=list)
    """With one client, in seconds."""
    p95s: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    """Answers per second with 16 connections, errors not counted."""
    answered: int = 0
    refused: int = 0
    """How many requests were answered with an error, of those with 16 connections."""
    client_cpus: list[float] = field(default_factory=list)
    """What the load generator used of one core with 16 connections."""
    server_cpus: list[float] = field(default_factory=list)

    @property
    def time(self) -> float:
        """The typical time of an answer, in seconds."""
        return median(self.medians)

    @property
    def rate(self) -> float:
        """The typical throughput, in answers per second."""
        return median(self.rates)


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """How many times as large one is as the other: the median of the rounds, each compared within itself.

    What is too slow to be measured in every round is compared in those in which it was, the first ones.
    """
    return median(a / b if b else inf for a, b in zip(over, under, strict=False))


Key = tuple[str, str]
"""A query and a server."""
Cells = Mapping[Key, Cell]


@dataclass(frozen=True)
class Target:
    """A bound on how many times as large something is for one query and server as for another."""

    what: str
    over: Key
    under: Key
    of: Literal["rates", "medians"]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def wanted(self) -> str:
        """The bound in words."""
        return f"at most {self.at_most:g}" if self.at_least is None else f"at least {self.at_least:g}"

    def measured(self, cells: Cells) -> float | None:
        """How many times as large it is; null when one of the two was left out."""
        if self.over not in cells or self.under not in cells:
            return None
        return ratio(getattr(cells[self.over], self.of), getattr(cells[self.under], self.of))

    def is_met(self, found: float) -> bool:
        """Whether what was measured is within the bound."""
        return (self.at_least is None or found >= self.at_least) and (self.at_most is None or found <= self.at_most)


def _targets(name: str) -> tuple[Target, ...]:
    ours, others = (name, "compiled"), {server: (name, server) for server in ("postgraphile", "handwritten", "plain")}
    return (
        Target(f"{name}: throughput against PostGraphile", ours, others["postgraphile"], "rates", at_least=2),
        Target(f"{name}: time against the written statement", ours, others["handwritten"], "medians", at_most=1.35),
        Target(f"{name}: throughput against plain Strawberry", ours, others["plain"], "rates", at_least=12),
    )


ROLLUPS = ("rollup-districts", "rollup-months", "rollup-funnel", "rollup-departments", "rollup-townships")
TARGETS = (
    *_targets("small"),
    *_targets("medium"),
    *_targets("large"),
    *(target for name in ROLLUPS for target in _targets(name)),
    Target(
        "deep-page: time against first-page",
        ("deep-page", "compiled"),
        ("first-page", "compiled"),
        "medians",
        at_most=1.2,
    ),
)


@dataclass(frozen=True)
class Report:
    """A run: what was asked of whom, what came of it, and what its reader should be warned of."""

    cases: Sequence[Case]
    servers: Sequence[Server]
    cells: Cells
    rounds: int
    postgresql: str
    began: datetime
    warnings: Sequence[str]

    def markdown(self) -> str:
        """The whole page."""
        parts = [
            ["# Results of `make bench`", "", "Written by the bench; what it means is in [README.md](README.md)."],
            *([f"**Warning:** {warning}"] for warning in self.warnings),
            [*self._circumstances()],
            ["## Targets", "", *self._targets()],
            ["## Measurements", "", *self._explanation(), "", *self._measurements()],
            ["## Load", "", *self._load()],
        ]
        return "\n\n".join("\n".join(part) for part in parts) + "\n"

    def _circumstances(self) -> Iterator[str]:
        packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        memory = psutil.virtual_memory().total / 2**30
        took = (datetime.now(UTC) - self.began).total_seconds() / 60
        rounds = "1 round" if self.rounds == 1 else f"{self.rounds} rounds"
        yield f"- Machine: {psutil.cpu_count()} cores of {_cpu()}, {memory:.0f} GiB of memory, {platform.platform()}"
        yield f"- Python {platform.python_version()}, PostgreSQL {self.postgresql}, {packages}"
        yield f"- Node {_node()}, PostGraphile {_postgraphile()}"
        yield f"- Commit {commit('bench/RESULTS.md')}"
        yield (
            f"- {self.began:%Y-%m-%d %H:%M} UTC, {rounds}, {took:.0f} minutes in all; client,"
            " servers and PostgreSQL on the same machine"
        )

    def _targets(self) -> Iterator[str]:
        yield "| the compiled way | wanted | measured | |"
        yield "|---|---|---|---|"
        for target in TARGETS:
            found = target.measured(self.cells)
            if found is not None:
                verdict = "reached" if target.is_met(found) else "**missed**"
                yield f"| {target.what} | {target.wanted} times | {found:.2f} times | {verdict} |"

    def _explanation(self) -> Iterator[str]:
        yield f"The median and p95 are those of one client, the throughput is that of {CONNECTIONS} connections. The"
        yield "ratios compare with the compiled way in the same round: how many times its time an answer takes, and how"
        yield "many times this throughput it has. What was refused was answered with an error, and is not counted."

    def _measurements(self) -> Iterator[str]:
        yield "| query | server | median ms | p95 ms | requests/s | answer kB | time ratio | rate ratio |"
        yield "|---|---|--:|--:|--:|--:|--:|--:|"
        for case in self.cases:
            base = self.cells.get((case.name, "compiled"))
            for server in self.servers:
                if server.name in case.without:
                    continue
                cell = self.cells[case.name, server.name]
                compared = ["", ""]
                if base is not None:
                    compared = [f"{ratio(cell.medians, base.medians):.2f}", f"{ratio(base.rates, cell.rates):.2f}"]
                refused = f", {cell.refused} of {cell.answered + cell.refused} refused" if cell.refused else ""
                yield (
                    f"| {case.name} | {server.name} | {cell.time * 1000:.2f} | {median(cell.p95s) * 1000:.2f} |"
                    f" {cell.rate:,.1f}{refused} | {cell.size / 1000:,.1f} | {compared[0]} | {compared[1]} |"
                )
        yield ""
        yield from (f"- {case.name}: {case.what}" for case in self.cases)
        yield ""
        yield from (f"- {server.name}: {server.what}" for server in self.servers)

    def _load(self) -> Iterator[str]:
        worst, cell = max(self.cells.items(), key=lambda item: max(item[1].client_cpus))
        yield (
            f"The load generator used at most {max(cell.client_cpus):.0%} of one core ({worst[0]} on {worst[1]}). What"
        )
        yield f"servers used of one core with {CONNECTIONS} connections, in brackets what the load generator used:"
        yield ""
        yield f"| query | {' | '.join(server.name for server in self.servers)} |"
        yield f"|---|{'--:|' * len(self.servers)}"
        for case in self.cases:
            found = [self.cells.get((case.name, server.name)) for server in self.servers]
            shares = [
                f"{median(each.server_cpus):.0%} ({median(each.client_cpus):.0%})" if each else "–" for each in found
            ]
            yield f"| {case.name} | {' | '.join(shares)} |"
        yield ""
        yield "A server below 100 % waited: for PostgreSQL, or because the cores were busy with PostgreSQL and the load"
        yield "generator, in which case it could give more answers than the table says."


def _cpu() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _node() -> str:
    return said(node(), "--version").removeprefix("v")


def _postgraphile() -> str:
    package = POSTGRAPHILE / "node_modules" / "postgraphile" / "package.json"
    return str(orjson.loads(package.read_bytes())["version"])
