"""From the keys that rows carry in files to the ids, paths and starting times that the tables want."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from asyncpg import Connection
from sqlalchemy import Index, UniqueConstraint, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import ClauseElement

from db import search
from db.csvfiles import LAYOUTS, MAX_PROBLEMS, Field, Layout, Problem, Reference, Row, Sheet
from db.enums import ResultKind
from db.machines import RESULTS


def sql_text(statement: ClauseElement | ExecutableDDLElement) -> str:
    """A statement in the form that the driver takes."""
    return str(statement.compile(dialect=dialect()))  # type: ignore[no-untyped-call]


class Place(NamedTuple):
    """Where a key leads: its district (none for shared rows) and the row; areas also have the list they are from."""

    district: str | None
    id: int
    vintage: date | None = None
    code_system: str | None = None

    def is_row(self, cells: Mapping[str, Any]) -> bool:
        """Whether a line of a file, known to have the key, is this row."""
        if self.vintage is None:
            return self.district == cells.get("district")
        return (self.vintage, self.code_system) == (cells["vintage"], cells["code_system"])


class Directory:
    """Every row that the files bring or speak of: those in the database and those about to be."""

    def __init__(self) -> None:
        self.places: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        self.paths: dict[int, list[int]] = {}
        self.starts: dict[int, datetime] = {}
        self.rows: dict[int, Row] = {}
        # Tables whose files are not whole: that a key is unknown there proves nothing.
        self.doubtful: set[str] = set()

    def find(self, reference: Reference, text: str, district: str | None) -> list[Place]:
        """The rows that `text` may mean, seen from `district`: one, if all is well."""
        key, qualifier = _parts(reference, text)
        places = self.places[reference.target].get(key, [])
        if reference.target == "area":
            return _of_vintage(places, qualifier)
        if reference.reach == "own" or qualifier:
            return [place for place in places if place.district == (qualifier or district)]
        return places

    def why(self, reference: Reference, text: str) -> str:
        """What is wrong with `text`, which means no row or more than one, and what would be right."""
        table, (key, _) = reference.target, _parts(reference, text)
        districts = sorted({place.district for place in self.places[table].get(key, []) if place.district})
        if not districts:
            near = difflib.get_close_matches(key, self.places[table].keys() - {key}, n=1)
            return f"no {table} has the key {text!r}" + "".join(f", did you mean {name!r}" for name in near)
        owners = ", ".join(districts)
        if reference.reach == "far" and key == text:
            return f"several districts ({owners}) have a {table} with the key {key!r}: write {districts[0]}/{key}"
        return f"this district has no {table} with the key {key!r}, but {owners} has"


def _parts(reference: Reference, text: str) -> tuple[str, str | None]:
    """A key, and the list or the district that it is said to be from."""
    if reference.target == "area":
        key, _, vintage = text.partition("@")
        return key, vintage or None
    if reference.reach == "far" and (match := re.fullmatch("([0-9]+)/(.+)", text)):
        return match[2], match[1]
    return text, None


def _of_vintage(places: list[Place], vintage: str | None) -> list[Place]:
    if vintage:
        return [place for place in places if str(place.vintage) == vintage]
    newest = max((place.vintage for place in places if place.vintage), default=None)
    return [place for place in places if place.vintage == newest]


async def known_rows(connection: Connection, sheets: Mapping[str, Sheet]) -> Directory:
    """What the database has of the rows that the files bring or speak of, and ids for those it has not."""
    directory = Directory()
    for name, keys in _keys(sheets).items():
        layout = LAYOUTS[name]
        for record in await connection.fetch(_select_places(layout), sorted(keys)):
            place = Place(record.get("district"), record["id"], record.get("vintage"), record.get("code_system"))
            directory.places[name][record[layout.key]].append(place)
            if layout.is_tree:
                directory.paths[place.id] = record["path"]
            if name == "event":
                directory.starts[place.id] = record["starts_at"]
    for name, sheet in sheets.items():
        if not sheet.is_whole:
            directory.doubtful.add(name)
        if sheet.layout.key:
            await _give_ids(connection, sheet, directory)
    return directory


def _keys(sheets: Mapping[str, Sheet]) -> dict[str, set[str]]:
    keys: dict[str, set[str]] = defaultdict(set)
    for name, sheet in sheets.items():
        for row in sheet.rows:
            if sheet.layout.key and (key := row.cells[sheet.layout.key]):
                keys[name].add(key)
            if district := row.cells.get("district"):
                keys["area"].add(district)
            for _, reference, text in _references(sheet, row):
                keys[reference.target].add(_parts(reference, text)[0])
    return keys


def _references(sheet: Sheet, row: Row) -> Iterator[tuple[Field, Reference, str]]:
    for field in sheet.layout.fields.values():
        if field.reference and (text := row.cells[field.name]):
            yield field, field.reference, text


def _select_places(layout: Layout) -> str:
    table = layout.table
    key = str(layout.key)
    wanted = ("district", "id", key, "vintage", "code_system", "path", "starts_at")
    columns = [table.c[name] for name in wanted if name in table.c]
    return sql_text(select(*columns).where(table.c[key] == any_(bindparam("keys", type_=ARRAY(TEXT)))))


async def _give_ids(connection: Connection, sheet: Sheet, directory: Directory) -> None:
    key = str(sheet.layout.key)
    places = directory.places[sheet.layout.table.name]
    new: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in sheet.rows:
        identity = tuple(row.cells[name] for name in sheet.layout.identity)
        if None in identity:
            continue
        if known := next((place for place in places[row.cells[key]] if place.is_row(row.cells)), None):
            row.values["id"] = known.id
        else:
            new[identity].append(row)
    numbers = await connection.fetch("SELECT nextval('entity_id') FROM generate_series(1, $1)", len(new))
    for rows, (number,) in zip(new.values(), numbers, strict=True):
        cells = rows[0].cells
        place = Place(cells.get("district"), number, cells.get("vintage"), cells.get("code_system"))
        places[cells[key]].append(place)
        for row in rows:
            row.values["id"] = number
    directory.rows.update((row.values["id"], row) for row in sheet.rows if "id" in row.values)
    if sheet.layout.table.name == "event":
        starts = ((row.values.get("id"), row.cells["starts_at"]) for row in sheet.rows)
        directory.starts.update((number, start) for number, start in starts if number and start)


def resolve(sheets: Mapping[str, Sheet], directory: Directory) -> list[Problem]:
    """Fill in the values of every row: references, paths, starting times and what is searched."""
    problems: list[Problem] = []
    for sheet in sheets.values():
        for row in sheet.rows:
            # To look for the nearest key takes time, and more problems than these are never told.
            if len(problems) >= MAX_PROBLEMS:
                return problems
            _resolve_row(sheet, row, directory, problems)
    for name, sheet in sheets.items():
        for row in sheet.rows:
            if sheet.layout.is_tree and "id" in row.values:
                _place_in_tree(sheet, row, directory, problems)
            if name in search.SEARCHED and all(row.cells[column] for column in sheet.layout.identity):
                row.values["sort_key"], row.values["terms"] = search.row_search(name, row.values)
        problems += _duplicates(sheet)
    if "membership" in sheets:
        problems += _overlapping_leads(sheets["membership"])
    return problems


def _resolve_row(sheet: Sheet, row: Row, directory: Directory, problems: list[Problem]) -> None:
    layout, district = sheet.layout, row.cells.get("district")
    row.values |= {f.column.name: row.cells[f.name] for f in layout.fields.values() if not f.reference}

    def complain(column: str, message: str) -> None:
        problems.append(Problem(layout.file, row.line, column, message))

    if district and district not in directory.places["area"] and "area" not in directory.doubtful:
        complain("district", f"no area has the code {district!r}")
    for field, reference, text in _references(sheet, row):
        places = directory.find(reference, text, district)
        if len(places) == 1:
            row.values[field.column.name] = places[0].id
            if reference.reach == "far":
                row.values[f"{field.name}_district"] = places[0].district
        elif reference.target not in directory.doubtful:
            complain(field.name, directory.why(reference, text))
    if layout.follows_event:
        row.values["starts_at"] = directory.starts.get(row.values.get("event_id", 0))
    if layout.table.name == "area" and row.cells["code"]:
        row.values["tenant"] = row.cells["code"][:6]
    if layout.table.name == "result" and row.cells["kind"] and row.cells["status"]:
        allowed = RESULTS[ResultKind[row.cells["kind"]]].states
        if row.cells["status"] not in allowed:
            complain("status", f"a {row.cells['kind']} is one of {', '.join(allowed)}, not {row.cells['status']}")


def _place_in_tree(sheet: Sheet, row: Row, directory: Directory, problems: list[Problem]) -> None:
    """Give the row the ids of its ancestors, which may stand further down in the file or in the database only."""
    path: list[int] = []
    step = row
    while parent := step.values.get("parent_id"):
        if parent in path:
            # The row hangs below a circle; the rows of the circle tell of it.
            return
        if parent not in directory.rows:
            path = [*directory.paths[parent], *path]
            break
        path.insert(0, parent)
        if parent == row.values["id"]:
            break
        step = directory.rows[parent]
    if row.values["id"] in path:
        key, circle = str(sheet.layout.key), path[path.index(row.values["id"]) :]
        names = [directory.rows[number].cells[key] if number in directory.rows else "…" for number in circle]
        message = f"the row would be its own ancestor: {' → '.join([*names, row.cells[key]])}"
        problems.append(Problem(sheet.layout.file, row.line, "parent", message))
    row.values["parent_path"] = path


def _duplicates(sheet: Sheet) -> Iterator[Problem]:
    """Rows that repeat an earlier one in columns that must differ."""
    table = sheet.layout.table
    rules: dict[tuple[str, ...], bool] = {sheet.layout.identity: False}
    uniques: list[UniqueConstraint | Index] = [index for index in table.indexes if index.unique]
    uniques += [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    for unique in uniques:
        names = tuple(column.name for column in unique.columns)
        if "id" not in names:
            rules[names] = bool(unique.dialect_options["postgresql"].get("nulls_not_distinct"))
    for names, nulls_count in rules.items():
        shown = [name.removesuffix("_id") for name in names if not name.endswith("_district")]
        first: dict[tuple[object, ...], int] = {}
        for row in sheet.rows:
            values = tuple(row.values.get(name) for name in names)
            if None in values and not (nulls_count and any(value is not None for value in values[1:])):
                continue
            line = first.setdefault(values, row.line)
            if line != row.line:
                message = f"the same {', '.join(shown)} as in line {line}; each may stand only once"
                yield Problem(sheet.layout.file, row.line, shown[-1], message)


def _overlapping_leads(sheet: Sheet) -> Iterator[Problem]:
    """Leads of one platform whose days overlap; a missing date is an open end."""
    terms: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
    for row in sheet.rows:
        platform = row.values.get("platform_id")
        if row.cells["role"] == "LEAD" and platform:
            start, end = row.cells["starts_on"] or date.min, row.cells["ends_on"] or date.max
            terms[platform].append((start, end, row.line))
    for leads in terms.values():
        for (_, end, line), (start, _, next_line) in pairwise(sorted(leads)):
            if start <= end:
                message = f"a platform has one lead at a time, and the lead of line {line} has not ended by then"
                yield Problem(sheet.layout.file, next_line, "starts_on", message)
