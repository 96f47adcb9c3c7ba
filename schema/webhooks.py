"""Webhooks: the addresses that are told of changes by themselves, for whoever holds the key they belong to."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import strawberry

from db import webhooks as tables
from db.enums import ChangeType, WebhookState
from resolvers.context import Info
from resolvers.costs import PRICE
from resolvers.mutations.webhooks import MAX_DELIVERIES, MAX_WEBHOOKS, told
from resolvers.snapshots import acquired
from schema.fields import column, listed


@strawberry.type(description="One attempt to tell a webhook of changes.")
class WebhookDelivery:
    at: datetime = column("When, in UTC.")
    previous_cursor: str = column("The `previousCursor` of the message.")
    log_cursor: str = column("The `cursor` of the message.", name="cursor")
    changes: int = column("How many changes the message had.")
    attempt: int = column("The how manieth attempt it was since the last that succeeded.")
    milliseconds: int = column("How long it took until the answer, in milliseconds.")
    status: int | None = column("The HTTP status of the answer; null when none came.")
    error: str | None = column("What was wrong; null when the message was received.")


@strawberry.type(description="An address that is told of changes by itself, as far as its key sees them.")
class Webhook:
    id: strawberry.ID = column("Its number, by which mutations name it.")
    url: str = column("The address.")
    types: list[ChangeType] | None = column("Only changes of rows of one of these types are told; of all when null.")
    under: strawberry.ID | None = column("Only changes at or below this area or platform; everywhere when null.")
    state: WebhookState = column("Whether it is told of changes.")
    log_cursor: str = column("How far it has been told the change log, or found not concerned by it.", name="cursor")
    lag: int = column("How many entries of the change log come after its cursor.")
    failures: int = column("How often in a row it could not be told.")
    failing_since: datetime | None = column("Since when it cannot be told, in UTC; null when it can.")
    next_attempt_at: datetime | None = column("When it is tried again, in UTC; null when nothing failed.")
    last_error: str | None = column("Why it could not be told, or is told of nothing more; null when all is well.")
    delivered_at: datetime | None = column("When it was last told of anything, in UTC; null before that.")
    created_at: datetime = column("When it was added, in UTC.")
    deliveries: list[WebhookDelivery] = column(
        f"The last {MAX_DELIVERIES} attempts to tell it, newest first; each is kept for {tables.KEPT.days} days.",
        price=listed(MAX_DELIVERIES),
    )


def shown(value: Any) -> Any:
    """What is told of webhooks, as things with attributes."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    return SimpleNamespace(**{name: shown(each) for name, each in value.items()}) if isinstance(value, dict) else value


async def _webhooks(info: Info) -> list[Webhook]:
    context = info.context
    key_id = (await context.viewer()).require_own_key()
    async with acquired(context.writable()) as connection:
        found = await told(connection, await tables.listed(connection, key_id))
    return cast("list[Webhook]", shown(found))


webhooks: Any = strawberry.field(
    resolver=_webhooks,
    description=f"The webhooks of the key that asks, oldest first, at most {MAX_WEBHOOKS}; those given up too.",
    metadata={PRICE: listed(MAX_WEBHOOKS)},
)
