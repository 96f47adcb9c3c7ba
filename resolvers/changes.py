"""Edges of the change log: from the root to its entries, from an entry to its rows, from a row to what it is now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import ARRAY, BigInteger, DateTime, FromClause, Text, and_, func, select
from strawberry import ID

from db.changes import changed_row
from db.enums import ChangeType
from db.tables import metadata, references
from resolvers import concepts
from resolvers.asks import One, Parent
from resolvers.edges import Argument, Concept, Condition, Edge, Row, by, everything, to_one
from resolvers.entries import concept_of
from resolvers.errors import BadArgument, BadCursor
from resolvers.filters import has_any, is_among
from resolvers.given import Given
from resolvers.ids import read_id
from resolvers.texts import quoted

EPOCH, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
MAX_POSITION = 2**63 - 1
# A write of a thousand rows changes several thousand, links included.
MAX_ROWS = 10_000


def _read(text: str, name: str) -> int | datetime:
    """A place in the log: the position of a cursor, or a time."""
    if text.isascii() and text.isdigit():
        if int(text) > MAX_POSITION:
            raise BadCursor(f"{name} {text[:40]!r} is no cursor of the change log")
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadCursor(
            f"{name} must be the cursor of a change, or a time with its offset such as 2026-11-01T08:00:00+08:00,"
            f" got {text[:40]!r}"
        )
    return found


def position_of(since: str) -> int:
    """The position after which the log is wanted: the cursor's, or none when a time is given."""
    found = _read(since, "since")
    return found if isinstance(found, int) else 0


def cursor_of(since: str) -> int:
    """The position of a cursor of the change log."""
    if not (since.isascii() and since.isdigit()):
        raise BadCursor(f"since must be the cursor of a change, got {since[:40]!r}")
    return position_of(since)


def time_of(since: str) -> datetime:
    """The time from which the log is wanted: the beginning of times when a cursor is given."""
    found = _read(since, "since")
    return found if isinstance(found, datetime) else EPOCH


def last_position_of(until: str) -> int:
    """The position up to which the log is wanted: the cursor's, or any when a time is given."""
    found = _read(until, "until")
    return found if isinstance(found, int) else MAX_POSITION


def last_time_of(until: str) -> datetime:
    """The time up to which the log is wanted: the end of times when a cursor is given."""
    found = _read(until, "until")
    return found if isinstance(found, datetime) else END


def _since(_: FromClause, child: FromClause, since: Given[str]) -> Condition:
    return and_(
        child.c.position > since.bound(BigInteger(), position_of),
        child.c.at >= since.bound(DateTime(timezone=True), time_of),
    )


def _until(_: FromClause, child: FromClause, until: Given[str]) -> Condition:
    return and_(
        child.c.position <= until.bound(BigInteger(), last_position_of),
        child.c.at <= until.bound(DateTime(timezone=True), last_time_of),
    )


def _about(_: FromClause, child: FromClause, node: Given[str]) -> Condition:
    """A line of the entry is about a row, or about a link of it; of those lines that whoever asks sees."""
    line = changed_row.alias("about")
    # Ids are unique in the whole installation; what is shared by all has no district.
    is_it = and_(
        line.c.row_id == node.bound(BigInteger(), lambda id_: _place(id_)[1]),
        func.coalesce(line.c.row_district, quoted("")) == node.bound(Text(), lambda id_: _place(id_)[0]),
    )
    # Those of a row are few: found first, once, by themselves, they are not looked for in the whole log.
    positions = select(line.c.position).where(is_it).correlate(None).scalar_subquery()
    return child.c.position == func.any(func.array(positions, type_=ARRAY(BigInteger)))


def _place(id_: str) -> tuple[str, int]:
    *district, row_id = read_id(id_)[2]
    return str(district[0]) if district else "", int(row_id)


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
UNTIL = Argument(
    "until", str, "Only what came up to this cursor of a change, or up to this time, both included.", _until
)
AUTHORS = Argument(
    "authors",
    list[str],
    "Only what one of these wrote, by the names that `author` has.",
    lambda _, child, names: is_among(child.c.author, names),
)
MUTATIONS = Argument(
    "mutations",
    list[str],
    "Only what one of these mutations did, by name; `load` for loads of files.",
    lambda _, child, names: is_among(child.c.mutation, names),
)
NODE = Argument("node", ID, "Only changes of this row, by id, and of the links that belong to it.", _about)

all_changes = Edge(
    "Query.changes",
    None,
    concepts.changes,
    everything,
    arguments=(SINCE, UNTIL, TYPES, UNDER, AUTHORS, MUTATIONS, NODE),
)
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
