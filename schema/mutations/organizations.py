"""Mutations of bodies and of where they are hosted."""

from datetime import date

import strawberry
from strawberry import UNSET

from db.enums import OrganizationKind, PlatformLevel
from resolvers.mutations import organizations as acts
from schema.organizations import Hosting, Organization
from schema.payloads import SAMPLE, Input, mutation, optional, required

_BODY = {"organization": (Organization, "The body.")}
_HOSTING = {"hosting": (Hosting, "The place of activity.")}


@strawberry.input(description="A body to found.")
class FoundOrganizationInput(Input):
    district: str = required("The code of the district, city or province it belongs to.")
    name: str = required("Its name, which no other body of the kind has in the district.")
    kind: OrganizationKind = required("What it is.")
    level: PlatformLevel = required("The level it belongs to.")
    short_name: str | None = optional("What it is called for short.")
    parent: strawberry.ID | None = optional("The body above it, of the same district.")
    sector: str | None = optional("The code of its sector.")
    area: strawberry.ID | None = optional("The area it is for.")
    founded_on: date | None = optional("The day it was founded.")
    note: str | None = optional("What else is to be said of it.")
    is_sample: bool = SAMPLE


@strawberry.input(description="What is said of a body; what is left out stays.")
class EditOrganizationInput(Input):
    organization: strawberry.ID = required("The body.")
    name: str | None = optional("Its name, which no other body of the kind has in the district.", UNSET)
    short_name: str | None = optional("What it is called for short; null takes it away.", UNSET)
    note: str | None = optional("What else is to be said of it; null takes it away.", UNSET)


@strawberry.input(description="The end of a body.")
class DissolveOrganizationInput(Input):
    organization: strawberry.ID = required("The body.")
    on: date = required("Its last day.")


@strawberry.input(description="A place of activity (阵地) for a body at a platform.")
class HostOrganizationInput(Input):
    organization: strawberry.ID = required("The body.")
    platform: strawberry.ID = required("The platform, of the body's district.")
    starts_on: date | None = optional("The first day; null when not known.")
    is_sample: bool = SAMPLE


@strawberry.input(description="The end of a body's activity at a platform.")
class EndHostingInput(Input):
    hosting: strawberry.ID = required("The place of activity.")
    on: date = required("Its last day.")


@strawberry.type
class OrganizationMutations:
    found_organization = mutation(acts.found_organization, "Found a body.", FoundOrganizationInput, _BODY)
    edit_organization = mutation(
        acts.edit_organization, "Correct what is said of a body.", EditOrganizationInput, _BODY
    )
    dissolve_organization = mutation(
        acts.dissolve_organization, "Dissolve a body; its history stays.", DissolveOrganizationInput, _BODY
    )
    host_organization = mutation(
        acts.host_organization, "Give a body a place of activity at a platform.", HostOrganizationInput, _HOSTING
    )
    end_hosting = mutation(acts.end_hosting, "End a body's activity at a platform.", EndHostingInput, _HOSTING)
