"""What the filters of all concepts are made of: each field carries the condition it stands for."""

from datetime import date
from typing import Any

import strawberry
from strawberry import UNSET

from resolvers.filters import CONDITION, FieldCondition, all_of, any_of, matches, none_of


def where(condition: FieldCondition, description: str, *, name: str | None = None) -> Any:
    """A field of a filter and what it asks."""
    return strawberry.field(default=UNSET, description=description, name=name, metadata={CONDITION: condition})


def all_hold() -> Any:
    """`and`: every one of several filters."""
    return where(all_of, "Every one of these holds.", name="and")


def any_holds() -> Any:
    """`or`: at least one of several filters."""
    return where(any_of, "At least one of these holds.", name="or")


def does_not_hold() -> Any:
    """`not`: the opposite of a filter."""
    return where(none_of, "This does not hold.", name="not")


def has_text() -> Any:
    """`text`: words in the row's texts."""
    return where(
        matches,
        "Every word occurs in the row's texts or codes, as characters or as pinyin initials; 1–100 characters.",
    )


@strawberry.input(description="Days from one to another, both included, in Asia/Shanghai; at least one is given.")
class DateRange:
    since: date | None = strawberry.field(default=None, description="The first day; open when not given.")
    until: date | None = strawberry.field(default=None, description="The last day; open when not given.")
