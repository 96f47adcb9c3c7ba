"""Calling a field's function: with the arguments of a document, again and again with other variables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLField, get_argument_values
from graphql.execution.values import VariableValues
from strawberry import Schema
from strawberry.types.arguments import convert_arguments

from resolvers.asks import ASKS
from resolvers.given import Reader, Step


@dataclass(frozen=True)
class Called:
    """A field whose function was called: where its answer stands among what is asked, and how to call it again."""

    field: GraphQLField
    node: FieldNode
    source: Any
    steps: tuple[Step, ...] | None

    def answer(self, schema: Schema, variables: VariableValues, asked: Sequence[Any]) -> Any:
        """What the field asks with these variables."""
        definition = self.field.extensions["strawberry-definition"]
        given = convert_arguments(
            get_argument_values(self.field, self.node, variables),
            definition.arguments,
            scalar_registry=schema.schema_converter.scalar_registry,
            config=schema.config,
        )
        source = self.source
        if self.steps is not None:
            source = Reader(self.steps, None)(asked)
        return definition.metadata[ASKS](source, **given)
