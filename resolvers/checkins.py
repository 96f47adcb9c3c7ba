"""Short-lived codes by which people check in at an event: signed, so that nobody can make one who was not there."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

SECONDS = 30
"""How long a code is shown; it is good for as long again, for those who are slow."""

OPENS_BEFORE = timedelta(hours=1)
# An event whose end is not known is taken to last so long.
LASTS = timedelta(hours=6)


def code_of(secret: str, event_id: int, at: datetime) -> str:
    """The code of an event at a moment."""
    return _signed(secret, event_id, int(at.timestamp()) // SECONDS)


def event_of(secret: str, code: str, at: datetime) -> int | None:
    """The event a code is good for at a moment; None when it is good for none."""
    head, _, _ = code.partition(".")
    if not head.isascii() or not head.isdigit() or len(head) > 18:
        return None
    slot = int(at.timestamp()) // SECONDS
    fitting = (_signed(secret, int(head), each) for each in (slot, slot - 1))
    return int(head) if any(hmac.compare_digest(code.encode(), each.encode()) for each in fitting) else None


def valid_until(at: datetime) -> datetime:
    """Until when the code of a moment is good."""
    slot = int(at.timestamp()) // SECONDS
    return datetime.fromtimestamp((slot + 2) * SECONDS, at.tzinfo)


def signed(secret: str, district: str, duty_code: str) -> str:
    """A member's duty code with a signature, which shows that it was issued to who has it."""
    signature = hmac.new(secret.encode(), f"{district}/{duty_code}".encode(), hashlib.sha256).digest()
    return f"{duty_code}.{base64.b32encode(signature[:10]).decode()}"


def window(starts_at: datetime, ends_at: datetime | None) -> tuple[datetime, datetime]:
    """From when to when people can check in."""
    return starts_at - OPENS_BEFORE, ends_at or starts_at + LASTS


def _signed(secret: str, event_id: int, slot: int) -> str:
    signature = hmac.new(secret.encode(), f"{event_id}:{slot}".encode(), hashlib.sha256).digest()
    return f"{event_id}.{base64.b32encode(signature[:10]).decode()}"
