"""The rows that a rollup counts, with what tells their groups apart; once for each group that a row is in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    FromClause,
    Select,
    and_,
    exists,
    or_,
    select,
)

from resolvers import concepts, events, results
from resolvers.areas import is_under, is_within
from resolvers.dimensions import DIMENSIONS, TIMES, RollupDimension
from resolvers.edges import Condition, Edge
from resolvers.entities import ENTITIES, RollupSubject
from resolvers.filters import condition_of, during, equals, neighbour_is
from resolvers.given import Given
from resolvers.measures import inputs
from resolvers.rollups import TIME_OF, Rolling
from resolvers.times import first_moment

CONCEPTS = {
    RollupSubject.PLATFORMS: concepts.platforms,
    RollupSubject.MEMBERS: concepts.members,
    RollupSubject.EVENTS: concepts.events,
    RollupSubject.ATTENDANCES: concepts.attendances,
    RollupSubject.RESULTS: concepts.results,
    RollupSubject.OBSERVATIONS: concepts.observations,
}
Dimensions = Sequence[RollupDimension]


def facts(asked: Given[Rolling], dimensions: Dimensions, *, is_longer: bool) -> Select[Any]:
    """The rows that are counted; those of the year before too, when `is_longer`."""
    subject = asked.now.subject
    child = CONCEPTS[subject].table.alias("fact")
    of: dict[str, FromClause] = {"self": child}
    source: FromClause = child
    is_many = False
    joined_ones = [each for each in dimensions if DIMENSIONS[subject][each].is_joined]
    for name in entities(subject, joined_ones):
        entity = ENTITIES[subject][name]
        right, joined, rows = entity.join(child)
        source = source.join(right, joined, isouter=not entity.is_required)
        is_many |= entity.is_many
        of |= rows
    columns = [
        column.label(f"raw_{position}_{part}")
        for position, dimension in enumerate(dimensions)
        for part, column in enumerate(DIMENSIONS[subject][dimension].columns(of))
    ]
    counted = [column.label(name) for name, column in inputs(subject, child).items()]
    found = select(child.c.district, child.c.id, *columns, *counted).select_from(source)
    found = found.where(*conditions_on(asked, child, is_longer=is_longer))
    return found.distinct() if is_many else found


def entities(subject: RollupSubject, dimensions: Dimensions) -> list[str]:
    """The entities that dimensions are read off, each once."""
    names = (DIMENSIONS[subject][each].entity for each in dimensions)
    return list(dict.fromkeys(name for name in names if name is not None))


def conditions_on(asked: Given[Rolling], child: FromClause, *, is_longer: bool) -> list[Condition]:
    """What a rollup asks of the rows that it counts."""
    rolling, conditions = asked.now, []
    if rolling.filter is not None:
        conditions.append(condition_of(child, asked.part("filter")))
    if rolling.is_sample is not None:
        conditions.append(equals("is_sample")(child, asked.part("is_sample")))
    if rolling.tenants:
        conditions.append(is_within("district")(child, asked.part("tenants")))
    if rolling.places:
        conditions.append(_is_at(rolling.subject, child, asked.part("places")))
    if rolling.period is not None:
        inside = during(TIME_OF[rolling.subject])(child, asked.part("period"))
        conditions.append(or_(inside, _is_before(asked, child)) if is_longer else inside)
    return conditions


def _is_at(subject: RollupSubject, child: FromClause, codes: Given[Any]) -> Condition:
    """The platform is in one of the areas."""

    def at(platform: FromClause, codes: Given[Any]) -> Condition:
        place = concepts.areas.table.alias()
        return exists().where(place.c.id == platform.c.area_id, is_under(place, codes)).correlate(platform)

    if subject is RollupSubject.PLATFORMS:
        return at(child, codes)
    edge: Edge = events.platforms if subject is RollupSubject.EVENTS else results.platform
    return neighbour_is(edge, at)(child, codes)


def _is_before(asked: Given[Rolling], child: FromClause) -> Condition:
    """It lies in the year before the first bucket."""
    time = child.c[TIME_OF[asked.now.subject]]
    period, unit = asked.part("period"), TIMES[asked.now.time][0] if asked.now.time else "year"
    begin = period.bound(time.type, lambda given: first_moment(a_year_before(truncated(unit, given.since))))
    end = period.bound(time.type, lambda given: first_moment(truncated(unit, given.since)))
    return and_(time >= begin, time < end)


def truncated(unit: str, day: date) -> date:
    """The first day of the bucket that `day` is in."""
    months = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
    return day.replace(month=months[unit], day=1) if unit in months else day


def a_year_before(day: date) -> date:
    """The same day of the year before."""
    # As PostgreSQL has it: a year before 29 February is 28 February.
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
