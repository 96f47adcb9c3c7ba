"""Mutations of how people take part in events."""

import strawberry

from db.enums import AttendanceRole, EventMode
from resolvers.mutations import attendances as acts
from schema.events import Attendance, Event
from schema.payloads import Input, mutation, optional, required

_ATTENDANCE = {"attendance": (Attendance, "The attendance.")}
_BOTH = {**_ATTENDANCE, "event": (Event, "The event.")}


@strawberry.input(description="A member who wants to come to an event.")
class SignUpInput(Input):
    event: strawberry.ID = required("The event.")
    member: strawberry.ID = required("The member, of any district.")
    role: AttendanceRole = optional("As what.", AttendanceRole.MEMBER)
    mode: EventMode | None = optional("On site or on line.")
    may_wait: bool = optional("Whether to go on the waiting list when all places are taken.", False)


@strawberry.input(description="A member who cannot come.")
class TakeLeaveInput(Input):
    event: strawberry.ID = required("The event.")
    member: strawberry.ID = required("The member.")
    reason: str | None = optional("Why.")


@strawberry.input(description="Written advice to an event.")
class AdviseEventInput(Input):
    event: strawberry.ID = required("The event.")
    member: strawberry.ID = required("The member, who takes part in it.")
    advice: str = required("What the member advises.")


@strawberry.input(
    description="A member who came. With the code shown at the event and the member's signed duty code, no key is"
    " needed; with a key that may write, event and member can be named."
)
class CheckInInput(Input):
    code: str | None = optional("The code shown at the event; either this or event.")
    event: strawberry.ID | None = optional("The event; either this or code.")
    duty_code: str | None = optional("The member's own code, signed if there is no key; either this or member.")
    member: strawberry.ID | None = optional("The member; either this or dutyCode.")
    mode: EventMode = optional("On site or on line.", EventMode.ONSITE)
    may_wait: bool = optional("Whether to go on the waiting list when all places are taken.", False)


@strawberry.type
class AttendanceMutations:
    sign_up = mutation(acts.sign_up, "Sign a member up for an event.", SignUpInput, _BOTH)
    take_leave = mutation(
        acts.take_leave, "Give a member leave; the first on the waiting list takes the place.", TakeLeaveInput, _BOTH
    )
    advise_event = mutation(acts.advise_event, "Leave written advice to an event.", AdviseEventInput, _ATTENDANCE)
    check_in = mutation(
        acts.check_in, "Check a member in, from an hour before the start to the end, once.", CheckInInput, _BOTH
    )
