"""CSV files in the form of the tables: which columns each has, derived from the tables, and reading them into rows.

What is wrong is gathered with its line and column rather than reported one at a time; nothing here knows the database.
"""

import csv
import difflib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table, UniqueConstraint
from sqlalchemy import types as sql
from sqlalchemy.dialects.postgresql import ARRAY

from db import areas, discussions, events, figures, members, organizations, platforms, results
from db.tables import FAR, metadata

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAX_PROBLEMS = 100

# A year outside these is a slip of the pen, and PostgreSQL and Python end at different ones.
YEARS = range(1900, 2101)

# The columns of a row that the loader makes from the others.
DERIVED = {"id", "path", "parent_path", "terms", "sort_key", "tenant"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, at which line (1 is the header) and column if known, and what would be right."""

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place}: {self.message}" if self.column is None else f"{place}: {self.column}: {self.message}"


class LoadError(ValueError):
    """Nothing was loaded, for these reasons; at most `MAX_PROBLEMS` are told."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems[:MAX_PROBLEMS]
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Reference:
    """A column holding another row's key: `own` stays in the district, `far` may leave it, `shared` has none."""

    reach: str
    target: str


@dataclass(frozen=True)
class Field:
    """A column of a file: the table's column it fills, and how an empty cell is taken."""

    name: str
    column: Column[Any]
    required: bool
    reference: Reference | None


@dataclass(frozen=True)
class Layout:
    """The form of one table's file; `identity` are the table's columns by which a row is known again."""

    table: Table
    fields: Mapping[str, Field]
    identity: tuple[str, ...]
    key: str | None

    @property
    def file(self) -> str:
        return f"{self.table.name}.csv"

    @property
    def follows_event(self) -> bool:
        """Whether the rows repeat the start of their event."""
        return "event_id" in self.table.c and "starts_at" in self.table.c

    @property
    def is_tree(self) -> bool:
        return "parent_path" in self.table.c


@dataclass
class Row:
    """A line of a file: its cells by file column, and what they become in the table."""

    line: int
    cells: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sheet:
    """What one file holds. Keys of a sheet that is not whole may be missing, so references to it prove nothing."""

    layout: Layout
    rows: list[Row] = field(default_factory=list)
    is_whole: bool = True


def _layout(table: Table) -> Layout:
    fields = (_field(table, column) for column in table.columns if _is_in_file(table, column))
    identity = _identity(table)
    naming = [column for column in identity if column != "district"]
    if table.name == "area":
        # A reference names an area by its code; which list it is from is said only where that matters.
        naming = ["code"]
    key = naming[0] if "id" in table.c and len(naming) == 1 else None
    return Layout(table, {field.name: field for field in fields}, identity, key)


def _identity(table: Table) -> tuple[str, ...]:
    """The key if there is one, else what makes a link unique, else the one other set of columns that must differ."""
    primary = tuple(column.name for column in table.primary_key.columns)
    if "id" not in primary:
        return primary
    uniques = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    candidates = [tuple(column.name for column in unique.columns) for unique in uniques]
    candidates = [columns for columns in candidates if "id" not in columns]
    return next((columns for columns in candidates if "key" in columns), candidates[0])


def _is_in_file(table: Table, column: Column[Any]) -> bool:
    is_events_start = column.name == "starts_at" and "event_id" in table.c
    return column.name not in DERIVED and not column.name.endswith("_district") and not is_events_start


def _field(table: Table, column: Column[Any]) -> Field:
    required = column.server_default is None and (not column.nullable or column.name in ("key", "slug"))
    if not column.name.endswith("_id"):
        return Field(column.name, column, required, None)
    name = column.name.removesuffix("_id")
    if f"{name}_district" in table.c:
        return Field(name, column, required, Reference("far", column.info[FAR]))
    target = next(key.column.table for key in column.foreign_keys)
    return Field(name, column, required, Reference("own" if "district" in target.c else "shared", target.name))


def _layouts(*modules: ModuleType) -> dict[str, Layout]:
    # Who takes part in an event follows from its organizers and platforms and has no file.
    named = {id(table) for module in modules for table in vars(module).values() if isinstance(table, Table)}
    tables = [t for t in metadata.sorted_tables if id(t) in named and t is not events.event_participant]
    return {table.name: _layout(table) for table in tables}


LAYOUTS = _layouts(areas, organizations, platforms, members, events, discussions, results, figures)
"""The file of each table, a table after those it refers to."""


def read_folder(folder: Path) -> tuple[dict[str, Sheet], list[Problem]]:
    """The sheets of a folder of CSV files, in the order of `LAYOUTS`, and all that is wrong with them."""
    if not folder.is_dir():
        return {}, [Problem(str(folder), None, None, "there is no such folder")]
    found: dict[str, Sheet] = {}
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        if layout := LAYOUTS.get(path.stem):
            found[path.stem] = _read(path, layout, problems)
        else:
            message = f"no table has this name{_nearest(path.stem, LAYOUTS)}; tables: {', '.join(LAYOUTS)}"
            problems.append(Problem(path.name, None, None, message))
    if not found and not problems:
        problems.append(Problem(str(folder), None, None, "there is no CSV file in this folder"))
    return {name: found[name] for name in LAYOUTS if name in found}, problems


def _read(path: Path, layout: Layout, problems: list[Problem]) -> Sheet:
    sheet = Sheet(layout)
    before = len(problems)
    text = _decode(path, problems)
    lines = [] if text is None else list(_lines(text, layout.file, problems))
    if not lines:
        if len(problems) == before:
            message = f"the file is empty; its header is {','.join(layout.fields)}"
            problems.append(Problem(layout.file, 1, None, message))
        sheet.is_whole = False
        return sheet
    (_, header), *records = lines
    header = [name.strip() for name in header]
    if not _header_fits(header, layout, problems):
        sheet.is_whole = False
        return sheet
    for line, cells in records:
        if len(cells) != len(header):
            message = f"{len(cells)} cells where the header has {len(header)}"
            problems.append(Problem(layout.file, line, None, message))
        else:
            sheet.rows.append(_row(line, dict(zip(header, cells, strict=True)), layout, problems))
    sheet.is_whole = len(problems) == before
    return sheet


def _decode(path: Path, problems: list[Problem]) -> str | None:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            line = data[: error.start].count(b"\n") + 1
            problems.append(Problem(path.name, line, None, "these bytes are neither UTF-8 nor GB18030"))
            return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.append(Problem(path.name, line, None, "there is a NUL character, which no text can hold"))
        return None
    return text


def _lines(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(file, begin, None, f"this is no CSV: {error}"))


def _header_fits(header: list[str], layout: Layout, problems: list[Problem]) -> bool:
    before = len(problems)
    for name in dict.fromkeys(header):
        if name not in layout.fields:
            message = f"unknown column{_nearest(name, layout.fields)}; columns: {', '.join(layout.fields)}"
            problems.append(Problem(layout.file, 1, name, message))
        elif header.count(name) > 1:
            message = f"the column stands {header.count(name)} times in the header"
            problems.append(Problem(layout.file, 1, name, message))
    for required in layout.fields.values():
        if required.required and required.name not in header:
            problems.append(Problem(layout.file, 1, required.name, "the column is missing and its value required"))
    return len(problems) == before


def _nearest(name: str, names: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f", did you mean {near[0]}" if near else ""


def _row(line: int, cells: dict[str, str], layout: Layout, problems: list[Problem]) -> Row:
    row = Row(line, dict.fromkeys(layout.fields))
    for name, raw in cells.items():
        column = layout.fields[name]
        text = raw.strip()
        try:
            if text:
                row.cells[name] = text if column.reference else _parse(text, column.column)
            elif column.required:
                raise ValueError("the value is required")
        except ValueError as error:
            problems.append(Problem(layout.file, line, name, str(error)))
    return row


def _parse(text: str, column: Column[Any]) -> object:
    kind = column.type
    if isinstance(kind, sql.Enum):
        if text not in kind.enums:
            raise ValueError(f"{text!r} is not one of {', '.join(kind.enums)}")
        return text
    if isinstance(kind, ARRAY):
        return [item.strip() for item in text.split(";") if item.strip()]
    parser = next((parser for types, parser in _PARSERS if isinstance(kind, types)), str)
    return parser(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def _whole_number(bits: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # Python also takes underscores and other scripts' digits, which are slips here.
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or abs(int(text)) >= 2 ** (bits - 1):
            raise ValueError(f"{text!r} is no whole number below {2 ** (bits - 1)}")
        return int(text)

    return parse


def _number(text: str) -> float:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) or not isfinite(float(text)):
        raise ValueError(f"{text!r} is no number, written like 12 or 0.5")
    return float(text)


def _date(text: str) -> date:
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no date, written like 2023-06-30") from None
    if value.year not in YEARS:
        raise ValueError(f"the year {value.year} is not between {YEARS[0]} and {YEARS[-1]}")
    return value


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time, written like 2023-06-30T09:00 or 2023-06-30") from None
    if value.year not in YEARS:
        raise ValueError(f"the year {value.year} is not between {YEARS[0]} and {YEARS[-1]}")
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


# The first that fits counts: a small integer is an integer to SQLAlchemy.
_PARSERS: tuple[tuple[type[sql.TypeEngine[Any]], Callable[[str], object]], ...] = (
    (sql.Boolean, _boolean),
    (sql.SmallInteger, _whole_number(16)),
    (sql.BigInteger, _whole_number(64)),
    (sql.Integer, _whole_number(32)),
    (sql.Float, _number),
    (sql.DateTime, _time),
    (sql.Date, _date),
)
