"""Events: when, where and by whom they are held, who took part, and what was on the agenda."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.enums import (
    AttendanceRole,
    AttendanceState,
    DatePrecision,
    EventKind,
    EventMode,
    EventStatus,
    OrganizerRole,
    Visibility,
)
from resolvers import concepts
from resolvers import events as edges
from resolvers.areas import is_within
from resolvers.asks import Parent, Tally
from resolvers.costs import COUNT
from resolvers.filters import (
    Timing,
    at_least,
    during,
    equals,
    has_any,
    has_items,
    has_some,
    has_timing,
    is_of_district,
    neighbour,
    neighbour_is,
    one_of,
)
from resolvers.pages import Selection
from schema.fields import LOCAL_TIMES, SHARED_WITH, VISIBILITY, asking, column, connection, listed, to_many, to_one
from schema.filters import DateRange, all_hold, any_holds, does_not_hold, has_text, where
from schema.members import MemberFilter
from schema.nodes import Node, connection_type, order_input
from schema.organizations import OrganizationFilter

if TYPE_CHECKING:
    from schema.platforms import PlatformFilter
    from schema.results import ResultFilter


@strawberry.type(description="A body that holds an event.")
class Organizer:
    role: OrganizerRole = column("Whether it leads or joins in.")
    position: int = column("Its place among the organizers, from 0.")
    organization = to_one(edges.organizer_organization, "The body.", required=True)


@strawberry.type(description="How many attendances of an event are alike.")
class AttendanceCount:
    role: AttendanceRole = column("As what they take part.")
    state: AttendanceState = column("Whether they came.")
    count: int = column("How many.")


def _attendance_summary(self: Parent) -> Tally:
    return Tally(edges.attendances, self, Selection(), ("role", "state"))


@strawberry.type(description="A duty or consultation activity (履职·协商活动).")
class Event(Node):
    title: str = column("The title.")
    kind: EventKind = column("What kind of activity it is.")
    status: EventStatus = column("Whether it will take place or has.")
    mode: EventMode = column("Where people take part.")
    starts_at: datetime = column("When it starts, in UTC; the first moment of the period where only that is known.")
    starts_at_local: str = column("When it starts, as exactly as it is known: " + LOCAL_TIMES)
    ends_at: datetime | None = column("When it ends, in UTC; null when not known.")
    date_precision: DatePrecision = column("How exactly `startsAt` is known.")
    place: str | None = column("The room or address; null when not stated.")
    topics: list[str] = column("What it is about.")
    summary: str | None = column("What happened; null when nothing is written.")
    public_participants: int | None = column(
        "How many of the public took part, in person-times; null when not reported."
    )
    capacity: int | None = column("How many may sign up; null when there is no limit.")
    registration_closes_at: datetime | None = column("Until when one can sign up, in UTC; null when there is no limit.")
    meeting_url: str | None = column("Where it is joined on line; null when it is not.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district that owns the event.", required=True)
    districts = connection(edges.districts, "The districts that take part: its own, its organizers', its platforms'.")
    platforms = connection(edges.platforms, "The platforms it is held at, of one or several districts.")
    organizers = to_many(edges.organizers, "The bodies that hold it, in the order in which they are named.")
    attendances = connection(edges.attendances, "Who takes part.")
    attendance_summary: list[AttendanceCount] = asking(
        _attendance_summary,
        "How many attendances there are by role and state.",
        price=listed(len(AttendanceRole) * len(AttendanceState), work=COUNT),
    )
    results = connection(edges.results, "What came out of it.")
    agenda = connection(edges.agenda, "Its agenda, in order.")
    documents = connection(edges.documents, "Files about it.")
    parent = to_one(edges.parent, "The event or series it is a part of.")
    children = connection(edges.children, "Its parts.")
    bundle = to_one(edges.bundle, "The bundle of proposals it discusses; null when it discusses none.")
    observations = connection(edges.observations, "Published figures about it.")
    source = to_one(edges.source, "Where it is known from.")


@strawberry.type(description="A point on an event's agenda.")
class AgendaItem(Node):
    position: int = column("Its place on the agenda.")
    topic: str = column("What it is about.")
    resolution: str | None = column("What was decided; null when nothing was or it is not known.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    event = to_one(edges.agenda_event, "The event.", required=True)
    result = to_one(edges.agenda_result, "The matter that was put on the agenda; null when it is a topic of its own.")


@strawberry.type(description="One member's or guest's part in an event.")
class Attendance(Node):
    role: AttendanceRole = column("As what.")
    state: AttendanceState = column("Whether they came.")
    mode: EventMode | None = column("On site or on line; null when not known.")
    starts_at: datetime = column("When the event starts, in UTC.")
    checked_in_at: datetime | None = column("When they checked in, in UTC; null when they did not or it is not known.")
    leave_reason: str | None = column("Why they are on leave; null when they are not.")
    advice: str | None = column("What they advised; null when nothing is written.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    event = to_one(edges.attendance_event, "The event.", required=True)
    member = to_one(edges.attendance_member, "The member; null for guests, who are not named.")
    on_behalf_of = to_one(edges.attendance_on_behalf_of, "The body they stand for; null when none.")
    source = to_one(edges.attendance_source, "Where it is known from.")


EventConnection = connection_type(Event)
AgendaItemConnection = connection_type(AgendaItem)
AttendanceConnection = connection_type(Attendance)
EventOrder = order_input(concepts.events)
AgendaItemOrder = order_input(concepts.agenda_items)
AttendanceOrder = order_input(concepts.attendances)


@strawberry.input(description="Conditions on attendances; all that are given must hold.")
class AttendanceFilter:
    and_: list["AttendanceFilter"] | None = all_hold()
    or_: list["AttendanceFilter"] | None = any_holds()
    not_: "AttendanceFilter | None" = does_not_hold()
    role: list[AttendanceRole] | None = where(one_of("role"), "In one of these roles.")
    state: list[AttendanceState] | None = where(one_of("state"), "In one of these states.")
    mode: list[EventMode] | None = where(one_of("mode"), "In one of these ways.")
    starts_at: DateRange | None = where(during("starts_at"), "The event starts within these days.")
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, owns the event.")
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    event: "EventFilter | None" = where(neighbour(edges.attendance_event), "The event meets this filter.")
    member: MemberFilter | None = where(neighbour(edges.attendance_member), "The member meets this filter.")


@strawberry.input(description="Conditions on events; all that are given must hold.")
class EventFilter:
    and_: list["EventFilter"] | None = all_hold()
    or_: list["EventFilter"] | None = any_holds()
    not_: "EventFilter | None" = does_not_hold()
    text: str | None = has_text()
    kind: list[EventKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    status: list[EventStatus] | None = where(one_of("status"), "It has one of these statuses.")
    mode: list[EventMode] | None = where(one_of("mode"), "People take part in one of these ways.")
    topics: list[str] | None = where(has_any("topics"), "It is about one of these topics.")
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, owns it.")
    starts_at: DateRange | None = where(during("starts_at"), "It starts within these days.")
    timing: list[Timing] | None = where(has_timing, "It lies ahead, runs now or is over, seen from now.")
    min_public_participants: int | None = where(
        at_least("public_participants"),
        "At least so many of the public took part; where it is not reported, it is not met.",
    )
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    has_topics: bool | None = where(has_items("topics"), "Whether any topic is named.")
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    has_results: bool | None = where(has_some(edges.results), "Whether anything came out of it.")
    platform: Annotated["PlatformFilter", strawberry.lazy("schema.platforms")] | None = where(
        neighbour(edges.platforms), "One of its platforms meets this filter."
    )
    organizer: OrganizationFilter | None = where(
        neighbour(edges.organizing), "One of the bodies that hold it meets this filter."
    )
    participant: list[str] | None = where(
        neighbour_is(edges.districts, is_of_district("code")), "One of these districts, by code, takes part in it."
    )
    attendances: AttendanceFilter | None = where(
        neighbour(edges.attendances), "One of its attendances meets this filter."
    )
    results: Annotated["ResultFilter", strawberry.lazy("schema.results")] | None = where(
        neighbour(edges.results), "One of its results meets this filter."
    )
