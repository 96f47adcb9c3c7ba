"""Running a write: one transaction, tried again when another one came first, and once for each idempotency key."""

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
from asyncpg import Connection
from strawberry import UNSET

from db.changes import answered, append, last_position
from db.counters import Keeping
from resolvers.access import PUBLIC, Viewer
from resolvers.entries import camel
from resolvers.errors import BadArgument, TimedOut, Unavailable
from resolvers.snapshots import GONE, LOST, PATIENCE, TOO_SLOW
from resolvers.writes import Answer, Write

Act = Callable[[Write, Any], Awaitable[Mapping[str, Any]]]

# Another write came first.
BEFORE_US = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
    asyncpg.ExclusionViolationError,
)
# How often a write is tried that another one stood in the way of.
TRIES = 5
MAX_TEXT = 20_000
MAX_ITEMS = 1_000
MAX_KEY = 200
READ_ONLY = "nothing can be written just now: the database takes no writes; reading goes on"


@dataclass(frozen=True)
class Written:
    """What a write left: its position in the change log, and the global ids of what it gives, by field."""

    position: int
    answer: Answer


async def write(pool: asyncpg.Pool, viewer: Viewer, mutation: str, act: Act, given: Any, client: str = "") -> Written:
    """Run a mutation of a viewer at `client`; a Failure or a Fault leaves nothing behind."""
    viewer.require_key()
    for attempt in range(TRIES):
        try:
            connection = await pool.acquire(timeout=PATIENCE)
            try:
                async with connection.transaction():
                    return await _written(connection, viewer, mutation, act, given, client)
            finally:
                with suppress(*LOST):
                    await pool.release(connection)
        except BEFORE_US:
            # Tried again, this one sees what the other did, and says so if it matters.
            if attempt == TRIES - 1:
                raise
        except asyncpg.CheckViolationError as error:
            raise BadArgument(rule_of(error)) from error
        except asyncpg.DataError as error:
            raise BadArgument(f"a value does not fit: {error}") from error
        except asyncpg.QueryCanceledError as error:
            raise TimedOut(TOO_SLOW) from error
        except (asyncpg.ReadOnlySQLTransactionError, asyncpg.DiskFullError) as error:
            raise Unavailable(READ_ONLY) from error
        except LOST as error:
            raise Unavailable(GONE) from error
    raise AssertionError


async def _written(connection: Connection, viewer: Viewer, mutation: str, act: Act, given: Any, client: str) -> Written:
    _check_texts(given)
    key, digest = given.idempotency_key, _digest(given)
    if key is not None and len(key) > MAX_KEY:
        raise BadArgument(f"idempotencyKey must have at most {MAX_KEY} characters, got {len(key)}")
    if key is not None and viewer is PUBLIC:
        # Everybody without a key has the same name, so a key is told apart by where it comes from.
        key = f"{hashlib.sha256(client.encode()).hexdigest()[:16]}/{key}"
    if key is not None:
        earlier = await answered(connection, viewer.name, key)
        if earlier is not None:
            if (earlier["mutation"], earlier["input_digest"]) != (mutation, digest):
                used = f"the idempotencyKey {given.idempotency_key!r} was used for {earlier['mutation']}"
                raise BadArgument(f"{used} with another input; take a new key")
            return Written(earlier["position"], orjson.loads(earlier["answer"]))
    current = Write(connection, viewer, datetime.now(UTC), Keeping(connection), client=client)
    rows = await act(current, given)
    await current.kept.settle()
    entry, answer = await current.entry(mutation, rows)
    if entry is None:
        # Nothing is other than it was, so there is nothing to log.
        return Written(await last_position(connection), answer)
    entry = dataclasses.replace(
        entry, idempotency_key=key, input_digest=digest, answer=orjson.dumps(answer).decode() if key else None
    )
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Written(await append(connection, entry), answer)


def _check_texts(given: Any, of: str = "") -> None:
    """BadArgument when a text of an input cannot be stored, or says nothing."""
    for each in dataclasses.fields(given):
        value, name = getattr(given, each.name), f"{of}{camel(each.name)}"
        for item in value if isinstance(value, list) else [value]:
            if dataclasses.is_dataclass(item) and not isinstance(item, type):
                _check_texts(item, f"{name}.")
            elif isinstance(item, str) and (not item.strip() or "\0" in item or len(item) > MAX_TEXT):
                raise BadArgument(f"{name} must have 1–{MAX_TEXT:,} characters, and none of them may be null")
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            raise BadArgument(f"{name} must have at most {MAX_ITEMS} items, got {len(value)}")


def _digest(given: Any) -> str:
    values = {f.name: getattr(given, f.name) for f in dataclasses.fields(given) if getattr(given, f.name) is not UNSET}
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def rule_of(error: asyncpg.CheckViolationError) -> str:
    """What a constraint says, which is its name between its table's and its kind."""
    name = (error.constraint_name or "").removeprefix(f"{error.table_name}_").removesuffix("_check")
    return f"the {(error.table_name or 'row').replace('_', ' ')} breaks a rule: {name.replace('_', ' ')}"
