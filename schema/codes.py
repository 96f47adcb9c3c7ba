"""Codes to check in by: for whoever shows them at an event, as text and as a picture."""

from datetime import UTC, datetime
from typing import Annotated

import segno
import strawberry
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db.changes import signing_secret
from db.events import attendance
from resolvers import checkins, concepts
from resolvers.context import Info
from resolvers.errors import Unavailable, UnknownCode
from resolvers.ids import read_id
from resolvers.lookups import node
from resolvers.snapshots import acquired

Event = Annotated[strawberry.ID, strawberry.argument(description="The event.")]


@strawberry.type(description="A code to check in by, to be shown at an event; another one follows it soon.")
class CheckInCode:
    code: str = strawberry.field(description="What `checkIn` takes.")
    valid_until: datetime = strawberry.field(description="Until when it is good, in UTC.")
    image_path: str = strawberry.field(description="Where on this server a QR picture of it is, as SVG.")


async def _check_in_code(info: Info, event: Event) -> CheckInCode:
    context = info.context
    viewer = await context.viewer()
    viewer.require_key()
    _, concept, key = read_id(event)
    # An event that was planned just now is not on a replica yet.
    await context.renew()
    row = await context.loaders.answer(node(event)) if concept is concepts.events else None
    if row is None:
        raise UnknownCode("event must be the id of an event that is there")
    viewer.require_write(str(key[0]), attendance)
    async with acquired(context.writable()) as connection:
        secret = await signing_secret(connection)
    now = datetime.now(UTC)
    code = checkins.code_of(secret, int(key[-1]), now)
    return CheckInCode(code=code, valid_until=checkins.valid_until(now), image_path=f"/check-in/{code}.svg")


check_in_code = strawberry.field(
    resolver=_check_in_code,
    description="The code to check in by that is to be shown at an event now; needs a key that may write the event.",
)


async def picture(request: Request) -> Response:
    """The QR picture of a code, as long as it is good."""
    code = request.path_params["code"]
    try:
        async with acquired(request.app.state.primary) as connection:
            secret = await signing_secret(connection)
    except Unavailable as error:
        return PlainTextResponse(error.message, 503)
    if checkins.event_of(secret, code, datetime.now(UTC)) is None:
        return PlainTextResponse("This code is not good, or not any more; ask for checkInCode again.", 410)
    drawn = segno.make(code, error="m").svg_inline(scale=8, border=4)
    return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "no-store"})
