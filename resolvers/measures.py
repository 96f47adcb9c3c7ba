"""What rollups measure: each measure is made of figures that are counted once for a group, and says how exact it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Enum,
    Float,
    FromClause,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import array

from db.counters import ON_TIME
from db.enums import Aggregation, Labelled, Precision, Unit
from db.figures import indicator
from db.results import adoption
from resolvers.dimensions import RollupDimension
from resolvers.edges import alike
from resolvers.entities import RollupSubject
from resolvers.texts import quoted


class RollupMeasure(Labelled):
    """What a rollup measures of each group."""

    COUNT = "COUNT", "数量", "How many there are"
    DISTINCT_MEMBERS = "DISTINCT_MEMBERS", "委员人数", "How many different members"
    PUBLIC_PARTICIPANTS = "PUBLIC_PARTICIPANTS", "群众参与人次", "Times that members of the public took part"
    PARTICIPATION_PER_EVENT = (
        "PARTICIPATION_PER_EVENT",
        "场均参与人次",
        "Public participation per reporting event",
    )
    SUM = "SUM", "合计", "Sum of published figures of an indicator that adds up"
    AVERAGE = "AVERAGE", "平均", "Average of published figures"
    MEDIAN_DAYS_TO_CLOSE = "MEDIAN_DAYS_TO_CLOSE", "办结天数中位数", "Median days from raising to closing"
    P90_DAYS_TO_CLOSE = (
        "P90_DAYS_TO_CLOSE",
        "办结天数九成位",
        "Days within which nine of ten were closed",
    )
    ADOPTION_RATE = "ADOPTION_RATE", "采纳率", "Share of results that a body adopted"
    CLOSING_RATE = "CLOSING_RATE", "办结率", "Share of results that are closed"
    ON_TIME_RATE = "ON_TIME_RATE", "按时办结率", "Share of closed results that were closed within 90 days"
    PER_100_MEMBERS = "PER_100_MEMBERS", "每百名委员", "How many for every 100 members of the group's area"
    SHARE_OF_TOTAL = "SHARE_OF_TOTAL", "占比", "Share of all that are counted"
    RANK = "RANK", "名次", "Rank by how many there are, the largest first"
    CHANGE_ON_PREVIOUS = "CHANGE_ON_PREVIOUS", "环比", "Relative change against the period before"
    CHANGE_ON_YEAR = "CHANGE_ON_YEAR", "同比", "Relative change against the same period a year before"


@dataclass(frozen=True)
class Definition:
    """What a measure is: its unit, in words, and as a fraction where it is one."""

    unit: Unit
    formula: str
    numerator: str | None = None
    denominator: str | None = None


_M, _S = RollupMeasure, RollupSubject

ALL = tuple(RollupSubject)
SUBJECTS: Mapping[RollupMeasure, tuple[RollupSubject, ...]] = {
    _M.COUNT: ALL,
    _M.DISTINCT_MEMBERS: (_S.ATTENDANCES,),
    _M.PUBLIC_PARTICIPANTS: (_S.EVENTS,),
    _M.PARTICIPATION_PER_EVENT: (_S.EVENTS,),
    _M.SUM: (_S.OBSERVATIONS,),
    _M.AVERAGE: (_S.OBSERVATIONS,),
    _M.MEDIAN_DAYS_TO_CLOSE: (_S.RESULTS,),
    _M.P90_DAYS_TO_CLOSE: (_S.RESULTS,),
    _M.ADOPTION_RATE: (_S.RESULTS,),
    _M.CLOSING_RATE: (_S.RESULTS,),
    _M.ON_TIME_RATE: (_S.RESULTS,),
    _M.PER_100_MEMBERS: ALL,
    _M.SHARE_OF_TOTAL: ALL,
    _M.RANK: ALL,
    _M.CHANGE_ON_PREVIOUS: (_S.EVENTS, _S.ATTENDANCES, _S.RESULTS),
    _M.CHANGE_ON_YEAR: (_S.EVENTS, _S.ATTENDANCES, _S.RESULTS),
}
"""Of what each can be measured."""

FACTS = {_M.DISTINCT_MEMBERS, _M.SUM, _M.AVERAGE}
"""What no counter counts."""

PERCENTILES: Mapping[RollupMeasure, tuple[str, ColumnElement[Any]]] = {
    _M.MEDIAN_DAYS_TO_CLOSE: ("median", literal_column("0.5")),
    _M.P90_DAYS_TO_CLOSE: ("p90", literal_column("0.9")),
}
"""Measures that say within how many days a share of the closed results was closed, by the name of the figure."""

CHANGES = {_M.CHANGE_ON_PREVIOUS, _M.CHANGE_ON_YEAR}

DEFINITIONS: Mapping[RollupMeasure, Definition] = {
    _M.COUNT: Definition(Unit.ITEM, "rows of the group, each once"),
    _M.DISTINCT_MEMBERS: Definition(Unit.PERSON, "different members among the attendances of the group"),
    _M.PUBLIC_PARTICIPANTS: Definition(
        Unit.PERSON_TIME, "sum of public participants over the events that report them; visits, not people"
    ),
    _M.PARTICIPATION_PER_EVENT: Definition(
        Unit.PERSON_TIME, "public participants / events that report them", "public participants", "reporting events"
    ),
    _M.SUM: Definition(Unit.ITEM, "sum of the values; null for indicators that do not add up; in the indicator's unit"),
    _M.AVERAGE: Definition(
        Unit.ITEM, "sum of the values / figures; in the indicator's unit", "sum of the values", "figures"
    ),
    _M.MEDIAN_DAYS_TO_CLOSE: Definition(Unit.DAY, "median of closedAt - raisedAt over the closed results"),
    _M.P90_DAYS_TO_CLOSE: Definition(Unit.DAY, "90th percentile of closedAt - raisedAt over the closed results"),
    _M.ADOPTION_RATE: Definition(
        Unit.RATIO, "results with an adoption / results", "results with an adoption", "results"
    ),
    _M.CLOSING_RATE: Definition(Unit.RATIO, "closed results / results", "closed results", "results"),
    _M.ON_TIME_RATE: Definition(
        Unit.RATIO,
        f"results closed within {ON_TIME} days / closed results",
        f"results closed within {ON_TIME} days",
        "closed results",
    ),
    _M.PER_100_MEMBERS: Definition(
        Unit.RATIO, "100 * rows / members of the group's district, city or province", "100 * rows", "members"
    ),
    _M.SHARE_OF_TOTAL: Definition(Unit.RATIO, "rows of the group / rows in all", "rows of the group", "rows in all"),
    _M.RANK: Definition(Unit.ORDINAL, "1 + groups that have more rows"),
    _M.CHANGE_ON_PREVIOUS: Definition(
        Unit.RATIO, "(rows - rows of the period before) / rows of the period before", "difference", "rows before"
    ),
    _M.CHANGE_ON_YEAR: Definition(
        Unit.RATIO, "(rows - rows a year before) / rows a year before", "difference", "rows a year before"
    ),
}


# --- Figures: what is counted of the facts of a group

Figures = Mapping[str, ColumnElement[Any]]


def inputs(subject: RollupSubject, rows: FromClause) -> dict[str, ColumnElement[Any]]:
    """What the figures of a subject are counted from, for each of its rows."""
    match subject:
        case RollupSubject.EVENTS:
            return {"participants": rows.c.public_participants}
        case RollupSubject.ATTENDANCES:
            return {"member_district": rows.c.member_district, "member_id": rows.c.member_id}
        case RollupSubject.RESULTS:
            taken = adoption.alias()
            adopted = exists().where(alike(rows, taken, {"district": "district", "id": "result_id"})).correlate(rows)
            return {"raised_at": rows.c.raised_at, "closed_at": rows.c.closed_at, "is_adopted": adopted}
        case RollupSubject.OBSERVATIONS:
            names = ("value", "precision", "period_from", "period_to", "period_label")
            of_it = select(indicator.c.aggregation == quoted(Aggregation.SUM)).where(
                indicator.c.id == rows.c.indicator_id
            )
            return {name: rows.c[name] for name in names} | {"adds_up": of_it.correlate(rows).scalar_subquery()}
        case _:
            return {}


def needed(measures: Sequence[RollupMeasure]) -> frozenset[str]:
    """The figures that measures are made of, and those that every row has."""
    return frozenset({"rows", "districts", "periods", *(name for measure in measures for name in MADE_OF[measure])})


def districts_of(district: ColumnElement[Any], dimensions: Sequence[RollupDimension]) -> ColumnElement[Any]:
    """The districts that have anything in a group: where it is of one, that one, for which nothing has to be sorted."""
    return array([district]) if RollupDimension.DISTRICT in dimensions else func.array_agg(district.distinct())


def seconds_to_close(rows: FromClause) -> ColumnElement[Any]:
    """How long results took to close; as the index has it that is in the order of this."""
    return func.date_part(quoted("epoch"), rows.c.closed_at - rows.c.raised_at, type_=Float)


def in_days(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    """Seconds as days, of which there may be parts."""
    return seconds / literal_column("86400", Float)


def figures(subject: RollupSubject, facts: FromClause) -> dict[str, ColumnElement[Any]]:
    """The figures of a group of facts."""
    found: dict[str, ColumnElement[Any]] = {"rows": func.count()}
    match subject:
        case RollupSubject.EVENTS:
            participants = facts.c.participants
            found |= {"participants": func.sum(participants), "reporting": func.count(participants)}
        case RollupSubject.ATTENDANCES:
            who = func.row(facts.c.member_district, facts.c.member_id)
            found["members"] = func.count(who.distinct()).filter(facts.c.member_id.is_not(None))
        case RollupSubject.RESULTS:
            taken, days = facts.c.closed_at - facts.c.raised_at, in_days(seconds_to_close(facts))
            is_on_time = taken <= func.make_interval(*[literal_column("0")] * 3, literal_column(str(ON_TIME)))
            found |= {
                "adopted": func.count().filter(facts.c.is_adopted),
                "closed": func.count(facts.c.closed_at),
                "on_time": func.count().filter(is_on_time),
            }
            found |= {name: func.percentile_cont(share).within_group(days) for name, share in PERCENTILES.values()}
        case RollupSubject.OBSERVATIONS:
            periods = func.row(facts.c.period_from, facts.c.period_to, facts.c.period_label)
            found |= {
                "sum": case((func.bool_and(facts.c.adds_up), func.sum(facts.c.value))),
                "average": func.avg(facts.c.value),
                "is_about": func.bool_or(facts.c.precision == quoted(Precision.ABOUT)),
                "is_at_least": func.bool_or(facts.c.precision == quoted(Precision.AT_LEAST)),
                "periods": func.count(periods.distinct()),
            }
    return found


# --- Measures: what is made of the figures


@dataclass(frozen=True)
class Around:
    """What measures need beside a group's own figures."""

    total: ColumnElement[Any]
    members: ColumnElement[Any]
    rank: ColumnElement[Any]
    previous: ColumnElement[Any] | None
    last_year: ColumnElement[Any] | None


def _divided(part: ColumnElement[Any], whole: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(part, Float) / func.nullif(cast(whole, Float), literal_column("0"))


def _changed(rows: ColumnElement[Any], before: ColumnElement[Any] | None) -> ColumnElement[Any]:
    return literal_column("NULL") if before is None else _divided(rows - before, before)


MADE_OF: Mapping[RollupMeasure, Sequence[str]] = {
    _M.COUNT: (),
    _M.DISTINCT_MEMBERS: ("members",),
    _M.PUBLIC_PARTICIPANTS: ("participants", "reporting"),
    _M.PARTICIPATION_PER_EVENT: ("participants", "reporting"),
    _M.SUM: ("sum", "is_about", "is_at_least"),
    _M.AVERAGE: ("average", "is_about", "is_at_least"),
    _M.MEDIAN_DAYS_TO_CLOSE: ("median", "closed"),
    _M.P90_DAYS_TO_CLOSE: ("p90", "closed"),
    _M.ADOPTION_RATE: ("adopted",),
    _M.CLOSING_RATE: ("closed",),
    _M.ON_TIME_RATE: ("on_time", "closed"),
    _M.PER_100_MEMBERS: (),
    _M.SHARE_OF_TOTAL: (),
    _M.RANK: (),
    _M.CHANGE_ON_PREVIOUS: (),
    _M.CHANGE_ON_YEAR: (),
}
"""The figures that each measure is made of beside the rows of the group."""

MADE: Mapping[RollupMeasure, Callable[[Figures, Around], ColumnElement[Any]]] = {
    _M.COUNT: lambda of, _: of["rows"],
    _M.DISTINCT_MEMBERS: lambda of, _: of["members"],
    # Nobody came to no events; but of events that do not report it, nothing is known.
    _M.PUBLIC_PARTICIPANTS: lambda of, _: case(
        (of["rows"] == literal_column("0"), literal_column("0")), else_=of["participants"]
    ),
    _M.PARTICIPATION_PER_EVENT: lambda of, _: _divided(of["participants"], of["reporting"]),
    _M.SUM: lambda of, _: of["sum"],
    _M.AVERAGE: lambda of, _: of["average"],
    _M.MEDIAN_DAYS_TO_CLOSE: lambda of, _: of["median"],
    _M.P90_DAYS_TO_CLOSE: lambda of, _: of["p90"],
    _M.ADOPTION_RATE: lambda of, _: _divided(of["adopted"], of["rows"]),
    _M.CLOSING_RATE: lambda of, _: _divided(of["closed"], of["rows"]),
    _M.ON_TIME_RATE: lambda of, _: _divided(of["on_time"], of["closed"]),
    _M.PER_100_MEMBERS: lambda of, around: _divided(of["rows"] * literal_column("100"), around.members),
    _M.SHARE_OF_TOTAL: lambda of, around: _divided(of["rows"], around.total),
    _M.RANK: lambda _, around: around.rank,
    _M.CHANGE_ON_PREVIOUS: lambda of, around: _changed(of["rows"], around.previous),
    _M.CHANGE_ON_YEAR: lambda of, around: _changed(of["rows"], around.last_year),
}


def value(measure: RollupMeasure, of: Figures, around: Around) -> ColumnElement[Any]:
    """The value of a measure; null where it says nothing, as a share of nothing."""
    return cast(MADE[measure](of, around), Float)


def precision(measure: RollupMeasure, of: Figures) -> ColumnElement[Any]:
    """How exactly the value is known."""
    exact, at_least, about = (quoted(each) for each in (Precision.EXACT, Precision.AT_LEAST, Precision.ABOUT))
    known: ColumnElement[Any] = exact
    if measure is _M.PUBLIC_PARTICIPANTS:
        known = case((of["reporting"] < of["rows"], at_least), else_=exact)
    elif measure is _M.PARTICIPATION_PER_EVENT:
        known = case((of["reporting"] < of["rows"], about), else_=exact)
    elif measure in (_M.SUM, _M.AVERAGE):
        known = case((of["is_about"], about), (of["is_at_least"], at_least), else_=exact)
    return type_coerce(known, Enum(Precision))
