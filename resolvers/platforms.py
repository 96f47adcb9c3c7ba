"""Edges from consultation platforms: up, down, to people, to what is held there and what comes of it."""

from collections.abc import Callable

from sqlalchemy import FromClause, and_, select

from db.enums import MembershipRole, PlatformKind
from db.events import event_platform
from db.members import membership
from db.organizations import hosting
from db.platforms import platform, platform_sponsor
from resolvers import concepts
from resolvers.areas import keys_in, of_district
from resolvers.edges import (
    Condition,
    Edge,
    Part,
    Parts,
    Reach,
    alike,
    by,
    by_any,
    everything,
    linking,
    through,
    to_own,
    to_shared,
    where,
    where_alike,
)
from resolvers.filters import includes
from resolvers.organizations import ROLE
from resolvers.times import today
from resolvers.trees import ACTIVE_ON, DEPTH, TreeScope, in_scope, is_above, is_below, one_of_kinds

TO_EVENTS = through(
    event_platform,
    {"district": "platform_district", "id": "platform_id"},
    {"district": "district", "event_id": "id", "starts_at": "starts_at"},
)
KINDS = one_of_kinds("kinds", "kind", PlatformKind, "Only platforms of these kinds; of all kinds when not given.")


def _same_district(condition: Reach) -> Reach:
    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        source, reached = condition(parent, child)
        return source, and_(child.c.district == parent.c.district, reached)

    return reach


def _events_below(scope: TreeScope) -> Reach:
    # An event may be held at several platforms of one subtree and is listed once.
    def condition(parent: FromClause, child: FromClause) -> Condition:
        inner, held = platform.alias(), linking(event_platform)
        at = alike(inner, held, {"district": "platform_district", "id": "platform_id"})
        keys = select(held.c.district, held.c.event_id).select_from(inner.join(held, at))
        within = and_(inner.c.district == parent.c.district, in_scope(scope, parent, inner))
        return keys_in(child, keys.where(within).correlate(parent))

    return where(condition)


def _results_below(scope: TreeScope) -> Reach:
    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        inner = platform.alias()
        source = inner.join(child, alike(inner, child, {"district": "district", "id": "platform_id"}))
        return source, and_(inner.c.district == parent.c.district, in_scope(scope, parent, inner))

    return reach


def _children_of(kind: PlatformKind) -> Reach:
    return where_alike({"district": "district", "id": "parent_id"}, lambda child: child.c.kind == kind)


def _platforms_in(scope: TreeScope) -> Callable[[FromClause], tuple[FromClause, FromClause, Condition]]:
    def each(parent: FromClause) -> tuple[FromClause, FromClause, Condition]:
        inner = platform.alias()
        return inner, inner, and_(inner.c.district == parent.c.district, in_scope(scope, parent, inner))

    return each


def _parts(reach: Reach, *, once: bool = False) -> dict[str, Parts]:
    deeper = (TreeScope.CHILDREN, TreeScope.SUBTREE)
    return {scope: Parts([Part(_platforms_in(scope), reach)], once=once) for scope in deeper}


def _leads(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
    of = linking(membership)
    source = of.join(child, alike(of, child, {"member_district": "district", "member_id": "id"}))
    is_lead = and_(of.c.role == MembershipRole.LEAD, includes(of.c.starts_on, of.c.ends_on, today()))
    return source, and_(alike(parent, of, {"district": "district", "id": "platform_id"}), is_lead)


district = of_district(concepts.platforms)
area = to_shared("Platform.area", concepts.platforms, concepts.areas, "area")
host = to_shared("Platform.host", concepts.platforms, concepts.areas, "host")
source = to_shared("Platform.source", concepts.platforms, concepts.sources, "source")
sponsor = Edge(
    "Platform.sponsor",
    concepts.platforms,
    concepts.organizations,
    through(
        platform_sponsor,
        {"district": "district", "id": "platform_id"},
        {"sponsor_district": "district", "sponsor_id": "id"},
    ),
)
lead = Edge("Platform.lead", concepts.platforms, concepts.members, _leads)
parent = to_own("Platform.parent", concepts.platforms, concepts.platforms, "parent")
ancestors = Edge(
    "Platform.ancestors", concepts.platforms, concepts.platforms, _same_district(where(is_above)), order=("path", True)
)
children = Edge("Platform.children", concepts.platforms, concepts.platforms, by(district="district", id="parent_id"))
halls = Edge(
    "DistrictForum.halls", concepts.platforms, concepts.platforms, _children_of(PlatformKind.DELIBERATION_HALL)
)
stations = Edge(
    "DeliberationHall.stations", concepts.platforms, concepts.platforms, _children_of(PlatformKind.CONSULTATION_STATION)
)
descendants = Edge(
    "Platform.descendants",
    concepts.platforms,
    concepts.platforms,
    _same_district(where(is_below)),
    arguments=(KINDS, DEPTH),
)
members = Edge(
    "Platform.members",
    concepts.platforms,
    concepts.memberships,
    by(district="district", id="platform_id"),
    arguments=(ROLE, ACTIVE_ON),
)
organizations = Edge(
    "Platform.organizations",
    concepts.platforms,
    concepts.organizations,
    by_any(
        hosting,
        {"district": "district", "id": "platform_id"},
        {"district": "district", "organization_id": "id"},
    ),
)
hostings = Edge(
    "Platform.hostings",
    concepts.platforms,
    concepts.hostings,
    by(district="district", id="platform_id"),
    arguments=(ACTIVE_ON,),
)
events = Edge(
    "Platform.events",
    concepts.platforms,
    concepts.events,
    {
        TreeScope.SELF: TO_EVENTS,
        TreeScope.CHILDREN: _events_below(TreeScope.CHILDREN),
        TreeScope.SUBTREE: _events_below(TreeScope.SUBTREE),
    },
    parts=_parts(TO_EVENTS),
    default_scope=TreeScope.SELF,
)
results = Edge(
    "Platform.results",
    concepts.platforms,
    concepts.results,
    {
        TreeScope.SELF: by(district="district", id="platform_id"),
        TreeScope.CHILDREN: _results_below(TreeScope.CHILDREN),
        TreeScope.SUBTREE: _results_below(TreeScope.SUBTREE),
    },
    parts=_parts(by(district="district", id="platform_id"), once=True),
    default_scope=TreeScope.SELF,
)
star_ratings = Edge(
    "Platform.starRatings", concepts.platforms, concepts.star_ratings, by(district="district", id="platform_id")
)
documents = Edge(
    "Platform.documents", concepts.platforms, concepts.documents, by(district="district", id="platform_id")
)
observations = Edge(
    "Platform.observations", concepts.platforms, concepts.observations, by(district="district", id="platform_id")
)

all_platforms = Edge("Query.platforms", None, concepts.platforms, everything)
