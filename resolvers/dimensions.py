"""What rollups count and what they group it by: how each dimension is read, told to people, and asked for in a filter.

A dimension is read off the subject's own row or off an *entity* the row leads to (its platform, its event). Dimensions
of one entity speak of the same row: an event at two platforms counts in the groups of both, and once in the total.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Interval, Text, and_, case, cast, func

from db.areas import area
from db.enums import (
    AreaLevel,
    AuthorityLevel,
    EventKind,
    EventMode,
    EventStatus,
    Labelled,
    PlatformKind,
    ResultKind,
    ResultStatus,
)
from db.organizations import organization, sector
from db.platforms import platform
from resolvers import concepts
from resolvers.areas import is_current
from resolvers.edges import Concept, Condition
from resolvers.entities import Columns, Json, RollupSubject, Rows, constant, fields, listed
from resolvers.texts import quoted

LOCAL = quoted("Asia/Shanghai")


class RollupDimension(Labelled):
    """What a rollup groups by."""

    PROVINCE = "PROVINCE", "省", "The province of the owning district"
    CITY = "CITY", "市", "The city of the owning district"
    DISTRICT = "DISTRICT", "区县(市)", "The owning district"
    TOWNSHIP = "TOWNSHIP", "镇街", "The township the platform is in"
    VILLAGE_OR_PARK = "VILLAGE_OR_PARK", "村社·园区", "The village or industry park the platform is in"
    PLATFORM = "PLATFORM", "平台", "The platform"
    PLATFORM_KIND = "PLATFORM_KIND", "平台类型", "The kind of platform"
    EVENT_KIND = "EVENT_KIND", "活动形式", "The kind of event"
    EVENT_STATUS = "EVENT_STATUS", "活动状态", "The status of the event"
    EVENT_MODE = "EVENT_MODE", "参加方式", "Whether the event is on site or on line"
    RESULT_KIND = "RESULT_KIND", "成果类型", "The kind of result"
    RESULT_STATUS = "RESULT_STATUS", "成果状态", "The status of the result"
    SECTOR = "SECTOR", "界别", "The sector the member represents"
    SPECIAL_COMMITTEE = "SPECIAL_COMMITTEE", "专委会", "The special committee the member belongs to"
    TOPIC = "TOPIC", "主题", "The topic"
    DEPARTMENT = "DEPARTMENT", "承办单位", "The department that handles the result"
    ADOPTING_BODY = "ADOPTING_BODY", "采纳单位", "The body that adopted the result"
    ENDORSEMENT_LEVEL = "ENDORSEMENT_LEVEL", "批示层级", "The level of the leaders who endorsed the result"
    INDICATOR = "INDICATOR", "指标", "The indicator of a published figure"
    IS_SAMPLE = "IS_SAMPLE", "是否样本", "Whether it is sample data"
    DAY = "DAY", "日", "The day, in Asia/Shanghai"
    MONTH = "MONTH", "月", "The month, in Asia/Shanghai"
    QUARTER = "QUARTER", "季度", "The quarter, in Asia/Shanghai"
    YEAR = "YEAR", "年", "The year, in Asia/Shanghai"


TIMES = {
    RollupDimension.DAY: ("day", "1 day", "YYYY-MM-DD", "YYYY-MM-DD"),
    RollupDimension.MONTH: ("month", "1 month", "YYYY-MM", 'YYYY"年"FMMM"月"'),
    RollupDimension.QUARTER: ("quarter", "3 months", 'YYYY"-Q"Q', 'YYYY"年第"Q"季度"'),
    RollupDimension.YEAR: ("year", "1 year", "YYYY", 'YYYY"年"'),
}
"""How a bucket of time is truncated, its length, and how its value and its label are written."""

# --- Dimensions


@dataclass(frozen=True)
class Told:
    """What is told of the groups of a dimension: columns beside those that tell the groups apart."""

    value: ColumnElement[str]
    label: ColumnElement[str]
    # What the entity meets that is in the group.
    condition: Json
    # The key of the node that the group stands for, by the columns of its concept.
    node: Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True)
class Dimension:
    """One way to group: the columns that tell groups apart, and what is told of a group by them.

    `told` gets the groups' own columns and gives what to look up, on which condition, and what is then told.
    """

    columns: Callable[[Rows], Columns]
    told: Callable[[Columns], tuple[FromClause | None, Condition | None, Told]]
    entity: str | None = None
    concept: Concept | None = None
    # Whether the entity may be there and the column still be null.
    is_partial: bool = False
    # Whether the columns are the entity's own; the subject's row may have its key, and then it is not looked up.
    is_joined: bool = True


def _enum(kind: type[Labelled], rows: str, column: str, field: str, entity: str | None = None) -> Dimension:
    def told(group: Columns) -> tuple[None, None, Told]:
        (value,) = group
        label = case(*((value == quoted(each.value), quoted(each.zh)) for each in kind), else_=quoted(""))
        key = func.coalesce(cast(value, Text), quoted(""))
        return None, None, Told(key, label, fields(**{field: listed(value)}), {})

    return Dimension(lambda of: [of[rows].c[column]], told, entity)


def _district(digits: int) -> Dimension:
    def columns(of: Rows) -> Columns:
        code = of["self"].c.district
        long_enough = func.char_length(code) >= digits
        return [code if digits == 6 else case((long_enough, func.left(code, digits)), else_=code)]

    def told(group: Columns) -> tuple[FromClause, Condition, Told]:
        (code,) = group
        found = area.alias()
        label = func.coalesce(found.c.name, code)
        # A city's or a province's own rows are in no district, a province's in no city either.
        owned = fields(district=listed(code))
        inside = fields(within=listed(code))
        condition = owned if digits == 6 else case((func.char_length(code) < digits, owned), else_=inside)
        # The code alone is not the key of an area; where there are several vintages the newest one has it.
        return found, and_(found.c.code == code, is_current(found)), Told(code, label, condition, {"id": found.c.id})

    return Dimension(columns, told, concept=concepts.areas)


def _area(
    pick: Callable[[FromClause], ColumnElement[Any]], levels: Sequence[AreaLevel], entity: str = "platform"
) -> Dimension:
    outside = constant({"not": {"area": {"level": [level.value for level in levels]}}})

    def told(group: Columns) -> tuple[FromClause, Condition, Told]:
        (id_,) = group
        found = area.alias()
        inside = fields(area=fields(under=listed(found.c.code)))
        condition = case((id_.is_(None), outside), else_=inside)
        value, label = (func.coalesce(column, quoted("")) for column in (found.c.code, found.c.name))
        return found, found.c.id == id_, Told(value, label, condition, {"id": found.c.id})

    return Dimension(lambda of: [pick(of["place"])], told, entity, concepts.areas, is_partial=True)


def _township(place: FromClause) -> ColumnElement[Any]:
    return case(
        (place.c.level == quoted(AreaLevel.TOWNSHIP), place.c.id),
        (place.c.level == quoted(AreaLevel.VILLAGE), place.c.parent_id),
    )


def _village_or_park(place: FromClause) -> ColumnElement[Any]:
    return case((place.c.level.in_([quoted(AreaLevel.VILLAGE), quoted(AreaLevel.PARK)]), place.c.id))


def _platform(of: Rows) -> Columns:
    return [of["platform"].c.district, of["platform"].c.id]


def _told_platform(group: Columns) -> tuple[FromClause, Condition, Told]:
    found = platform.alias()
    value, label = (func.coalesce(column, quoted("")) for column in (found.c.slug, found.c.name))
    node = {"district": found.c.district, "id": found.c.id}
    return found, _same(found, group), Told(value, label, fields(slug=listed(found.c.slug)), node)


def _body(rows: str, entity: str, prefix: str = "") -> Dimension:
    def told(group: Columns) -> tuple[FromClause, Condition, Told]:
        found = organization.alias()
        condition = fields(district=listed(found.c.district), kind=listed(found.c.kind), name=listed(found.c.name))
        id_ = concepts.organizations.computed["global_id"](found)
        value: ColumnElement[str] = case((found.c.id.is_(None), quoted("")), else_=id_)
        label = func.coalesce(found.c.name, quoted(""))
        node = {"district": found.c.district, "id": found.c.id}
        return found, _same(found, group), Told(value, label, condition, node)

    return Dimension(
        lambda of: [of[rows].c[f"{prefix}district"], of[rows].c[f"{prefix}id"]], told, entity, concepts.organizations
    )


def _department() -> Dimension:
    body = _body("department", "department")

    def told(group: Columns) -> tuple[FromClause | None, Condition | None, Told]:
        (id_,) = group
        # An id is unique among all districts.
        found, _, said = body.told([id_, id_])
        return found, None if found is None else found.c.id == id_, said

    return replace(body, columns=lambda of: [of["self"].c.department_id], told=told, is_joined=False)


def _same(found: FromClause, group: Columns) -> Condition:
    return and_(found.c.district == group[0], found.c.id == group[1])


def _sector(rows: str, entity: str | None = None) -> Dimension:
    without = constant({"hasSector": False})

    def told(group: Columns) -> tuple[FromClause, Condition, Told]:
        (id_,) = group
        found = sector.alias()
        condition = case((id_.is_(None), without), else_=fields(sector=fields(code=listed(found.c.code))))
        value, label = (func.coalesce(column, quoted("")) for column in (found.c.code, found.c.name))
        return found, found.c.id == id_, Told(value, label, condition, {"id": found.c.id})

    return Dimension(lambda of: [of[rows].c.sector_id], told, entity, concepts.sectors, is_partial=True)


def _told_topic(group: Columns) -> tuple[None, None, Told]:
    (topic,) = group
    text = func.coalesce(topic, quoted(""))
    return None, None, Told(text, text, fields(topics=listed(topic)), {})


def _told_sample(group: Columns) -> tuple[None, None, Told]:
    (value,) = group
    label = case((value, quoted("样本")), else_=quoted("事实"))
    return None, None, Told(cast(value, Text), label, fields(isSample=value), {})


def _told_indicator(group: Columns) -> tuple[FromClause, Condition, Told]:
    found = concepts.indicators.table.alias()
    condition = fields(indicator=listed(found.c.key))
    return found, found.c.id == group[0], Told(found.c.key, found.c.name, condition, {"id": found.c.id})


def _time(dimension: RollupDimension, column: str, field: str) -> Dimension:
    unit, length, value, label = TIMES[dimension]

    def columns(of: Rows) -> Columns:
        local = func.timezone(LOCAL, of["self"].c[column])
        return [cast(func.date_trunc(quoted(unit), local), Date)]

    def told(group: Columns) -> tuple[None, None, Told]:
        (bucket,) = group
        last = cast(bucket + cast(quoted(length), Interval) - cast(quoted("1 day"), Interval), Date)
        days = fields(since=bucket, until=last)
        key, text = (func.to_char(bucket, quoted(form), type_=Text) for form in (value, label))
        return None, None, Told(key, text, fields(**{field: days}), {})

    return Dimension(columns, told)


_D = RollupDimension
_DISTRICTS = {_D.PROVINCE: _district(2), _D.CITY: _district(4), _D.DISTRICT: _district(6)}
_SAMPLE = {_D.IS_SAMPLE: Dimension(lambda of: [of["self"].c.is_sample], _told_sample)}
_PLATFORM = {
    _D.TOWNSHIP: _area(_township, (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)),
    _D.VILLAGE_OR_PARK: _area(_village_or_park, (AreaLevel.VILLAGE, AreaLevel.PARK)),
    _D.PLATFORM: Dimension(_platform, _told_platform, "platform", concepts.platforms),
    _D.PLATFORM_KIND: _enum(PlatformKind, "platform", "kind", "kind", "platform"),
}
_TOPIC = {_D.TOPIC: Dimension(lambda of: [of["topic"].c.topic], _told_topic, "topic")}


def _event(rows: str, entity: str | None) -> dict[RollupDimension, Dimension]:
    return {
        _D.EVENT_KIND: _enum(EventKind, rows, "kind", "kind", entity),
        _D.EVENT_STATUS: _enum(EventStatus, rows, "status", "status", entity),
        _D.EVENT_MODE: _enum(EventMode, rows, "mode", "mode", entity),
    }


def _times(column: str, field: str) -> dict[RollupDimension, Dimension]:
    return {dimension: _time(dimension, column, field) for dimension in TIMES}


DIMENSIONS: Mapping[RollupSubject, Mapping[RollupDimension, Dimension]] = {
    RollupSubject.PLATFORMS: _DISTRICTS | _PLATFORM | _SAMPLE,
    RollupSubject.MEMBERS: _DISTRICTS
    | {_D.SECTOR: _sector("self"), _D.SPECIAL_COMMITTEE: _body("committee", "committee")}
    | _SAMPLE,
    RollupSubject.EVENTS: _DISTRICTS
    | _PLATFORM
    | _event("self", None)
    | _TOPIC
    | _SAMPLE
    | _times("starts_at", "startsAt"),
    RollupSubject.ATTENDANCES: _DISTRICTS
    | _event("event", "event")
    | {_D.SECTOR: _sector("member", "member")}
    | _SAMPLE
    | _times("starts_at", "startsAt"),
    RollupSubject.RESULTS: _DISTRICTS
    | _PLATFORM
    | {
        _D.EVENT_KIND: _enum(EventKind, "event", "kind", "kind", "event"),
        _D.RESULT_KIND: _enum(ResultKind, "self", "kind", "kind"),
        _D.RESULT_STATUS: _enum(ResultStatus, "self", "status", "status"),
        _D.DEPARTMENT: _department(),
        _D.ADOPTING_BODY: _body("adoption", "adoption", "organization_"),
        _D.ENDORSEMENT_LEVEL: _enum(AuthorityLevel, "endorsement", "level", "level", "endorsement"),
    }
    | _TOPIC
    | _SAMPLE
    | _times("raised_at", "raisedAt"),
    RollupSubject.OBSERVATIONS: _DISTRICTS
    | {_D.INDICATOR: Dimension(lambda of: [of["self"].c.indicator_id], _told_indicator, concept=concepts.indicators)}
    | _SAMPLE,
}
"""What each subject can be grouped by."""
