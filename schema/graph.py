"""The schema put together: its root, its types, its settings, and what happens around each operation."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable, Iterator, Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any

import asyncpg
import graphql
import orjson
import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.admission import Gate
from resolvers.compiled import NotCompiled
from resolvers.context import Context
from resolvers.edges import value_of
from resolvers.errors import BadArgument, Fault, Overloaded, ShuttingDown, TimedOut, TooLarge
from resolvers.observing import Observer, Run
from resolvers.plans import Document, Documents
from resolvers.snapshots import DEADLINE
from resolvers.writing import MAX_ANSWER
from schema import figures
from schema.masking import MAX_ERRORS, code_of, shown, unless_unexpected
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription

# How many streamed operations run at once where nothing else says it.
ALONE = 100


class Graph(strawberry.Schema):
    """The schema and its two ways of running an operation.

    Each operation closes the snapshot it read and shows its errors as clients may see them.
    """

    def __init__(self, *arguments: Any, gate: Gate, observer: Observer | None, **options: Any) -> None:
        # The extensions ask for it while the schema is made.
        self.documents = Documents(self)
        self._gate = gate
        self._observer = observer
        super().__init__(*arguments, **options)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run one operation of a document; `context_value` is a `Context`.

        Of an operation that is compiled, `data` is JSON as PostgreSQL wrote it, an `orjson.Fragment`.
        """
        context: Context = context_value

        async def run() -> ExecutionResult:
            await context.open()
            data = await self.compiled(query, variable_values, operation_name, context)
            if data is not None:
                return ExecutionResult(data=orjson.Fragment(data), errors=None)  # type: ignore[arg-type]
            return await batched(
                query,
                variable_values,
                context,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )

        if self.kind(query, operation_name) is graphql.OperationType.SUBSCRIPTION:
            transports = "a WebSocket with graphql-transport-ws, or server-sent events with accept: text/event-stream"
            refused = BadArgument(f"a subscription needs a connection that stays open: {transports}")
            return ExecutionResult(data=None, errors=[refused])
        batched = super().execute
        result = await _limited(context, run())
        if wants_execution(operation_extensions):
            is_compiled = isinstance(result.data, orjson.Fragment)
            result.extensions = {"execution": execution(context, is_compiled=is_compiled)}
        return result

    async def stream(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        operation_extensions: dict[str, Any] | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
    ) -> Any:
        """The results of a streamed operation: one of a query or a mutation, any number of a subscription."""
        context: Context = context_value.of_its_own()
        run = Run(context, perf_counter(), "stream", query, operation_name)
        # The statements of other operations on the same connection are not its own.
        context.snapshot.ran, context.snapshot.seconds = [], 0.0
        if self.kind(query, operation_name) is not graphql.OperationType.SUBSCRIPTION:
            return self._single(
                run,
                variable_values,
                context,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )
        source = await super().stream(
            query, variable_values, context, root_value, operation_name, operation_extensions, allowed_operation_types
        )
        return self._watched(source, run)

    def kind(self, query: str | None, operation_name: str | None) -> graphql.OperationType | None:
        """Of which kind the operation to run is; None when there is none."""
        try:
            operation = self.documents.read(query or "").operation(operation_name)
        except (GraphQLError, RecursionError):
            return None
        return None if operation is None else operation.node.operation

    async def _single(self, run: Run, *given: Any) -> AsyncIterator[ExecutionResult]:
        """The result of one operation, which has not ended before that is on its way."""
        try:
            with self._gate.entered():
                try:
                    running: Awaitable[ExecutionResult] = self.execute(run.query, *given)
                    if self._observer is not None:
                        running = self._observer.watched(run, self.documents, running)
                    result = await running
                except CannotGetOperationTypeError as error:
                    result = ExecutionResult(data=None, errors=[BadArgument(error.as_http_error_reason())])
                run.is_compiled = isinstance(result.data, orjson.Fragment)
                run.codes = [code_of(error) for error in result.errors or ()]
                yield result
        except (Overloaded, ShuttingDown) as refused:
            run.codes = [refused.code]
            yield ExecutionResult(data=None, errors=[refused])
        finally:
            self._ended(run)

    async def _watched(self, source: Any, run: Run) -> AsyncIterator[ExecutionResult]:
        """What is watched, nothing being held while nothing happens."""
        context = run.context
        try:
            async with context, aclosing(source):
                async for result in source:
                    await context.renew()
                    if result.errors:
                        result.errors = [shown(error, context.request_id) for error in result.errors[:MAX_ERRORS]]
                        run.codes = [code_of(error) for error in result.errors]
                    run.results += 1
                    run.forget_statements()
                    yield result
        except Fault as fault:
            # The database went away while it was watched: the client has to know that more may come elsewhere.
            run.codes = [fault.code]
            yield ExecutionResult(data=None, errors=[fault])
        finally:
            self._ended(run)

    def _ended(self, run: Run) -> None:
        if self._observer is not None:
            self._observer.ended(run, self.documents)

    async def execute_compiled(
        self, query: Any, variables: dict[str, Any] | None, operation_name: Any, context: Context
    ) -> bytes | None:
        """The whole answer to an operation that is compiled, as JSON; None when the batched way has to run it."""
        await context.open()
        data = await self.compiled(query, variables, operation_name, context)
        return None if data is None else b'{"data":%b}' % data

    async def compiled(
        self, query: Any, variables: dict[str, Any] | None, operation_name: Any, context: Context
    ) -> bytes | None:
        """The data of an operation that can be run as one statement; None when the batched way has to run it.

        That includes whatever is wrong with the request, of which the batched way tells more.
        """
        if not context.may_compile or not query or not isinstance(query, str):
            return None
        if operation_name is not None and (not operation_name or not isinstance(operation_name, str)):
            return None
        running = self._run_compiled(query, variables or {}, operation_name, context)
        return await unless_unexpected(running, context.request_id)

    async def _run_compiled(
        self, query: str, variables: dict[str, Any], operation_name: str | None, context: Context
    ) -> bytes | None:
        try:
            document = self.documents.read(query)
            operation = document.operation(operation_name)
            if operation is None or document.errors:
                return None
            statement, values = self.documents.plan(document, operation, variables, context.snapshot.sight)
        except (GraphQLError, NotCompiled, RecursionError):
            return None
        try:
            return await context.snapshot.fetch_alone(statement, values)
        except asyncpg.DivisionByZeroError:
            size = MAX_ANSWER // 2**20
            raise TooLarge(f"this answer is larger than {size} MB; ask for fewer levels or smaller pages") from None
        except asyncpg.InvalidTextRepresentationError:
            # Something is missing that has to be there; the batched way says what, and gives the rest.
            return None

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing here: a client's mistakes are told to the client, and the rest is logged where it is masked."""


class KnownDocuments(SchemaExtension):
    """Takes documents from those kept, parsed and validated; refuses to choose among several operations of one."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._found: Document | None = None

    def on_parse(self) -> Iterator[None]:
        """Find the document, or make it."""
        context = self.execution_context
        if context.query:
            self._found = self._documents.read(context.query)
            context.graphql_document = self._found.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Tell its mistakes, and look for a second operation when none was named; the executor would run the first."""
        context = self.execution_context
        if self._found is not None:
            # The public `operation_name` is that of the first operation when the request names none.
            operations = self._found.operations
            if not self._found.errors and len(operations) > 1 and context._provided_operation_name is None:
                names = ", ".join(name for name in operations if name)
                raise BadArgument(f"the document has {len(operations)} operations; name one in operationName: {names}")
            context.pre_execution_errors = self._found.errors
        yield


async def _limited(context: Context, running: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
    """What `running` gives within the time an operation may take, its errors as clients may see them."""
    try:
        async with asyncio.timeout(DEADLINE), context:
            result = await running
    except TimeoutError:
        late = TimedOut(f"this took longer than {DEADLINE} seconds; ask for fewer rows or fewer levels")
        result = ExecutionResult(data=None, errors=[late])
    except Fault as fault:
        result = ExecutionResult(data=None, errors=[fault])
    if result.errors:
        result.errors = [shown(error, context.request_id) for error in result.errors[:MAX_ERRORS]]
    return result


def wants_execution(extensions: Mapping[str, Any] | None) -> bool:
    """Whether a request asks how it was run."""
    return bool(extensions and extensions.get("execution"))


def execution(context: Context, *, is_compiled: bool) -> dict[str, Any]:
    """How an operation was run, for a request that asks."""
    return {
        "way": "compiled" if is_compiled else "batched",
        "statements": len(context.snapshot.ran),
        "databaseMs": round(context.snapshot.seconds * 1000, 3),
    }


def build_schema(gate: Gate | None = None, observer: Observer | None = None) -> Graph:
    """The schema, ready to run operations; those of streams are let in by the gate and told to the observer."""

    def known_documents() -> KnownDocuments:
        return KnownDocuments(schema.documents)

    schema = Graph(
        Query,
        Mutation,
        Subscription,
        # Types that only an interface leads to.
        types=[*figures.SUBJECTS],
        extensions=[known_documents],
        gate=gate or Gate(ALONE),
        observer=observer,
        config=StrawberryConfig(default_resolver=value_of, sort_schema=True),
    )
    return schema
