"""The closed lists of values, as GraphQL enums: each value's description is its Chinese and its English label.

Every enum must be described before a field names it, so this comes before all types.
"""

import inspect
from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from db import enums as stored
from db.enums import Labelled
from resolvers.coverages import CoverageDenominator
from resolvers.dimensions import RollupDimension
from resolvers.entities import RollupSubject
from resolvers.filters import Timing
from resolvers.measures import RollupMeasure
from resolvers.pages import OrderDirection
from resolvers.trees import TreeScope


def described(kind: type[Enum], description: str, values: Mapping[str, str]) -> Any:
    """`kind` as a GraphQL enum, with a description of itself and of each value."""
    strawberry.enum(kind, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]
    return kind


OWN = (TreeScope, Timing, OrderDirection, RollupSubject, RollupDimension, RollupMeasure, CoverageDenominator)


def _registered() -> dict[str, type[Labelled]]:
    found: dict[str, type[Labelled]] = {}
    for kind in [*vars(stored).values(), *OWN]:
        if isinstance(kind, type) and issubclass(kind, Labelled) and kind is not Labelled:
            found[kind.__name__] = kind
            # The docstring is the description, so that neither says something else than the other.
            described(kind, inspect.getdoc(kind) or "", {value.name: f"{value.zh} · {value.en}" for value in kind})
    return found


ENUMS = _registered()
"""Every labelled enum of the graph by name."""
