"""What the stories of the six districts share: a server of Hangzhou's facts without sample data, and a key of the city.

The stories are those of the published page, with its people and places; what it leaves open (days, names of
departments) is made up.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from conftest import HANGZHOU, database, database_name
from serving import issued, telling
from telling import Teller
from test_server import served

from db.counters import differences
from db.loading import load


@pytest.fixture(scope="module")
def server(postgres: str, migrated_template: str) -> Iterator[tuple[str, str]]:
    """The address of a server of Hangzhou's facts, and the DSN of its database."""
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_facts(dsn))
        with served(DATABASE_URL=dsn) as (address, _):
            yield address, dsn


async def load_facts(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await load(connection, HANGZHOU)
    await connection.close()


@pytest.fixture
async def teller(server: tuple[str, str], request: pytest.FixtureRequest) -> AsyncIterator[Teller]:
    """Writes with a key of the city; afterwards the counters are what the rows say."""
    address, dsn = server
    async with telling(address, await issued(dsn, request.node.name)) as teller:
        yield teller
    connection = await asyncpg.connect(dsn)
    assert await differences(connection) == []
    await connection.close()
