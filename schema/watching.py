"""What a subscription sends: no rollup that is as it was, and nothing to a key that holds no longer."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from graphql import Executor, FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionResult

from resolvers.context import Context
from resolvers.errors import Fault
from resolvers.limits import MAX_ERRORS
from resolvers.observing import Run
from resolvers.plans import Document
from schema.masking import shown

# After how many seconds without anything to send a key is looked up; it is remembered for some more.
LOOKED_UP_AFTER = 1.0


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Runs an operation, and of a subscription each event by itself."""

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:
        """The run of one event.

        What is selected is looked up by where the selection lies in memory, another place for each event: shared by all
        of them, as graphql-core has it, this would grow as long as the subscription lasts.
        """
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        return executor


async def watched(
    source: AsyncGenerator[Any, None], run: Run, times: frozenset[str] | None
) -> AsyncIterator[ExecutionResult]:
    """What is watched, nothing being held while nothing happens; ends with an error once the key holds no longer.

    Of a rollup, `times` are the names of what tells when it was read: what differs in nothing else is not sent again.
    """
    context, last = run.context, None
    try:
        async with context, aclosing(source), aclosing(_while_known(source, context)) as results:
            async for result in results:
                await context.renew()
                run.forget_statements()
                if result.errors:
                    result.errors = [shown(error, context.request_id) for error in result.errors[:MAX_ERRORS]]
                elif times is not None and result.data:
                    last, before = _digest(result.data, times), last
                    if last == before:
                        continue
                yield result
    except Fault as fault:
        yield ExecutionResult(data=None, errors=[fault])


async def _while_known(source: AsyncGenerator[Any, None], context: Context) -> AsyncGenerator[Any, None]:
    """The results of a subscription; Unauthenticated once its key holds no longer, though there be nothing to send."""
    if context.key is None:
        async for result in source:
            yield result
        return
    upcoming: asyncio.Task[Any] | None = None
    try:
        while True:
            upcoming = asyncio.create_task(_next(source))
            while not (await asyncio.wait({upcoming}, timeout=LOOKED_UP_AFTER))[0]:
                await context.require_known()
            result = upcoming.result()
            if result is None:
                return
            yield result
    finally:
        if upcoming is not None and not upcoming.done():
            upcoming.cancel()
            with suppress(asyncio.CancelledError):
                await upcoming


async def _next(source: AsyncGenerator[Any, None]) -> Any:
    return await anext(source, None)


def _digest(data: Mapping[str, Any], times: frozenset[str]) -> bytes:
    told = {name: {key: value[key] for key in value.keys() - times} for name, value in data.items()}
    return hashlib.blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def times_of_rollup(document: Document, selections: SelectionSetNode) -> frozenset[str] | None:
    """The names under which a subscription to a rollup selects when it was read; None when it is to something else."""
    fields = [each for each in _fields(document, selections, set()) if each.name.value == "rollupChanged"]
    if not fields:
        return None
    inner = (each for field in fields if field.selection_set for each in _fields(document, field.selection_set, set()))
    return frozenset((each.alias or each.name).value for each in inner if each.name.value == "asOf")


def _fields(document: Document, selections: SelectionSetNode, seen: set[str]) -> Iterator[FieldNode]:
    """The fields of a selection, those of its fragments included, of each once."""
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each
        elif isinstance(each, InlineFragmentNode):
            yield from _fields(document, each.selection_set, seen)
        elif isinstance(each, FragmentSpreadNode) and each.name.value not in seen:
            seen.add(each.name.value)
            fragment = document.fragments.get(each.name.value)
            if fragment is not None:
                yield from _fields(document, fragment.selection_set, seen)
