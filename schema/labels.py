"""The labels of enum values, for clients that build forms and legends."""

import strawberry

from db.enums import Labelled
from schema.fields import column, listed


@strawberry.type(description="A value of an enum in the words people use.")
class EnumLabel:
    value: str = column("The value as the graph has it.")
    zh: str = column("The Chinese label.")
    en: str = column("The English label.")


@strawberry.type(description="The labels of one enum.")
class EnumLabels:
    name: str = column("The enum's name in the graph.")
    values: list[EnumLabel] = column("Its values in their usual order.", price=listed(100))


def labels_of(kind: type[Labelled]) -> EnumLabels:
    """The labels of `kind`."""
    return EnumLabels(
        name=kind.__name__,
        values=[EnumLabel(value=value.value, zh=value.zh, en=value.en) for value in kind],
    )
