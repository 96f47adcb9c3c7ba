"""Reported and computed side by side: what districts published of an indicator, and what their rows add up to."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    Float,
    FromClause,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
    type_coerce,
)

from db.enums import Aggregation, EventKind, OrganizationKind, PlatformKind, Precision, ResultKind
from db.events import event
from db.figures import indicator, observation
from db.members import member
from db.organizations import organization
from db.platforms import platform
from db.results import result
from resolvers import concepts
from resolvers.areas import is_tenant, is_within
from resolvers.asks import Made, Named, One, Shaped
from resolvers.edges import Condition, Edge, where_alike
from resolvers.errors import BadArgument, UnknownCode
from resolvers.given import Given, shape_of
from resolvers.lookups import INDICATORS, takes_part
from resolvers.rollups import MAX_AREAS
from resolvers.texts import quoted

MAX_DISTRICTS = 3_000


def _of(kind: str) -> Callable[[FromClause], Condition]:
    return lambda rows: rows.c.kind == quoted(kind)


def _all(_: FromClause) -> Condition:
    return true()


COMPUTED: Mapping[str, tuple[FromClause, Callable[[FromClause], Condition]]] = {
    "district_forums": (platform, _of(PlatformKind.DISTRICT_FORUM)),
    "deliberation_halls": (platform, _of(PlatformKind.DELIBERATION_HALL)),
    "consultation_stations": (platform, _of(PlatformKind.CONSULTATION_STATION)),
    "member_studios": (platform, _of(PlatformKind.MEMBER_STUDIO)),
    "members": (member, _all),
    "hall_sessions": (event, _of(EventKind.HALL_SESSION)),
    "recommendations_made": (result, _of(ResultKind.RECOMMENDATION)),
    "supervision_items": (result, _of(ResultKind.SUPERVISION_ITEM)),
    "temporary_party_groups": (organization, _of(OrganizationKind.PARTY_GROUP)),
}
"""The indicators that rows can be counted for: which rows those are. The others can only be reported."""


@dataclass(frozen=True, eq=False)
class Comparison(Shaped):
    """What is asked: an indicator, by key, and in which areas."""

    indicator: str
    area: tuple[str, ...]

    @property
    def shape(self) -> Hashable:
        return Comparison, shape_of(self.area)

    def definition(self) -> Named:
        """The indicator."""
        unknown = UnknownCode(f"no indicator has the key {self.indicator[:40]!r}; ask indicators for all")
        return Named(INDICATORS, ("key",), (self.indicator,), missing=unknown)

    def rows(self) -> Made:
        """A row for each district."""
        return Made(self, rows_of, lambda _, columns: Compared(columns), limit=MAX_DISTRICTS)


DISTRICT = Edge("ComparisonRow.district", None, concepts.tenants, where_alike({"code": "code"}, is_tenant),
                pairs={"code": "code"}, given=is_tenant)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Compared:
    """What one district reports, and what was counted."""

    columns: Any

    def district(self) -> One:
        """The district."""
        return One((DISTRICT,), self.columns)

    def __getattr__(self, name: str) -> Any:
        # Python itself asks whether an object has this and that; those are no columns.
        if name.startswith("__"):
            raise AttributeError(name)
        return self.columns[name]


def rows_of(asked: Given[Comparison]) -> Select[Any]:
    """What each district reports and what was counted, by code."""
    district = concepts.tenants.table.alias("district")
    key = asked.part("indicator").bound(Text())
    reported = _reported(district, key).lateral("reported")
    computed = _computed(district, asked).lateral("computed")
    value = cast(computed.c.value, Float)
    chosen = [takes_part(district, district)]
    if asked.now.area:
        chosen.append(is_within("code")(district, asked.part("area")))
    return (
        select(
            district.c.code,
            reported.c.value.label("reported"),
            reported.c.precision,
            reported.c.figures,
            value.label("computed"),
            computed.c.sample.label("of_which_sample"),
            (value - reported.c.value).label("difference"),
            func.row_number().over(order_by=district.c.code).label("position"),
        )
        .select_from(district.join(reported, true()).join(computed, true()))
        .where(*chosen)
    )


def _reported(district: FromClause, key: ColumnElement[Any]) -> Select[Any]:
    """The sum of what the district published; null where it is several figures of an indicator that does not add up."""
    of = observation.join(indicator, indicator.c.id == observation.c.indicator_id)
    count = func.count()
    is_one = count == literal_column("1")
    adds_up = func.bool_or(indicator.c.aggregation == quoted(Aggregation.SUM))
    known = (
        (func.bool_or(observation.c.precision == quoted(each)), quoted(each))
        for each in (Precision.ABOUT, Precision.AT_LEAST, Precision.EXACT)
    )
    return (
        select(
            case((is_one | adds_up, func.sum(observation.c.value))).label("value"),
            type_coerce(
                case(*known, (count > literal_column("0"), quoted(Precision.COUNTED_FROM_LIST))), Enum(Precision)
            ).label("precision"),
            count.label("figures"),
        )
        .select_from(of)
        .where(observation.c.district == district.c.code, indicator.c.key == key)
        .correlate(district)
    )


def _computed(district: FromClause, asked: Given[Comparison]) -> Select[Any]:
    """How many rows the district has, and how many of them are sample data."""

    def counted(*more: Callable[[FromClause], Condition]) -> ColumnElement[Any]:
        key = asked.part("indicator").bound(Text())
        choices = []
        for name, (table, condition) in COMPUTED.items():
            rows = table.alias()
            wanted = and_(rows.c.district == district.c.code, condition(rows), *(each(rows) for each in more))
            count = select(func.count()).select_from(rows).where(wanted).correlate(district).scalar_subquery()
            choices.append((key == quoted(name), count))
        return case(*choices, else_=null())

    return select(counted().label("value"), counted(lambda rows: rows.c.is_sample).label("sample"))


def comparison(key: str, area: Sequence[str] | None) -> Comparison:
    """The comparison of what is reported of an indicator with what is counted."""
    if "\0" in key:
        raise UnknownCode("no indicator's key has a NUL character in it")
    if area is not None and not 1 <= len(area) <= MAX_AREAS:
        raise BadArgument(f"area must name 1–{MAX_AREAS} codes, got {len(area)}")
    return Comparison(key, tuple(area or ()))
