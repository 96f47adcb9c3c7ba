"""Telling webhooks of changes: in order, at least once, one message at a time to each, by one process at a time.

Every process has one connection on which it takes webhooks that wait: a lock that PostgreSQL gives up with the
connection, so when a process dies another one goes on at once. What is told is read by a query of the graph as whoever
holds the webhook's key, so it is what that one sees. Positions move on only after an answer.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import asyncpg
import orjson

from db import access, changes, webhooks
from db.enums import WebhookState
from db.webhooks import Sent
from resolvers.access import Viewer
from resolvers.errors import Fault, TimedOut, TooLarge
from resolvers.logs import log
from resolvers.sending import Answer, Sender
from resolvers.snapshots import LOST, acquired
from resolvers.viewers import viewer_of

# Reads a page of the log as a viewer: the data of `changes` for its arguments. The page may be one without rows.
Read = Callable[[Viewer, Mapping[str, Any], bool], Awaitable[Any]]

# How many changes a message has at most, and how many bytes unless one change has more.
MAX_CHANGES = 50
MAX_BODY = 2**20
# How many webhooks a process tells at once, for how many seconds each before it is another one's turn, and how many
# connections to the database it takes for all of them.
AT_ONCE, TURN, CONNECTIONS = 16, 10.0, 2
# After how many seconds it is looked for webhooks although nothing was heard, and how many it takes no notice.
POLL, PAUSE = 5.0, 0.1
# The first and the longest time between two attempts, and for how long it is tried.
FIRST_DELAY, LONGEST_DELAY = 1.0, 3_600.0
GIVEN_UP_AFTER = timedelta(days=3)
# After how many seconds what is known of old deliveries is deleted again.
TIDIED_AFTER = 3_600.0
NO_KEY = "its key was revoked or has expired"


def delay(failures: int) -> float:
    """After how many seconds to try again: twice as long after each failure, and not all at the same moment."""
    longest: float = min(FIRST_DELAY * 2 ** min(failures, 20), LONGEST_DELAY)
    return longest * random.uniform(0.5, 1)  # noqa: S311  (nothing is kept secret by it)


@dataclass(frozen=True)
class Message:
    """What is told at once: the changes, the cursor of the last of them, and how far the log was read for it."""

    changes: list[Any]
    cursor: int
    position: int
    body: bytes


class Deliverer:
    """Tells webhooks in one process. `read` reads the log, `pool` is written through."""

    def __init__(self, dsn: str, pool: asyncpg.Pool, read: Read, sender: Sender) -> None:
        self._dsn = dsn
        self._pool = pool
        self._read = read
        self._sender = sender
        self._heard = asyncio.Event()
        self._working: dict[int, asyncio.Task[None]] = {}
        self._database = asyncio.Semaphore(CONNECTIONS)
        self._tidied_at: float | None = None

    async def run(self) -> None:
        """Tell, and begin again whenever the database is lost; ends when it is cancelled."""
        try:
            while True:
                try:
                    # Its name tells operators which process has which locks.
                    name = {"application_name": f"yizhan webhooks {os.getpid()}"}
                    connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=10, server_settings=name)
                    try:
                        await self._tell_all(connection)
                    finally:
                        # Without the connection they are no longer this process's to tell.
                        await self._stop()
                        connection.terminate()
                except (*LOST, asyncpg.PostgresError) as error:
                    log.warning("webhooks are not told just now", why=str(error))
                await asyncio.sleep(POLL)
        finally:
            await self._sender.close()

    async def _tell_all(self, connection: asyncpg.Connection) -> None:
        def hear(*_: object) -> None:
            self._heard.set()

        connection.add_termination_listener(hear)
        for channel in (changes.CHANNEL, webhooks.CHANNEL):
            await connection.add_listener(channel, hear)
        while not connection.is_closed():
            self._heard.clear()
            for done in [each for each, task in self._working.items() if task.done()]:
                del self._working[done]
                await webhooks.give_back(connection, done)
            soonest = await self._begin(connection)
            await self._tidy(connection)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), min(POLL, soonest))
            await asyncio.sleep(PAUSE)

    async def _begin(self, connection: asyncpg.Connection) -> float:
        """Begin to tell those that wait; gives in how many seconds another one is to be tried."""
        soonest = POLL
        await webhooks.pass_unconcerned(connection)
        for row in await webhooks.waiting(connection):
            if row["id"] in self._working:
                continue
            if row["seconds"] > 0:
                return float(row["seconds"])
            if len(self._working) >= AT_ONCE:
                break
            if await webhooks.take(connection, row["id"]):
                task = asyncio.create_task(self._work(row["id"]))
                task.add_done_callback(lambda _: self._heard.set())
                self._working[row["id"]] = task
        return soonest

    async def _tidy(self, connection: asyncpg.Connection) -> None:
        if self._tidied_at is None or monotonic() - self._tidied_at > TIDIED_AFTER:
            self._tidied_at = monotonic()
            await webhooks.forget(connection)

    async def _stop(self) -> None:
        for task in self._working.values():
            task.cancel()
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        self._working.clear()

    async def _work(self, id: int) -> None:
        """Tell a webhook until it has been told all there is, cannot be told, or has had its turn."""
        until = monotonic() + TURN
        try:
            while await self._told(id) and monotonic() < until:
                pass
        except (*LOST, asyncpg.PostgresError, Fault) as error:
            log.warning("a webhook is not told just now", webhook=id, why=str(error))
            await asyncio.sleep(POLL)

    async def _told(self, id: int) -> bool:
        """Tell a webhook of a page of the log; false when there is nothing more to do now."""
        async with self._database:
            found = await self._next(id)
        if found is None:
            return False
        row, message = found
        if not message.changes:
            async with self._database, acquired(self._pool) as connection:
                await webhooks.passed(connection, id, row["position"], message.position)
            return True
        started = monotonic()
        name = f"msg_{id}_{row['delivered']}_{message.cursor}"
        answer = await self._sender.send(row["url"], row["secret"], name, message.body)
        milliseconds = round((monotonic() - started) * 1000)
        sent = Sent(
            row["delivered"], message.cursor, len(message.changes), row["failures"] + 1, milliseconds,
            answer.status, answer.error,
        )  # fmt: skip
        async with self._database, acquired(self._pool) as connection:
            if answer.is_received:
                await webhooks.delivered(connection, id, row["position"], message.position, sent)
            else:
                await self._failed(connection, row, sent, answer)
        return answer.is_received

    async def _next(self, id: int) -> tuple[asyncpg.Record, Message] | None:
        """A webhook that is to be told of something now, and of what; None when it is not, or not any more."""
        async with acquired(self._pool) as connection:
            row = await webhooks.due(connection, id)
            if row is None:
                return None
            holder = await access.holder_with_id(connection, row["key_id"])
            if holder is None:
                await webhooks.stop(connection, id, WebhookState.DEAD, NO_KEY)
                log.warning("a webhook is dead", webhook=id, why=NO_KEY)
                return None
        return row, await self._message(row, viewer_of(holder))

    async def _failed(self, connection: asyncpg.Connection, row: asyncpg.Record, sent: Sent, answer: Answer) -> None:
        again_in = timedelta(seconds=delay(row["failures"]))
        state = await webhooks.failed(connection, row["id"], row["position"], sent, again_in, GIVEN_UP_AFTER)
        if answer.is_gone:
            await webhooks.stop(connection, row["id"], WebhookState.PAUSED, "the answer was 410: it is gone for good")
        elif state == WebhookState.DEAD:
            log.warning("a webhook is dead", webhook=row["id"], why=answer.error)

    async def _message(self, row: asyncpg.Record, viewer: Viewer) -> Message:
        """The next message: as many changes as fit, none when the rest of the log has nothing for the webhook."""
        newest, first, with_rows = row["newest"], MAX_CHANGES, True
        while True:
            asked = {
                "since": str(row["position"]),
                "until": str(newest),
                "types": row["types"],
                "under": row["under"],
                "first": first,
            }
            try:
                page = await self._read(viewer, asked, with_rows)
            except (TooLarge, TimedOut):
                if first == 1 and not with_rows:
                    raise
                # One change alone may be too large to be told with its rows.
                first, with_rows = (first // 2, True) if first > 1 else (1, False)
                continue
            told = [each if with_rows else {**each, "rows": None} for each in page["nodes"]]
            has_more = page["pageInfo"]["hasNextPage"]
            cursor = int(told[-1]["cursor"]) if told else newest
            body = {
                "webhook": str(row["id"]),
                "cursor": str(cursor),
                "previousCursor": str(row["delivered"]),
                "changes": told,
            }
            message = Message(told, cursor, cursor if has_more else newest, orjson.dumps(body))
            if len(message.body) <= MAX_BODY or len(told) <= 1:
                return message
            first = len(told) // 2
