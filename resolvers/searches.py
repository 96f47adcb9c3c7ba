"""Search over every concept that has searchable texts: what fits the name best comes first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Integer, Select, Subquery, Text, case, cast, func, literal, null, select, union_all

from db.enums import SearchType
from db.search import normalize
from resolvers import concepts
from resolvers.areas import is_current
from resolvers.batched import Loaders, Page
from resolvers.edges import Concept, Edge, Order, Row, everything
from resolvers.errors import EmptyFilter
from resolvers.filters import matches, text_query
from resolvers.lists import Item
from resolvers.pages import Selection, Window, window

CONCEPTS: Mapping[SearchType, Concept] = {
    SearchType.AREA: concepts.areas,
    SearchType.PLATFORM: concepts.platforms,
    SearchType.MEMBER: concepts.members,
    SearchType.ORGANIZATION: concepts.organizations,
    SearchType.EVENT: concepts.events,
    SearchType.RESULT: concepts.results,
}
# A name that is the text comes first, then one that begins with it, one that has it, and what has it elsewhere. Among
# equals the types come in the order of the enum, then short names before long ones.
ORDERS = {name: Order(name, "") for name in ("relevance", "position", "length")}


def _hits_of(type_: SearchType, text: str) -> Select[tuple[object, ...]]:
    concept = CONCEPTS[type_]
    row = concept.table.alias()
    name = row.c.name if "name" in row.c else row.c.title
    plain = func.lower(name)
    relevance = case((plain == text, 0), (func.starts_with(plain, text), 1), (func.strpos(plain, text) > 0, 2), else_=3)
    hits = select(
        literal(type_.value, Text).label("type"),
        (row.c.district if "district" in row.c else cast(null(), Text)).label("district"),
        row.c.id.label("id"),
        cast(relevance, Integer).label("relevance"),
        literal(list(SearchType).index(type_), Integer).label("position"),
        func.char_length(name).label("length"),
    ).where(matches(row, text))
    return hits.where(is_current(row)) if type_ is SearchType.AREA else hits


@lru_cache(maxsize=500)
def hits(text: str, types: tuple[SearchType, ...]) -> Edge:
    """From the root to what `text` finds among `types`."""
    found: Subquery = union_all(*(_hits_of(type_, text) for type_ in types)).subquery("hits")
    concept = Concept("SearchHit", "searches", found, orders=ORDERS)  # type: ignore[arg-type]
    return Edge(f"Query.search {text} {','.join(types)}", None, concept, everything)


@dataclass(frozen=True)
class Search:
    """One page of what a text finds; nothing is read until a part of it is asked for."""

    loaders: Loaders
    edge: Edge
    window: Window

    async def page(self) -> Page:
        """The page of hits."""
        return await self.loaders.page(self.edge, None, Selection(), self.window)

    async def nodes(self) -> Sequence[Row]:
        """The rows behind the hits."""
        return await asyncio.gather(*(self._row(hit) for hit in (await self.page()).rows))

    async def edges(self) -> list[Item]:
        """The rows behind the hits with their cursors."""
        found = (await self.page()).rows
        return [Item(row, hit["cursor"]) for row, hit in zip(await self.nodes(), found, strict=True)]

    async def total_count(self) -> int:
        """How many rows the text finds."""
        return await self.loaders.count(self.edge, None, Selection())

    async def facets(self) -> list[Row]:
        """How many rows the text finds of each type."""
        return await self.loaders.tally(self.edge, None, Selection(), ("type",))

    async def _row(self, hit: Row) -> Row:
        concept = CONCEPTS[SearchType[hit["type"]]]
        key = tuple(hit[name] for name in concept.key)
        row = await self.loaders.named(concept, concept.key, key)
        if row is None:
            raise LookupError(f"{concept.name} {key} was found and is not there")
        return row


def search(
    loaders: Loaders,
    text: str,
    types: list[SearchType] | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Search:
    """What `text` finds among `types`, all of them when none is named."""
    text_query(text)
    if types is not None and not types:
        raise EmptyFilter("types is an empty list; leave it out to search everything")
    chosen = tuple(type_ for type_ in SearchType if types is None or type_ in types)
    edge = hits(normalize(text), chosen)
    return Search(loaders, edge, window(edge, first, after, last, before, [(name, False) for name in ORDERS]))
