"""A load generator that costs little: keep-alive connections, requests made beforehand, answers only counted.

It has to share two cores with a server and PostgreSQL, so it knows no more of HTTP than the measured servers use.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlsplit

# A request that takes longer than this many seconds is a fault of the bench or of the server, not a measurement.
PATIENCE = 120


class BadAnswer(Exception):
    """A server refused a request, answered it otherwise than before, or closed the connection."""


class Refused(BadAnswer):
    """A server answered with an error instead."""


def request_bytes(url: str, body: bytes) -> bytes:
    """A POST request of JSON."""
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection with at most one request under way; `on_answer` takes the body's parts and its size in bytes."""

    def __init__(self) -> None:
        self.on_answer: Callable[[list[bytes], int], None] = lambda parts, size: None
        self.on_fault: Callable[[BadAnswer], None] = lambda fault: None
        self._transport: asyncio.Transport | None = None
        self._start()

    def _start(self) -> None:
        self._head = b""
        self._parts: list[bytes] = []
        self._size = 0
        # How many bytes of the body, or of the chunk with its line end, are still to come; null before the head ended.
        self._left: int | None = None
        # What has come of the line that tells a chunk's size; null when the body is not in chunks.
        self._line: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what requests are written to."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for an answer; a connection closed on purpose has nobody waiting."""
        self.on_fault(BadAnswer(f"the connection was closed: {exc or 'by the server'}"))

    def send(self, request: bytes) -> None:
        """Write a request; its answer comes to `on_answer`."""
        assert self._transport is not None  # noqa: S101  (nobody has a connection before it is made)
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection, about which nobody is told any more."""
        self.on_fault = lambda fault: None
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take up what came; the head ends with an empty line."""
        if self._left is None:
            self._head = (self._head + data).lstrip(b"\r\n")
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.on_fault(BadAnswer(f"answered {self._head[:2000].decode(errors='replace')}"))
                return
            self._read_head(head.lower())
        if self._line is not None:
            self._take_chunks(data)
        else:
            self._take(data)
            if not self._left:
                self._finish()

    def _read_head(self, head: bytes) -> None:
        if b"transfer-encoding: chunked" in head:
            self._left, self._line = 0, b""
        else:
            self._left = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])

    def _take(self, data: bytes) -> None:
        self._parts.append(data)
        self._size += len(data)
        self._left = (self._left or 0) - len(data)

    def _take_chunks(self, data: bytes) -> None:
        while data:
            if self._left:
                # A chunk ends with a line end that is no part of the body.
                own, data = data[: self._left], data[self._left :]
                body = own[: max(self._left - 2, 0)]
                self._parts.append(body)
                self._size += len(body)
                self._left -= len(own)
                continue
            line, end, data = ((self._line or b"") + data).partition(b"\r\n")
            self._line = b"" if end else line
            if not end:
                return
            self._left = int(line.partition(b";")[0], 16) + 2
            if self._left == 2:
                # After the empty chunk only a line end is still to come, which the next head may begin with.
                self._finish()
                return

    def _finish(self) -> None:
        parts, size = self._parts, self._size
        self._start()
        self.on_answer(parts, size)


@dataclass
class Load:
    """What came of sending requests for a while."""

    durations: list[float] = field(default_factory=list)
    """Of each request that was answered, in seconds."""
    refused: int = 0
    """How many requests were answered with an error, as servers may do that have too much to do."""
    elapsed: float = 0
    """From the first request until the last answer, in seconds."""
    own_cpu: float = 0
    """What this process used of one core meanwhile, 1 meaning all."""


@dataclass
class Sizes:
    """How many bytes each request's answer had the first time, and must have ever after: nothing is written."""

    known: dict[bytes, int] = field(default_factory=dict)

    def check(self, request: bytes, parts: list[bytes], size: int) -> BadAnswer | None:
        """What is wrong with an answer."""
        expected = self.known.get(request)
        if size == expected:
            return None
        body = b"".join(parts)
        if b'"errors"' in body:
            return Refused(f"answered {body[:2000].decode(errors='replace')}")
        if expected is not None:
            return BadAnswer(f"answered {size} bytes instead of {expected} as before: {body[:2000]!r}")
        self.known[request] = size
        return None


async def connect(port: int) -> Connection:
    """A connection to a server on this machine."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


async def ask(port: int, request: bytes) -> bytes:
    """The body of one answer."""
    connection = await connect(port)
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def fail(fault: BadAnswer) -> None:
        if not answer.done():
            answer.set_exception(fault)

    connection.on_answer, connection.on_fault = lambda parts, size: answer.set_result(b"".join(parts)), fail
    try:
        connection.send(request)
        return await asyncio.wait_for(answer, PATIENCE)
    finally:
        connection.close()


async def load(
    port: int, requests: Sequence[bytes], sizes: Sizes, *, connections: int, seconds: float, most: int | None = None
) -> Load:
    """Send `requests` in turn over so many connections, each its next one as soon as it has its answer.

    No more are sent after so many seconds, or after `most` of them; those under way are waited for and counted. An
    error in place of an answer is counted apart when there are several connections, and a fault when there is one.
    """
    done = asyncio.get_running_loop().create_future()
    opened = [await connect(port) for _ in range(connections)]
    result, numbers = Load(), count()
    busy, cpu, began = connections, time.process_time(), time.perf_counter()

    def fail(fault: BadAnswer) -> None:
        if not done.done():
            done.set_exception(fault)

    def drive(connection: Connection) -> None:
        """Make the connection send on and on."""
        request, sent = b"", 0.0

        def send() -> None:
            nonlocal request, sent, busy
            number, sent = next(numbers), time.perf_counter()
            if sent - began >= seconds or (most is not None and number >= most):
                # Servers close connections that are silent for long, while others are still being answered.
                connection.close()
                busy -= 1
                if not busy and not done.done():
                    done.set_result(None)
                return
            request = requests[number % len(requests)]
            connection.send(request)

        def answered(parts: list[bytes], size: int) -> None:
            fault = sizes.check(request, parts, size)
            if fault is None:
                result.durations.append(time.perf_counter() - sent)
            elif connections > 1 and isinstance(fault, Refused):
                result.refused += 1
            else:
                fail(fault)
                return
            send()

        connection.on_answer, connection.on_fault = answered, fail
        send()

    for connection in opened:
        drive(connection)
    try:
        await asyncio.wait_for(done, seconds + PATIENCE)
        result.elapsed = time.perf_counter() - began
        result.own_cpu = (time.process_time() - cpu) / result.elapsed
    finally:
        for connection in opened:
            connection.close()
    return result
