"""What all types share: global ids, pages and orders."""

from enum import StrEnum
from typing import Any

import strawberry

from resolvers.asks import Listing
from resolvers.costs import COUNT, Price
from resolvers.edges import Concept, Row
from resolvers.pages import OrderDirection
from schema.enums import described
from schema.fields import asking, column


@strawberry.interface(description="Something with an id of its own that can be fetched again by it.")
class Node:
    global_id: strawberry.ID = column("The global id: opaque, stable, unique among all types.", name="id")

    @classmethod
    def is_type_of(cls, row: Any, info: Any) -> bool:
        """Whether a row is of this type; unions ask."""
        return bool(row.typename == cls.__strawberry_definition__.name)  # type: ignore[attr-defined]

    @classmethod
    def resolve_type(cls, row: Row, info: Any, type_: Any) -> str:
        """The type of a row where only its interface is known."""
        return row.typename


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = column("Whether rows follow the page; going backwards, whether `before` cut any off.")
    has_previous_page: bool = column("Whether rows precede the page; going forwards, whether `after` cut any off.")
    start_cursor: str | None = column("The cursor of the page's first row; null when the page is empty.")
    end_cursor: str | None = column("The cursor of the page's last row; null when the page is empty.")


OF_PAGE, COUNTED = Price(is_of_page=True), Price(work=COUNT)
"""What the rows of a page cost, each of them, and what a count costs."""


def connection_type(node: type) -> Any:
    """The type of a page of `node`s, `<Node>Connection`, and that of its edges."""
    name = node.__name__
    edge = strawberry.type(
        type(
            f"{name}Edge",
            (),
            {
                "__annotations__": {"node": node, "cursor": str},
                "__module__": node.__module__,
                "node": column("The row."),
                "cursor": column("The row's place in this list and order; opaque."),
            },
        ),
        description=f"A {name} of a list, and its place in it.",
    )
    body: dict[str, Any] = {
        "__annotations__": {"edges": list[edge], "nodes": list[node], "page_info": PageInfo, "total_count": int},  # type: ignore[valid-type]
        "__module__": node.__module__,
        "edges": asking(Listing.edges, "The rows of the page with their cursors.", price=OF_PAGE),
        "nodes": asking(Listing.nodes, "The rows of the page.", price=OF_PAGE),
        "page_info": asking(Listing.page_info, "Where the page lies in the list."),
        "total_count": asking(
            Listing.total_count,
            "How many rows the whole list has under its filter; by itself it reads none of them.",
            price=COUNTED,
        ),
    }
    return strawberry.type(type(f"{name}Connection", (), body), description=f"A page of a list of {name}.")


def order_input(concept: Concept) -> Any:
    """The input type by which lists of `concept` are sorted, made from the orders the concept declares."""
    field_enum = described(
        StrEnum(f"{concept.name}OrderField", {name: name for name in concept.orders}),  # type: ignore[arg-type]
        f"What a list of {concept.name} can be sorted by.",
        {name: order.description for name, order in concept.orders.items()},
    )
    body = {
        "__annotations__": {"field": field_enum, "direction": OrderDirection},
        "field": strawberry.field(description="What to sort by."),
        "direction": strawberry.field(description="Which way.", default=OrderDirection.ASC),
        "__module__": __name__,
    }
    return strawberry.input(
        type(f"{concept.name}Order", (), body), description=f"One way to sort a list of {concept.name}."
    )
