"""Serves the graph with uvicorn, uvloop and httptools in one process."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse

from bench.peers.plain.graph import schema
from bench.peers.plain.loaders import Loaders


class Endpoint(GraphQL[Loaders, None]):
    """Gives each request loaders of its own, and answers with orjson."""

    async def get_context(self, request: Any, response: Any) -> Loaders:
        """The loaders of one request."""
        return Loaders(request.app.state.engine)

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """The answer as bytes."""
        return Response(orjson.dumps(response_data), media_type="application/json")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Holds the pool of connections; each statement is a transaction of its own, which saves two round trips."""
    app.state.engine = create_async_engine(
        make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"),
        pool_size=int(os.environ["POOL_SIZE"]),
        max_overflow=0,
        isolation_level="AUTOCOMMIT",
        connect_args={"server_settings": {"default_transaction_read_only": "on"}},
    )
    yield
    await app.state.engine.dispose()


app = Starlette(
    routes=[Route("/graphql", Endpoint(schema, subscription_protocols=())), Route("/health", lambda _: Response())],
    lifespan=lifespan,
)

if __name__ == "__main__":
    uvicorn.run(
        app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools", log_level="warning", access_log=False
    )
