"""What a filter's fields mean: each names a condition, made here, on the rows of a concept.

A filter is an input type whose fields carry their condition as metadata; `condition_of` turns one into SQL. The same
functions serve every way of running an operation: a condition is made once of what a value is, and what the value says
is checked and sent at each run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Interval,
    SmallInteger,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from db import search
from db.enums import Labelled
from resolvers.edges import Condition, Edge
from resolvers.errors import BadArgument, EmptyFilter
from resolvers.given import Given
from resolvers.times import LOCAL_TIME, first_moment

CONDITION = "condition"
MAX_TEXT = 100
MAX_VALUES = 1_000
MAX_FILTERS = 50

FieldCondition = Callable[[FromClause, Given[Any]], Condition]


class Range(Protocol):
    """Two optional days, both included."""

    since: date | None
    until: date | None


def condition_of(child: FromClause, filter: Given[Any]) -> Condition:
    """What `filter`, an input type's instance, asks of `child`'s rows; EmptyFilter when it asks nothing."""
    return and_(true(), *_conditions(child, filter))


def _conditions(child: FromClause, filter: Given[Any]) -> Iterator[Condition]:
    is_empty = True
    for field in fields(filter.now):
        value = filter.part(field.name)
        if value.now is UNSET:
            continue
        is_empty = False
        if value.now is None:
            # A null variable stands for "no such condition"; leaving every field out is what a typo looks like.
            continue
        if value.now == []:
            raise EmptyFilter(
                f"{_graph_name(field.name)} is an empty list, which no row could meet; name at least one value"
            )
        yield field.metadata[CONDITION](child, replace(value, name=_graph_name(field.name)))
    if is_empty:
        name = type(filter.now).__name__
        raise EmptyFilter(f"{name} names no condition; leave the filter out to get every row")


def _graph_name(name: str) -> str:
    return to_camel_case(name.rstrip("_"))


def all_of(child: FromClause, filters: Given[list[Any]]) -> Condition:
    """Every one of `filters` holds."""
    _require_few(filters.now)
    return and_(*(condition_of(child, each) for each in filters.items()))


def any_of(child: FromClause, filters: Given[list[Any]]) -> Condition:
    """At least one of `filters` holds."""
    _require_few(filters.now)
    return or_(*(condition_of(child, each) for each in filters.items()))


def _require_few(filters: list[Any]) -> None:
    if len(filters) > MAX_FILTERS:
        raise BadArgument(f"and and or take at most {MAX_FILTERS} filters, got {len(filters)}")


def none_of(child: FromClause, filter: Given[Any]) -> Condition:
    """`filter` does not hold; a row for which it cannot be decided is one for which it does not hold."""
    return not_(func.coalesce(condition_of(child, filter), false(), type_=Boolean))


def one_of(column: str) -> FieldCondition:
    """The column has one of the values."""
    return lambda child, values: is_among(child.c[column], values)


def is_among(
    column: ColumnElement[Any], values: Given[Sequence[Any]], check: Callable[[Any], None] | None = None
) -> Condition:
    """`column` has one of the values, which go to PostgreSQL as one array, however many they are."""
    name = values.name
    # A number too large for a small column is then one that no row has, not an error.
    item = Integer() if isinstance(column.type, SmallInteger) else column.type
    if len(values.now) == 1:
        # PostgreSQL takes an array of unknown length for one of ten values, and then plans anew at each run.
        return column == values.bound(item, lambda values: _checked_list(name, check, values)[0])
    return column == func.any(values.bound(ARRAY(item), partial(_checked_list, name, check)))


def _checked_list(name: str, check: Callable[[Any], None] | None, values: Sequence[Any]) -> list[Any]:
    if len(values) > MAX_VALUES:
        raise BadArgument(f"{name} has {len(values)} values; name at most {MAX_VALUES}")
    for value in values:
        _checked(name, value)
        if check is not None:
            check(value)
    return list(values)


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise BadArgument(f"{name} has a NUL character, which no text here has")
    return value


def is_of_district(column: str) -> FieldCondition:
    """The column, a district's code, is one of the values, which are looked at first: a name would find nothing."""
    return lambda child, codes: is_among(child.c[column], codes, check_district)


def check_district(code: str) -> None:
    """Refuse what can be no district's code."""
    if not (code.isdecimal() and len(code) in (2, 4, 6)):
        raise BadArgument(f"a district's code has 6 digits (a city's 4, a province's 2), got {code[:40]!r}")


def equals(column: str) -> FieldCondition:
    """The column has the value."""
    return lambda child, value: child.c[column] == bound_as(child.c[column], value)


def bound_as(column: ColumnElement[Any], value: Given[Any]) -> ColumnElement[Any]:
    """`value` as a parameter of the column's type."""
    return value.bound(column.type, partial(_checked, value.name))


def is_set(column: str) -> FieldCondition:
    """Whether the column has any value."""
    return lambda child, value: child.c[column].is_not(None) if value.now else child.c[column].is_(None)


def has_items(column: str) -> FieldCondition:
    """Whether the column, an array, has anything in it."""

    def condition(child: FromClause, value: Given[bool]) -> Condition:
        count = func.cardinality(child.c[column])
        return count > literal_column("0") if value.now else count == literal_column("0")

    return condition


def has_any(column: str) -> FieldCondition:
    """The column, an array of texts, has one of the values."""

    def condition(child: FromClause, values: Given[list[str]]) -> Condition:
        return child.c[column].op("&&")(values.bound(ARRAY(Text), partial(_checked_list, values.name, None)))

    return condition


def period_includes(start: str, end: str) -> FieldCondition:
    """The period between two columns, open where a date is not known, includes the day."""

    def condition(child: FromClause, day: Given[date]) -> Condition:
        return includes(child.c[start], child.c[end], day.bound(Date()))

    return condition


def includes(begin: ColumnElement[Any], finish: ColumnElement[Any], day: ColumnElement[Any]) -> Condition:
    """The period from `begin` to `finish`, open where either is null, includes the day."""
    return and_(or_(begin.is_(None), begin <= day), or_(finish.is_(None), finish >= day))


active_on = period_includes("starts_on", "ends_on")
"""The membership, or the place of activity, lasts on the day."""


def checked_range(value: Range, name: str) -> tuple[date | None, date | None]:
    """The two days of a range that says something and is not upside down."""
    since, until = value.since or None, value.until or None
    if since is None and until is None:
        raise EmptyFilter(f"{name} names neither since nor until; give at least one of them")
    if since and until and since > until:
        raise BadArgument(f"{name} is upside down: since {since} comes after until {until}")
    return since, until


def during(column: str) -> FieldCondition:
    """The column, a date or a time, lies within the days of a range, both included."""

    def condition(child: FromClause, value: Given[Range]) -> Condition:
        target = child.c[column]
        is_time = isinstance(target.type, DateTime)

        def since(value: Range) -> date | datetime:
            day, _ = checked_range(value, to_camel_case(column))
            day = day or date.min
            # The earliest day Python knows has no moment of another zone; every time there can be comes after it.
            return first_moment(max(day, date.min + timedelta(days=1))) if is_time else day

        def until(value: Range) -> date | datetime:
            _, day = checked_range(value, to_camel_case(column))
            after = min(day or date.max, date.max - timedelta(days=1)) + timedelta(days=1)
            return first_moment(after) if is_time else after

        checked_range(value.now, to_camel_case(column))
        bounds = []
        if value.now.since:
            bounds.append(target >= value.bound(target.type, since))
        if value.now.until:
            bounds.append(target < value.bound(target.type, until))
        return and_(true(), *bounds)

    return condition


def at_least(column: str) -> FieldCondition:
    """The column is not below the value."""
    return lambda child, value: child.c[column] >= bound_as(child.c[column], value)


def matches(child: FromClause, text: Given[str]) -> Condition:
    """The row's texts, codes or pinyin initials have every word of `text`."""
    return child.c.terms.op("@@")(cast(text.bound(Text(), text_query), TSQUERY))


def text_query(text: str) -> str:
    """`text` as a query, checked."""
    if "\0" in text:
        raise BadArgument("text has a NUL character, which no text here has")
    if len(text) > MAX_TEXT:
        raise BadArgument(f"text must be at most {MAX_TEXT} characters, got {len(text)}")
    query = search.query(text)
    if query is None:
        raise BadArgument("text is empty; give at least one character to look for")
    return query


def neighbour(edge: Edge) -> FieldCondition:
    """Some row at the other end of `edge` meets a filter."""
    return neighbour_is(edge, condition_of)


def neighbour_is(edge: Edge, condition: FieldCondition) -> FieldCondition:
    """Some row at the other end of `edge` meets a condition."""

    def some(child: FromClause, value: Given[Any]) -> Condition:
        far = edge.target.table.alias()
        source, reached = edge.reached(None)(child, far)
        return exists().select_from(source).where(reached, condition(far, value)).correlate(child)

    return some


def has_some(edge: Edge) -> FieldCondition:
    """Whether there is any row at the other end of `edge`."""

    def condition(child: FromClause, value: Given[bool]) -> Condition:
        some = neighbour_is(edge, lambda _, __: true())(child, value)
        return some if value.now else not_(some)

    return condition


class Timing(Labelled):
    """Where an event stands in time, seen from now."""

    UPCOMING = "UPCOMING", "未开始", "Not begun yet"
    ONGOING = "ONGOING", "进行中", "Begun and not over"
    PAST = "PAST", "已结束", "Over"


def has_timing(child: FromClause, values: Given[list[Any]]) -> Condition:
    """The event lies ahead, runs now or is over; without an end it lasts for its day, or its month or year if only
    that is known.
    """
    zone, precision = literal(LOCAL_TIME.key), child.c.date_precision
    unit = case((precision == "YEAR", "year"), (precision == "MONTH", "month"), else_="day")
    begin = func.date_trunc(unit, func.timezone(zone, child.c.starts_at))
    ends_at = func.coalesce(child.c.ends_at, func.timezone(zone, begin + cast(func.concat("1 ", unit), Interval)))
    timing = case(
        (child.c.starts_at > func.now(), literal(Timing.UPCOMING.value)),
        (ends_at < func.now(), literal(Timing.PAST.value)),
        else_=literal(Timing.ONGOING.value),
    )
    return is_among(timing, values)
