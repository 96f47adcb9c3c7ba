"""Global ids: a type's name and a row's key, made unreadable so that nobody takes one apart.

PostgreSQL writes them with the row, see `Concept.computed`.
"""

import base64
import binascii
import re
from collections.abc import Sequence

from resolvers.concepts import typed
from resolvers.edges import Concept
from resolvers.errors import BadId


def make_id(typename: str, key: Sequence[str | int]) -> str:
    """The global id of a row, as PostgreSQL writes it."""
    return base64.b64encode(":".join(map(str, (typename, *key))).encode()).decode()


_FORM = re.compile(r"([A-Za-z]+):(?:([0-9]{2,6}):)?([0-9]{1,19})", re.ASCII)
MAX_ID = 2**63 - 1


def read_id(text: str) -> tuple[str, Concept, tuple[str | int, ...]]:
    """The type, concept and key behind a global id; BadId when it is none."""
    try:
        found = _FORM.fullmatch(base64.b64decode(text.encode(), validate=True).decode())
    except (binascii.Error, UnicodeError):
        found = None
    concept = typed().get(found[1]) if found else None
    if (
        found is None
        or concept is None
        or int(found[3]) > MAX_ID
        or (found[2] is not None) != ("district" in concept.key)
    ):
        raise BadId(f"{text[:80]!r} is no id of this service; take ids from the field id")
    row_id = int(found[3])
    return found[1], concept, (row_id,) if found[2] is None else (found[2], row_id)
