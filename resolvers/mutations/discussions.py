"""What is done in discussions: opening them, speaking, standing behind them, and making a proposal of a ripe one."""

from typing import Any

from db.discussions import discussion, remark, support
from db.enums import AuthorRole, DiscussionKind, DiscussionStatus, ResultKind
from db.machines import DISCUSSION
from db.members import member
from db.results import result
from db.tables import Values
from resolvers import concepts
from resolvers.errors import BadArgument
from resolvers.failures import AlreadySupported, DiscussionOver, IllegalTransition, TooManyRequests
from resolvers.mutations.acts import Given, act
from resolvers.mutations.results import add_author, raised
from resolvers.writes import Of, Write, require_of, require_transition


@act()
async def start_discussion(write: Write, given: Any) -> Given:
    """A topic a member raises, a survey, or a call for people's matters."""
    person = await write.seen(concepts.members, given.member, "member") if given.member else None
    place = await write.seen(concepts.platforms, given.platform, "platform") if given.platform else None
    district = given.district or (place or person or {}).get("district")
    if district is None:
        raise BadArgument("name the district that owns it, or a platform or a member")
    require_of(district, place, "platform")
    row = await write.add(
        discussion,
        district=district,
        kind=given.kind,
        status=DiscussionStatus.OPEN,
        title=given.title,
        body=given.body,
        topics=given.topics or [],
        member_district=person and person["district"],
        member_id=person and person["id"],
        platform_id=place and place["id"],
        opened_at=write.at,
        closes_at=given.closes_at,
        is_sample=given.is_sample,
    )
    return {"discussion": Of(discussion, row)}


@act(DiscussionOver, TooManyRequests, is_public=True)
async def make_remark(write: Write, given: Any) -> Given:
    """What somebody says in a discussion; to a survey and a call, anybody may."""
    row = await _open(write, given)
    if row["kind"] == DiscussionKind.TOPIC or given.member is not None:
        # Everybody may answer surveys and calls, but not as a member.
        write.viewer.require_write(row["district"], remark)
    await write.count_request(row)
    person = await write.seen(concepts.members, given.member, "member") if given.member else None
    said = await write.add(
        remark,
        district=row["district"],
        discussion_id=row["id"],
        member_district=person and person["district"],
        member_id=person and person["id"],
        body=given.body,
        at=write.at,
        is_sample=row["is_sample"],
    )
    return {"remark": Of(remark, said), "discussion": Of(discussion, row)}


@act(DiscussionOver, AlreadySupported)
async def support_discussion(write: Write, given: Any) -> Given:
    """One more member who stands behind a topic."""
    row = await _open(write, given)
    person = await write.seen(concepts.members, given.member, "member")
    same = {
        "district": row["district"],
        "discussion_id": row["id"],
        "member_district": person["district"],
        "member_id": person["id"],
    }
    if await write.row(support, same) is not None:
        raise AlreadySupported(person["name"])
    await write.add(support, **same)
    return {"discussion": Of(discussion, row)}


@act(IllegalTransition)
async def ripen_discussion(write: Write, given: Any) -> Given:
    """A topic that became a proposal: drafted by who opened it, with those who stand behind it as co-authors."""
    row = await write.the(concepts.discussions, given.discussion, "discussion")
    if row["kind"] != DiscussionKind.TOPIC or row["member_id"] is None:
        raise BadArgument("only a topic that a member opened ripens into a proposal")
    require_transition(DISCUSSION, row["status"], DiscussionStatus.RIPE)
    drafted = await raised(write, _Drafted(row, given), ResultKind.PROPOSAL)
    drafted = await write.change(result, drafted, discussion_id=row["id"])
    opener = (row["member_district"], row["member_id"])
    behind = await write.rows(support, {"district": row["district"], "discussion_id": row["id"]})
    keys = [opener, *((each["member_district"], each["member_id"]) for each in behind)]
    for position, (district, id_) in enumerate(dict.fromkeys(keys)):
        author = await write.row(member, {"district": district, "id": id_})
        if author is not None:
            role = AuthorRole.CO_AUTHOR if position else AuthorRole.LEAD
            await add_author(write, drafted, author, role, position)
    ripe = await write.move(DISCUSSION, discussion, row, DiscussionStatus.RIPE)
    return {"proposal": Of(result, drafted), "discussion": Of(discussion, ripe)}


class _Drafted:
    """What a proposal takes over from the topic it ripened in."""

    def __init__(self, row: Values, given: Any) -> None:
        self.district, self.topics, self.is_sample = row["district"], row["topics"], row["is_sample"]
        self.title, self.body, self.cause = given.title or row["title"], given.body or row["body"], given.cause


@act(IllegalTransition)
async def close_discussion(write: Write, given: Any) -> Given:
    """A discussion that is over."""
    row = await write.the(concepts.discussions, given.discussion, "discussion")
    return {"discussion": Of(discussion, await write.move(DISCUSSION, discussion, row, DiscussionStatus.CLOSED))}


async def _open(write: Write, given: Any) -> Values:
    row = await write.the(concepts.discussions, given.discussion, "discussion")
    if row["status"] != DiscussionStatus.OPEN or (row["closes_at"] and write.at > row["closes_at"]):
        raise DiscussionOver(row["status"], row["closes_at"])
    return row
