"""What a mutation is: a function of a write and its input, the failures it may end in, and who it is done as."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from asyncpg import Connection

from resolvers.access import ANONYMOUS, PUBLIC, Viewer
from resolvers.context import Context
from resolvers.failures import Failure
from resolvers.writes import Answer, Write

Given = Mapping[str, Any]
Again = Callable[[Connection, Answer], Awaitable[Answer]]


@dataclass(frozen=True)
class Act:
    """Does the work of the mutation called `name` and gives the changed rows by the payload's fields."""

    does: Callable[[Write, Any], Awaitable[Given]]
    failures: tuple[type[Failure], ...]
    is_public: bool
    # Completes an answer that is given once more with what is kept nowhere.
    again: Again | None = None
    # Whether every key may do it, for it changes nothing but what belongs to the key.
    is_own: bool = False

    @property
    def name(self) -> str:
        """The mutation's name."""
        return self.does.__name__

    async def __call__(self, write: Write, given: Any) -> Given:
        return await self.does(write, given)

    async def viewer(self, context: Context) -> Viewer:
        """As whom it is done: the public where everybody may."""
        viewer = await context.viewer()
        return PUBLIC if self.is_public and viewer is ANONYMOUS else viewer


def act(
    *failures: type[Failure], is_public: bool = False, again: Again | None = None, is_own: bool = False
) -> Callable[[Callable[[Write, Any], Awaitable[Given]]], Act]:
    """Declares a function to be what a mutation does; anybody may do what `is_public`, every key what `is_own`."""
    return lambda does: Act(does, failures, is_public, again, is_own)
