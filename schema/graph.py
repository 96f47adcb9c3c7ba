"""The schema put together: its root, its types, its settings, and what happens around each operation."""

import asyncio
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import MaxTokensLimiter, ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult

from resolvers.context import Context
from resolvers.edges import value_of
from resolvers.errors import BadArgument, TimedOut
from schema import figures
from schema.masking import MAX_ERRORS, shown
from schema.queries import Query

# Documents are kept parsed and validated while they are among the most recently used.
KEPT_DOCUMENTS = 500
# The largest document of a dashboard has some 600 tokens.
MAX_TOKENS = 3_000
# How many seconds an operation may take in all; each of its statements has a limit of its own.
DEADLINE = 30


class Graph(strawberry.Schema):
    """The schema; each operation closes the snapshot it read and shows its errors as clients may see them."""

    async def execute(self, query: str | None, *arguments: Any, **options: Any) -> ExecutionResult:
        """Run one operation of a document; `context_value` is a `Context`."""
        context: Context = options["context_value"]
        try:
            async with asyncio.timeout(DEADLINE), context.snapshot:
                result = await super().execute(query, *arguments, **options)
        except TimeoutError:
            late = TimedOut(f"this took longer than {DEADLINE} seconds; ask for fewer rows or fewer levels")
            result = ExecutionResult(data=None, errors=[late])
        if result.errors:
            result.errors = [shown(error, context.request_id) for error in result.errors[:MAX_ERRORS]]
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here: a client's mistakes are told to the client, and the rest is logged where it is masked."""


class OneOperation(SchemaExtension):
    """Refuses to choose among several operations of a document; the executor would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Look for a second operation when none was named."""
        # The public `operation_name` is that of the first operation when the request names none.
        named = self.execution_context._provided_operation_name
        document = self.execution_context.graphql_document
        if document is not None and named is None:
            operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
            if len(operations) > 1:
                names = ", ".join(node.name.value for node in operations if node.name)
                raise BadArgument(f"the document has {len(operations)} operations; name one in operationName: {names}")
        yield


def build_schema() -> Graph:
    """The schema, ready to run operations."""
    return Graph(
        Query,
        # Types that only an interface leads to.
        types=list(figures.SUBJECTS),
        extensions=[
            OneOperation,
            lambda: MaxTokensLimiter(MAX_TOKENS),
            lambda: ParserCache(KEPT_DOCUMENTS),
            lambda: ValidationCache(KEPT_DOCUMENTS),
        ],
        config=StrawberryConfig(default_resolver=value_of, sort_schema=True),
    )
