"""How a mutation is put into the graph: one input, a payload of changed nodes, the failures a client branches on."""

import functools
import operator
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Annotated, Any, get_args, get_origin

import strawberry

from resolvers import failures, lookups
from resolvers.asks import Named
from resolvers.context import Info
from resolvers.costs import FREE, POINT, PRICE, Price, Size
from resolvers.entries import camel
from resolvers.errors import Conflict
from resolvers.failures import Failure
from resolvers.mutations.acts import Act
from resolvers.transactions import write
from schema.fields import asking, column, listed
from schema.nodes import OF_PAGE, Node


def required(description: str) -> Any:
    """A part of an input that has to be given."""
    return strawberry.field(description=description)


def optional(description: str, default: Any = None) -> Any:
    """A part of an input that need not be given."""
    return strawberry.field(description=description, default=default)


# How many rows a batch has at most, and what each costs, in thousandths of a point.
MOST, BATCH_ROW = 1_000, 200
SAMPLE: Any = optional("Whether it is sample data rather than fact.", False)


VISIBILITY: Any = optional("Who is to see it beside its district; those who see what it belongs to by default.")
SHARED_WITH: Any = optional(
    "With SHARED, the codes of the districts it is shared with, a city's for all of its districts; with all partners"
    " when none is named."
)


@strawberry.input(description="What every input has.")
class Input:
    idempotency_key: str | None = optional(
        "Any text of the client's, at most 200 characters; the same key twice gives one effect and the same answer."
    )


class Told:
    """What a mutation answers with: the type's name, and what its fields are read from."""

    def __init__(self, typename: str, **values: Any) -> None:
        self.typename = typename
        self.__dict__.update(values)


def _is_told(cls: Any, value: Any, info: Any) -> bool:
    return bool(value.typename == cls.__strawberry_definition__.name)


def _told(value: Any) -> Any:
    """Objects of an answer as things with attributes."""
    if isinstance(value, list):
        return [_told(each) for each in value]
    return SimpleNamespace(**value) if isinstance(value, dict) else value


def _failure_type(failure: type[Failure]) -> type:
    """The GraphQL type of a failure."""
    body: dict[str, Any] = {
        "__annotations__": {name: type_ for name, (type_, _) in failure.facts().items()},
        "__module__": __name__,
        "is_type_of": classmethod(_is_told),
    }
    body |= {name: column(text) for name, (_, text) in failure.facts().items()}
    made = type(failure.__name__, (FailureInterface,), body)
    return strawberry.type(made, description=(failure.__doc__ or "").strip())


@strawberry.interface(name="Failure", description="Why a write was not made; nothing was changed.")
class FailureInterface:
    message: str = column("Why, in a sentence, and what would be right.")


FAILURES: dict[type[Failure], type] = {
    failure: _failure_type(failure)
    for failure in vars(failures).values()
    if isinstance(failure, type) and issubclass(failure, Failure) and failure is not Failure
}
"""The type of each failure."""


def _node(name: str, is_list: bool, is_seen: bool) -> Any:
    def one(self: Told) -> Named:
        return _there(getattr(self, name), is_seen)

    def several(self: Told) -> list[Named]:
        return [_there(each, is_seen) for each in getattr(self, name)]

    return several if is_list else one


def _there(id_: str, is_seen: bool) -> Named:
    """What was written, which only another write since can have taken away from those who see it."""
    return (
        lookups.node(id_)
        if not is_seen
        else replace(lookups.node(id_), missing=Conflict("it was written, and deleted since; the change log has both"))
    )


def mutation(act: Act, description: str, given: type, gives: Mapping[str, tuple[Any, str]]) -> Any:
    """A mutation that does what `act` does with an input of type `given`; `gives` are the payload's nodes by name."""
    name = camel(act.name)
    title = name[0].upper() + name[1:]
    body: dict[str, Any] = {
        "__annotations__": {"cursor": str},
        "__module__": __name__,
        "is_type_of": classmethod(_is_told),
        "cursor": column("Its place in the change log: what `changes(since:)` goes on after."),
    }
    for field, (type_, text) in gives.items():
        is_list = get_origin(type_) is list
        inner = get_args(type_)[0] if is_list else type_
        is_node = isinstance(inner, type) and issubclass(inner, Node)
        # Whoever may do this without a key need not see what came of it.
        is_seen = not (act.is_public and is_node)
        body["__annotations__"][field] = type_ if is_seen else type_ | None
        text = text if is_seen else f"{text} Null to those who do not see it."
        body[field] = (
            asking(_node(field, is_list, is_seen), text, price=listed(MOST) if is_list else FREE)
            if is_node
            else column(text, price=OF_PAGE if is_list else FREE)
        )
    payload: Any = strawberry.type(type(f"{title}Payload", (), body), description=f"What {name} changed, as it is now.")
    kinds = [payload, *(FAILURES[failure] for failure in (*act.failures, failures.NotFound))]
    union = strawberry.union(f"{title}Response", description=f"What {name} changed, or why nothing was.")
    result: Any = Annotated[functools.reduce(operator.or_, kinds), union]

    async def resolve(info: Info, input: Any) -> Any:
        context = info.context
        try:
            viewer = await act.viewer(context)
            async with context.turn_to_write():
                written = await write(context.writable(), viewer, name, act, input, context.client)
        except Failure as failure:
            facts = {name: getattr(failure, name) for name in failure.facts()}
            return Told(type(failure).__name__, message=failure.message, **facts)
        await context.renew()
        answer = {name: _told(value) for name, value in written.answer.items()}
        return Told(f"{title}Payload", cursor=str(written.position), **answer)

    resolve.__annotations__ = {
        "info": Info,
        "input": Annotated[given, strawberry.argument(description="What to do.")],
        "return": result,
    }
    price = Price(work=10 * POINT, page=Size(MOST, 0, ("input.rows",)), work_by_row=BATCH_ROW)
    return strawberry.mutation(resolver=resolve, name=name, description=description, metadata={PRICE: price})
