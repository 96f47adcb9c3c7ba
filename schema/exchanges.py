"""One request over HTTP and its answer: the form and the status that its outcome has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from resolvers.errors import Fault
from resolvers.observing import Run
from schema.headers import GRAPHQL, Headers, Refused
from schema.masking import code_of

# The status of an operation without data, by the code of its first error, where GraphQL's media type is asked for.
STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "INTERNAL_ERROR": 500,
    "UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
# What was refused before anything was run has its status in either form.
BEFORE = {"OVERLOADED": 503, "RATE_LIMITED": 429}
# After how many seconds it is worth to try again, where the error does not say.
RETRY_AFTER = {"OVERLOADED": 1, "UNAVAILABLE": 2, "RATE_LIMITED": 10}

VARY = (b"vary", b"Authorization, Accept")
NO_STORE = (b"cache-control", b"no-store")


@dataclass(slots=True)
class Answer:
    """A status, headers, and all of a body."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        length = (b"content-length", b"%d" % len(self.body))
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.headers, length]})
        await send({"type": "http.response.body", "body": self.body})


@dataclass(slots=True)
class Exchange:
    """A request: its headers, the media type it is answered in, and the operation that is told of when it has ended.

    `is_refused` says that it came to no operation.
    """

    scope: Scope
    headers: Headers
    media_type: bytes
    run: Run
    is_refused: bool = False
    # What the batched way gave.
    made: Answer | None = None

    def take_json(self) -> None:
        """Answer in JSON, whatever else is taken."""
        accept = (b"accept", self.media_type)
        self.headers = {**self.headers, accept[0]: accept[1]}
        others = [each for each in self.scope["headers"] if each[0] != accept[0]]
        self.scope = {**self.scope, "headers": [*others, accept]}

    def answer(self, body: bytes, status: int = 200) -> Answer:
        """An answer in the form that was asked for; only one that is everybody's may be kept by others."""
        self.run.status, self.run.size = status, len(body)
        is_public = status == 200 and self.scope["method"] == "GET" and b"authorization" not in self.headers
        return Answer(status, body, [(b"content-type", self.media_type), VARY, *([] if is_public else [NO_STORE])])

    def failed(self, fault: Fault) -> Answer:
        """The answer to an operation that gave nothing but an error."""
        return self.outcome({"data": None, "errors": [fault.formatted]}, [fault])

    def outcome(self, told: Mapping[str, Any], errors: Iterable[GraphQLError] | None) -> Answer:
        """The answer to an operation that was run, or refused by the graph."""
        if not errors:
            return self.answer(orjson.dumps(told))
        self.run.codes = codes = [code_of(error) for error in errors]
        status = 200
        if told.get("data") is None:
            was_run = any(error.path for error in errors)
            status = BEFORE.get(codes[0], 200)
            if status == 200 and self.media_type == GRAPHQL:
                status = STATUSES.get(codes[0], 200 if was_run else 400)
            if status != 200 and not was_run:
                # There are no data of what was not begun.
                told = {name: value for name, value in told.items() if name != "data"}
        answer = self.answer(orjson.dumps(told), status)
        if status != 200:
            answer.headers += retrying(next(iter(errors)))
        return answer

    def refused(self, fault: Fault) -> Answer:
        """The answer to a request that is no operation, or none that may begin just now."""
        self.is_refused = True
        status = fault.status if isinstance(fault, Refused) else STATUSES.get(fault.code) or BEFORE.get(fault.code, 400)
        self.run.codes = [fault.code]
        answer = self.answer(orjson.dumps({"errors": [fault.formatted]}), status)
        answer.headers += fault.headers if isinstance(fault, Refused) else retrying(fault)
        return answer


def retrying(error: GraphQLError) -> list[tuple[bytes, bytes]]:
    """The headers that go with an error's status: when to try again, and how one says who one is."""
    code = code_of(error)
    if code == "UNAUTHENTICATED":
        return [(b"www-authenticate", b"Bearer")]
    seconds = (error.extensions or {}).get("retryAfter", RETRY_AFTER.get(code))
    return [] if seconds is None else [(b"retry-after", b"%d" % max(1, ceil(seconds)))]
