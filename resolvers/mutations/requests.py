"""What citizens ask for at on-line studios, how members take care of it, and how content citizens are."""

import base64
import hashlib
import hmac
from typing import Any

from asyncpg import Connection

from db.changes import signing_secret
from db.contacts import citizen_contact
from db.enums import PlatformStatus, ResultKind, ResultStatus
from db.platforms import platform
from db.results import result, result_platform
from resolvers import concepts
from resolvers.errors import BadArgument
from resolvers.failures import (
    AlreadyJoined,
    AlreadyTaken,
    IllegalTransition,
    NotReplied,
    TooManyRequests,
    UnknownReceipt,
)
from resolvers.ids import read_id
from resolvers.mutations.acts import Given, act
from resolvers.mutations.results import advanced, raised
from resolvers.writes import Answer, Of, Secret, Write, require_of

# From this rating on, a citizen is content.
CONTENT = 3


async def _receipt_again(connection: Connection, answer: Answer) -> Answer:
    """The answer once more, with the receipt, which is kept nowhere."""
    _, _, (district, id_) = read_id(answer["citizen_request"])
    return {**answer, "receipt": await receipt_of(connection, str(district), int(id_))}


@act(TooManyRequests, is_public=True, again=_receipt_again)
async def raise_citizen_request(write: Write, given: Any) -> Given:
    """A problem that a citizen raises at a platform; no account is needed, and the contact is kept from everybody."""
    place = await write.seen(concepts.platforms, given.platform, "platform")
    if place["status"] != PlatformStatus.ACTIVE:
        raise BadArgument(f"platform must be ACTIVE, and {place['name']} is {place['status']}")
    row = await raised(write, given, ResultKind.CITIZEN_REQUEST)
    receipt = await receipt_of(write.connection, row["district"], row["id"])
    await write.count_request(row, result=row["id"], contact=given.contact, receipt=digest(receipt))
    return {"citizen_request": Of(result, row), "receipt": Secret(receipt)}


@act(AlreadyTaken, IllegalTransition)
async def take_request(write: Write, given: Any) -> Given:
    """The member who takes care of a request; the first to say so does."""
    row = await write.the(concepts.results, given.request, "request", kind="CitizenRequest")
    person = await write.seen(concepts.members, given.member, "member")
    if row["status"] != ResultStatus.RAISED:
        raise AlreadyTaken(row["status"])
    handled_by = {"handler_district": person["district"], "handler_id": person["id"]}
    return {"citizen_request": Of(result, await advanced(write, row, ResultStatus.ASSIGNED, **handled_by))}


@act(IllegalTransition)
async def forward_request(write: Write, given: Any) -> Given:
    """The department a member asks about a request."""
    row = await write.the(concepts.results, given.request, "request", kind="CitizenRequest")
    body = await write.seen(concepts.organizations, given.organization, "organization")
    require_of(row["district"], body, "organization")
    moved = await advanced(write, row, ResultStatus.FORWARDED, body=body, note=given.note, department_id=body["id"])
    return {"citizen_request": Of(result, moved)}


@act(IllegalTransition)
async def reply_to_request(write: Write, given: Any) -> Given:
    """What the citizen is told."""
    row = await write.the(concepts.results, given.request, "request", kind="CitizenRequest")
    body = await write.seen(concepts.organizations, given.organization, "organization") if given.organization else None
    return {
        "citizen_request": Of(result, await advanced(write, row, ResultStatus.REPLIED, body=body, note=given.reply))
    }


@act(UnknownReceipt, NotReplied, IllegalTransition, is_public=True)
async def rate_reply(write: Write, given: Any) -> Given:
    """How content the citizen is with the reply: content, and it is resolved; if not, the member looks at it again."""
    if not 1 <= given.rating <= 5:
        raise BadArgument(f"rating must be 1–5, got {given.rating}")
    contact = await write.row(citizen_contact, {"receipt": digest(given.receipt)})
    row = None
    if contact is not None:
        row = await write.row(result, {"district": contact["district"], "id": contact["result_id"]}, lock=True)
    if row is None:
        raise UnknownReceipt
    if row["status"] != ResultStatus.REPLIED:
        raise NotReplied(row["status"])
    to = ResultStatus.RESOLVED if given.rating >= CONTENT else ResultStatus.ASSIGNED
    return {"citizen_request": Of(result, await advanced(write, row, to, note=given.comment, rating=given.rating))}


@act(AlreadyJoined)
async def join_matter(write: Write, given: Any) -> Given:
    """One more platform, of any district or level, that works on a matter."""
    row = await write.the(concepts.results, given.result, "result")
    place = await write.seen(concepts.platforms, given.platform, "platform")
    same = {
        "district": row["district"],
        "result_id": row["id"],
        "platform_district": place["district"],
        "platform_id": place["id"],
    }
    own = row["platform_id"] == place["id"]
    if own or await write.row(result_platform, same) is not None:
        raise AlreadyJoined(place["name"])
    await write.add(result_platform, **same)
    return {"result": Of(result, row), "platform": Of(platform, place)}


async def receipt_of(connection: Connection, district: str, id_: int) -> str:
    """The receipt of a request, which only this installation can make, and makes again for the same request."""
    secret = await signing_secret(connection)
    signature = hmac.new(secret.encode(), f"receipt:{district}:{id_}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signature.digest()).decode().rstrip("=")


def digest(receipt: str) -> str:
    """What is kept of a receipt."""
    return hashlib.sha256(receipt.encode()).hexdigest()
