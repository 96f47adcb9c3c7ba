"""Who sees a row at the moment it is written, for the change log and for what begins with the visibility of another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from asyncpg import Connection
from sqlalchemy import Table

from db.enums import Visibility
from db.tables import Place, Values, references
from resolvers.errors import BadArgument
from resolvers.policy import GUARDED, PARTS

MAX_DISTRICTS = 100


@dataclass(frozen=True)
class Audience:
    """Who sees a row beside its own district. What is shared with no district in particular is with all partners."""

    visibility: Visibility = Visibility.PUBLIC
    shared_with: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """What a row says of it."""
        return {"visibility": self.visibility, "shared_with": list(self.shared_with)}

    def and_(self, other: "Audience") -> "Audience":
        """Those who are in both."""
        if self.visibility is Visibility.PUBLIC or other.visibility is Visibility.INTERNAL:
            return other
        if other.visibility is Visibility.PUBLIC or self.visibility is Visibility.INTERNAL:
            return self
        if not (self.shared_with and other.shared_with):
            return Audience(Visibility.SHARED, self.shared_with or other.shared_with)
        # Of a city and a district in it, the district is in both.
        both = {one for one in self.shared_with if any(one.startswith(code) for code in other.shared_with)}
        both |= {one for one in other.shared_with if any(one.startswith(code) for code in self.shared_with)}
        return Audience(Visibility.SHARED, tuple(sorted(both))) if both else Audience(Visibility.INTERNAL)


EVERYBODY = Audience()


def audience_given(visibility: Visibility, shared_with: Sequence[str] | None) -> Audience:
    """What a caller asks for, checked."""
    codes = tuple(sorted(set(shared_with or ())))
    if codes and visibility != Visibility.SHARED:
        raise BadArgument(f"sharedWith names districts, and what is {visibility} is shared with none; say SHARED")
    if len(codes) > MAX_DISTRICTS:
        raise BadArgument(f"sharedWith names at most {MAX_DISTRICTS} districts, got {len(codes)}; name a city for all")
    for code in codes:
        if not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6)):
            raise BadArgument(
                f"sharedWith takes codes of districts, cities and provinces, such as 330102; got {code[:20]!r}"
            )
    return Audience(Visibility[visibility], codes)


def narrowest(*rows: Values) -> Audience:
    """Those who see all of these rows."""
    return reduce(Audience.and_, map(audience_in, rows), EVERYBODY)


def audience_in(row: Values) -> Audience:
    """What a row says itself."""
    return Audience(Visibility[row["visibility"]], tuple(sorted(row["shared_with"])))


@dataclass(frozen=True)
class Audiences:
    """Who sees the rows that others are a part of."""

    known: Mapping[tuple[str, Place], Audience]

    def of(self, table: Table, row: Values) -> Audience:
        """Who sees a row: those who see it and all it is a part of."""
        found = audience_in(row) if table in GUARDED else EVERYBODY
        for target, place in _owners(table, row):
            found = found.and_(self.known.get((target.name, place), EVERYBODY))
        return found


def _owners(table: Table, row: Values) -> Iterator[tuple[Table, Place]]:
    for name in PARTS.get(table, ()):
        reference = references(table)[name]
        place = reference.place(row)
        if place is not None:
            yield reference.target, place


def named_rows(table: Table, row: Values) -> Iterator[Place]:
    """The rows with a say of their own that a row is, or names."""
    if table in GUARDED:
        yield row["district"], row["id"]
    for _, place in _named(table, row):
        yield place


def _named(table: Table, row: Values) -> Iterator[tuple[Table, Place]]:
    """The rows with a say of their own that a row names, in the columns it has."""
    for reference in references(table).values():
        place = reference.place(row) if row.get(reference.id) is not None else None
        if place is not None and reference.target in GUARDED:
            yield reference.target, place


async def audience_named(connection: Connection, table: Table, row: Values) -> Audience:
    """Those who see all rows with a say of their own that a row names."""
    return reduce(Audience.and_, (await _known(connection, _named(table, row))).values(), EVERYBODY)


async def audiences_of(connection: Connection, rows: Sequence[tuple[Table, Values]]) -> Audiences:
    """Who sees what these rows are a part of, as it is now."""
    return Audiences(await _known(connection, (owner for table, row in rows for owner in _owners(table, row))))


async def _known(connection: Connection, named: Iterable[tuple[Table, Place]]) -> dict[tuple[str, Place], Audience]:
    wanted: dict[Table, set[Place]] = defaultdict(set)
    for table, place in named:
        wanted[table].add(place)
    known = {}
    for table, places in wanted.items():
        for place, row in (await rows_at(connection, table, places, "visibility", "shared_with")).items():
            known[table.name, place] = audience_in(row)
    return known


async def rows_at(connection: Connection, table: Table, places: Iterable[Place], *columns: str) -> dict[Place, Values]:
    """Some columns of the rows at given places, of one district or of several."""
    districts, ids = zip(*places, strict=True)
    owner = ", district" if "district" in table.c else ""
    condition = "district = ANY ($2) AND " if owner else ""
    values = [list(ids), *([sorted(set(districts))] if owner else [])]
    statement = f"SELECT id{owner}, {', '.join(columns)} FROM {table.name} WHERE {condition}id = ANY ($1)"  # noqa: S608
    return {(row.get("district"), row["id"]): row for row in await connection.fetch(statement, *values)}
