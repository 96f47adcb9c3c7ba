"""What a filter's fields mean: each names a condition, made here, on the rows of a concept.

A filter is an input type whose fields carry their condition as metadata; `condition_of` turns one into SQL. The same
functions serve every way of running an operation.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
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

LOCAL_TIME = ZoneInfo("Asia/Shanghai")
CONDITION = "condition"
MAX_TEXT = 100
MAX_VALUES = 1_000
MAX_FILTERS = 50

FieldCondition = Callable[[FromClause, Any], Condition]


class Range(Protocol):
    """Two optional days, both included."""

    since: date | None
    until: date | None


def condition_of(child: FromClause, filter: Any) -> Condition:
    """What `filter`, an input type's instance, asks of `child`'s rows; EmptyFilter when it asks nothing."""
    return and_(true(), *_conditions(child, filter))


def _conditions(child: FromClause, filter: Any) -> Iterator[Condition]:
    is_empty = True
    for field in fields(filter):
        value = getattr(filter, field.name)
        if value is UNSET:
            continue
        is_empty = False
        if value is None:
            # A null variable stands for "no such condition"; leaving every field out is what a typo looks like.
            continue
        if isinstance(value, list) and not value:
            raise EmptyFilter(
                f"{_graph_name(field.name)} is an empty list, which no row could meet; name at least one value"
            )
        if isinstance(value, list) and len(value) > MAX_VALUES:
            raise BadArgument(f"{_graph_name(field.name)} has {len(value)} values; name at most {MAX_VALUES}")
        if any(isinstance(text, str) and "\0" in text for text in (value if isinstance(value, list) else [value])):
            raise BadArgument(f"{_graph_name(field.name)} has a NUL character, which no text here has")
        yield field.metadata[CONDITION](child, value)
    if is_empty:
        name = type(filter).__name__
        raise EmptyFilter(f"{name} names no condition; leave the filter out to get every row")


def _graph_name(name: str) -> str:
    return to_camel_case(name.rstrip("_"))


def all_of(child: FromClause, filters: list[Any]) -> Condition:
    """Every one of `filters` holds."""
    _require_few(filters)
    return and_(*(condition_of(child, each) for each in filters))


def any_of(child: FromClause, filters: list[Any]) -> Condition:
    """At least one of `filters` holds."""
    _require_few(filters)
    return or_(*(condition_of(child, each) for each in filters))


def _require_few(filters: list[Any]) -> None:
    if len(filters) > MAX_FILTERS:
        raise BadArgument(f"and and or take at most {MAX_FILTERS} filters, got {len(filters)}")


def none_of(child: FromClause, filter: Any) -> Condition:
    """`filter` does not hold; a row for which it cannot be decided is one for which it does not hold."""
    return not_(func.coalesce(condition_of(child, filter), false()))


def one_of(column: str) -> FieldCondition:
    """The column has one of the values."""
    return lambda child, values: is_among(child.c[column], values)


def is_among(column: ColumnElement[Any], values: Sequence[Any]) -> Condition:
    """`column` has one of the values, which go to PostgreSQL as one array, however many they are."""
    # A number too large for a small column is then one that no row has, not an error.
    item = Integer() if isinstance(column.type, SmallInteger) else column.type
    return column == func.any(literal(list(values), ARRAY(item)))


def of_districts(condition: FieldCondition) -> FieldCondition:
    """`condition` on codes of districts, which are looked at first: a name or a longer code would find nothing."""

    def checked(child: FromClause, codes: list[str]) -> Condition:
        for code in codes:
            if not (code.isdecimal() and len(code) in (2, 4, 6)):
                raise BadArgument(f"a district's code has 6 digits (a city's 4, a province's 2), got {code[:40]!r}")
        return condition(child, codes)

    return checked


def equals(column: str) -> FieldCondition:
    """The column has the value."""
    return lambda child, value: child.c[column] == value


def is_set(column: str) -> FieldCondition:
    """Whether the column has any value."""
    return lambda child, value: child.c[column].is_not(None) if value else child.c[column].is_(None)


def has_any(column: str) -> FieldCondition:
    """The column, an array of texts, has one of the values."""
    return lambda child, values: child.c[column].op("&&")(cast(values, ARRAY(Text)))


def period_includes(start: str, end: str) -> FieldCondition:
    """The period between two columns, open where a date is not known, includes the day."""

    def condition(child: FromClause, day: Any) -> Condition:
        begin, finish = child.c[start], child.c[end]
        return and_(or_(begin.is_(None), begin <= day), or_(finish.is_(None), finish >= day))

    return condition


active_on = period_includes("starts_on", "ends_on")


def checked_range(value: Range, name: str) -> tuple[date | None, date | None]:
    """The two days of a range that says something and is not upside down."""
    since, until = value.since or None, value.until or None
    if since is None and until is None:
        raise EmptyFilter(f"{name} names neither since nor until; give at least one of them")
    if since and until and since > until:
        raise BadArgument(f"{name} is upside down: since {since} comes after until {until}")
    return since, until


def first_moment(day: date) -> datetime:
    """When `day` begins in the service's time zone."""
    return datetime.combine(day, time.min, LOCAL_TIME).astimezone(UTC)


def within(column: str) -> FieldCondition:
    """The column, a date or a time, lies within the days of a range, both included."""

    def condition(child: FromClause, value: Range) -> Condition:
        since, until = checked_range(value, to_camel_case(column))
        target = child.c[column]
        is_time = isinstance(target.type, DateTime)
        bounds = []
        # The earliest day Python knows has no moment of another zone; every time there can be comes after it.
        if since and since > date.min:
            bounds.append(target >= (first_moment(since) if is_time else since))
        if until:
            after = until + timedelta(days=1) if until < date.max else until
            bounds.append(target < (first_moment(after) if is_time else after))
        return and_(true(), *bounds)

    return condition


def at_least(column: str) -> FieldCondition:
    """The column is not below the value."""
    return lambda child, value: child.c[column] >= value


def at_most(column: str) -> FieldCondition:
    """The column is not above the value."""
    return lambda child, value: child.c[column] <= value


def matches(child: FromClause, text: str) -> Condition:
    """The row's texts, codes or pinyin initials have every word of `text`."""
    return child.c.terms.op("@@")(cast(literal(text_query(text)), TSQUERY))


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

    def condition(child: FromClause, filter: Any) -> Condition:
        far = edge.target.table.alias()
        source, reached = edge.reached(None)(child, far)
        return exists().select_from(source).where(reached, condition_of(far, filter)).correlate(child)

    return condition


def neighbour_has(edge: Edge, column: str) -> FieldCondition:
    """Some row at the other end of `edge` has one of the values in `column`."""

    def condition(child: FromClause, values: list[Any]) -> Condition:
        far = edge.target.table.alias()
        source, reached = edge.reached(None)(child, far)
        return exists().select_from(source).where(reached, is_among(far.c[column], values)).correlate(child)

    return condition


def has_some(edge: Edge) -> FieldCondition:
    """Whether there is any row at the other end of `edge`."""

    def condition(child: FromClause, value: bool) -> Condition:
        far = edge.target.table.alias()
        source, reached = edge.reached(None)(child, far)
        some = exists().select_from(source).where(reached).correlate(child)
        return some if value else not_(some)

    return condition


class Timing(Labelled):
    """Where an event stands in time, seen from now."""

    UPCOMING = "UPCOMING", "未开始", "Not begun yet"
    ONGOING = "ONGOING", "进行中", "Begun and not over"
    PAST = "PAST", "已结束", "Over"


def has_timing(child: FromClause, values: list[Any]) -> Condition:
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
    return timing.in_([str(value) for value in values])
