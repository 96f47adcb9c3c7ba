"""Calling a field's function: with the arguments of a document, again and again with other variables."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    Node,
    VariableNode,
    Visitor,
    get_argument_values,
    get_nullable_type,
    is_leaf_type,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.arguments import StrawberryArgument, convert_arguments

from resolvers.asks import ANEW, ASKS
from resolvers.given import Reader, Step


def variables_of(node: Node) -> set[str]:
    """The names of the variables in a part of a document."""
    found: set[str] = set()

    class Finder(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            found.add(node.name.value)

    visit(node, Finder())
    return found


@dataclass(frozen=True)
class Called:
    """A field whose function was called: where its answer stands among what is asked, and how to call it again."""

    field: GraphQLField
    node: FieldNode
    source: Any
    steps: tuple[Step, ...] | None
    # The arguments that no variable reaches, once they are converted, and how to convert the others.
    _kept: list[Any] = dataclasses.field(default_factory=list, compare=False)

    @property
    def varies(self) -> bool:
        """Whether it may ask something else at the next request."""
        # Of variables those of the arguments count: what a field selects is asked by calls of its own.
        of_arguments = any(variables_of(argument) for argument in self.node.arguments or ())
        return of_arguments or self.is_anew

    @property
    def is_anew(self) -> bool:
        """Whether it may ask something else though its arguments are the same."""
        return bool(self.field.extensions["strawberry-definition"].metadata[ANEW])

    def answer(self, schema: Schema, variables: VariableValues, asked: Sequence[Any]) -> Any:
        """What the field asks with these variables."""
        if not self._kept:
            self._kept.extend(self._parted(schema, variables))
        constant, varying = self._kept
        source = self.source
        if self.steps is not None:
            source = Reader(self.steps, None)(asked)
        asks = self.field.extensions["strawberry-definition"].metadata[ASKS]
        return asks(source, **constant, **varying(variables))

    def _parted(self, schema: Schema, variables: VariableValues) -> tuple[dict[str, Any], Any]:
        nodes = self.node.arguments or ()
        reached = {each.name.value for each in nodes if variables_of(each)}
        by_name: dict[str, StrawberryArgument] = {
            schema.config.name_converter.from_argument(each): each
            for each in self.field.extensions["strawberry-definition"].arguments
        }

        def converted(names: set[str]) -> Any:
            definition = GraphQLField(self.field.type, args={name: self.field.args[name] for name in names})
            own = tuple(each for each in nodes if each.name.value in names)
            node = FieldNode(name=self.node.name, arguments=own)
            arguments = [by_name[name] for name in names]
            return partial(_converted, schema, definition, node, arguments)

        constant, varying = converted(self.field.args.keys() - reached)(variables), converted(reached)
        types = {name: get_nullable_type(each.type) for name, each in self.field.args.items()}
        taken = {
            by_name[each.name.value].python_name: each.value.name.value
            for each in nodes
            if isinstance(each.value, VariableNode) and is_leaf_type(types[each.name.value])
        }
        return constant, partial(_taken, taken, varying) if len(taken) == len(reached) else varying


def _taken(
    names: Mapping[str, str], otherwise: Callable[[VariableValues], dict[str, Any]], variables: VariableValues
) -> dict[str, Any]:
    """Arguments that are variables of scalars or enums: as they are, when none of them is missing or null."""
    found = {argument: variables.coerced.get(name) for argument, name in names.items()}
    return otherwise(variables) if None in found.values() else found


def _converted(
    schema: Schema,
    definition: GraphQLField,
    node: FieldNode,
    arguments: list[StrawberryArgument],
    variables: VariableValues,
) -> dict[str, Any]:
    if not arguments:
        return {}
    return convert_arguments(
        get_argument_values(definition, node, variables),
        arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
    )
