"""How the schema is reached over HTTP: one path, bounded bodies, and errors that are always JSON with a code."""

import asyncio
import secrets
from collections.abc import Awaitable, Iterable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL

from resolvers.context import Context, bearer
from resolvers.errors import RateLimited
from resolvers.persisted import BadReference, Reference, asked_of
from resolvers.snapshots import Snapshot
from schema.caching import caching
from schema.graph import Graph, asked_extensions
from schema.sockets import SocketHandler

T = TypeVar("T")

# The largest document of a dashboard has some 5 kB; the rest is room for variables, a thousand rows of a batch at most.
MAX_BODY = 2 * 2**20
# After how many seconds of answering it is watched whether the client goes away.
LOOKING_AFTER = 0.05
# A request's id is unique among all processes: that of its process, and its number there.
PROCESS = secrets.token_hex(8)
NUMBERS = count(1)
PROTOCOLS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
PAGE = Path(__file__).with_name("page.html")


class Endpoint(GraphQL[Context, None]):
    """Runs the operations of HTTP requests, each on a snapshot of its own.

    With `may_compile`, those that can be run as one statement are. A request in the usual form, a JSON body by POST,
    then goes the short way: nothing is made for it but the statement's values, and PostgreSQL's bytes are sent on.
    """

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, schema: Graph, *, may_compile: bool = True, max_age: int = 0) -> None:
        super().__init__(schema, graphql_ide="graphiql", subscription_protocols=PROTOCOLS)
        self.graph = schema
        self.may_compile = may_compile
        # How many seconds answers to trusted documents may be kept that anybody would get.
        self.max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is wrong with it is said in the form of a GraphQL answer."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            # The whole body is read first, so that the next thing to be received is the client's going away.
            body = await whole_body(receive)
            answer = await unless_gone(receive, self._answer(scope, body))
            if isinstance(answer, bytes):
                await send({"type": "http.response.start", "status": 200, "headers": _headers(answer)})
                await send({"type": "http.response.body", "body": answer})
                return
        except ClientDisconnect:
            return
        except RateLimited as fault:
            told = {"data": None, "errors": [fault.formatted]}
            answer = Response(orjson.dumps(told), 429, _later(fault.retry_after), "application/json")
        except HTTPException as error:
            code = {405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}.get(error.status_code, "BAD_REQUEST")
            told = {"errors": [{"message": error.reason, "extensions": {"code": code}}]}
            answer = Response(orjson.dumps(told), error.status_code, media_type="application/json")
            if error.status_code == 405:
                answer.headers["allow"] = "GET, POST"
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> bytes | Response:
        may_compile = self.may_compile
        if may_compile and (by_id := _by_id(scope)) is not None:
            context = self._context(scope)
            answer = await self._compiled_of(by_id, context)
            if answer is not None:
                return self._to_keep(scope, answer, is_public=context.is_public and not by_id.get("extensions"))
            may_compile = False
        elif may_compile and scope["method"] == "POST" and _is_plain(scope["headers"]):
            answer = await self._compiled(body, self._context(scope))
            if answer is not None:
                return answer
            may_compile = False

        async def replay() -> Message:
            return {"type": "http.request", "body": body}

        request = Request(scope, replay)
        request.state.may_compile = may_compile
        return await self.run(request)

    async def _compiled(self, body: bytes, context: Context) -> bytes | None:
        """The answer to a request in the usual form whose operation is compiled; None for any other."""
        try:
            asked = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        return await self._compiled_of(asked, context) if isinstance(asked, dict) else None

    async def _compiled_of(self, asked: dict[str, Any], context: Context) -> bytes | None:
        variables, extensions = asked.get("variables"), asked.get("extensions")
        if not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
            return None
        query = _document_of(asked)
        result = await self.graph.execute_compiled(query, variables, asked.get("operationName"), context)
        if result is None:
            return None
        told = asked_extensions(extensions, context, is_compiled=True)
        return result if told is None else b'%b,"extensions":%b}' % (result[:-1], orjson.dumps(told))

    def _to_keep(self, scope: Scope, body: bytes, *, is_public: bool) -> Response:
        """The answer to a document that was asked by its id, with how long it may be kept."""
        is_public = is_public and not body.startswith(b'{"data":null,"errors":')
        is_known, headers = caching(body, scope["headers"], max_age=self.max_age, is_public=is_public)
        return Response(b"" if is_known else body, 304 if is_known else 200, headers, "application/json")

    async def get_context(self, request: Any, response: Any) -> Context:
        """A snapshot that reads through the application's pool when first asked to."""
        is_websocket = request.scope["type"] == "websocket"
        return self._context(request.scope, may_compile=self.may_compile if is_websocket else request.state.may_compile)

    def _context(self, scope: Scope, *, may_compile: bool = True) -> Context:
        state = scope["app"].state
        request_id = f"{PROCESS}{next(NUMBERS):016x}"
        client = scope.get("client") or ("",)
        snapshot = Snapshot(state.pool, state.statements)
        key = _key(scope["headers"])
        return Context(snapshot, request_id, may_compile, state.primary, key, client[0], state.follower)

    def decode_json(self, data: str | bytes) -> object:
        """A message of a WebSocket; it raises the JSONDecodeError that its transport expects."""
        return orjson.loads(data)

    def parse_json(self, data: str | bytes) -> Any:
        """The JSON object of a body, or of the variables or extensions of a GET request."""
        try:
            found = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise HTTPException(400, f"Not JSON where JSON is needed: {error}.") from None
        if not isinstance(found, dict):
            raise HTTPException(
                400, 'This must be an object, for a body one such as {"query": "{ districts { name } }"}.'
            )
        if not isinstance(found.get("operationName"), str | None):
            raise HTTPException(400, "`operationName` must be a string or null, if provided.")
        if found.get("operationName") == "":
            # An empty name names no operation.
            del found["operationName"]
        if "documentId" in found or "extensions" in found:
            found["query"] = _document_of(found)
        return found

    def parse_query_params(self, params: Any) -> dict[str, Any]:
        """What a GET request asks."""
        found = super().parse_query_params(params)
        return found | {"query": _document_of(found)}

    def encode_json(self, data: object) -> str:
        """JSON as text, which is what every transport but plain HTTP wants."""
        return orjson.dumps(data).decode()

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer as bytes, without the detour over text."""
        later = _told_to_wait(response_data)
        headers = None if later is None else _later(later)
        return Response(orjson.dumps(response_data), 429 if headers else 200, headers, "application/json")

    async def render_graphql_ide(self, request: Request) -> Response:
        """A page to ask from, which needs nothing from outside."""
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))


def _is_plain(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request is JSON and does not ask for a stream."""
    is_json = False
    for name, value in headers:
        if name == b"content-type":
            is_json = value.partition(b";")[0] == b"application/json"
        elif name == b"accept" and b"text/event-stream" in value:
            return False
    return is_json


def _by_id(scope: Scope) -> dict[str, Any] | None:
    """What a GET request asks that has a document's id in place of its text; None of any other."""
    sent = scope["query_string"]
    if scope["method"] != "GET" or (b"documentId=" not in sent and b"persistedQuery" not in sent):
        return None
    if any(name == b"accept" and b"text/event-stream" in value for name, value in scope["headers"]):
        return None
    asked: dict[str, Any] = dict(parse_qsl(sent.decode("latin-1")))
    try:
        asked |= {name: orjson.loads(asked[name]) for name in ("variables", "extensions") if name in asked}
    except orjson.JSONDecodeError:
        return None
    return asked if isinstance(_document_of(asked), Reference) else None


def _document_of(asked: dict[str, Any]) -> Any:
    """The document of a request: its text, or its id."""
    try:
        return asked_of(asked)
    except BadReference as error:
        raise HTTPException(400, f"{error}.") from None


def _told_to_wait(answer: GraphQLHTTPResponse | list[GraphQLHTTPResponse]) -> int | None:
    """After how many seconds a request should come again that was refused for its viewer has no points left."""
    errors: list[Any] = list(answer.get("errors") or ()) if isinstance(answer, dict) else []
    waits = [(error.get("extensions") or {}).get("retryAfter") for error in errors]
    return next((wait for wait in waits if wait is not None), None)


def _later(seconds: int) -> dict[str, str]:
    return {"retry-after": str(seconds)}


def _key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The key of `Authorization: Bearer …`, if one was sent."""
    for name, value in headers:
        if name == b"authorization":
            return bearer(value.decode("latin-1"))
    return None


def _headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]


async def unless_gone(receive: Receive, answer: Awaitable[T]) -> T:
    """What `answer` gives; when the client goes away before, it is cancelled, and with it its statement.

    Most answers are there before it is worth looking whether somebody still waits for them.
    """
    answering = asyncio.current_task()
    watching: asyncio.Task[None] | None = None
    is_gone = False

    async def watch() -> None:
        nonlocal is_gone
        while (await receive())["type"] != "http.disconnect":
            pass
        is_gone = True
        if answering is not None:
            answering.cancel()

    def start() -> None:
        nonlocal watching
        watching = asyncio.create_task(watch())

    timer = asyncio.get_running_loop().call_later(LOOKING_AFTER, start)
    try:
        found = await answer
    except asyncio.CancelledError:
        if not is_gone:
            raise
    finally:
        timer.cancel()
        if watching is not None:
            watching.cancel()
    if is_gone:
        if answering is not None:
            answering.uncancel()
        raise ClientDisconnect
    return found


async def whole_body(receive: Receive, limit: int = MAX_BODY) -> bytes:
    """The body of a request; refused as soon as it is known to have more than `limit` bytes."""
    parts: list[bytes] = []
    is_whole = False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if sum(map(len, parts)) > limit:
            raise HTTPException(
                413, f"The body is larger than {limit // 1024} kB; send a shorter document or variables."
            )
    return b"".join(parts)
