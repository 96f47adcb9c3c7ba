"""Coverage: platforms of a kind against the areas that could have one, by a denominator that is named."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Float,
    FromClause,
    Select,
    and_,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    union,
)

from db.areas import area
from db.enums import AreaLevel, Labelled, PlatformKind
from db.platforms import platform
from resolvers import concepts
from resolvers.areas import VINTAGE
from resolvers.asks import Count, Listing, Made, Shaped
from resolvers.edges import Argument, Condition, Edge, everything
from resolvers.errors import BadArgument
from resolvers.given import Given, shape_of
from resolvers.pages import Selection, window
from resolvers.rollups import AREA_CODE
from resolvers.statements import ROOT, count_of
from resolvers.trees import in_subtree


class CoverageDenominator(Labelled):
    """Which areas could have a platform."""

    DISTRICTS = "DISTRICTS", "区县(市)", "Districts, counties and county-level cities"
    TOWNSHIPS = "TOWNSHIPS", "镇街", "Townships, towns and streets"
    TOWNSHIPS_WITH_QUASI = "TOWNSHIPS_WITH_QUASI", "镇街及类似镇街单位", "Townships and units counted like them"
    VILLAGES = "VILLAGES", "村社", "Villages and communities"
    VILLAGES_WITH_QUASI = "VILLAGES_WITH_QUASI", "村社及类似村社单位", "Villages and units counted like them"
    PARKS = "PARKS", "园区", "Industry parks"


_D = CoverageDenominator
LEVELS = {
    _D.DISTRICTS: AreaLevel.DISTRICT,
    _D.TOWNSHIPS: AreaLevel.TOWNSHIP,
    _D.TOWNSHIPS_WITH_QUASI: AreaLevel.TOWNSHIP,
    _D.VILLAGES: AreaLevel.VILLAGE,
    _D.VILLAGES_WITH_QUASI: AreaLevel.VILLAGE,
    _D.PARKS: AreaLevel.PARK,
}
USUAL = {
    PlatformKind.DISTRICT_FORUM: _D.DISTRICTS,
    PlatformKind.DELIBERATION_HALL: _D.TOWNSHIPS,
    PlatformKind.CONSULTATION_STATION: _D.VILLAGES,
    PlatformKind.MEMBER_STUDIO: _D.PARKS,
    PlatformKind.MEMBER_PARLOR: _D.DISTRICTS,
}
"""Against what each kind is measured when nothing else is asked for."""


@dataclass(frozen=True)
class Held:
    """Platforms of a kind, on a day."""

    kind: PlatformKind
    at: date | None


def _within(_: FromClause, child: FromClause, code: Given[str]) -> Condition:
    # Whatever list the area itself stands in: what lies in it is of the list that is asked for.
    top = area.alias()
    return exists().where(top.c.code == code.bound(top.c.code.type), in_subtree(top, child)).correlate(child)


def _could(_: FromClause, child: FromClause, denominator: Given[Any]) -> Condition:
    level = denominator.bound(child.c.level.type, lambda given: LEVELS[CoverageDenominator[given]])
    with_quasi = denominator.bound(Boolean(), lambda given: given.endswith("_WITH_QUASI"))
    return and_(child.c.level == level, or_(not_(child.c.is_quasi), with_quasi))


def _has(_: FromClause, child: FromClause, held: Given[Held]) -> Condition:
    at, place = platform.alias(), area.alias()
    # The list may have the area in another form than the one the platform was entered with.
    same = or_(place.c.id == child.c.id, and_(place.c.code == child.c.code, place.c.code_system == child.c.code_system))
    found = exists().select_from(at.join(place, place.c.id == at.c.area_id))
    found = found.where(same, at.c.kind == held.part("kind").bound(at.c.kind.type))
    if held.now.at is not None:
        day = held.part("at").bound(Date())
        found = found.where(or_(at.c.established_on.is_(None), at.c.established_on <= day))
        found = found.where(or_(at.c.closed_on.is_(None), at.c.closed_on > day))
    else:
        found = found.where(at.c.closed_on.is_(None))
    return found.correlate(child)


_ARGUMENTS = (
    VINTAGE,
    Argument("area", str, "In this area.", _within),
    Argument("denominator", CoverageDenominator, "Which could have a platform.", _could),
    Argument("having", Held, "Which have a platform.", _has),
    Argument("lacking", Held, "Which have none.", lambda parent, child, held: not_(_has(parent, child, held))),
)
AREAS = Edge("Coverage.areas", None, concepts.areas, everything, arguments=_ARGUMENTS)


@dataclass(frozen=True, eq=False)
class Coverage(Shaped):
    """What is asked: an area, a kind of platform, a day, and which areas could have one."""

    area: str
    kind: PlatformKind
    at: date | None
    denominator: CoverageDenominator

    @property
    def shape(self) -> Hashable:
        return Coverage, shape_of(self.at)

    def selection(self, *which: str) -> Selection:
        """The areas that could have a platform; with `having` or `lacking`, those that do or don't."""
        given: list[tuple[str, Any]] = [("area", self.area), ("denominator", self.denominator)]
        if self.at is not None:
            given.append(("vintage", self.at))
        return Selection(arguments=(*given, *((name, Held(self.kind, self.at)) for name in which)))

    @property
    def having(self) -> Selection:
        """The areas that have a platform."""
        return self.selection("having")

    @property
    def all(self) -> Selection:
        """The areas that could have one."""
        return self.selection()

    def covered(self) -> Count:
        """How many have one."""
        return Count(AREAS, None, self.having)

    def eligible(self) -> Count:
        """How many could."""
        return Count(AREAS, None, self.all)

    def ratio(self) -> Made:
        """The share that has one."""
        return Made(self, ratio_of, lambda _, columns: columns["ratio"])

    def vintage(self) -> Made:
        """The list of areas that was counted by."""
        return Made(self, vintage_of, lambda _, columns: columns["vintage"])

    def uncovered(self, first: int | None, after: str | None, last: int | None, before: str | None) -> Listing:
        """A page of those that have none."""
        name = f"Coverage.uncovered {self.area} {self.kind} {self.at} {self.denominator}"
        page = window(AREAS, first, after, last, before, None, name)
        return Listing(AREAS, None, self.selection("lacking"), page)


def ratio_of(asked: Given[Coverage]) -> Select[Any]:
    """The covered areas among the eligible ones, as `ratio`; null when there are none."""
    covered, eligible = (
        cast(count_of(AREAS, asked.part(name), ROOT).scalar_subquery(), Float) for name in ("having", "all")
    )
    return select((covered / func.nullif(eligible, literal_column("0"))).label("ratio"))


def vintage_of(asked: Given[Coverage]) -> Select[Any]:
    """The day of the newest list, or of the newest at the day asked for, else of the oldest there is, as `vintage`."""
    lists = union(select(area.c.vintage.label("day")), select(area.c.valid_from)).subquery("lists")
    newest: ColumnElement[Any] = func.max(lists.c.day)
    if asked.now.at is not None:
        newest = func.coalesce(newest.filter(lists.c.day <= asked.part("at").bound(Date())), func.min(lists.c.day))
    return select(newest.label("vintage"))


def coverage(code: str, kind: str, at: date | None, denominator: str | None) -> Coverage:
    """The coverage of an area by platforms of a kind."""
    if not AREA_CODE.fullmatch(code):
        raise BadArgument(f"an area's code has 2, 4, 6, 9 or 12 digits, or is like 330114-P01; got {code[:40]!r}")
    chosen = USUAL[PlatformKind[kind]] if denominator is None else CoverageDenominator[denominator]
    return Coverage(code, PlatformKind[kind], at, chosen)
