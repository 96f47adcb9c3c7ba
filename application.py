"""The web application: the graph, the pages beside it, what stands before both, and how it begins and ends."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from db import access, search
from db.changes import last_position
from db.pools import read_pool, write_pool
from db.preparing import readiness
from limits import policy_of
from resolvers.admission import Gate, Turns
from resolvers.errors import Unavailable
from resolvers.following import Follower
from resolvers.logs import log
from resolvers.observing import Observer
from resolvers.sending import Sender
from resolvers.snapshots import Statements, acquired
from resolvers.tokens import tokens_by
from resolvers.usages import FieldUsage
from resolvers.viewers import Viewers
from resolvers.webhooks import Deliverer
from schema.codes import picture
from schema.deliveries import reading
from schema.endpoint import Endpoint
from schema.graph import Graph, build_schema
from schema.headers import PREFLIGHT
from schema.page import page
from settings import Settings
from website import Website

# They are imported where figures are kept and spans are sent: elsewhere nobody should wait for them.
if TYPE_CHECKING:
    from resolvers.metrics import Metrics
    from resolvers.tracing import Tracing

# How many seconds those get who are being answered when the process is told to end, and the pools to close after that.
ENDING_SECONDS = 5.0
CLOSING_SECONDS = 1.5
# What the log is asked for within so many seconds, when figures are asked for.
LOG_SECONDS = 1.0
# A request's id is unique among all processes: that of its process, and its number there.
PROCESS = secrets.token_hex(8).encode()
SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# No answer is ever guessed at, framed, or allowed to load anything; pages have policies of their own.
ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
Headers = list[tuple[bytes, bytes]]
# The application whose trusted documents are those of the dashboard.
DASHBOARD = "dashboard"


class Application:
    """All of it, as ASGI: each request has an id, its own one if it brought one, and each answer the same headers."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._dsn = dsn
        self._settings = settings
        self._gate = Gate(settings.most_operations)
        metrics = None
        if settings.metrics:
            from resolvers.metrics import Metrics

            metrics = Metrics()
        self._metrics = metrics
        self._tracing = _tracing() if settings.otel_exporter_otlp_endpoint else None
        self._observer = Observer(metrics, self._tracing)
        self._website = Website()
        self._schema = build_schema(self._gate, self._observer, policy_of(settings))
        self._schema.guard.trusted.bring(DASHBOARD, self._website.documents)
        self._usage = self._observer.usage = FieldUsage(self._schema._schema)
        is_compiling = settings.execution == "compiled"
        origins = settings.origins
        self._endpoint = Endpoint(
            self._schema,
            self._gate,
            self._observer,
            self._website.explorer if self._website.is_built else page,
            may_compile=is_compiling,
            origins=origins,
            max_age=settings.documents_max_age,
        )
        absent = {404: lambda request, _: self._website.absent(request)}
        self._pages = Starlette(routes=self._routes(self._schema), lifespan=self._lifespan, exception_handlers=absent)
        self._beside = self._website.with_assets(self._pages)
        self._inner: ASGIApp = CompressMiddleware(self._routed)
        if origins:
            self._inner = CORSMiddleware(
                self._inner,
                allow_origins=origins,
                allow_methods=("GET", "POST"),
                allow_headers=("authorization", "content-type", "x-request-id", PREFLIGHT.decode()),
                expose_headers=("x-request-id", "retry-after"),
                max_age=3600,
            )
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end."""
        if scope["type"] == "lifespan":
            await self._pages(scope, receive, send)
            return
        scope["sent"] = sent = dict(scope["headers"])
        request_id = sent.get(b"x-request-id")
        if request_id is None or not SANE_ID.fullmatch(request_id):
            request_id = b"%b%016x" % (PROCESS, next(self._numbers))
        scope["request_id"] = request_id.decode()
        added = [*ALWAYS, (b"x-request-id", request_id)]
        observer = self._observer

        async def with_headers(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                headers: Headers = message["headers"]
                has_policy = any(name == POLICY[0] for name, _ in headers)
                message["headers"] = [*headers, *added] if has_policy else [*headers, POLICY, *added]
                observer.answered(message["status"])
            elif kind in ("websocket.accept", "websocket.http.response.start"):
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._inner(scope, receive, with_headers)

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The router and what stands before it would take a tenth of the time of a small answer.
        if scope["path"] == "/graphql":
            scope["app"] = self._pages
            await self._endpoint(scope, receive, send)
        else:
            await self._beside(scope, receive, send)

    async def end(self) -> None:
        """Begin nothing any more, let those finish who are being answered, and close what stays open."""
        self.close()
        await self._gate.empty(ENDING_SECONDS)
        await self._endpoint.hang_up()
        self._observer.write()

    def close(self) -> None:
        """Begin nothing any more, and say so to whoever asks whether this process is ready."""
        self._gate.close()

    def _routes(self, schema: Graph) -> list[Route]:
        async def alive(_: Request) -> Response:
            return PlainTextResponse("alive")

        return [
            *self._website.routes(),
            Route("/schema.graphql", lambda _: PlainTextResponse(schema.as_str())),
            Route("/check-in/{code}.svg", picture),
            *(Route(path, alive) for path in ("/livez", "/health")),
            *(Route(path, self._ready) for path in ("/readyz", "/ready")),
            *([Route("/metrics", partial(self._figures, self._metrics))] if self._metrics is not None else ()),
        ]

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        size, timeout = self._settings.pool_size, self._settings.statement_timeout
        app.state.statements = Statements()
        app.state.pool = await read_pool(self._settings.read_dsn or self._dsn, size=size, statement_timeout=timeout)
        app.state.primary = await write_pool(self._dsn, size=size, statement_timeout=timeout)
        app.state.read_turns, app.state.write_turns = Turns(size), Turns(size)
        oidc = (self._settings.oidc_issuer, self._settings.oidc_audience, self._settings.oidc_jwks)
        tokens = tokens_by(*oidc, self._settings.oidc_algorithms, self._settings.oidc_claims)
        app.state.viewers = Viewers(app.state.pool, app.state.primary, tokens)
        app.state.follower = Follower(
            self._dsn, per_viewer=self._settings.subscriptions, also={access.CHANNEL: app.state.viewers.forget}
        )
        if self._metrics is not None:
            from resolvers.metrics import Live

            pools = {"read": app.state.pool, "write": app.state.primary}
            app.state.live = Live(pools, self._gate, app.state.follower, self._schema.documents)
            self._metrics.registry.register(app.state.live)
        following = asyncio.create_task(app.state.follower.run())
        is_compiling = self._settings.execution == "compiled"
        read = reading(self._schema, app.state.primary, app.state.statements, may_compile=is_compiling)
        sender = Sender(is_private=self._settings.webhooks_private)
        delivering = asyncio.create_task(Deliverer(self._dsn, app.state.primary, read, sender).run())
        counting = asyncio.create_task(self._usage.run(app.state.primary))
        # What puts names in order takes half a second to read, which the first write should not wait for.
        warming = asyncio.create_task(asyncio.to_thread(search.initials, "驿站"))
        yield
        await warming
        following.cancel()
        delivering.cancel()
        counting.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await app.state.viewers.close()
                await self._usage.write(app.state.primary)
                await asyncio.gather(app.state.pool.close(), app.state.primary.close())
        if self._tracing is not None:
            await asyncio.to_thread(self._tracing.close)

    async def _ready(self, _: Request) -> Response:
        if self._gate.is_closed:
            return PlainTextResponse("this server is shutting down", 503)
        for address in dict.fromkeys((self._dsn, self._settings.read_dsn or self._dsn)):
            is_ready, why = await readiness(address)
            if not is_ready:
                return PlainTextResponse(why, 503)
        return PlainTextResponse("ready")

    async def _figures(self, metrics: "Metrics", request: Request) -> Response:
        """What Prometheus asks for."""
        state = request.app.state
        state.live.newest = None
        with suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(LOG_SECONDS), acquired(state.primary) as connection:
                state.live.newest = await last_position(connection)
        text, media_type = metrics.written(request.headers.get("accept", ""))
        return Response(text, media_type=media_type)


def _tracing() -> "Tracing | None":
    """What makes spans, if its packages are installed."""
    try:
        from resolvers.tracing import Tracing
    except ImportError as error:
        log.warning("no spans are sent; install requirements-otel.txt for that", why=str(error))
        return None
    return Tracing()
