"""What can keep a write from being made, though nothing is wrong with how it was asked for: facts a client branches on.

Each is raised inside the transaction, which then leaves nothing behind, and is shown as a type of the same name with
the fields declared here and a message.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, dataclass_transform, get_type_hints


@dataclass_transform(eq_default=False)
class Failure(Exception):
    """A write that was not made; `says` becomes its message, with its fields filled in."""

    says: ClassVar[str]

    def __init_subclass__(cls) -> None:
        dataclass(eq=False)(cls)

    @property
    def message(self) -> str:
        """Why nothing was written, and what would be right."""
        values = {name: getattr(self, name) for name in self.facts()}
        shown = {
            name: ", ".join(each) or "nothing" if isinstance(each, list) else each for name, each in values.items()
        }
        return self.says.format(**{name: "unknown" if each is None else each for name, each in shown.items()})

    @classmethod
    def facts(cls) -> dict[str, tuple[Any, str]]:
        """The fields, their types and what each says."""
        hints = get_type_hints(cls, include_extras=True)
        return {f.name: (hints[f.name].__origin__, hints[f.name].__metadata__[0]) for f in fields(cls)}  # type: ignore[arg-type]


class NotFound(Failure):
    """A part of the input names what is not there, or not any more. Any mutation may end so."""

    says = "{part}: there is no {type} with the id {id}, or not any more"
    part: Annotated[str, "The part of the input."]
    type: Annotated[str, "The type the id is of."]
    id: Annotated[str, "The id."]


class IllegalTransition(Failure):
    """What was asked for cannot follow the present state."""

    says = "{machine} is {current}, which can be followed by {allowed}, not by {wanted}"
    machine: Annotated[str, "The state machine, as `stateMachines` has it."]
    current: Annotated[str, "The present state."]
    wanted: Annotated[str, "The state that was asked for."]
    allowed: Annotated[list[str], "The states that may follow the present one; empty when it is the last."]


class SlugTaken(Failure):
    """Another platform has the slug."""

    says = "a platform has the slug {slug} already; choose another one"
    slug: Annotated[str, "The slug."]


class LeadAlreadyAppointed(Failure):
    """A platform has one lead at a time, and there is one within the period."""

    says = "the platform has a lead within this period, {lead}; end that membership first"
    lead: Annotated[str, "The lead's name."]
    starts_on: Annotated[date | None, "The first day of the lead's period; null when it is open."]
    ends_on: Annotated[date | None, "The last day of the lead's period; null when it is open."]


class NameTaken(Failure):
    """Another body of the same kind in the district has the name."""

    says = "the district has a body of this kind called {name} already"
    name: Annotated[str, "The name."]


class WouldBeItsOwnAncestor(Failure):
    """What was to become the parent is the row itself or below it."""

    says = "{name} is the row itself or below it, so it cannot be above it"
    name: Annotated[str, "The name of what was to be the parent."]


class AlreadyHosted(Failure):
    """The body is hosted at the platform since the same day already."""

    says = "the body is hosted there since that day ({starts_on}) already"
    starts_on: Annotated[date | None, "The day; null when it is not known."]


class EventIsFull(Failure):
    """All places of the event are taken."""

    says = "all {capacity} places are taken; sign up with mayWait: true for the waiting list"
    capacity: Annotated[int, "How many places there are."]


class RegistrationClosed(Failure):
    """The event takes nobody any more: registration has ended, or the event is over or cancelled."""

    says = "registration is closed; it ended at {closed_at}"
    closed_at: Annotated[datetime | None, "When registration closed, in UTC; null when the event is over or cancelled."]


class AlreadySignedUp(Failure):
    """The member has a place, or one on the waiting list, already."""

    says = "the member is {state} already"
    state: Annotated[str, "Where the attendance stands."]


class NotSignedUp(Failure):
    """The member takes no part in the event."""

    says = "{member} is not signed up for the event; use signUp first"
    member: Annotated[str, "The member's name."]


class AlreadyCheckedIn(Failure):
    """The member was checked in before."""

    says = "already checked in at {checked_in_at}"
    checked_in_at: Annotated[datetime | None, "When, in UTC; null when it is not known."]


class CheckInNotOpen(Failure):
    """Nobody can check in just now."""

    says = "check-in is open from {opens_at} to {closes_at}"
    opens_at: Annotated[datetime, "When check-in opens, in UTC."]
    closes_at: Annotated[datetime, "When it closes, in UTC."]


class CheckInCodeExpired(Failure):
    """The code shown at the event is another one by now, or was never one of this event."""

    says = "the code is not valid, or no longer; one is good for {seconds} seconds, so scan the current one"
    seconds: Annotated[int, "How many seconds a code is good for."]


class AlreadyAdopted(Failure):
    """The body adopted the result before."""

    says = "the body adopted it on {adopted_on} already"
    adopted_on: Annotated[date, "The day."]


class AlreadyAuthor(Failure):
    """The member is an author already."""

    says = "the member is an author ({role}) already"
    role: Annotated[str, "As what."]


class TooManyRequests(Failure):
    """Too much was sent from one place without a key."""

    says = "more than {per_hour} requests came from this place within an hour; try again later"
    per_hour: Annotated[int, "How many may come within an hour."]


class UnknownReceipt(Failure):
    """No request belongs to the receipt."""

    says = "no request belongs to this receipt; use the one raiseCitizenRequest gave"


class AlreadyJoined(Failure):
    """The platform works on the matter already."""

    says = "{platform} works on it already"
    platform: Annotated[str, "The platform's name."]


class DiscussionOver(Failure):
    """Nobody can speak in the discussion any more."""

    says = "the discussion is {status}, and was to end at {closes_at}"
    status: Annotated[str, "Where it stands."]
    closes_at: Annotated[datetime | None, "Until when one could speak, in UTC; null when there was no limit."]


class AlreadySupported(Failure):
    """The member stands behind the discussion already."""

    says = "{member} stands behind it already"
    member: Annotated[str, "The member's name."]


class TooManyWebhooks(Failure):
    """The key has as many webhooks as one may have."""

    says = "the key has {limit} webhooks already; remove one, or name more types in one"
    limit: Annotated[int, "How many a key may have."]


class BatchRefused(Failure):
    """Rows of the batch are wrong, and one bad row keeps all out."""

    says = "{count} rows are wrong, so nothing was written: {problems}"
    count: Annotated[int, "How many rows are wrong."]
    problems: Annotated[list[str], "What is wrong with the first 100 of them, each with its place from 0."]


class EventOver(Failure):
    """The event was held or cancelled."""

    says = "the event is {status}; it cannot be moved any more, and nobody takes leave"
    status: Annotated[str, "Where it stands."]


class AlreadyTaken(Failure):
    """Somebody takes care of the request already, or it is done with."""

    says = "the request is {status}, so nobody needs to take it"
    status: Annotated[str, "Where it stands."]


class NotReplied(Failure):
    """There is no reply to say anything of, or it was said."""

    says = "the request is {status}, so there is no reply to rate"
    status: Annotated[str, "Where it stands."]


class NotAnAuthor(Failure):
    """Only the authors of a proposal evaluate how it was handled."""

    says = "{member} is no author of the proposal"
    member: Annotated[str, "The member's name."]


class AlreadyAssigned(Failure):
    """The department has a part in this round already."""

    says = "{organization} has a part in this round already"
    organization: Annotated[str, "The department's name."]


class JointRepliesMissing(Failure):
    """The lead department replies last, and departments that join in have not replied yet."""

    says = "these departments have to reply first: {organizations}"
    organizations: Annotated[list[str], "The names of the departments."]


class NotADraft(Failure):
    """Only a draft can be edited, co-signed or taken back."""

    says = "only a draft can be changed like this, and this is {status}"
    status: Annotated[str, "Where it stands."]


class NotTheLead(Failure):
    """Only the lead may do this: the lead author of a proposal, or the department that leads its handling."""

    says = "only the lead may do this; it is led by: {lead}"
    lead: Annotated[str | None, "Who leads; null when nobody does."]


class NotAssigned(Failure):
    """The department has no open part in the handling of the proposal."""

    says = "{organization} has no open assignment for this proposal"
    organization: Annotated[str, "The department's name."]


class AlreadyEvaluated(Failure):
    """The member evaluated this stage before."""

    says = "the member evaluated stage {stage} already"
    stage: Annotated[int, "The stage, 1–4."]
