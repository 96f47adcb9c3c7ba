"""Coverage: which areas have a platform of a kind, of how many that could."""

from datetime import date
from typing import Annotated

import strawberry

from db.enums import PlatformKind
from resolvers import coverages as asked
from resolvers.asks import Listing
from resolvers.coverages import Coverage as Asked
from resolvers.coverages import CoverageDenominator
from schema.areas import AreaConnection
from schema.fields import asking, column, paged
from schema.paging import After, Before, First, Last


def _uncovered(
    self: Asked, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Listing:
    return self.uncovered(first, after, last, before)


@strawberry.type(description="How much of an area has platforms of a kind.")
class Coverage:
    covered: int = asking(Asked.covered, "How many of the eligible areas have a platform of the kind.")
    eligible: int = asking(Asked.eligible, "How many areas could have one: the denominator.")
    ratio: float | None = asking(
        Asked.ratio, "The covered among the eligible, from 0 to 1; null when no area is eligible."
    )
    denominator: CoverageDenominator = column("Which areas are eligible.")
    vintage: date = asking(
        Asked.vintage, "The list of areas they were counted by: the oldest known for a day before it."
    )
    uncovered: AreaConnection = asking(_uncovered, "The eligible areas that have none, by code.", price=paged())


Code = Annotated[str, strawberry.argument(description="The area's code, for example 330114.")]
Kind = Annotated[PlatformKind, strawberry.argument(description="The kind of platform.")]
At = Annotated[
    date | None,
    strawberry.argument(
        description="By the list of areas of this day and the platforms then open; by the newest when not given."
    ),
]
Denominator = Annotated[
    CoverageDenominator | None,
    strawberry.argument(
        description="Which areas are eligible; when not given, townships for halls, villages for stations, parks for "
        "studios, and districts for forums and parlors."
    ),
]


def coverage(_: None, area: Code, kind: Kind, at: At = None, denominator: Denominator = None) -> Coverage:
    """What is asked of a coverage."""
    return asked.coverage(area, kind, at, denominator)  # type: ignore[return-value]
