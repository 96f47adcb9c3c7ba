"""What an operation reads through: one connection, taken when first needed, and one snapshot of the database."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Any, Self

import asyncpg
from sqlalchemy import Select

from resolvers.admission import Turn
from resolvers.edges import Row
from resolvers.errors import Fault, Overloaded, TimedOut, Unavailable
from resolvers.given import Reader
from resolvers.policy import PUBLIC, Shape, Sight, dialect_of

# How many seconds an operation may take in all, and how many it waits for a connection before it is told to come back.
DEADLINE = 30
PATIENCE = 5
# What it looks like when the database goes away, at any moment of an operation.
LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# What it looks like when somebody changes the tables that are read.
LOCKED_OUT = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
TOO_SLOW = "this took too long; ask for fewer rows, a narrower filter or fewer levels"
GONE = "the database cannot be reached just now; try again in a moment"
LOCKED = "what this needs is locked in the database just now; try again in a moment"
OVER = Unavailable("the operation is over")


@dataclass(frozen=True)
class Statement:
    """A compiled statement: its text, and its parameters in order.

    Some are constants, some are read from what is asked, and those named `keys_…` and `sight_…` come with each run.
    """

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    readers: Mapping[str, Reader]

    def values(self, asked: Any, keys: Mapping[str, Sequence[Any]]) -> list[Any]:
        """The values to send, in order; a value of what is asked may be refused with a Fault."""
        return [
            self.readers[name](asked) if name in self.readers else keys[name] if name in keys else self.constants[name]
            for name in self.names
        ]


def compiled(statement: Select[Any], shape: Shape | None) -> Statement:
    """`statement` as PostgreSQL will see it, for those whose sight has a shape; with None, the tables as they are."""
    result = statement.compile(dialect=dialect_of(shape), compile_kwargs={"render_postcompile": True})
    readers = {name: reader for name, bind in result.binds.items() if (reader := getattr(bind, "reader", None))}
    return Statement(str(result), tuple(result.positiontup or ()), dict(result.params), readers)


class Statements:
    """Compiled statements, kept as long as they are among the most recently used."""

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Statement] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], Select[Any]], shape: Shape) -> Statement:
        """The statement known as `key`, compiled by way of `build` when it is not kept for those of a shape."""
        key = shape, key
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = compiled(build(), shape)
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


@asynccontextmanager
async def acquired(pool: asyncpg.Pool) -> AsyncIterator[asyncpg.Connection]:
    """A connection of a pool for a moment, or Unavailable when there is none to be had."""
    try:
        connection = await pool.acquire(timeout=PATIENCE)
        try:
            yield connection
        finally:
            with suppress(*LOST):
                await pool.release(connection)
    except LOCKED_OUT as error:
        raise Unavailable(LOCKED) from error
    except LOST as error:
        raise Unavailable(GONE) from error


class Snapshot:
    """One operation's reads. Statements run one after another on one connection, all of them seeing the same moment.

    When one connection is lost, the database was mostly restarted and all of them are: what is tried once more is tried
    on a new one.

    `ran` are the statements, `seconds` the time they took in all.
    """

    def __init__(self, pool: asyncpg.Pool, statements: Statements, sight: Sight = PUBLIC) -> None:
        # What whoever asks may see, which has to be known before anything is read.
        self.sight = sight
        # What whoever asks may hold of the pool, where that is bounded.
        self.turn: Turn | None = None
        self._statements = statements
        self.ran: list[str] = []
        self.seconds = 0.0
        self._pool = pool
        self._connection: asyncpg.Connection | None = None
        self._lock = asyncio.Lock()
        # Why no more statements are run: the operation is over, or one of them failed and with it the transaction.
        self._ended: Fault | None = None
        self._running: asyncio.Task[Any] | None = None
        # Whether its connection was lost, or gave way to a migration, so that all of it may be read once more.
        self.is_lost = False

    def statement(self, key: Hashable, build: Callable[[], Select[Any]]) -> Statement:
        """The statement known as `key`, made by `build`, as it is for whoever asks."""
        return self._statements.get(key, build, self.sight.shape)

    async def fetch(
        self, statement: Statement, row_class: type[Row], asked: Any, keys: Mapping[str, Sequence[Any]]
    ) -> list[Row]:
        """The rows of `statement`, as `row_class`, with the values of what is asked and the keys of the parents."""
        values = statement.values(asked, {**keys, **self.sight.values})
        async with self._lock:
            if self._ended is not None:
                raise type(self._ended)(self._ended.message)
            self._running = asyncio.current_task()
            started = perf_counter()
            try:
                if self._connection is None:
                    self._connection = await self._begin()
                self.ran.append(statement.sql)
                rows: list[Row] = await self._connection.fetch(statement.sql, *values, record_class=row_class)
            except asyncpg.QueryCanceledError as error:
                self._ended = TimedOut(TOO_SLOW)
                raise self._ended from error
            except Overloaded as error:
                # What waits behind it would wait in vain as well.
                self._ended = error
                raise
            except LOCKED_OUT as error:
                self._ended, self.is_lost = Unavailable(LOCKED), isinstance(error, asyncpg.DeadlockDetectedError)
                raise self._ended from error
            except LOST as error:
                # Where there was no connection to be had, there is none for another try either.
                self._ended, self.is_lost = Unavailable(GONE), self._connection is not None
                await self._pool.expire_connections()
                raise self._ended from error
            finally:
                self._running = None
                self.seconds += perf_counter() - started
            return rows

    async def fetch_alone(self, statement: Statement, values: Sequence[Any]) -> bytes:
        """The one value of a statement that is the whole operation, and so needs no transaction around it."""
        if self.turn is not None:
            await self.turn.take()
        self.ran.append(statement.sql)
        started = perf_counter()
        try:
            for is_last in (False, True):
                # There is no need for a timer where there is no wait.
                connection = await self._pool.acquire(timeout=None if self._pool.get_idle_size() else PATIENCE)
                try:
                    # asyncpg's own limit costs a tenth of what asyncio's does.
                    value: bytes = await connection.fetchval(statement.sql, *values, timeout=DEADLINE)
                except (TimeoutError, asyncpg.QueryCanceledError) as error:
                    raise TimedOut(TOO_SLOW) from error
                except asyncpg.DeadlockDetectedError:
                    # This and a migration waited for each other, which goes on now.
                    if is_last:
                        raise
                except LOST:
                    if is_last:
                        raise
                    await self._pool.expire_connections()
                else:
                    return value
                finally:
                    with suppress(*LOST):
                        await self._pool.release(connection)
        except LOCKED_OUT as error:
            raise Unavailable(LOCKED) from error
        except LOST as error:
            raise Unavailable(GONE) from error
        finally:
            self.seconds += perf_counter() - started
            self._give_turn_back()
        raise AssertionError

    async def _begin(self) -> asyncpg.Connection:
        try:
            return await self._begun()
        except TimeoutError:
            raise
        except LOST:
            await self._pool.expire_connections()
            return await self._begun()

    async def _begun(self) -> asyncpg.Connection:
        if self.turn is not None:
            await self.turn.take()
        try:
            connection = await self._pool.acquire(timeout=PATIENCE)
        except BaseException:
            self._give_turn_back()
            raise
        try:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except BaseException:
            # Whoever is cancelled here may have begun a transaction all the same.
            await asyncio.shield(asyncio.ensure_future(self._give_back(connection)))
            raise
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running is None and self._connection is None:
            self._ended = self._ended or OVER
            return
        # An operation that fails in one field, or whose client has gone, ends while others are still being read: the
        # statement that runs is cancelled in PostgreSQL, and those that wait for it are not begun any more. A loader's
        # statement runs in a task of its own, which the end of the operation does not reach by itself.
        self._ended = self._ended or OVER
        if self._running is not None:
            self._running.cancel()
        # The connection goes back to the pool even when this task is cancelled once more meanwhile.
        await asyncio.shield(asyncio.ensure_future(self._release()))

    def another(self, pool: asyncpg.Pool | None = None) -> "Snapshot":
        """A later snapshot, through the same pool or another one; what was run counts for both."""
        later = Snapshot(pool or self._pool, self._statements, self.sight)
        later.ran, later.seconds, later.turn = self.ran, self.seconds, self.turn
        return later

    async def _release(self) -> None:
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                await self._give_back(connection)

    async def _give_back(self, connection: asyncpg.Connection) -> None:
        try:
            if not connection.is_closed():
                await connection.execute("ROLLBACK")
        except LOST:
            # The answer is complete without it, and PostgreSQL ends the transaction with the connection.
            pass
        finally:
            try:
                with suppress(*LOST):
                    await self._pool.release(connection)
            finally:
                self._give_turn_back()

    def _give_turn_back(self) -> None:
        if self.turn is not None:
            self.turn.give_back()
