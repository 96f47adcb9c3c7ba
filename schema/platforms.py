"""Consultation platforms: district forums, deliberation halls, consultation stations, member studios and parlors."""

from datetime import date

import strawberry

from db.enums import HostKind, PlatformKind, PlatformLevel, PlatformStatus, Visibility
from resolvers import concepts
from resolvers import platforms as edges
from resolvers.areas import is_within
from resolvers.filters import during, equals, has_some, is_of_district, neighbour, one_of
from schema.areas import AreaFilter
from schema.events import EventFilter
from schema.fields import SHARED_WITH, VISIBILITY, column, connection, named, to_many, to_one
from schema.filters import DateRange, all_hold, any_holds, does_not_hold, has_text, where
from schema.members import MembershipFilter
from schema.nodes import Node, connection_type, order_input
from schema.organizations import OrganizationFilter


@strawberry.type(description="A platform's star rating (星级) for one year.")
class StarRating:
    year: int = column("The year.")
    stars: int = column("1–5 stars.")
    is_sample: bool = column("Whether it is sample data rather than fact.")


@strawberry.interface(description="A place, on the ground or on line, where members meet residents and firms.")
class Platform(Node):
    slug: str = column("Its stable, readable name in addresses and files; unique.")
    name: str = column("The name.")
    brand: str | None = column("The brand it is known by, for example 芯智造; null when it has none.")
    kind: PlatformKind = column("What it is.")
    level: PlatformLevel = column("Which level runs it.")
    status: PlatformStatus = column("Where it stands in its life.")
    host_kind: HostKind | None = column("On whose premises it works; null when not stated.")
    is_online: bool = column("Whether it works on line only.")
    established_on: date | None = column("The day it opened; null when not known.")
    closed_on: date | None = column("The day it closed; null while it is open or when not known.")
    note: str | None = column("What there is to know about the row itself.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district it belongs to.", required=True)
    area = to_one(edges.area, "Where it is.", required=True)
    host = to_one(edges.host, "The area or park on whose premises it works; null when not stated.")
    sponsor = to_one(edges.sponsor, "The body that runs it, which may belong elsewhere; null when not stated.")
    parent = to_one(edges.parent, "The platform above it in the line of deliberation; null at the top or beside it.")
    ancestors = to_many(edges.ancestors, "The platforms above it, nearest first.", usual=4)
    children = connection(edges.children, "The platforms directly below it.")
    descendants = connection(edges.descendants, "The platforms below it, at any depth.")
    lead = to_one(edges.lead, "Its lead member (领衔委员) today; null when there is none.")
    members = connection(edges.members, "Who belongs to it, as dated memberships.")
    organizations = connection(edges.organizations, "The bodies that have their place of activity here.")
    hostings = connection(edges.hostings, "The places of activity of bodies here, dated.")
    events = connection(edges.events, "The events held here.")
    results = connection(edges.results, "What came out here.")
    star_ratings = to_many(edges.star_ratings, "Its yearly star ratings, oldest first.")
    documents = connection(edges.documents, "Files about it.")
    observations = connection(edges.observations, "Published figures about it.")
    source = to_one(edges.source, "Where it is known from.")


@strawberry.type(description="A district's composite consultation platform (区级综合协商平台).")
class DistrictForum(Platform):
    halls = connection(edges.halls, "Its deliberation halls; what else stands directly below it is among `children`.")


@strawberry.type(description="A township's deliberation hall (民生议事堂).")
class DeliberationHall(Platform):
    stations = connection(edges.stations, "Its consultation stations.")


@strawberry.type(description="A consultation station (协商驿站) of a village, or of an industry park.")
class ConsultationStation(Platform):
    hall = to_one(edges.parent, "The deliberation hall it belongs to; null for a park's station.")


@strawberry.type(description="A member studio (委员工作室), in a park, of a sector, of a committee or on line.")
class MemberStudio(Platform):
    park = to_one(
        edges.host,
        "The park on whose premises it works; null for a studio elsewhere.",
        type=named(concepts.areas),
    )


@strawberry.type(description="A member parlor (委员会客厅).")
class MemberParlor(Platform):
    pass


PlatformConnection = connection_type(Platform)
PlatformOrder = order_input(concepts.platforms)


@strawberry.input(description="Conditions on platforms; all that are given must hold.")
class PlatformFilter:
    and_: list["PlatformFilter"] | None = all_hold()
    or_: list["PlatformFilter"] | None = any_holds()
    not_: "PlatformFilter | None" = does_not_hold()
    text: str | None = has_text()
    slug: list[str] | None = where(one_of("slug"), "It has one of these slugs.")
    kind: list[PlatformKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    status: list[PlatformStatus] | None = where(one_of("status"), "It has one of these statuses.")
    level: list[PlatformLevel] | None = where(one_of("level"), "It is run by one of these levels.")
    host_kind: list[HostKind] | None = where(one_of("host_kind"), "It works on premises of one of these kinds.")
    district: list[str] | None = where(is_of_district("district"), "It belongs to one of these districts, by code.")
    is_online: bool | None = where(equals("is_online"), "Whether it works on line only.")
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    established_on: DateRange | None = where(during("established_on"), "It opened within these days.")
    area: AreaFilter | None = where(neighbour(edges.area), "The area it is in meets this filter.")
    host: AreaFilter | None = where(neighbour(edges.host), "The area it is hosted by meets this filter.")
    sponsor: OrganizationFilter | None = where(neighbour(edges.sponsor), "The body that runs it meets this filter.")
    parent: "PlatformFilter | None" = where(neighbour(edges.parent), "The platform above it meets this filter.")
    members: MembershipFilter | None = where(neighbour(edges.members), "One of its memberships meets this filter.")
    organizations: OrganizationFilter | None = where(
        neighbour(edges.organizations), "A body that has its place of activity here meets this filter."
    )
    events: EventFilter | None = where(neighbour(edges.events), "One of its events meets this filter.")
    has_events: bool | None = where(has_some(edges.events), "Whether any event was ever held or is planned here.")
