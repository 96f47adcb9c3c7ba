"""What a member did in a year, counted in the database for all the members of a level at once."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import FromClause

from db.enums import AttendanceState
from resolvers import events, members
from resolvers.batched import Loaders
from resolvers.edges import Argument, Condition, Row
from resolvers.errors import BadArgument
from resolvers.filters import first_moment
from resolvers.pages import Selection

FIRST_YEAR, LAST_YEAR = 1949, 2100


def _in_year(column: str) -> Argument:
    def condition(_: FromClause, child: FromClause, year: int) -> Condition:
        begin, end = first_moment(date(year, 1, 1)), first_moment(date(year + 1, 1, 1))
        return (child.c[column] >= begin) & (child.c[column] < end)

    return Argument("year", int, "Only those of this year.", condition)


_ATTENDED = replace(members.attendances, arguments=(_in_year("starts_at"), events.STATE))
_RAISED = replace(members.results, arguments=(_in_year("raised_at"),))


@dataclass(frozen=True)
class DutyRecord:
    """One member's year: the events checked in at and the results raised, by kind."""

    loaders: Loaders
    member: Row
    year: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise BadArgument(f"year must be {FIRST_YEAR}–{LAST_YEAR}, got {self.year}")

    @property
    def _attended(self) -> Selection:
        return Selection(arguments=(("year", self.year), ("state", AttendanceState.CHECKED_IN)))

    async def by_kind(self) -> list[Row]:
        """How many events of each kind."""
        return await self.loaders.tally(_ATTENDED, self.member, self._attended, ("kind",), via=events.attendance_event)

    async def total(self) -> int:
        """How many events in all."""
        return sum(row["count"] for row in await self.by_kind())

    async def sample_total(self) -> int:
        """How many of the events in all are sample data."""
        rows = await self.loaders.tally(_ATTENDED, self.member, self._attended, ("is_sample",))
        return sum(row["count"] for row in rows if row["is_sample"])

    async def results(self) -> list[Row]:
        """How many results of each kind."""
        raised = Selection(arguments=(("year", self.year),))
        return await self.loaders.tally(_RAISED, self.member, raised, ("kind",))
