"""What is done about members: admitting them, appointing them for a period, their tags and their duty code."""

import secrets
from typing import Any

from asyncpg import Connection

from db.areas import area
from db.changes import signing_secret
from db.enums import MembershipRole
from db.members import duty_rule, member, membership
from db.organizations import sector
from db.tables import Values
from resolvers import checkins, concepts
from resolvers.errors import BadArgument, UnknownCode
from resolvers.failures import LeadAlreadyAppointed
from resolvers.ids import read_id
from resolvers.mutations.acts import Given, act
from resolvers.writes import Answer, Of, Secret, Write, require_not_closed

# Without letters and digits that are taken for each other.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@act()
async def admit_member(write: Write, given: Any) -> Given:
    """A new member of a district's CPPCC."""
    of_sector = await write.row(sector, {"code": given.sector}) if given.sector else None
    if given.sector and of_sector is None:
        raise UnknownCode(f"no sector has the code {given.sector[:40]!r}; sectors lists them")
    row = await write.add(
        member,
        district=given.district,
        name=given.name,
        gender=given.gender,
        party=given.party,
        sector_id=of_sector and of_sector["id"],
        post=given.post,
        tags=given.tags or [],
        is_sample=given.is_sample,
    )
    return {"member": Of(member, row)}


@act()
async def edit_member(write: Write, given: Any) -> Given:
    """A member under another name, party or post."""
    row = await write.the(concepts.members, given.member, "member")
    return {"member": Of(member, await write.edit(member, row, given, "name", "gender", "party", "post"))}


@act()
async def tag_member(write: Write, given: Any) -> Given:
    """A member's tags, all of them anew."""
    row = await write.the(concepts.members, given.member, "member")
    return {"member": Of(member, await write.change(member, row, tags=list(dict.fromkeys(given.tags))))}


async def _signed_again(connection: Connection, answer: Answer) -> Answer:
    """The answer once more, with the present code's signature, which is kept nowhere."""
    _, _, (district, id_) = read_id(answer["member"])
    find = "SELECT duty_code FROM member WHERE (district, id) = ($1, $2)"
    code = await connection.fetchval(find, district, id_)
    return {**answer, "signed_code": checkins.signed(await signing_secret(connection), str(district), str(code))}


@act(again=_signed_again)
async def issue_duty_code(write: Write, given: Any) -> Given:
    """A duty code of a member's own, in place of the one before."""
    row = await write.the(concepts.members, given.member, "member")
    code = f"{row['district']}-{''.join(secrets.choice(LETTERS) for _ in range(10))}"
    signed = checkins.signed(await signing_secret(write.connection), row["district"], code)
    return {"member": Of(member, await write.change(member, row, duty_code=code)), "signed_code": Secret(signed)}


@act()
async def set_duty_points(write: Write, given: Any) -> Given:
    """How many points members of a district get for an event or a result of a kind."""
    if (given.event_kind is None) == (given.result_kind is None):
        raise BadArgument("name either an eventKind or a resultKind, not both and not neither")
    key = {"district": given.district, "event_kind": given.event_kind, "result_kind": given.result_kind}
    row = await write.put(duty_rule, key, points=given.points)
    owner = await write.row(area, {"code": given.district, "valid_to": None})
    return {"duty_rule": Of(duty_rule, row), "district": Of(area, owner or {})}


@act(LeadAlreadyAppointed)
async def appoint_member(write: Write, given: Any) -> Given:
    """A member to a body or a platform, in a role and for a period; the member may come from another district."""
    if (given.organization is None) == (given.platform is None):
        raise BadArgument("name either an organization or a platform, not both and not neither")
    person = await write.seen(concepts.members, given.member, "member")
    if given.platform:
        # Locked, so that two leads cannot be appointed at once.
        place = await write.the(concepts.platforms, given.platform, "platform")
        require_not_closed(place, "platform")
        if given.role == MembershipRole.LEAD:
            await _require_no_lead(write, place, given)
    else:
        place = await write.seen(concepts.organizations, given.organization, "organization")
    behalf = await write.seen(concepts.organizations, given.on_behalf_of, "onBehalfOf") if given.on_behalf_of else None
    row = await write.add(
        membership,
        district=place["district"],
        member_district=person["district"],
        member_id=person["id"],
        platform_id=place["id"] if given.platform else None,
        organization_id=place["id"] if given.organization else None,
        role=given.role,
        post=given.post,
        on_behalf_of_district=behalf and behalf["district"],
        on_behalf_of_id=behalf and behalf["id"],
        starts_on=given.starts_on,
        ends_on=given.ends_on,
        is_sample=given.is_sample,
    )
    return {"membership": Of(membership, row)}


async def _require_no_lead(write: Write, place: Values, given: Any) -> None:
    same = {"district": place["district"], "platform_id": place["id"], "role": MembershipRole.LEAD}
    for other in await write.rows(membership, same):
        begins_after = given.ends_on and other["starts_on"] and other["starts_on"] > given.ends_on
        ended_before = given.starts_on and other["ends_on"] and other["ends_on"] < given.starts_on
        if not begins_after and not ended_before:
            lead = await write.row(member, {"district": other["member_district"], "id": other["member_id"]})
            name = lead["name"] if lead and await write.sees(member, lead) else "unknown"
            raise LeadAlreadyAppointed(name, other["starts_on"], other["ends_on"])


@act()
async def end_membership(write: Write, given: Any) -> Given:
    """The last day of a membership."""
    row = await write.the(concepts.memberships, given.membership, "membership")
    return {"membership": Of(membership, await write.change(membership, row, ends_on=given.on))}
