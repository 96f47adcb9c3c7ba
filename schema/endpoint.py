"""How the schema is reached over HTTP: one path, bounded bodies, and errors that are always JSON with a code."""

import asyncio
from collections.abc import Coroutine, MutableMapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import strawberry
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse

from resolvers.context import Context
from resolvers.snapshots import Snapshot

# The largest document of a dashboard has some 5 kB; the rest is room for variables.
MAX_BODY = 256 * 1024
PAGE = Path(__file__).with_name("page.html")


class Endpoint(GraphQL[Context, None]):
    """Runs the operations of HTTP requests, each on a snapshot of its own."""

    def __init__(self, schema: strawberry.Schema) -> None:
        super().__init__(schema, graphql_ide="graphiql", subscription_protocols=())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is wrong with it is said in the form of a GraphQL answer."""
        if scope["type"] != "http":
            # Nothing here is subscribed to; a WebSocket is refused before it opens.
            await send({"type": "websocket.close", "code": 4406})
            return
        request = Request(scope, bounded(receive))
        try:
            # The whole body is read first, so that the next thing to be received is the client's going away.
            await request.body()
            response = await unless_gone(receive, self.run(request))
        except ClientDisconnect:
            return
        except HTTPException as error:
            code = {405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}.get(error.status_code, "BAD_REQUEST")
            answer = {"errors": [{"message": error.reason, "extensions": {"code": code}}]}
            response = Response(orjson.dumps(answer), error.status_code, media_type="application/json")
            if error.status_code == 405:
                response.headers["allow"] = "GET, POST"
        await response(scope, receive, send)

    async def get_context(self, request: Any, response: Any) -> Context:
        """A snapshot that reads through the application's pool when first asked to."""
        state = request.app.state
        return Context(Snapshot(state.pool, state.statements), request_id=uuid4().hex)

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
        return found

    def encode_json(self, data: object) -> str:
        """JSON as text, which is what every transport but plain HTTP wants."""
        return orjson.dumps(data).decode()

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer as bytes, without the detour over text."""
        return Response(orjson.dumps(response_data), media_type="application/json")

    async def render_graphql_ide(self, request: Request) -> Response:
        """A page to ask from, which needs nothing from outside."""
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))


async def unless_gone(receive: Receive, answer: Coroutine[Any, Any, Response]) -> Response:
    """What `answer` gives; when the client goes away before, it is cancelled, and with it its statement."""
    answering = asyncio.create_task(answer)

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        answering.cancel()

    watching = asyncio.create_task(watch())
    try:
        return await answering
    except asyncio.CancelledError:
        if not watching.done():
            # It is this request's own task that is being cancelled, not the answer alone.
            answering.cancel()
            raise
        raise ClientDisconnect from None
    finally:
        watching.cancel()


def bounded(receive: Receive, limit: int = MAX_BODY) -> Receive:
    """`receive` that refuses a body of more than `limit` bytes as soon as it is known to be longer."""
    total = 0

    async def receive_bounded() -> Message:
        nonlocal total
        message: MutableMapping[str, Any] = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise HTTPException(
                413, f"The body is larger than {limit // 1024} kB; send a shorter document or variables."
            )
        return message

    return receive_bounded
