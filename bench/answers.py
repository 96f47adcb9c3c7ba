"""Whether servers that shape their answers differently say the same."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
# A cursor means something to its own server only.
OWN = {"endCursor"}


class Disagreement(Exception):
    """Two servers answer the same question differently."""


def leaves(value: Any) -> list[Any]:
    """What an answer says, in its order: all texts, numbers and truth values, whatever they are nested in and called.

    Moments are told in UTC. Nulls are left out: one server has a field for what another has a type of its own for.
    """
    return list(_leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    match value:
        case dict():
            for name, item in value.items():
                if name not in OWN:
                    yield from _leaves(item)
        case list():
            for item in value:
                yield from _leaves(item)
        case str() if MOMENT.match(value):
            yield datetime.fromisoformat(value).astimezone(UTC).isoformat()
        case None:
            pass
        case _:
            yield value


def without_cursors(value: Any) -> Any:
    """An answer without what only its own server understands."""
    match value:
        case dict():
            return {name: without_cursors(item) for name, item in value.items() if name not in OWN}
        case list():
            return [without_cursors(item) for item in value]
        case _:
            return value


def require_same(question: str, first: tuple[str, bytes], second: tuple[str, bytes], *, same_shape: bool) -> None:
    """Disagreement unless two servers, each with its name and its answer, say the same, if asked in the same shape."""
    (name, body), (other_name, other_body) = first, second
    data, other = _data(question, name, body), _data(question, other_name, other_body)
    if same_shape and without_cursors(data) != without_cursors(other):
        raise Disagreement(f"{question}: {other_name} answers otherwise than {name}.\n{_difference(data, other)}")
    said, other_said = leaves(data), leaves(other)
    if not said:
        raise Disagreement(f"{question}: {name} answers nothing at all: {body[:500].decode()}")
    if said != other_said:
        raise Disagreement(f"{question}: {other_name} says otherwise than {name}.\n{_difference(data, other)}")


def _data(question: str, name: str, body: bytes) -> Any:
    answer = orjson.loads(body)
    if answer.get("errors") or answer.get("data") is None:
        raise Disagreement(f"{question}: {name} answers {body[:2000].decode()}")
    return answer["data"]


def _difference(data: Any, other: Any) -> str:
    said, other_said = leaves(data), leaves(other)
    place = next((i for i, (a, b) in enumerate(zip(said, other_said, strict=False)) if a != b), None)
    if place is None:
        return f"{len(said)} values against {len(other_said)}: {orjson.dumps(data)[:500].decode()}"
    near = slice(max(place - 3, 0), place + 3)
    return f"Value {place} of {len(said)} and {len(other_said)}: {said[near]} against {other_said[near]}"
