"""Values a caller gave, as statements take them: a statement is built once and run with other values later.

What a value *is* may shape a statement (an `or` of two filters, an end left open); what it *says* never does: it
becomes a parameter, which is read anew from what is asked at each run.
"""

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

T = TypeVar("T", covariant=True)
Step = str | int


@dataclass(frozen=True)
class Given(Generic[T]):
    """A value as it is while its statement is built, and the steps by which it is found again in what is asked."""

    now: T
    steps: tuple[Step, ...] = ()
    # What the caller knows it as, for messages.
    name: str = "the value"

    def part(self, name: str) -> "Given[Any]":
        """The attribute `name` of the value."""
        return Given(getattr(self.now, name), (*self.steps, name))

    def items(self) -> "list[Given[Any]]":
        """The items of the value, a list or a tuple."""
        values: Sequence[Any] = self.now  # type: ignore[assignment]  # only asked of lists
        return [Given(value, (*self.steps, position)) for position, value in enumerate(values)]

    def bound(self, type_: TypeEngine[Any], convert: Callable[[T], Any] | None = None) -> BindParameter[Any]:
        """The value, converted, as a parameter of a statement. `convert` may refuse it with a Fault."""
        reader = Reader(self.steps, convert)
        value = self.now if convert is None else convert(self.now)
        parameter: BindParameter[Any] = bindparam(None, value, type_, unique=True)
        parameter.reader = reader  # type: ignore[attr-defined]
        return parameter


@dataclass(frozen=True)
class Reader:
    """How a parameter's value is read from what is asked."""

    steps: tuple[Step, ...]
    convert: Callable[[Any], Any] | None

    def __call__(self, asked: Any) -> Any:
        for step in self.steps:
            asked = getattr(asked, step) if isinstance(step, str) else asked[step]
        return asked if self.convert is None else self.convert(asked)


def shape_of(value: Any) -> Hashable:
    """What values that shape a statement alike share: all but the contents of texts, numbers, days and enums."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        # A list of filters is as many conditions; one of values is one parameter, however long, if it has several.
        shapes = [shape_of(item) for item in value]
        return "values" if len(shapes) > 1 and isinstance(shapes[0], str) else tuple(shapes)
    if isinstance(value, Enum):
        return "str"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return (type(value).__name__, *(shape_of(getattr(value, field.name)) for field in fields))
    return type(value).__name__
