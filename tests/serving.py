"""Writing to a server over HTTP with a key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
from telling import Teller

from db import access
from db.enums import ViewerKind
from resolvers.access import Viewer, sight_of

# The codes of Hangzhou's districts.
DISTRICTS = [f"3301{number:02}" for number in (2, 5, 6, 8, 9, 10, 11, 12, 13, 14, 22, 27, 82)]


def writer(name: str, district: str) -> Viewer:
    """Somebody of a district, or of the city, who may write there and sees all there is of it."""
    reach = [district, *(code for code in DISTRICTS if code.startswith(district))]
    kind = ViewerKind.DISTRICT_STAFF if len(district) == 6 else ViewerKind.CITY_STAFF
    sight = sight_of(kind, reach, None, modules=None, is_personal=False)
    return Viewer(name, kind, (district,), may_write=True, sight=sight)


async def issued(dsn: str, name: str = "杭州市政协", district: str = "3301", *, is_personal: bool = False) -> str:
    """A key that may write in a district, and with `is_personal` sees how its people can be reached."""
    connection = await asyncpg.connect(dsn)
    kind = ViewerKind.DISTRICT_STAFF if len(district) == 6 else ViewerKind.CITY_STAFF
    terms = access.Terms(kind, [district], may_write=True, is_personal=is_personal)
    key = await access.issue(connection, name, terms)
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
