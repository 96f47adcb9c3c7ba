"""How people take part in events: signing up, waiting, taking leave, checking in, and what they advise."""

from typing import Any

from db.changes import signing_secret
from db.enums import AttendanceRole, AttendanceState, EventStatus
from db.events import attendance, event, event_participant
from db.machines import ATTENDANCE, EVENT
from db.members import member
from db.tables import Values
from resolvers import checkins, concepts
from resolvers.errors import BadArgument, UnknownCode
from resolvers.failures import (
    AlreadyCheckedIn,
    AlreadySignedUp,
    CheckInCodeExpired,
    CheckInNotOpen,
    EventIsFull,
    EventOver,
    IllegalTransition,
    NotSignedUp,
    RegistrationClosed,
)
from resolvers.mutations.acts import Given, act
from resolvers.writes import Of, Write, require_transition


async def _attendance(write: Write, happening: Values, person: Values) -> Values | None:
    who = {"member_district": person["district"], "member_id": person["id"]}
    found = {"district": happening["district"], "event_id": happening["id"], **who}
    return await write.row(attendance, found, lock=True)


async def _has_place(write: Write, happening: Values, waiting: Values | None = None) -> bool:
    """Whether a place is free for a newcomer, or for one who waits; the event is locked, so it stays so.

    Those who wait come first, in the order in which they came.
    """
    if happening["capacity"] is None:
        return True
    same = {"district": happening["district"], "event_id": happening["id"]}
    taken = await write.connection.fetchval(
        "SELECT count(*) FROM attendance WHERE (district, event_id) = ($1, $2)"
        " AND state IN ('REGISTERED', 'CHECKED_IN')",
        happening["district"], happening["id"],
    )  # fmt: skip
    # Ids rise, so the first by key has waited longest.
    line = [each["id"] for each in await write.rows(attendance, {**same, "state": AttendanceState.WAITING})]
    ahead = len(line) if waiting is None else line.index(waiting["id"])
    return int(taken) + ahead < int(happening["capacity"])


async def _taking_part(
    write: Write, happening: Values, person: Values, found: Values | None, state: AttendanceState, **values: Any
) -> Values:
    """The member's attendance in a state, made now when there is none."""
    if found is not None:
        require_transition(ATTENDANCE, found["state"], state)
        return await write.change(attendance, found, state=state, leave_reason=None, **values)
    return await write.add(
        attendance,
        district=happening["district"],
        event_id=happening["id"],
        starts_at=happening["starts_at"],
        member_district=person["district"],
        member_id=person["id"],
        state=state,
        is_sample=happening["is_sample"],
        **{"role": AttendanceRole.MEMBER, **values},
    )


@act(EventIsFull, RegistrationClosed, AlreadySignedUp)
async def sign_up(write: Write, given: Any) -> Given:
    """A member's place at an event, or one on its waiting list."""
    happening = await write.the(concepts.events, given.event, "event")
    person = await write.seen(concepts.members, given.member, "member")
    if happening["status"] not in EVENT.beginnings:
        raise RegistrationClosed(None)
    if happening["registration_closes_at"] and write.at > happening["registration_closes_at"]:
        raise RegistrationClosed(happening["registration_closes_at"])
    found = await _attendance(write, happening, person)
    if found is not None and found["state"] != AttendanceState.LEAVE:
        raise AlreadySignedUp(found["state"])
    if found is not None:
        # Whoever comes back comes anew, and is the last in line.
        await write.remove(attendance, found)
    state = AttendanceState.REGISTERED
    if not await _has_place(write, happening):
        if not given.may_wait:
            raise EventIsFull(happening["capacity"])
        state = AttendanceState.WAITING
    row = await _taking_part(write, happening, person, None, state, role=given.role, mode=given.mode)
    return {"attendance": Of(attendance, row), "event": Of(event, happening)}


@act(NotSignedUp, EventOver, IllegalTransition)
async def take_leave(write: Write, given: Any) -> Given:
    """A member who cannot come; the first on the waiting list takes the place."""
    happening = await write.the(concepts.events, given.event, "event")
    person = await write.seen(concepts.members, given.member, "member")
    if happening["status"] not in EVENT.beginnings:
        raise EventOver(happening["status"])
    found = await _attendance(write, happening, person)
    if found is None:
        raise NotSignedUp(person["name"])
    row = await write.move(ATTENDANCE, attendance, found, AttendanceState.LEAVE, leave_reason=given.reason)
    waiting = {
        "district": happening["district"],
        "event_id": happening["id"],
        "state": AttendanceState.WAITING,
    }
    for first in await write.rows(attendance, waiting, lock=True):
        if not await _has_place(write, happening, first):
            break
        await write.move(ATTENDANCE, attendance, first, AttendanceState.REGISTERED)
    return {"attendance": Of(attendance, row), "event": Of(event, happening)}


@act(NotSignedUp)
async def advise_event(write: Write, given: Any) -> Given:
    """What a member who takes part advises in writing."""
    happening = await write.the(concepts.events, given.event, "event")
    person = await write.seen(concepts.members, given.member, "member")
    found = await _attendance(write, happening, person)
    if found is None:
        raise NotSignedUp(person["name"])
    return {"attendance": Of(attendance, await write.change(attendance, found, advice=given.advice))}


@act(AlreadyCheckedIn, CheckInNotOpen, CheckInCodeExpired, EventIsFull, IllegalTransition, is_public=True)
async def check_in(write: Write, given: Any) -> Given:
    """A member who came, on site or on line, once and while check-in is open.

    With the code shown at the event nobody needs a key; the member is known by the duty code.
    """
    happening = await _event_of(write, given)
    person = await _member_of(write, happening, given)
    opens_at, closes_at = checkins.window(happening["starts_at"], happening["ends_at"])
    if not opens_at <= write.at <= closes_at or happening["status"] == EventStatus.CANCELLED:
        raise CheckInNotOpen(opens_at, closes_at)
    found = await _attendance(write, happening, person)
    if found is not None and found["state"] == AttendanceState.CHECKED_IN:
        raise AlreadyCheckedIn(found["checked_in_at"])
    has_place = found is not None and found["state"] == AttendanceState.REGISTERED
    is_waiting = found is not None and found["state"] == AttendanceState.WAITING
    if has_place or await _has_place(write, happening, found if is_waiting else None):
        if found is not None and found["state"] == AttendanceState.WAITING:
            found = await write.move(ATTENDANCE, attendance, found, AttendanceState.REGISTERED)
        came = {"checked_in_at": write.at, "mode": given.mode}
        row = await _taking_part(write, happening, person, found, AttendanceState.CHECKED_IN, **came)
    elif given.may_wait and found is None:
        row = await _taking_part(write, happening, person, None, AttendanceState.WAITING, mode=given.mode)
    else:
        raise EventIsFull(happening["capacity"])
    return {"attendance": Of(attendance, row), "event": Of(event, happening)}


async def _event_of(write: Write, given: Any) -> Any:
    if (given.code is None) == (given.event is None):
        raise BadArgument("name either the code shown at the event, or the event")
    if given.code is None:
        happening = await write.the(concepts.events, given.event, "event")
        # Without the code shown at the event, a key is needed.
        write.viewer.require_write(happening["district"], attendance)
        return happening
    event_id = checkins.event_of(await signing_secret(write.connection), given.code, write.at)
    found = None if event_id is None else await write.row(event, {"id": event_id}, lock=True)
    if found is None:
        raise CheckInCodeExpired(2 * checkins.SECONDS)
    await write.kept.touch("event", found["district"], [found["id"]])
    return found


async def _member_of(write: Write, happening: Values, given: Any) -> Values:
    if (given.duty_code is None) == (given.member is None):
        raise BadArgument("name either the member's dutyCode, or the member")
    if given.member is not None:
        write.viewer.require_write(happening["district"], attendance)
        return await write.seen(concepts.members, given.member, "member")
    code, _, signature = given.duty_code.partition(".")
    if not signature:
        # Duty codes are no secret, so without its signature one stands for the member only to those who may write.
        write.viewer.require_write(happening["district"], attendance)
    # A code is unique within a district; that of the event comes first.
    secret = await signing_secret(write.connection)
    taking_part = await write.rows(event_participant, {"district": happening["district"], "event_id": happening["id"]})
    for district in dict.fromkeys([happening["district"], *(each["participant"] for each in taking_part)]):
        found = await write.row(member, {"district": district, "duty_code": code})
        if found is not None and (not signature or given.duty_code == checkins.signed(secret, district, code)):
            return found
    raise UnknownCode(f"no member of the districts that take part has the duty code {given.duty_code[:40]!r}")
