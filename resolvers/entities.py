"""What a counted row leads to: the entities that dimensions are read off, and how a filter speaks of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, FromClause, and_, cast, func, true

from db.areas import area
from db.enums import (
    AuthorityLevel,
    EventKind,
    Labelled,
    OrganizationKind,
    PlatformKind,
)
from db.members import membership
from db.organizations import organization
from db.platforms import platform
from resolvers import events, results
from resolvers.edges import Condition, Edge, alike, linking
from resolvers.texts import quoted


class RollupSubject(Labelled):
    """What a rollup counts."""

    PLATFORMS = "PLATFORMS", "协商平台", "Consultation platforms"
    MEMBERS = "MEMBERS", "政协委员", "Members"
    EVENTS = "EVENTS", "活动", "Events, each belonging to the district that owns it"
    ATTENDANCES = "ATTENDANCES", "参加", "Members' and guests' parts in events"
    RESULTS = "RESULTS", "成果", "Results"
    OBSERVATIONS = "OBSERVATIONS", "公布的数字", "Published figures"


Rows = Mapping[str, FromClause]
Columns = Sequence[ColumnElement[Any]]
Json = ColumnElement[Any]


# --- JSON of filters


def constant(value: Any) -> Json:
    """A filter known while the program is written."""
    return cast(quoted(orjson.dumps(value).decode()), JSON)


def fields(**values: ColumnElement[Any]) -> Json:
    """A filter of these fields."""
    pairs = (part for name, value in values.items() for part in (quoted(name), value))
    return func.json_build_object(*pairs, type_=JSON)


def listed(*values: ColumnElement[Any]) -> Json:
    """A list of values, or of filters."""
    return func.json_build_array(*values, type_=JSON)


def _any_of(kind: type[Labelled]) -> list[str]:
    return [value.value for value in kind]


# --- Entities


@dataclass(frozen=True)
class Entity:
    """A row that the subject's leads to: how it is joined, and how a filter of the subject speaks of it."""

    # From the subject's rows to what is joined, on which condition, and the rows that dimensions are read off, by name.
    join: Callable[[FromClause], tuple[FromClause, Condition, Rows]]
    # The fields of the subject's filter on the way to the entity's own, and a filter that every one of them meets.
    path: tuple[str, ...]
    anything: Mapping[str, Any]
    is_required: bool = False
    is_many: bool = False

    def meeting(self, condition: Json) -> Json:
        """The subject has an entity that meets `condition`."""
        for name in reversed(self.path):
            condition = fields(**{name: condition})
        return condition

    @property
    def none(self) -> Json:
        """The subject has no such entity."""
        inner: Any = dict(self.anything)
        for name in reversed(self.path):
            inner = {name: inner}
        return constant({"not": inner})


def _along(name: str, edge: Edge, path: tuple[str, ...], anything: Mapping[str, Any], **options: Any) -> Entity:
    def join(child: FromClause) -> tuple[FromClause, Condition, Rows]:
        far = edge.target.table.alias(name)
        source, reached = edge.reached(None)(child, far)
        return source, reached, {name: far}

    return Entity(join, path, anything, **options)


def _with_area(edge: Edge, **options: Any) -> Entity:
    def join(child: FromClause) -> tuple[FromClause, Condition, Rows]:
        at, place = platform.alias("platform"), area.alias("place")
        source, reached = edge.reached(None)(child, at)
        return source.join(place, place.c.id == at.c.area_id), reached, {"platform": at, "place": place}

    return Entity(join, ("platform",), {"kind": _any_of(PlatformKind)}, **options)


def _own_area(child: FromClause) -> tuple[FromClause, Condition, Rows]:
    place = area.alias("place")
    return place, place.c.id == child.c.area_id, {"platform": child, "place": place}


def _committees(child: FromClause) -> tuple[FromClause, Condition, Rows]:
    of, body = linking(membership), organization.alias("committee")
    whose = alike(child, of, {"district": "member_district", "id": "member_id"})
    joined = of.join(body, alike(of, body, {"district": "district", "organization_id": "id"}))
    return joined, and_(whose, body.c.kind == quoted(OrganizationKind.SPECIAL_COMMITTEE)), {"committee": body}


def _topics(child: FromClause) -> tuple[FromClause, Condition, Rows]:
    named = func.unnest(child.c.topics).table_valued("topic").lateral("topic")
    return named, true(), {"topic": named}


_KINDS = {"kind": _any_of(OrganizationKind)}
_EVENT = {"kind": _any_of(EventKind)}
_MEMBER = {"or": [{"hasSector": True}, {"hasSector": False}]}
TOPIC = Entity(_topics, (), {"hasTopics": True}, is_many=True)

ENTITIES: Mapping[RollupSubject, Mapping[str, Entity]] = {
    RollupSubject.PLATFORMS: {"platform": Entity(_own_area, (), {}, is_required=True)},
    RollupSubject.MEMBERS: {
        "committee": Entity(
            _committees,
            ("memberships", "organization"),
            {"kind": [OrganizationKind.SPECIAL_COMMITTEE.value]},
            is_many=True,
        )
    },
    RollupSubject.EVENTS: {"platform": _with_area(events.platforms, is_many=True), "topic": TOPIC},
    RollupSubject.ATTENDANCES: {
        "event": _along("event", events.attendance_event, ("event",), _EVENT, is_required=True),
        "member": _along("member", events.attendance_member, ("member",), _MEMBER),
    },
    RollupSubject.RESULTS: {
        "platform": _with_area(results.platform),
        "event": _along("event", results.event, ("event",), _EVENT),
        "department": _along("department", results.department, ("department",), _KINDS),
        "adoption": _along("adoption", results.adoptions, ("adoption", "organization"), _KINDS, is_many=True),
        "endorsement": _along(
            "endorsement", results.endorsements, ("endorsement",), {"level": _any_of(AuthorityLevel)}, is_many=True
        ),
        "topic": TOPIC,
    },
    RollupSubject.OBSERVATIONS: {},
}
