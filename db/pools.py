"""The connections that operations read through, and how a database's address may be shown."""

import re
from urllib.parse import urlsplit

import asyncpg


def read_pool(dsn: str, *, size: int = 10, statement_timeout: float = 10) -> asyncpg.Pool:
    """A pool of read-only connections, opened when it is awaited; `statement_timeout` is in seconds."""
    return asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        timeout=5,
        reset=_end_transaction,
        server_settings={
            "application_name": "yizhan",
            "timezone": "UTC",
            "jit": "off",
            "default_transaction_read_only": "on",
            "statement_timeout": f"{statement_timeout * 1000:.0f}",
            "idle_in_transaction_session_timeout": "60000",
        },
    )


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
