"""Moving in a tree by stored paths: children, subtrees, ancestors, never by recursion."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, FromClause, Integer, and_, func, literal

from db.enums import Labelled
from resolvers.edges import Argument, Condition
from resolvers.errors import BadArgument
from resolvers.filters import active_on, is_among
from resolvers.given import Given

# Greater than any id, so that a path followed by it comes after every path below it.
LAST = literal(2**63 - 1, BigInteger)
MAX_DEPTH = 10


class TreeScope(Labelled):
    """How much of a tree is meant, seen from one of its nodes."""

    SELF = "SELF", "仅本级", "The node itself only"
    CHILDREN = "CHILDREN", "仅下一级", "The children of the node, without itself"
    SUBTREE = "SUBTREE", "本级及以下各级", "The node and everything below it"


def in_subtree(parent: FromClause, child: FromClause) -> Condition:
    """`child` is `parent` or below it: one range of the index on paths."""
    return and_(child.c.path >= parent.c.path, child.c.path < func.array_append(parent.c.path, LAST))


def is_below(parent: FromClause, child: FromClause) -> Condition:
    """`child` is below `parent`."""
    return and_(in_subtree(parent, child), child.c.id != parent.c.id)


def is_above(parent: FromClause, child: FromClause) -> Condition:
    """`child` is an ancestor of `parent`."""
    return child.c.id == func.any(parent.c.parent_path)


def in_scope(scope: TreeScope, parent: FromClause, child: FromClause) -> Condition:
    """`child`, a node of the same tree, is within `scope` of `parent`."""
    if scope is TreeScope.SELF:
        return child.c.id == parent.c.id
    if scope is TreeScope.CHILDREN:
        return child.c.parent_id == parent.c.id
    return in_subtree(parent, child)


def _no_deeper(parent: FromClause, child: FromClause, depth: Given[int]) -> Condition:
    levels = depth.bound(Integer(), _checked_depth)
    return func.cardinality(child.c.path) <= func.cardinality(parent.c.path) + levels


def _checked_depth(depth: int) -> int:
    if not 1 <= depth <= MAX_DEPTH:
        raise BadArgument(f"depth must be 1–{MAX_DEPTH}, got {depth}")
    return depth


DEPTH = Argument("depth", int, "How many levels down, 1 meaning children only; all of them when not given.", _no_deeper)


def one_of_kinds(name: str, column: str, kind: type[StrEnum], description: str) -> Argument:
    """An argument that lists the kinds to keep."""

    def condition(_: FromClause, child: FromClause, values: Given[list[Any]]) -> Condition:
        return is_among(child.c[column], values)

    return Argument(name, list[kind], description, condition)  # type: ignore[valid-type]


ACTIVE_ON = Argument(
    "active_on",
    date,
    "Only those whose period includes this day; an unknown date is an open end.",
    lambda _, child, day: active_on(child, day),
)
