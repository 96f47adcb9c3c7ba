"""The databases that tests run against: a server, and on it clones of a database that was migrated once."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import orjson
import pytest

from db import embedded
from db.loading import load
from db.migrate import migrate
from db.pools import read_pool, write_pool
from db.sample import add_sample
from resolvers.access import ANONYMOUS, Viewer
from resolvers.context import Context
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph, build_schema

if TYPE_CHECKING:
    from documents import Facts

# The fixtures of the tests of pages.
pytest_plugins = ["browsing"]
HANGZHOU = Path(__file__).parents[1] / "db" / "data" / "hangzhou"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The DSN of a server on which databases may be made: that of DATABASE_URL, or one for these tests alone."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    with embedded.scratch_folder("tests") as folder:
        yield embedded.start(folder, fsync="off")


@pytest.fixture(scope="session")
def migrated_template(postgres: str) -> Iterator[str]:
    """The DSN of a database with all tables and no rows. Nobody may be connected to it, so that it can be cloned."""
    with database(postgres, template="template0") as dsn:
        asyncio.run(migrate(dsn))
        yield dsn


@pytest.fixture
def blank_database(postgres: str) -> Iterator[str]:
    """The DSN of a database without tables, this test's own."""
    with database(postgres, template="template0") as dsn:
        yield dsn


@pytest.fixture
def empty_database(postgres: str, migrated_template: str) -> Iterator[str]:
    """The DSN of a database with all tables and no rows, this test's own."""
    with database(postgres, template=database_name(migrated_template)) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def hangzhou_template(postgres: str, migrated_template: str) -> Iterator[str]:
    """The DSN of a database with the network of Hangzhou and its sample data. Nobody may be connected to it."""
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_hangzhou(dsn))
        yield dsn


@pytest.fixture(scope="session")
def hangzhou(postgres: str, hangzhou_template: str) -> Iterator[str]:
    """The DSN of a database with the network of Hangzhou and its sample data, for tests that change none of it."""
    with database(postgres, template=database_name(hangzhou_template)) as dsn:
        yield dsn


@pytest.fixture
def own_hangzhou(postgres: str, hangzhou_template: str) -> Iterator[str]:
    """The DSN of a database with the network of Hangzhou and its sample data, this test's own."""
    with database(postgres, template=database_name(hangzhou_template)) as dsn:
        yield dsn


@dataclass(frozen=True)
class Answer:
    """What an operation gave: its data, its errors as (code, path, message), and the statements it cost."""

    data: Any
    errors: list[tuple[str | None, list[str | int] | None, str]]
    statements: list[str]


Ask = Callable[..., Awaitable[Answer]]


@pytest.fixture(scope="session")
def graph() -> Graph:
    return build_schema()


@asynccontextmanager
async def asking(graph: Graph, dsn: str, viewer: Viewer = ANONYMOUS) -> AsyncIterator[Ask]:
    """A function that runs one operation on a database, as the server would."""
    async with read_pool(dsn, size=2) as pool, write_pool(dsn, size=2) as primary:
        statements = Statements()

        async def ask(query: str, **variables: Any) -> Answer:
            context = Context(Snapshot(pool, statements), request_id="test", primary=primary, known_viewer=viewer)
            result = await graph.execute(query, variables, context_value=context)
            errors = [((e.extensions or {}).get("code"), e.path, e.message) for e in result.errors or []]
            # Whatever is asked in a test is asked the other way too, and has to be answered alike.
            other = Context(Snapshot(pool, statements), request_id="test", may_compile=True, known_viewer=viewer)
            await other.open()
            compiled = await graph.compiled(query, variables, None, other)
            if compiled is not None:
                assert orjson.dumps(orjson.loads(compiled)) == orjson.dumps(result.data)
                assert errors == []
            return Answer(result.data, errors, context.snapshot.ran)

        yield ask


@pytest.fixture
async def ask(graph: Graph, hangzhou: str) -> AsyncIterator[Ask]:
    """Asks the graph of Hangzhou with its sample data."""
    async with asking(graph, hangzhou) as ask:
        yield ask


@pytest.fixture
async def facts(ask: Ask, graph: Graph, hangzhou: str) -> "Facts":
    """What there is in Hangzhou that documents can ask for."""
    # It asks by way of this module.
    from facts import read_facts

    return await read_facts(ask, hangzhou, graph._schema)


@pytest.fixture
async def pool(hangzhou: str) -> AsyncIterator[asyncpg.Pool]:
    """Reads the database of Hangzhou."""
    async with read_pool(hangzhou, size=2) as pool:
        yield pool


async def load_hangzhou(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await load(connection, HANGZHOU)
    await add_sample(connection)
    await connection.close()


@contextmanager
def database(server: str, template: str) -> Iterator[str]:
    """A new database, dropped afterwards; its name is unique, so that test runs can share a server."""
    name = f"yizhan_{uuid4().hex}"
    asyncio.run(execute(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def database_name(dsn: str) -> str:
    return urlsplit(dsn).path.removeprefix("/")


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()
