"""Mutations of platforms."""

from datetime import date

import strawberry
from strawberry import UNSET

from db.enums import HostKind, PlatformKind, PlatformLevel, PlatformStatus, Visibility
from resolvers.mutations import platforms as acts
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required
from schema.platforms import Platform

_PLATFORM = {"platform": (Platform, "The platform.")}


@strawberry.input(description="A platform to open.")
class OpenPlatformInput(Input):
    slug: str = required("Its key in URLs and files: small letters, digits and single hyphens; nobody else's.")
    name: str = required("Its name.")
    kind: PlatformKind = required("What kind of platform it is.")
    level: PlatformLevel = required("The level it belongs to.")
    area: strawberry.ID = required("Where it is.")
    district: str | None = optional("The code of the district, city or province that owns it; the area's by default.")
    host: strawberry.ID | None = optional("The area on whose premises it works.")
    host_kind: HostKind | None = optional("What kind of premises these are.")
    sponsor: strawberry.ID | None = optional("The body that runs it, of any district.")
    parent: strawberry.ID | None = optional("The platform above it in the line of deliberation, of the same district.")
    status: PlatformStatus = optional("PLANNED, or at work at once.", PlatformStatus.ACTIVE)
    brand: str | None = optional("The name it is known by.")
    is_online: bool = optional("Whether it works on line.", False)
    established_on: date | None = optional("The day it opened.")
    note: str | None = optional("What else is to be said of it.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="Where a platform moves; what is left out stays, null takes away.")
class MovePlatformInput(Input):
    platform: strawberry.ID = required("The platform.")
    area: strawberry.ID | None = optional("The area where it is from now on.", UNSET)
    host: strawberry.ID | None = optional("The area on whose premises it works from now on.", UNSET)
    parent: strawberry.ID | None = optional("The platform above it from now on.", UNSET)


@strawberry.input(description="What is said of a platform; what is left out stays.")
class EditPlatformInput(Input):
    platform: strawberry.ID = required("The platform.")
    name: str | None = optional("Its name.", UNSET)
    brand: str | None = optional("The name it is known by; null takes it away.", UNSET)
    note: str | None = optional("What else is to be said of it; null takes it away.", UNSET)
    is_online: bool | None = optional("Whether it works on line.", UNSET)
    established_on: date | None = optional("The day it opened; null takes it away.", UNSET)


@strawberry.input(description="What becomes of a platform.")
class SetPlatformStatusInput(Input):
    platform: strawberry.ID = required("The platform.")
    to: PlatformStatus = required("Its status from now on; stateMachines tells what may follow what.")
    on: date | None = optional("The day it closed, when it does; today by default.")


@strawberry.input(description="A platform's stars for a year.")
class RatePlatformInput(Input):
    platform: strawberry.ID = required("The platform.")
    year: int = required("The year.")
    stars: int = required("How many stars, 1–5.")


@strawberry.type
class PlatformMutations:
    open_platform = mutation(acts.open_platform, "Open a platform, or plan one.", OpenPlatformInput, _PLATFORM)
    move_platform = mutation(
        acts.move_platform, "Move a platform to another area, host or parent.", MovePlatformInput, _PLATFORM
    )
    set_platform_status = mutation(
        acts.set_platform_status,
        "Start, suspend, resume or close a platform.",
        SetPlatformStatusInput,
        _PLATFORM,
    )
    edit_platform = mutation(acts.edit_platform, "Correct what is said of a platform.", EditPlatformInput, _PLATFORM)
    rate_platform = mutation(acts.rate_platform, "Give a platform its stars for a year.", RatePlatformInput, _PLATFORM)
