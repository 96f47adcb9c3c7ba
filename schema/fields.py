"""The kinds of field a type is made of: a column of its row, the row or the page of rows at the end of an edge.

A field that asks the graph is made of a function from its row and its arguments to an ask (`resolvers.asks`); arguments
and types of a field that follows an edge are derived from the edge's declaration.
"""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from resolvers.asks import ANEW, ASKS, Listing, One, Parent, Rows
from resolvers.context import Info
from resolvers.costs import FREE, PAGE, PRICE, USUAL, Price, Size
from resolvers.edges import Concept, Edge
from resolvers.errors import EmptyFilter
from resolvers.pages import DEFAULT_PAGE, MAX_PAGE, OrderDirection, Selection, window
from resolvers.trees import TreeScope

_PAGE = {
    "first": (int, f"How many rows from the start, 1–{MAX_PAGE}; {DEFAULT_PAGE} when neither first nor last is given."),
    "after": (str, "Only rows after this cursor of the same list."),
    "last": (int, f"How many rows from the end, 1–{MAX_PAGE}; not together with first."),
    "before": (str, "Only rows before this cursor of the same list."),
}
_SCOPE = "How much of the tree below is meant."

LOCAL_TIMES = "2023, 2023-09, 2023-09-28 or 2023-09-28T14:30+08:00, in Asia/Shanghai."


def paged(most: int = MAX_PAGE, usual: int = DEFAULT_PAGE, work: int = PAGE) -> Price:
    """What a field costs whose arguments say how many rows it gives."""
    return Price(work=work, page=Size(most, usual, ("first", "last"), is_default=True))


def listed(most: int, usual: int = USUAL, *arguments: str, work: int = 0) -> Price:
    """What a list without pages costs, that has `most` objects, `usual` ones, or as many as an argument names."""
    return Price(work=work, list=Size(most, min(most, usual), arguments))


def column(description: str, *, name: str | None = None, price: Price = FREE) -> Any:
    """A column of the row, of the same name unless the contract has another."""
    return strawberry.field(description=description, name=name, metadata={} if price is FREE else {PRICE: price})


VISIBILITY: Any = column("Who sees it.")
SHARED_WITH: Any = column(
    "The codes of the districts, cities and provinces it is shared with, shown to its own district; empty to others."
)


def asking(
    asks: Callable[..., Any], description: str, edge: Edge | None = None, price: Price = FREE, *, is_anew: bool = False
) -> Any:
    """What a function asks of the graph for the row and the arguments it takes; with `is_anew` at each request anew."""

    def resolve(self: Any, info: Info, **given: Any) -> Any:
        return info.context.loaders.answer(asks(self, **given))

    metadata = {ASKS: asks, PRICE: price, ANEW: is_anew} | ({} if edge is None else {"edge": edge})
    signature = inspect.signature(asks)
    own, *others = signature.parameters.values()
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info)
    parameters = [
        own.replace(name="self", annotation=inspect.Parameter.empty),
        info,
        *(other.replace(kind=inspect.Parameter.KEYWORD_ONLY) for other in others),
    ]
    resolve.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return strawberry.field(
        resolver=resolve,
        description=description,
        metadata=metadata,
    )


def named(concept: Concept, suffix: str = "") -> Any:
    """The GraphQL type of a concept, or one of its companions, wherever it is defined."""
    return Annotated[f"{concept.name}{suffix}", strawberry.lazy(f"schema.{concept.module}")]


def to_one(edge: Edge, description: str, *, required: bool = False, type: Any = None) -> Any:
    """The one row at the other end of an edge; null when there is none."""
    target = named(edge.target) if type is None else type
    return _field(lambda self: One((edge,), self), target if required else target | None, [], description, edge)


def to_many(edge: Edge, description: str, *, usual: int = USUAL) -> Any:
    """All the rows at the other end of an edge that never has many; it is charged as `usual` ones."""
    rows: Any = list[named(edge.target)]  # type: ignore[misc]
    return _field(lambda self: Rows(edge, self), rows, [], description, edge, listed(edge.limit, usual))


def connection(edge: Edge, description: str) -> Any:
    """A page of the rows at the other end of an edge, with the arguments the edge takes."""
    is_root = edge.source is None
    argument_names = [argument.name for argument in edge.arguments]

    def asks(self: Parent, **given: Any) -> Listing:
        orders = given.get("order_by") or ()
        page = window(
            edge,
            given.get("first"),
            given.get("after"),
            given.get("last"),
            given.get("before"),
            [(order.field, order.direction == OrderDirection.DESC) for order in orders],
        )
        for name in argument_names:
            if given.get(name) == []:
                raise EmptyFilter(f"{name} is an empty list, which no row could meet; name some or leave it out")
        selection = Selection(
            given.get("scope"),
            given.get("where"),
            tuple((name, given[name]) for name in argument_names if given.get(name) is not None),
        )
        return Listing(edge, None if is_root else self, selection, page)

    parameters = [_parameter(name, type_ | None, text) for name, (type_, text) in _PAGE.items()]
    if not callable(edge.reach):
        parameters.append(_parameter("scope", TreeScope | None, _SCOPE, TreeScope[edge.default_scope or "SELF"]))
    if edge.target.is_filtered:
        text = "Only rows that meet this filter."
        parameters.append(_parameter("where", named(edge.target, "Filter") | None, text))
    if edge.target.orders:
        text = f"How to sort, most important first; when not given, {_default_order(edge)}."
        parameters.append(_parameter("order_by", list[named(edge.target, "Order")] | None, text))  # type: ignore[misc]
    for argument in edge.arguments:
        parameters.append(_parameter(argument.name, argument.type | None, argument.description))
    return _field(asks, named(edge.target, "Connection"), parameters, description, edge, paged())


def _default_order(edge: Edge) -> str:
    order = edge.order or edge.target.default_order
    if order is None:
        return "in the order in which the rows were made"
    name, descends = order
    return f"by {name}, {'descending' if descends else 'ascending'}"


def _parameter(name: str, type_: Any, description: str, default: Any = UNSET) -> inspect.Parameter:
    annotation = Annotated[type_, strawberry.argument(description=description)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _field(
    asks: Callable[..., Any],
    type_: Any,
    parameters: list[inspect.Parameter],
    description: str,
    edge: Edge,
    price: Price = FREE,
) -> Any:
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    asks.__signature__ = inspect.Signature([own, *parameters], return_annotation=type_)  # type: ignore[attr-defined]
    return asking(asks, description, edge, price)
