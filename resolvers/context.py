"""What every resolver of one operation shares."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strawberry.types import Info as StrawberryInfo

from resolvers.batched import Loaders
from resolvers.snapshots import Snapshot


@dataclass
class Context:
    """One operation: the snapshot it reads, its loaders, and the id by which its log lines can be found.

    With `may_compile` it is run as one statement where that can be done.
    """

    snapshot: Snapshot
    request_id: str
    may_compile: bool = False

    @cached_property
    def loaders(self) -> Loaders:
        """What the batched way reads through."""
        return Loaders(self.snapshot)


Info = StrawberryInfo[Context, Any]
