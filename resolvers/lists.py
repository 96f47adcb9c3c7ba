"""A list as a field returns it: nothing is read until one of its parts is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolvers.batched import Loaders, Page
from resolvers.edges import Edge, Row
from resolvers.pages import Selection, Window


@dataclass(frozen=True)
class Item:
    """A row of a list and its cursor."""

    node: Row
    cursor: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of an edge from one parent. Asked for its total only, it reads no rows."""

    loaders: Loaders
    edge: Edge
    parent: Row | None
    selection: Selection
    window: Window

    async def page(self) -> Page:
        """The page; read once, however many parts of it are asked for."""
        return await self.loaders.page(self.edge, self.parent, self.selection, self.window)

    async def nodes(self) -> Sequence[Row]:
        """The rows of the page."""
        return (await self.page()).rows

    async def edges(self) -> list[Item]:
        """The rows of the page with their cursors."""
        return [Item(row, row["cursor"]) for row in (await self.page()).rows]

    async def total_count(self) -> int:
        """How many rows the whole list has."""
        return await self.loaders.count(self.edge, self.parent, self.selection)
