"""What reads pages, counts and single rows: selections from one parent, and statements that run them for many.

A selection stands in the statement of either way of running. The batched way joins it laterally to the parents of a
level, the compiled way nests it where the parent's own JSON is made.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, literal_column, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from resolvers.edges import Concept, Condition, Edge, Parts
from resolvers.given import Given
from resolvers.links import asked_of_link, counted_from, link_key, linked
from resolvers.pages import Selection, Window, arguments, bounds, choice, condition

# Where edges start that ask nothing of a parent.
ROOT = select(literal_column("1").label("root")).subquery("root")

Columns = Callable[[FromClause], Sequence[ColumnElement[Any]]]
Weight = Callable[[FromClause], ColumnElement[int]]


def table_of(edge: Edge, selection: Given[Selection]) -> FromClause:
    """What the rows at the other end of `edge` are read from."""
    return (edge.target.table if edge.made is None else edge.made(arguments(selection))).alias("child")


# --- From one parent


def page_of(
    edge: Edge, selection: Given[Selection], window: Given[Window], parent: FromClause, columns: Columns, limit: int
) -> Select[Any]:
    """`columns` of the first `limit` rows of the page, in the order they are read in; `parent` stands outside."""
    child = table_of(edge, selection)
    parts = edge.parted(selection.now.scope)
    if parts is not None:
        return _merged(edge, parts, selection, window, columns(child), parent, child, limit)
    source, chosen = condition(edge, selection, parent, child)
    return _limited(
        select(*columns(child))
        .select_from(source)
        .where(chosen, *bounds(window, linked(source, child)))
        .order_by(*window.now.order_by(linked(source, child))),
        limit,
    )


def _limited(rows: Select[Any], limit: int) -> Select[Any]:
    # As a number in the statement, for which PostgreSQL plans; a parameter could be any.
    return rows.limit(literal_column(str(limit)))


def _merged(
    edge: Edge,
    parts: Parts,
    selection: Given[Selection],
    window: Given[Window],
    columns: Sequence[ColumnElement[Any]],
    parent: FromClause,
    child: FromClause,
    limit: int,
) -> Select[Any]:
    """The page made of the first rows of each row that the parts pass, each of them once."""
    values = [term.of(child).label(f"term_{position}") for position, term in enumerate(window.now.terms)]

    def first_rows(rows: FromClause, reached: Condition) -> Select[Any]:
        asked = asked_of_link(rows, child, choice(edge, selection, parent, child))
        wanted = (reached, *asked, *bounds(window, linked(rows, child)))
        order = window.now.order_by(linked(rows, child))
        return _limited(select(*columns, *values).select_from(rows).where(*wanted).order_by(*order), limit)

    merged = _together(_passed(parts, parent, child, first_rows))
    terms = [merged.c[value.name] for value in values]
    order = [
        value.desc() if term.descends is not window.now.backwards else value.asc()
        for term, value in zip(window.now.terms, terms, strict=True)
    ]
    once = select(*(merged.c[column.name] for column in columns)).ext(distinct_on(*terms))
    return _limited(once.order_by(*order), limit)


def _passed(
    parts: Parts,
    parent: FromClause,
    child: FromClause,
    of_rows: Callable[[FromClause, Condition], Select[Any]],
    *,
    is_counted: bool = False,
) -> list[Select[Any]]:
    """What `of_rows` selects behind each of the rows that a part passes, or of all of them at once, for each part."""
    found = []
    for part in parts.ways:
        if is_counted and part.counted is not None:
            found.append(of_rows(*part.counted(parent, child)).correlate(parent))
            continue
        source, each, passed = part.each(parent)
        behind = of_rows(*part.reach(each, child)).correlate(each, parent).lateral()
        found.append(select(behind).select_from(source.join(behind, true())).where(passed).correlate(parent))
    return found


def _together(passed: Sequence[Select[Any]]) -> FromClause:
    return (union_all(*passed) if len(passed) > 1 else passed[0]).lateral("found")


def count_of(edge: Edge, selection: Given[Selection], parent: FromClause, weight: Weight | None = None) -> Select[Any]:
    """How many rows `parent` has, or the sum of their weights, as `count`."""
    child = table_of(edge, selection)
    if weight is not None:
        rows, chosen = condition(edge, selection, parent, child)
        return select(func.coalesce(func.sum(weight(child)), 0).label("count")).select_from(rows).where(chosen)
    parts = edge.parted(selection.now.scope)
    counted = select(func.count().label("count"))
    if parts is None:
        source, chosen = condition(edge, selection, parent, child, is_counted=True)
        return counted.select_from(counted_from(source, child, [chosen])).where(chosen)

    def keys(rows: FromClause, reached: Condition) -> Select[Any]:
        wanted = [reached, *asked_of_link(rows, child, choice(edge, selection, parent, child))]
        # An id is unique among all districts.
        key = [link_key(rows, child, name).label(name) for name in edge.target.key[-1:]]
        return select(*key).select_from(counted_from(rows, child, wanted)).where(*wanted)

    passed = _passed(parts, parent, child, keys, is_counted=True)
    if parts.once:
        # Added up, not put together first, which takes longer than counting.
        counts = [select(func.count()).select_from(each.subquery()).correlate(parent) for each in passed]
        return select(sum((count.scalar_subquery() for count in counts), literal_column("0")).label("count"))
    found = _together(passed)
    return counted.select_from(select(*found.c).distinct().select_from(found).correlate(parent).subquery())


def tally_of(
    edge: Edge, selection: Given[Selection], groups: Sequence[str], via: Edge | None, parent: FromClause
) -> Select[Any]:
    """How many rows `parent` has of each group, as `count` beside the groups' columns."""
    child = table_of(edge, selection)
    rows, chosen = condition(edge, selection, parent, child)
    grouped = child
    if via is not None:
        grouped = via.target.table.alias("far")
        _, joined = via.reached(None)(child, grouped)
        rows = rows.join(grouped, joined)
    columns = [grouped.c[name] for name in groups]
    counted = select(*columns, func.count().label("count")).select_from(rows).where(chosen)
    return counted.group_by(*columns).order_by(*columns)


# --- For many parents


def parent_key(position: int) -> str:
    """The name under which a parent's key column stands in the answer."""
    return f"parent_{position}"


def _keys(position: int, column: ColumnElement[Any]) -> Condition:
    """The column is among the keys that come with each run."""
    return column == func.any(bindparam(f"keys_{position}", None, ARRAY(column.type)))


def for_each_parent(source: Concept | None, of_parent: Callable[[FromClause], Select[Any]]) -> Select[Any]:
    """What `of_parent` selects from each of the rows of `source` whose keys come with a run; once, from the root."""
    if source is None:
        return of_parent(ROOT)
    # The parents stand in the statement as their own rows, not as a list of keys: that is what distributed
    # PostgreSQL can run.
    parent = source.table.alias("parent")
    own = of_parent(parent).correlate(parent).lateral("own")
    return (
        select(*(parent.c[name].label(parent_key(i)) for i, name in enumerate(source.key)), own)
        .select_from(parent.join(own, true()))
        .where(*(_keys(i, parent.c[name]) for i, name in enumerate(source.key)))
    )


def lookup_statement(
    target: Concept, columns: Sequence[str], chosen: Callable[[FromClause], Sequence[Condition]]
) -> Select[Any]:
    """The rows that have certain values in `columns`, each once, and are chosen."""
    child = target.table.alias("child")
    named = (_keys(position, child.c[name]) for position, name in enumerate(columns))
    return select(*target.read_from(child)).where(*named, *chosen(child))
