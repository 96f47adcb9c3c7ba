"""Mutations of events and their agenda."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from db.enums import EventKind, EventMode, EventStatus, OrganizerRole, Visibility
from resolvers.mutations import events as acts
from schema.events import AgendaItem, Event
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required

_EVENT = {"event": (Event, "The event.")}
_ITEM = {"agenda_item": (AgendaItem, "The point of the agenda.")}


@strawberry.input(description="A body that holds an event.")
class OrganizerInput:
    organization: strawberry.ID = required("The body, of any district.")
    role: OrganizerRole | None = optional("Whether it leads; the first does by default, and the others join in.")


@strawberry.input(description="An event to plan. It needs a platform or an organizer.")
class PlanEventInput(Input):
    title: str = required("The title.")
    kind: EventKind = required("What kind of activity it is.")
    starts_at: datetime = required("When it starts.")
    ends_at: datetime | None = optional("When it ends.")
    platforms: list[strawberry.ID] | None = optional("Where it is held, of one or several districts.")
    organizers: list[OrganizerInput] | None = optional("Who holds it, the host first.")
    district: str | None = optional(
        "The code of the district that owns it; that of the first platform or organizer by default."
    )
    status: EventStatus = optional("TENTATIVE or CONFIRMED.", EventStatus.CONFIRMED)
    mode: EventMode = optional("Where people take part.", EventMode.ONSITE)
    place: str | None = optional("The room or address.")
    topics: list[str] | None = optional("What it is about.")
    summary: str | None = optional("What it is for.")
    capacity: int | None = optional("How many may sign up; null when there is no limit.")
    registration_closes_at: datetime | None = optional("Until when; null when there is no limit.")
    meeting_url: str | None = optional("Where it is joined on line, an http address.")
    parent: strawberry.ID | None = optional("The event or series it is a part of.")
    bundle: strawberry.ID | None = optional("The bundle of proposals it discusses face to face.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="What is said of an event; what is left out stays.")
class EditEventInput(Input):
    event: strawberry.ID = required("The event.")
    title: str | None = optional("The title.", UNSET)
    mode: EventMode | None = optional("Where people take part.", UNSET)
    place: str | None = optional("The room or address; null takes it away.", UNSET)
    topics: list[str] | None = optional("What it is about.", UNSET)
    summary: str | None = optional("What it is for, or what happened; null takes it away.", UNSET)
    public_participants: int | None = optional("How many of the public took part; null when not reported.", UNSET)
    capacity: int | None = optional("How many may sign up; null when there is no limit.", UNSET)
    meeting_url: str | None = optional("Where it is joined on line; null takes it away.", UNSET)


@strawberry.input(description="Another time for an event.")
class RescheduleEventInput(Input):
    event: strawberry.ID = required("The event, not yet held.")
    starts_at: datetime = required("When it starts from now on.")
    ends_at: datetime | None = optional("When it ends; what is left out stays, null takes away.", UNSET)
    registration_closes_at: datetime | None = optional("Until when one can sign up, in the same way.", UNSET)


@strawberry.input(description="What becomes of an event.")
class SetEventStatusInput(Input):
    event: strawberry.ID = required("The event.")
    to: EventStatus = required("Its status from now on; stateMachines tells what may follow what.")
    summary: str | None = optional("What happened, when it was held.")
    public_participants: int | None = optional("How many of the public took part, in person-times, when it was held.")
    marks_absent: bool = optional("Whether those who signed up and did not check in are marked absent.", False)


@strawberry.input(description="A point for an event's agenda.")
class PutOnAgendaInput(Input):
    event: strawberry.ID = required("The event.")
    topic: str | None = optional("What it is about; the result's title by default.")
    result: strawberry.ID | None = optional("The matter that is put on the agenda, such as a citizen's request.")


@strawberry.input(description="A decision on a point of an agenda.")
class ResolveAgendaItemInput(Input):
    agenda_item: strawberry.ID = required("The point.")
    resolution: str = required("What was decided.")


@strawberry.type
class EventMutations:
    plan_event = mutation(acts.plan_event, "Plan an event of one district or of several.", PlanEventInput, _EVENT)
    edit_event = mutation(acts.edit_event, "Correct what is said of an event.", EditEventInput, _EVENT)
    reschedule_event = mutation(acts.reschedule_event, "Move an event in time.", RescheduleEventInput, _EVENT)
    set_event_status = mutation(
        acts.set_event_status, "Confirm an event, say that it was held, or cancel it.", SetEventStatusInput, _EVENT
    )
    put_on_agenda = mutation(acts.put_on_agenda, "Put a matter on an event's agenda.", PutOnAgendaInput, _ITEM)
    resolve_agenda_item = mutation(
        acts.resolve_agenda_item, "Say what was decided on a point of an agenda.", ResolveAgendaItemInput, _ITEM
    )
