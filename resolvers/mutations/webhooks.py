"""The webhooks of a key, kept by whoever holds it. None of it is in the change log."""

from collections.abc import Mapping, Sequence
from typing import Any

from asyncpg import Connection, Record

from db import webhooks
from db.changes import last_position
from resolvers.changes import MAX_POSITION, cursor_of, place_of
from resolvers.errors import BadArgument, BadCursor, BadId, Conflict
from resolvers.failures import NotFound, TooManyWebhooks
from resolvers.ids import read_id
from resolvers.mutations.acts import Given, act
from resolvers.sending import checked_url
from resolvers.writes import Answer, Secret, Write

MAX_WEBHOOKS = 20
# How many of its last deliveries a webhook shows.
MAX_DELIVERIES = 20
MAX_NUMBER = 2**31 - 1


async def _secret_again(connection: Connection, answer: Answer) -> Answer:
    """The answer once more, with the secret, which only the webhook has."""
    row = await webhooks.shown(connection, int(answer["webhook"]["id"]))
    if row is None:
        raise Conflict("the webhook was added, and removed since; take a new idempotencyKey to add another")
    return {"webhook": (await told(connection, [row]))[0], "secret": row["secret"]}


@act(TooManyWebhooks, is_own=True, again=_secret_again)
async def add_webhook(write: Write, given: Any) -> Given:
    """One more address that is told of changes."""
    if given.under is not None:
        place_of(given.under)
        await write.seen(read_id(given.under)[1], given.under, "under")
    key_id = write.viewer.require_own_key()
    row = await added(write.connection, key_id, given.url, given.types, given.under, given.since)
    return {"webhook": (await told(write.connection, [row]))[0], "secret": Secret(row["secret"])}


@act(is_own=True)
async def remove_webhook(write: Write, given: Any) -> Given:
    """An address that is told of nothing more."""
    row = await _own(write, given.webhook)
    await webhooks.remove(write.connection, row["id"])
    return {"webhook_id": str(row["id"])}


@act(is_own=True)
async def pause_webhook(write: Write, given: Any) -> Given:
    """An address that is told of nothing for a while."""
    row = await _own(write, given.webhook)
    await webhooks.pause(write.connection, row["id"])
    return await _as_it_is(write, row)


@act(is_own=True)
async def resume_webhook(write: Write, given: Any) -> Given:
    """An address that is told of changes again, from where it stood."""
    row = await _own(write, given.webhook)
    await webhooks.resume(write.connection, row["id"])
    return await _as_it_is(write, row)


@act(is_own=True)
async def replay_webhook(write: Write, given: Any) -> Given:
    """An address that is told once more what it was told before."""
    row = await _own(write, given.webhook)
    await webhooks.replay(write.connection, row["id"], await position_given(write.connection, given.since))
    return await _as_it_is(write, row)


async def added(
    connection: Connection, key_id: int, url: str, types: Sequence[str] | None, under: str | None, since: str | None
) -> Record:
    """A new webhook of a key; a Fault or a Failure when what is given is wrong."""
    if types is not None and not types:
        raise BadArgument("types is an empty list, which no change could meet; name some or leave it out")
    if under is not None:
        place_of(under)
    if await webhooks.count_of(connection, key_id) >= MAX_WEBHOOKS:
        raise TooManyWebhooks(MAX_WEBHOOKS)
    position = await position_given(connection, since)
    return await webhooks.add(connection, key_id, checked_url(url), types, under, position)


async def position_given(connection: Connection, since: str | None) -> int:
    """The position of a cursor of the log, or of the end of it when none is given."""
    newest = await last_position(connection)
    position = newest if since is None else cursor_of(since)
    if position > newest:
        raise BadCursor(f"since {since} is ahead of the change log, whose newest cursor is {newest}")
    return position


async def told(connection: Connection, rows: Sequence[Record]) -> list[Mapping[str, Any]]:
    """What is shown of webhooks, by the names of the fields."""
    deliveries = await webhooks.deliveries_of(connection, [row["id"] for row in rows], MAX_DELIVERIES)
    return [
        {
            **{name: row[name] for name in ("url", "types", "under", "state", "failures", "failing_since")},
            **{name: row[name] for name in ("last_error", "delivered_at", "created_at")},
            "id": str(row["id"]),
            "log_cursor": str(row["position"]),
            "lag": min(row["lag"], MAX_NUMBER),
            "next_attempt_at": row["next_attempt_at"] if row["failures"] and row["state"] == "ACTIVE" else None,
            "deliveries": [
                {
                    **{name: each[name] for name in ("at", "changes", "attempt", "milliseconds", "status", "error")},
                    "log_cursor": str(each["cursor"]),
                    "previous_cursor": str(each["after"]),
                }
                for each in deliveries[row["id"]]
            ],
        }
        for row in rows
    ]


async def _as_it_is(write: Write, row: Record) -> Given:
    return {"webhook": (await told(write.connection, [await webhooks.shown(write.connection, row["id"])]))[0]}


async def _own(write: Write, id_: str) -> Record:
    """A webhook of the viewer's key; that of another key is not there for it."""
    if not (id_.isascii() and id_.isdigit()) or int(id_) > MAX_POSITION:
        raise BadId(f"{id_[:80]!r} is no id of a webhook; take ids from the query `webhooks`")
    row = await webhooks.shown(write.connection, int(id_))
    if row is None or row["key_id"] != write.viewer.require_own_key():
        raise NotFound("webhook", "Webhook", id_)
    return row
