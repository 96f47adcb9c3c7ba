"""What a field asks of the graph, said as data: which edge from which row, which of its rows, which page of them.

A field's function makes an ask of its row and its arguments and reads nothing. How it is answered is not its business:
the batched way reads the rows of many parents at once, the compiled way makes a part of one statement of it.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select

from resolvers.edges import Edge, Handle, Row
from resolvers.errors import Fault
from resolvers.given import Given
from resolvers.pages import ALL, Selection, Window

ASKS = "asks"
"""Under this name a field of the schema carries the function that makes its ask."""

ANEW = "anew"
"""Under this name it says whether it may ask something else at each request, whatever its arguments."""

Parent = Row | Handle | None


class Shaped:
    """What a field's function gives that shapes a statement."""

    @property
    def shape(self) -> Hashable:
        """What those share that are answered by the same statement with other values."""
        raise NotImplementedError


class Ask(Shaped):
    """Something a field asks of the graph."""


@dataclass(frozen=True, eq=False)
class One(Ask):
    """The one row at the other end of the first of some edges that leads anywhere; None when none does."""

    edges: tuple[Edge, ...]
    parent: Parent

    @property
    def shape(self) -> Hashable:
        return One, self.edges


@dataclass(frozen=True, eq=False)
class Named(Ask):
    """The row, among those of an edge from the root, that has certain values in certain columns.

    `kind` is its type when not every type of the concept will do, and `missing` what is wrong when there is no such
    row; without it there may be none.
    """

    edge: Edge
    columns: tuple[str, ...]
    key: tuple[Any, ...]
    selection: Selection = ALL
    kind: str | None = None
    missing: Fault | None = None

    @property
    def shape(self) -> Hashable:
        return Named, self.edge, self.columns, self.selection.shape, self.kind, self.missing is None


@dataclass(frozen=True, eq=False)
class Rows(Ask):
    """All the rows at the other end of an edge that never has many.

    With `expected`, a column and values, each of the values must be some row's; `missing` makes what is wrong of those
    that are nobody's.
    """

    edge: Edge
    parent: Parent
    selection: Selection = ALL
    expected: tuple[str, tuple[str, ...]] | None = None
    missing: Callable[[Sequence[str]], Fault] | None = None

    @property
    def shape(self) -> Hashable:
        return Rows, self.edge, self.selection.shape, self.expected and self.expected[0]

    @property
    def expected_count(self) -> int:
        """How many different values some row must have."""
        return 0 if self.expected is None else len(set(self.expected[1]))


@dataclass(frozen=True, eq=False)
class Count(Ask):
    """How many rows there are at the other end of an edge, or the sum of what `weight` makes of each of them."""

    edge: Edge
    parent: Parent
    selection: Selection
    weight: Callable[[FromClause], ColumnElement[int]] | None = None

    @property
    def shape(self) -> Hashable:
        return Count, self.edge, self.selection.shape, self.weight


@dataclass(frozen=True, eq=False)
class Tally(Ask):
    """How many rows of each group there are: by columns of the rows, or of the one row that `via` leads on to."""

    edge: Edge
    parent: Parent
    selection: Selection
    groups: tuple[str, ...]
    via: Edge | None = None

    @property
    def shape(self) -> Hashable:
        return Tally, self.edge, self.selection.shape, self.groups, self.via


@dataclass(frozen=True, eq=False)
class Made(Ask):
    """Rows of no concept, which `build` makes of what is asked: the one it selects, or with `limit` at most so many.

    A list comes in the order of its rows' `position`. `wrap` makes of what is asked and a row's columns what a field
    gives, an object or a single one of the columns.
    """

    asked: Shaped
    build: Callable[[Given[Any]], Select[Any]]
    wrap: Callable[[Any, Any], Any]
    limit: int | None = None

    @property
    def shape(self) -> Hashable:
        return Made, self.build, self.asked.shape


@dataclass(frozen=True, eq=False)
class Among(Ask):
    """The rows at the other end of an edge whose codes stand in a column of `row`, an array in their order."""

    edge: Edge
    row: Any
    column: str

    @property
    def shape(self) -> Hashable:
        return Among, self.edge, self.column


@dataclass(frozen=True, eq=False)
class Detail(Ask):
    """The row itself, seen as a detail of it; None when all of `columns` are null."""

    row: Row | Handle
    columns: tuple[str, ...]

    @property
    def shape(self) -> Hashable:
        return Detail, self.columns


@dataclass(frozen=True, eq=False)
class Item:
    """A row of a list, or what leads on to it, and its cursor."""

    node: Row | Handle | One
    cursor: str | ColumnElement[str]


@dataclass(frozen=True, eq=False)
class Listing(Shaped):
    """One page of an edge from one parent; nothing is read until a part of it is asked for.

    The rows of an edge `through` others are only steps on the way: what is listed is where these lead.
    """

    edge: Edge
    parent: Parent
    selection: Selection
    window: Window
    through: tuple[Edge, ...] = ()

    @property
    def shape(self) -> Hashable:
        """What listings share that are read by the same statement with other values."""
        return Listing, self.edge, self.selection.shape, self.window.shape

    def nodes(self) -> "Nodes":
        """The rows of the page."""
        return Nodes(self)

    def edges(self) -> "Items":
        """The rows of the page with their cursors."""
        return Items(self)

    def page_info(self) -> "Place":
        """Where the page lies in the list."""
        return Place(self)

    def total_count(self) -> Count:
        """How many rows the whole list has."""
        return Count(self.edge, self.parent, self.selection)


@dataclass(frozen=True, eq=False)
class OfPage(Ask):
    """Something of the page of a listing, which is read once, however much is asked of it."""

    listing: Listing

    @property
    def shape(self) -> Hashable:
        return type(self), self.listing.shape


class Nodes(OfPage):
    """The rows of the page."""


class Items(OfPage):
    """The rows of the page with their cursors."""


class Place(OfPage):
    """Where the page lies in its list: an object with the fields of `PageInfo`."""


def shape_of_answer(answer: Any) -> Hashable:
    """The shape of what a field's function gives: an ask, a listing, several of them, or a value as it is."""
    if isinstance(answer, Shaped):
        return answer.shape
    if isinstance(answer, list):
        return tuple(shape_of_answer(item) for item in answer)
    return type(answer).__name__
