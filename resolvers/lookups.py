"""Finding one row, or a few, by an id, a code, a slug or a key."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from sqlalchemy import FromClause, and_, exists

from db.enums import AreaLevel, OrganizationKind
from db.organizations import organization
from resolvers import areas, concepts, figures
from resolvers.batched import Loaders
from resolvers.edges import Argument, Condition, Edge, Row, where
from resolvers.errors import BadArgument, UnknownCode
from resolvers.filters import is_among
from resolvers.ids import read_id
from resolvers.pages import Selection

MAX_IDS = 100


async def node(loaders: Loaders, text: str) -> Row | None:
    """The row with a global id; null when there is none of that type."""
    typename, concept, key = read_id(text)
    row = await loaders.named(concept, concept.key, key)
    return row if row is not None and row.typename == typename else None


async def nodes(loaders: Loaders, texts: Sequence[str]) -> list[Row | None]:
    """The rows with global ids, in their order."""
    if len(texts) > MAX_IDS:
        raise BadArgument(f"ids must be at most {MAX_IDS}, got {len(texts)}")
    return await asyncio.gather(*(node(loaders, text) for text in texts))


@lru_cache(maxsize=100)
def _in_vintage(vintage: date | None) -> Callable[[FromClause], Condition]:
    return lambda child: areas.VINTAGE.condition(child, child, vintage) if vintage else areas.is_current(child)


async def area(loaders: Loaders, code: str, vintage: date | None) -> Row:
    """The area with a code in the newest list, or in the one published for a day."""
    row = None if "\0" in code else await loaders.named(concepts.areas, ("code",), (code,), _in_vintage(vintage))
    if row is None:
        when = "in the newest list" if vintage is None else f"in the list of {vintage}"
        raise UnknownCode(
            f"no area has the code {code[:40]!r} {when}; codes have 2, 4, 6, 9 or 12 digits, parks one like 330114-P01"
        )
    return row


def _takes_part(_: FromClause, child: FromClause) -> Condition:
    committee = exists().where(
        organization.c.district == child.c.code, organization.c.kind == OrganizationKind.CPPCC_COMMITTEE
    )
    return and_(areas.is_current(child), child.c.level == AreaLevel.DISTRICT, committee.correlate(child))


def _any_of(column: str) -> Argument:
    return Argument("values", list[str], "Only these.", lambda _, child, values: is_among(child.c[column], values))


# There are some 2,900 county-level areas in the country.
DISTRICTS = Edge(
    "Query.districts", None, concepts.tenants, where(_takes_part), arguments=(_any_of("code"),), limit=3_000
)
INDICATORS = replace(figures.all_indicators, arguments=(_any_of("key"),), limit=1_000)


async def listed(loaders: Loaders, edge: Edge, column: str, values: Sequence[str] | None) -> list[Row]:
    """The rows of a short list, or those of them that have `values` in `column`, of which none may be unknown."""
    if values is None:
        return await loaders.rows(edge, None, Selection())
    wanted = [value.replace("\0", "�") for value in values]
    rows = await loaders.rows(edge, None, Selection(arguments=(("values", tuple(wanted)),))) if wanted else []
    unknown = sorted(set(wanted) - {row[column] for row in rows})
    if unknown:
        raise UnknownCode(
            f"{edge.name.removeprefix('Query.')} has none with the {column} {', '.join(map(repr, unknown[:5]))}; "
            f"ask without {column}s to see all"
        )
    return rows


async def platform(loaders: Loaders, slug: str) -> Row | None:
    """The platform with a slug; null when there is none."""
    return None if "\0" in slug else await loaders.named(concepts.platforms, ("slug",), (slug,))
