"""What is done to bodies: founding and dissolving them, and giving them a place at a platform."""

from typing import Any

from db.organizations import hosting, organization, sector
from resolvers import concepts
from resolvers.errors import UnknownCode
from resolvers.failures import AlreadyHosted, NameTaken
from resolvers.mutations.acts import Given, act
from resolvers.writes import Of, Write, require_of


@act(NameTaken)
async def found_organization(write: Write, given: Any) -> Given:
    """A new body."""
    parent = await write.seen(concepts.organizations, given.parent, "parent", lock="share") if given.parent else None
    area = await write.seen(concepts.areas, given.area, "area") if given.area else None
    district = given.district
    require_of(district, parent, "parent")
    of_sector = await write.row(sector, {"code": given.sector}) if given.sector else None
    if given.sector and of_sector is None:
        raise UnknownCode(f"no sector has the code {given.sector[:40]!r}; sectors lists them")
    if await write.row(organization, {"district": district, "kind": given.kind, "name": given.name}) is not None:
        raise NameTaken(given.name)
    row = await write.add(
        organization,
        district=district,
        name=given.name,
        short_name=given.short_name,
        kind=given.kind,
        level=given.level,
        sector_id=of_sector and of_sector["id"],
        area_id=area and area["id"],
        parent_id=parent and parent["id"],
        parent_path=parent["path"] if parent else [],
        founded_on=given.founded_on,
        note=given.note,
        is_sample=given.is_sample,
    )
    return {"organization": Of(organization, row)}


@act(NameTaken)
async def edit_organization(write: Write, given: Any) -> Given:
    """A body under another name or note."""
    row = await write.the(concepts.organizations, given.organization, "organization")
    same = {"district": row["district"], "kind": row["kind"], "name": given.name}
    if given.name and given.name != row["name"] and await write.row(organization, same) is not None:
        raise NameTaken(given.name)
    return {"organization": Of(organization, await write.edit(organization, row, given, "name", "short_name", "note"))}


@act()
async def dissolve_organization(write: Write, given: Any) -> Given:
    """A body that is no more; its rows and its history stay."""
    row = await write.the(concepts.organizations, given.organization, "organization")
    return {"organization": Of(organization, await write.change(organization, row, dissolved_on=given.on))}


@act(AlreadyHosted)
async def host_organization(write: Write, given: Any) -> Given:
    """A body's place of activity at a platform of its district, from a day on."""
    body = await write.seen(concepts.organizations, given.organization, "organization")
    place = await write.seen(concepts.platforms, given.platform, "platform")
    require_of(body["district"], place, "platform")
    key = {
        "district": body["district"],
        "organization_id": body["id"],
        "platform_id": place["id"],
        "starts_on": given.starts_on,
    }
    if await write.row(hosting, key) is not None:
        raise AlreadyHosted(given.starts_on)
    row = await write.add(hosting, **key, is_sample=given.is_sample)
    return {"hosting": Of(hosting, row)}


@act()
async def end_hosting(write: Write, given: Any) -> Given:
    """The last day of a body's activity at a platform."""
    row = await write.the(concepts.hostings, given.hosting, "hosting")
    return {"hosting": Of(hosting, await write.change(hosting, row, ends_on=given.on))}
