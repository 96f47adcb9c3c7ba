"""What webhooks are told: the change log, read by a query of the graph as whoever holds the webhook's key."""

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.errors import Fault, Unavailable
from resolvers.snapshots import Snapshot, Statements
from resolvers.webhooks import Read
from schema.graph import Graph

_DOCUMENT = """
query ($since: String, $until: String, $types: [ChangeType!], $under: String, $first: Int) {
  changes(since: $since, until: $until, types: $types, under: $under, first: $first) {
    nodes { cursor at author mutation types %s }
    pageInfo { hasNextPage }
  }
}
"""
WITH_ROWS = _DOCUMENT % "rows { type action nodeId before after }"
WITHOUT_ROWS = _DOCUMENT % ""


def reading(graph: Graph, pool: asyncpg.Pool, statements: Statements, *, may_compile: bool) -> Read:
    """A function that reads pages of the log through `pool`, which must not be behind what was written."""

    async def read(viewer: Viewer, variables: Mapping[str, Any], with_rows: bool) -> Any:
        context = Context(Snapshot(pool, statements), "webhook", may_compile, pool, known_viewer=viewer, is_own=True)
        result = await graph.execute(WITH_ROWS if with_rows else WITHOUT_ROWS, dict(variables), context)
        for error in result.errors or ():
            raise error if isinstance(error, Fault) else _original(error)
        return orjson.loads(orjson.dumps(result.data))["changes"]

    return read


def _original(error: Any) -> Exception:
    found = error.original_error
    return found if isinstance(found, Fault) else Unavailable(error.message)
