"""The schema put together: its root, its types, its settings, and what happens around each operation."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
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
from resolvers.costs import Cost
from resolvers.edges import value_of
from resolvers.errors import BadArgument, Fault, Overloaded, ShuttingDown, TimedOut, TooLarge
from resolvers.guarding import OPEN, Guard, Policy
from resolvers.leases import Usage
from resolvers.limits import MAX_ERRORS, check_variables
from resolvers.observing import Observer, Run
from resolvers.plans import Document, Documents
from resolvers.snapshots import DEADLINE
from resolvers.writing import MAX_ANSWER
from schema import figures
from schema.masking import code_of, shown, unless_unexpected
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.watching import Execution, times_of_rollup, watched

# How many streamed operations run at once where nothing else says it.
ALONE = 100
TRANSPORTS = "a WebSocket with graphql-transport-ws, or server-sent events with accept: text/event-stream"


class Graph(strawberry.Schema):
    """The schema and its two ways of running an operation.

    Each operation closes the snapshot it read and shows its errors as clients may see them.
    """

    def __init__(self, *arguments: Any, gate: Gate, observer: Observer | None, policy: Policy, **options: Any) -> None:
        # The extensions ask for it while the schema is made.
        self.documents = Documents(self)
        self._gate = gate
        self._observer = observer
        self.guard = Guard(self.documents, policy)
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
            text = query
            if query:
                text = await self.guard.text(query, context)
                operation = (await self._read(text, context)).operation(operation_name)
                if operation is not None and operation.is_subscription:
                    raise BadArgument(f"a subscription needs a connection that stays open: {TRANSPORTS}")
                data = await self._compiled(text, variable_values, operation_name, context)
                if data is not None:
                    return ExecutionResult(data=orjson.Fragment(data), errors=None)  # type: ignore[arg-type]
                await self._admit(text, operation_name, variable_values, context)
            given = (root_value, operation_name, allowed_operation_types, operation_extensions)
            result = await batched(text, variable_values, context, *given)
            if context.snapshot.is_lost and self.kind(text, operation_name) is graphql.OperationType.QUERY:
                # Nothing of it was sent yet, and to read once more changes nothing.
                await context.read_anew()
                result = await batched(text, variable_values, context, *given)
            return result

        batched = super().execute
        result = await self._limited(context, run())
        is_compiled = isinstance(result.data, orjson.Fragment)
        result.extensions = (
            asked_extensions(operation_extensions, context, is_compiled=is_compiled) or result.extensions
        )
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
        try:
            await context.open()
            text = run.query = await self.guard.text(query, context) if query else query
            if self.kind(text, operation_name) is not graphql.OperationType.SUBSCRIPTION:
                given = (context, root_value, operation_name, allowed_operation_types, operation_extensions)
                return self._single(run, variable_values, *given)
            await self._admit(text or "", operation_name, variable_values, context)
        except Fault as fault:
            return self._refused(run, fault)
        source = await super().stream(
            text, variable_values, context, root_value, operation_name, operation_extensions, allowed_operation_types
        )
        return self._watched(watched(source, run, self._times(text, operation_name)), run)

    async def _read(self, text: str, context: Context) -> Document:
        """A document; one that is wrong costs points."""
        try:
            document = self.documents.read(text)
        except GraphQLError:
            await self.guard.mistaken(context)
            raise
        if document.errors:
            await self.guard.mistaken(context)
        return document

    async def _admit(self, text: str, name: str | None, variables: dict[str, Any] | None, context: Context) -> None:
        """Take the points for an operation that is run level by level, if there is nothing wrong with it."""
        document = self.documents.read(text)
        operation = document.operation(name)
        if operation is None or document.errors:
            return
        check_variables(variables or {})
        try:
            given = self.documents.coerced(operation, variables or {})
        except NotCompiled:
            return
        await self.guard.admit(document, operation, given, context)

    async def _refused(self, run: Run, fault: Fault) -> AsyncIterator[ExecutionResult]:
        run.codes = [fault.code]
        yield ExecutionResult(data=None, errors=[fault])
        self._ended(run)

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
            with self._gate.entered(run.context.who):
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

    async def _watched(self, results: AsyncIterator[ExecutionResult], run: Run) -> AsyncIterator[ExecutionResult]:
        try:
            async for result in results:
                run.codes = [code_of(error) for error in result.errors or ()]
                run.results += 1
                yield result
        finally:
            self._ended(run)

    def _times(self, query: str | None, operation_name: str | None) -> frozenset[str] | None:
        document = self.documents.read(query or "")
        operation = document.operation(operation_name)
        return None if operation is None else times_of_rollup(document, operation.node.selection_set)

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
        text = await self.guard.text(query, context)
        return await self._compiled(text, variables, operation_name, context)

    async def _compiled(
        self, text: str, variables: dict[str, Any] | None, operation_name: str | None, context: Context
    ) -> bytes | None:
        if not context.may_compile:
            return None
        running = self._run_compiled(text, variables or {}, operation_name, context)
        return await unless_unexpected(running, context.request_id)

    async def _run_compiled(
        self, text: str, variables: dict[str, Any], operation_name: str | None, context: Context
    ) -> bytes | None:
        try:
            document = self.documents.read(text)
            operation = document.operation(operation_name)
            if operation is None or document.errors or operation.refused is not None:
                return None
            if variables:
                check_variables(variables)
            given = self.documents.coerced(operation, variables)
        except (GraphQLError, NotCompiled, RecursionError):
            return None
        try:
            cost = await self.guard.admit(document, operation, given, context)
        except Fault:
            raise
        except GraphQLError:
            # A variable of `@skip` or `@include` has no value.
            return None
        try:
            statement, values = self.documents.planned(document, operation, given, context.snapshot.sight)
        except (GraphQLError, NotCompiled, RecursionError):
            await self.guard.give_back(cost, context)
            return None
        try:
            return await context.snapshot.fetch_alone(statement, values)
        except asyncpg.DivisionByZeroError:
            size = MAX_ANSWER // 2**20
            raise TooLarge(f"this answer is larger than {size} MB; ask for fewer levels or smaller pages") from None
        except asyncpg.InvalidTextRepresentationError:
            # Something is missing that has to be there; the batched way says what, and gives the rest.
            await self.guard.give_back(cost, context)
            return None

    async def _limited(self, context: Context, running: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
        """What `running` gives within the time an operation may take, its errors as clients may see them."""
        try:
            async with asyncio.timeout(DEADLINE), context:
                result = await running
        except TimeoutError:
            late = TimedOut(f"this took longer than {DEADLINE} seconds; ask for fewer rows or fewer levels")
            result = ExecutionResult(data=None, errors=[late])
        except GraphQLError as error:
            result = ExecutionResult(data=None, errors=[error])
        if result.errors:
            errors = await self.guard.told(result.errors[:MAX_ERRORS], context)
            result.errors = [shown(error, context.request_id) for error in errors]
        return result

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


def asked_extensions(
    extensions: Mapping[str, Any] | None, context: Context, *, is_compiled: bool
) -> dict[str, Any] | None:
    """What a request asks to be told beside the data: how it was run, what it cost; None when it asks nothing."""
    if not extensions:
        return None
    told: dict[str, Any] = {}
    if extensions.get("execution"):
        told["execution"] = execution(context, is_compiled=is_compiled)
    if extensions.get("cost") and context.cost is not None:
        told["cost"] = spent(context.cost, context.usage)
    return told or None


def spent(cost: Cost, counted: Callable[[], Usage] | None) -> dict[str, Any]:
    """What an operation cost and what is left of how much, for a request that asks."""
    told: dict[str, Any] = {"requested": cost.points, "nodes": cost.nodes}
    if counted is not None:
        usage = counted()
        told["throttle"] = {"limit": usage.limit, "remaining": usage.remaining, "restoreRate": usage.restore_rate}
    return told


def execution(context: Context, *, is_compiled: bool) -> dict[str, Any]:
    """How an operation was run, for a request that asks."""
    return {
        "way": "compiled" if is_compiled else "batched",
        "statements": len(context.snapshot.ran),
        "databaseMs": round(context.snapshot.seconds * 1000, 3),
    }


def build_schema(gate: Gate | None = None, observer: Observer | None = None, policy: Policy = OPEN) -> Graph:
    """The schema, ready to run operations for viewers who may do what `policy` says.

    Those of streams are let in by the gate and told to the observer.
    """

    def known_documents() -> KnownDocuments:
        return KnownDocuments(schema.documents)

    schema = Graph(
        Query,
        Mutation,
        Subscription,
        # Types that only an interface leads to.
        types=[*figures.SUBJECTS],
        extensions=[known_documents],
        execution_context_class=Execution,
        gate=gate or Gate(ALONE),
        observer=observer,
        policy=policy,
        config=StrawberryConfig(default_resolver=value_of, sort_schema=True),
    )
    return schema
