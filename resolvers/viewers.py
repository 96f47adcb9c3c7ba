"""Who is behind a key or a token, remembered for a moment: one that holds no longer is nobody's within seconds."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

import asyncpg

from db import access
from resolvers.access import Viewer, sight_of
from resolvers.errors import Unauthenticated, Unavailable
from resolvers.snapshots import LOST, acquired
from resolvers.tokens import Tokens

# For how many seconds a key is not looked up again, and how many are remembered.
REMEMBERED = 3.0
KEPT = 10_000
UNKNOWN = "the key is unknown, has expired or was revoked; ask whoever runs this server"


class Viewers:
    """Finds the viewer behind a key or, with `tokens`, behind a token of somebody else's.

    `pool` is read from; through `primary` the use of keys is noted.
    """

    def __init__(self, pool: asyncpg.Pool, primary: asyncpg.Pool, tokens: Tokens | None = None) -> None:
        self._pool = pool
        self._primary = primary
        self._tokens = tokens
        # By the hashes of what was sent.
        self._known: OrderedDict[bytes, tuple[float, Viewer]] = OrderedDict()
        self._notes: set[asyncio.Task[None]] = set()

    async def of(self, sent: str) -> Viewer:
        """Who sent this key or token; Unauthenticated when it is nobody's."""
        known_as = hashlib.sha256(sent.encode()).digest()
        found = self._known.get(known_as)
        if found is not None and monotonic() < found[0]:
            return found[1]
        self._known.pop(known_as, None)
        is_token = self._tokens is not None and not sent.startswith(access.PREFIX)
        viewer = await (self._of_token(sent) if is_token else self._of_key(sent))
        self._known[known_as] = monotonic() + min(REMEMBERED, _seconds_until(viewer.expires_at)), viewer
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return viewer

    async def _of_key(self, key: str) -> Viewer:
        async with acquired(self._pool) as connection:
            row = await access.holder(connection, key)
        if row is None:
            raise Unauthenticated(UNKNOWN)
        note = asyncio.create_task(self._note(row["id"]))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)
        return viewer_of(row)

    async def _of_token(self, token: str) -> Viewer:
        if self._tokens is None:
            raise Unauthenticated(UNKNOWN)
        holder = await self._tokens.holder(token)
        async with acquired(self._pool) as connection:
            reach = await access.reach_of(connection, holder.terms.districts)
        return viewer_on(holder.name, holder.terms, reach)

    def forget(self) -> None:
        """Look up every key anew, for one was revoked or replaced."""
        self._known.clear()

    async def _note(self, id_: int) -> None:
        # Reading goes on where nothing can be written.
        with suppress(*LOST, Unavailable, asyncpg.PostgresError):
            async with acquired(self._primary) as connection:
                await access.note_use(connection, id_)

    async def close(self) -> None:
        """Wait for what is still being noted."""
        await asyncio.gather(*self._notes)


def viewer_of(row: asyncpg.Record) -> Viewer:
    """The viewer that a key stands for."""
    return viewer_on(row["name"], access.terms_in(row), row["reach"], row["id"])


def viewer_on(name: str, terms: access.Terms, reach: Iterable[str], key_id: int | None = None) -> Viewer:
    """The viewer on some terms; `reach` are the codes of all districts, cities and provinces these are for."""
    modules = None if terms.modules is None else frozenset(terms.modules)
    return Viewer(
        name,
        terms.kind,
        tuple(terms.districts),
        terms.may_write,
        sight_of(terms.kind, reach, terms.partner, modules=modules, is_personal=terms.is_personal),
        terms.partner,
        modules,
        terms.expires_at,
        terms.budget,
        terms.documents,
        key_id,
    )


def _seconds_until(time: datetime | None) -> float:
    return float("inf") if time is None else (time - datetime.now(UTC)).total_seconds()
