"""How many operations a process runs at once: what exceeds it is refused at once, and so is all once it shuts down."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from resolvers.errors import Overloaded, ShuttingDown


class Gate:
    """Lets so many operations in; they wait for connections of the pools, and those that are refused for nothing.

    `refused` counts those for whom there was no room.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0
        self.refused = 0
        self._left = asyncio.Event()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nobody is let in any more."""
        return self._is_closed

    def enter(self) -> None:
        """Let one operation in, which has to leave; Overloaded or ShuttingDown when it may not run."""
        if self._is_closed:
            raise ShuttingDown("this server is shutting down; send the request again, to another one if there is one")
        if self.in_flight >= self.limit:
            self.refused += 1
            raise Overloaded(f"this server runs {self.limit} operations already, as many as it may; try again soon")
        self.in_flight += 1

    def leave(self) -> None:
        """Tell that an operation has ended."""
        self.in_flight -= 1
        if self._is_closed:
            self._left.set()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """`enter` now, and `leave` in the end."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    def close(self) -> None:
        """Let nobody in any more; those that are in go on."""
        self._is_closed = True

    async def empty(self, seconds: float) -> None:
        """Wait until nothing runs any more, and no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.in_flight:
                    self._left.clear()
                    await self._left.wait()
