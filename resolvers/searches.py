"""Search over every concept that has searchable texts: what fits the name best comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from sqlalchemy import BigInteger, Integer, Select, Subquery, Text, case, cast, func, literal, null, select, union_all

from db.enums import SearchType
from db.search import normalize
from resolvers import concepts
from resolvers.areas import is_current
from resolvers.asks import Listing, Tally
from resolvers.edges import Concept, Edge, Order, everything, to_one
from resolvers.errors import EmptyFilter
from resolvers.filters import matches, text_query
from resolvers.given import Given
from resolvers.pages import Selection, window

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


def _id_column(type_: SearchType) -> str:
    return f"{type_.lower()}_id"


def _hits_of(type_: SearchType, text: Given[str]) -> Select[tuple[object, ...]]:
    row = CONCEPTS[type_].table.alias()
    name = row.c.name if "name" in row.c else row.c.title
    plain, wanted = func.lower(name), text.bound(Text(), normalize)
    relevance = case(
        (plain == wanted, 0), (func.starts_with(plain, wanted), 1), (func.strpos(plain, wanted) > 0, 2), else_=3
    )
    hits = select(
        literal(type_.value, Text).label("type"),
        (row.c.district if "district" in row.c else cast(null(), Text)).label("district"),
        row.c.id.label("id"),
        cast(relevance, Integer).label("relevance"),
        literal(list(SearchType).index(type_), Integer).label("position"),
        func.char_length(name).label("length"),
        # The one of these that is not null is where the hit leads.
        *((row.c.id if other is type_ else cast(null(), BigInteger)).label(_id_column(other)) for other in SearchType),
    ).where(matches(row, text))
    return hits.where(is_current(row)) if type_ is SearchType.AREA else hits


def _hits(types: tuple[SearchType, ...], given: Mapping[str, Given[str]]) -> Subquery:
    return union_all(*(_hits_of(type_, given["text"]) for type_ in types)).subquery("hits")


# The table stands for what every search finds: columns of these names and types.
HITS = Concept(
    "SearchHit",
    "searches",
    _hits((*SearchType,), {"text": Given("any text")}),  # type: ignore[arg-type]
    orders=ORDERS,
    has_id=False,
)
FOUND = tuple(
    to_one(
        f"SearchHit.{type_.lower()}",
        HITS,
        concept,
        ({"district": "district"} if "district" in concept.key else {}) | {_id_column(type_): "id"},
    )
    for type_, concept in CONCEPTS.items()
)
"""From a hit to what it is: exactly one of these leads somewhere."""


@cache
def _hits_among(types: tuple[SearchType, ...]) -> Edge:
    """From the root to what a text finds among `types`."""
    return Edge("Query.search", None, HITS, everything, made=partial(_hits, types))


@dataclass(frozen=True, eq=False)
class Search(Listing):
    """One page of what a text finds."""

    def facets(self) -> Tally:
        """How many rows the text finds of each type."""
        return Tally(self.edge, None, self.selection, ("type",))


def search(
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
    edge = _hits_among(chosen)
    orders = [(name, False) for name in ORDERS]
    list_name = f"{edge.name} {normalize(text)} {','.join(chosen)}"
    page = window(edge, first, after, last, before, orders, list_name)
    return Search(edge, None, Selection(arguments=(("text", text),)), page, through=FOUND)
