"""What every resolver of one operation shares."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import asyncpg
from strawberry.types import Info as StrawberryInfo

from resolvers.access import ANONYMOUS, Viewer
from resolvers.admission import Turns
from resolvers.batched import Loaders
from resolvers.costs import Cost
from resolvers.errors import Unavailable
from resolvers.following import Follower
from resolvers.leases import Usage, account_of
from resolvers.snapshots import Snapshot
from resolvers.viewers import Viewers


@dataclass
class Context:
    """One operation: the snapshot it reads, its loaders, and the id by which its log lines can be found.

    With `may_compile` it is run as one statement where that can be done. `primary` is what it writes to, and `key` what
    tells who asks.
    """

    snapshot: Snapshot
    request_id: str
    may_compile: bool = False
    primary: asyncpg.Pool | None = None
    key: str | None = None
    # Where the request comes from, to keep those without a key apart.
    client: str = ""
    follower: Follower | None = None
    viewers: Viewers | None = None
    # What viewers may hold of the connections that are read and written through, where that is bounded.
    read_turns: Turns | None = None
    write_turns: Turns | None = None
    # What a WebSocket's client said of itself when it connected.
    connection_params: Mapping[str, object] = field(default_factory=dict)
    known_viewer: Viewer | None = None
    # What the operation cost and what is left, where that is counted.
    cost: Cost | None = None
    # Whether anybody would have got the same answer.
    is_public: bool = False
    # Whether the program itself asks, whose documents and points nobody counts.
    is_own: bool = False
    usage: Callable[[], Usage] | None = None

    @cached_property
    def loaders(self) -> Loaders:
        """What the batched way reads through."""
        return Loaders(self.snapshot)

    @property
    def who(self) -> str:
        """What is known at once of who asks: the key, or where the request comes from."""
        return self.key or account_of(self.client)

    async def viewer(self) -> Viewer:
        """Who asks; Unauthenticated when the key is nobody's."""
        if self.known_viewer is None:
            if self.key is None:
                self.known_viewer = ANONYMOUS
            elif self.viewers is None:
                raise Unavailable("keys cannot be looked up here")
            else:
                self.known_viewer = await self.viewers.of(self.key)
        return self.known_viewer

    async def open(self) -> None:
        """Let what is read be what the viewer sees; before, it is only what everybody does.

        From here on it waits its turn among what the viewer asks.
        """
        self.snapshot.sight = (await self.viewer()).sight
        if self.read_turns is not None:
            self.snapshot.turn = self.read_turns.of(self.who)

    async def require_known(self) -> None:
        """Unauthenticated when the key was revoked or has expired since; what cannot be looked up is left as it is."""
        if self.key is not None and self.viewers is not None:
            with suppress(Unavailable):
                await self.viewers.of(self.key)

    def writable(self) -> asyncpg.Pool:
        """What is written to."""
        if self.primary is None:
            raise Unavailable("nothing can be written here")
        return self.primary

    def turn_to_write(self) -> AbstractAsyncContextManager[object]:
        """What is held while the viewer writes."""
        return nullcontext() if self.write_turns is None else self.write_turns.of(self.who)

    def of_its_own(self) -> "Context":
        """The same for another operation of the same viewer, with a snapshot of its own."""
        sent = self.connection_params.get("authorization")
        key = bearer(sent) if isinstance(sent, str) else None
        return replace(self, snapshot=self.snapshot.another(), key=self.key or key)

    async def read_anew(self, pool: asyncpg.Pool | None = None) -> None:
        """Forget what was read, and go on in a later snapshot, through the same pool or another one."""
        earlier, self.snapshot = self.snapshot, self.snapshot.another(pool)
        self.__dict__.pop("loaders", None)
        await earlier.__aexit__(None, None, None)

    async def renew(self) -> None:
        """Forget what was read: from here on what was just written is seen, wherever reads go otherwise."""
        await self.read_anew(self.primary)
        if self.key is not None:
            # It may have been revoked since.
            self.known_viewer = None
            await self.open()

    async def __aenter__(self) -> "Context":
        return self

    async def __aexit__(self, *why: Any) -> None:
        await self.snapshot.__aexit__(*why)


def bearer(authorization: str) -> str | None:
    """The key of `Bearer …`, the only kind of authorization there is."""
    kind, _, key = authorization.partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


Info = StrawberryInfo[Context, Any]
