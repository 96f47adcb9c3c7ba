"""Percentiles of how long departments take, found by rank: a counter says how many results each closed, and an index
has them in the order of how long that took. Nothing is sorted; for a median, half of the index is passed over.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Subquery,
    cast,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from db.results import result
from resolvers.dimensions import DIMENSIONS, RollupDimension
from resolvers.edges import Condition
from resolvers.entities import RollupSubject
from resolvers.facts import Dimensions, conditions_on
from resolvers.filters import equals
from resolvers.given import Given
from resolvers.measures import PERCENTILES, in_days, seconds_to_close
from resolvers.rollups import Rolling

_D = RollupDimension
# A department is one district's; these tell apart what has no department.
_AROUND = {_D.PROVINCE, _D.CITY, _D.DISTRICT}
ZERO, ONE, TWO = (literal_column(number, BigInteger) for number in "012")


def is_ranked(rolling: Rolling, dimensions: Dimensions) -> bool:
    """Whether the index has what is in a group side by side: it has a department's results of all times."""
    return rolling.period is None and {_D.DEPARTMENT} <= set(dimensions) <= _AROUND | {_D.DEPARTMENT}


def with_percentiles(asked: Given[Rolling], counted: Select[Any], dimensions: Dimensions) -> Select[Any]:
    """Groups, of which is counted how many results are `closed`, with the percentiles that are asked for."""
    groups = counted.subquery("counted_groups")
    source: FromClause = groups
    found: list[ColumnElement[Any]] = []
    for measure, (name, share) in PERCENTILES.items():
        if measure in asked.now.measures:
            percentile = _percentile(asked, groups, dimensions, name, share)
            source = source.join(percentile, true())
            found.append(percentile.c[name])
    return select(*groups.c, *found).select_from(source)


def _percentile(
    asked: Given[Rolling], groups: Subquery, dimensions: Dimensions, name: str, share: ColumnElement[Any]
) -> FromClause:
    """The days of the two nearest results, and between them in proportion, as `percentile_cont` has it."""
    place = cast(share, Float) * cast(func.greatest(groups.c.closed - ONE, ZERO), Float)
    rank = func.floor(place, type_=Float)
    fact = result.alias("fact")
    seconds = seconds_to_close(fact)

    def nearest(*conditions: Condition) -> Select[Any]:
        closed = select(in_days(seconds).label("days")).where(fact.c.closed_at.is_not(None), *conditions)
        return closed.order_by(seconds).offset(cast(rank, BigInteger)).limit(TWO).correlate(groups)

    raw = {dimension: groups.c[f"raw_{position}_0"] for position, dimension in enumerate(dimensions)}
    department = raw.pop(_D.DEPARTMENT)
    of_sample = [] if asked.now.is_sample is None else [equals("is_sample")(fact, asked.part("is_sample"))]
    own = nearest(fact.c.district == groups.c.districts[1], fact.c.department_id == department, *of_sample)
    declared = DIMENSIONS[RollupSubject.RESULTS]
    around = (declared[dimension].columns({"self": fact})[0] == column for dimension, column in raw.items())
    without = (department.is_(None), fact.c.department_id.is_(None), *around)
    rest = nearest(*without, *conditions_on(asked, fact, is_longer=False))
    two = union_all(own, rest).subquery("nearest")
    lowest, highest = func.min(two.c.days), func.max(two.c.days)
    between = lowest + (place - rank) * (highest - lowest)
    return select(between.label(name)).select_from(two).correlate(groups).lateral(name)
