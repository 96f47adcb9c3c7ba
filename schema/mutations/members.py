"""Mutations of members and of what they belong to."""

from datetime import date

import strawberry
from strawberry import UNSET

from db.enums import EventKind, Gender, MembershipRole, ResultKind, Visibility
from resolvers.mutations import members as acts
from schema.areas import Area
from schema.members import DutyRule, Member, Membership
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required

_MEMBER = {"member": (Member, "The member.")}
_MEMBERSHIP = {"membership": (Membership, "The membership.")}


@strawberry.input(description="A member to admit.")
class AdmitMemberInput(Input):
    district: str = required("The code of the district, city or province whose CPPCC it is.")
    name: str = required("The name.")
    gender: Gender | None = optional("The gender, where it is public.")
    party: str | None = optional("The party; null when of none or not known.")
    sector: str | None = optional("The code of the sector.")
    post: str | None = optional("What they are by profession or office.")
    tags: list[str] | None = optional("Words that say what they know about.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="What is said of a member; what is left out stays.")
class EditMemberInput(Input):
    member: strawberry.ID = required("The member.")
    name: str | None = optional("The name.", UNSET)
    gender: Gender | None = optional("The gender, where it is public; null takes it away.", UNSET)
    party: str | None = optional("The party; null takes it away.", UNSET)
    post: str | None = optional("What they are by profession or office; null takes it away.", UNSET)


@strawberry.input(description="A member's tags (标签墙).")
class TagMemberInput(Input):
    member: strawberry.ID = required("The member.")
    tags: list[str] = required("All tags from now on.")


@strawberry.input(description="A duty code (履职码) for a member.")
class IssueDutyCodeInput(Input):
    member: strawberry.ID = required("The member, whose former code is good for nothing from now on.")


@strawberry.input(description="A member to appoint to a body or a platform.")
class AppointMemberInput(Input):
    member: strawberry.ID = required("The member, of any district.")
    organization: strawberry.ID | None = optional("The body; either this or a platform.")
    platform: strawberry.ID | None = optional("The platform; either this or a body.")
    role: MembershipRole = optional("As what; a platform has one LEAD at a time.", MembershipRole.MEMBER)
    post: str | None = optional("The post in the body's own words.")
    on_behalf_of: strawberry.ID | None = optional("The body they stand for.")
    starts_on: date | None = optional("The first day; null when it is open.")
    ends_on: date | None = optional("The last day; null when it is open.")
    is_sample: bool = SAMPLE


@strawberry.input(description="The end of a membership.")
class EndMembershipInput(Input):
    membership: strawberry.ID = required("The membership.")
    on: date = required("Its last day.")


@strawberry.input(description="The points for an event or a result of a kind.")
class SetDutyPointsInput(Input):
    district: str = required("The code of the district whose members get them.")
    event_kind: EventKind | None = optional("The kind of event; either this or a kind of result.")
    result_kind: ResultKind | None = optional("The kind of result; either this or a kind of event.")
    points: int = required("The points, 0 or more.")


@strawberry.type
class MemberMutations:
    set_duty_points = mutation(
        acts.set_duty_points,
        "Say how many points members get for what.",
        SetDutyPointsInput,
        {"duty_rule": (DutyRule, "The rule."), "district": (Area, "The district, or the city or province.")},
    )
    admit_member = mutation(acts.admit_member, "Admit a member.", AdmitMemberInput, _MEMBER)
    edit_member = mutation(acts.edit_member, "Correct what is said of a member.", EditMemberInput, _MEMBER)
    tag_member = mutation(acts.tag_member, "Set a member's tags.", TagMemberInput, _MEMBER)
    issue_duty_code = mutation(
        acts.issue_duty_code,
        "Give a member a new duty code.",
        IssueDutyCodeInput,
        {
            **_MEMBER,
            "signed_code": (str, "The code with its signature, for the member alone: to check in without a key."),
        },
    )
    appoint_member = mutation(
        acts.appoint_member, "Appoint a member to a body or a platform.", AppointMemberInput, _MEMBERSHIP
    )
    end_membership = mutation(acts.end_membership, "End a membership.", EndMembershipInput, _MEMBERSHIP)
