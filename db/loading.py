"""Loading a folder of CSV files in one transaction: all of it, or nothing and a list of what is wrong.

Files are read and resolved in Python, copied into staging tables and merged from there. Rows are known again by their
keys, so loading the same folder twice rewrites nothing; rows that are in no file stay as they are.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncpg import Connection, DataError, IntegrityConstraintViolationError, UniqueViolationError
from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    Table,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql import ClauseElement

from db import search
from db.counters import count_all
from db.csvfiles import LAYOUTS, Layout, LoadError, Problem, Sheet, read_folder
from db.events import ADD_PARTICIPANTS, event, event_participant
from db.references import known_rows, resolve, sql_text

__all__ = ["Counts", "LoadError", "LoadReport", "Problem", "Progress", "load"]

# Two loads at once would give one new key two ids.
LOAD_LOCK = 7_330_100

# What repeats the start of its event, and who takes part in it, which has no file.
FOLLOWING = (*(layout.table for layout in LAYOUTS.values() if layout.follows_event), event_participant)

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is to do."""


Before = Mapping[str, Any] | None
Log = Callable[[Connection, "Sequence[tuple[Table, Before, Before]]"], Awaitable[None]]
"""Told, in the transaction, of each row that a load made or changed: its table, and the row before and after."""


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a file."""

    read: int
    inserted: int
    changed: int

    @property
    def unchanged(self) -> int:
        return self.read - self.inserted - self.changed


@dataclass(frozen=True)
class LoadReport:
    """What a load did, by table."""

    tables: Mapping[str, Counts]

    @property
    def total(self) -> Counts:
        counts = self.tables.values()
        return Counts(sum(c.read for c in counts), sum(c.inserted for c in counts), sum(c.changed for c in counts))


async def load(
    connection: Connection, folder: Path, progress: Progress | None = None, log: Log | None = None
) -> LoadReport:
    """Load every CSV file of `folder`, or raise a `LoadError` and leave the database as it was."""
    sheets, problems = await asyncio.to_thread(read_folder, folder)
    await search.register(connection)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOAD_LOCK)
        directory = await known_rows(connection, sheets)
        problems += resolve(sheets, directory)
        if problems:
            raise LoadError(_in_order(problems))
        stages = [Stage(sheet) for sheet in sheets.values()]
        for stage in stages:
            await stage.fill(connection)
            problems += await stage.broken_rules(connection)
        if problems:
            raise LoadError(_in_order(problems))
        total = sum(len(sheet.rows) for sheet in sheets.values())
        counts: dict[str, Counts] = {}
        before = await _pictured(connection, stages) if log else {}
        try:
            for stage in stages:
                counts[stage.layout.table.name] = await stage.merge(connection)
                if progress:
                    progress("rows loaded", sum(c.read for c in counts.values()), total)
            await connection.execute(ADD_PARTICIPANTS)
            await count_all(connection)
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            if log is not None:
                after = await _pictured(connection, stages)
                rows = [(key[0], before.get(key), row) for key, row in after.items()]
                await log(connection, [each for each in rows if each[1] != each[2]])
        except (IntegrityConstraintViolationError, DataError) as error:
            raise LoadError([_refusal(error)]) from None
        for stage in stages:
            await connection.execute(sql_text(DropTable(stage.staged)))
    return LoadReport(counts)


async def _pictured(connection: Connection, stages: Sequence["Stage"]) -> dict[tuple[Table, Any], Mapping[str, Any]]:
    """All rows that a load may make or change, as they are, by table and key."""
    found = {}
    for stage in stages:
        for table, row in await stage.rows(connection):
            found[table, tuple(row[column.name] for column in table.primary_key)] = row
    return found


class Stage:
    """A sheet's rows on their way: copied beside their table, checked there, and merged in one statement."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.layout: Layout = sheet.layout
        table = self.layout.table
        # Rows without a key of their own get their ids when they are inserted.
        left_out = {"path"} if self.layout.key else {"path", "id"}
        self.columns = [column.name for column in table.columns if column.name not in left_out]
        copies = (Column(name, table.c[name].type) for name in self.columns)
        self.staged = Table(
            f"staged_{table.name}", MetaData(), Column("line", Integer), *copies, prefixes=["TEMPORARY"]
        )

    async def fill(self, connection: Connection) -> None:
        await connection.execute(sql_text(CreateTable(self.staged)))
        records = [(row.line, *(row.values.get(name) for name in self.columns)) for row in self.sheet.rows]
        await connection.copy_records_to_table(self.staged.name, records=records, columns=["line", *self.columns])

    async def broken_rules(self, connection: Connection) -> list[Problem]:
        """The lines that a constraint of the table would refuse, told by the constraint's name."""
        problems = []
        for constraint in self.layout.table.constraints:
            if isinstance(constraint, CheckConstraint):
                broken = select(self.staged.c.line).where(text(f"({constraint.sqltext}) IS FALSE")).order_by("line")
                for (line,) in await connection.fetch(sql_text(broken)):
                    problems.append(Problem(self.layout.file, line, None, _in_words(self.layout, str(constraint.name))))
        return problems

    async def rows(self, connection: Connection) -> list[tuple[Table, Mapping[str, Any]]]:
        """The rows that the sheet speaks of, and of events those that follow them."""
        table, identity, staged = self.layout.table, self.layout.identity, self.staged.c
        same = (table.c[name].is_not_distinct_from(staged[name]) for name in identity)
        own = await connection.fetch(sql_text(select(*table.c).where(*same).order_by(staged.line)))
        found = [(table, row) for row in own]
        for other in FOLLOWING if table is event else ():
            follows = (other.c.district == staged.district, other.c.event_id == staged.id)
            rows = await connection.fetch(sql_text(select(*other.c).where(*follows).order_by(*other.primary_key)))
            found += [(other, row) for row in rows]
        return found

    async def merge(self, connection: Connection) -> Counts:
        """Insert what is new and update what differs."""
        inserted, changed = await connection.fetchrow(sql_text(self._merging()))
        if changed and self.layout.table is event:
            for table in FOLLOWING:
                await connection.execute(sql_text(self._moving(table)))
        return Counts(len(self.sheet.rows), inserted, changed)

    def _merging(self) -> ClauseElement:
        table, identity = self.layout.table, self.layout.identity
        values = [self._value(table.c[name]) for name in self.columns]
        rows = insert(table).from_select(self.columns, select(*values).order_by(self.staged.c.line))
        rest = [name for name in self.columns if name not in (*identity, "id")]
        if rest:
            new = rows.excluded
            differs = or_(*(table.c[name].is_distinct_from(new[name]) for name in rest))
            rows = rows.on_conflict_do_update(
                index_elements=identity, set_={name: new[name] for name in rest}, where=differs
            )
        else:
            rows = rows.on_conflict_do_nothing(index_elements=identity)
        # A row version that nothing has replaced yet and that replaced nothing has no xmax: it was inserted.
        merged = rows.returning(literal_column("xmax = 0").label("is_new")).cte("merged")
        is_new = merged.c.is_new
        return select(func.count().filter(is_new), func.count().filter(~is_new)).select_from(merged)

    def _value(self, column: Column[Any]) -> Any:
        staged = self.staged.c[column.name]
        default: Any = column.server_default
        return staged if default is None or column.name == "id" else func.coalesce(staged, default.arg)

    def _moving(self, table: Table) -> ClauseElement:
        """Takes the rows that repeat the start of an event along when it moves."""
        staged = self.staged
        return (
            update(table)
            .values(starts_at=staged.c.starts_at)
            .where(table.c.district == staged.c.district, table.c.event_id == staged.c.id)
            .where(table.c.starts_at != staged.c.starts_at)
        )


def _in_order(problems: list[Problem]) -> list[Problem]:
    files = [layout.file for layout in LAYOUTS.values()]
    return sorted(problems, key=lambda p: (files.index(p.file) if p.file in files else -1, p.row or 0))


def _in_words(layout: Layout, constraint: str) -> str:
    """The rule a constraint holds; constraints are named after what they hold."""
    words = constraint.removeprefix(f"{layout.table.name}_")
    words = re.sub(r"_(check|key|fkey|pkey|idx)$", "", words).replace("_", " ")
    return f"this rule is broken: {words}"


def _refusal(error: IntegrityConstraintViolationError | DataError) -> Problem:
    """What the database refused in spite of the checks before: mostly a clash with a row that is in no file."""
    layout = LAYOUTS.get(error.table_name or "")
    if layout is None or not error.constraint_name:
        return Problem(error.table_name or "the folder", None, None, str(error))
    if error.constraint_name.endswith("_parent_fkey"):
        message = "a row that moves in its tree needs its descendants in the file too"
    elif isinstance(error, UniqueViolationError):
        message = f"another row has these values: {error.detail}"
    else:
        message = _in_words(layout, error.constraint_name)
    return Problem(layout.file, None, None, message)
