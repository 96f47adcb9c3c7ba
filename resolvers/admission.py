"""How many operations a process runs at once, and how much of it one viewer may take, so that others are answered too.

A viewer is told apart here by the key or the token that was sent, or by the address of those who sent none.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self
from weakref import WeakValueDictionary

from resolvers.errors import Overloaded, ShuttingDown

# How many seconds an operation waits for connections that others of the same viewer hold: so much less than it may take
# in all that there is time to run it, or to say why it was not.
TURN_SECONDS = 20.0


def share_of(number: int) -> int:
    """How many of a number of places one viewer may have: three of four, and at least one."""
    return max(1, number * 3 // 4)


class Gate:
    """Lets so many operations in; they wait for connections of the pools, and those that are refused for nothing.

    What exceeds the limit, or one viewer's share of it, is refused at once, and so is all once the process shuts down.
    `refused` counts those for whom there was no room.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0
        self.refused = 0
        self._share = share_of(limit)
        self._of: Counter[str] = Counter()
        self._left = asyncio.Event()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nobody is let in any more."""
        return self._is_closed

    def enter(self, who: str) -> None:
        """Let one operation of a viewer in, which has to leave; Overloaded or ShuttingDown when it may not run."""
        if self._is_closed:
            raise ShuttingDown("this server is shutting down; send the request again, to another one if there is one")
        if self.in_flight >= self.limit:
            self.refused += 1
            raise Overloaded(f"this server runs {self.limit} operations already, as many as it may; try again soon")
        if self._of[who] >= self._share:
            self.refused += 1
            raise Overloaded(f"this server runs {self._share} operations of yours, as many as it may; try again soon")
        self.in_flight += 1
        self._of[who] += 1

    def leave(self, who: str) -> None:
        """Tell that an operation of a viewer has ended."""
        self.in_flight -= 1
        self._of[who] -= 1
        if not self._of[who]:
            del self._of[who]
        if self._is_closed:
            self._left.set()

    @contextmanager
    def entered(self, who: str) -> Iterator[None]:
        """`enter` now, and `leave` in the end."""
        self.enter(who)
        try:
            yield
        finally:
            self.leave(who)

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


class Turn:
    """What one viewer may hold of a pool's connections; whoever holds as many waits until one of them is given back."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._free = asyncio.Semaphore(limit)

    async def take(self) -> None:
        """Wait until one more may be held, which has to be given back; Overloaded when that takes too long."""
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            others = f"{self._limit} operations of yours have used the database for {TURN_SECONDS:.0f} seconds"
            raise Overloaded(f"{others}; try again when they have ended") from None

    def give_back(self) -> None:
        """Let the next one take its turn."""
        self._free.release()

    async def __aenter__(self) -> Self:
        await self.take()
        return self

    async def __aexit__(self, *why: object) -> None:
        self.give_back()


class Turns:
    """The turns of all viewers at a pool of so many connections, each known as long as somebody holds it."""

    def __init__(self, connections: int) -> None:
        self._share = share_of(connections)
        self._of: WeakValueDictionary[str, Turn] = WeakValueDictionary()

    def of(self, who: str) -> Turn:
        """The turn of a viewer."""
        found = self._of.get(who)
        if found is None:
            found = self._of[who] = Turn(self._share)
        return found
