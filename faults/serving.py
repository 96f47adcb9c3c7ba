"""A server's process: started on a port of its own, killed, told to end, started again on the same one."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import psutil

from bench.surroundings import ROOT, free_port
from settings import Settings

SERVE = ("server.py", "serve")
# How many seconds a server may take to start; machines on which this runs may be busy.
STARTING = 90


class NotServing(Exception):
    """The server did not start; the message has the end of its log."""


class Serving:
    """A server on a database; `log` is the file that its lines go to."""

    def __init__(self, log: Path, command: tuple[str, ...] = SERVE, **settings: str) -> None:
        self.log = log
        self._command = (sys.executable, *command)
        self._settings = {"HOST": "127.0.0.1", "PORT": str(free_port()), "LOG_FORMAT": "json", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._settings['PORT']}"

    @property
    def process(self) -> psutil.Process:
        """The process, while there is one."""
        assert self._process is not None  # noqa: S101  (nobody asks before the start)
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        ours = {name.upper() for name in Settings.model_fields}
        others = {name: value for name, value in os.environ.items() if name not in ours}
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603  (this program itself)
                self._command,
                cwd=ROOT,
                env=others | self._settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=output,
            )
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", int(self._settings["PORT"])), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        said = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
        self.kill()
        raise NotServing(f"The server did not start within {STARTING} seconds.\n{said}")

    def kill(self) -> None:
        """End it with no warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self, seconds: float) -> int | None:
        """Tell it to end, and give its status; null when it did not within so many seconds."""
        assert self._process is not None  # noqa: S101
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None  # noqa: S101
        self._process.send_signal(number)

    def errors(self) -> list[str]:
        """What it logged as an error: what it did not expect."""
        found = []
        for line in self.log.read_bytes().splitlines():
            try:
                said = orjson.loads(line)
            except orjson.JSONDecodeError:
                # Not a line of the log but what Python prints when nobody catches an error.
                found.append(line.decode(errors="replace"))
                continue
            if said.get("level") in ("error", "critical"):
                found.append(f"{said.get('event')} {str(said.get('exception', ''))[-400:]}")
        return found


@asynccontextmanager
async def served(log: Path, command: tuple[str, ...] = SERVE, **settings: str) -> AsyncIterator[Serving]:
    """A server, ended afterwards."""
    serving = Serving(log, command, **settings)
    try:
        # What it connects to may run in this process.
        await asyncio.to_thread(serving.start)
        yield serving
    finally:
        serving.kill()
