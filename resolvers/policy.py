"""Who sees which rows: the one rule, applied to every table that a statement reads from.

A row is public, shared with districts or with all partners, or internal to its district. What is a part of other rows
(an attendance of its event, a link between two rows) is seen where all of these are. The rule is put into a statement
while it is compiled, wherever one of the tables here stands in it, so no edge, count, filter or rollup can forget it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import (
    Alias,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import asyncpg as sqlalchemy_asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGCompiler_asyncpg

from db.areas import area
from db.changes import change, changed_row
from db.contacts import citizen_contact, member_contact
from db.counters import COUNTERS, township_counter
from db.discussions import discussion, remark, support
from db.enums import AreaLevel
from db.events import agenda_item, attendance, event, event_organizer, event_participant, event_platform
from db.figures import observation
from db.members import member, membership
from db.organizations import hosting
from db.platforms import platform, platform_sponsor, star_rating
from db.results import (
    adoption,
    assignment,
    document,
    endorsement,
    evaluation,
    result,
    result_author,
    result_platform,
    result_step,
)
from db.tables import metadata, references
from resolvers.edges import Link, alike

# The tables whose rows say themselves who sees them, and the word by which a key is given them.
GUARDED: Mapping[Table, str] = {
    platform: "platforms",
    member: "members",
    event: "events",
    result: "results",
    document: "results",
    discussion: "discussions",
    observation: "figures",
}
MODULES = tuple(dict.fromkeys(GUARDED.values()))
"""The words by which a key is given concepts."""

# What rows are a part of, by the names of their references: they are seen where all of these are. A document and a
# figure have a say of their own as well.
PARTS: Mapping[Table, Sequence[str]] = {
    membership: ("member", "platform"),
    hosting: ("platform",),
    platform_sponsor: ("platform",),
    star_rating: ("platform",),
    event_platform: ("event", "platform"),
    event_organizer: ("event",),
    event_participant: ("event",),
    agenda_item: ("event",),
    attendance: ("event",),
    result_author: ("result", "member"),
    result_platform: ("result", "platform"),
    result_step: ("result",),
    endorsement: ("result",),
    adoption: ("result",),
    assignment: ("result",),
    evaluation: ("result", "member"),
    remark: ("discussion",),
    support: ("discussion", "member"),
    document: ("event", "result", "platform"),
    observation: ("platform", "member", "event", "result"),
}


@cache
def parts_of(table: Table) -> Sequence[tuple[Table, str]]:
    """The tables whose rows are a part of this one's, and the name of their reference to it."""
    return [(part, name) for part, names in PARTS.items() for name in names if references(part)[name].target is table]


def module_of(table: Table) -> str | None:
    """The concept that a table belongs to, by the word a key is given it by; None for what no such key writes."""
    while table not in GUARDED:
        if table not in PARTS:
            return None
        table = references(table)[PARTS[table][0]].target
    return GUARDED[table]


# How people can be reached and when they were born: for those alone who may see what is personal in the district.
PERSONAL = (member_contact, citizen_contact)

# Counts are kept apart by who sees what is counted; those by township only of all there is, and of all that is public.
COUNTED = {each.table: module_of(metadata.tables[each.facts]) for each in COUNTERS if "visibility" in each.table.c}

_ONE: ColumnElement[int] = literal_column("1")
_PUBLIC: ColumnElement[str] = literal_column("'PUBLIC'")
_SHARED: ColumnElement[str] = literal_column("'SHARED'")
_NOBODY = literal_column("'{}'::text[]", ARRAY(Text))
# Columns that only the district of a row gets to see, and what others get instead.
MASKED: Mapping[Table, Mapping[str, ColumnElement[Any]]] = {
    **{table: {"shared_with": _NOBODY} for table in GUARDED},
    attendance: {"leave_reason": null()},
}
# The same in the images of rows that the change log has.
_KEPT_BACK = literal_column("'{sharedWith,leaveReason}'::text[]", ARRAY(Text))


@dataclass(frozen=True)
class Shape:
    """What those share who are answered by the same statements: how much they see, not of which districts."""

    is_all: bool
    is_public: bool
    modules: frozenset[str] | None
    is_personal: bool


@dataclass(frozen=True)
class Sight:
    """What a viewer sees beside what is public: rows that `districts` own, and rows shared with any of `partners`.

    `modules` are the concepts this is limited to, all when None; `personal` are the districts of whose people the
    viewer also sees how to reach them. With `is_all`, every row is seen.
    """

    is_all: bool = False
    districts: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    modules: frozenset[str] | None = None
    personal: tuple[str, ...] = ()

    @cached_property
    def shape(self) -> Shape:
        """What shapes the statements for this sight."""
        is_public = not (self.is_all or self.districts or self.partners)
        return Shape(self.is_all, is_public, self.modules, bool(self.personal))

    def sees_people_of(self, district: str) -> bool:
        """Whether how people of a district can be reached is shown."""
        return district in self.personal

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The values of the parameters that the rule puts into statements."""
        return {
            "sight_districts": list(self.districts),
            "sight_partners": list(self.partners),
            "sight_personal": list(self.personal),
        }


EVERYTHING = Sight(is_all=True)
PUBLIC = Sight()


class Raw(Alias):
    """A table under an alias as it is, whoever reads it: what the rule itself looks at."""

    inherit_cache = False


def _raw(table: Table, name: str) -> Raw:
    found: Raw = Raw._construct(table, name=name)
    return found


def _districts(name: str) -> BindParameter[Any]:
    return bindparam(name, required=False, type_=ARRAY(Text))


def _sees(shape: Shape, row: FromClause, module: str | None, district: str = "district") -> ColumnElement[bool]:
    """The row, which has `visibility` and `shared_with`, is seen."""
    public = row.c.visibility == _PUBLIC
    if shape.is_public or (shape.modules is not None and module not in shape.modules):
        return public
    own = row.c[district] == func.any(_districts("sight_districts"))
    with_whom = or_(row.c.shared_with == _NOBODY, row.c.shared_with.op("&&")(_districts("sight_partners")))
    return or_(public, own, and_(row.c.visibility == _SHARED, with_whom))


def _none_hidden(shape: Shape, table: Table, same: Callable[[FromClause], ColumnElement[bool]]) -> ColumnElement[bool]:
    """No row of `table` that is the `same` is hidden: an index of the few rows that are not public tells."""
    other = _raw(table, f"hidden_{table.name}")
    is_hidden = other.c.visibility != _PUBLIC
    if not shape.is_public:
        is_hidden = and_(is_hidden, not_(_sees(shape, other, GUARDED[table])))
    return not_(exists(_ONE).select_from(other).where(same(other), is_hidden).correlate_except(other))


def _has_seen_owners(shape: Shape, table: Table, row: FromClause) -> list[ColumnElement[bool]]:
    found = []
    for name in PARTS.get(table, ()):
        reference = references(table)[name]
        pairs = {"district": reference.district or "district", "id": reference.id}
        found.append(_none_hidden(shape, reference.target, lambda other, pairs=pairs: alike(other, row, pairs)))  # type: ignore[misc]
    return found


def _condition(shape: Shape, table: Table, row: FromClause) -> ColumnElement[bool] | None:
    """What a row of `table` must meet to be seen; null when all are."""
    if table in PERSONAL:
        return row.c.district == func.any(_districts("sight_personal")) if shape.is_personal else false()
    if table is township_counter:
        return row.c.is_public if shape.is_public else not_(row.c.is_public)
    if shape.is_all:
        return None
    if table in COUNTED:
        return _sees(shape, row, COUNTED[table])
    if table is changed_row:
        return _is_told(shape, row)
    if table is change:
        return exists(_ONE).select_from(line := _line()).where(*_of_entry(shape, line, row)).correlate_except(line)
    own = [_sees(shape, row, GUARDED[table])] if table in GUARDED else []
    conditions = [*own, *_has_seen_owners(shape, table, row)]
    return and_(*conditions) if conditions else None


def _line() -> Raw:
    return _raw(changed_row, "line")


def _of_entry(shape: Shape, line: FromClause, entry: FromClause) -> tuple[ColumnElement[bool], ...]:
    """The line is one of the entry's, and is told."""
    return alike(line, entry, {"district": "district", "position": "position"}), _is_told(shape, line)


def _is_told(shape: Shape, line: FromClause) -> ColumnElement[bool]:
    """The line of the change log was for this viewer when it was written, and all it names is so now.

    Who saw a row is told that it is gone, even if it is only hidden.
    """
    is_gone = line.c.action == literal_column("'DELETED'")
    return and_(_sees(shape, line, None, "row_district"), or_(is_gone, _names_nothing_hidden(shape, line)))


def _names_nothing_hidden(shape: Shape, line: FromClause) -> ColumnElement[bool]:
    def same(other: FromClause) -> ColumnElement[bool]:
        return other.c.id == func.any(line.c.parts)

    return and_(*(_none_hidden(shape, table, same) for table in GUARDED))


def _masked(shape: Shape, table: Table, row: FromClause) -> Mapping[str, ColumnElement[Any]]:
    """The columns that are not seen as they are, by name."""
    if shape.is_all:
        return {}
    if table is change:
        line = _line()
        types = select(cast(line.c.type, Text)).distinct().where(*_of_entry(shape, line, row)).order_by(_ONE)
        return {"types": func.array(types.correlate_except(line).scalar_subquery(), type_=ARRAY(Text))}
    if table is changed_row:
        kept_back = {name: row.c[name].op("-")(_KEPT_BACK) for name in ("before", "after")}
        is_told = _names_nothing_hidden(shape, row)
        return {
            name: case((is_told, image), else_=null())
            for name, image in _unless_own(shape, row, kept_back, "row_district").items()
        }
    return _unless_own(shape, row, MASKED.get(table, {}))


def _unless_own(
    shape: Shape, row: FromClause, instead: Mapping[str, ColumnElement[Any]], district: str = "district"
) -> Mapping[str, ColumnElement[Any]]:
    """Columns that only the district of a row sees as they are."""
    if shape.is_public:
        # What is public is shared with nobody.
        return {name: column for name, column in instead.items() if name != "shared_with"}
    if not instead:
        return {}
    own = func.coalesce(row.c[district] == func.any(_districts("sight_districts")), false())
    return {name: case((own, row.c[name]), else_=column) for name, column in instead.items()}


@cache
def seen_rows(shape: Shape, table: Table) -> Select[Any] | CompoundSelect[Any] | None:
    """The rows of `table` that those of a shape see, as a selection; null when they see all of them as they are."""
    if table is township_counter and not shape.is_all and not shape.is_public:
        return _townships()
    row = _raw(table, "seen")
    condition, masked = _condition(shape, table, row), _masked(shape, table, row)
    if condition is None and not masked:
        return None
    if masked:
        found = select(*(masked.get(each.name, each).label(each.name) for each in row.c)).select_from(row)
    else:
        found = select(literal_column("seen.*")).select_from(row)
    return found if condition is None else found.where(condition)


def _townships() -> CompoundSelect[Any]:
    """What the counter of townships would say if it were kept for one viewer.

    Of the viewer's own districts that is what is counted of everything, of others what is counted of what is public.
    Only where a district has events at platforms of others that are not public, or has what is shared, are its events
    counted one by one.
    """
    counted, held, link, at, place = (
        _raw(township_counter, "counted"), event.alias(), Link._construct(event_platform, name=None), platform.alias(),
        area.alias(),
    )  # fmt: skip
    mixed = _mixed_districts()
    is_own = counted.c.district == func.any(_districts("sight_districts"))
    plain = select(*counted.c).where(counted.c.district != func.all(mixed), counted.c.is_public != is_own)
    level = place.c.level
    township = case((level == AreaLevel.TOWNSHIP, place.c.id), (level == AreaLevel.VILLAGE, place.c.parent_id))
    local = func.timezone(literal_column("'Asia/Shanghai'"), held.c.starts_at)
    where = link.join(at, alike(link, at, {"platform_district": "district", "platform_id": "id"}))
    source = held.outerjoin(where, alike(held, link, {"district": "district", "id": "event_id"}))
    each = (
        select(
            held.c.district, held.c.id, func.coalesce(township, literal_column("0")).label("township_id"),
            cast(func.date_trunc(literal_column("'month'"), local), Date).label("month"), held.c.is_sample,
            held.c.public_participants,
        )
        .select_from(source.outerjoin(place, place.c.id == at.c.area_id))
        .where(held.c.district == func.any(mixed))
        .distinct()
        .subquery("each_township")
    )  # fmt: skip
    keys = [each.c.district, each.c.township_id, each.c.month, each.c.is_sample]
    known = each.c.public_participants
    sums = [func.count(), func.coalesce(func.sum(known), literal_column("0")), func.count(known)]
    made = {"is_public": false(), "slot": literal_column("0"), "rows": sums[0], "participants": sums[1],
            "reporting": sums[2]}  # fmt: skip
    columns = [made[name] if name in made else each.c[name] for name in counted.c.keys()]  # noqa: SIM118
    return plain.union_all(select(*columns).group_by(*keys))


def _mixed_districts() -> ColumnElement[Any]:
    """The districts of whose events some are at platforms of others that are not public, or that share anything."""
    at, link, shared = _raw(platform, "at"), _raw(event_platform, "link"), _raw(event, "shared")
    is_far = at.c.district != link.c.district
    linked = (
        select(link.c.district)
        .select_from(at.join(link, alike(at, link, {"district": "platform_district", "id": "platform_id"})))
        .where(at.c.visibility != _PUBLIC, or_(is_far, at.c.visibility == _SHARED))
    )
    # As the index of what is hidden has it.
    of_shared = select(shared.c.district).where(shared.c.visibility != _PUBLIC, shared.c.visibility == _SHARED)
    found = linked.union(of_shared)
    return func.array(found.scalar_subquery(), type_=ARRAY(Text))


class SeenBy(PGCompiler_asyncpg):
    """Writes statements for those of a shape: in the place of a table stand its rows that they see."""

    shape: Shape

    def visit_table(self, table: Any, asfrom: Any = False, enclosing_alias: Any = None, **options: Any) -> str:  # type: ignore[override]
        """A table to read from."""
        is_named = enclosing_alias is not None and enclosing_alias.element is table
        is_raw = isinstance(enclosing_alias, Raw) or (
            isinstance(enclosing_alias, Link) and not enclosing_alias.stands_alone
        )
        if asfrom and isinstance(table, Table) and not (is_named and is_raw):
            rows = seen_rows(self.shape, table)
            if rows is not None:
                text = f"({rows._compiler_dispatch(self, asfrom=True)})"
                return text if is_named else f"{text} AS {self.preparer.quote(table.name)}"
        text = super().visit_table(table, asfrom=asfrom, enclosing_alias=enclosing_alias, **options)  # type: ignore[no-untyped-call]
        return str(text)


@cache
def dialect_of(shape: Shape | None) -> Any:
    """The dialect in which statements are written for those of a shape; with None, from the tables as they are."""
    found = sqlalchemy_asyncpg.dialect()  # type: ignore[no-untyped-call]
    if shape is not None:
        found.statement_compiler = type("SeenByShape", (SeenBy,), {"shape": shape})  # type: ignore[assignment]
    return found
