"""Following the change log: one connection of each server process listens, and its subscribers read on by themselves.

Nothing is queued for a subscriber: each has a position in the log and takes the next entry when it is ready for it,
from the newest ones that are kept or, when it is further behind, from the log itself. A subscriber that stands still
therefore costs nothing, and one that comes back with its position misses and repeats nothing.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import asyncpg

from db.changes import CHANNEL, Heading, headings_after, last_position
from resolvers.errors import TooManySubscriptions
from resolvers.logs import log
from resolvers.snapshots import LOST, acquired

# How many headings are kept for those who are up to date or nearly so.
KEPT = 1_000
# How many are read at once by those who are not.
BATCH = 500
# After how many seconds the log is looked at although nothing was heard.
POLL = 5.0
# How many seconds pass before the database is tried again, at first and at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0


class Follower:
    """What a process knows of the newest changes, and who waits for them."""

    def __init__(
        self, dsn: str, *, per_viewer: int = 100, also: Mapping[str, Callable[[], None]] | None = None
    ) -> None:
        self._dsn = dsn
        # What else is listened to, and what is done then; also when something may have been missed.
        self._also = also or {}
        self._per_viewer = per_viewer
        self._kept: deque[Heading] = deque(maxlen=KEPT)
        self._heard = asyncio.Event()
        self._news = asyncio.Event()
        self._counts: Counter[str] = Counter()
        # The newest position that is known; None until the database was reached.
        self._position: int | None = None

    async def run(self) -> None:
        """Listen, and listen again whenever the connection is lost; ends when it is cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=5, command_timeout=10, server_settings={"application_name": "yizhan follower"}
                )
                try:
                    pause = FIRST_PAUSE
                    await self._listen(connection)
                finally:
                    connection.terminate()
            except (*LOST, asyncpg.PostgresError) as error:
                # Whatever is wrong with the database, it may be mended while this process lives.
                log.warning("the change log is not followed just now", why=str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _listen(self, connection: asyncpg.Connection) -> None:
        def hear(*_: object) -> None:
            self._heard.set()

        connection.add_termination_listener(hear)
        await connection.add_listener(CHANNEL, hear)
        for channel, then in self._also.items():
            await connection.add_listener(channel, lambda *_, then=then: then())
            then()
        if self._position is None:
            self._position = await last_position(connection)
            self._tell()
        while not connection.is_closed():
            self._heard.clear()
            while batch := await headings_after(connection, self._position, BATCH):
                self._kept.extend(batch)
                self._position = batch[-1].position
                self._tell()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), POLL)

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    @property
    def known_position(self) -> int | None:
        """The newest position that is known; None until the database was reached."""
        return self._position

    async def position(self) -> int:
        """The newest position that is known."""
        while self._position is None:
            await self._news.wait()
        return self._position

    async def next(self, pool: asyncpg.Pool, position: int, wants: Callable[[Heading], bool]) -> Heading:
        """The first entry after a position that is wanted; waits until there is one."""
        while True:
            newest, news = await self.position(), self._news
            while position < newest:
                for heading in await self._after(pool, position):
                    position = heading.position
                    if wants(heading):
                        return heading
                newest, news = await self.position(), self._news
            await news.wait()

    async def _after(self, pool: asyncpg.Pool, position: int) -> list[Heading]:
        if self._kept and self._kept[0].position <= position + 1:
            # Positions have no gaps.
            first = position + 1 - self._kept[0].position
            return [self._kept[place] for place in range(first, len(self._kept))]
        async with acquired(pool) as connection:
            return await headings_after(connection, position, BATCH)

    @contextmanager
    def subscribed(self, viewer: str) -> Iterator[None]:
        """One more subscription of a viewer while it lasts; there is a limit to how many."""
        if self._counts[viewer] >= self._per_viewer:
            raise TooManySubscriptions(
                f"{viewer} has {self._per_viewer} subscriptions here already; end some, or ask for more types in one"
            )
        self._counts[viewer] += 1
        try:
            yield
        finally:
            self._counts[viewer] -= 1
            if not self._counts[viewer]:
                del self._counts[viewer]

    @property
    def subscriptions(self) -> int:
        """How many there are."""
        return self._counts.total()
