"""Rollups: what a caller may ask of them, checked, and the rows they have; `resolvers.rolling` makes the statement."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import orjson
from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from db.enums import Labelled
from resolvers import concepts
from resolvers.areas import TENANT, is_tenant
from resolvers.asks import Among, One, Shaped
from resolvers.dimensions import DIMENSIONS, TIMES, RollupDimension
from resolvers.edges import Concept, Edge, where, where_alike
from resolvers.entities import RollupSubject
from resolvers.errors import BadArgument
from resolvers.filters import checked_range
from resolvers.given import shape_of
from resolvers.measures import CHANGES, SUBJECTS, RollupMeasure

MAX_DIMENSIONS = 6
MAX_BUCKETS = 1_000
MAX_ROWS = 1_000
MAX_AREAS = 100
# What the subjects that have a time call it, as a column.
TIME_OF = {
    RollupSubject.EVENTS: "starts_at",
    RollupSubject.ATTENDANCES: "starts_at",
    RollupSubject.RESULTS: "raised_at",
}
DAYS_OF = {
    RollupDimension.DAY: 1,
    RollupDimension.MONTH: 30,
    RollupDimension.QUARTER: 91,
    RollupDimension.YEAR: 365,
}
AREA_CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})?|[0-9]{6}-[A-Z][0-9]+")


@dataclass(frozen=True)
class Bound:
    """What a measure of a row has to be."""

    measure: RollupMeasure
    at_least: float | None
    at_most: float | None

    @property
    def shape(self) -> Hashable:
        return self.measure, self.at_least is None, self.at_most is None


@dataclass(frozen=True, eq=False)
class Rolling(Shaped):
    """What is asked of a rollup: rows of `subject` in `tenants` or `places`, grouped and measured."""

    subject: RollupSubject
    dimensions: tuple[RollupDimension, ...]
    measures: tuple[RollupMeasure, ...]
    # Codes of provinces, cities and districts, and codes of smaller areas; no more than these when there are any.
    tenants: tuple[str, ...]
    places: tuple[str, ...]
    period: Any
    is_sample: bool | None
    # A filter of the subject's own.
    filter: Any
    having: tuple[Bound, ...]
    # The names of dimensions and measures, and whether each descends.
    order: tuple[tuple[str, bool], ...]
    first: int

    @property
    def shape(self) -> Hashable:
        """What rollups share that are read by the same statement with other values."""
        values = (self.tenants, self.places, self.period, self.is_sample, self.filter)
        bounds = tuple(bound.shape for bound in self.having)
        asked = (self.subject, self.dimensions, self.measures, self.order, self.is_of_whole_months)
        return (Rolling, *asked, *map(shape_of, values), bounds)

    @property
    def is_of_whole_months(self) -> bool:
        """Whether the period, if there is one, begins with a month and ends with one."""
        since, until = (self.period.since or None, self.period.until or None) if self.period else (None, None)
        return (since is None or since.day == 1) and (until is None or (until + timedelta(days=1)).day == 1)

    @property
    def time(self) -> RollupDimension | None:
        """The dimension of time, if there is one."""
        return next((each for each in self.dimensions if each in TIMES), None)

    @property
    def filter_text(self) -> str:
        """The filter of the subject that this asks for beside its groups: the texts of its conditions, with commas."""
        conditions: list[Any] = []
        if self.filter is not None:
            conditions.append(as_json(self.filter))
        if self.period is not None:
            conditions.append({to_camel_case(TIME_OF[self.subject]): as_json(self.period)})
        if self.is_sample is not None:
            conditions.append({"isSample": self.is_sample})
        if self.tenants:
            conditions.append({"within": self.tenants})
        if self.places:
            at = {"area": {"under": self.places}}
            conditions.append(at if self.subject is RollupSubject.PLATFORMS else {"platform": at})
        return ",".join(orjson.dumps(condition).decode() for condition in conditions)


# --- Rows


@dataclass(frozen=True, eq=False)
class RolledRow:
    """A row of a rollup: its columns are `key_0`, `label_0` and so on, in the order of what was asked."""

    rolling: Rolling
    columns: Any
    is_total: bool = False

    @property
    def keys(self) -> "list[RolledKey]":
        """What tells the row from others, one for each dimension."""
        dimensions = () if self.is_total else self.rolling.dimensions
        return [RolledKey(self, each, position) for position, each in enumerate(dimensions)]

    @property
    def values(self) -> "list[RolledValue]":
        """What was measured."""
        return [RolledValue(self, each, position) for position, each in enumerate(self.rolling.measures)]

    @property
    def completeness(self) -> "RolledRow":
        """The row again, for what it says of itself."""
        return self

    @property
    def reporting(self) -> Any:
        """How many districts have anything in the row."""
        return self.columns["reporting"]

    @property
    def expected(self) -> Any:
        """How many could."""
        return self.columns["expected"]

    @property
    def periods_mixed(self) -> Any:
        """Whether its figures are for different periods."""
        return self.columns["periods_mixed"]

    @property
    def where(self) -> Any:
        """The filter of the subject that leaves the rows counted here."""
        found = self.columns["where"]
        return orjson.loads(found) if isinstance(found, str) else found

    def missing_districts(self) -> Among:
        """The districts that have nothing in the row."""
        return Among(MISSING, self.columns, "missing")


@dataclass(frozen=True, eq=False)
class RolledKey:
    """One dimension of a row."""

    row: RolledRow
    dimension: RollupDimension
    position: int

    @property
    def value(self) -> Any:
        """What tells the group from others."""
        return self.row.columns[f"key_{self.position}"]

    @property
    def label(self) -> Any:
        """What people call it."""
        return self.row.columns[f"label_{self.position}"]

    def node(self) -> One | None:
        """The row of the graph that the group is."""
        concept = DIMENSIONS[self.row.rolling.subject][self.dimension].concept
        return None if concept is None else One((NODES[concept][self.position],), self.row.columns)


@dataclass(frozen=True, eq=False)
class RolledValue:
    """One measure of a row."""

    row: RolledRow
    measure: RollupMeasure
    position: int

    @property
    def value(self) -> Any:
        """The value, null where there is none."""
        return self.row.columns[f"value_{self.position}"]

    @property
    def precision(self) -> Any:
        """How exactly it is known."""
        return self.row.columns[f"precision_{self.position}"]


def _node_edge(concept: Concept, position: int) -> Edge:
    pairs = {f"node_{position}_{name}": name for name in concept.key}
    return Edge(f"RollupKey.node {position}", None, concept, where_alike(pairs), pairs=pairs)


NODES = {
    concept: tuple(_node_edge(concept, position) for position in range(MAX_DIMENSIONS))
    for concept in {each.concept for of in DIMENSIONS.values() for each in of.values() if each.concept}
}
MISSING = Edge(
    "Completeness.missing",
    None,
    concepts.tenants,
    where(lambda parent, child: is_tenant(child) & (child.c.code == parent.c.missing.any_())),
    limit=3_000,
)


# --- What a caller asks, checked


def rolling(
    subject: RollupSubject,
    by: Sequence[RollupDimension],
    measures: Sequence[RollupMeasure],
    where: Any,
    having: Any,
    order_by: Sequence[Any] | None,
    first: int | None,
) -> Rolling:
    """The rollup a caller asks for; a Fault says what cannot be asked and what can."""
    # Strawberry gives the values of enums, which are texts.
    subject = RollupSubject[subject]
    dimensions = _checked([RollupDimension[each] for each in by], "by", [*DIMENSIONS[subject]], subject, "grouped by")
    measurable = [each for each in RollupMeasure if subject in SUBJECTS[each]]
    chosen = _checked([RollupMeasure[each] for each in measures], "measures", measurable, subject, "measured by")
    if not chosen:
        raise BadArgument("measures is an empty list; ask for at least one, such as COUNT")
    if len(dimensions) > MAX_DIMENSIONS:
        raise BadArgument(f"by has {len(dimensions)} dimensions; name at most {MAX_DIMENSIONS}")
    times = [each for each in dimensions if each in TIMES]
    if len(times) > 1:
        raise BadArgument(f"by names {' and '.join(times)}; name one of them")
    if first is not None and not 1 <= first <= MAX_ROWS:
        raise BadArgument(f"first must be 1–{MAX_ROWS:,}, got {first}")
    asked = _filter_of(where, subject)
    _check_period(asked.get("period"), subject, times[0] if times else None)
    if CHANGES & set(chosen) and not times:
        raise BadArgument("a change is that of a period against another; name DAY, MONTH, QUARTER or YEAR in by")
    tenants, places = _areas(asked.get("area"), subject)
    return Rolling(
        subject, dimensions, chosen, tenants, places, asked.get("period"), asked.get("is_sample"),
        asked.get(subject.lower()), _bounds(having, chosen), _order(order_by, dimensions, chosen), first or MAX_ROWS,
    )  # fmt: skip


def _checked(given: Sequence[Any], name: str, allowed: Any, subject: RollupSubject, how: str) -> tuple[Any, ...]:
    for each in given:
        if each not in allowed:
            raise BadArgument(f"{subject} cannot be {how} {each}; they can be by {', '.join(allowed)}")
    if len(set(given)) < len(given):
        raise BadArgument(f"{name} names {next(each for each in given if given.count(each) > 1)} twice")
    return tuple(given)


def _filter_of(where: Any, subject: RollupSubject) -> dict[str, Any]:
    """The parts of a rollup's filter that say something."""
    found = {}
    for each in fields(where) if where is not None else ():
        value = getattr(where, each.name)
        if value is UNSET or value is None:
            continue
        is_of_subject = each.name.upper() in RollupSubject.__members__
        if is_of_subject and each.name != subject.lower():
            raise BadArgument(f"{each.name} cannot filter {subject}; give conditions on them in {subject.lower()}")
        found[each.name] = value
    return found


def _check_period(period: Any, subject: RollupSubject, bucket: RollupDimension | None) -> None:
    if period is None:
        if bucket is not None:
            raise BadArgument(f"{bucket} needs a period to fill; give where: {{period: {{since: …, until: …}}}}")
        return
    if subject not in TIME_OF:
        raise BadArgument(f"{subject} have no time of their own; leave period out")
    since, until = checked_range(period, "period")
    if bucket is None:
        return
    if since is None or until is None:
        raise BadArgument(f"{bucket} needs both ends of the period; give since and until")
    count = ((until - since).days + 1) // DAYS_OF[bucket]
    if count > MAX_BUCKETS:
        told = f"the period has some {count:,} times {bucket}, and at most {MAX_BUCKETS:,} are filled"
        raise BadArgument(f"{told}; take a shorter period or a longer bucket")
    if since.year < 2 or until.year > 9_990:
        raise BadArgument("the period must lie between the years 2 and 9990")


def _areas(codes: Sequence[str] | None, subject: RollupSubject) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if codes is None:
        return (), ()
    if not codes or len(codes) > MAX_AREAS:
        raise BadArgument(f"area must name 1–{MAX_AREAS} codes, got {len(codes)}")
    for code in codes:
        if not AREA_CODE.fullmatch(code):
            raise BadArgument(f"an area's code has 2, 4, 6, 9 or 12 digits, or is like 330114-P01; got {code[:40]!r}")
    tenants = tuple(code for code in codes if TENANT.fullmatch(code))
    places = tuple(code for code in codes if not TENANT.fullmatch(code))
    if tenants and places:
        raise BadArgument("area mixes districts with smaller areas; ask for them apart")
    if places and subject not in (RollupSubject.PLATFORMS, RollupSubject.EVENTS, RollupSubject.RESULTS):
        raise BadArgument(f"{subject} belong to districts; {places[0]} is smaller than one")
    return tenants, places


def _bounds(having: Any, measures: Sequence[RollupMeasure]) -> tuple[Bound, ...]:
    if having is None:
        return ()
    parts = [having, *(having.and_ or ())]
    found = []
    for part in parts:
        if part.measure not in measures:
            raise BadArgument(f"having asks for {part.measure}, which is not measured; add it to measures")
        if part.at_least is None and part.at_most is None:
            raise BadArgument("having names neither atLeast nor atMost; give at least one of them")
        found.append(Bound(RollupMeasure[part.measure], part.at_least, part.at_most))
    return tuple(found)


def _order(
    order_by: Sequence[Any] | None, dimensions: Sequence[RollupDimension], measures: Sequence[RollupMeasure]
) -> tuple[tuple[str, bool], ...]:
    found = tuple((str(order.field), order.direction == "DESC") for order in order_by or ())
    for name, _ in found:
        if name not in (*dimensions, *measures):
            raise BadArgument(f"orderBy names {name}, which is neither in by nor in measures; add it there")
    if len({name for name, _ in found}) < len(found):
        raise BadArgument("orderBy names a field twice; name each at most once")
    return found


def as_json(filter: Any) -> dict[str, Any]:
    """A filter as a client would write it in variables."""
    found = {}
    for each in fields(filter):
        value = getattr(filter, each.name)
        if value is not UNSET:
            found[to_camel_case(each.name.rstrip("_"))] = _json_of(value)
    return found


def _json_of(value: Any) -> Any:
    if isinstance(value, list):
        return [_json_of(item) for item in value]
    if isinstance(value, Labelled):
        return value.value
    if isinstance(value, date | str | bool | int | float) or value is None:
        return value
    return as_json(value)
