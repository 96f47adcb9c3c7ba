"""Members of the CPPCC, their dated memberships, and their yearly duty reports."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.enums import EventKind, Gender, MembershipRole, ResultKind, Visibility
from resolvers import concepts
from resolvers import discussions as discussion_edges
from resolvers import members as edges
from resolvers import results as result_edges
from resolvers.areas import is_within
from resolvers.asks import Parent
from resolvers.costs import COUNT
from resolvers.duty import DutyRecord
from resolvers.filters import active_on, equals, has_any, is_of_district, is_set, neighbour, one_of
from schema.fields import SHARED_WITH, VISIBILITY, asking, column, connection, listed, to_one
from schema.filters import all_hold, any_holds, does_not_hold, has_text, where
from schema.nodes import Node, connection_type, order_input
from schema.organizations import OrganizationFilter, SectorFilter

if TYPE_CHECKING:
    from schema.platforms import PlatformFilter


@strawberry.type(description="How many duty activities of one kind a member took part in.")
class EventKindCount:
    kind: EventKind = column("The kind of event.")
    count: int = column("How many events the member checked in at.")


@strawberry.type(description="How many results of one kind a member is an author of.")
class ResultKindCount:
    kind: ResultKind = column("The kind of result.")
    count: int = column("How many results.")


@strawberry.type(description="How many points a member of a district gets for an event or a result of a kind.")
class DutyRule(Node):
    event_kind: EventKind | None = column("The kind of event; null when it is for results.")
    result_kind: ResultKind | None = column("The kind of result; null when it is for events.")
    points: int = column("The points.")


@strawberry.type(description="A member's duty report (年度履职报告) for one year of Asia/Shanghai.")
class DutyReport:
    year: int = column("The year.")
    total: int = asking(DutyRecord.total, "How many events of the year the member checked in at.")
    sample_total: int = asking(DutyRecord.sample_total, "How many of these are sample data rather than fact.")
    event_points: int = asking(
        DutyRecord.event_points, "The points for these events, by the rules of the member's district; 0 without rules."
    )
    result_points: int = asking(
        DutyRecord.result_points, "The points for the results, by the rules of the district that owns them."
    )
    by_kind: list[EventKindCount] = asking(
        DutyRecord.by_kind,
        "The same by kind of event; kinds without any are left out.",
        price=listed(len(EventKind), work=COUNT),
    )
    results: list[ResultKindCount] = asking(
        DutyRecord.results,
        "The results raised in the year of which the member is an author, by kind.",
        price=listed(len(ResultKind), work=COUNT),
    )


Year = Annotated[int, strawberry.argument(description="The year, 1949–2100.")]


def _duty_report(self: Parent, year: Year) -> DutyRecord:
    return DutyRecord(self, year)


@strawberry.type(description="How a member can be reached. It needs a key with the scope `personal` for the district.")
class MemberContact:
    phone: str | None = column("The telephone number; null when not known.")
    email: str | None = column("The mail address; null when not known.")
    born_on: date | None = column("The day of birth; the first of January where only the year is known.")


@strawberry.type(description="A member of the CPPCC (政协委员).")
class Member(Node):
    name: str = column("The name.")
    gender: Gender | None = column("The gender; null when not public.")
    party: str | None = column("The party; null when not public.")
    post: str | None = column("The public post or profession; null when not stated.")
    duty_code: str | None = column("The member's duty code (履职码), unique in the district; null when not issued.")
    tags: list[str] = column("What the member is good at or cares for, from the tag wall (标签墙).")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than a real person.")
    district = to_one(edges.district, "The district of whose committee the person is a member.", required=True)
    sector = to_one(edges.sector, "The sector the member represents; null when not stated.")
    memberships = connection(edges.memberships, "The bodies and platforms the member belongs to.")
    leads = connection(edges.leads, "The platforms the member leads or led.")
    attendances = connection(edges.attendances, "The member's part in events.")
    discussions = connection(discussion_edges.of_member, "The discussions the member opened.")
    documents = connection(result_edges.lectures, "What the member lectured on or wrote.")
    results = connection(edges.results, "The results of which the member is an author.")
    observations = connection(edges.observations, "Published figures about the member.")
    source = to_one(edges.source, "Where the member is known from.")
    contact = to_one(edges.contact, "How to reach the member; null to those who may not know it.")
    duty_report: DutyReport = asking(_duty_report, "The duty report of a year, 1949–2100.")


@strawberry.type(description="A member's belonging to a body or a platform, with role and period.")
class Membership(Node):
    role: MembershipRole = column("What the member is there.")
    post: str | None = column("The name of the post; null when it is only the role.")
    starts_on: date | None = column("The first day; null when not known.")
    ends_on: date | None = column("The last day; null while it lasts or when not known.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.membership_district, "The district of the body or platform.", required=True)
    member = to_one(edges.membership_member, "The member, who may belong to another district.", required=True)
    organization = to_one(edges.membership_organization, "The body; null when it is a platform.")
    platform = to_one(edges.membership_platform, "The platform; null when it is a body.")
    on_behalf_of = to_one(edges.membership_on_behalf_of, "The body that sent the member; null when none did.")
    source = to_one(edges.membership_source, "Where it is known from.")


MemberConnection = connection_type(Member)
MembershipConnection = connection_type(Membership)
MemberOrder = order_input(concepts.members)
MembershipOrder = order_input(concepts.memberships)


@strawberry.input(description="Conditions on memberships; all that are given must hold.")
class MembershipFilter:
    and_: list["MembershipFilter"] | None = all_hold()
    or_: list["MembershipFilter"] | None = any_holds()
    not_: "MembershipFilter | None" = does_not_hold()
    role: list[MembershipRole] | None = where(one_of("role"), "It is in one of these roles.")
    active_on: date | None = where(active_on, "Its period includes this day; an unknown date is an open end.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    member: "MemberFilter | None" = where(neighbour(edges.membership_member), "The member meets this filter.")
    organization: OrganizationFilter | None = where(
        neighbour(edges.membership_organization), "It is of a body, which meets this filter."
    )
    platform: Annotated["PlatformFilter", strawberry.lazy("schema.platforms")] | None = where(
        neighbour(edges.membership_platform), "It is of a platform, which meets this filter."
    )


@strawberry.input(description="Conditions on members; all that are given must hold.")
class MemberFilter:
    and_: list["MemberFilter"] | None = all_hold()
    or_: list["MemberFilter"] | None = any_holds()
    not_: "MemberFilter | None" = does_not_hold()
    text: str | None = has_text()
    name: list[str] | None = where(one_of("name"), "The name is exactly one of these.")
    district: list[str] | None = where(
        is_of_district("district"), "The member belongs to one of these districts, by code."
    )
    tags: list[str] | None = where(has_any("tags"), "The member has one of these tags.")
    party: list[str] | None = where(one_of("party"), "The member belongs to one of these parties.")
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    has_sector: bool | None = where(is_set("sector_id"), "Whether the sector is stated.")
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    sector: SectorFilter | None = where(neighbour(edges.sector), "The member's sector meets this filter.")
    memberships: MembershipFilter | None = where(
        neighbour(edges.memberships), "One of the member's memberships meets this filter."
    )
