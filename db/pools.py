"""The connections that operations read and write through, and how a database's address may be shown."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg
import orjson

from db import search

# Which part of the time a statement may take it may wait for a lock. Reading waits for nobody but for whoever changes a
# table itself, and should soon give its connection back to those who ask for other tables; a write waits its turn.
READ_LOCK_SHARE, WRITE_LOCK_SHARE = 0.2, 0.5


def read_pool(dsn: str, *, size: int = 10, statement_timeout: float = 10) -> asyncpg.Pool:
    """A pool of read-only connections, opened when it is awaited; `statement_timeout` is in seconds.

    Statements stay prepared, whatever their length: planning one takes longer than running it. PostgreSQL keeps at most
    a hundred of them per connection.
    """
    return asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=5,
        reset=_end_transaction,
        init=_read_json,
        max_cacheable_statement_size=0,
        max_cached_statement_lifetime=0,
        server_settings={
            "application_name": "yizhan",
            "timezone": "UTC",
            "datestyle": "ISO",
            "jit": "off",
            # Indexes are in memory or on a fast disk; were they taken for slow, pages after a cursor would be planned
            # anew at each run.
            "random_page_cost": "1.1",
            # A median sorts all it looks at; 150,000 results are some 5 MB, which should not go to disk.
            "work_mem": "16MB",
            "default_transaction_read_only": "on",
            "statement_timeout": f"{statement_timeout * 1000:.0f}",
            "lock_timeout": f"{READ_LOCK_SHARE * statement_timeout * 1000:.0f}",
            "idle_in_transaction_session_timeout": "60000",
        },
    )


def write_pool(dsn: str, *, size: int = 10, statement_timeout: float = 10) -> asyncpg.Pool:
    """A pool of connections to write through, opened when it is awaited; `statement_timeout` is in seconds."""
    return asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=5,
        reset=_end_transaction,
        init=_prepare_to_write,
        server_settings={
            "application_name": "yizhan",
            "timezone": "UTC",
            "datestyle": "ISO",
            "jit": "off",
            "random_page_cost": "1.1",
            "statement_timeout": f"{statement_timeout * 1000:.0f}",
            "lock_timeout": f"{WRITE_LOCK_SHARE * statement_timeout * 1000:.0f}",
            "idle_in_transaction_session_timeout": "60000",
        },
    )


@dataclass(frozen=True)
class PoolState:
    """How a pool is used just now: its connections, those of them that nobody has, and how many wait for one."""

    size: int
    idle: int
    waiting: int


def state_of(pool: asyncpg.Pool) -> PoolState:
    """How a pool is used just now."""
    # asyncpg tells its connections and not who waits for them; that stands in the queue it hands them out by.
    waiting = sum(not getter.done() for getter in pool._queue._getters)
    return PoolState(pool.get_size(), pool.get_idle_size(), waiting)


async def _read_json(connection: asyncpg.Connection) -> None:
    """Give values of jsonb as Python has them."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _prepare_to_write(connection: asyncpg.Connection) -> None:
    await _read_json(connection)
    await search.register(connection)


async def _end_transaction(connection: asyncpg.Connection) -> None:
    """Leave nothing open on a released connection; mostly nothing is, and then nothing is sent."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def without_password(address: str) -> str:
    """A database's address as it may be shown; a password may itself have an @, and may stand in the query."""
    parts = urlsplit(address)
    account, at, place = parts.netloc.rpartition("@")
    user, colon, _ = account.partition(":")
    hidden = parts._replace(
        netloc=f"{user}{colon and ':…'}{at}{place}", query=re.sub(r"(password=)[^&]*", r"\1…", parts.query)
    )
    return hidden.geturl()
