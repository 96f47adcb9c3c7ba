"""What an operation reads through: one connection, taken when first needed, and one snapshot of the database."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import asyncpg
from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import asyncpg as sqlalchemy_asyncpg

from resolvers.edges import Row
from resolvers.errors import TimedOut, Unavailable

# How many seconds an operation waits for a connection before it is told to come back.
PATIENCE = 5
GONE = "the database cannot be reached just now; try again in a moment"
# SQLAlchemy gives its dialects no types.
DIALECT = sqlalchemy_asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Statement:
    """A compiled statement: its text, and its parameters in order, of which those named `keys_…` come with each run."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]

    def values(self, given: dict[str, Any]) -> list[Any]:
        """The values to send, in order."""
        return [given[name] if name in given else self.constants[name] for name in self.names]


def compiled(statement: Select[Any]) -> Statement:
    """`statement` as PostgreSQL will see it."""
    result = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    return Statement(str(result), tuple(result.positiontup or ()), dict(result.params))


class Statements:
    """Compiled statements, kept as long as they are among the most recently used."""

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._kept: OrderedDict[Hashable, Statement] = OrderedDict()

    def get(self, key: Hashable, build: Callable[[], Select[Any]]) -> Statement:
        """The statement known as `key`, compiled by way of `build` when it is not kept."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = compiled(build())
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


class Snapshot:
    """One operation's reads. Statements run one after another on one connection, all of them seeing the same moment."""

    def __init__(self, pool: asyncpg.Pool, statements: Statements) -> None:
        self.statements = statements
        self.ran: list[str] = []
        self._pool = pool
        self._connection: asyncpg.Connection | None = None
        self._lock = asyncio.Lock()
        self._is_over = False
        self._running: asyncio.Task[Any] | None = None

    async def fetch(self, statement: Statement, row_class: type[Row], given: dict[str, Sequence[Any]]) -> list[Row]:
        """The rows of `statement`, as `row_class`."""
        async with self._lock:
            if self._is_over:
                raise Unavailable("the operation is over")
            if self._connection is None:
                self._connection = await self._begin()
            self.ran.append(statement.sql)
            self._running = asyncio.current_task()
            try:
                rows: list[Row] = await self._connection.fetch(
                    statement.sql, *statement.values(given), record_class=row_class
                )
            except asyncpg.QueryCanceledError as error:
                raise TimedOut("this took too long; ask for fewer rows, a narrower filter or fewer levels") from error
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                raise Unavailable(GONE) from error
            finally:
                self._running = None
            return rows

    async def _begin(self) -> asyncpg.Connection:
        try:
            connection = await self._pool.acquire(timeout=PATIENCE)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise Unavailable(GONE) from error
        try:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except BaseException:
            await self._pool.release(connection)
            raise
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # An operation that fails in one field, or whose client has gone, ends while others are still being read: the
        # statement that runs is cancelled in PostgreSQL, and those that wait for it are not begun any more. A loader's
        # statement runs in a task of its own, which the end of the operation does not reach by itself.
        self._is_over = True
        if self._running is not None:
            self._running.cancel()
        async with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                try:
                    if not connection.is_closed():
                        await connection.execute("ROLLBACK")
                finally:
                    # The connection goes back even when the operation is being cancelled.
                    await self._pool.release(connection)
