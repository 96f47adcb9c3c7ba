"""What is received of a request while it is being answered: its body, bounded in size and time, and its going away."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from schema.headers import Refused

T = TypeVar("T")

# The largest document of a dashboard has some 5 kB; the rest is room for variables, a thousand rows of a batch at most.
MAX_BODY = 2 * 2**20
# Within how many seconds it has to be there.
BODY_SECONDS = 10
# After how many seconds of answering it is watched whether the client goes away.
LOOKING_AFTER = 0.05


async def whole_body(receive: Receive) -> bytes:
    """The body of a request; refused as soon as it is known to be too large, or when it takes too long to come."""
    reading = asyncio.current_task()
    is_late = False

    def end() -> None:
        nonlocal is_late
        is_late = True
        if reading is not None:
            reading.cancel()

    # asyncio.timeout() would cost thrice as much.
    timer = asyncio.get_running_loop().call_later(BODY_SECONDS, end)
    try:
        return await _all(receive)
    except asyncio.CancelledError:
        if not is_late or reading is None or reading.uncancel():
            raise
        told = f"The body was not there within {BODY_SECONDS} seconds; send it again."
        raise Refused(408, "BODY_TIMEOUT", told, connection=b"close") from None
    finally:
        timer.cancel()


async def _all(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            told = f"The body is larger than {MAX_BODY // 1024} kB; send a shorter document or variables."
            raise Refused(413, "BODY_TOO_LARGE", told, connection=b"close")
        if not message.get("more_body", False):
            return b"".join((*parts, part)) if parts else part
        parts.append(part)


async def unless_gone(receive: Receive, answer: Awaitable[T]) -> T:
    """What `answer` gives; when the client goes away before, it is cancelled, and with it its statement.

    Most answers are there before it is worth looking whether somebody still waits for them.
    """
    answering = asyncio.current_task()
    watching: asyncio.Task[None] | None = None
    is_gone = False

    async def watch() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        if answering is not None:
            answering.cancel()

    def start() -> None:
        nonlocal watching
        watching = asyncio.create_task(watch())

    timer = asyncio.get_running_loop().call_later(LOOKING_AFTER, start)
    try:
        found = await answer
    except asyncio.CancelledError:
        if not is_gone:
            raise
    finally:
        timer.cancel()
        if watching is not None:
            watching.cancel()
    if is_gone:
        if answering is not None:
            answering.uncancel()
        raise ClientDisconnect
    return found
