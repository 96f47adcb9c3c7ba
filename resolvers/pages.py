"""Pages of a list: what a caller may ask for, the order, and the cursors.

A list is read by keyset: a cursor holds the values by which its row was ordered, so that a page deep in a list costs
what the first one costs and rows written meanwhile shift nothing.
"""

import base64
import binascii
import dataclasses
import zlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, partial
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    FromClause,
    SmallInteger,
    Text,
    and_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    tuple_,
)
from sqlalchemy.types import TypeEngine
from strawberry.utils.str_converters import to_camel_case

from db.enums import Labelled
from resolvers.edges import Concept, Condition, Edge, Order
from resolvers.errors import BadArgument, BadCursor
from resolvers.filters import condition_of
from resolvers.given import Given, shape_of
from resolvers.links import Linked, asked_of_link

MAX_PAGE = 100
DEFAULT_PAGE = 20


class OrderDirection(Labelled):
    """Which way to sort."""

    ASC = "ASC", "升序", "Smallest, earliest or first in the alphabet first"
    DESC = "DESC", "降序", "Largest, latest or last in the alphabet first"


def frozen(value: Any) -> Hashable:
    """`value`, filters and lists included, as something equal values share and a dictionary can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return (type(value), *(frozen(getattr(value, field.name)) for field in fields))
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if not isinstance(value, Hashable):
        raise TypeError(f"{type(value).__name__} cannot stand in a filter")
    return value


@dataclass(frozen=True)
class Selection:
    """Which rows of an edge: all that its scope, its filter and its further arguments leave."""

    scope: str | None = None
    where: Any = None
    arguments: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def identity(self) -> Hashable:
        """What selections that ask the same share."""
        return frozen(self)

    @cached_property
    def shape(self) -> Hashable:
        """What selections share that differ only in the values that a statement takes."""
        arguments = tuple((name, shape_of(value)) for name, value in self.arguments)
        return self.scope, shape_of(self.where), arguments


ALL = Selection()
"""Every row of an edge."""


def condition(
    edge: Edge, selection: Given[Selection], parent: FromClause, child: FromClause, *, is_counted: bool = False
) -> tuple[FromClause, Condition]:
    """What to read from, and the condition for a row to be `parent`'s and chosen."""
    reach = edge.to_count if is_counted else edge.reached
    source, reached = reach(selection.now.scope)(parent, child)
    return source, and_(reached, *asked_of_link(source, child, choice(edge, selection, parent, child)))


def choice(edge: Edge, selection: Given[Selection], parent: FromClause, child: FromClause) -> list[Condition]:
    """What filter and arguments ask of a row that is `parent`'s."""
    conditions = []
    if selection.now.where is not None:
        conditions.append(condition_of(child, selection.part("where")))
    given = arguments(selection)
    for argument in edge.arguments:
        if argument.name in given:
            conditions.append(argument.condition(parent, child, given[argument.name]))
        elif argument.absent is not None:
            conditions.append(argument.absent(parent, child))
    return conditions


def arguments(selection: Given[Selection]) -> dict[str, Given[Any]]:
    """The arguments of a selection by name."""
    found = {}
    for pair in selection.part("arguments").items():
        name, value = pair.items()
        found[name.now] = replace(value, name=to_camel_case(name.now))
    return found


@dataclass(frozen=True)
class Term:
    """One column of an order: ascending or descending, and what stands for null."""

    column: str
    descends: bool
    null_as: str | None

    def of(self, child: FromClause | Linked) -> ColumnElement[Any]:
        """The value rows are ordered by; never null."""
        column = child.c[self.column]
        return column if self.null_as is None else func.coalesce(column, cast(literal(self.null_as, Text), column.type))


@lru_cache(maxsize=1_000)
def terms_of(concept: Concept, orders: tuple[tuple[str, bool], ...]) -> tuple[Term, ...]:
    """The columns behind orders, named or themselves named, ended by the id so that no two rows are equal."""
    terms = []
    for name, descends in orders:
        order = concept.orders.get(name) or Order(name, "")
        terms.append(Term(order.column, descends, None if order.null_as is None else order.null_as[descends]))
    descends = terms[0].descends if terms else False
    return (*terms, Term(concept.tie_breaker, descends, None))


@dataclass(frozen=True)
class Window:
    """Which page of the rows, and in which order; `tag` marks the cursors of this list and order."""

    terms: tuple[Term, ...]
    limit: int
    tag: str = ""
    backwards: bool = False
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None

    @property
    def shape(self) -> Hashable:
        """What windows share that differ only in the values of their cursors.

        The limit is among it: PostgreSQL plans for the limit it sees, and clients have few of them.
        """
        return self.terms, self.limit, self.backwards, self.after is None, self.before is None

    def order_by(self, child: FromClause | Linked) -> list[ColumnElement[Any]]:
        """The order the rows are read in: from the far end when going backwards."""
        return [
            term.of(child).desc() if term.descends is not self.backwards else term.of(child).asc()
            for term in self.terms
        ]


def bounds(window: Given[Window], child: FromClause | Linked) -> list[Condition]:
    """What the cursors ask of a row."""
    return [
        _beyond(child, window.now.terms, values, is_after)
        for values, is_after in ((window.part("after"), True), (window.part("before"), False))
        if values.now is not None
    ]


def _beyond(
    child: FromClause | Linked, terms: Sequence[Term], values: Given[Sequence[Any]], is_after: bool
) -> Condition:
    columns = [term.of(child) for term in terms]
    bound = [value.bound(column.type) for value, column in zip(values.items(), columns, strict=True)]
    rising = {term.descends is not is_after for term in terms}
    if len(rising) == 1:
        # One direction throughout: a row comparison, which an index answers as a range.
        left, right = tuple_(*columns), tuple_(*bound)
        return left > right if rising.pop() else left < right
    choices = []
    for index, term in enumerate(terms):
        same = [columns[i] == bound[i] for i in range(index)]
        is_rising = term.descends is not is_after
        step = columns[index] > bound[index] if is_rising else columns[index] < bound[index]
        choices.append(and_(*same, step))
    # The bound on the first column says nothing new, but it lets an index start where the page does.
    first_rising = terms[0].descends is not is_after
    start = columns[0] >= bound[0] if first_rising else columns[0] <= bound[0]
    return and_(start, or_(*choices))


def window(
    edge: Edge,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    orders: Sequence[tuple[str, bool]] | None,
    list_name: str | None = None,
) -> Window:
    """The page a caller asks for, its bounds checked and its cursors read.

    `list_name` tells apart the lists of an edge whose rows are not its parent's alone.
    """
    if first is not None and last is not None:
        raise BadArgument("first and last are both given; ask for the first or for the last rows, not for both")
    for name, value in (("first", first), ("last", last)):
        if value is not None and not 1 <= value <= MAX_PAGE:
            raise BadArgument(f"{name} must be 1–{MAX_PAGE}, got {value}")
    chosen = tuple(orders or ())
    if len({name for name, _ in chosen}) < len(chosen):
        raise BadArgument("orderBy names a field twice; name each at most once")
    cursors = cursors_of(edge, chosen, list_name)
    return Window(
        cursors.terms,
        first or last or DEFAULT_PAGE,
        cursors.tag,
        backwards=last is not None,
        after=None if after is None else cursors.read(after, "after"),
        before=None if before is None else cursors.read(before, "before"),
    )


def default_order(edge: Edge) -> tuple[tuple[str, bool], ...]:
    """The order of a list that asks for none."""
    order = edge.order or edge.target.default_order
    return () if order is None else (order,)


Reader = Callable[[Any], Any]


@dataclass(frozen=True)
class Cursors:
    """The cursors of a list in one order: what its rows are ordered by, and how the values of that are read.

    They carry the `tag`, so that a cursor is taken by its own list and order only.
    """

    terms: tuple[Term, ...]
    tag: str
    readers: Sequence[Reader]

    def read(self, text: str, name: str) -> tuple[Any, ...]:
        """The values a cursor holds; BadCursor when it is none of this list's."""
        try:
            found = orjson.loads(base64.b64decode(text.encode(), validate=True))
        except (binascii.Error, orjson.JSONDecodeError, UnicodeEncodeError):
            raise BadCursor(f"{name} is not a cursor; take it from pageInfo or from an edge of this list") from None
        if not isinstance(found, list) or not found or found[0] != self.tag or len(found) != len(self.terms) + 1:
            raise BadCursor(
                f"{name} is a cursor of another list or order; take it from this list with the same orderBy"
            )
        try:
            return tuple([read(value) for read, value in zip(self.readers, found[1:], strict=True)])
        except (TypeError, ValueError, OverflowError):
            raise BadCursor(f"{name} is not a cursor of this list; take it from pageInfo or from an edge") from None


@lru_cache(maxsize=1_000)
def cursors_of(edge: Edge, orders: tuple[tuple[str, bool], ...], list_name: str | None) -> Cursors:
    """The cursors of an edge's list in an order, which is the usual one when it names nothing."""
    terms = terms_of(edge.target, orders or default_order(edge))
    words = [list_name or edge.name, *(f"{term.column} {term.descends}" for term in terms)]
    readers = [_reader(edge.target.table.c[term.column].type) for term in terms]
    return Cursors(terms, f"{zlib.crc32('|'.join(words).encode()):08x}", readers)


def cursor(window: Given[Window], child: FromClause) -> ColumnElement[str]:
    """The cursor of a row, made by PostgreSQL so that every way of running makes the same one."""
    tag = window.part("tag").bound(Text())
    values = func.json_build_array(tag, *(term.of(child) for term in window.now.terms))
    encoded = func.encode(func.convert_to(cast(values, Text), literal_column("'UTF8'")), literal_column("'base64'"))
    return func.translate(encoded, literal_column("chr(10)"), literal_column("''"))


def _reader(type_: TypeEngine[Any]) -> Reader:
    """What reads a value of a column from a cursor, or raises an error when it is none."""
    if isinstance(type_, Text):
        return partial(_of, str)
    if isinstance(type_, Enum):
        enums = type_.enums
        return lambda value: enums[enums.index(_of(str, value))]
    # asyncpg speaks of infinity as the extreme values of Python's types.
    if isinstance(type_, DateTime):
        moments = {"infinity": datetime.max, "-infinity": datetime.min}
        return lambda value: moments.get(value) or _aware(_of(str, value))
    if isinstance(type_, Date):
        days = {"infinity": date.max, "-infinity": date.min}
        return lambda value: days.get(value) or date.fromisoformat(_of(str, value))
    bits = 16 if isinstance(type_, SmallInteger) else 64 if isinstance(type_, BigInteger) else 32
    return partial(_number, 1 << (bits - 1))


def _number(limit: int, value: Any) -> int:
    number: int = _of(int, value)
    if not -limit <= number < limit:
        raise ValueError(number)
    return number


def _of(type_: type[Any], value: Any) -> Any:
    if type(value) is not type_ or (type_ is str and "\0" in value):
        raise TypeError(value)
    return value


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
