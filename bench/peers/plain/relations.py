"""Where the relations of the graph lead, and what its lists can be filtered by."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import strawberry
from sqlalchemy import Column, ColumnElement, Table, and_

from bench.peers.plain.loaders import Relation
from db import enums
from db.areas import area
from db.events import attendance, event, event_participant, event_platform
from db.members import member, membership
from db.organizations import organization
from db.platforms import platform
from db.results import result

ZONE = ZoneInfo("Asia/Shanghai")
SHOWN = {
    *("district", "id", "code", "slug", "name", "title", "kind", "level", "status", "role", "state", "party"),
    *("duty_code", "starts_at", "is_sample", "parent_id", "parent_path", "area_id", "event_id"),
    *("member_district", "member_id"),
}


def _by_key(table: Table) -> Relation:
    return Relation(table, [table.c.district, table.c.id], shown(table))


def shown(table: Table) -> list[Column[Any]]:
    """The columns that the fields below show, and those that lead on."""
    return [column for column in table.c if column.name in SHOWN]


AREA = Relation(area, [area.c.id], shown(area))
PLATFORM, MEMBER, EVENT, ORGANIZATION, RESULT = map(_by_key, (platform, member, event, organization, result))
BY_SLUG = Relation(platform, [platform.c.slug], shown(platform))
PLATFORMS_OF_DISTRICT = Relation(platform, [platform.c.district], shown(platform), [platform.c.sort_key, platform.c.id])
CHILDREN = Relation(
    platform, [platform.c.district, platform.c.parent_id], shown(platform), [platform.c.sort_key, platform.c.id]
)
MEMBERSHIPS = Relation(
    membership, [membership.c.district, membership.c.platform_id], shown(membership), [membership.c.id]
)
EVENTS_OF_PLATFORM = Relation(
    event_platform.join(
        event, and_(event.c.district == event_platform.c.district, event.c.id == event_platform.c.event_id)
    ),
    [event_platform.c.platform_district, event_platform.c.platform_id],
    shown(event),
    [event_platform.c.starts_at.desc(), event_platform.c.event_id.desc()],
)
EVENTS_OF_DISTRICT = Relation(
    event_participant.join(
        event, and_(event.c.district == event_participant.c.district, event.c.id == event_participant.c.event_id)
    ),
    [event_participant.c.participant],
    shown(event),
    [event_participant.c.starts_at.desc(), event_participant.c.event_id.desc()],
)
RESULTS_OF_DISTRICT = Relation(result, [result.c.district], shown(result))
ATTENDANCES = Relation(
    attendance,
    [attendance.c.member_district, attendance.c.member_id],
    shown(attendance),
    [attendance.c.starts_at.desc(), attendance.c.id.desc()],
)


@strawberry.input
class PlatformFilter:
    kind: list[enums.PlatformKind] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        return [] if self.kind is None else [platform.c.kind.in_(self.kind)]


@strawberry.input
class ResultFilter:
    kind: list[enums.ResultKind] | None = None
    status: list[enums.ResultStatus] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.kind is not None:
            found.append(result.c.kind.in_(self.kind))
        if self.status is not None:
            found.append(result.c.status.in_(self.status))
        return found


@strawberry.input
class DateRange:
    since: date | None = None
    until: date | None = None


@strawberry.input
class EventFilter:
    starts_at: DateRange | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        period, starts_at = self.starts_at or DateRange(), event_participant.c.starts_at
        found: list[ColumnElement[bool]] = []
        if period.since is not None:
            found.append(starts_at >= _midnight(period.since))
        if period.until is not None:
            found.append(starts_at < _midnight(period.until + timedelta(days=1)))
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
