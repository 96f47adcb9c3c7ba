"""The scratch database with data set S: on the server of DATABASE_URL, or on an embedded one in a folder of its own."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from urllib.parse import urlsplit

import asyncpg

from bench.servers import POSTGRAPHILE
from bench.surroundings import ROOT
from db import embedded
from db.generating import generate
from db.migrate import migrate

KEPT = "yizhan_bench"
Say = Callable[[str], None]


@asynccontextmanager
async def scratch_database(given: str | None, *, is_kept: bool, say: Say) -> AsyncIterator[str]:
    """The DSN of a database with data set S, dropped afterwards unless it `is_kept` for the next time."""
    with _server(given, is_kept) as server:
        name = KEPT if is_kept else f"{KEPT}_{os.getpid()}"
        dsn = urlsplit(server)._replace(path=f"/{name}").geturl()
        if not await _is_current(server, name):
            await _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await _execute(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            try:
                await _fill(dsn, say)
                # Its mark comes last: a database without it was not finished.
                await _execute(server, f"COMMENT ON DATABASE {name} IS '{_mark()}'")
            except BaseException:
                await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")
                raise
        # What the measured servers do not set themselves is the same for all of them.
        await _execute(server, f"ALTER DATABASE {name} SET timezone = 'UTC'", f"ALTER DATABASE {name} SET jit = off")
        try:
            yield dsn
        finally:
            if not is_kept:
                await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _server(given: str | None, is_kept: bool) -> Iterator[str]:
    if given is not None:
        yield given
        return
    kept = embedded.default_data_folder().with_name("yizhan-bench")
    with nullcontext(kept) if is_kept else embedded.scratch_folder("bench") as folder:
        try:
            yield embedded.start(folder)
        finally:
            embedded.stop(folder)


def _mark() -> str:
    """What tells data made by this code from data made by another."""
    sources = [*(ROOT / "db").glob("*.py"), *(ROOT / "db" / "migrations").rglob("*.py"), POSTGRAPHILE / "schema.sql"]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sorted(sources))).hexdigest()


async def _is_current(server: str, name: str) -> bool:
    connection = await asyncpg.connect(server)
    try:
        found = await connection.fetchval(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
        )
        return bool(found == _mark())
    finally:
        await connection.close()


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _fill(dsn: str, say: Say) -> None:
    say("Generating data set S")
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    try:
        rows = await generate(connection, 1.0)
        await connection.execute(await asyncio.to_thread((POSTGRAPHILE / "schema.sql").read_text, "utf-8"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    say(f"{sum(rows.values()):,} rows in {len(rows)} tables")
