"""One write: a transaction that changes rows, and with them the counters, the texts to search by, and the change log.

What a mutation does is a function of a `Write` and its input; it finds rows, changes them, and raises a `Failure` when
it cannot. Every change goes through `add`, `change`, `remove` or `replant`, which ask whether the viewer may.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from asyncpg import Connection
from sqlalchemy import Table
from strawberry import UNSET

from db import search
from db.changes import Entry, signing_secret
from db.contacts import citizen_contact, count_since
from db.counters import Keeping
from db.enums import PlatformStatus, Visibility
from db.events import attendance, event, event_platform
from db.machines import Machine
from db.platforms import platform
from db.results import adoption, result
from db.tables import Values, references
from resolvers.access import Viewer
from resolvers.audiences import Audience, audience_in, audience_named
from resolvers.edges import Concept
from resolvers.entries import Ids, camel, entry_of
from resolvers.errors import BadArgument, UnknownCode
from resolvers.failures import IllegalTransition, NotFound, TooManyRequests, WouldBeItsOwnAncestor
from resolvers.ids import read_id
from resolvers.policy import GUARDED, parts_of
from resolvers.rowwise import Lock, deletion, insertion, key_of, looking, selection, state_of, update_of
from resolvers.times import LOCAL_TIME

Answer = Mapping[str, Any]


class Secret(str):
    """A text that a mutation gives once and that is kept nowhere."""

    __slots__ = ()


# How many parts of rows that others see than before one write tells of.
MAX_PARTS = 5_000
# What stands for a row that was not noted before.
MISSING = object()

# Rows of these tables are counted; those of the others beside them change how a row of these is counted.
FACTS = {event, result, attendance}
COUNTED_WITH = {event_platform: ("event", "event_id"), adoption: ("result", "result_id")}
# How much the public may send from one place.
HOUR = timedelta(hours=1)
REQUESTS_PER_HOUR = 10

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
    # What was noted of each row before the present part of the write.
    undo: dict[tuple[Table, Key], tuple[Any, Values | None]] = field(default_factory=dict)
    # Whether everybody may do this, and where the request comes from.
    is_public: bool = False
    client: str = ""
    # Who is to see what is made, where the input says so.
    audience: Audience | None = None
    # The rows that others see than before.
    reshown: list[tuple[Table, Values]] = field(default_factory=list)
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
        self, concept: Concept, id_: str, name: str, *, kind: str | None = None, lock: Lock = False
    ) -> Values:
        """The row with a global id, as it is now."""
        typename, found, key = read_id(id_)
        if found.table is not concept.table or (kind is not None and typename != kind):
            raise BadArgument(f"{name} must be the id of a {kind or concept.name}, got one of a {typename}")
        row = await self.row(concept.table, dict(zip(concept.key, key, strict=True)), lock=lock)
        is_other = row is not None and found.kind_column and found.type_names[row[found.kind_column]] != typename
        if row is None or is_other or not await self.sees(found.table, row):
            raise NotFound(name, typename, id_[:80])
        return row

    async def sees(self, table: Table, row: Values) -> bool:
        """Whether the viewer sees a row; what they do not see is not there for them."""
        sight = self.viewer.sight
        if sight.is_all or (sight.modules is None and row.get("district") in sight.districts):
            return True
        statement, key = looking(table, sight.shape), {name: row[name] for name in key_of(table)}
        values = statement.values(None, {**key, **sight.values})
        return await self.connection.fetchval(statement.sql, *values) is not None

    async def row(self, table: Table, values: Values, *, lock: Lock = False) -> Values | None:
        """The first row with these values, if there is one."""
        rows = await self.rows(table, values, lock=lock, limit=1)
        return rows[0] if rows else None

    async def rows(self, table: Table, values: Values, *, lock: Lock = False, limit: int | None = None) -> list[Values]:
        """The rows with these values, by key; null stands for no value."""
        statement = selection(table, tuple((name, value is None) for name, value in values.items()), lock, limit)
        rows: list[Values] = await self.connection.fetch(statement.sql, *statement.values(None, values))
        return rows

    # --- Changing

    async def add(self, table: Table, **values: Any) -> Values:
        """A new row."""
        self._require(table, values)
        if table in GUARDED and "visibility" not in values:
            # What names others is seen at most by those who see these.
            audience = self.audience or await audience_named(self.connection, table, values)
            values |= audience.columns
        await self._require_known(values["district"])
        await self._touch_counted(table, values)
        filled = self._searchable(table, values)
        statement = insertion(table, tuple(filled))
        row: Values = await self.connection.fetchrow(statement.sql, *statement.values(None, filled))
        if table in FACTS:
            self.kept.add(table.name, row["district"], row["id"])
        self._note(table, row, None, row)
        return row

    async def change(self, table: Table, row: Values, **values: Any) -> Values:
        """`row` with other values; it must be locked."""
        self._require(table, row)
        if table in FACTS:
            await self.kept.touch(table.name, row["district"], [row["id"]])
        await self._touch_counted_by(table, row, values)
        new = {name: value for name, value in self._searchable(table, {**row, **values}).items() if name in values or (
            name in ("terms", "sort_key"))}  # fmt: skip
        statement = update_of(table, tuple(new))
        changed: Values = await self.connection.fetchrow(
            statement.sql, *statement.values(None, {**{f"old_{name}": row[name] for name in key_of(table)}, **new})
        )
        self._note(table, row, row, changed)
        if table in GUARDED and audience_in(row) != audience_in(changed):
            self.reshown.append((table, changed))
        return changed

    async def edit(self, table: Table, row: Values, given: Any, *names: str) -> Values:
        """`row` with those of the named columns that an input gives; what it leaves out stays."""
        new = {name: value for name in names if (value := getattr(given, name)) is not UNSET}
        if not new:
            raise BadArgument("name what is to be changed; what is left out stays as it is")
        return await self.change(table, row, **new)

    async def put(self, table: Table, key: Values, new: Values | None = None, **values: Any) -> Values:
        """The row with a key and these values: the one that is there, or one that begins with those of `new` too."""
        found = await self.row(table, key, lock=True)
        if found is None:
            return await self.add(table, **key, **(new or {}), **values)
        return await self.change(table, found, **values)

    async def remove(self, table: Table, row: Values) -> None:
        """Delete `row`, which must be locked and have nothing that belongs to it."""
        self._require(table, row)
        await self._touch_counted(table, row)
        if table in FACTS:
            await self.kept.touch(table.name, row["district"], [row["id"]])
        statement = deletion(table)
        await self.connection.execute(statement.sql, *(row[name] for name in statement.names))
        self._note(table, row, row, None)

    async def replant(self, table: Table, row: Values, parent: Values | None) -> Values:
        """`row` and all below it under another parent, or under none."""
        self._require(table, row)
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

    async def count_request(
        self, row: Values, *, result: int | None = None, contact: str | None = None, receipt: str | None = None
    ) -> None:
        """Count a request of the public, or refuse it; what is kept of it beside the graph is in no log."""
        client = hashlib.sha256(f"{await signing_secret(self.connection)}/{self.client}".encode()).hexdigest()
        await self.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 8))", client)
        if (
            not self.viewer.may_write
            and await count_since(self.connection, client, self.at - HOUR) >= REQUESTS_PER_HOUR
        ):
            raise TooManyRequests(REQUESTS_PER_HOUR)
        values: dict[str, Any] = {
            "district": row["district"],
            "result_id": result,
            "contact": contact,
            "receipt": receipt,
            "client": client,
            "at": self.at,
        }
        statement = insertion(citizen_contact, tuple(values))
        await self.connection.execute(statement.sql, *statement.values(None, values))

    async def put_unlogged(self, table: Table, key: Values, new: Values) -> None:
        """What is personal, written with the transaction and kept out of the change log."""
        found = await self.row(table, key, lock=True)
        if found is None:
            statement, values = insertion(table, (*key, *new)), {**key, **new}
        else:
            statement = update_of(table, tuple(new))
            values = {**{f"old_{name}": found[name] for name in key_of(table)}, **new}
        await self.connection.execute(statement.sql, *statement.values(None, values))

    async def move(self, machine: Machine, table: Table, row: Values, to: str, **values: Any) -> Values:
        """`row` in another state of its machine, or an IllegalTransition."""
        require_transition(machine, row[state_of(table)], to)
        return await self.change(table, row, **{state_of(table): to}, **values)

    def _require(self, table: Table, row: Values) -> None:
        # What everybody may do asks for itself where it goes beyond that.
        if not self.is_public:
            self.viewer.require_write(row["district"], table)

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

    async def _touch_counted_by(self, table: Table, row: Values, values: Values) -> None:
        """Touch what is counted by the columns that change: attendances by their event, events by their places."""
        changed = {name for name, value in values.items() if value != row[name]}
        if table is event and changed & {"kind", "visibility", "shared_with"}:
            of = await self.rows(attendance, {"district": row["district"], "event_id": row["id"]})
            await self.kept.touch("attendance", row["district"], [each["id"] for each in of])
        if table is platform and changed & {"area_id", "visibility"}:
            held = await self.rows(event_platform, {"platform_district": row["district"], "platform_id": row["id"]})
            for district in sorted({each["district"] for each in held}):
                ids = [each["event_id"] for each in held if each["district"] == district]
                await self.kept.touch("event", district, ids)

    def _searchable(self, table: Table, values: Values) -> dict[str, Any]:
        if table.name not in search.SEARCHED:
            return dict(values)
        sort_key, terms = search.row_search(table.name, values)
        return {**values, "sort_key": sort_key, "terms": terms}

    def _note(self, table: Table, row: Values, before: Values | None, after: Values | None) -> None:
        key = table, tuple(row[name] for name in key_of(table))
        if before == after:
            return
        self.undo.setdefault(key, (self.before.get(key, MISSING), self.after.get(key)))
        self.before.setdefault(key, before)
        self.after[key] = after

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """A part of the write that can fail by itself: what it wrote is then as if it had never been."""
        self.undo.clear()
        kept = self.kept.saved()
        try:
            async with self.connection.transaction():
                yield
                await self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                await self.connection.execute("SET CONSTRAINTS ALL DEFERRED")
        except BaseException:
            self.kept.restore(kept)
            for key, (before, after) in self.undo.items():
                if before is MISSING:
                    del self.before[key], self.after[key]
                else:
                    self.after[key] = after
            raise

    # --- Ending

    async def entry(self, mutation: str, rows: Mapping[str, Any]) -> tuple[Entry, Answer]:
        """The change log's entry of what was changed, and the global ids of what the mutation gives."""
        changes = [(key[0], before, self.after[key]) for key, before in self.before.items()]
        entry, ids = await entry_of(
            self.connection,
            [*changes, *await self._shown_again()],
            district=_owner(self, rows),
            at=self.at,
            author=self.viewer.name,
            mutation=mutation,
            also=((each.table, each.row) for each in _rows_in(rows)),
        )
        return entry, {name: _ids_in(value, ids) for name, value in rows.items()}

    async def _shown_again(self) -> list[tuple[Table, None, Values]]:
        """The parts of what more people see than before, told to them as if they were new."""
        found: dict[tuple[Table, Key], Values] = {}
        for table, row in self.reshown:
            if audience_in(row) == Audience(Visibility.INTERNAL):
                continue
            for part, name in parts_of(table):
                reference = references(part)[name]
                same = {reference.district or "district": row["district"], reference.id: row["id"]}
                for each in await self.rows(part, same, limit=MAX_PARTS):
                    found[part, tuple(each[column] for column in key_of(part))] = each
        if len(found) > MAX_PARTS:
            raise BadArgument(f"this shows more than {MAX_PARTS:,} rows to others; do it in parts")
        return [(key[0], None, row) for key, row in found.items() if key not in self.after]


@dataclass(frozen=True)
class Of:
    """A row that a mutation gives, and the table it is of."""

    table: Table
    row: Values


def _rows_in(value: Any) -> Iterator[Of]:
    """The rows in what a mutation gives, however deep."""
    if isinstance(value, Of):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _rows_in(each)


def _ids_in(value: Any, ids: Ids) -> Any:
    """The same with global ids in the place of rows."""
    if isinstance(value, Of):
        return ids.of(value.table, (value.row.get("district"), value.row["id"]))
    if isinstance(value, Mapping):
        return {name: _ids_in(each, ids) for name, each in value.items()}
    return [_ids_in(each, ids) for each in value] if isinstance(value, list) else value


def require_of(district: str, row: Values | None, name: str) -> None:
    """BadArgument when `row`, which the input calls `name`, belongs to another district."""
    if row is not None and row["district"] != district:
        raise BadArgument(f"{camel(name)} must belong to {district}, got one of {row['district']}")


def require_beginning(machine: Machine, status: str) -> None:
    """BadArgument when nothing begins with `status`."""
    if status not in machine.beginnings:
        raise BadArgument(f"status must be one of {', '.join(machine.beginnings)}, got {status}")


def require_not_closed(place: Values, name: str) -> None:
    """BadArgument when a platform is closed for good."""
    if place["status"] == PlatformStatus.CLOSED:
        raise BadArgument(f"{name} must be at work, and {place['name']} is CLOSED")


def require_transition(machine: Machine, current: str, wanted: str) -> None:
    """IllegalTransition unless `wanted` may follow `current`."""
    if not machine.allows(current, wanted):
        raise IllegalTransition(machine.name, str(current), str(wanted), [str(each) for each in machine.after(current)])


def _owner(current: Write, rows: Mapping[str, Any]) -> str:
    """The district of the first row that was changed, or of one that is as it was."""
    changed = (row for row in (*current.after.values(), *current.before.values()) if row is not None)
    given = (each.row for each in _rows_in(rows) if "district" in each.table.c)
    return next((str(row["district"]) for row in (*changed, *given)), "")
