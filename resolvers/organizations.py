"""Edges from sectors and from the bodies of the CPPCC, the Party and government."""

from sqlalchemy import and_

from db.enums import MembershipRole, OrganizationKind
from db.events import event_organizer
from db.organizations import hosting
from db.platforms import platform_sponsor
from resolvers import concepts
from resolvers.areas import of_district
from resolvers.edges import Argument, Edge, by, by_any, everything, through, to_own, to_shared, where
from resolvers.filters import equals
from resolvers.trees import ACTIVE_ON, DEPTH, is_above, is_below, one_of_kinds

ROLE = Argument(
    "role", MembershipRole, "Only memberships in this role.", lambda _, child, value: equals("role")(child, value)
)

district = of_district(concepts.organizations)
parent = to_own("Organization.parent", concepts.organizations, concepts.organizations, "parent")
ancestors = Edge(
    "Organization.ancestors",
    concepts.organizations,
    concepts.organizations,
    where(lambda parent, child: and_(child.c.district == parent.c.district, is_above(parent, child))),
    order=("path", True),
)
children = Edge(
    "Organization.children",
    concepts.organizations,
    concepts.organizations,
    by(district="district", id="parent_id"),
)
descendants = Edge(
    "Organization.descendants",
    concepts.organizations,
    concepts.organizations,
    where(lambda parent, child: and_(child.c.district == parent.c.district, is_below(parent, child))),
    arguments=(one_of_kinds("kinds", "kind", OrganizationKind, "Only bodies of these kinds."), DEPTH),
)
sector = to_shared("Organization.sector", concepts.organizations, concepts.sectors, "sector")
area = to_shared("Organization.area", concepts.organizations, concepts.areas, "area")
source = to_shared("Organization.source", concepts.organizations, concepts.sources, "source")
members = Edge(
    "Organization.members",
    concepts.organizations,
    concepts.memberships,
    by(district="district", id="organization_id"),
    arguments=(ROLE, ACTIVE_ON),
)
hosted_at = Edge(
    "Organization.hostedAt",
    concepts.organizations,
    concepts.platforms,
    by_any(
        hosting,
        {"district": "district", "id": "organization_id"},
        {"district": "district", "platform_id": "id"},
    ),
)
hostings = Edge(
    "Organization.hostings",
    concepts.organizations,
    concepts.hostings,
    by(district="district", id="organization_id"),
    arguments=(ACTIVE_ON,),
)
sponsored = Edge(
    "Organization.sponsored",
    concepts.organizations,
    concepts.platforms,
    through(
        platform_sponsor,
        {"district": "sponsor_district", "id": "sponsor_id"},
        {"district": "district", "platform_id": "id"},
    ),
)
events = Edge(
    "Organization.events",
    concepts.organizations,
    concepts.events,
    through(
        event_organizer,
        {"district": "organization_district", "id": "organization_id"},
        {"district": "district", "event_id": "id", "starts_at": "starts_at"},
    ),
)
handled = Edge(
    "Organization.handled", concepts.organizations, concepts.results, by(district="district", id="department_id")
)
adoptions = Edge(
    "Organization.adoptions",
    concepts.organizations,
    concepts.adoptions,
    by(district="organization_district", id="organization_id"),
)
observations = Edge(
    "Organization.observations",
    concepts.organizations,
    concepts.observations,
    by(district="district", id="organization_id"),
)

sector_members = Edge("Sector.members", concepts.sectors, concepts.members, by(id="sector_id"))
sector_organizations = Edge("Sector.organizations", concepts.sectors, concepts.organizations, by(id="sector_id"))
sector_source = to_shared("Sector.source", concepts.sectors, concepts.sources, "source")

hosting_district = of_district(concepts.hostings)
hosting_organization = to_own("Hosting.organization", concepts.hostings, concepts.organizations, "organization")
hosting_platform = to_own("Hosting.platform", concepts.hostings, concepts.platforms, "platform")
hosting_source = to_shared("Hosting.source", concepts.hostings, concepts.sources, "source")

all_organizations = Edge("Query.organizations", None, concepts.organizations, everything)
all_sectors = Edge("Query.sectors", None, concepts.sectors, everything)
