"""Webhooks: the apps that are told of changes by themselves, how far each has been told, and what became of it.

They belong to keys and are in no change log. A secret has to be known to be signed with, so it stands here as it is.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asyncpg import Connection, Record
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.enums import WebhookState
from db.tables import enum_column, id_column, metadata

CHANNEL = "yizhan_webhooks"
"""PostgreSQL notifies those who listen here of each webhook that was added or goes on."""
SECRET_PREFIX = "whsec_"  # noqa: S105  (it only says what follows)
# For how long it is kept what became of deliveries.
KEPT = timedelta(days=7)
# The first of the two numbers that a lock is taken by; the second is the webhook's.
LOCK = 0x79697A68

# `position` is how far the log was read for it, `delivered` the cursor it was told last, or from which it began.
webhook = Table(
    "webhook",
    metadata,
    id_column(),
    Column("key_id", BigInteger, ForeignKey("access_key.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    # Which changes it is told of: of rows of these types, and at or below an area or a platform; all when null.
    Column("types", ARRAY(Text)),
    Column("under", Text),
    enum_column("state", WebhookState, default=WebhookState.ACTIVE),
    Column("position", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", DateTime(timezone=True)),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("last_error", Text),
    Column("delivered_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    PrimaryKeyConstraint("id"),
    CheckConstraint("delivered <= position", name="what_was_delivered_was_read"),
    Index("webhook_key_idx", "key_id"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    id_column(),
    Column("webhook_id", BigInteger, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    # The cursors it began after and ended with, and how many changes it told of.
    Column("after", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    # What was answered, and what was wrong; null when no answer came, or nothing was wrong.
    Column("status", Integer),
    Column("error", Text),
    PrimaryKeyConstraint("id"),
    Index("webhook_delivery_webhook_idx", "webhook_id", "at"),
    Index("webhook_delivery_at_idx", "at"),
)

# How many entries of the log it has not been told of, or been found not to be concerned by.
_SHOWN = """
    SELECT w.*, k.name AS key_name, greatest(h.position - w.position, 0) AS lag
    FROM webhook w JOIN access_key k ON k.id = w.key_id, change_head h
"""


@dataclass(frozen=True)
class Sent:
    """One attempt to deliver: which part of the log, and what came of it."""

    after: int
    cursor: int
    changes: int
    attempt: int
    milliseconds: int
    status: int | None
    error: str | None


# --- By whoever keeps them


async def add(
    connection: Connection, key_id: int, url: str, types: Sequence[str] | None, under: str | None, since: int
) -> Record:
    """A new webhook of a key that is told what comes after a position of the log."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    row = await connection.fetchrow(
        "INSERT INTO webhook (key_id, url, secret, types, under, position, delivered)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id",
        key_id, url, secret, None if types is None else list(types), under, since,
    )  # fmt: skip
    await _tell(connection, row["id"])
    return await shown(connection, row["id"])


async def shown(connection: Connection, id: int) -> Record | None:
    """A webhook, the name of its key, and its lag."""
    return await connection.fetchrow(_SHOWN + "WHERE w.id = $1", id)


async def listed(connection: Connection, key_id: int | None = None) -> list[Record]:
    """The webhooks of a key, or all, oldest first."""
    rows: list[Record] = await connection.fetch(
        _SHOWN + "WHERE $1::bigint IS NULL OR w.key_id = $1 ORDER BY w.id", key_id
    )
    return rows


async def count_of(connection: Connection, key_id: int) -> int:
    """How many webhooks a key has; more can only be added when this transaction has ended."""
    await connection.execute("SELECT FROM access_key WHERE id = $1 FOR NO KEY UPDATE", key_id)
    count: int = await connection.fetchval("SELECT count(*) FROM webhook WHERE key_id = $1", key_id)
    return count


async def remove(connection: Connection, id: int) -> None:
    """Delete a webhook, and what is known of its deliveries."""
    await connection.execute("DELETE FROM webhook WHERE id = $1", id)


async def pause(connection: Connection, id: int) -> None:
    """Tell a webhook of nothing until it is resumed."""
    await connection.execute("UPDATE webhook SET state = 'PAUSED' WHERE id = $1", id)


async def resume(connection: Connection, id: int) -> None:
    """Go on telling a webhook where it stands, at once."""
    await _go_on(connection, id, "")


async def replay(connection: Connection, id: int, since: int) -> None:
    """Tell a webhook once more what came after a position."""
    await _go_on(connection, id, "position = $2, delivered = $2,", since)


async def _go_on(connection: Connection, id: int, also: str, *values: Any) -> None:
    await connection.execute(
        f"UPDATE webhook SET {also} state = 'ACTIVE', failures = 0, failing_since = NULL,"  # noqa: S608
        " next_attempt_at = now(), last_error = NULL WHERE id = $1",
        id,
        *values,
    )
    await _tell(connection, id)


async def _tell(connection: Connection, id: int) -> None:
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(id))


async def deliveries_of(connection: Connection, ids: Sequence[int], limit: int) -> Mapping[int, list[Record]]:
    """What became of the last deliveries to webhooks, newest first, at most so many of each."""
    rows = await connection.fetch(
        "SELECT d.* FROM unnest($1::bigint[]) AS w (id) CROSS JOIN LATERAL"
        " (SELECT * FROM webhook_delivery WHERE webhook_id = w.id ORDER BY at DESC, id DESC LIMIT $2) d",
        list(ids), limit,
    )  # fmt: skip
    return {each: [row for row in rows if row["webhook_id"] == each] for each in ids}


# --- By whoever delivers


async def waiting(connection: Connection) -> list[Record]:
    """The webhooks with something of the log before them, and in how many seconds each is to be tried."""
    rows: list[Record] = await connection.fetch(
        "SELECT w.id, greatest(extract(epoch FROM w.next_attempt_at - now()), 0)::float AS seconds"
        " FROM webhook w, change_head h WHERE w.state = 'ACTIVE' AND w.position < h.position ORDER BY w.next_attempt_at"
    )
    return rows


async def pass_unconcerned(connection: Connection) -> None:
    """Move those on that are not concerned by anything before them, for it is of other types than theirs."""
    await connection.execute(
        """
        UPDATE webhook w SET position = h.position FROM change_head h
        WHERE w.state = 'ACTIVE' AND w.types IS NOT NULL AND w.position < h.position
            AND w.position >= h.position - 1000 AND NOT EXISTS (
                SELECT FROM change c WHERE c.position > w.position AND c.position <= h.position AND c.types && w.types
            )
        """
    )


async def take(connection: Connection, id: int) -> bool:
    """Whether this connection is the one that now delivers to a webhook, until it gives it back or ends."""
    taken: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK, _low(id))
    return taken


async def give_back(connection: Connection, id: int) -> None:
    """Let another one deliver to a webhook."""
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", LOCK, _low(id))


def _low(id: int) -> int:
    # A lock has two numbers of 32 bits. That two webhooks share one would only make them wait for each other.
    return id & 0x7FFFFFFF


async def due(connection: Connection, id: int) -> Record | None:
    """A webhook that is to be told of something now."""
    return await connection.fetchrow(
        "SELECT w.*, h.position AS newest FROM webhook w, change_head h"
        " WHERE w.id = $1 AND w.state = 'ACTIVE' AND w.position < h.position AND w.next_attempt_at <= now()",
        id,
    )


async def passed(connection: Connection, id: int, position: int, to: int) -> None:
    """Note that the log has nothing for a webhook between two positions, unless it was set elsewhere meanwhile."""
    await connection.execute("UPDATE webhook SET position = $3 WHERE id = $1 AND position = $2", id, position, to)


async def delivered(connection: Connection, id: int, position: int, to: int, sent: Sent) -> None:
    """Note that a webhook was told, as long as it was not set elsewhere meanwhile."""
    async with connection.transaction():
        await _note(connection, id, sent)
        await connection.execute(
            "UPDATE webhook SET position = $3, delivered = $4, delivered_at = now(), failures = 0,"
            " failing_since = NULL, next_attempt_at = now(), last_error = NULL WHERE id = $1 AND position = $2",
            id, position, to, sent.cursor,
        )  # fmt: skip


async def failed(
    connection: Connection, id: int, position: int, sent: Sent, again_in: timedelta, given_up_after: timedelta
) -> str | None:
    """Note that a webhook could not be told, and try again later, or never once that has gone on for too long.

    Gives the state it is in then; null when it was set elsewhere meanwhile.
    """
    async with connection.transaction():
        await _note(connection, id, sent)
        state: str | None = await connection.fetchval(
            """
            UPDATE webhook SET failures = failures + 1, failing_since = coalesce(failing_since, now()),
                next_attempt_at = now() + $4, last_error = $3,
                state = CASE WHEN coalesce(failing_since, now()) <= now() - $5::interval
                             THEN 'DEAD'::webhook_state ELSE state END
            WHERE id = $1 AND position = $2 AND state = 'ACTIVE' RETURNING state::text
            """,
            id, position, sent.error, again_in, given_up_after,
        )  # fmt: skip
        return state


async def stop(connection: Connection, id: int, state: WebhookState, why: str) -> None:
    """Tell a webhook of nothing more, for a reason."""
    await connection.execute(
        "UPDATE webhook SET state = $2, last_error = $3 WHERE id = $1 AND state = 'ACTIVE'", id, state, why
    )


async def _note(connection: Connection, id: int, sent: Sent) -> None:
    # It may have been removed meanwhile.
    await connection.execute(
        "INSERT INTO webhook_delivery (webhook_id, after, cursor, changes, attempt, milliseconds, status, error)"
        " SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM webhook WHERE id = $1 FOR KEY SHARE",
        id, sent.after, sent.cursor, sent.changes, sent.attempt, sent.milliseconds, sent.status, sent.error,
    )  # fmt: skip


async def forget(connection: Connection) -> None:
    """Delete what is known of deliveries that were long ago."""
    await connection.execute("DELETE FROM webhook_delivery WHERE at < now() - $1::interval", KEPT)
