"""What of an error a client gets to see: its own mistakes in full, everything else as one sentence and a request id."""

from collections.abc import Awaitable
from typing import TypeVar

from graphql import GraphQLError, GraphQLSyntaxError

from resolvers.errors import Fault
from resolvers.logs import log

T = TypeVar("T")


def shown(error: GraphQLError, request_id: str) -> GraphQLError:
    """`error` as the client gets it: with a code if it is the client's mistake, else masked and logged."""
    original = error.original_error
    if isinstance(error, Fault) or isinstance(original, Fault):
        return error
    if isinstance(original, RecursionError):
        return GraphQLError("The document is nested too deeply.", extensions={"code": "GRAPHQL_VALIDATION_FAILED"})
    if error.path is None and (original is None or isinstance(original, GraphQLError)):
        # Found before anything ran: in parsing, validation, or reading the variables.
        return GraphQLError(
            error.message,
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            extensions=_code(error),
        )
    log.error("unexpected error", request_id=request_id, path=error.path, exc_info=original or error)
    return GraphQLError(
        "Unexpected error.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL_ERROR", "requestId": request_id},
    )


async def unless_unexpected(answer: Awaitable[T], request_id: str) -> T | None:
    """What `answer` gives; None when something unexpected happens, which is logged: there is another way to answer."""
    try:
        return await answer
    except Fault:
        raise
    except Exception:
        log.exception("unexpected error", request_id=request_id)
        return None


def code_of(error: GraphQLError) -> str:
    """The code that a client sees."""
    return str((error.extensions or {}).get("code", "BAD_REQUEST"))


def _code(error: GraphQLError) -> dict[str, str]:
    if isinstance(error, GraphQLSyntaxError):
        return {"code": "GRAPHQL_PARSE_FAILED"}
    # graphql-core has no type for a variable that does not fit, only this beginning of its message.
    is_variable = error.message.startswith("Variable ")
    return {"code": "BAD_ARGUMENT" if is_variable else "GRAPHQL_VALIDATION_FAILED"}
