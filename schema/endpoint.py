"""How the schema is reached over HTTP: one path, nothing run of what another site could send, errors with a code."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, process_result
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from resolvers.admission import Gate
from resolvers.context import Context
from resolvers.errors import Fault
from resolvers.observing import Observer, Run
from resolvers.persisted import BadReference, Reference, asked_of
from resolvers.snapshots import Snapshot
from schema.bodies import unless_gone, whole_body
from schema.caching import caching
from schema.exchanges import NO_STORE, Answer, Exchange
from schema.graph import Graph, asked_extensions
from schema.headers import (
    Headers,
    Refused,
    key_of,
    media_type,
    require_json,
    require_preflight,
    takes_either,
    wants_page,
    wants_stream,
)
from schema.masking import unless_unexpected
from schema.sockets import SocketHandler

PROTOCOLS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
# How many seconds a WebSocket's client has to say who it is.
INIT_SECONDS = 10
# How many seconds a client has to take the news that its connection is closed.
CLOSING_SECONDS = 1


class Endpoint(GraphQL[Context, None]):
    """Runs the operations of HTTP requests, each on a snapshot of its own.

    With `may_compile`, those that can be run as one statement are. A request in the usual form, a JSON body by POST,
    then goes the short way: nothing is made for it but the statement's values, and PostgreSQL's bytes are sent on.

    Of a request's scope it needs `app` with the pools in its state, `sent`, the headers by name, and `request_id`.
    """

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(
        self,
        schema: Graph,
        gate: Gate,
        observer: Observer,
        page: Callable[[], Response],
        *,
        may_compile: bool = True,
        origins: Sequence[str] = (),
        max_age: int = 0,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql",
            subscription_protocols=PROTOCOLS,
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            allowed_origins=origins,
        )
        self.graph = schema
        self.gate = gate
        self.observer = observer
        self.may_compile = may_compile
        # How many seconds answers to trusted documents may be kept that anybody would get.
        self.max_age = max_age
        # What a browser gets that asks for nothing.
        self.page = page
        # What stays open: WebSockets, and the tasks that send events.
        self.sockets: set[SocketHandler] = set()
        self._streams: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is wrong with it is said in the form of a GraphQL answer."""
        if scope["type"] != "http":
            await self._converse(scope, receive, send)
            return
        headers = scope["sent"]
        run = Run(self._context(scope, headers), perf_counter())
        exchange = Exchange(scope, headers, media_type(headers.get(b"accept")), run)
        try:
            # The whole body is read first, so that the next thing to be received is the client's going away.
            body = await whole_body(receive)
            answering = self.observer.watched(run, self.graph.documents, self._answer(exchange, body), headers)
            answer = await unless_gone(receive, unless_unexpected(answering, run.context.request_id))
        except ClientDisconnect:
            run.codes = ["CLIENT_GONE"]
            self.observer.ended(run, self.graph.documents)
            return
        except Fault as fault:
            answer = exchange.refused(fault)
        if answer is None:
            answer = exchange.refused(Refused(500, "INTERNAL_ERROR", "Unexpected error.", run.context.request_id))
        if isinstance(answer, StreamingResponse):
            # What it streams is told of by the graph.
            await self._stream(answer, scope, receive, send)
            return
        await answer(scope, receive, send)
        if exchange.is_refused:
            self.observer.refused(run)
        elif run.query is not None:
            self.observer.ended(run, self.graph.documents)

    async def _answer(self, exchange: Exchange, body: bytes) -> Answer | Response:
        method, headers = exchange.scope["method"], exchange.headers
        if method == "POST":
            require_json(headers)
        elif method != "GET":
            raise Refused(405, "METHOD_NOT_ALLOWED", "GraphQL only supports GET and POST requests.", allow=b"GET, POST")
        elif not exchange.scope["query_string"] and wants_page(headers):
            return self.page()
        asked = _asked(exchange.scope, body)
        if takes_either(headers) and await self._kind(exchange, asked) is not OperationType.SUBSCRIPTION:
            exchange.take_json()
        is_stream = wants_stream(exchange.headers)
        if is_stream and not self.gate.is_closed:
            # What it asks for is let in when it begins: a subscription keeps nobody out.
            return await self._in_full(exchange, body, may_compile=self.may_compile)
        who = exchange.run.context.who
        self.gate.enter(who)
        try:
            # By GET, only what is asked by its id is short, and may be kept.
            by_id = asked if method == "GET" and isinstance(_document_of(asked or {}), Reference) else None
            usual = asked if method == "POST" else by_id
            answer = None if usual is None or not self.may_compile else await self._compiled(exchange, usual)
            if answer is None:
                found = await self._in_full(exchange, body, may_compile=self.may_compile and usual is None)
                if not isinstance(found, Answer):
                    return found
                answer = found
            return answer if by_id is None else self._to_keep(exchange, answer, has_more=bool(by_id.get("extensions")))
        finally:
            self.gate.leave(who)

    async def _kind(self, exchange: Exchange, asked: dict[str, Any] | None) -> OperationType | None:
        """Of which kind the operation of a request is; None when there is none that could be run."""
        query, name = (None, None) if asked is None else (_document_of(asked), asked.get("operationName"))
        if not isinstance(query, str) or not isinstance(name, str | None):
            return None
        if isinstance(query, Reference):
            try:
                query = await self.graph.guard.text(query, exchange.run.context)
            except Fault:
                return None
        return self.graph.kind(query, name)

    async def _compiled(self, exchange: Exchange, asked: dict[str, Any]) -> Answer | None:
        """The answer to a request in the usual form, or by id, whose operation is compiled; None for any other."""
        name, variables, extensions = asked.get("operationName"), asked.get("variables"), asked.get("extensions")
        if not isinstance(name, str | None) or not all(
            isinstance(each, dict | None) for each in (variables, extensions)
        ):
            return None
        run = exchange.run
        run.query, run.name, run.is_compiled = _document_of(asked), name, True
        try:
            if isinstance(run.query, Reference):
                run.query = await self.graph.guard.text(run.query, run.context)
            result = await self.graph.execute_compiled(run.query, variables, run.name, run.context)
        except Fault as fault:
            return exchange.failed(fault)
        if result is None:
            run.is_compiled = False
            return None
        told = asked_extensions(extensions, run.context, is_compiled=True)
        if told is not None:
            result = b'%b,"extensions":%b}' % (result[:-1], orjson.dumps(told))
        return exchange.answer(result)

    def _to_keep(self, exchange: Exchange, answer: Answer, *, has_more: bool) -> Answer:
        """The answer to a document that was asked by its id, with how long it may be kept."""
        is_public = exchange.run.context.is_public and not has_more and not exchange.run.codes
        sent = exchange.scope["headers"]
        is_known, kept = caching(answer.body, sent, max_age=self.max_age, is_public=is_public and answer.status == 200)
        headers = [each for each in answer.headers if each[0] != b"cache-control"]
        headers += [(name.encode(), value.encode()) for name, value in kept.items() if name != "vary"]
        return Answer(304, b"", headers) if is_known else Answer(answer.status, answer.body, headers)

    async def _in_full(self, exchange: Exchange, body: bytes, *, may_compile: bool) -> Answer | Response:
        """The answer to a request in any form, by whichever way."""
        scope = exchange.scope
        scope["exchange"] = exchange
        # What was read on the short way does not count.
        exchange.run.context = self._context(scope, exchange.headers, may_compile=may_compile)

        async def replay() -> Message:
            return {"type": "http.request", "body": body}

        try:
            response = await self.run(Request(scope, replay))
        except HTTPException as error:
            raise Refused(error.status_code, "BAD_REQUEST", error.reason) from None
        return exchange.made or response

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Response,
    ) -> Any:
        """Run what a request asks for; by GET only queries, and those of an address only where no page can forge it."""
        exchange: Exchange = request.scope["exchange"]
        if isinstance(request_data, GraphQLRequestData):
            exchange.run.query, exchange.run.name = request_data.query, request_data.operation_name
        if request.method == "GET":
            if "query" in request.query_params:
                require_preflight(exchange.headers)
            if isinstance(exchange.run.query, Reference):
                exchange.run.query = await self.graph.guard.text(exchange.run.query, context)
            if self.graph.kind(exchange.run.query, exchange.run.name) is OperationType.MUTATION:
                raise Refused(405, "METHOD_NOT_ALLOWED", "A mutation is sent by POST, never by GET.", allow=b"POST")
        return await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """A result as it is told; outside of streams it becomes the answer at once, with its status."""
        told = process_result(result)
        exchange: Exchange = request.scope["exchange"]
        if not wants_stream(exchange.headers):
            exchange.run.is_compiled = isinstance(result.data, orjson.Fragment)
            exchange.made = exchange.outcome(told, result.errors)
        return told

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Nothing: the answer was made of the result already."""
        return sub_response

    async def get_context(self, request: Any, response: Any) -> Context:
        """A snapshot that reads through the application's pool when first asked to."""
        if request.scope["type"] == "http":
            exchange: Exchange = request.scope["exchange"]
            return exchange.run.context
        return self._context(request.scope, request.scope["sent"], may_compile=self.may_compile)

    def _context(self, scope: Scope, headers: Headers, *, may_compile: bool = True) -> Context:
        state = scope["app"].state
        client = scope.get("client") or ("",)
        snapshot = Snapshot(state.pool, state.statements)
        key, asked_from = key_of(headers), client[0]
        return Context(
            snapshot,
            scope["request_id"],
            may_compile,
            state.primary,
            key,
            asked_from,
            state.follower,
            state.viewers,
            state.read_turns,
            state.write_turns,
        )

    def decode_json(self, data: str | bytes) -> object:
        """A message of a WebSocket; it raises the JSONDecodeError that its transport expects."""
        return orjson.loads(data)

    def parse_json(self, data: str | bytes) -> Any:
        """The JSON object of a body, or of the variables or extensions of a GET request."""
        try:
            found = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            if isinstance(data, bytes) and data[:2] == b"\x1f\x8b":
                raise HTTPException(400, "The body is compressed; send it as plain JSON.") from None
            raise HTTPException(400, f"Not JSON where JSON is needed: {error}.") from None
        if isinstance(found, list):
            raise HTTPException(400, "This is a list; send each operation as a request of its own, an object.")
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

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Never: who wants a page has it already."""
        return False

    # --- What stays open

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.gate.is_closed:
            denied = PlainTextResponse("this server is shutting down", 503, {"retry-after": "2"})
            await WebSocket(scope, receive, send).send_denial_response(denied)
            return
        await super().__call__(scope, receive, send)

    async def _stream(self, answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there are no more, or until the server shuts down, which ends the answer properly."""
        streaming = cast("asyncio.Task[Any]", asyncio.current_task())
        self._streams.add(streaming)
        answer.headers.append(*(part.decode() for part in NO_STORE))
        try:
            await answer(scope, receive, send)
        except asyncio.CancelledError:
            if not self.gate.is_closed:
                raise
            streaming.uncancel()
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._streams.discard(streaming)

    async def hang_up(self) -> None:
        """Close what stays open, because the server goes away; a client may come back elsewhere with its cursor."""
        for streaming in self._streams:
            streaming.cancel()
        closing = [asyncio.ensure_future(each.websocket.close(1001, "the server goes away")) for each in self.sockets]
        if closing:
            _, stuck = await asyncio.wait(closing, timeout=CLOSING_SECONDS)
            for task in stuck:
                task.cancel()


def _asked(scope: Scope, body: bytes) -> dict[str, Any] | None:
    """What a request asks, by the names GraphQL over HTTP has for it; None when it is malformed."""
    try:
        if scope["method"] != "GET":
            sent = orjson.loads(body)
            return sent if isinstance(sent, dict) else None
        asked: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        return asked | {name: orjson.loads(asked[name]) for name in ("variables", "extensions") if name in asked}
    except orjson.JSONDecodeError:
        return None


def _document_of(asked: dict[str, Any]) -> Any:
    """The document of a request: its text, or its id."""
    try:
        return asked_of(asked)
    except BadReference as error:
        raise Refused(400, "BAD_REQUEST", f"{error}.") from None
