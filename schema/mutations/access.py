"""Mutations of who sees what, and of how members can be reached."""

from datetime import date

import strawberry
from strawberry import UNSET

from db.enums import Visibility
from resolvers.mutations import access as acts
from schema.members import Member
from schema.nodes import Node
from schema.payloads import Input, mutation, optional, required


@strawberry.input(description="Who is to see a row.")
class SetVisibilityInput(Input):
    id: strawberry.ID = required("A platform, member, event, result, document, discussion or figure.")
    visibility: Visibility = required("Who sees it from now on, beside its district.")
    shared_with: list[str] | None = optional(
        "With SHARED, the codes of the districts it is shared with, a city's for all of its districts; with all"
        " partners when none is named."
    )
    with_all_below: bool | None = optional(
        "Of a platform, whether all below it follows, with what was held there alone and came out there; by default"
        " when fewer are to see it."
    )


@strawberry.input(description="How a member can be reached; what is left out stays, null takes away.")
class SetMemberContactInput(Input):
    member: strawberry.ID = required("The member.")
    phone: str | None = optional("The telephone number.", UNSET)
    email: str | None = optional("The mail address.", UNSET)
    born_on: date | None = optional("The day of birth, the first of January where only the year is known.", UNSET)


@strawberry.type
class AccessMutations:
    set_visibility = mutation(
        acts.set_visibility,
        "Say who sees a row: everybody, partners, or its district alone.",
        SetVisibilityInput,
        {"node": (Node, "The row.")},
    )
    set_member_contact = mutation(
        acts.set_member_contact,
        "Say how a member can be reached; needs a key with the scope `personal`. None of it is in the change log.",
        SetMemberContactInput,
        {"member": (Member, "The member.")},
    )
