"""Rollups: what there is, counted and measured in groups, with how complete it is and the filter of each row."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from db.enums import Precision
from resolvers import rolling, rollups
from resolvers.asks import Named
from resolvers.costs import POINT, Price, Size
from resolvers.dimensions import RollupDimension
from resolvers.entities import RollupSubject
from resolvers.lookups import INDICATORS
from resolvers.measures import RollupMeasure
from resolvers.pages import OrderDirection
from resolvers.rollups import RolledKey, RolledRow, RolledValue
from schema.areas import District
from schema.enums import described
from schema.events import AttendanceFilter, EventFilter
from schema.fields import asking, column, listed
from schema.figures import Indicator, ObservationFilter
from schema.filters import DateRange
from schema.members import MemberFilter
from schema.nodes import OF_PAGE, Node
from schema.platforms import PlatformFilter
from schema.results import ResultFilter


def _indicator(self: RolledValue) -> Named:
    return Named(INDICATORS, ("key",), (self.measure.lower(),))


@strawberry.type(description="One dimension of a row of a rollup: which group it is.")
class RollupKey:
    dimension: RollupDimension = column("What is grouped by.")
    value: str = column(
        "Which group: a code, a slug, a key, the value of an enum, an id of a body, or a period such as 2023, 2023-Q3, "
        "2023-09 or 2023-09-28; empty for rows that have none, such as events that are at no platform."
    )
    label: str = column("What people call it, in Chinese; empty for rows that have none.")
    node: Node | None = asking(
        RolledKey.node, "The area, platform, body, sector or indicator it is; null where it is none."
    )


@strawberry.type(description="One measure of a row of a rollup.")
class RollupValue:
    measure: RollupMeasure = column("What was measured.")
    value: float | None = column("The value; null where there is none, such as a share of nothing. Never infinite.")
    precision: Precision = column("How exactly it is known: AT_LEAST when some of what it sums up is not reported.")
    indicator: Indicator = asking(_indicator, "What the measure is: formula, numerator, denominator and unit.")


@strawberry.type(description="How complete a row of a rollup is.")
class Completeness:
    reporting: int = column("How many districts have anything in the row.")
    expected: int = column(
        "How many could: those of the row's area, or of what was asked, that take part; of figures, that publish any."
    )
    periods_mixed: bool = column("Whether the figures of the row are for different periods.")
    missing: list[District] = asking(
        RolledRow.missing_districts, "The districts that have nothing in the row, by code.", price=listed(3_000)
    )


@strawberry.type(description="A row of a rollup: a group and what was measured of it.")
class RollupRow:
    keys: list[RollupKey] = column(
        "Which group it is: a key for each dimension asked for, in that order.", price=listed(rollups.MAX_DIMENSIONS, 2)
    )
    values: list[RollupValue] = column(
        "What was measured: a value for each measure asked for, in that order.", price=listed(len(RollupMeasure), 3)
    )
    completeness: Completeness = column("How complete it is.")
    where: JSON | None = column(
        "The filter that lists exactly the rows counted here: pass it as a variable to `where` of the list of the "
        "subject; null when it is all of them."
    )


@strawberry.type(description="What is counted and measured, in groups.")
class Rollup:
    rows: list[RollupRow] = asking(
        rolling.rows,
        "A row for each group, by its keys unless asked otherwise; of time, for empty periods too.",
        price=OF_PAGE,
    )
    total: RollupRow = asking(
        rolling.total, "All of it as one row, under the same filter. What is in several groups counts once."
    )
    row_count: int = asking(rolling.row_count, "How many rows there are before `first` cuts them off.")
    as_of: datetime = asking(rolling.as_of, "When it was read, in UTC: all of an operation shows the same moment.")


ROLLUP = Price(work=10 * POINT, page=Size(rollups.MAX_ROWS, 100, ("first",)))
"""What a rollup costs: some 100 groups, unless `first` says how many."""

FIELDS = StrEnum("RollupOrderField", {each.name: each.name for each in (*RollupDimension, *RollupMeasure)})  # type: ignore[misc]
RollupOrderField: Any = described(
    FIELDS,
    "What the rows of a rollup can be sorted by: a dimension or a measure that was asked for.",
    {each.name: f"{each.zh} · {each.en}" for each in (*RollupDimension, *RollupMeasure)},
)


@strawberry.input(description="One way to sort the rows of a rollup.")
class RollupOrder:
    field: RollupOrderField = strawberry.field(description="What to sort by; rows without a value come last.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.input(description="What the measures of a row have to be for it to be shown; at least one bound is given.")
class RollupHaving:
    measure: RollupMeasure = strawberry.field(description="A measure that was asked for.")
    at_least: float | None = strawberry.field(description="It is not below this.", default=None)
    at_most: float | None = strawberry.field(description="It is not above this.", default=None)
    and_: list["RollupHaving"] | None = strawberry.field(
        description="These hold too; they have no `and` of their own.", name="and", default=None
    )


def _condition(description: str) -> Any:
    return strawberry.field(description=description, default=strawberry.UNSET)


@strawberry.input(description="What a rollup counts; all conditions that are given must hold.")
class RollupFilter:
    area: list[str] | None = _condition(
        "Only what belongs to these provinces, cities and districts or, of platforms, events and results, what is in "
        "these townships, villages and parks; by code, at most 100, not both."
    )
    period: DateRange | None = _condition(
        "Only events that start, attendances of those, and results that are raised within these days."
    )
    is_sample: bool | None = _condition("Whether it is sample data.")
    platforms: PlatformFilter | None = _condition("Only platforms that meet this filter, when platforms are counted.")
    members: MemberFilter | None = _condition("Only members that meet this filter, when members are counted.")
    events: EventFilter | None = _condition("Only events that meet this filter, when events are counted.")
    attendances: AttendanceFilter | None = _condition(
        "Only attendances that meet this filter, when attendances are counted."
    )
    results: ResultFilter | None = _condition("Only results that meet this filter, when results are counted.")
    observations: ObservationFilter | None = _condition(
        "Only figures that meet this filter, when published figures are counted."
    )


Of = Annotated[RollupSubject, strawberry.argument(description="What to count.")]
By = Annotated[
    list[RollupDimension],
    strawberry.argument(description="What to group by, at most 6; of DAY, MONTH, QUARTER and YEAR at most one."),
]
Measures = Annotated[list[RollupMeasure], strawberry.argument(description="What to measure, at least one.")]
Where = Annotated[RollupFilter | None, strawberry.argument(description="What to count of it.")]
Having = Annotated[RollupHaving | None, strawberry.argument(description="Only rows that meet this.")]
OrderBy = Annotated[
    list[RollupOrder] | None,
    strawberry.argument(description="How to sort, most important first; by the keys when not given."),
]
First = Annotated[
    int | None,
    strawberry.argument(description=f"How many rows, 1–{rollups.MAX_ROWS:,}; {rollups.MAX_ROWS:,} when not given."),
]


def rollup(
    _: None,
    of: Of,
    by: By,
    measures: Measures,
    where: Where = None,
    having: Having = None,
    order_by: OrderBy = None,
    first: First = None,
) -> Rollup:
    """What is asked of a rollup."""
    return rollups.rolling(of, by, measures, where, having, order_by, first)  # type: ignore[return-value]
