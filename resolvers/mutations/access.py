"""Who is to see a row, and how a member can be reached."""

from typing import Any

from sqlalchemy import Table
from strawberry import UNSET

from db.contacts import member_contact
from db.events import event, event_platform
from db.members import member
from db.platforms import platform
from db.results import result
from db.tables import Values
from resolvers import concepts
from resolvers.audiences import Audience, audience_given, audience_in
from resolvers.errors import BadArgument, Forbidden
from resolvers.ids import read_id
from resolvers.mutations.acts import Given, act
from resolvers.policy import GUARDED
from resolvers.writes import Of, Write

# How many rows follow a platform at most.
MAX_ROWS = 2_000


@act()
async def set_visibility(write: Write, given: Any) -> Given:
    """Who sees a row from now on, and with a platform all that is below it and was held at it."""
    typename, concept, _ = read_id(given.id)
    if concept.table not in GUARDED:
        raise BadArgument(f"id must be that of something with a visibility of its own, got one of a {typename}")
    row = await write.the(concept, given.id, "id")
    audience = audience_given(given.visibility, given.shared_with)
    follows = given.with_all_below
    if follows is None:
        # Nothing is to be seen below what is hidden.
        follows = audience_in(row).and_(audience) == audience != audience_in(row)
    changed = await _shown(write, concept.table, row, audience)
    if concept.table is platform and follows:
        for table, below in await _below(write, row):
            await _shown(write, table, below, audience)
    return {"node": Of(concept.table, changed)}


async def _shown(write: Write, table: Table, row: Values, audience: Audience) -> Values:
    return row if audience_in(row) == audience else await write.change(table, row, **audience.columns)


async def _below(write: Write, top: Values) -> list[tuple[Table, Values]]:
    """The platforms below one, the events that are held nowhere else, and what came out at these platforms."""
    district = top["district"]
    places = [
        each
        for each in await write.rows(platform, {"district": district}, lock=True)
        if top["id"] in each["path"] and each["id"] != top["id"]
    ]
    inside = {(district, each["id"]) for each in (top, *places)}
    found: dict[int, tuple[Table, Values]] = {each["id"]: (platform, each) for each in places}
    for place in (top, *places):
        at = {"platform_district": district, "platform_id": place["id"]}
        for link in await write.rows(event_platform, {"district": district, **at}):
            if link["event_id"] in found:
                continue
            of_event = {"district": district, "event_id": link["event_id"]}
            all_places = await write.rows(event_platform, of_event)
            if all((each["platform_district"], each["platform_id"]) in inside for each in all_places):
                held = await write.row(event, {"district": district, "id": link["event_id"]}, lock=True)
                found |= {} if held is None else {held["id"]: (event, held)}
        of_place = {"district": district, "platform_id": place["id"]}
        found |= {each["id"]: (result, each) for each in await write.rows(result, of_place, lock=True)}
        if len(found) > MAX_ROWS:
            raise BadArgument(f"more than {MAX_ROWS:,} rows are at this platform or below it; begin with what is below")
    return [*found.values()]


@act()
async def set_member_contact(write: Write, given: Any) -> Given:
    """How a member can be reached, and when the member was born; what is left out stays, null takes away."""
    row = await write.the(concepts.members, given.member, "member")
    write.viewer.require_write(row["district"], member)
    if not write.viewer.sight.sees_people_of(row["district"]):
        raise Forbidden("this needs a key with the scope `personal` for the member's district")
    new = {name: value for name in ("phone", "email", "born_on") if (value := getattr(given, name)) is not UNSET}
    if not new:
        raise BadArgument("name what is to be changed: phone, email or bornOn")
    await write.put_unlogged(member_contact, {"district": row["district"], "member_id": row["id"]}, new)
    return {"member": Of(member, row)}
