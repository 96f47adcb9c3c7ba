"""The statement of a rollup, from facts to rows.

    facts    the rows that are counted, with what tells their groups apart; once for each group a row is in
    grouped  what is counted of each group
    told     what is told of each group: its keys, labels, nodes and filter
    filled   the same for every bucket of time, also where there is nothing
    measured what was asked for

Every step is a selection from the one before, so that PostgreSQL leaves out what is not asked of it. Only what is told
is made whole where there are buckets of time, for it is then looked at several times.
"""

from functools import partial
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Interval,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.figures import observation
from db.members import member
from resolvers import concepts
from resolvers.areas import is_within
from resolvers.asks import Made
from resolvers.counted import counted_groups, counted_total, counter_of
from resolvers.dimensions import DIMENSIONS, TIMES, RollupDimension, Told
from resolvers.edges import Condition
from resolvers.entities import ENTITIES, RollupSubject, fields, listed
from resolvers.facts import Dimensions, entities, facts, truncated
from resolvers.given import Given
from resolvers.lookups import takes_part
from resolvers.measures import CHANGES, Around, RollupMeasure, districts_of, figures, needed, precision, value
from resolvers.rollups import MAX_ROWS, RolledRow, Rolling
from resolvers.texts import quoted

ZERO, ONE = literal_column("0", Integer), literal_column("1", Integer)
NO_DISTRICTS = literal_column("'{}'::text[]", ARRAY(Text))


def rows(rolling: Rolling) -> Made:
    """The rows of a rollup."""
    return Made(rolling, rows_of, RolledRow, limit=MAX_ROWS)


def total(rolling: Rolling) -> Made:
    """All that a rollup counts as one row."""
    return Made(rolling, total_of, partial(RolledRow, is_total=True))


def row_count(rolling: Rolling) -> Made:
    """How many rows a rollup has before `first` cuts them off."""
    return Made(rolling, row_count_of, lambda _, columns: columns["count"])


def as_of(rolling: Rolling) -> Made:
    """The moment that an operation's snapshot shows."""
    return Made(rolling, moment, lambda _, columns: columns["moment"])


def moment(_: Given[Any]) -> Select[Any]:
    """The moment, as `moment`."""
    return select(func.now(type_=DateTime(timezone=True)).label("moment"))


def rows_of(asked: Given[Rolling]) -> Select[Any]:
    """The rows of a rollup in their order, with their `position`."""
    rolling = asked.now
    measured = _measured(asked, rolling.dimensions)
    order = [_ordered(rolling, measured, name, descends) for name, descends in rolling.order]
    keys = [measured.c[f"sort_{position}"] for position in range(len(rolling.dimensions))]
    position = func.row_number().over(order_by=[*order, *keys]).label("position") if order or keys else ONE
    placed = select(*measured.c, position.label("position")).select_from(measured).where(*_having(asked, measured))
    limit = asked.part("first").bound(Integer())
    return placed.order_by(literal_column("position")).limit(limit)


def total_of(asked: Given[Rolling]) -> Select[Any]:
    """All that a rollup counts as one row."""
    return select(_measured(asked, ()))


def row_count_of(asked: Given[Rolling]) -> Select[Any]:
    """How many rows a rollup has, as `count`."""
    measured = _measured(asked, asked.now.dimensions)
    return select(func.count().label("count")).select_from(measured).where(*_having(asked, measured))


def _ordered(rolling: Rolling, measured: FromClause, name: str, descends: bool) -> ColumnElement[Any]:
    if name in RollupMeasure.__members__:
        column = measured.c[f"value_{rolling.measures.index(RollupMeasure[name])}"]
    else:
        column = measured.c[f"sort_{rolling.dimensions.index(RollupDimension[name])}"]
    return column.desc().nulls_last() if descends else column.asc().nulls_last()


def _having(asked: Given[Rolling], measured: FromClause) -> list[Condition]:
    conditions = []
    for bound in asked.part("having").items():
        column = measured.c[f"value_{asked.now.measures.index(bound.now.measure)}"]
        if bound.now.at_least is not None:
            conditions.append(column >= bound.part("at_least").bound(column.type))
        if bound.now.at_most is not None:
            conditions.append(column <= bound.part("at_most").bound(column.type))
    return conditions


# --- Groups


def _grouped(asked: Given[Rolling], dimensions: Dimensions) -> Subquery:
    """What is counted of each group."""
    is_longer, counter = _is_longer(asked.now, dimensions), counter_of(asked.now, dimensions, asked.now.measures)
    if counter is not None:
        return counted_groups(asked, counter, dimensions, is_longer=is_longer).subquery("grouped")
    counted_rows = facts(asked, dimensions, is_longer=is_longer).subquery("facts")
    raw = [column for column in counted_rows.c if column.key.startswith("raw_")]
    district = "district"
    if RollupDimension.DISTRICT in dimensions:
        district = f"raw_{list(dimensions).index(RollupDimension.DISTRICT)}_0"
    counted = figures(asked.now.subject, counted_rows)
    counted["districts"] = districts_of(counted_rows.c[district], dimensions)
    made = [column.label(name) for name, column in counted.items() if name in needed(asked.now.measures)]
    return select(*raw, *made).select_from(counted_rows).group_by(*raw).subquery("grouped")


def _is_longer(rolling: Rolling, dimensions: Dimensions) -> bool:
    return bool(CHANGES & set(rolling.measures)) and any(each in TIMES for each in dimensions)


def _told(asked: Given[Rolling], dimensions: Dimensions) -> Select[Any]:
    """What is told of each group beside what is counted: `key_0`, `label_0`, …, its nodes' keys and its filter."""
    subject = asked.now.subject
    grouped = _grouped(asked, dimensions)
    source: FromClause = grouped
    columns: list[ColumnElement[Any]] = []
    told: dict[RollupDimension, Told] = {}
    raw: dict[RollupDimension, list[ColumnElement[Any]]] = {}
    for position, dimension in enumerate(dimensions):
        declared = DIMENSIONS[subject][dimension]
        raw[dimension] = [column for column in grouped.c if column.key.startswith(f"raw_{position}_")]
        looked_up, joined, said = declared.told(raw[dimension])
        if looked_up is not None and joined is not None:
            source = source.join(looked_up, joined, isouter=True)
        told[dimension] = said
        sort = raw[dimension][0] if len(raw[dimension]) == 1 and declared.concept is None else said.value
        if dimension in TIMES:
            columns.append(raw[dimension][0].label("bucket"))
            continue
        columns += [said.value.label(f"key_{position}"), said.label.label(f"label_{position}")]
        columns.append(sort.label(f"sort_{position}"))
        columns += [column.label(f"node_{position}_{name}") for name, column in said.node.items()]
    conditions = _filters(subject, [each for each in dimensions if each not in TIMES], told, raw)
    text = func.concat_ws(quoted(","), *conditions, type_=Text) if conditions else quoted("")
    columns.append(text.label("filter"))
    counted = [column for column in grouped.c if not column.key.startswith("raw_")]
    return select(*columns, *counted).select_from(source)


def _filters(
    subject: RollupSubject,
    dimensions: Dimensions,
    told: dict[RollupDimension, Told],
    raw: dict[RollupDimension, list[ColumnElement[Any]]],
) -> list[ColumnElement[Any]]:
    """The conditions of the subject's filter that leave the rows of a group."""
    declared = DIMENSIONS[subject]
    found = [told[each].condition for each in dimensions if declared[each].entity is None]
    for name in entities(subject, dimensions):
        entity = ENTITIES[subject][name]
        its = [each for each in dimensions if declared[each].entity == name]
        conditions = [told[each].condition for each in its]
        inner = conditions[0] if len(conditions) == 1 else fields(**{"and": listed(*conditions)})
        meeting = entity.meeting(inner)
        if not entity.is_required:
            is_none = and_(*(column.is_(None) for each in its for column in raw[each]))
            is_partial = all(declared[each].is_partial for each in its)
            none = fields(**{"or": listed(entity.none, meeting)}) if is_partial else entity.none
            meeting = case((is_none, none), else_=meeting)
        found.append(meeting)
    return found


# --- Time


def _filled(asked: Given[Rolling], dimensions: Dimensions) -> Subquery:
    """The groups for every bucket of the period; with `previous` and `last_year`, the counts of other buckets."""
    selected = _told(asked, dimensions)
    time = next((each for each in dimensions if each in TIMES), None)
    if time is None:
        return selected.subquery("told")
    # Made once, and looked at for its groups, for each bucket and for the buckets before.
    told = selected.cte()
    unit, length, _, _ = TIMES[time]
    step = cast(quoted(length), Interval)
    period = asked.part("period")
    first = period.bound(Date(), lambda given: truncated(unit, given.since))
    last = period.bound(Date(), lambda given: given.until)
    series = func.generate_series(first, last, step).table_valued("bucket").render_derived(name="calendar")
    bucket = cast(series.c.bucket, Date)
    own = [column for column in told.c if column.key.startswith(("key_", "label_", "sort_", "node_", "filter"))]
    keys = [column.key for column in own if column.key.startswith("key_")]
    inside = select(*own).where(told.c.bucket >= first).distinct().subquery("groups")
    source: FromClause = series.join(inside, true()) if keys else series
    others = inside.c if keys else None

    def same(rows: FromClause, when: ColumnElement[Any]) -> Condition:
        return and_(rows.c.bucket == when, *(rows.c[key] == others[key] for key in keys if others is not None))

    source = source.join(told, same(told, bucket), isouter=True)
    columns: list[ColumnElement[Any]] = [bucket.label("bucket")]
    columns += [others[column.key] for column in own if column.key != "filter"] if others is not None else []
    columns.append((others["filter"] if others is not None else quoted("")).label("filter"))
    counted = [column for column in told.c if column.key not in {*(each.key for each in own), "bucket"}]
    columns += [
        func.coalesce(column, _nothing(column.key)).label(column.key) if _nothing(column.key) is not None else column
        for column in counted
    ]
    for measure, name, before in (
        (RollupMeasure.CHANGE_ON_PREVIOUS, "previous", bucket - step),
        (RollupMeasure.CHANGE_ON_YEAR, "last_year", bucket - cast(quoted("1 year"), Interval)),
    ):
        if measure in asked.now.measures:
            earlier = told.alias()
            source = source.join(earlier, same(earlier, cast(before, Date)), isouter=True)
            columns.append(func.coalesce(earlier.c.rows, ZERO).label(name))
    return select(*columns).select_from(source).add_cte(told, nest_here=True).subquery("filled")


def _nothing(figure: str) -> ColumnElement[Any] | None:
    """What is counted where there is nothing."""
    if figure in ("rows", "reporting", "members", "adopted", "closed", "on_time"):
        return ZERO
    return NO_DISTRICTS if figure == "districts" else None


# --- Measures


def _measured(asked: Given[Rolling], dimensions: Dimensions) -> Subquery:
    """What was asked for: keys and labels, `value_0`, `precision_0`, …, the filter and the completeness of each row."""
    rolling = asked.now
    filled = _filled(asked, dimensions)
    scope = select(
        func.array(_expected(asked).scalar_subquery(), type_=ARRAY(Text)).label("expected"),
        _total(asked).label("total") if dimensions else ZERO.label("total"),
        asked.bound(Text(), lambda rolling: rolling.filter_text).label("asked"),
    ).subquery("scope")
    columns = _keys(rolling, dimensions, filled)
    conditions: list[ColumnElement[Any]] = [filled.c.filter]
    counted: dict[str, ColumnElement[Any]] = dict(filled.c)
    time = next((each for each in dimensions if each in TIMES), None)
    if time is not None:
        _, _, said = DIMENSIONS[rolling.subject][time].told([filled.c.bucket])
        conditions.append(said.condition)
    text = func.concat_ws(
        quoted(","), *(func.nullif(cast(each, Text), quoted("")) for each in (scope.c.asked, *conditions))
    )
    written = func.concat(quoted('{"and":['), text, quoted("]}"), type_=Text)
    columns.append(case((text != quoted(""), cast(written, JSON))).label("where"))
    around = Around(
        total=scope.c.total if dimensions else filled.c.rows,
        members=_members(asked, dimensions, filled),
        rank=func.rank().over(order_by=filled.c.rows.desc()) if dimensions else literal_column("NULL"),
        previous=filled.c.get("previous"),
        last_year=filled.c.get("last_year"),
    )
    for position, measure in enumerate(rolling.measures):
        columns.append(value(measure, counted, around).label(f"value_{position}"))
        columns.append(precision(measure, counted).label(f"precision_{position}"))
    columns += _completeness(rolling, dimensions, filled, scope)
    return select(*columns).select_from(filled.join(scope, true())).subquery("measured")


def _keys(rolling: Rolling, dimensions: Dimensions, filled: FromClause) -> list[ColumnElement[Any]]:
    found: list[ColumnElement[Any]] = []
    for position, dimension in enumerate(dimensions):
        if dimension in TIMES:
            _, _, said = DIMENSIONS[rolling.subject][dimension].told([filled.c.bucket])
            found += [said.value.label(f"key_{position}"), said.label.label(f"label_{position}")]
            found.append(filled.c.bucket.label(f"sort_{position}"))
        else:
            prefixes = (f"key_{position}", f"label_{position}", f"sort_{position}", f"node_{position}_")
            found += [column for column in filled.c if column.key.startswith(prefixes)]
    return found


def _area_key(dimensions: Dimensions, filled: FromClause) -> ColumnElement[Any] | None:
    """The code of the smallest area with districts that a row is about."""
    for dimension in (RollupDimension.DISTRICT, RollupDimension.CITY, RollupDimension.PROVINCE):
        if dimension in dimensions:
            found: ColumnElement[Any] = filled.c[f"key_{list(dimensions).index(dimension)}"]
            return found
    return None


def _expected(asked: Given[Rolling]) -> Select[Any]:
    """The districts that could be in the rollup: those that take part, or of figures those that publish any."""
    district = concepts.tenants.table.alias("district")
    publishes = exists().where(observation.c.district == district.c.code).correlate(district)
    is_expected = publishes if asked.now.subject is RollupSubject.OBSERVATIONS else true()
    found = select(district.c.code).where(takes_part(district, district), is_expected).order_by(district.c.code)
    if asked.now.tenants:
        found = found.where(is_within("code")(district, asked.part("tenants")))
    return found


def _total(asked: Given[Rolling]) -> ColumnElement[Any]:
    counter = counter_of(asked.now, ())
    if counter is not None:
        return counted_total(asked, counter)
    all_facts = facts(asked, (), is_longer=False).subquery("all_facts")
    return select(func.count()).select_from(all_facts).scalar_subquery()


def _members(asked: Given[Rolling], dimensions: Dimensions, filled: FromClause) -> ColumnElement[Any]:
    """How many members the row's area has."""
    key = _area_key(dimensions, filled)
    counted = select(func.count()).select_from(member)
    if key is not None:
        is_district = RollupDimension.DISTRICT in dimensions
        inside = member.c.district == key if is_district else func.starts_with(member.c.district, key)
        return counted.where(inside).correlate(filled).scalar_subquery()
    if asked.now.tenants:
        counted = counted.where(is_within("district")(member, asked.part("tenants")))
    return counted.scalar_subquery()


def _completeness(
    rolling: Rolling, dimensions: Dimensions, filled: FromClause, scope: FromClause
) -> list[ColumnElement[Any]]:
    """How many districts have anything in the row, of how many, which have nothing, and whether periods differ."""
    key = _area_key(dimensions, filled)
    each = func.unnest(scope.c.expected).table_valued("code").render_derived(name="each_district")
    districts = func.coalesce(filled.c.districts, NO_DISTRICTS)
    concerned = [] if key is None else [func.starts_with(each.c.code, key)]

    def those(*conditions: Any) -> Select[Any]:
        return select(each.c.code).select_from(each).where(*concerned, *conditions).correlate(filled, scope)

    reporting = select(func.count()).select_from(those(each.c.code == func.any(districts)).subquery())
    expected = select(func.count()).select_from(those().subquery())
    absent = those(each.c.code != func.all(districts)).order_by(each.c.code)
    periods = filled.c.get("periods")
    mixed = literal_column("false", Boolean) if periods is None else func.coalesce(periods > ONE, False)
    return [
        reporting.correlate(filled, scope).scalar_subquery().label("reporting"),
        expected.correlate(filled, scope).scalar_subquery().label("expected"),
        func.array(absent.scalar_subquery(), type_=ARRAY(Text)).label("missing"),
        mixed.label("periods_mixed"),
    ]
