"""What a link says of the rows it leads to.

Where a link and the row behind it are equal in a column, the link's is read: its index has the rows in their order,
and PostgreSQL concludes from equal columns that both have a value, but not that both lie beyond one. Where the link
says all that is asked, the row is not looked up at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, BinaryExpression, BooleanClauseList, ColumnElement, FromClause, Join, Select, Table
from sqlalchemy.sql import visitors

from resolvers.edges import Condition, Link


@dataclass(frozen=True)
class Linked:
    """The columns of a list's rows, those of the link to them where both are equal."""

    c: Mapping[str, ColumnElement[Any]]


def linked(source: FromClause, child: FromClause) -> Linked:
    """The columns to order and bound `child` by.

    They are the link's where it has the child's time, and with it the index by it where a page can start.
    """
    pairs = _pairs(source, child)
    return Linked(dict(child.c) | pairs if "starts_at" in pairs else dict(child.c))


def asked_of_link(source: FromClause, child: FromClause, conditions: Sequence[Condition]) -> list[Condition]:
    """`conditions` on `child`, of the link's columns where both are equal."""
    pairs = _pairs(source, child)
    if "starts_at" not in pairs:
        return list(conditions)

    def replaced(element: Any, **_: Any) -> Any:
        return pairs.get(element.name) if _is_column_of(child, element) else None

    # Inside a selection of its own, the link would not be the one outside.
    return [each if _has_selection(each) else visitors.replacement_traverse(each, {}, replaced) for each in conditions]


def counted_from(source: FromClause, child: FromClause, conditions: Sequence[Condition]) -> FromClause:
    """What to count the rows behind `source` in: the link alone where it is enough and no row can be missing."""
    is_asked = any(_is_column_of(child, element) for each in conditions for element in visitors.iterate(each))
    if isinstance(source, Join) and source.right is child and not is_asked and _is_sure(source, child):
        if isinstance(source.left, Link):
            source.left.stands_alone = True
        return source.left
    return source


def link_key(source: FromClause, child: FromClause, name: str) -> ColumnElement[Any]:
    """The child's column `name`, read from the link where both are equal."""
    return _pairs(source, child).get(name, child.c[name])


def _pairs(source: FromClause, child: FromClause) -> dict[str, ColumnElement[Any]]:
    """The link's columns by the names of the child's that equal them; none where there is no link."""
    if not isinstance(source, Join) or source.right is not child or source.onclause is None:
        return {}
    clauses = source.onclause.clauses if isinstance(source.onclause, BooleanClauseList) else [source.onclause]
    return {clause.right.name: clause.left for clause in clauses if isinstance(clause, BinaryExpression)}


def _is_sure(source: Join, child: FromClause) -> bool:
    """Whether a foreign key of the link says that the row behind it is there."""
    if not isinstance(source.left, Alias) or not isinstance(source.left.element, Table):
        return False
    joined = {(column.name, name) for name, column in _pairs(source, child).items()}
    keys = source.left.element.foreign_key_constraints
    return any(joined == {(each.parent.name, each.column.name) for each in key.elements} for key in keys)


def _is_column_of(child: FromClause, element: Any) -> bool:
    return isinstance(element, ColumnElement) and getattr(element, "table", None) is child


def _has_selection(condition: Condition) -> bool:
    return any(isinstance(element, Select) for element in visitors.iterate(condition))
