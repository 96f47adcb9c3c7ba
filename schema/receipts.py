"""What a citizen can ask for with nothing but the receipt of a request: how far it is, and the reply."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.contacts import asked_with, steps_of
from db.enums import ResultStatus
from resolvers.context import Info
from resolvers.mutations.requests import digest
from resolvers.snapshots import acquired
from schema.fields import column, listed

Receipt = Annotated[str, strawberry.argument(description="What raiseCitizenRequest gave.")]


@strawberry.type(description="One step in the handling of a citizen's own request.")
class RequestStep:
    stage: ResultStatus = strawberry.field(description="Where the step took it.")
    at: datetime = strawberry.field(description="When, in UTC.")
    reply: str | None = strawberry.field(description="What the citizen is told; null in steps that are no reply.")


@strawberry.type(description="How far a citizen's own request is.")
class RequestStatus:
    title: str = strawberry.field(description="What it is about.")
    status: ResultStatus = strawberry.field(description="Where it stands.")
    raised_at: datetime = strawberry.field(description="When it was raised, in UTC.")
    rating: int | None = strawberry.field(description="How content the citizen is, 1–5; null when nothing was said.")
    steps: list[RequestStep] = column("Its handling so far, oldest first; at most 100.", price=listed(100))


async def _request_status(info: Info, receipt: Receipt) -> RequestStatus | None:
    # What was asked a moment ago is not on a replica yet.
    async with acquired(info.context.writable()) as connection:
        row = await asked_with(connection, digest(receipt))
        if row is None:
            return None
        steps = await steps_of(connection, row["district"], row["id"])
    return RequestStatus(
        title=row["title"],
        status=ResultStatus[row["status"]],
        raised_at=row["raised_at"],
        rating=row["rating"],
        steps=[
            RequestStep(
                stage=ResultStatus[each["stage"]],
                at=each["at"],
                # What offices write to each other is not for the citizen.
                reply=each["note"] if each["stage"] == ResultStatus.REPLIED else None,
            )
            for each in steps
        ],
    )


request_status = strawberry.field(
    resolver=_request_status,
    description="How far a request is, for the citizen who raised it; null when no request belongs to the receipt.",
)
