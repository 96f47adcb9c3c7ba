"""Edges from areas: the administrative tree, and what lies in each part of it."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, exists, func, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from db.areas import area, park_township
from db.enums import AreaLevel
from db.events import event_participant, event_platform
from db.members import member, membership
from db.platforms import platform
from db.results import result
from resolvers import concepts
from resolvers.edges import (
    Argument,
    Concept,
    Condition,
    Edge,
    Part,
    Parts,
    Reach,
    alike,
    by,
    everything,
    linking,
    through,
    to_one,
    to_shared,
    where,
)
from resolvers.filters import FieldCondition, check_district, is_among
from resolvers.given import Given
from resolvers.trees import DEPTH, TreeScope, in_scope, in_subtree, is_above, is_below, one_of_kinds

# The levels whose areas own rows, and the codes of those.
TENANT = re.compile("[0-9]{2}(?:[0-9]{2}(?:[0-9]{2})?)?")
TENANT_LEVELS = (AreaLevel.PROVINCE, AreaLevel.CITY, AreaLevel.DISTRICT)


# Events are joined to their links by the time too, so that the links' index gives their order.
_OF_EVENT = {"district": "district", "event_id": "id", "starts_at": "starts_at"}


def is_current(child: FromClause) -> Condition:
    """The area stands in the newest list."""
    return child.c.valid_to.is_(None)


def is_tenant(child: FromClause) -> Condition:
    """The area owns rows."""
    return and_(is_current(child), child.c.level.in_(TENANT_LEVELS))


def is_under(child: FromClause, codes: Given[Sequence[str]]) -> Condition:
    """The area is one of those with `codes` in the newest list, or lies in one."""
    top = area.alias()
    above = exists().where(is_among(top.c.code, codes), is_current(top), in_subtree(top, child))
    return above.correlate(child)


def is_within(column: str) -> FieldCondition:
    """The column, a district's code, is one of the values, or names a part of one."""

    def condition(child: FromClause, codes: Given[Sequence[str]]) -> Condition:
        top, inner = area.alias(), area.alias()
        found = (
            select(inner.c.code)
            .select_from(top.join(inner, in_subtree(top, inner)))
            .where(is_among(top.c.code, codes, check_district), is_current(top), is_tenant(inner))
        )
        # Made once, and then looked up in the index of each table.
        return is_any_of(child.c[column], found)

    return condition


def _in_vintage(_: FromClause, child: FromClause, vintage: Given[date]) -> Condition:
    day = vintage.bound(Date())
    return and_(
        or_(child.c.valid_from.is_(None), child.c.valid_from <= day),
        or_(child.c.valid_to.is_(None), child.c.valid_to > day),
    )


VINTAGE = Argument(
    "vintage",
    date,
    "As in the list of codes published for this day, for example 2021-10-31; the newest list when not given.",
    _in_vintage,
    absent=lambda _, child: is_current(child),
)
LEVELS = one_of_kinds("levels", "level", AreaLevel, "Only areas of these levels; of all levels when not given.")


def keys_in(child: FromClause, *choices: Select[tuple[str, int]]) -> Condition:
    """The child's key is among those that one of `choices` selects."""
    return tuple_(child.c.district, child.c.id).in_(union_all(*choices) if len(choices) > 1 else choices[0])


def _platforms_within(scope: TreeScope) -> Reach:
    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        inner = area.alias()
        return inner.join(child, inner.c.id == child.c.area_id), in_scope(scope, parent, inner)

    return reach


def _platforms_counted(scope: TreeScope) -> Reach:
    """As `_platforms_within`; PostgreSQL looks an array of areas up in one go, however few it takes them for."""

    def condition(parent: FromClause, child: FromClause) -> Condition:
        inner = area.alias()
        return is_any_of(child.c.area_id, select(inner.c.id).where(in_scope(scope, parent, inner)).correlate(parent))

    return where(condition)


def is_any_of(column: ColumnElement[Any], found: Select[Any]) -> Condition:
    """The column is among what is found, which is made an array first."""
    return column == func.any(func.array(found.scalar_subquery(), type_=ARRAY(column.type)))


def _platforms_in(scope: TreeScope) -> Callable[[FromClause], tuple[FromClause, FromClause, Condition]]:
    def each(parent: FromClause) -> tuple[FromClause, FromClause, Condition]:
        inner, at = area.alias(), platform.alias()
        within = in_scope(scope, parent, inner)
        if scope is TreeScope.SUBTREE:
            within = and_(within, parent.c.level.not_in(TENANT_LEVELS))
        return inner.join(at, at.c.area_id == inner.c.id), at, within

    return each


def _tenants_in(parent: FromClause) -> tuple[FromClause, FromClause, Condition]:
    owner = area.alias()
    return owner, owner, and_(in_subtree(parent, owner), is_tenant(owner))


def _is_of_tenant(column: ColumnElement[Any], parent: FromClause) -> Condition:
    """The column is the code of a tenant in the area."""
    owner, _, within = _tenants_in(parent)
    return is_any_of(column, select(owner.c.code).where(within).correlate(parent))


_owned = where(lambda parent, child: _is_of_tenant(child.c.district, parent))


def _taken_part_in(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
    part = linking(event_participant)
    return part.join(child, alike(part, child, _OF_EVENT)), _is_of_tenant(part.c.participant, parent)


def _parts(of_platform: Reach, of_tenant: Reach, counted: Reach, *, once: bool = False) -> dict[str, Parts]:
    """The parts of what `_rows_within` finds."""
    return {
        scope: Parts(
            [
                Part(_platforms_in(scope), of_platform),
                *([Part(_tenants_in, of_tenant, counted)] if scope is TreeScope.SUBTREE else []),
            ],
            once=once,
        )
        for scope in TreeScope
    }


Keys = Select[tuple[str, int]]


def _rows_within(
    scope: TreeScope, at_platforms: Callable[[FromClause], Keys], of_tenants: Callable[[FromClause], Keys]
) -> Reach:
    """Rows that belong to an area through the platforms in it or, in whole districts, through the district itself.

    Each function selects the keys of the rows that hang on an area. For whole districts no platforms are visited:
    members and results are those that districts own, events those they take part in.
    """

    def condition(parent: FromClause, child: FromClause) -> Condition:
        inner, owner = area.alias(), area.alias()
        near = at_platforms(inner).where(in_scope(scope, parent, inner)).correlate(parent)
        if scope is not TreeScope.SUBTREE:
            return keys_in(child, near)
        owned = of_tenants(owner).where(in_scope(scope, parent, owner), is_tenant(owner))
        return keys_in(child, near.where(parent.c.level.not_in(TENANT_LEVELS)), owned.correlate(parent))

    return where(condition)


def _scoped(at_platforms: Callable[[FromClause], Keys], of_tenants: Callable[[FromClause], Keys]) -> dict[str, Reach]:
    return {scope: _rows_within(scope, at_platforms, of_tenants) for scope in TreeScope}


def _members_at_platforms(inner: FromClause) -> Keys:
    at, of = platform.alias(), linking(membership)
    joined = inner.join(at, at.c.area_id == inner.c.id).join(
        of, and_(of.c.district == at.c.district, of.c.platform_id == at.c.id)
    )
    return select(of.c.member_district, of.c.member_id).select_from(joined)


def _members_of_tenants(owner: FromClause) -> Keys:
    whose = member.alias()
    return select(whose.c.district, whose.c.id).select_from(owner.join(whose, whose.c.district == owner.c.code))


def _events_at_platforms(inner: FromClause) -> Keys:
    at, held = platform.alias(), linking(event_platform)
    joined = inner.join(at, at.c.area_id == inner.c.id).join(
        held, and_(held.c.platform_district == at.c.district, held.c.platform_id == at.c.id)
    )
    return select(held.c.district, held.c.event_id).select_from(joined)


def _events_of_tenants(owner: FromClause) -> Keys:
    part = linking(event_participant)
    return select(part.c.district, part.c.event_id).select_from(owner.join(part, part.c.participant == owner.c.code))


def _results_at_platforms(inner: FromClause) -> Keys:
    at, came = platform.alias(), result.alias()
    joined = inner.join(at, at.c.area_id == inner.c.id).join(
        came, and_(came.c.district == at.c.district, came.c.platform_id == at.c.id)
    )
    return select(came.c.district, came.c.id).select_from(joined)


def _results_of_tenants(owner: FromClause) -> Keys:
    whose = result.alias()
    return select(whose.c.district, whose.c.id).select_from(owner.join(whose, whose.c.district == owner.c.code))


parent = to_shared("Area.parent", concepts.areas, concepts.areas, "parent")
ancestors = Edge("Area.ancestors", concepts.areas, concepts.areas, where(is_above), order=("path", True))
children = Edge("Area.children", concepts.areas, concepts.areas, by(id="parent_id"), arguments=(VINTAGE,))
descendants = Edge(
    "Area.descendants", concepts.areas, concepts.areas, where(is_below), arguments=(LEVELS, DEPTH, VINTAGE)
)
townships = Edge(
    "IndustryPark.townships",
    concepts.areas,
    concepts.areas,
    through(park_township, {"id": "park_id"}, {"township_id": "id"}),
)
parks = Edge(
    "Township.parks", concepts.areas, concepts.areas, through(park_township, {"id": "township_id"}, {"park_id": "id"})
)
source = to_shared("Area.source", concepts.areas, concepts.sources, "source")
platforms = Edge(
    "Area.platforms",
    concepts.areas,
    concepts.platforms,
    {scope: _platforms_within(scope) for scope in TreeScope},
    default_scope=TreeScope.SUBTREE,
    counted={scope: _platforms_counted(scope) for scope in TreeScope},
)
hosted = Edge("Area.hosted", concepts.areas, concepts.platforms, by(id="host_id"))
members = Edge(
    "Area.members",
    concepts.areas,
    concepts.members,
    _scoped(_members_at_platforms, _members_of_tenants),
    parts=_parts(
        through(
            membership,
            {"district": "district", "id": "platform_id"},
            {"member_district": "district", "member_id": "id"},
        ),
        by(code="district"),
        _owned,
    ),
    default_scope=TreeScope.SUBTREE,
)
events = Edge(
    "Area.events",
    concepts.areas,
    concepts.events,
    _scoped(_events_at_platforms, _events_of_tenants),
    parts=_parts(
        through(event_platform, {"district": "platform_district", "id": "platform_id"}, _OF_EVENT),
        through(event_participant, {"code": "participant"}, _OF_EVENT),
        _taken_part_in,
    ),
    default_scope=TreeScope.SUBTREE,
)
results = Edge(
    "Area.results",
    concepts.areas,
    concepts.results,
    _scoped(_results_at_platforms, _results_of_tenants),
    parts=_parts(by(district="district", id="platform_id"), by(code="district"), _owned, once=True),
    default_scope=TreeScope.SUBTREE,
)
observations = Edge("Area.observations", concepts.areas, concepts.observations, by(id="area_id"))
organizations = Edge("District.organizations", concepts.areas, concepts.organizations, by(code="district"))
campaigns = Edge("District.campaigns", concepts.areas, concepts.campaigns, by(code="district"))
bundles = Edge("District.bundles", concepts.areas, concepts.bundles, by(code="district"))


def of_district(source: Concept) -> Edge:
    """From a row to the district that owns it: the area in the newest list whose code its `district` is."""
    return to_one(f"{source.name}.district", source, concepts.tenants, {"district": "code"}, is_tenant)


all_areas = Edge("Query.areas", None, concepts.areas, everything, arguments=(VINTAGE,))
