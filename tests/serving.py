"""Writing to a server over HTTP with a key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
from telling import Teller

from db import access


async def issued(dsn: str, name: str = "杭州市政协", district: str = "3301") -> str:
    """A key that may write in a district."""
    connection = await asyncpg.connect(dsn)
    key = await access.issue(connection, name, [district], may_write=True)
    await connection.close()
    return key


def teller_of(client: httpx.AsyncClient, address: str, key: str | None) -> Teller:
    """Writes to the server at an address."""
    headers = {"authorization": f"Bearer {key}"} if key else {}

    async def run(query: str, variables: dict[str, Any]) -> Any:
        answer = await client.post(f"{address}/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    return Teller(run)


@asynccontextmanager
async def telling(address: str, key: str | None = None) -> AsyncIterator[Teller]:
    """As `teller_of`, with a client of its own."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield teller_of(client, address, key)
