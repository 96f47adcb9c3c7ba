"""A TCP proxy before PostgreSQL that can lose the answer to a COMMIT: done in the database, and nobody is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

CHUNK = 65_536


class Proxy:
    """Passes bytes on both ways.

    Of the next `to_lose` commits the answer is lost: with it the connection or, when `is_silent`, nothing else, so that
    who waits for it has to notice by itself.
    """

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self.to_lose = 0
        self.is_silent = False
        self.lost = 0
        self.port = 0
        self._passing: set[asyncio.Task[None]] = set()

    def dsn(self, dsn: str) -> str:
        """The address of a database by way of this."""
        parts = urlsplit(dsn)
        return f"postgresql://postgres@127.0.0.1:{self.port}{parts.path}?sslmode=disable"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        """Listen while it lasts."""
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._passing:
                task.cancel()
            await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = asyncio.current_task()
        assert own is not None  # noqa: S101
        self._passing.add(own)
        try:
            from_server, to_server = await asyncio.open_unix_connection(self._socket)
            losing = asyncio.Event()
            ways = [
                asyncio.ensure_future(self._requests(reader, to_server, losing)),
                asyncio.ensure_future(self._answers(from_server, writer, losing)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                to_server.close()
        except (OSError, asyncio.CancelledError):
            # PostgreSQL is away, or the proxy ends; nobody waits for this task.
            pass
        finally:
            writer.close()
            self._passing.discard(own)

    async def _requests(
        self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                # The text of a simple query: its letter, its length, itself.
                if self.to_lose and data[:1] == b"Q" and data[5:11].upper() == b"COMMIT":
                    self.to_lose -= 1
                    losing.set()
                to_server.write(data)
                await to_server.drain()

    async def _answers(
        self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await from_server.read(CHUNK):
                if losing.is_set():
                    # It has come, so the transaction is committed.
                    self.lost += 1
                    if self.is_silent:
                        await asyncio.Event().wait()
                    return
                writer.write(data)
                await writer.drain()
