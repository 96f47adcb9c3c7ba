"""What a member did in a year, counted in the database for all the members of a level at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, FromClause, and_, select

from db.enums import AttendanceState
from db.events import event
from db.members import duty_rule
from resolvers import events, members
from resolvers.asks import Count, Parent, Tally
from resolvers.edges import Argument, Condition
from resolvers.errors import BadArgument
from resolvers.filters import equals
from resolvers.given import Given
from resolvers.pages import Selection
from resolvers.times import first_moment

FIRST_YEAR, LAST_YEAR = 1949, 2100


def _first_moment(year: int) -> datetime:
    return first_moment(date(year, 1, 1))


def _in_year(column: str) -> Argument:
    def condition(_: FromClause, child: FromClause, year: Given[int]) -> Condition:
        time = child.c[column]
        begin, end = year.bound(time.type, _first_moment), year.bound(time.type, lambda year: _first_moment(year + 1))
        return and_(time >= begin, time < end)

    return Argument("year", int, "Only those of this year.", condition)


_IS_SAMPLE = Argument("is_sample", bool, "Only sample data.", lambda _, child, value: equals("is_sample")(child, value))
_ATTENDED = replace(members.attendances, arguments=(_in_year("starts_at"), events.STATE, _IS_SAMPLE))
_RAISED = replace(members.results, arguments=(_in_year("raised_at"),))


def _points_of_attendance(child: FromClause) -> ColumnElement[int]:
    rule, happening = duty_rule.alias(), event.alias()
    found = select(rule.c.points).where(
        happening.c.district == child.c.district,
        happening.c.id == child.c.event_id,
        rule.c.district == child.c.member_district,
        rule.c.event_kind == happening.c.kind,
    )
    return found.correlate(child).scalar_subquery()


def _points_of_result(child: FromClause) -> ColumnElement[int]:
    rule = duty_rule.alias()
    found = select(rule.c.points).where(rule.c.district == child.c.district, rule.c.result_kind == child.c.kind)
    return found.correlate(child).scalar_subquery()


@dataclass(frozen=True)
class DutyRecord:
    """One member's year: the events checked in at and the results raised, by kind."""

    member: Parent
    year: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise BadArgument(f"year must be {FIRST_YEAR}–{LAST_YEAR}, got {self.year}")

    def _attended(self, **more: object) -> Selection:
        return Selection(arguments=(("year", self.year), ("state", AttendanceState.CHECKED_IN), *more.items()))

    def total(self) -> Count:
        """How many events in all."""
        return Count(_ATTENDED, self.member, self._attended())

    def sample_total(self) -> Count:
        """How many of the events in all are sample data."""
        return Count(_ATTENDED, self.member, self._attended(is_sample=True))

    def event_points(self) -> Count:
        """The points for the events, by the rules of the member's district."""
        return Count(_ATTENDED, self.member, self._attended(), _points_of_attendance)

    def result_points(self) -> Count:
        """The points for the results, by the rules of the member's district."""
        return Count(_RAISED, self.member, Selection(arguments=(("year", self.year),)), _points_of_result)

    def by_kind(self) -> Tally:
        """How many events of each kind."""
        return Tally(_ATTENDED, self.member, self._attended(), ("kind",), via=events.attendance_event)

    def results(self) -> Tally:
        """How many results of each kind."""
        return Tally(_RAISED, self.member, Selection(arguments=(("year", self.year),)), ("kind",))
