"""Mutations for systems that sync: up to 1,000 rows at once, by the keys the other system knows them by."""

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry import UNSET

from db.enums import (
    AttendanceRole,
    AttendanceState,
    BatchMode,
    EventKind,
    EventMode,
    EventStatus,
    Gender,
    PlatformKind,
    PlatformLevel,
    PlatformStatus,
    ResultKind,
    ResultStatus,
    RowOutcome,
)
from resolvers import lookups
from resolvers.asks import Named
from resolvers.mutations import batches as acts
from schema.fields import asking, column
from schema.nodes import Node
from schema.payloads import Input, mutation, optional, required


def _there(row: Any) -> Named | None:
    return None if row.row_id is None else lookups.node(row.row_id)


@strawberry.type(description="What became of a row of a batch.")
class BatchRow:
    number: int = column("Its place in the input, from 0.")
    outcome: RowOutcome = column("What was done.")
    problem: str | None = column("What was wrong with it; null unless it was refused.")
    row_id: strawberry.ID | None = column("The row's global id; null when it was refused.")
    node: Node | None = asking(_there, "The row as it is now; null when it was refused.")


_ROWS = {"rows": (list[BatchRow], "What became of each row, in the order of the input; at most 1,000.")}


@strawberry.input(description="What every batch has.")
class BatchInput(Input):
    mode: BatchMode = optional("Whether a bad row keeps the others out.", BatchMode.ALL_OR_NOTHING)


@strawberry.input(description="A member, known by district and key. What is left out stays as it is.")
class MemberRow:
    district: str = required("The code of the district.")
    key: str = required("The other system's key, unique in the district.")
    name: str = required("The name.")
    gender: Gender | None = optional("The gender, where it is public.", UNSET)
    party: str | None = optional("The party.", UNSET)
    sector: str | None = optional("The code of the sector.", UNSET)
    post: str | None = optional("What they are by profession or office.", UNSET)
    tags: list[str] | None = optional("Words that say what they know about.", UNSET)
    is_sample: bool | None = optional("Whether it is sample data rather than fact; false for a new one.", UNSET)


@strawberry.input(description="A platform, known by its slug. What is left out stays as it is.")
class PlatformRow:
    district: str = required("The code of the district that owns it.")
    slug: str = required("The slug.")
    name: str = required("The name.")
    kind: PlatformKind = required("What kind of platform it is.")
    level: PlatformLevel = required("The level it belongs to.")
    area: str | None = optional("The code of the area it is in; needed for a new one.", UNSET)
    status: PlatformStatus | None = optional("Where it stands; ACTIVE for a new one.", UNSET)
    brand: str | None = optional("The name it is known by.", UNSET)
    is_online: bool | None = optional("Whether it works on line; false for a new one.", UNSET)
    established_on: date | None = optional("The day it opened.", UNSET)
    note: str | None = optional("What else is to be said of it.", UNSET)
    is_sample: bool | None = optional("Whether it is sample data rather than fact; false for a new one.", UNSET)


@strawberry.input(description="An event, known by district and key. What is left out stays as it is.")
class EventRow:
    district: str = required("The code of the district that owns it.")
    key: str = required("The other system's key, unique in the district.")
    title: str = required("The title.")
    kind: EventKind = required("What kind of activity it is.")
    status: EventStatus = required("Whether it will take place or has.")
    starts_at: datetime = required("When it starts.")
    mode: EventMode | None = optional("Where people take part; ONSITE for a new one.", UNSET)
    ends_at: datetime | None = optional("When it ends.", UNSET)
    place: str | None = optional("The room or address.", UNSET)
    topics: list[str] | None = optional("What it is about.", UNSET)
    summary: str | None = optional("What happened.", UNSET)
    public_participants: int | None = optional("How many of the public took part, in person-times.", UNSET)
    platforms: list[str] | None = optional("The slugs of the platforms it is held at, and of no others.", UNSET)
    is_sample: bool | None = optional("Whether it is sample data rather than fact; false for a new one.", UNSET)


@strawberry.input(description="An attendance, known by event and member. What is left out stays as it is.")
class AttendanceRow:
    district: str = required("The code of the district that owns the event.")
    event: str = required("The event's key.")
    member: str = required("The member's key.")
    member_district: str | None = optional("The code of the member's district; the event's by default.")
    state: AttendanceState = required("Whether they came.")
    role: AttendanceRole | None = optional("As what; MEMBER for a new one.", UNSET)
    mode: EventMode | None = optional("On site or on line.", UNSET)
    checked_in_at: datetime | None = optional("When they checked in.", UNSET)
    leave_reason: str | None = optional("Why they are on leave.", UNSET)
    advice: str | None = optional("What they advised.", UNSET)
    is_sample: bool | None = optional("Whether it is sample data rather than fact; false for a new one.", UNSET)


@strawberry.input(description="A result, known by district and key. What is left out stays as it is.")
class ResultRow:
    district: str = required("The code of the district that owns it.")
    key: str = required("The other system's key, unique in the district.")
    kind: ResultKind = required("What it is.")
    status: ResultStatus = required("Where it stands, one of the statuses of its kind.")
    title: str = required("The title.")
    raised_at: datetime = required("When it was raised.")
    closed_at: datetime | None = optional("When it was closed.", UNSET)
    body: str | None = optional("The text.", UNSET)
    topics: list[str] | None = optional("What it is about.", UNSET)
    number: str | None = optional("Its number in the session, of a proposal.", UNSET)
    platform: str | None = optional("The slug of the platform it came out at.", UNSET)
    event: str | None = optional("The key of the event it came out of.", UNSET)
    is_sample: bool | None = optional("Whether it is sample data rather than fact; false for a new one.", UNSET)


@strawberry.input(description="Members to put in.")
class UpsertMembersInput(BatchInput):
    rows: list[MemberRow] = required("The rows, 1–1,000.")


@strawberry.input(description="Platforms to put in.")
class UpsertPlatformsInput(BatchInput):
    rows: list[PlatformRow] = required("The rows, 1–1,000.")


@strawberry.input(description="Events to put in.")
class UpsertEventsInput(BatchInput):
    rows: list[EventRow] = required("The rows, 1–1,000.")


@strawberry.input(description="Attendances to put in.")
class UpsertAttendancesInput(BatchInput):
    rows: list[AttendanceRow] = required("The rows, 1–1,000.")


@strawberry.input(description="Results to put in.")
class UpsertResultsInput(BatchInput):
    rows: list[ResultRow] = required("The rows, 1–1,000.")


@strawberry.type
class BatchMutations:
    upsert_members = mutation(acts.upsert_members, "Put members in by their keys.", UpsertMembersInput, _ROWS)
    upsert_platforms = mutation(acts.upsert_platforms, "Put platforms in by their slugs.", UpsertPlatformsInput, _ROWS)
    upsert_events = mutation(acts.upsert_events, "Put events in by their keys.", UpsertEventsInput, _ROWS)
    upsert_attendances = mutation(
        acts.upsert_attendances, "Put attendances in by event and member.", UpsertAttendancesInput, _ROWS
    )
    upsert_results = mutation(acts.upsert_results, "Put results in by their keys.", UpsertResultsInput, _ROWS)
