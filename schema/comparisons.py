"""Comparisons of what was published with what can be counted."""

from typing import Annotated

import strawberry

from db.enums import Precision
from resolvers import comparisons
from resolvers.comparisons import Compared
from resolvers.comparisons import Comparison as Asked
from schema.areas import District
from schema.fields import asking, column, listed
from schema.figures import Indicator


@strawberry.type(description="What one district reports of an indicator, and what its rows add up to.")
class ComparisonRow:
    district: District = asking(Compared.district, "The district.")
    reported: float | None = column(
        "What it published; the sum of several figures where the indicator adds up; null when it reports none."
    )
    precision: Precision | None = column("How exactly that is known; null when nothing is reported.")
    figures: int = column("How many figures it published.")
    computed: float | None = column("How many rows there are here; null for indicators that no rows are counted for.")
    of_which_sample: int | None = column("How many of these rows are sample data.")
    difference: float | None = column("What was computed minus what was reported; null where either is.")


@strawberry.type(description="What districts published of an indicator beside what can be counted.")
class Comparison:
    indicator: Indicator = asking(Asked.definition, "The indicator.")
    rows: list[ComparisonRow] = asking(
        Asked.rows, "A row for each district that takes part, by code.", price=listed(3_000, 20)
    )


Key = Annotated[str, strawberry.argument(description="The indicator's key, for example deliberation_halls.")]
Area = Annotated[
    list[str] | None,
    strawberry.argument(description="Only districts in these provinces, cities and districts, by code; at most 100."),
]


def comparison(_: None, indicator: Key, area: Area = None) -> Comparison:
    """What is asked of a comparison."""
    return comparisons.comparison(indicator, area)  # type: ignore[return-value]
