"""The part of the graph that the measured queries ask for, written as a Strawberry schema usually is."""

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Generic, Self, TypeVar

import orjson
import strawberry
from sqlalchemy import Row, Subquery, Table, Text, case, cast, exists, func, literal, null, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from strawberry.extensions import ParserCache, ValidationCache

from bench.peers.plain import relations
from bench.peers.plain.loaders import Key, Loaders, Relation
from bench.peers.plain.relations import EventFilter, PlatformFilter, ResultFilter
from db import enums, search
from db.areas import area
from db.events import event
from db.members import member
from db.organizations import organization
from db.platforms import platform
from db.results import result

for kind in vars(enums).values():
    if isinstance(kind, type) and issubclass(kind, enums.Labelled) and kind is not enums.Labelled:
        strawberry.enum(kind)

Info = strawberry.Info[Loaders, None]
Node = TypeVar("Node")


@strawberry.type
class Connection(Generic[Node]):
    """A parent's rows, read when they are asked for."""

    loaders: strawberry.Private[Loaders]
    relation: strawberry.Private[Relation]
    key: strawberry.Private[Key]
    of: strawberry.Private[Callable[[Row[Any]], Any]]
    first: strawberry.Private[int]
    where: strawberry.Private[Any]

    @strawberry.field
    async def nodes(self) -> list[Node]:
        found = await self.loaders.many(self.relation, self.first, self.where).load(self.key)
        return [self.of(row) for row in found]

    @strawberry.field
    async def total_count(self) -> int:
        return int(await self.loaders.count(self.relation, self.where).load(self.key))


def _connection(
    info: Info, relation: Relation, key: Key, of: Callable[[Row[Any]], Any], first: int, where: Any = None
) -> Connection[Any]:
    return Connection(loaders=info.context, relation=relation, key=key, of=of, first=first, where=where)


@strawberry.type
class Area:
    row: strawberry.Private[Row[Any]]
    code: str
    name: str
    level: enums.AreaLevel

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, code=row.code, name=row.name, level=row.level)

    @strawberry.field
    async def ancestors(self, info: Info) -> list["Area"]:
        found = await info.context.one(relations.AREA).load_many([(above,) for above in reversed(self.row.parent_path)])
        return [Area.of(row) for row in found]


@strawberry.type
class Event:
    row: strawberry.Private[Row[Any]]
    title: str
    kind: enums.EventKind
    starts_at: datetime
    is_sample: bool

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, title=row.title, kind=row.kind, starts_at=row.starts_at, is_sample=row.is_sample)


@strawberry.type
class Attendance:
    row: strawberry.Private[Row[Any]]
    role: enums.AttendanceRole
    state: enums.AttendanceState

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, role=row.role, state=row.state)

    @strawberry.field
    async def event(self, info: Info) -> Event:
        return Event.of(await info.context.one(relations.EVENT).load((self.row.district, self.row.event_id)))


@strawberry.type
class Member:
    row: strawberry.Private[Row[Any]]
    name: str
    party: str | None
    duty_code: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, name=row.name, party=row.party, duty_code=row.duty_code)

    @strawberry.field
    def attendances(self, info: Info, first: int = 20) -> Connection[Attendance]:
        key = (self.row.district, self.row.id)
        return _connection(info, relations.ATTENDANCES, key, Attendance.of, first)


@strawberry.type
class Membership:
    row: strawberry.Private[Row[Any]]
    role: enums.MembershipRole

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, role=row.role)

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return Member.of(await info.context.one(relations.MEMBER).load((self.row.member_district, self.row.member_id)))


@strawberry.type
class Platform:
    row: strawberry.Private[Row[Any]]
    slug: str
    name: str
    kind: enums.PlatformKind
    status: enums.PlatformStatus

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(row=row, slug=row.slug, name=row.name, kind=row.kind, status=row.status)

    @property
    def key(self) -> tuple[str, int]:
        return self.row.district, self.row.id

    @strawberry.field
    async def area(self, info: Info) -> Area:
        return Area.of(await info.context.one(relations.AREA).load((self.row.area_id,)))

    @strawberry.field
    async def parent(self, info: Info) -> "Platform | None":
        if self.row.parent_id is None:
            return None
        return Platform.of(await info.context.one(relations.PLATFORM).load((self.row.district, self.row.parent_id)))

    @strawberry.field
    async def ancestors(self, info: Info) -> list["Platform"]:
        keys = [(self.row.district, above) for above in reversed(self.row.parent_path)]
        return [Platform.of(row) for row in await info.context.one(relations.PLATFORM).load_many(keys)]

    @strawberry.field
    def children(
        self, info: Info, first: int = 20, where: PlatformFilter | None = None
    ) -> Connection[Annotated["Platform", strawberry.lazy("bench.peers.plain.graph")]]:
        return _connection(info, relations.CHILDREN, self.key, Platform.of, first, where)

    @strawberry.field
    def members(self, info: Info, first: int = 20) -> Connection[Membership]:
        return _connection(info, relations.MEMBERSHIPS, self.key, Membership.of, first)

    @strawberry.field
    def events(self, info: Info, first: int = 20) -> Connection[Event]:
        return _connection(info, relations.EVENTS_OF_PLATFORM, self.key, Event.of, first)


@strawberry.type
class Organization:
    name: str
    kind: enums.OrganizationKind

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(name=row.name, kind=row.kind)


@strawberry.type
class Result:
    title: str
    kind: enums.ResultKind

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(title=row.title, kind=row.kind)


@strawberry.type
class District:
    code: str
    name: str

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(code=row.code, name=row.name)

    @strawberry.field
    def platforms(self, info: Info, first: int = 20, where: PlatformFilter | None = None) -> Connection[Platform]:
        return _connection(info, relations.PLATFORMS_OF_DISTRICT, (self.code,), Platform.of, first, where)

    @strawberry.field
    def events(self, info: Info, first: int = 20, where: EventFilter | None = None) -> Connection[Event]:
        return _connection(info, relations.EVENTS_OF_DISTRICT, (self.code,), Event.of, first, where)

    @strawberry.field
    def results(self, info: Info, first: int = 20, where: ResultFilter | None = None) -> Connection[Result]:
        return _connection(info, relations.RESULTS_OF_DISTRICT, (self.code,), Result.of, first, where)


# --- The root


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class EventPage:
    nodes: list[Event]
    page_info: PageInfo


Found = Annotated[Area | Platform | Member | Organization | Event | Result, strawberry.union("Found")]
# What is searched, in the order in which equally good hits are shown.
SEARCHED: list[tuple[Table, Relation, Callable[[Row[Any]], Any]]] = [
    (area, relations.AREA, Area.of),
    (platform, relations.PLATFORM, Platform.of),
    (member, relations.MEMBER, Member.of),
    (organization, relations.ORGANIZATION, Organization.of),
    (event, relations.EVENT, Event.of),
    (result, relations.RESULT, Result.of),
]


def _hits(text: str) -> Subquery:
    plain, wanted = search.normalize(text), cast(cast(search.query(text), Text), TSQUERY)
    choices = []
    for place, (table, _, _) in enumerate(SEARCHED):
        name = func.lower(table.c.name if "name" in table.c else table.c.title)
        relevance = case(
            (name == plain, 0), (func.starts_with(name, plain), 1), (func.strpos(name, plain) > 0, 2), else_=3
        )
        hits = select(
            literal(place).label("place"),
            (table.c.district if "district" in table.c else null()).label("district"),
            table.c.id,
            relevance.label("relevance"),
            func.char_length(name).label("length"),
        ).where(table.c.terms.op("@@")(wanted))
        choices.append(hits.where(table.c.valid_to.is_(None)) if table is area else hits)
    return union_all(*choices).subquery("hits")


@strawberry.type
class SearchPage:
    text: strawberry.Private[str]
    first: strawberry.Private[int]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        return int((await info.context.rows(select(func.count()).select_from(_hits(self.text))))[0][0])

    @strawberry.field
    async def nodes(self, info: Info) -> list[Found]:
        hits = _hits(self.text)
        order = (hits.c.relevance, hits.c.place, hits.c.length, hits.c.id)
        found = await info.context.rows(select(hits).order_by(*order).limit(self.first))
        return list(await asyncio.gather(*(_found(info.context, row) for row in found)))


async def _found(loaders: Loaders, hit: Row[Any]) -> Any:
    table, relation, of = SEARCHED[hit.place]
    return of(await loaders.one(relation).load((hit.id,) if table is area else (hit.district, hit.id)))


@strawberry.type
class Query:
    @strawberry.field
    async def districts(self, info: Info, codes: list[str] | None = None) -> list[District]:
        committee = exists().where(
            organization.c.district == area.c.code, organization.c.kind == enums.OrganizationKind.CPPCC_COMMITTEE
        )
        wanted = select(area.c.code, area.c.name).where(
            area.c.level == enums.AreaLevel.DISTRICT, area.c.valid_to.is_(None), committee
        )
        chosen = wanted if codes is None else wanted.where(area.c.code.in_(codes))
        return [District.of(row) for row in await info.context.rows(chosen.order_by(area.c.code))]

    @strawberry.field
    async def platform(self, info: Info, slug: str) -> Platform | None:
        row = await info.context.one(relations.BY_SLUG).load((slug,))
        return None if row is None else Platform.of(row)

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Member | None:
        _, district, number = base64.b64decode(id).decode().split(":")
        row = await info.context.one(relations.MEMBER).load((district, int(number)))
        return None if row is None else Member.of(row)

    @strawberry.field
    async def events(self, info: Info, first: int = 20, after: str | None = None) -> EventPage:
        page = select(*relations.shown(event)).order_by(event.c.starts_at.desc(), event.c.id.desc()).limit(first + 1)
        if after is not None:
            moment, number = orjson.loads(base64.b64decode(after))
            page = page.where(tuple_(event.c.starts_at, event.c.id) < (datetime.fromisoformat(moment), number))
        rows = await info.context.rows(page)
        shown = rows[:first]
        end = base64.b64encode(orjson.dumps([shown[-1].starts_at, shown[-1].id])).decode() if shown else None
        info_of_page = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return EventPage(nodes=[Event.of(row) for row in shown], page_info=info_of_page)

    @strawberry.field
    def search(self, text: str, first: int = 20) -> SearchPage:
        return SearchPage(text=text, first=first)


schema = strawberry.Schema(Query, extensions=[lambda: ParserCache(500), lambda: ValidationCache(500)])
