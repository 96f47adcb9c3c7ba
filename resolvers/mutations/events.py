"""What is done about events: planning them, moving them in time, holding or cancelling them, and their agenda."""

from datetime import datetime
from typing import Any

from strawberry import UNSET

from db.areas import area
from db.enums import AttendanceState, EventStatus, OrganizerRole
from db.events import agenda_item, attendance, event, event_organizer, event_participant, event_platform
from db.machines import EVENT
from db.platforms import platform
from db.tables import Values
from resolvers import concepts
from resolvers.audiences import narrowest
from resolvers.errors import BadArgument
from resolvers.failures import EventOver, IllegalTransition
from resolvers.mutations.acts import Given, act
from resolvers.writes import Of, Write, require_beginning, require_not_closed, require_of

MAX_PLACES = 100


@act()
async def plan_event(write: Write, given: Any) -> Given:
    """A new event at platforms and by bodies of one or several districts."""
    # Locked, for events are counted by the township of their platforms.
    places = [await write.seen(concepts.platforms, each, "platforms", lock="share") for each in given.platforms or []]
    organizers = given.organizers or []
    bodies = [await write.seen(concepts.organizations, each.organization, "organizers") for each in organizers]
    for place in places:
        require_not_closed(place, "platforms")
    if not places and not bodies:
        raise BadArgument("name at least one platform or one organizer")
    if max(len(places), len(bodies)) > MAX_PLACES:
        raise BadArgument(f"an event has at most {MAX_PLACES} platforms and as many organizers")
    require_beginning(EVENT, given.status)
    district = given.district or (places or bodies)[0]["district"]
    parent = await _own(write, concepts.events, given.parent, "parent", district)
    bundle = await _own(write, concepts.bundles, given.bundle, "bundle", district)
    row = await write.add(
        event,
        district=district,
        title=given.title,
        kind=given.kind,
        status=given.status,
        mode=given.mode,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        place=given.place,
        topics=given.topics or [],
        summary=given.summary,
        capacity=given.capacity,
        registration_closes_at=given.registration_closes_at,
        meeting_url=given.meeting_url,
        parent_id=parent and parent["id"],
        bundle_id=bundle and bundle["id"],
        is_sample=given.is_sample,
        **(write.audience or narrowest(*places, *([parent] if parent else []))).columns,
    )
    of_event = {"district": district, "event_id": row["id"], "starts_at": row["starts_at"]}
    for place in {each["id"]: each for each in places}.values():
        await write.add(event_platform, **of_event, platform_district=place["district"], platform_id=place["id"])
    if len({body["id"] for body in bodies}) < len(bodies):
        raise BadArgument("organizers names a body twice; name each once")
    for position, (body, organizer) in enumerate(zip(bodies, organizers, strict=True)):
        await write.add(
            event_organizer,
            **of_event,
            organization_district=body["district"],
            organization_id=body["id"],
            role=organizer.role or (OrganizerRole.CO_HOST if position else OrganizerRole.HOST),
            position=position,
        )
    await join_districts(write, row)
    return {"event": Of(event, row)}


async def _own(write: Write, concept: Any, id_: str | None, name: str, district: str) -> Values | None:
    row = await write.seen(concept, id_, name) if id_ else None
    require_of(district, row, name)
    return row


async def join_districts(write: Write, row: Values) -> None:
    """Let exactly those districts take part in an event that own it, hold it, or have one of its platforms."""
    of_event = {"district": row["district"], "event_id": row["id"]}
    implied = {row["district"]}
    for body in await write.rows(event_organizer, of_event):
        implied.add(body["organization_district"])
    for link in await write.rows(event_platform, of_event):
        implied.add(link["platform_district"])
        place = await write.row(platform, {"district": link["platform_district"], "id": link["platform_id"]})
        where = await write.row(area, {"id": place["area_id"]}) if place else None
        implied |= {where["tenant"]} if where else set()
    joined = {each["participant"]: each for each in await write.rows(event_participant, of_event)}
    for participant in sorted(joined.keys() - implied):
        await write.remove(event_participant, joined[participant])
    for participant in sorted(implied - joined.keys()):
        await write.add(event_participant, **of_event, starts_at=row["starts_at"], participant=participant)


@act()
async def edit_event(write: Write, given: Any) -> Given:
    """What is said of an event, and how many may come to it."""
    row = await write.the(concepts.events, given.event, "event")
    names = ("title", "mode", "place", "topics", "summary", "public_participants", "capacity", "meeting_url")
    return {"event": Of(event, await write.edit(event, row, given, *names))}


@act(EventOver)
async def reschedule_event(write: Write, given: Any) -> Given:
    """An event at another time; whoever signed up stays so."""
    row = await write.the(concepts.events, given.event, "event")
    if row["status"] not in EVENT.beginnings:
        raise EventOver(row["status"])
    ends_at = row["ends_at"] if given.ends_at is UNSET else given.ends_at
    if given.registration_closes_at is not UNSET:
        row = await write.change(event, row, registration_closes_at=given.registration_closes_at)
    return {"event": Of(event, await reschedule(write, row, given.starts_at, ends_at))}


async def reschedule(write: Write, row: Values, starts_at: datetime, ends_at: datetime | None) -> Values:
    """An event and all that repeats its time, moved."""
    of_event = {"district": row["district"], "event_id": row["id"]}
    # An attendance repeats the start of its event and is counted by its month.
    attending = await write.rows(attendance, of_event, lock=True)
    await write.kept.touch("attendance", row["district"], [each["id"] for each in attending])
    moved = await write.change(event, row, starts_at=starts_at, ends_at=ends_at)
    for table in (event_platform, event_organizer, event_participant, attendance):
        for each in await write.rows(table, of_event, lock=True):
            await write.change(table, each, starts_at=starts_at)
    return moved


@act(IllegalTransition)
async def set_event_status(write: Write, given: Any) -> Given:
    """An event confirmed, held or cancelled, and what there is to tell of it."""
    row = await write.the(concepts.events, given.event, "event")
    told = {
        name: getattr(given, name) for name in ("summary", "public_participants") if getattr(given, name) is not None
    }
    if given.to != EventStatus.HELD and told:
        raise BadArgument("summary and publicParticipants tell of an event that was held; leave them out")
    held = await write.move(EVENT, event, row, given.to, **told)
    if given.marks_absent and given.to == EventStatus.HELD:
        state = AttendanceState.REGISTERED
        of_event = {"district": row["district"], "event_id": row["id"], "state": state}
        for each in await write.rows(attendance, of_event, lock=True):
            await write.change(attendance, each, state=AttendanceState.ABSENT)
    return {"event": Of(event, held)}


@act()
async def put_on_agenda(write: Write, given: Any) -> Given:
    """A point at the end of an event's agenda: a topic, or a matter that was raised."""
    row = await write.the(concepts.events, given.event, "event")
    matter = await write.seen(concepts.results, given.result, "result") if given.result else None
    require_of(row["district"], matter, "result")
    topic = given.topic or (matter and matter["title"])
    if topic is None:
        raise BadArgument("name a topic, or a result whose title is the topic")
    of_event = {"district": row["district"], "event_id": row["id"]}
    position = max((each["position"] for each in await write.rows(agenda_item, of_event)), default=0) + 1
    item = await write.add(
        agenda_item,
        **of_event,
        position=position,
        topic=topic,
        result_id=matter and matter["id"],
        is_sample=row["is_sample"],
    )
    return {"agenda_item": Of(agenda_item, item)}


@act()
async def resolve_agenda_item(write: Write, given: Any) -> Given:
    """What was decided on a point of the agenda."""
    row = await write.the(concepts.agenda_items, given.agenda_item, "agendaItem")
    return {"agenda_item": Of(agenda_item, await write.change(agenda_item, row, resolution=given.resolution))}
