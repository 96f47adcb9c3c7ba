"""The statements that read pages, counts and single rows of every parent at once."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from resolvers.edges import Concept, Condition, Edge, Parts
from resolvers.pages import Selection, Window, cursor, cursor_tag, linked


def parent_key(position: int) -> str:
    """The name under which a parent's key column stands in the answer."""
    return f"parent_{position}"


def _keys(position: int, column: ColumnElement[Any]) -> Condition:
    """The column is among the keys that come with each run."""
    return column == func.any(bindparam(f"keys_{position}", None, ARRAY(column.type)))


def _for_each_parent(source: Concept, parent: FromClause, of_parent: Select[Any]) -> Select[Any]:
    # The parents stand in the statement as their own rows, not as a list of keys: that is what distributed
    # PostgreSQL can run.
    own = of_parent.correlate(parent).lateral("own")
    return (
        select(*(parent.c[name].label(parent_key(i)) for i, name in enumerate(source.key)), own)
        .select_from(parent.join(own, true()))
        .where(*(_keys(i, parent.c[name]) for i, name in enumerate(source.key)))
    )


def rows_statement(edge: Edge, selection: Selection, page: Window, *, with_cursors: bool) -> Select[Any]:
    """The page of every parent at once: each parent's own rows, joined laterally to the parent."""
    child = edge.target.table.alias("child")
    columns: list[ColumnElement[Any]] = [child.c[name] for name in edge.target.columns]
    if with_cursors:
        columns.append(cursor(cursor_tag(edge, page.terms), page.terms, child).label("cursor"))
    # The root's edges ask nothing of a parent.
    parent = child if edge.source is None else edge.source.table.alias("parent")
    parts = edge.parted(selection.scope)
    if parts is not None and edge.source is not None:
        return _for_each_parent(edge.source, parent, _merged(edge, parts, selection, page, columns, parent, child))
    source, condition = selection.condition(edge, parent, child)
    rows = (
        select(*columns)
        .select_from(source)
        .where(condition, *page.bounds(linked(source, child)))
        .order_by(*page.order_by(linked(source, child)))
        .limit(page.limit + 1)
    )
    return rows if edge.source is None else _for_each_parent(edge.source, parent, rows)


def _merged(
    edge: Edge,
    parts: Parts,
    selection: Selection,
    page: Window,
    columns: Sequence[ColumnElement[Any]],
    parent: FromClause,
    child: FromClause,
) -> Select[Any]:
    """The page made of the first rows of each row that the parts pass, each of them once."""
    values = [term.of(child).label(f"term_{position}") for position, term in enumerate(page.terms)]
    found = []
    for part in parts.ways:
        source, each, passed = part.each(parent)
        rows, reached = part.reach(each, child)
        first = (
            select(*columns, *values)
            .select_from(rows)
            .where(reached, *selection.choice(edge, parent, child), *page.bounds(linked(rows, child)))
            .order_by(*page.order_by(linked(rows, child)))
            .limit(page.limit + 1)
            .correlate(each, parent)
            .lateral()
        )
        found.append(select(first).select_from(source.join(first, true())).where(passed).correlate(parent))
    merged = (union_all(*found) if len(found) > 1 else found[0]).lateral("found")
    terms = [merged.c[value.name] for value in values]
    order = [
        value.desc() if term.descends is not page.backwards else value.asc()
        for term, value in zip(page.terms, terms, strict=True)
    ]
    return (
        select(*(merged.c[column.name] for column in columns))
        .ext(distinct_on(*terms))
        .order_by(*order)
        .limit(page.limit + 1)
    )


def _merged_count(edge: Edge, parts: Parts, selection: Selection, parent: FromClause, child: FromClause) -> Select[Any]:
    """How many rows the parts have, none of which comes twice."""
    found = []
    for part in parts.ways:
        source, each, passed = part.each(parent)
        rows, reached = part.reach(each, child)
        # `reach` goes on from a table; here both are joined in one.
        of_each = (
            select(child.c[edge.target.tie_breaker])
            .select_from(rows)
            .where(reached, *selection.choice(edge, parent, child))
            .correlate(each, parent)
            .lateral()
        )
        found.append(select(of_each).select_from(source.join(of_each, true())).where(passed).correlate(parent))
    merged = (union_all(*found) if len(found) > 1 else found[0]).lateral("found")
    return select(func.count().label("count")).select_from(merged)


def count_statement(edge: Edge, selection: Selection) -> Select[Any]:
    """How many rows every parent has."""
    child = edge.target.table.alias("child")
    parent = child if edge.source is None else edge.source.table.alias("parent")
    parts = edge.parted(selection.scope)
    if parts is not None and parts.once and edge.source is not None:
        return _for_each_parent(edge.source, parent, _merged_count(edge, parts, selection, parent, child))
    source, condition = selection.condition(edge, parent, child)
    counted = select(func.count().label("count")).select_from(source).where(condition)
    return counted if edge.source is None else _for_each_parent(edge.source, parent, counted)


def tally_statement(edge: Edge, selection: Selection, groups: Sequence[str], via: Edge | None = None) -> Select[Any]:
    """How many rows every parent has of each group: of columns of the child, or of the row that `via` leads to."""
    child = edge.target.table.alias("child")
    parent = child if edge.source is None else edge.source.table.alias("parent")
    rows, condition = selection.condition(edge, parent, child)
    grouped = child
    if via is not None:
        grouped = via.target.table.alias("far")
        _, joined = via.reached(None)(child, grouped)
        rows = rows.join(grouped, joined)
    columns = [grouped.c[name] for name in groups]
    tallied = (
        select(*columns, func.count().label("count"))
        .select_from(rows)
        .where(condition)
        .group_by(*columns)
        .order_by(*columns)
    )
    return tallied if edge.source is None else _for_each_parent(edge.source, parent, tallied)


def lookup_statement(
    target: Concept, columns: Sequence[str], given: Callable[[FromClause], Condition] | None
) -> Select[Any]:
    """The rows that have certain values in `columns`, each once, and meet what else is given."""
    child = target.table.alias("child")
    conditions = [_keys(position, child.c[name]) for position, name in enumerate(columns)]
    if given is not None:
        conditions.append(given(child))
    return select(*(child.c[name] for name in target.columns)).where(*conditions)
