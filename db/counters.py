"""Counters that rollups read instead of facts: kept by whoever writes facts, in the writer's own transaction.

A counter has a row for each combination of its dimensions, and `slot`s of it: a writer adds to a slot that nobody else
is adding to just then, or makes one, so that writers never wait for each other. A count is the sum of its slots.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from asyncpg import Connection, SerializationError
from sqlalchemy import BigInteger, Column, Date, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects import postgresql

from db.enums import EventKind, EventMode, EventStatus, ResultKind, ResultStatus
from db.tables import entity_id, enum_column, flag, metadata, who_sees

MONTH = "date_trunc('month', timezone('Asia/Shanghai', f.{time}))::date"
# Within how many days a result is closed on time: the three months in which a proposal has to be answered.
ON_TIME = 90


def _counter(name: str, *dimensions: Column[Any], counts: Sequence[str]) -> Table:
    keys = [Column("district", Text, nullable=False), *dimensions]
    return Table(
        name,
        metadata,
        *keys,
        Column("slot", BigInteger, entity_id, server_default=entity_id.next_value(), nullable=False),
        *(Column(count, BigInteger, nullable=False) for count in counts),
        PrimaryKeyConstraint(*(column.name for column in keys), "slot"),
    )


def _month() -> Column[Any]:
    return Column("month", Date, nullable=False)


event_counter = _counter(
    "event_counter",
    _month(),
    enum_column("kind", EventKind),
    enum_column("status", EventStatus),
    enum_column("mode", EventMode),
    flag("is_sample"),
    *who_sees(),
    counts=("rows", "participants", "reporting"),
)
# Events by the township of their platforms, each once in every township; 0 stands for no township. They are counted
# twice: all events by all of their platforms, and what is public of both.
township_counter = _counter(
    "township_counter",
    Column("township_id", BigInteger, nullable=False),
    _month(),
    flag("is_sample"),
    flag("is_public"),
    counts=("rows", "participants", "reporting"),
)
result_counter = _counter(
    "result_counter",
    _month(),
    enum_column("kind", ResultKind),
    enum_column("status", ResultStatus),
    flag("is_sample"),
    *who_sees(),
    counts=("rows", "adopted", "closed", "on_time"),
)
# Results by the department that handles them; 0 stands for none.
department_counter = _counter(
    "department_counter",
    Column("department_id", BigInteger, nullable=False),
    _month(),
    flag("is_sample"),
    *who_sees(),
    counts=("rows", "adopted", "closed", "on_time"),
)
attendance_counter = _counter(
    "attendance_counter",
    _month(),
    enum_column("event_kind", EventKind),
    flag("is_sample"),
    *who_sees(),
    counts=("rows",),
)


@dataclass(frozen=True)
class Counter:
    """A counter, and how facts of one table are counted: what is selected from them, and how they are grouped."""

    table: Table
    facts: str
    keys: Sequence[str]
    counts: Sequence[str]
    source: str

    @property
    def key_names(self) -> list[str]:
        """The columns that tell counts apart."""
        return [column.name for column in self.table.primary_key.columns if column.name != "slot"]

    @property
    def count_names(self) -> list[str]:
        """The columns that count."""
        return [column.name for column in self.table.columns if not column.primary_key]

    def counted(self, condition: str) -> str:
        """A selection of the counts of the facts `f` that meet a condition."""
        keys = ", ".join(f"{key} AS {name}" for key, name in zip(self.keys, self.key_names, strict=True))
        counts = ", ".join(f"{count} AS {name}" for count, name in zip(self.counts, self.count_names, strict=True))
        numbers = ", ".join(str(position + 1) for position in range(len(self.keys)))
        return f"SELECT {keys}, {counts} FROM {self.source} WHERE {condition} GROUP BY {numbers}"  # noqa: S608

    @property
    def kept(self) -> str:
        """A selection of the counts that are kept, of all slots together."""
        keys = ", ".join(self.key_names)
        sums = ", ".join(f"sum({name})::bigint AS {name}" for name in self.count_names)
        return f"SELECT {keys}, {sums} FROM {self.table.name} GROUP BY {keys}"  # noqa: S608


_PLACES = """(SELECT DISTINCT f.*, CASE a.level WHEN 'TOWNSHIP' THEN a.id WHEN 'VILLAGE' THEN a.parent_id END AS place
    FROM (
        SELECT district, id, starts_at, is_sample, public_participants, is_public
        FROM event, unnest(CASE visibility WHEN 'PUBLIC' THEN '{false,true}' ELSE '{false}' END::boolean[]) is_public
    ) f
    LEFT JOIN (
        event_platform h JOIN platform p ON (p.district, p.id) = (h.platform_district, h.platform_id)
    ) ON (h.district, h.event_id) = (f.district, f.id) AND (p.visibility = 'PUBLIC' OR NOT f.is_public)
    LEFT JOIN area a ON a.id = p.area_id) f"""
_ADOPTED = "EXISTS (SELECT FROM adoption a WHERE (a.district, a.result_id) = (f.district, f.id))"
_HANDLED = (
    "count(*)",
    f"count(*) FILTER (WHERE {_ADOPTED})",
    "count(f.closed_at)",
    f"count(*) FILTER (WHERE f.closed_at - f.raised_at <= interval '{ON_TIME} days')",
)
_PARTICIPANTS = ("count(*)", "coalesce(sum(f.public_participants), 0)", "count(f.public_participants)")

COUNTERS = (
    Counter(
        event_counter,
        "event",
        (
            "f.district",
            MONTH.format(time="starts_at"),
            "f.kind",
            "f.status",
            "f.mode",
            "f.is_sample",
            "f.visibility",
            "f.shared_with",
        ),
        _PARTICIPANTS,
        "event f",
    ),
    Counter(
        township_counter,
        "event",
        ("f.district", "coalesce(f.place, 0)", MONTH.format(time="starts_at"), "f.is_sample", "f.is_public"),
        _PARTICIPANTS,
        _PLACES,
    ),
    Counter(
        result_counter,
        "result",
        (
            "f.district",
            MONTH.format(time="raised_at"),
            "f.kind",
            "f.status",
            "f.is_sample",
            "f.visibility",
            "f.shared_with",
        ),
        _HANDLED,
        "result f",
    ),
    Counter(
        department_counter,
        "result",
        (
            "f.district",
            "coalesce(f.department_id, 0)",
            MONTH.format(time="raised_at"),
            "f.is_sample",
            "f.visibility",
            "f.shared_with",
        ),
        _HANDLED,
        "result f",
    ),
    Counter(
        attendance_counter,
        "attendance",
        ("f.district", MONTH.format(time="starts_at"), "e.kind", "f.is_sample", "e.visibility", "e.shared_with"),
        ("count(*)",),
        "attendance f JOIN event e ON (e.district, e.id) = (f.district, f.event_id)",
    ),
)


# --- Keeping


@dataclass
class Keeping:
    """What a transaction writes: the facts it touches, and what was counted of them before."""

    connection: Connection
    touched: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    before: dict[tuple[int, tuple[Any, ...]], list[int]] = field(default_factory=dict)

    async def touch(self, facts: str, district: str, ids: Iterable[int]) -> None:
        """Say that facts of a table will be changed or deleted, before they are; they stay locked until the end."""
        known = self.touched.setdefault((facts, district), set())
        new = sorted(set(ids) - known)
        if not new:
            return
        known |= set(new)
        lock = f"SELECT FROM {facts} WHERE district = $1 AND id = ANY ($2) ORDER BY id FOR UPDATE"
        await self.connection.execute(lock, district, new)
        await _count(self.connection, facts, district, new, self.before, 1)

    def saved(self) -> tuple[Any, Any]:
        """What was touched and counted so far, to go back to when what follows is undone."""
        counted = {key: [*counts] for key, counts in self.before.items()}
        return {key: {*ids} for key, ids in self.touched.items()}, counted

    def restore(self, saved: tuple[Any, Any]) -> None:
        """Go back: the locks of what was touched since are gone, so it has to be touched anew."""
        self.touched, self.before = saved

    def add(self, facts: str, district: str, id: int) -> None:
        """Say that a fact was added."""
        self.touched.setdefault((facts, district), set()).add(id)

    async def settle(self) -> None:
        """Bring the counters up to date with what was written."""
        changes = {key: [-count for count in counts] for key, counts in self.before.items()}
        for (facts, district), ids in self.touched.items():
            await _count(self.connection, facts, district, sorted(ids), changes, 1)
        for (position, key), counts in changes.items():
            if any(counts):
                await self.connection.execute(ADD[position], *key, *counts)


@asynccontextmanager
async def keeping(connection: Connection) -> AsyncIterator[Keeping]:
    """Keep the counters while facts are written: in one transaction, for both or for neither."""
    async with connection.transaction():
        kept = Keeping(connection)
        yield kept
        await kept.settle()


async def _count(
    connection: Connection,
    facts: str,
    district: str,
    ids: Sequence[int],
    into: dict[tuple[int, tuple[Any, ...]], list[int]],
    sign: int,
) -> None:
    for position, counter in enumerate(COUNTERS):
        if counter.facts == facts:
            selection = counter.counted("f.district = $1 AND f.id = ANY ($2)")
            width = len(counter.key_names)
            for row in await connection.fetch(selection, district, ids):
                counts = into.setdefault((position, _key(row[:width])), [0] * len(counter.count_names))
                for place, count in enumerate(row[width:]):
                    counts[place] += sign * int(count)


def _key(values: Iterable[Any]) -> tuple[Any, ...]:
    """What tells counts apart, as a dictionary can hold it."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


def _add(counter: Counter) -> str:
    """Adds to a slot that is free just now, or to a new one; waits for nobody."""
    keys, counts, name = counter.key_names, counter.count_names, counter.table.name
    columns = [counter.table.c[key] for key in keys]
    values = [f"${place}::{_type(column)}" for place, column in enumerate(columns, 1)]
    added = [f"${place}::bigint" for place in range(len(keys) + 1, len(keys) + len(counts) + 1)]
    same = " AND ".join(f"c.{key} = {value}" for key, value in zip(keys, values, strict=True))
    sums = ", ".join(f"{count} = c.{count} + {value}" for count, value in zip(counts, added, strict=True))
    return f"""
        WITH free AS (SELECT c.slot FROM {name} c WHERE {same} LIMIT 1 FOR UPDATE SKIP LOCKED),
        raised AS (UPDATE {name} c SET {sums} FROM free WHERE {same} AND c.slot = free.slot RETURNING 1)
        INSERT INTO {name} ({", ".join([*keys, *counts])})
        SELECT {", ".join([*values, *added])} WHERE NOT EXISTS (SELECT FROM raised)
    """  # noqa: S608


def _type(column: Column[Any]) -> str:
    name = getattr(column.type, "name", None)
    return str(name) if name else str(column.type.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


ADD = tuple(_add(counter) for counter in COUNTERS)


# --- Counting anew


async def count_all(connection: Connection) -> None:
    """Count everything anew after rows were written in bulk, in their transaction; other writers wait until its end."""
    await connection.execute(f"LOCK TABLE {', '.join(each.table.name for each in COUNTERS)} IN EXCLUSIVE MODE")
    for counter in COUNTERS:
        await connection.execute(f"DELETE FROM {counter.table.name}")  # noqa: S608
        await _fill(connection, counter, "true")


async def _fill(connection: Connection, counter: Counter, condition: str, *values: Any) -> None:
    names = ", ".join([*counter.key_names, *counter.count_names])
    # In the order of the key, so that the counts of a district lie together: on a hundred million rows, the twenty
    # busiest townships of a city are then read in 2 ms instead of 6.
    order = ", ".join(str(place + 1) for place in range(len(counter.key_names)))
    statement = f"INSERT INTO {counter.table.name} ({names}) {counter.counted(condition)} ORDER BY {order}"
    await connection.execute(statement, *values)


async def recount(connection: Connection) -> None:
    """Count anew while others write: a district at a time, each as of one moment.

    What others write meanwhile they add to slots of their own, or to slots that are then theirs, in which case the
    district is tried again.
    """
    for (district,) in await connection.fetch("SELECT DISTINCT tenant FROM area ORDER BY 1"):
        while True:
            try:
                async with connection.transaction(isolation="repeatable_read"):
                    for counter in COUNTERS:
                        await connection.execute(f"DELETE FROM {counter.table.name} WHERE district = $1", district)  # noqa: S608
                        await _fill(connection, counter, "f.district = $1", district)
            except SerializationError:
                continue
            break


@dataclass(frozen=True)
class Difference:
    """Where a counter says something else than the facts."""

    counter: str
    key: tuple[Any, ...]
    kept: tuple[int, ...]
    counted: tuple[int, ...]


async def differences(connection: Connection) -> list[Difference]:
    """Where counters and facts differ, all seen at one moment."""
    found = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        for counter in COUNTERS:
            width, nothing = len(counter.key_names), (0,) * len(counter.count_names)
            kept, counted = [
                {_key(row[:width]): tuple(map(int, row[width:])) for row in await connection.fetch(selection)}
                for selection in (counter.kept, counter.counted("true"))
            ]
            for key in sorted(kept.keys() | counted.keys(), key=str):
                one, other = kept.get(key, nothing), counted.get(key, nothing)
                if one != other:
                    found.append(Difference(counter.table.name, key, one, other))
    return found
