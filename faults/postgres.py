"""A PostgreSQL that may be stopped, killed and filled up: a server of its own in a folder of its own."""

import signal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil

from db import access, embedded
from db.enums import ViewerKind
from db.loading import load
from db.migrate import migrate
from db.preparing import HANGZHOU

TEMPLATE = "network"


class Postgres:
    """The server of a folder, with a database of Hangzhou's facts that others are copied from."""

    def __init__(self, folder: Path, **settings: str | int) -> None:
        self.folder = folder
        # A process that is killed loses nothing that the kernel has; only a machine that goes down does.
        self._settings: dict[str, Any] = {"fsync": "off", "max_connections": 60, **settings}
        self.key = ""

    def start(self) -> str:
        """Start it unless it runs; gives the address of its own database."""
        return embedded.start(self.folder, **self._settings)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server: SIGQUIT drops all connections at once, and what they did is recovered later."""
        process = self.process()
        if process is not None:
            process.send_signal(number)

    def process(self) -> psutil.Process | None:
        """The running server."""
        return embedded.Cluster(self.folder).server()

    @property
    def socket(self) -> str:
        """Where it listens."""
        (folder,) = parse_qs(urlsplit(self.start()).query)["host"]
        return f"{folder}/.s.PGSQL.5432"

    def dsn(self, name: str) -> str:
        """The address of a database."""
        return urlsplit(self.start())._replace(path=f"/{name}").geturl()

    async def fill(self) -> None:
        """Make the database that others are copied from, and a key that may write in all of it."""
        await run(self.start(), f"CREATE DATABASE {TEMPLATE}")
        await migrate(self.dsn(TEMPLATE))
        connection = await asyncpg.connect(self.dsn(TEMPLATE))
        try:
            await load(connection, HANGZHOU)
            self.key = await access.issue(
                connection, "杭州市政协", access.Terms(ViewerKind.CITY_STAFF, ["3301"], may_write=True)
            )
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    async def copy(self, name: str) -> str:
        """The address of a new database like that one."""
        await run(self.start(), f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.dsn(name)

    async def drop(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        await run(self.start(), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def run(dsn: str, *statements: str) -> Any:
    """The value that the last statement gives."""
    connection = await asyncpg.connect(dsn, server_settings={"default_transaction_read_only": "off"})
    try:
        return [await connection.fetchval(statement) for statement in statements][-1]
    finally:
        await connection.close()
