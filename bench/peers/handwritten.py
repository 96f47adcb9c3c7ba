"""The least a service can do: a route that binds parameters to one written statement and passes on the JSON it makes.

The statements build JSON the way one does by hand, with `json_build_object` and `json_agg`. PostgreSQL can be made to
write large answers somewhat faster by gluing text together, which nobody would like to maintain.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db import search

STATEMENTS = Path(__file__).parents[1] / "queries" / "handwritten"

# How the variables of each query become the parameters of its statement.
PARAMETERS: dict[str, Callable[[dict[str, Any]], list[Any]]] = {
    "small": lambda given: [given["slug"]],
    "medium": lambda given: [given["district"]],
    "large": lambda _: [],
    "first-page": lambda _: [],
    "deep-page": lambda given: [datetime.fromisoformat(given["after"][0]), given["after"][1]],
    "counts": lambda given: [date.fromisoformat(given["since"]), date.fromisoformat(given["until"])],
    "member": lambda given: [given["district"], given["id"]],
    "search": lambda given: [search.normalize(given["text"]), search.query(given["text"])],
    "upward": lambda given: [given["slug"]],
    "rollup-districts": lambda given: [given["city"]],
    "rollup-months": lambda given: [given["city"], *(datetime.fromisoformat(given[end]) for end in ("since", "until"))],
    "rollup-funnel": lambda given: [given["city"]],
    "rollup-departments": lambda given: [given["city"]],
    "rollup-townships": lambda given: [given["city"]],
}


def route(name: str) -> Route:
    """The route of a query, which takes its variables as a JSON object."""
    statement = (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
    parameters = PARAMETERS[name]

    async def answer(request: Request) -> Response:
        values = parameters(orjson.loads(await request.body()))
        return Response(await request.app.state.pool.fetchval(statement, *values), media_type="application/json")

    return Route(f"/{name}", answer, methods=["POST"])


async def _prepare(connection: asyncpg.Connection) -> None:
    # JSON stays the bytes it comes as.
    await connection.set_type_codec("json", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")


async def _keep(_: asyncpg.Connection) -> None:
    """Leave a connection as it is when it goes back to the pool: nothing here changes it."""


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Holds the pool of connections."""
    app.state.pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=1,
        max_size=int(os.environ["POOL_SIZE"]),
        init=_prepare,
        reset=_keep,
        server_settings={"default_transaction_read_only": "on"},
    )
    yield
    await app.state.pool.close()


app = Starlette(routes=[*map(route, PARAMETERS), Route("/health", lambda _: Response())], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools", log_level="warning", access_log=False
    )
