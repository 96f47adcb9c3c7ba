"""Sectors, and the bodies of the CPPCC, of the Party and of government."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.enums import OrganizationKind, PlatformLevel, SectorFamily
from resolvers import concepts
from resolvers import organizations as edges
from resolvers.filters import active_on, equals, has_some, is_of_district, neighbour, one_of
from schema.areas import AreaFilter
from schema.fields import column, connection, to_many, to_one
from schema.filters import all_hold, any_holds, does_not_hold, has_text, where
from schema.nodes import Node, connection_type, order_input

if TYPE_CHECKING:
    from schema.results import ResultFilter


@strawberry.type(description="One of the 34 sectors (界别) of the CPPCC.")
class Sector(Node):
    code: str = column("Its number in the national list, 01–34.")
    name: str = column("Its Chinese name.")
    name_en: str = column("Its English name.")
    short_name: str | None = column("The short Chinese name in use; null when there is none.")
    note: str | None = column("What there is to know about it.")
    sector_group: SectorFamily = column("Which family of sectors it belongs to.", name="group")
    source = to_one(edges.sector_source, "Where it is known from.")
    members = connection(edges.sector_members, "The members of the sector, in all districts.")
    organizations = connection(edges.sector_organizations, "The sector groups and other bodies of the sector.")


@strawberry.interface(description="A body of the CPPCC, of the Party or of government.")
class Organization(Node):
    name: str = column("The name.")
    short_name: str | None = column("The short name in use; null when there is none.")
    kind: OrganizationKind = column("What it is.")
    level: PlatformLevel = column("Which level it belongs to.")
    founded_on: date | None = column("The day it was founded; null when not known.")
    dissolved_on: date | None = column("The day it was dissolved; null while it exists or when not known.")
    note: str | None = column("What there is to know about the row itself.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district, city or province whose body it is.", required=True)
    source = to_one(edges.source, "Where it is known from.")
    sector = to_one(edges.sector, "The sector it gathers; null for bodies of no sector.")
    area = to_one(edges.area, "The area it is for, such as a liaison committee's township; null when it is for all.")
    parent = to_one(edges.parent, "The body above it.")
    ancestors = to_many(edges.ancestors, "The bodies above it.", usual=4)
    children = connection(edges.children, "The bodies directly below it.")
    descendants = connection(edges.descendants, "The bodies below it, at any depth.")
    members = connection(edges.members, "Who belongs to it, as dated memberships.")
    hosted_at = connection(edges.hosted_at, "The platforms where it has its place of activity.")
    hostings = connection(edges.hostings, "Its places of activity, dated.")
    sponsored_platforms = connection(edges.sponsored, "The platforms it runs.")
    events = connection(edges.events, "The events it holds, alone or with others, of any district.")
    handled_results = connection(edges.handled, "The results it is to handle.")
    adoptions = connection(edges.adoptions, "What it adopted, from any district.")
    observations = connection(edges.observations, "Published figures about it.")


@strawberry.type(description="A committee of the CPPCC (政协委员会).")
class CppccCommittee(Organization):
    pass


@strawberry.type(description="A special committee (专委会) of a CPPCC committee.")
class SpecialCommittee(Organization):
    pass


@strawberry.type(description="A sector's group of members (界别活动组).")
class SectorGroup(Organization):
    pass


@strawberry.type(description="A township's liaison committee for members (镇街联络工委).")
class TownshipLiaison(Organization):
    pass


@strawberry.type(description="A mentor team (陪跑团) of members.")
class MentorTeam(Organization):
    pass


@strawberry.type(description="A leading Party members' group (党组).")
class LeadingPartyGroup(Organization):
    pass


@strawberry.type(description="A general Party branch (党总支).")
class GeneralPartyBranch(Organization):
    pass


@strawberry.type(description="A Party branch (党支部), standing or for duty work.")
class PartyBranch(Organization):
    pass


@strawberry.type(description="A Party group (党小组).")
class PartyGroup(Organization):
    pass


@strawberry.type(description="The Party committee and the government of a place (党委政府).")
class Authority(Organization):
    pass


@strawberry.type(description="A department or another body that handles results (部门·承办单位).")
class Department(Organization):
    pass


@strawberry.type(description="A body's place of activity at a platform.")
class Hosting(Node):
    starts_on: date | None = column("Its first day; null when not known.")
    ends_on: date | None = column("Its last day; null while it lasts or when not known.")
    is_inferred: bool = column(
        "Whether the source states the relation only as a whole, and this pair was assigned when it was loaded."
    )
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.hosting_district, "The district it belongs to.", required=True)
    organization = to_one(edges.hosting_organization, "The body.", required=True)
    platform = to_one(edges.hosting_platform, "The platform.", required=True)
    source = to_one(edges.hosting_source, "Where it is known from.")


SectorConnection = connection_type(Sector)
OrganizationConnection = connection_type(Organization)
HostingConnection = connection_type(Hosting)
SectorOrder = order_input(concepts.sectors)
OrganizationOrder = order_input(concepts.organizations)
HostingOrder = order_input(concepts.hostings)


@strawberry.input(description="Conditions on sectors; all that are given must hold.")
class SectorFilter:
    and_: list["SectorFilter"] | None = all_hold()
    or_: list["SectorFilter"] | None = any_holds()
    not_: "SectorFilter | None" = does_not_hold()
    code: list[str] | None = where(one_of("code"), "It has one of these numbers.")
    sector_group: list[SectorFamily] | None = where(
        one_of("sector_group"), "It is of one of these families.", name="group"
    )


@strawberry.input(description="Conditions on bodies; all that are given must hold.")
class OrganizationFilter:
    and_: list["OrganizationFilter"] | None = all_hold()
    or_: list["OrganizationFilter"] | None = any_holds()
    not_: "OrganizationFilter | None" = does_not_hold()
    text: str | None = has_text()
    kind: list[OrganizationKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    level: list[PlatformLevel] | None = where(one_of("level"), "It belongs to one of these levels.")
    name: list[str] | None = where(one_of("name"), "The name is exactly one of these.")
    district: list[str] | None = where(is_of_district("district"), "It belongs to one of these districts, by code.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    is_hosted: bool | None = where(has_some(edges.hostings), "Whether it has a place of activity at some platform.")
    handled_results: Annotated["ResultFilter", strawberry.lazy("schema.results")] | None = where(
        neighbour(edges.handled), "One of the results it is to handle meets this filter."
    )
    sector: SectorFilter | None = where(neighbour(edges.sector), "Its sector meets this filter.")
    area: AreaFilter | None = where(neighbour(edges.area), "The area it is for meets this filter.")
    parent: "OrganizationFilter | None" = where(neighbour(edges.parent), "The body above it meets this filter.")


@strawberry.input(description="Conditions on places of activity; all that are given must hold.")
class HostingFilter:
    and_: list["HostingFilter"] | None = all_hold()
    or_: list["HostingFilter"] | None = any_holds()
    not_: "HostingFilter | None" = does_not_hold()
    active_on: date | None = where(active_on, "Its period includes this day; an unknown date is an open end.")
    is_inferred: bool | None = where(equals("is_inferred"), "Whether the pair was assigned when it was loaded.")
    organization: OrganizationFilter | None = where(
        neighbour(edges.hosting_organization), "The body meets this filter."
    )
