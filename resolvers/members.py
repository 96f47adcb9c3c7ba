"""Edges from members of the CPPCC and their memberships."""

from sqlalchemy import FromClause, and_

from db.enums import MembershipRole
from db.members import membership
from db.results import result_author
from resolvers import concepts
from resolvers.areas import of_district
from resolvers.edges import Condition, Edge, alike, by, everything, through, to_far, to_own, to_shared
from resolvers.trees import ACTIVE_ON


def _led(parent: FromClause, child: FromClause) -> tuple[FromClause, Condition]:
    of = membership.alias()
    source = of.join(child, alike(of, child, {"district": "district", "platform_id": "id"}))
    whose = alike(parent, of, {"district": "member_district", "id": "member_id"})
    return source, and_(whose, of.c.role == MembershipRole.LEAD)


district = of_district(concepts.members)
sector = to_shared("Member.sector", concepts.members, concepts.sectors, "sector")
source = to_shared("Member.source", concepts.members, concepts.sources, "source")
memberships = Edge(
    "Member.memberships",
    concepts.members,
    concepts.memberships,
    by(district="member_district", id="member_id"),
    arguments=(ACTIVE_ON,),
)
leads = Edge("Member.leads", concepts.members, concepts.platforms, _led)
attendances = Edge(
    "Member.attendances", concepts.members, concepts.attendances, by(district="member_district", id="member_id")
)
results = Edge(
    "Member.results",
    concepts.members,
    concepts.results,
    through(
        result_author,
        {"district": "member_district", "id": "member_id"},
        {"district": "district", "result_id": "id"},
    ),
)
observations = Edge(
    "Member.observations", concepts.members, concepts.observations, by(district="district", id="member_id")
)

contact = Edge("Member.contact", concepts.members, concepts.member_contacts, by(district="district", id="member_id"))

membership_district = of_district(concepts.memberships)
membership_member = to_far("Membership.member", concepts.memberships, concepts.members, "member")
membership_organization = to_own(
    "Membership.organization", concepts.memberships, concepts.organizations, "organization"
)
membership_platform = to_own("Membership.platform", concepts.memberships, concepts.platforms, "platform")
membership_on_behalf_of = to_far("Membership.onBehalfOf", concepts.memberships, concepts.organizations, "on_behalf_of")
membership_source = to_shared("Membership.source", concepts.memberships, concepts.sources, "source")

duty_rules = Edge("District.dutyRules", concepts.areas, concepts.duty_rules, by(code="district"))
all_members = Edge("Query.members", None, concepts.members, everything)
