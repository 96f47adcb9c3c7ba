"""What concepts and edges are: a concept is a table in the graph, an edge leads from its rows to those of another.

Everything that moves through the graph is derived from these declarations: fields, loaders, neighbour conditions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from asyncpg import Record
from sqlalchemy import Alias, ColumnElement, FromClause, Table, Text, and_, case, exists, func, true

from resolvers.given import Given
from resolvers.texts import quoted

# Columns that serve the database, not the reader.
HIDDEN = frozenset({"key", "terms", "sort_key", "parent_path", "idempotency_key", "input_digest", "answer"})


class Row(Record):  # type: ignore[misc]  # asyncpg has no types
    """A row as the database answered it; a concept's rows are of a class of their own, which knows the concept."""

    concept: "Concept"

    @property
    def typename(self) -> str:
        """The GraphQL type of this row."""
        return self.concept.typename(self)


@dataclass(frozen=True, eq=False)
class Handle:
    """A row that is still in the database: the concept, and what its columns are read from while a statement is built.

    It stands for a `Row` wherever a statement answers for many rows at once.
    """

    concept: "Concept"
    of: FromClause

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        computed = self.concept.computed.get(name)
        return self.of.c[name] if computed is None else computed(self.of)


@dataclass(frozen=True, eq=False)
class Columns:
    """A row of no concept that is still in the database: what its columns are read from."""

    of: FromClause

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        return self.of.c[name]


def value_of(source: Any, name: str) -> Any:
    """The column of a row, or the attribute of anything else."""
    return source[name] if isinstance(source, Row | Handle) else getattr(source, name)


@dataclass(frozen=True)
class Order:
    """One way to sort a concept: by a column, or by what stands for it where it is null (ascending, descending)."""

    column: str
    description: str
    null_as: tuple[str, str] | None = None


@dataclass(frozen=True, eq=False)
class Concept:
    """A table in the graph. `name` is the GraphQL type, or the interface whose types are told apart by `kind_column`.

    `module` is the file that speaks of the concept, the same word in every layer.
    """

    name: str
    module: str
    table: Table
    kind_column: str | None = None
    type_names: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    # The order of a list that asks for none: an order's name and whether it descends.
    default_order: tuple[str, bool] | None = None
    # What orders rows that are equal otherwise.
    tie_breaker: str = "id"
    # Hidden columns that this concept shows after all.
    shown: tuple[str, ...] = ()
    # Whether lists of it take a filter.
    is_filtered: bool = True
    # Whether its rows have a global id.
    has_id: bool = True
    # What PostgreSQL makes of a row's columns, read like a column.
    makes: Mapping[str, Callable[[FromClause], ColumnElement[Any]]] = field(default_factory=dict)
    row_class: type[Row] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "row_class", type(f"{self.name}Row", (Row,), {"concept": self}))

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The names of the primary key's columns: `district` and `id`, or `id` alone in a shared table."""
        return tuple(column.name for column in self.table.primary_key.columns)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are read."""
        names = [column.name for column in self.table.columns]
        return tuple(name for name in names if name not in HIDDEN or name in self.shown)

    @cached_property
    def computed(self) -> Mapping[str, Callable[[FromClause], ColumnElement[Any]]]:
        """What PostgreSQL makes of a row's columns: the global id where there is one, and what the concept adds."""
        return {**self.makes, "global_id": self._global_id} if self.has_id else self.makes

    def typename_of(self, rows: FromClause) -> ColumnElement[str]:
        """The GraphQL type of each of `rows`."""
        if self.kind_column is None:
            return quoted(self.name)
        kind = rows.c[self.kind_column]
        return case(*((kind == quoted(key), quoted(name)) for key, name in self.type_names.items()))

    def _global_id(self, rows: FromClause) -> ColumnElement[str]:
        # `resolvers.ids` reads it again.
        parts = [part for name in self.key for part in (quoted(":"), rows.c[name])]
        plain = func.convert_to(func.concat(self.typename_of(rows), *parts), quoted("UTF8"))
        return func.encode(plain, quoted("base64"), type_=Text)

    def read_from(self, rows: FromClause) -> list[ColumnElement[Any]]:
        """The columns that are read, and what is computed of them."""
        computed = (expression(rows).label(name) for name, expression in self.computed.items())
        return [*(rows.c[name] for name in self.columns), *computed]

    def typename(self, row: Row) -> str:
        """The GraphQL type of `row`."""
        return self.name if self.kind_column is None else self.type_names[row[self.kind_column]]


Condition = ColumnElement[bool]
# From (parent, child) to what the child's rows are read from, and the condition that makes them the parent's.
Reach = Callable[[FromClause, FromClause], tuple[FromClause, Condition]]


@dataclass(frozen=True)
class Part:
    """One way in which an edge's rows come in the order of the list: the rows passed, and the way on from each.

    A page is then made of the first rows behind each of them, which an index gives, and not of all rows, sorted.
    """

    # From the parent to what the rows passed are read from, the one to go on from, and the condition for passing it.
    each: Callable[[FromClause], tuple[FromClause, FromClause, Condition]]
    reach: Reach
    # The way from the parent to all rows of the part at once, where they are only counted and there is a shorter one.
    counted: Reach | None = None


@dataclass(frozen=True)
class Parts:
    """The parts whose union an edge is; `once` when no row comes twice."""

    ways: Sequence[Part]
    once: bool = False


@dataclass(frozen=True)
class Argument:
    """An argument an edge takes beside the filter: its Python type, and the condition it stands for."""

    name: str
    type: Any
    description: str
    condition: Callable[[FromClause, FromClause, Given[Any]], Condition]
    # What holds when the argument is not given.
    absent: Callable[[FromClause, FromClause], Condition] | None = None


@dataclass(frozen=True, eq=False)
class Edge:
    """From the rows of `source` to those of `target`; a `source` of None means the root of the graph.

    `reach` is one way to get there, or one for each value of the argument `scope`, of which `default_scope` is taken
    when none is asked for.
    """

    name: str
    source: Concept | None
    target: Concept
    reach: Reach | Mapping[str, Reach]
    default_scope: str | None = None
    arguments: Sequence[Argument] = ()
    # The order of the list when none is asked for, where it is not the target's own: an order's or a column's name, and
    # whether it descends.
    order: tuple[str, bool] | None = None
    # For an edge to the one row that the parent's own columns name: those columns and the target's, and what else it
    # must meet.
    pairs: Mapping[str, str] | None = None
    given: Callable[[FromClause], Condition] | None = None
    # By scope, the parts that pages and counts are read by where there are any.
    parts: Mapping[str, Parts] = field(default_factory=dict)
    # By scope, the way to take where rows are only counted and there is a shorter one.
    counted: Mapping[str, Reach] = field(default_factory=dict)
    # How many rows of an edge without pages are read at most.
    limit: int = 100
    # For rows that are no table's own: makes what they are read from of the arguments of a list, by name.
    made: Callable[[Mapping[str, Given[Any]]], FromClause] | None = None

    def reached(self, scope: str | None) -> Reach:
        """The way to take for `scope`."""
        if callable(self.reach):
            return self.reach
        return self.reach[scope or self.default_scope or ""]

    def to_count(self, scope: str | None) -> Reach:
        """The way to take for `scope` where rows are only counted."""
        return self.counted.get(scope or self.default_scope or "") or self.reached(scope)

    def parted(self, scope: str | None) -> Parts | None:
        """The parts to read for `scope`, if there are any."""
        return self.parts.get(scope or self.default_scope or "")


class Link(Alias):
    """A link table between rows that are read themselves, so that it need not be asked whether these are seen."""

    inherit_cache = False
    # Whether the rows it leads to are not read after all.
    stands_alone = False


def linking(table: Table) -> Link:
    """A link table, to go from a row that was read to one that is read."""
    found: Link = Link._construct(table, name=None)
    return found


def alike(near: FromClause, far: FromClause, pairs: Mapping[str, str]) -> Condition:
    """The columns of `near` equal those of `far`, pair by pair."""
    return and_(*(near.c[left] == far.c[right] for left, right in pairs.items()))


def by(**pairs: str) -> Reach:
    """The child's rows whose columns equal the parent's: `by(id="platform_id")` is parent.id = child.platform_id."""
    return where_alike(pairs)


def through(link: Table, near: Mapping[str, str], far: Mapping[str, str]) -> Reach:
    """By way of a link table: `near` pairs the parent's columns with the link's, `far` the link's with the child's."""

    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        via = linking(link)
        return via.join(child, alike(via, child, far)), alike(parent, via, near)

    return reach


def by_any(link: Table, near: Mapping[str, str], far: Mapping[str, str]) -> Reach:
    """As `through`, for a link table that may hold a pair more than once: each of the child's rows comes once."""

    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        via = link.alias()
        linked = exists().select_from(via).where(alike(parent, via, near), alike(via, child, far))
        return child, linked.correlate(parent, child)

    return reach


def where(condition: Callable[[FromClause, FromClause], Condition]) -> Reach:
    """By any condition on parent and child."""

    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        return child, condition(parent, child)

    return reach


def where_alike(pairs: Mapping[str, str], given: Callable[[FromClause], Condition] | None = None) -> Reach:
    """By equal columns, and a condition on the child alone."""

    def reach(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
        condition = alike(parent, child, pairs)
        return child, condition if given is None else and_(condition, given(child))

    return reach


def to_one(
    name: str,
    source: Concept,
    target: Concept,
    pairs: Mapping[str, str],
    given: Callable[[FromClause], Condition] | None = None,
) -> Edge:
    """To the one row that `pairs` (the parent's columns, the target's) and `given` name."""
    return Edge(name, source, target, where_alike(pairs, given), pairs=pairs, given=given)


def to_own(name: str, source: Concept, target: Concept, column: str) -> Edge:
    """To the one row of the same district whose id stands in `<column>_id`."""
    return to_one(name, source, target, {"district": "district", f"{column}_id": "id"})


def to_far(name: str, source: Concept, target: Concept, column: str) -> Edge:
    """To the one row named by `<column>_district` and `<column>_id`, which may belong to another district."""
    return to_one(name, source, target, {f"{column}_district": "district", f"{column}_id": "id"})


def to_shared(name: str, source: Concept, target: Concept, column: str) -> Edge:
    """To the one row of a shared table whose id stands in `<column>_id`."""
    return to_one(name, source, target, {f"{column}_id": "id"})


def everything(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
    """From the root to every row."""
    return child, true()
