"""The databases that tests run against: a server, and on it clones of a database that was migrated once."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from db import embedded
from db.loading import load
from db.migrate import migrate
from db.sample import add_sample

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
    # Not in a folder of pytest's, which only its owner may enter: for root, PostgreSQL runs as another account.
    folder = Path(tempfile.mkdtemp(prefix="yizhan-tests-"))
    folder.chmod(0o711)
    try:
        yield embedded.start(folder, fsync="off")
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)


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
def hangzhou(postgres: str, migrated_template: str) -> Iterator[str]:
    """The DSN of a database with the network of Hangzhou and its sample data, for tests that only read."""
    with database(postgres, template=database_name(migrated_template)) as dsn:
        asyncio.run(load_hangzhou(dsn))
        yield dsn


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
