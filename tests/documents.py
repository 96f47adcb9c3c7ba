"""What documents drawn at random are made of, and what is said of the schema and of values in drawing them."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import graphql
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
)


@dataclass(frozen=True)
class Drawn:
    """A document, the variables that come with it, and which of its operations is run."""

    text: str
    variables: dict[str, Any]
    operation_name: str | None
    seed: int


@dataclass(frozen=True)
class Walk:
    """Cursors of one list in one order, and the arguments with which alone they are good."""

    arguments: Mapping[str, Any]
    cursors: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """What a database has: ids by type, texts and days by `Type.field`, walks by the connection's `Type.field`.

    The values called `words` are what searches and filters look for.
    """

    ids: Mapping[str, Sequence[str]]
    values: Mapping[str, Sequence[str]]
    walks: Mapping[str, Sequence[Walk]]


def declared(type_: Any, name: str) -> str | None:
    """`Type.field` of the interface, or else the type, that declares a field; None when there is no such field."""
    owners = [each.name for each in getattr(type_, "interfaces", ()) if name in each.fields] or [type_.name]
    return f"{owners[0]}.{name}" if name in getattr(type_, "fields", ()) else None


@cache
def is_own(type_: Any, name: str) -> bool:
    """Whether a field is one of the few that tell a type from others, or needs an argument; of the root none is."""
    has_more = len(getattr(type_, "interfaces", ())) > 1 and declared(type_, name) == f"{type_.name}.{name}"
    is_asked = any(graphql.is_required_argument(each) for each in type_.fields[name].args.values())
    return bool(type_.interfaces) and (has_more or is_asked)


@cache
def conditions(schema: GraphQLSchema, name: str) -> tuple[list[str], list[str]]:
    """The types behind an interface or a union, and other interfaces and unions that have any of them, or the type.

    Each can be the condition of a fragment there.
    """
    abstract = [each for each in schema.type_map.values() if graphql.is_abstract_type(each)]
    possible = {each.name: {one.name for one in schema.get_possible_types(each)} for each in abstract}
    own = possible.get(name, {name})
    return sorted(possible.get(name, ())), [each for each in possible if each != name and possible[each] & own]


def literal(type_: Any, value: Any, part: Callable[[Any, Any], str] | None = None) -> str:
    """A value as a document writes it; `part` writes what it consists of."""
    inner, part = get_nullable_type(type_), part or literal
    if isinstance(value, list):
        return f"[{', '.join(part(inner.of_type, item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {part(inner.fields[key].type, value[key])}' for key in value)}}}"
    if isinstance(inner, GraphQLList) and value is not None:
        return literal(inner.of_type, value, part)
    is_name = value is not None and isinstance(inner, GraphQLEnumType)
    return str(value) if is_name else json.dumps(value, ensure_ascii=False)


def used_by(body: str, fragments: Mapping[str, str]) -> tuple[list[str], set[str]]:
    """The names of the fragments and of the variables that selections use, themselves or in fragments."""
    names: list[str] = []
    while found := sorted({*re.findall(r"\.\.\.(\w+)", body)} & fragments.keys() - {*names}):
        names += found
        body += "".join(fragments[name] for name in found)
    return names, {*re.findall(r"\$(\w+)", body)}


def is_leaf(of: Any) -> bool:
    """Whether a field leads to no object, or a field of an input to no other input."""
    return graphql.is_leaf_type(get_named_type(of.type))


def encoded(text: str) -> str:
    """A text in the form of ids and cursors."""
    return base64.b64encode(text.encode()).decode()


def key_of(id_: str) -> str:
    """The key in a global id, without the type."""
    return base64.b64decode(id_).decode().partition(":")[2]


@dataclass
class Entry:
    """What stands under one key of an object: the field's type, how many rows it leads to, and what they are asked.

    A call is the type the field is asked of, its name, and its arguments as they are written.
    """

    type: str
    size: int
    calls: list[tuple[str, str, dict[str, str]]]
    asked: "Asked" = field(default_factory=dict)


Asked = dict[str, Entry]


def absorb(one: Asked, other: Asked) -> None:
    """Put what `other` asks to what `one` asks."""
    for key, entry in other.items():
        mine = one.setdefault(key, Entry(entry.type, entry.size, []))
        mine.calls += [call for call in entry.calls if call not in mine.calls]
        absorb(mine.asked, entry.asked)


@dataclass(frozen=True)
class Place:
    """Where a selection is drawn: of which type, beside what, how many levels may follow, and for how many rows."""

    type: Any
    beside: Asked
    levels: int
    rows: int = 1
    nested: int = 0

    @property
    def is_page(self) -> bool:
        """Whether it is a page or an edge of one, which are no level of their own."""
        return bool(self.type.name.endswith(("Connection", "Edge")))


@dataclass(frozen=True)
class Fragment:
    """A fragment: the type it is on, how many levels and rows it leads to, and what it asks."""

    on: str
    levels: int
    rows: int
    asked: Asked
    text: str


@dataclass(frozen=True)
class Variable:
    """A variable as it is declared, the type of the places it stands in, and what it amounts to there."""

    declaration: str
    fits: str
    value: Any
