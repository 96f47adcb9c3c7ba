"""Rows of another system, put in by the keys it knows them by: made where they are new, changed where they differ.

A system that keeps its own states says what they are; no state machine stands in its way, but a result's status has to
be one of its kind.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from sqlalchemy import Table
from strawberry import UNSET

from db.areas import area
from db.enums import BatchMode, ResultKind, RowOutcome
from db.events import attendance, event, event_platform
from db.machines import PLATFORM, RESULTS
from db.members import member
from db.organizations import sector
from db.platforms import platform
from db.results import result
from db.tables import Values
from resolvers.audiences import narrowest
from resolvers.entries import camel
from resolvers.errors import BadArgument, Fault, UnknownCode
from resolvers.failures import BatchRefused, Failure, SlugTaken
from resolvers.mutations.acts import Act, Given, act
from resolvers.mutations.events import join_districts, reschedule
from resolvers.mutations.platforms import claimed_slug
from resolvers.mutations.results import add_step
from resolvers.rowwise import Lock
from resolvers.transactions import check_texts, rule_of
from resolvers.writes import Of, Write

MAX_ROWS = 1_000
# What each row of a batch does: what became of it, and the row.
Put = Callable[[Write, Any], Awaitable[tuple[RowOutcome, Values]]]


def _batch(name: str, table: Table, put: Put) -> Act:
    async def does(write: Write, given: Any) -> Given:
        if not 1 <= len(given.rows) <= MAX_ROWS:
            raise BadArgument(f"rows must be 1–{MAX_ROWS:,}, got {len(given.rows)}")
        outcomes: list[dict[str, Any]] = []
        for number, row in enumerate(given.rows):
            outcome: dict[str, Any] = {"number": number, "problem": None, "row_id": None}
            try:
                async with write.attempt():
                    check_texts(row)
                    what, found = await put(write, row)
                    outcome |= {"outcome": what, "row_id": Of(table, found)}
            except (Fault, Failure) as problem:
                outcome |= {"outcome": RowOutcome.REFUSED, "problem": problem.message}
            except asyncpg.CheckViolationError as problem:
                outcome |= {"outcome": RowOutcome.REFUSED, "problem": rule_of(problem)}
            except (asyncpg.DataError, asyncpg.ProgramLimitExceededError):
                outcome |= {"outcome": RowOutcome.REFUSED, "problem": "a value is too large for its column"}
            except asyncpg.NotNullViolationError as problem:
                needed = camel(problem.column_name or "a part")
                outcome |= {"outcome": RowOutcome.REFUSED, "problem": f"{needed} cannot be null"}
            outcomes.append(outcome)
        refused = [f"row {each['number']}: {each['problem']}" for each in outcomes if each["problem"] is not None]
        if refused and given.mode == BatchMode.ALL_OR_NOTHING:
            raise BatchRefused(len(refused), refused[:100])
        return {"rows": outcomes}

    does.__name__ = name
    return act(BatchRefused)(does)


async def _put(write: Write, table: Table, identity: Values, values: Values) -> tuple[RowOutcome, Values]:
    """The row with an identity, made or changed; values that are not given stay."""
    given = {name: value for name, value in values.items() if value is not UNSET}
    found = await write.row(table, identity, lock=True)
    if found is None:
        return RowOutcome.CREATED, await write.add(table, **identity, **given)
    new = {name: value for name, value in given.items() if found[name] != value}
    if not new:
        return RowOutcome.UNCHANGED, found
    return RowOutcome.CHANGED, await write.change(table, found, **new)


async def _known(write: Write, table: Table, what: str, lock: Lock = False, **identity: Any) -> Values:
    found = await write.row(table, identity, lock=lock)
    if found is None or not await write.sees(table, found):
        told = ", ".join(f"{name} {value!r}" for name, value in identity.items() if value is not None)
        raise UnknownCode(f"there is no {what} with {told}")
    return found


def _of(given: Any, *names: str) -> dict[str, Any]:
    """Columns as the input has them; a null list is an empty one."""
    values = {name: getattr(given, name) for name in names}
    for name in ("status", "is_online", "mode", "role", "is_sample"):
        # Null stands for nothing where there has to be something.
        if name in values and values[name] is None and not (name == "mode" and "state" in values):
            values[name] = UNSET
    return {name: [] if value is None and name in ("tags", "topics") else value for name, value in values.items()}


async def _member(write: Write, given: Any) -> tuple[RowOutcome, Values]:
    values = _of(given, "name", "gender", "party", "post", "tags", "is_sample")
    if given.sector is not UNSET:
        values["sector_id"] = given.sector and (await _known(write, sector, "sector", code=given.sector))["id"]
    return await _put(write, member, {"district": given.district, "key": given.key}, values)


async def _platform(write: Write, given: Any) -> tuple[RowOutcome, Values]:
    values = _of(given, "name", "kind", "level", "status", "brand", "is_online", "established_on", "note", "is_sample")
    found = await claimed_slug(write, given.slug)
    if found is not None and found["district"] != given.district:
        raise SlugTaken(given.slug)
    if found is not None and found["kind"] != given.kind:
        raise BadArgument(f"kind cannot be changed, and the platform is a {found['kind']}")
    if given.area is not UNSET:
        where = await _known(write, area, "area of the newest list", code=given.area, valid_to=None)
        values["area_id"] = where["id"]
        if found is not None and found["area_id"] != where["id"]:
            raise BadArgument("area cannot be changed in a batch; use movePlatform")
    elif found is None:
        raise BadArgument("a new platform needs an area")
    if given.status is not UNSET:
        was = found["closed_on"] if found else None
        values["closed_on"] = (was or write.today) if given.status in PLATFORM.closing else None
    return await _put(write, platform, {"district": given.district, "slug": given.slug}, values)


async def _event(write: Write, given: Any) -> tuple[RowOutcome, Values]:
    values = _of(
        given,
        "title", "kind", "status", "mode", "ends_at", "place", "topics", "summary", "public_participants", "is_sample",
    )  # fmt: skip
    identity = {"district": given.district, "key": given.key}
    # Locked, for events are counted by the township of their platforms.
    places = [await _known(write, platform, "platform", lock="share", slug=slug) for slug in given.platforms or []]
    found = await write.row(event, identity, lock=True)
    if found is None:
        seen_by = (write.audience or narrowest(*places)).columns
        outcome, row = await _put(write, event, identity, {**values, **seen_by, "starts_at": given.starts_at})
    else:
        is_moved = found["starts_at"] != given.starts_at
        if is_moved:
            ends_at = found["ends_at"] if given.ends_at is UNSET else given.ends_at
            await reschedule(write, found, given.starts_at, ends_at)
        outcome, row = await _put(write, event, identity, values)
        outcome = RowOutcome.CHANGED if is_moved else outcome
    of_event = {"district": row["district"], "event_id": row["id"]}
    if given.platforms is not UNSET or found is None:
        outcome = await _linked(write, row, of_event, places, outcome)
    return outcome, row


async def _linked(write: Write, row: Values, of_event: Values, places: list[Values], outcome: RowOutcome) -> RowOutcome:
    """The event at these platforms and no others, and the districts that take part because of it."""
    held = {
        (each["platform_district"], each["platform_id"]): each for each in await write.rows(event_platform, of_event)
    }
    wanted = {(each["district"], each["id"]) for each in places}
    for key in sorted(held.keys() - wanted):
        await write.remove(event_platform, held[key])
        outcome = RowOutcome.CHANGED if outcome == RowOutcome.UNCHANGED else outcome
    for district, id_ in sorted(wanted - held.keys()):
        starts_at = row["starts_at"]
        await write.add(event_platform, **of_event, starts_at=starts_at, platform_district=district, platform_id=id_)
        outcome = RowOutcome.CHANGED if outcome == RowOutcome.UNCHANGED else outcome
    await join_districts(write, row)
    return outcome


async def _attendance(write: Write, given: Any) -> tuple[RowOutcome, Values]:
    # Locked, for attendances are counted by the kind of their event.
    happening = await _known(write, event, "event", lock="share", district=given.district, key=given.event)
    from_ = given.member_district or given.district
    person = await _known(write, member, "member", district=from_, key=given.member)
    identity = {
        "district": given.district,
        "event_id": happening["id"],
        "member_district": person["district"],
        "member_id": person["id"],
    }
    values = _of(given, "role", "state", "mode", "checked_in_at", "leave_reason", "advice", "is_sample")
    if await write.row(attendance, identity) is None:
        values["starts_at"] = happening["starts_at"]
    return await _put(write, attendance, identity, values)


async def _result(write: Write, given: Any) -> tuple[RowOutcome, Values]:
    statuses = RESULTS[ResultKind[given.kind]].states
    if given.status not in statuses:
        raise BadArgument(f"the status of a {given.kind} must be one of {', '.join(statuses)}, got {given.status}")
    values = _of(given, "kind", "status", "title", "body", "raised_at", "closed_at", "topics", "number", "is_sample")
    if given.platform is not UNSET:
        place = given.platform and await _known(
            write, platform, "platform", district=given.district, slug=given.platform
        )
        values["platform_id"] = place["id"] if place else None
    if given.event is not UNSET:
        of = given.event and await _known(write, event, "event", district=given.district, key=given.event)
        values["event_id"] = of["id"] if of else None
    identity = {"district": given.district, "key": given.key}
    before = await write.row(result, identity, lock=True)
    if before is not None and before["kind"] != given.kind:
        raise BadArgument(f"kind cannot be changed, and the result is a {before['kind']}")
    outcome, row = await _put(write, result, identity, values)
    if before is None or before["status"] != row["status"]:
        await add_step(write, row, row["status"], at=given.raised_at if before is None else None)
    return outcome, row


upsert_members = _batch("upsert_members", member, _member)
upsert_platforms = _batch("upsert_platforms", platform, _platform)
upsert_events = _batch("upsert_events", event, _event)
upsert_attendances = _batch("upsert_attendances", attendance, _attendance)
upsert_results = _batch("upsert_results", result, _result)
