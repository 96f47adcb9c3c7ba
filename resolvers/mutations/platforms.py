"""What is done to platforms: opening, moving, suspending and closing them."""

from typing import Any

from strawberry import UNSET

from db.events import event, event_platform
from db.machines import PLATFORM
from db.platforms import platform, platform_sponsor, star_rating
from db.tables import Values
from resolvers import concepts
from resolvers.failures import IllegalTransition, SlugTaken, WouldBeItsOwnAncestor
from resolvers.mutations.acts import Given, act
from resolvers.mutations.events import join_districts
from resolvers.writes import Of, Write, require_beginning, require_of


@act(SlugTaken)
async def open_platform(write: Write, given: Any) -> Given:
    """A new platform, at work at once or planned."""
    area = await write.seen(concepts.areas, given.area, "area")
    host = await write.seen(concepts.areas, given.host, "host") if given.host else None
    parent = await write.seen(concepts.platforms, given.parent, "parent", lock="share") if given.parent else None
    sponsor = await write.seen(concepts.organizations, given.sponsor, "sponsor") if given.sponsor else None
    district = given.district or area["tenant"]
    require_of(district, parent, "parent")
    require_beginning(PLATFORM, given.status)
    if await claimed_slug(write, given.slug) is not None:
        raise SlugTaken(given.slug)
    row = await write.add(
        platform,
        district=district,
        slug=given.slug,
        name=given.name,
        brand=given.brand,
        kind=given.kind,
        level=given.level,
        status=given.status,
        host_kind=given.host_kind,
        is_online=given.is_online,
        area_id=area["id"],
        host_id=host and host["id"],
        parent_id=parent and parent["id"],
        parent_path=parent["path"] if parent else [],
        established_on=given.established_on,
        note=given.note,
        is_sample=given.is_sample,
    )
    if sponsor is not None:
        await write.add(
            platform_sponsor,
            district=district,
            platform_id=row["id"],
            sponsor_district=sponsor["district"],
            sponsor_id=sponsor["id"],
        )
    return {"platform": Of(platform, row)}


async def claimed_slug(write: Write, slug: str) -> Values | None:
    """The platform that has a slug, if any has; nobody else can take it until the end."""
    await write.connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 9))", slug)
    return await write.row(platform, {"slug": slug}, lock=True)


@act(WouldBeItsOwnAncestor)
async def move_platform(write: Write, given: Any) -> Given:
    """A platform to another place, other premises, or another parent."""
    row = await write.the(concepts.platforms, given.platform, "platform")
    if given.parent is not UNSET:
        parent = await write.the(concepts.platforms, given.parent, "parent") if given.parent else None
        require_of(row["district"], parent, "parent")
        row = await write.replant(platform, row, parent)
    places = {}
    if given.host is not UNSET:
        places["host_id"] = (await write.seen(concepts.areas, given.host, "host"))["id"] if given.host else None
    if given.area:
        places["area_id"] = (await write.seen(concepts.areas, given.area, "area"))["id"]
    moved = await write.change(platform, row, **places) if places else row
    if given.area:
        # Events at the platform may now take place in another district.
        for link in await write.rows(event_platform, {"platform_district": row["district"], "platform_id": row["id"]}):
            held = await write.row(event, {"district": link["district"], "id": link["event_id"]})
            if held is not None:
                await join_districts(write, held)
    return {"platform": Of(platform, moved)}


@act(IllegalTransition)
async def set_platform_status(write: Write, given: Any) -> Given:
    """A platform at work, suspended, or closed for good."""
    row = await write.the(concepts.platforms, given.platform, "platform")
    day = {"closed_on": given.on or write.today} if given.to in PLATFORM.closing else {}
    return {"platform": Of(platform, await write.move(PLATFORM, platform, row, given.to, **day))}


@act()
async def edit_platform(write: Write, given: Any) -> Given:
    """A platform under another name, brand or note."""
    row = await write.the(concepts.platforms, given.platform, "platform")
    edited = await write.edit(platform, row, given, "name", "brand", "note", "is_online", "established_on")
    return {"platform": Of(platform, edited)}


@act()
async def rate_platform(write: Write, given: Any) -> Given:
    """The stars of a platform for a year, given or given anew."""
    row = await write.the(concepts.platforms, given.platform, "platform")
    key = {"district": row["district"], "platform_id": row["id"], "year": given.year}
    await write.put(star_rating, key, {"is_sample": row["is_sample"]}, stars=given.stars)
    return {"platform": Of(platform, row)}
