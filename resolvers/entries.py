"""What the change log keeps of a write: each row before and after, and the places it belongs to.

Rows are kept by the names the graph has for their columns, with global ids for what these name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from asyncpg import Connection
from sqlalchemy import Table

from db.changes import ChangedRow, Entry, append
from db.enums import ChangeType
from db.tables import Place, Values, metadata, references
from resolvers.audiences import Audiences, audiences_of, named_rows, rows_at
from resolvers.concepts import NODES
from resolvers.edges import HIDDEN, Concept
from resolvers.ids import make_id

# A table, and one of its rows before and after; null where there was none, or is none.
Change = tuple[Table, Values | None, Values | None]

_LEFT_OUT = HIDDEN | {"id", "path"}


@cache
def concept_of(table: Table) -> Concept | None:
    """The concept whose rows have global ids and are this table's."""
    return next((concept for concept in NODES if concept.table is table), None)


def camel(name: str) -> str:
    """`starts_at` as the graph has it."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


@dataclass(frozen=True)
class Ids:
    """Global ids of rows, for which the kind of some had to be looked up."""

    typenames: Mapping[tuple[str, Place], str]

    def of(self, table: Table, place: Place) -> str | None:
        """The global id of a row; null when it is gone or has none."""
        concept = concept_of(table)
        if concept is None:
            return None
        typename = self.typenames.get((table.name, place)) if concept.kind_column else concept.name
        key = place if "district" in concept.key else place[1:]
        return None if typename is None else make_id(typename, [part for part in key if part is not None])


async def ids_of(connection: Connection, rows: Iterable[tuple[Table, Values]]) -> Ids:
    """What is needed to give global ids to rows and to all they refer to."""
    known: dict[tuple[str, Place], str] = {}
    wanted: dict[Table, set[Place]] = defaultdict(set)
    for table, row in rows:
        concept = concept_of(table)
        if concept is not None and concept.kind_column:
            known[table.name, (row.get("district"), row["id"])] = concept.type_names[row[concept.kind_column]]
        for reference in references(table).values():
            place = reference.place(row)
            if place is not None:
                wanted[reference.target].add(place)
    for table, places in wanted.items():
        concept = concept_of(table)
        missing = [place for place in places if (table.name, place) not in known]
        if concept is None or concept.kind_column is None or not missing:
            continue
        found = await rows_at(connection, table, missing, concept.kind_column)
        for place, row in found.items():
            known[table.name, place] = concept.type_names[row[concept.kind_column]]
    return Ids(known)


def image(table: Table, row: Values, ids: Ids) -> str:
    """A row as JSON."""
    return orjson.dumps(dict(_pictured(table, row, ids)), default=str).decode()


def _pictured(table: Table, row: Values, ids: Ids) -> Iterator[tuple[str, Any]]:
    referring = {reference.id: (name, reference) for name, reference in references(table).items()}
    districts = {reference.district for reference in references(table).values()} - {"district"}
    for column in table.columns:
        if column.name in referring:
            name, reference = referring[column.name]
            place = reference.place(row)
            yield camel(name), None if place is None else ids.of(reference.target, place) or f"{place[1]}"
        elif column.name not in _LEFT_OUT and column.name not in districts:
            yield camel(column.name), row[column.name]


def changed_rows(
    table: Table, before: Values | None, after: Values | None, ids: Ids, audiences: Audiences
) -> list[ChangedRow]:
    """What became of a row; nothing when it was made and deleted again.

    When others see it than before, it is told as deleted to those who saw it, and as created to those who see it.
    """
    if before and after and audiences.of(table, before) != audiences.of(table, after):
        gone = changed_rows(table, before, None, ids, audiences)
        return gone + changed_rows(table, None, after, ids, audiences)
    row = after or before
    if row is None:
        return []
    action = "UPDATED" if before and after else "CREATED" if after else "DELETED"
    place = (row.get("district"), row["id"]) if "id" in table.c else None
    own = (each.place(row) for each in references(table).values() if each.district == "district")
    owner = place or next((at for at in own if at is not None), (row.get("district"), None))
    audience = audiences.of(table, row)
    line = ChangedRow(
        type=ChangeType[table.name.upper()],
        action=action,
        row_district=owner[0],
        row_id=owner[1],
        node_id=None if place is None else ids.of(table, place),
        before=image(table, before, ids) if before else None,
        after=image(table, after, ids) if after else None,
        visibility=audience.visibility,
        shared_with=audience.shared_with,
        parts=sorted({id_ for each in (before, after) if each for _, id_ in named_rows(table, each)}),
    )
    return [line]


async def places_of(connection: Connection, rows: Iterable[tuple[Table, Values]]) -> set[int]:
    """The areas and platforms that rows belong to, with all above them."""
    named: dict[str, set[Place]] = {name: set() for name in ("platform", "event", "result", "area", "discussion")}
    districts: set[str] = set()
    for table, row in rows:
        own = (name for name in table.c.keys() if name in ("district", "participant") or name.endswith("_district"))  # noqa: SIM118
        districts |= {row[name] for name in own if row[name] is not None}
        if table.name in named:
            named[table.name].add((row.get("district"), row["id"]))
        for reference in references(table).values():
            place = reference.place(row)
            if place is not None and reference.target.name in named:
                named[reference.target.name].add(place)
    if named["discussion"]:
        table = metadata.tables["discussion"]
        for row in (await rows_at(connection, table, named["discussion"], "platform_id")).values():
            named["platform"] |= {(row["district"], row["platform_id"])} if row["platform_id"] else set()
    if named["result"]:
        named["platform"] |= await _platforms_of(connection, "result", named["result"])
        table = metadata.tables["result"]
        for row in (await rows_at(connection, table, named["result"], "event_id", "platform_id")).values():
            named["event"] |= {(row["district"], row["event_id"])} if row["event_id"] else set()
            named["platform"] |= {(row["district"], row["platform_id"])} if row["platform_id"] else set()
    if named["event"]:
        named["platform"] |= await _platforms_of(connection, "event", named["event"])
    places: set[int] = set()
    areas = {place[1] for place in named["area"]}
    if named["platform"]:
        for row in (
            await rows_at(connection, metadata.tables["platform"], named["platform"], "path", "area_id")
        ).values():
            places.update(row["path"])
            areas.add(row["area_id"])
    for row in await connection.fetch(
        "SELECT path FROM area WHERE id = ANY ($1) OR (code = ANY ($2) AND valid_to IS NULL)",
        list(areas), list(districts),
    ):  # fmt: skip
        places.update(row["path"])
    return places


async def _platforms_of(connection: Connection, name: str, places: Iterable[Place]) -> set[Place]:
    """The platforms that events or results are tied to."""
    districts, ids = zip(*places, strict=True)
    statement = (
        f"SELECT platform_district, platform_id FROM {name}_platform"  # noqa: S608
        f" WHERE district = ANY ($1) AND {name}_id = ANY ($2)"
    )
    return {(row[0], row[1]) for row in await connection.fetch(statement, list(set(districts)), list(ids))}


async def entry_of(
    connection: Connection,
    changes: Sequence[Change],
    *,
    district: str,
    at: datetime,
    author: str,
    mutation: str,
    also: Iterable[tuple[Table, Values]] = (),
) -> tuple[Entry, Ids]:
    """The change log's entry of what was changed, and the global ids of that and of `also`."""
    noted = [(table, row) for table, *both in changes for row in both if row is not None]
    ids = await ids_of(connection, [*noted, *also])
    audiences = await audiences_of(connection, noted)
    return Entry(
        district=district,
        at=at,
        author=author,
        mutation=mutation,
        places=sorted(await places_of(connection, noted)),
        rows=[line for each in changes for line in changed_rows(*each, ids, audiences)],
    ), ids


LOADED_AT_ONCE = 1_000
"""How many rows an entry of a load has at most."""


async def log_load(connection: Connection, rows: Sequence[Change]) -> None:
    """Write what a load changed into the change log, in entries of a thousand rows."""
    for start in range(0, len(rows), LOADED_AT_ONCE):
        part = rows[start : start + LOADED_AT_ONCE]
        owners = (row["district"] for table, *both in part for row in both if row is not None and "district" in table.c)
        entry, _ = await entry_of(
            connection, part, district=next(owners, ""), at=datetime.now(UTC), author="operator", mutation="load"
        )
        await append(connection, entry)
