"""Finding one row, or a few, by an id, a code, a slug or a key."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial

from sqlalchemy import FromClause, and_, exists

from db.enums import AreaLevel, OrganizationKind
from db.organizations import organization
from resolvers import areas, concepts, figures, platforms
from resolvers.asks import Named, Rows
from resolvers.edges import Argument, Concept, Condition, Edge, everything, where
from resolvers.errors import BadArgument, Fault, UnknownCode
from resolvers.filters import is_among
from resolvers.ids import read_id
from resolvers.pages import Selection

MAX_IDS = 100


def node(text: str) -> Named:
    """The row with a global id; null when there is none of that type."""
    typename, concept, key = read_id(text)
    return Named(_all(concept), concept.key, key, kind=typename)


@cache
def _all(concept: Concept) -> Edge:
    return Edge("Query.node", None, concept, everything)


def nodes(texts: Sequence[str]) -> list[Named]:
    """The rows with global ids, in their order."""
    if len(texts) > MAX_IDS:
        raise BadArgument(f"ids must be at most {MAX_IDS}, got {len(texts)}")
    return [node(text) for text in texts]


def area(code: str, vintage: date | None) -> Named:
    """The area with a code in the newest list, or in the one published for a day."""
    when = "in the newest list" if vintage is None else f"in the list of {vintage}"
    missing = UnknownCode(
        f"no area has the code {code[:40]!r} {when}; codes have 2, 4, 6, 9 or 12 digits, parks one like 330114-P01"
    )
    if "\0" in code:
        raise missing
    selection = Selection(arguments=() if vintage is None else (("vintage", vintage),))
    return Named(areas.all_areas, ("code",), (code,), selection, missing=missing)


def takes_part(_: FromClause, child: FromClause) -> Condition:
    """The area is a county-level one with a CPPCC committee."""
    committee = exists().where(
        organization.c.district == child.c.code, organization.c.kind == OrganizationKind.CPPCC_COMMITTEE
    )
    return and_(areas.is_current(child), child.c.level == AreaLevel.DISTRICT, committee.correlate(child))


def _any_of(column: str) -> Argument:
    return Argument("values", list[str], "Only these.", lambda _, child, values: is_among(child.c[column], values))


# There are some 2,900 county-level areas in the country.
DISTRICTS = Edge(
    "Query.districts", None, concepts.tenants, where(takes_part), arguments=(_any_of("code"),), limit=3_000
)
INDICATORS = replace(figures.all_indicators, arguments=(_any_of("key"),), limit=1_000)


def listed(edge: Edge, column: str, values: Sequence[str] | None) -> Rows | list[Named]:
    """The rows of a short list, or those of them that have `values` in `column`, of which none may be unknown."""
    if values is None:
        return Rows(edge, None)
    if not values:
        return []
    wanted = tuple(value.replace("\0", "�") for value in values)
    selection = Selection(arguments=(("values", wanted),))
    return Rows(edge, None, selection, expected=(column, wanted), missing=partial(_unknown, edge, column))


def _unknown(edge: Edge, column: str, values: Sequence[str]) -> Fault:
    return UnknownCode(
        f"{edge.name.removeprefix('Query.')} has none with the {column} {', '.join(map(repr, values[:5]))}; "
        f"ask without {column}s to see all"
    )


def platform(slug: str) -> Named | None:
    """The platform with a slug; null when there is none."""
    return None if "\0" in slug else Named(platforms.all_platforms, ("slug",), (slug,))
