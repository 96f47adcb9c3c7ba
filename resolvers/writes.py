"""One write: a transaction that changes rows, and with them the counters, the texts to search by, and the change log.

What a mutation does is a function of a `Write` and its input; it finds rows, changes them, and raises a `Failure` when
it cannot. Every change goes through the three functions `add`, `change` and `remove`, which ask whether the viewer may.
"""

import dataclasses
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import asyncpg
import orjson
from asyncpg import Connection
from sqlalchemy import Table, bindparam, delete, insert, select, update
from strawberry import UNSET

from db import search
from db.changes import Entry, answered, append
from db.counters import Keeping
from db.events import attendance, event, event_platform
from db.machines import Machine
from db.results import adoption, result
from resolvers.access import Viewer
from resolvers.edges import Concept
from resolvers.entries import Ids, Values, camel, changed_row, ids_of, places_of
from resolvers.errors import BadArgument, TimedOut, Unavailable, UnknownCode
from resolvers.failures import IllegalTransition, NotFound, WouldBeItsOwnAncestor
from resolvers.ids import read_id
from resolvers.snapshots import GONE, LOST, PATIENCE, TOO_SLOW, Statement, compiled
from resolvers.times import LOCAL_TIME

Answer = Mapping[str, str | list[str]]
Act = Callable[["Write", Any], Awaitable[Mapping[str, Any]]]

# Rows of these tables are counted; those of the others beside them change how a row of these is counted.
FACTS = {event, result, attendance}
COUNTED_WITH = {event_platform: ("event", "event_id"), adoption: ("result", "result_id")}
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

Key = tuple[Any, ...]


@dataclass
class Write:
    """The transaction, who writes, and what was changed so far."""

    connection: Connection
    viewer: Viewer
    at: datetime
    kept: Keeping
    before: dict[tuple[Table, Key], Values | None] = field(default_factory=dict)
    after: dict[tuple[Table, Key], Values | None] = field(default_factory=dict)
    # Those known to be there.
    districts: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        """The day it is where the platforms are."""
        return self.at.astimezone(LOCAL_TIME).date()

    # --- Finding

    async def the(self, concept: Concept, id_: str, name: str, *, kind: str | None = None) -> Values:
        """The row with a global id, locked until the end; `name` is what the input calls it, `kind` its type."""
        row = await self.seen(concept, id_, name, kind=kind, lock=True)
        if concept.table in FACTS:
            await self.kept.touch(concept.table.name, row["district"], [row["id"]])
        return row

    async def seen(
        self, concept: Concept, id_: str, name: str, *, kind: str | None = None, lock: bool = False
    ) -> Values:
        """The row with a global id, as it is now."""
        typename, found, key = read_id(id_)
        if found.table is not concept.table or (kind is not None and typename != kind):
            raise BadArgument(f"{name} must be the id of a {kind or concept.name}, got one of a {typename}")
        row = await self.row(concept.table, dict(zip(concept.key, key, strict=True)), lock=lock)
        if row is None:
            raise NotFound(name, typename, id_[:80])
        return row

    async def row(self, table: Table, values: Values, *, lock: bool = False) -> Values | None:
        """The first row with these values, if there is one."""
        rows = await self.rows(table, values, lock=lock, limit=1)
        return rows[0] if rows else None

    async def rows(self, table: Table, values: Values, *, lock: bool = False, limit: int = 1_000) -> list[Values]:
        """The rows with these values, by key; null stands for no value."""
        statement = _selection(table, tuple((name, value is None) for name, value in values.items()), lock, limit)
        rows: list[Values] = await self.connection.fetch(statement.sql, *statement.values(None, values))
        return rows

    # --- Changing

    async def add(self, table: Table, **values: Any) -> Values:
        """A new row."""
        self._require(values)
        await self._require_known(values["district"])
        await self._touch_counted(table, values)
        filled = self._searchable(table, values)
        statement = _insertion(table, tuple(filled))
        row: Values = await self.connection.fetchrow(statement.sql, *statement.values(None, filled))
        if table in FACTS:
            self.kept.add(table.name, row["district"], row["id"])
        self._note(table, row, None, row)
        return row

    async def change(self, table: Table, row: Values, **values: Any) -> Values:
        """`row` with other values; it must be locked."""
        self._require(row)
        if table in FACTS:
            await self.kept.touch(table.name, row["district"], [row["id"]])
        new = {name: value for name, value in self._searchable(table, {**row, **values}).items() if name in values or (
            name in ("terms", "sort_key"))}  # fmt: skip
        statement = _update(table, tuple(new))
        changed: Values = await self.connection.fetchrow(
            statement.sql, *statement.values(None, {**{f"old_{name}": row[name] for name in _key_of(table)}, **new})
        )
        self._note(table, row, row, changed)
        return changed

    async def remove(self, table: Table, row: Values) -> None:
        """Delete `row`, which must be locked and have nothing that belongs to it."""
        self._require(row)
        await self._touch_counted(table, row)
        if table in FACTS:
            await self.kept.touch(table.name, row["district"], [row["id"]])
        statement = _deletion(table)
        await self.connection.execute(statement.sql, *(row[name] for name in statement.names))
        self._note(table, row, row, None)

    async def replant(self, table: Table, row: Values, parent: Values | None) -> Values:
        """`row` and all below it under another parent, or under none."""
        self._require(row)
        if parent is not None and row["id"] in parent["path"]:
            raise WouldBeItsOwnAncestor(parent["name"])
        above = [] if parent is None else parent["path"]
        depth = len(row["parent_path"])
        columns = ", ".join(column.name for column in table.columns)
        moved = await self.connection.fetch(
            f"UPDATE {table.name} SET parent_path = $3::bigint[] || parent_path[$4::int + 1:],"  # noqa: S608
            " parent_id = CASE WHEN id = $2 THEN $5 ELSE parent_id END"
            f" WHERE district = $1 AND path >= $6 AND path < $6 || 9223372036854775807 RETURNING {columns}",
            row["district"], row["id"], above, depth, None if parent is None else parent["id"], row["path"],
        )  # fmt: skip
        itself: Values = next(each for each in moved if each["id"] == row["id"])
        self._note(table, row, row, itself)
        return itself

    async def move(self, machine: Machine, table: Table, row: Values, to: str, **values: Any) -> Values:
        """`row` in another state of its machine, or an IllegalTransition."""
        require_transition(machine, row[_state_of(table)], to)
        return await self.change(table, row, **{_state_of(table): to}, **values)

    def _require(self, row: Values) -> None:
        self.viewer.require_write(row["district"])

    async def _require_known(self, district: str) -> None:
        """UnknownCode unless a district, a city or a province has the code."""
        if district in self.districts:
            return
        known = "SELECT FROM area WHERE code = $1 AND valid_to IS NULL AND level IN ('DISTRICT', 'CITY', 'PROVINCE')"
        if await self.connection.fetchrow(known, district) is None:
            raise UnknownCode(
                f"no district, city or province of the newest list has the code {district[:20]!r}; districts lists"
                " those that take part"
            )
        self.districts.add(district)

    async def _touch_counted(self, table: Table, row: Values) -> None:
        if table in COUNTED_WITH:
            facts, column = COUNTED_WITH[table]
            await self.kept.touch(facts, row["district"], [row[column]])

    def _searchable(self, table: Table, values: Values) -> dict[str, Any]:
        if table.name not in search.SEARCHED:
            return dict(values)
        sort_key, terms = search.row_search(table.name, values)
        return {**values, "sort_key": sort_key, "terms": terms}

    def _note(self, table: Table, row: Values, before: Values | None, after: Values | None) -> None:
        key = table, tuple(row[name] for name in _key_of(table))
        self.before.setdefault(key, before)
        self.after[key] = after

    # --- Ending

    async def entry(self, mutation: str, rows: Mapping[str, Any]) -> tuple[Entry, Answer]:
        """The change log's entry of what was changed, and the global ids of what the mutation gives."""
        noted = [(table, row) for (table, _), row in (*self.before.items(), *self.after.items()) if row is not None]
        given = [each for row in rows.values() for each in (row if isinstance(row, list) else [row])]
        ids = await ids_of(self.connection, [*noted, *((each.table, each.row) for each in given)])
        changed = [changed_row(key[0], self.before[key], self.after[key], ids) for key in self.before]
        entry = Entry(
            district=_owner(self),
            at=self.at,
            author=self.viewer.name,
            mutation=mutation,
            places=sorted(await places_of(self.connection, noted)),
            rows=[row for row in changed if row is not None],
        )
        return entry, {name: _id(row, ids) for name, row in rows.items()}


@dataclass(frozen=True)
class Of:
    """A row that a mutation gives, and the table it is of."""

    table: Table
    row: Values


def _id(row: Of | list[Of], ids: Ids) -> str | list[str]:
    if isinstance(row, list):
        return [str(_id(each, ids)) for each in row]
    return str(ids.of(row.table, (row.row.get("district"), row.row["id"])))


def require_transition(machine: Machine, current: str, wanted: str) -> None:
    """IllegalTransition unless `wanted` may follow `current`."""
    if not machine.allows(current, wanted):
        raise IllegalTransition(machine.name, str(current), str(wanted), [str(each) for each in machine.after(current)])


# --- Running


@dataclass(frozen=True)
class Written:
    """What a write left: its position in the change log, and the global ids of what it gives, by field."""

    position: int
    answer: Answer


async def write(pool: asyncpg.Pool, viewer: Viewer, mutation: str, act: Act, given: Any) -> Written:
    """Run a mutation; a Failure or a Fault leaves nothing behind."""
    viewer.require_key()
    for attempt in range(TRIES):
        try:
            connection = await pool.acquire(timeout=PATIENCE)
            try:
                async with connection.transaction():
                    return await _written(connection, viewer, mutation, act, given)
            finally:
                with suppress(*LOST):
                    await pool.release(connection)
        except BEFORE_US:
            # Tried again, this one sees what the other did, and says so if it matters.
            if attempt == TRIES - 1:
                raise
        except asyncpg.CheckViolationError as error:
            raise BadArgument(_rule(error)) from error
        except asyncpg.DataError as error:
            raise BadArgument(f"a value does not fit: {error}") from error
        except asyncpg.QueryCanceledError as error:
            raise TimedOut(TOO_SLOW) from error
        except (asyncpg.ReadOnlySQLTransactionError, asyncpg.DiskFullError) as error:
            raise Unavailable(READ_ONLY) from error
        except LOST as error:
            raise Unavailable(GONE) from error
    raise AssertionError


async def _written(connection: Connection, viewer: Viewer, mutation: str, act: Act, given: Any) -> Written:
    _check_texts(given)
    key, digest = given.idempotency_key, _digest(given)
    if key is not None and len(key) > MAX_KEY:
        raise BadArgument(f"idempotencyKey must have at most {MAX_KEY} characters, got {len(key)}")
    if key is not None:
        earlier = await answered(connection, viewer.name, key)
        if earlier is not None:
            if (earlier["mutation"], earlier["input_digest"]) != (mutation, digest):
                raise BadArgument(
                    f"the idempotencyKey {key!r} was used for {earlier['mutation']} with another input; take a new key"
                )
            return Written(earlier["position"], orjson.loads(earlier["answer"]))
    current = Write(connection, viewer, datetime.now(UTC), Keeping(connection))
    rows = await act(current, given)
    await current.kept.settle()
    entry, answer = await current.entry(mutation, rows)
    entry = dataclasses.replace(
        entry, idempotency_key=key, input_digest=digest, answer=orjson.dumps(answer).decode() if key else None
    )
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Written(await append(connection, entry), answer)


def _owner(current: Write) -> str:
    """The district of the first row that was changed."""
    for (_, _), row in (*current.after.items(), *current.before.items()):
        if row is not None:
            return str(row["district"])
    raise AssertionError("a mutation changes something")


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


def _rule(error: asyncpg.CheckViolationError) -> str:
    """What a constraint says, which is its name between its table's and its kind."""
    name = (error.constraint_name or "").removeprefix(f"{error.table_name}_").removesuffix("_check")
    return f"the {(error.table_name or 'row').replace('_', ' ')} breaks a rule: {name.replace('_', ' ')}"


# --- Statements


def _key_of(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _state_of(table: Table) -> str:
    return "status" if "status" in table.c else "state"


@cache
def _selection(table: Table, given: tuple[tuple[str, bool], ...], lock: bool, limit: int) -> Statement:
    conditions = [
        table.c[name].is_(None) if is_null else table.c[name] == bindparam(name, type_=table.c[name].type)
        for name, is_null in given
    ]
    statement = select(table).where(*conditions).order_by(*table.primary_key.columns).limit(limit)
    return compiled(statement.with_for_update() if lock else statement)


@cache
def _insertion(table: Table, names: tuple[str, ...]) -> Statement:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return compiled(insert(table).values(values).returning(*table.c))  # type: ignore[arg-type]


@cache
def _update(table: Table, names: tuple[str, ...]) -> Statement:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    same = [table.c[name] == bindparam(f"old_{name}", type_=table.c[name].type) for name in _key_of(table)]
    return compiled(update(table).where(*same).values(values).returning(*table.c))  # type: ignore[arg-type]


@cache
def _deletion(table: Table) -> Statement:
    same = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in _key_of(table)]
    return compiled(delete(table).where(*same))  # type: ignore[arg-type]
