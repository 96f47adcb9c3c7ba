"""Edges of the change log: from the root to its entries, from an entry to its rows, from a row to what it is now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import ARRAY, BigInteger, DateTime, FromClause, and_

from db.enums import ChangeType
from db.tables import metadata, references
from resolvers import concepts
from resolvers.asks import One, Parent
from resolvers.edges import Argument, Concept, Condition, Edge, Row, by, everything, to_one
from resolvers.entries import concept_of
from resolvers.errors import BadArgument, BadCursor
from resolvers.filters import has_any
from resolvers.given import Given
from resolvers.ids import read_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_POSITION = 2**63 - 1
# A write of a thousand rows changes several thousand, links included.
MAX_ROWS = 10_000


def position_of(since: str) -> int:
    """The position after which the log is wanted: the cursor's, or none when a time is given."""
    if since.isascii() and since.isdigit():
        if int(since) > MAX_POSITION:
            raise BadCursor(f"since {since[:40]!r} is no cursor of the change log")
        return int(since)
    time_of(since)
    return 0


def cursor_of(since: str) -> int:
    """The position of a cursor of the change log."""
    if not (since.isascii() and since.isdigit()):
        raise BadCursor(f"since must be the cursor of a change, got {since[:40]!r}")
    return position_of(since)


def time_of(since: str) -> datetime:
    """The time from which the log is wanted: the beginning of times when a cursor is given."""
    if since.isascii() and since.isdigit():
        return EPOCH
    try:
        found = datetime.fromisoformat(since)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadCursor(
            f"since must be the cursor of a change, or a time with its offset such as 2026-11-01T08:00:00+08:00,"
            f" got {since[:40]!r}"
        )
    return found


def _since(_: FromClause, child: FromClause, since: Given[str]) -> Condition:
    return and_(
        child.c.position > since.bound(BigInteger(), position_of),
        child.c.at >= since.bound(DateTime(timezone=True), time_of),
    )


def place_of(id_: str) -> int:
    """The number under which an area or a platform stands among the places of an entry."""
    typename, concept, key = read_id(id_)
    if concept.table.name not in ("area", "platform"):
        raise BadArgument(f"under must be the id of an area or a platform, got one of a {typename}")
    return int(key[-1])


def _under(_: FromClause, child: FromClause, under: Given[str]) -> Condition:
    wanted = under.bound(ARRAY(BigInteger), lambda id_: [place_of(id_)])
    return child.c.places.op("@>")(wanted)


SINCE = Argument(
    "since",
    str,
    "Only what came after this cursor of a change, or from this time on, for example 2026-11-01T08:00:00+08:00.",
    _since,
)
TYPES = Argument(
    "types",
    list[ChangeType],
    "Only changes of rows of one of these types.",
    lambda _, child, types: has_any("types")(child, types),
)
UNDER = Argument("under", str, "Only changes at or below this area or platform, by id.", _under)

all_changes = Edge("Query.changes", None, concepts.changes, everything, arguments=(SINCE, TYPES, UNDER))
rows = Edge(
    "Change.rows",
    concepts.changes,
    concepts.changed_rows,
    by(district="district", position="position"),
    limit=MAX_ROWS,
)


@cache
def _nodes() -> Mapping[str, Edge]:
    """By type of row, the edge to the row itself, or to the one that a link belongs to."""
    found = {}
    for type_ in ChangeType:
        concept = _owner(type_)
        if concept is not None:
            pairs = {f"row_{name}": name for name in concept.key}
            found[str(type_)] = to_one(f"ChangedRow.node ({type_})", concepts.changed_rows, concept, pairs)
    return found


def _owner(type_: ChangeType) -> Concept | None:
    table = metadata.tables[type_.lower()]
    if "id" in table.c:
        return concept_of(table)
    own = [each.target for each in references(table).values() if each.district == "district"]
    return concept_of(own[0]) if own else None


def node(row: Parent) -> One:
    """What a changed row is now."""
    edges = _nodes()
    if isinstance(row, Row):
        return One((edges[row["type"]],) if row["type"] in edges else (), row)
    # While a statement is built for all rows at once, any of the concepts it may be of.
    by_concept = {edge.target.name: edge for edge in edges.values()}
    return One(tuple(by_concept.values()), row)
