"""Running a write: one transaction, tried again when another one came first, and once for each idempotency key."""

import asyncio
import dataclasses
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Protocol

import asyncpg
import orjson
from asyncpg import Connection
from strawberry import UNSET

from db.changes import answered, append, last_position
from db.counters import Keeping
from resolvers.access import PUBLIC, Viewer
from resolvers.audiences import audience_given
from resolvers.entries import camel
from resolvers.errors import BadArgument, Conflict, TimedOut, Unavailable
from resolvers.snapshots import GONE, LOCKED, LOST, PATIENCE, TOO_SLOW
from resolvers.writes import Answer, Secret, Write


class Act(Protocol):
    """What a mutation does with a write and its input, and whether everybody may."""

    @property
    def is_public(self) -> bool:
        """Whether no key is needed."""

    @property
    def is_own(self) -> bool:
        """Whether every key may, for what belongs to it."""

    @property
    def again(self) -> Callable[[Connection, Answer], Awaitable[Answer]] | None:
        """What completes an answer that is given once more."""

    def __call__(self, write: Write, given: Any) -> Awaitable[Mapping[str, Any]]:
        """Do it, and give the rows for the payload by field."""


# Another write came first.
BEFORE_US = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
    asyncpg.ExclusionViolationError,
    asyncpg.ForeignKeyViolationError,
)
# How often a write is tried that another one stood in the way of.
TRIES = 5
# How many seconds pass after the first deadlock at most; twice as many after the next one, and so on.
DEADLOCK_PAUSE = 0.25
MAX_TEXT = 20_000
YEARS = range(1900, 2201)
MAX_ITEMS = 1_000
MAX_KEY = 200
CONFLICT = "this contradicts what is there, or was written at the same time; read it again and try once more"
READ_ONLY = "nothing can be written just now: the database takes no writes; reading goes on"


@dataclass(frozen=True)
class Written:
    """What a write left: its position in the change log, and the global ids of what it gives, by field."""

    position: int
    answer: Answer


async def write(pool: asyncpg.Pool, viewer: Viewer, mutation: str, act: Act, given: Any, client: str = "") -> Written:
    """Run a mutation of a viewer at `client`; a Failure or a Fault leaves nothing behind."""
    if act.is_own:
        viewer.require_own_key()
    elif not act.is_public:
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
        except BEFORE_US as error:
            # Tried again, this one sees what the other did, and says so if it matters.
            if attempt == TRIES - 1:
                raise Conflict(CONFLICT) from error
            if isinstance(error, asyncpg.DeadlockDetectedError):
                # The other one still has to take what this one let go of; at once, they would meet again.
                await asyncio.sleep(random.uniform(0.5, 1) * DEADLOCK_PAUSE * 2**attempt)  # noqa: S311
        except asyncpg.CheckViolationError as error:
            raise BadArgument(rule_of(error)) from error
        except asyncpg.NotNullViolationError as error:
            raise BadArgument(f"{camel(error.column_name or 'a part')} cannot be null") from error
        except asyncpg.ProgramLimitExceededError as error:
            raise BadArgument("a name, a slug or a key is too long to be looked up by; shorten it") from error
        except asyncpg.DataError as error:
            raise BadArgument("a value is out of the bounds of its column") from error
        except asyncpg.QueryCanceledError as error:
            raise TimedOut(TOO_SLOW) from error
        except (asyncpg.ReadOnlySQLTransactionError, asyncpg.DiskFullError) as error:
            raise Unavailable(READ_ONLY) from error
        except asyncpg.LockNotAvailableError as error:
            raise Unavailable(LOCKED) from error
        except LOST as error:
            raise Unavailable(GONE) from error
    raise AssertionError


async def _written(connection: Connection, viewer: Viewer, mutation: str, act: Act, given: Any, client: str) -> Written:
    check_texts(given, rows="rows")
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
            told = earlier["answer"]
            return Written(earlier["position"], await act.again(connection, told) if act.again else told)
    current = Write(connection, viewer, datetime.now(UTC), Keeping(connection), is_public=act.is_public, client=client)
    visibility = getattr(given, "visibility", None)
    if visibility is not None:
        current.audience = audience_given(visibility, given.shared_with)
    elif getattr(given, "shared_with", None):
        raise BadArgument("sharedWith names districts; say visibility: SHARED with it")
    rows = await act(current, given)
    await current.kept.settle()
    entry, answer = await current.entry(mutation, rows)
    if not entry.rows and key is None:
        # Nothing is other than it was, so there is nothing to log. With a key, an empty entry remembers it.
        return Written(await last_position(connection), answer)
    kept = orjson.dumps({name: value for name, value in answer.items() if not isinstance(value, Secret)}).decode()
    entry = dataclasses.replace(entry, idempotency_key=key, input_digest=digest, answer=kept if key else None)
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Written(await append(connection, entry), answer)


def check_texts(given: Any, of: str = "", rows: str | None = None) -> None:
    """BadArgument when a text or a time of an input cannot be stored; not of `rows`, which are checked one by one."""
    for each in dataclasses.fields(given):
        value, name = getattr(given, each.name), f"{of}{camel(each.name)}"
        for item in [] if each.name == rows else value if isinstance(value, list) else [value]:
            if dataclasses.is_dataclass(item) and not isinstance(item, type):
                check_texts(item, f"{name}.")
            elif isinstance(item, str) and not isinstance(item, Enum):
                if not item.strip() or "\0" in item or len(item) > MAX_TEXT:
                    raise BadArgument(f"{name} must have 1–{MAX_TEXT:,} characters, not all blank and none of them NUL")
            elif isinstance(item, datetime) and (item.tzinfo is None or item.year not in YEARS):
                raise BadArgument(
                    f"{name} must be a time of the years {YEARS[0]}–{YEARS[-1]} with its offset, such as"
                    f" 2026-03-01T09:00:00+08:00, got {item.isoformat()}"
                )
            elif isinstance(item, date) and item.year not in YEARS:
                raise BadArgument(f"{name} must be a day of the years {YEARS[0]}–{YEARS[-1]}, got {item.isoformat()}")
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            raise BadArgument(f"{name} must have at most {MAX_ITEMS} items, got {len(value)}")


def _digest(given: Any) -> str:
    values = {f.name: getattr(given, f.name) for f in dataclasses.fields(given) if getattr(given, f.name) is not UNSET}
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def rule_of(error: asyncpg.CheckViolationError) -> str:
    """What a constraint says, which is its name between its table's and its kind."""
    name = (error.constraint_name or "").removeprefix(f"{error.table_name}_").removesuffix("_check")
    return f"the {(error.table_name or 'row').replace('_', ' ')} breaks a rule: {name.replace('_', ' ')}"
