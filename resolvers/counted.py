"""Rollups that are read from counters instead of facts: which ones, and how.

A counter serves when it has all dimensions and figures that are asked for, and the period is one of whole months.
Percentiles are no counts, but where an index has the facts of each group in order, counting up to them is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from db import counters
from resolvers.areas import is_within
from resolvers.dimensions import DIMENSIONS, TIMES, RollupDimension
from resolvers.edges import Condition
from resolvers.entities import RollupSubject
from resolvers.facts import Dimensions, a_year_before, truncated
from resolvers.filters import equals
from resolvers.given import Given
from resolvers.measures import FACTS, PERCENTILES, RollupMeasure, districts_of, needed
from resolvers.ranked import is_ranked, with_percentiles
from resolvers.rollups import Rolling
from resolvers.texts import quoted

_D = RollupDimension
_LEADING = {_D.TOWNSHIP, _D.DEPARTMENT}
_ALWAYS = {_D.PROVINCE, _D.CITY, _D.DISTRICT, _D.IS_SAMPLE, _D.MONTH, _D.QUARTER, _D.YEAR}


@dataclass(frozen=True)
class Counter:
    """A counter as rollups read it: the dimensions it has beside those all have, by its columns."""

    table: Table
    dimensions: Mapping[RollupDimension, str]
    # Whether a fact counts in one place only, so that counts add up to the total.
    adds_up: bool = True


# The smaller one comes first.
COUNTERS: Mapping[RollupSubject, Sequence[Counter]] = {
    RollupSubject.EVENTS: (
        Counter(counters.event_counter, {_D.EVENT_KIND: "kind", _D.EVENT_STATUS: "status", _D.EVENT_MODE: "mode"}),
        Counter(counters.township_counter, {_D.TOWNSHIP: "township_id"}, adds_up=False),
    ),
    RollupSubject.RESULTS: (
        Counter(counters.result_counter, {_D.RESULT_KIND: "kind", _D.RESULT_STATUS: "status"}),
        Counter(counters.department_counter, {_D.DEPARTMENT: "department_id"}),
    ),
    RollupSubject.ATTENDANCES: (Counter(counters.attendance_counter, {_D.EVENT_KIND: "event_kind"}),),
}


def counter_of(rolling: Rolling, dimensions: Dimensions, measures: Sequence[RollupMeasure] = ()) -> Counter | None:
    """The counter to read these groups and what measures need of them from; None where facts have to be read."""
    if rolling.filter is not None or rolling.places or not rolling.is_of_whole_months or FACTS & set(measures):
        return None
    if PERCENTILES.keys() & set(measures) and not is_ranked(rolling, dimensions):
        return None
    for counter in COUNTERS.get(rolling.subject, ()):
        if set(dimensions) <= _ALWAYS | counter.dimensions.keys() and (
            counter.adds_up or counter.dimensions.keys() & set(dimensions)
        ):
            return counter
    return None


def counted_groups(asked: Given[Rolling], counter: Counter, dimensions: Dimensions, *, is_longer: bool) -> Select[Any]:
    """What is counted of each group, from a counter."""
    rows = counter.table.alias("counted")
    raw = [
        column.label(f"raw_{position}_{part}")
        for position, dimension in enumerate(dimensions)
        for part, column in enumerate(_columns(asked.now.subject, counter, dimension, rows))
    ]
    made = [districts_of(rows.c.district, dimensions).label("districts"), *figures(rows, asked.now.measures)]
    found = select(*raw, *made).where(*_conditions(asked, rows, is_longer=is_longer))
    if raw:
        found = found.group_by(*raw).having(func.sum(rows.c.rows) > literal_column("0"))
    return with_percentiles(asked, found, dimensions) if is_ranked(asked.now, dimensions) else found


def _columns(
    subject: RollupSubject, counter: Counter, dimension: RollupDimension, rows: FromClause
) -> Sequence[ColumnElement[Any]]:
    if dimension is _D.MONTH:
        return [rows.c.month]
    if dimension in TIMES:
        return [cast(func.date_trunc(quoted(TIMES[dimension][0]), rows.c.month), Date)]
    if dimension in counter.dimensions:
        column = rows.c[counter.dimensions[dimension]]
        # Where a fact leads nowhere, 0 stands for the id.
        return [func.nullif(column, literal_column("0"), type_=BigInteger) if dimension in _LEADING else column]
    return DIMENSIONS[subject][dimension].columns({"self": rows})


def figures(rows: FromClause, measures: Sequence[RollupMeasure]) -> list[ColumnElement[Any]]:
    """The figures of a group that measures need, as they would be counted of its facts."""
    found: list[ColumnElement[Any]] = []
    for name in ("rows", "reporting", "adopted", "closed", "on_time"):
        if name in needed(measures):
            count = func.coalesce(cast(func.sum(rows.c[name]), BigInteger), literal_column("0"))
            found.append(count.label(name))
    if "participants" in needed(measures):
        is_known = func.sum(rows.c.reporting) > literal_column("0")
        found.append(case((is_known, cast(func.sum(rows.c.participants), BigInteger))).label("participants"))
    return found


def _conditions(asked: Given[Rolling], rows: FromClause, *, is_longer: bool) -> list[Condition]:
    rolling, conditions = asked.now, []
    if rolling.is_sample is not None:
        conditions.append(equals("is_sample")(rows, asked.part("is_sample")))
    if rolling.tenants:
        conditions.append(is_within("district")(rows, asked.part("tenants")))
    if rolling.period is not None:
        conditions.append(_in_period(asked, rows, is_longer=is_longer))
    return conditions


def _in_period(asked: Given[Rolling], rows: FromClause, *, is_longer: bool) -> Condition:
    period, month = asked.part("period"), rows.c.month
    bounds = []
    if period.now.since:
        bounds.append(month >= period.bound(Date(), lambda given: given.since))
    if period.now.until:
        bounds.append(month <= period.bound(Date(), lambda given: given.until))
    inside = and_(*bounds)
    if not is_longer:
        return inside
    unit = TIMES[asked.now.time][0] if asked.now.time else "year"

    def first(given: Any) -> date:
        return truncated(unit, given.since)

    begin, end = period.bound(Date(), lambda given: a_year_before(first(given))), period.bound(Date(), first)
    return or_(inside, and_(month >= begin, month < end))


def counted_total(asked: Given[Rolling], counter: Counter) -> ColumnElement[Any]:
    """How many rows there are in all."""
    rows = counter.table.alias("all_counted")
    count = cast(func.sum(rows.c.rows), BigInteger)
    wanted = _conditions(asked, rows, is_longer=False)
    return select(func.coalesce(count, literal_column("0"))).select_from(rows).where(*wanted).scalar_subquery()
