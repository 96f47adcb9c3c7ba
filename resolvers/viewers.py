"""Who is behind a key, remembered for a moment: a key that was revoked is nobody's within seconds, mostly at once."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from time import monotonic

import asyncpg

from db import access
from db.enums import ViewerKind
from resolvers.access import Viewer, sight_of
from resolvers.errors import Unauthenticated, Unavailable
from resolvers.snapshots import LOST, acquired

# For how many seconds a key is not looked up again, and how many are remembered.
REMEMBERED = 3.0
KEPT = 10_000
UNKNOWN = "the key is unknown, has expired or was revoked; ask whoever runs this server"


class Viewers:
    """Finds the viewer behind a key. `pool` is read from; through `primary` the use of keys is noted."""

    def __init__(self, pool: asyncpg.Pool, primary: asyncpg.Pool) -> None:
        self._pool = pool
        self._primary = primary
        self._known: OrderedDict[str, tuple[float, Viewer]] = OrderedDict()
        self._notes: set[asyncio.Task[None]] = set()

    async def of(self, key: str) -> Viewer:
        """Who sent this key; Unauthenticated when it is nobody's."""
        found = self._known.get(key)
        if found is not None and monotonic() < found[0]:
            return found[1]
        async with acquired(self._pool) as connection:
            row = await access.holder(connection, key)
        if row is None:
            self._known.pop(key, None)
            raise Unauthenticated(UNKNOWN)
        viewer = viewer_of(row)
        self._known[key] = monotonic() + REMEMBERED, viewer
        self._known.move_to_end(key)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        note = asyncio.create_task(self._note(row["id"]))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)
        return viewer

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
    modules = None if row["modules"] is None else frozenset(row["modules"])
    kind = ViewerKind[row["kind"]]
    sight = sight_of(kind, row["reach"], row["partner"], modules=modules, is_personal=row["is_personal"])
    return Viewer(
        row["name"],
        kind,
        tuple(row["districts"]),
        row["may_write"],
        sight,
        row["partner"],
        modules,
        row["expires_at"],
        row["budget"],
        row["documents_app"],
    )
