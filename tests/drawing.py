"""Documents drawn at random from the schema, to ask one graph in two ways; each can be drawn again from its seed."""

import base64
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import graphql
from documents import (
    Asked,
    Drawn,
    Entry,
    Facts,
    Fragment,
    Place,
    Variable,
    Walk,
    absorb,
    conditions,
    declared,
    encoded,
    is_leaf,
    is_own,
    key_of,
    literal,
    used_by,
)
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
)

PAGING = ("first", "after", "last", "before")
# How many objects one path of a document may lead to, and all of them together.
MOST_ROWS, MOST_ROWS_IN_ALL = 200, 400
MOST_FIELDS, MOST_CONDITIONS, MOST_LEVELS = 75, 20, 6
# Whose values an argument can have, where they are not those of the field of the same name.
VALUES_OF = {
    "area": ("District.code", "City.code"),
    "codes": ("codes",),
    "district": ("District.code", "District.code", "City.code"),
    "indicator": ("Indicator.key",),
    "keys": ("keys",),
    "names": ("names",),
    "participant": ("District.code",),
    "text": ("words",),
    "under": ("District.code", "Township.code", "Village.code"),
    "within": ("District.code", "City.code"),
}
NUMBERS = {"depth": (1, 4), "year": (2021, 2024)}
# How often a value is malformed, nobody's or out of its bounds.
WRONG = 0.01
WRONG_VALUES: dict[str, tuple[Any, ...]] = {
    "Date": ("0001-01-01", "9999-12-31", "1900-02-28"),
    "ID": ("", "nobody", base64.b64encode(b"Nobody:1").decode(), base64.b64encode(b"Member:1").decode()),
    "Int": (0, -1, 101, 2**31 - 1),
    "String": ("", " ", "nobody", "没有这样的", "999999", "330114-P99", "x" * 101, 'a"b\\c\n', "%_'"),
}
WRONG_PAGES: tuple[dict[str, Any], ...] = ({"first": 0}, {"last": 101}, {"first": -1}, {"first": 1, "last": 1})
WRONG_CURSORS = ("", "nobody", base64.b64encode(b'["00000000", 1]').decode())
ALIASES = ("a", "b", "x", "code", "edges", "id", "kind", "name", "node", "nodes", "of", "title", "total", "totalCount")
SEPARATORS = (" ", " ", "\n  ", ", ", " ,,\n", " # 注释, {(\n")
# A rollup at random is mostly one that cannot be asked; `test_rollups` draws those that can.
NOT_DRAWN = {"rollup", "checkInCode", "viewer", "requestStatus", "webhooks"}
OF_THE_SCHEMA = ("__schema { queryType { name } }", '__type(name: "Area") { kind name }')
TYPENAME = graphql.GraphQLField(graphql.GraphQLNonNull(graphql.GraphQLString))


def draw(seed: int, schema: GraphQLSchema, facts: Facts) -> Drawn:
    """The document of a seed, the same one for the same schema and facts."""
    return _Drawing(seed, schema, facts).drawn()


class _Drawing:
    """One document while it is drawn."""

    def __init__(self, seed: int, schema: GraphQLSchema, facts: Facts) -> None:
        self.seed, self.schema, self.facts, self.random = seed, schema, facts, Random(seed)  # noqa: S311 (nothing is kept secret by it)
        self.fields_left = int(self.random.triangular(3, MOST_FIELDS, 50))
        self.conditions_left, self.rows_left = MOST_CONDITIONS, MOST_ROWS_IN_ALL
        self.separator = self.random.choice(SEPARATORS)
        self.variables: dict[str, Variable] = {}
        self.provided: dict[str, Any] = {}
        self.fragments: dict[str, Fragment] = {}
        # How fields were asked before: their arguments as they are written, and how many rows they lead to.
        self.asked: dict[str | None, list[tuple[dict[str, str], int]]] = defaultdict(list)
        # The types of the ids that were drawn, which fragments should be on.
        self.likely: list[str] = []

    def drawn(self) -> Drawn:
        names = self.random.choice(([""],) * 5 + (["Asked"],) * 3 + (["Two", "One"], ["B", "A", "C"]))
        bodies = [self.operation() for _ in names]
        texts = {name: each.text for name, each in self.fragments.items()}
        operations = []
        for name, body in zip(names, bodies, strict=True):
            _, used = used_by(body, texts)
            heads = ", ".join(each.declaration for key, each in self.variables.items() if key in used)
            is_short = not name and not heads and self.chance(0.5)
            operations.append(body if is_short else f"query {name}{f'({heads})' if heads else ''} {body}")
        kept, used = used_by(" ".join(bodies), texts)
        definitions = operations + [f"fragment {name} on {self.fragments[name].on} {texts[name]}" for name in kept]
        self.random.shuffle(definitions)
        is_unnamed = self.chance(WRONG * 3 if len(names) > 1 else 0.5)
        operation_name = None if is_unnamed else self.random.choice((names[0], names[0], *names)) or None
        provided = {name: value for name, value in self.provided.items() if name in used}
        return Drawn("\n".join(definitions), provided, operation_name, self.seed)

    def operation(self) -> str:
        # The first operation has most of what a document may have, and is mostly the one that is run.
        self.fields_left, self.rows_left = max(self.fields_left, 4), max(self.rows_left, 40)
        levels = min(self.random.randint(1, MOST_LEVELS + 2), MOST_LEVELS)
        return self.selections(Place(self.schema.query_type, {}, levels))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def selections(self, place: Place) -> str:
        parts: list[str] = []
        for _ in range(self.random.choice((1, 2, 2, 3, 3, 4, 5))):
            if (self.fields_left > 0 or not parts) and (part := self.selection(place)):
                parts.append(part)
        return f"{{ {self.separator.join(parts) or '__typename'} }}"

    def selection(self, place: Place) -> str | None:
        if place.type is self.schema.query_type and self.chance(WRONG):
            return self.random.choice(OF_THE_SCHEMA)
        way = self.random.random() * (0.4 if graphql.is_union_type(place.type) else 1)
        found = None
        if self.fields_left > 0 and place.nested < 4 and way < 0.36:
            found = self.again(place) if way < 0.1 else self.spread(place) if way < 0.22 else self.inline(place)
        fields = {name: of for name, of in getattr(place.type, "fields", {}).items() if name not in NOT_DRAWN}
        leaves = [name for name in fields if is_leaf(fields[name])]
        others = [name for name in fields if name not in leaves]
        may_lead_on = others and self.fields_left > 0 and (place.levels or place.is_page)
        if not found and may_lead_on and self.chance(0.75 if place.is_page else 0.6 if leaves else 0.97):
            # What few types have would be drawn too seldom.
            more = [name for name in others if is_own(place.type, name)] * 3
            found = self.field(place, self.random.choice(others + more))
        return found or self.field(place, self.random.choice(leaves) if leaves and self.chance(0.9) else "__typename")

    def inline(self, place: Place) -> str:
        type_ = self.schema.type_map[self.condition(place.type.name)]
        on = "" if type_ is place.type and self.chance(0.4) else f" on {type_.name}"
        return f"...{on}{self.directives()} {self.selections(replace(place, type=type_, nested=place.nested + 1))}"

    def condition(self, name: str) -> str:
        """The condition of a fragment on a type: itself, one behind it, or an interface or union it is among."""
        narrower, wider = conditions(self.schema, name)
        if (likely := [each for each in self.likely[-4:] if each in narrower]) and self.chance(0.4):
            return self.random.choice(likely)
        # One of many types is rarely that of a row; an interface is more often.
        more = wider if len(narrower) > 12 else narrower
        return self.random.choice(self.random.choice([some for some in ([name], narrower, wider, more) if some]))

    def spread(self, place: Place) -> str | None:
        """A fragment, new or used before; None when it cannot stand beside what is asked."""
        fitting = {place.type.name, *(each for some in conditions(self.schema, place.type.name) for each in some)}
        known = [
            name
            for name, each in self.fragments.items()
            if each.on in fitting and each.levels <= place.levels and each.rows * place.rows <= self.room()
        ]
        if known and self.chance(0.6):
            name = self.random.choice(known)
            cost = self.fragments[name].rows * place.rows
        else:
            on, asked, before, cost = self.condition(place.type.name), Asked(), self.rows_left, 0
            levels = min(place.levels, self.random.randint(0, 3))
            inner = Place(self.schema.type_map[on], asked, levels, place.rows, place.nested + 1)
            text, name = self.selections(inner), f"{on}Part{len(self.fragments) + 1}"
            rows = math.ceil((before - self.rows_left) / place.rows)
            self.fragments[name] = Fragment(on, levels, rows, asked, text)
        if not self.agree(place.beside, self.fragments[name].asked):
            return None
        self.rows_left -= cost
        absorb(place.beside, self.fragments[name].asked)
        return f"...{name}{self.directives()}"

    def again(self, place: Place) -> str | None:
        """A field that was asked here before, asked for more; None when there is none."""
        known = [
            (key, name, given, entry.size)
            for key, entry in place.beside.items()
            for of, name, given in entry.calls
            if entry.asked and declared(self.schema.type_map[of], name) == declared(place.type, name)
        ]
        return self.written(place, *self.random.choice(known)) if known else None

    def field(self, place: Place, name: str) -> str | None:
        """A field under its name or another; None where there is no room for it."""
        called = self.called(place, name)
        keys = [self.random.choice(ALIASES), name] if self.chance(0.2) else [name, *self.random.sample(ALIASES, 2)]
        return next((found for key in keys if called and (found := self.written(place, key, name, *called))), None)

    def written(self, place: Place, key: str, name: str, given: dict[str, str], size: int) -> str | None:
        """A field under a key, and what is asked of what it leads to; None where the key or the room is taken."""
        of = TYPENAME if name == "__typename" else place.type.fields[name]
        entry = Entry(str(of.type), size, [(place.type.name, name, given)])
        if not self.agree(place.beside, {key: entry}) or not (is_leaf(of) or size * place.rows <= self.room()):
            return None
        absorb(place.beside, {key: entry})
        self.fields_left -= 1
        texts = self.random.sample([f"{argument}: {text}" for argument, text in given.items()], len(given))
        text = (name if key == name else f"{key}: {name}") + (f"({', '.join(texts)})" if texts else "")
        if is_leaf(of):
            return text + self.directives()
        # A page's rows are reckoned where it is asked for.
        self.rows_left -= 0 if place.is_page else size * place.rows
        levels = place.levels if place.is_page else place.levels - 1
        inner = Place(get_named_type(of.type), place.beside[key].asked, levels, size * place.rows)
        return f"{text}{self.directives()} {self.selections(inner)}"

    def agree(self, one: Asked, other: Asked) -> bool:
        """Whether one object can be asked both: what has one key is alike, or of types of which none has both."""
        return all(
            one[key].type == other[key].type
            and all(
                mine[1:] == its[1:] or (mine[0] != its[0] and not self.is_abstract(mine[0], its[0]))
                for mine in one[key].calls
                for its in other[key].calls
            )
            and self.agree(one[key].asked, other[key].asked)
            for key in one.keys() & other.keys()
        )

    def is_abstract(self, *names: str) -> bool:
        return any(graphql.is_abstract_type(self.schema.type_map[name]) for name in names)

    def room(self) -> int:
        return min(MOST_ROWS, self.rows_left)

    def called(self, place: Place, name: str) -> tuple[dict[str, str], int] | None:
        """The arguments of a field as they are written, and how many rows it leads to; None when there is no room."""
        of = TYPENAME if name == "__typename" else place.type.fields[name]
        is_list = isinstance(get_nullable_type(of.type), GraphQLList) and not place.is_page
        known, given, size = self.asked[declared(place.type, name)], dict[str, Any](), 3 if is_list else 1
        if known and self.chance(0.35):
            return self.random.choice(known)
        if of.args.keys() >= {*PAGING}:
            if (room := self.room() // place.rows) < 1:
                return None
            # The cursors of a list that hangs on a row are mostly another row's, beyond which there is often nothing.
            walks = self.facts.walks.get(declared(place.type, name) or "", ())
            is_walked = self.chance(0.35 if place.type is self.schema.query_type else 0.15)
            given, size = self.page(walks if is_walked else (), room)
        for key, each in of.args.items():
            is_required = graphql.is_required_argument(each)
            if key not in given and key not in PAGING and (is_required or self.chance(0.3)):
                given[key] = None if not is_required and self.chance(0.06) else self.value(each.type, key, of.type)
        if is_list and of.args:
            size = max((len(value) for value in given.values() if isinstance(value, list)), default=50) or 1
        absent = graphql.Undefined
        written = {key: self.given(of.args[key].type, value) for key, value in given.items() if value is not absent}
        known.append((written, size))
        return known[-1]

    def page(self, walks: Sequence[Walk], room: int) -> tuple[dict[str, Any], int]:
        """What is asked of a list's page, and how many rows it has at most."""
        if self.chance(WRONG):
            return dict(self.random.choice(WRONG_PAGES)), 1
        size = self.random.randint(1, min(room, 5))
        given: dict[str, Any] = {"last" if self.chance(0.25) else "first": size}
        if room >= 20 and self.chance(0.15):
            given, size = dict(self.random.choice(({}, {}, {"first": None}, {"first": None, "last": None}))), 20
        if walks:
            walk = self.random.choice(walks)
            low, high = sorted(self.random.choices(range(len(walk.cursors)), k=2))
            ends: dict[str, Any] = {"after": walk.cursors[low], "before": walk.cursors[high]}
            if self.chance(0.7):
                ends[self.random.choice(("after", "before"))] = None
            if self.chance(WRONG * 3):
                ends["after"] = self.random.choice((*WRONG_CURSORS, self.random.choice(walks).cursors[0]))
            given |= {key: end for key, end in ends.items() if end is not None or self.chance(0.1)}
            given |= {key: graphql.Undefined for each in walks for key in each.arguments} | dict(walk.arguments)
        return given, size

    def directives(self) -> str:
        if self.chance(0.85):
            return ""
        boolean = graphql.GraphQLNonNull(graphql.GraphQLBoolean)
        both = [
            f" @{name}(if: {self.given(boolean, self.chance(p))})" for name, p in (("include", 0.75), ("skip", 0.25))
        ]
        return "".join(self.random.sample(both, self.random.choice((1, 1, 1, 2))))

    def value(self, type_: Any, name: str, of: Any, nested: int = 0) -> Any:
        """A value for the argument, or the field of an input, `name`; `of` is what it says something about."""
        inner = get_nullable_type(type_)
        if isinstance(inner, GraphQLList):
            count = 0 if self.chance(WRONG) else self.random.choice((1, 1, 2, 3))
            items = [self.value(inner.of_type, name, of, nested) for _ in range(count)]
            # A list of orders names each field once.
            keys = [item.get("field", item) if isinstance(item, dict) else item for item in items]
            return [item for index, item in enumerate(items) if keys[index] not in keys[:index]]
        if isinstance(inner, GraphQLInputObjectType):
            return self.input(inner, nested)
        if isinstance(inner, GraphQLEnumType):
            return self.random.choice([*inner.values])
        if inner.name == "Boolean":
            return self.chance(0.5)
        if self.chance(WRONG * 2):
            return self.random.choice(WRONG_VALUES[inner.name])
        if inner.name == "Int":
            return self.random.randint(*NUMBERS.get(name, (1, 60)))
        return self.id() if inner.name == "ID" else self.text(inner.name, name, of)

    def input(self, type_: GraphQLInputObjectType, nested: int) -> dict[str, Any]:
        """A filter or another input, with a few of its fields; those that lead on to other filters only so deep."""
        fields, named = type_.fields, self.schema.type_map.get(type_.name.removesuffix("Filter"), type_)
        optional = [key for key, each in fields.items() if not graphql.is_required_input_field(each)]
        if nested >= 3 or self.conditions_left <= 0:
            shallow = [key for key in optional if is_leaf(fields[key]) or "Filter" not in str(fields[key].type)]
            optional = shallow or optional
        chosen = self.random.sample(optional, min(len(optional), self.random.choice((1, 1, 1, 2, 2, 3))))
        chosen = [] if self.chance(WRONG) else chosen
        self.conditions_left -= len(chosen)
        given: dict[str, Any] = {}
        for key, each in fields.items():
            if key in chosen or graphql.is_required_input_field(each):
                is_null = not graphql.is_non_null_type(each.type) and self.chance(0.03)
                given[key] = None if is_null else self.value(each.type, key, named, nested + 1)
        days = [key for key in given if str(fields[key].type) == "Date" and given[key] is not None]
        # A range's first day stands before its last.
        if not self.chance(0.3):
            given |= zip(days, sorted(given[key] for key in days), strict=True)
        return given

    def text(self, kind: str, name: str, of: Any) -> str:
        """A text or a day, mostly one that the database has."""
        type_ = get_named_type(of)
        type_ = get_named_type(type_.fields["nodes"].type) if "nodes" in getattr(type_, "fields", ()) else type_
        owners = conditions(self.schema, type_.name)[0] or [type_.name]
        keys = [key for key in VALUES_OF.get(name, [f"{each}.{name}" for each in owners]) if self.facts.values.get(key)]
        if not keys and kind == "Date":
            return f"{self.random.randint(2021, 2024)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}"
        return self.random.choice(self.facts.values[self.random.choice(keys or ["words"])])

    def id(self) -> str:
        """The id of a row, now and then under the name of another type."""
        types = {name: ":" in key_of(ids[0]) for name, ids in self.facts.ids.items() if ids}
        name = self.random.choice([*types])
        key = key_of(self.random.choice(self.facts.ids[name]))
        if self.chance(0.1):
            name = self.random.choice([other for other in types if types[other] == types[name]])
        self.likely.append(name)
        return encoded(f"{name}:{key}")

    def given(self, type_: Any, value: Any) -> str:
        """A value as it is written: as it is, as a variable, or consisting of variables."""
        inner = get_nullable_type(type_)
        if self.chance(0.2):
            return self.variable(type_, value)
        if isinstance(value, list) and len(value) == 1 and self.chance(0.25):
            return literal(inner.of_type, value[0], self.given)
        text = literal(type_, value, self.given)
        for key, each in getattr(inner, "fields", {}).items():
            if value and key not in value and each.default_value is not graphql.Undefined and self.chance(0.15):
                text = f"{text[:-1]}, {key}: {self.declare(each.type, None, '')}}}"
        return text

    def variable(self, type_: Any, value: Any) -> str:
        """A variable, new or used before, that amounts to `value`."""
        known = [each for each in self.variables.items() if each[1].fits == str(type_)]
        for name, each in known:
            if each.value == value and self.chance(0.6):
                return f"${name}"
        if value is None:
            return self.declare(type_, None, *self.random.choice((("",), (" = null",), ("", None), (" = null", None))))
        single = value[0] if isinstance(value, list) and len(value) == 1 and self.chance(0.3) else value
        other = self.random.choice([value, *(each.value for _, each in known if each.value is not None)])
        mark, bare = self.random.choice(("", "!")), "!" if graphql.is_non_null_type(type_) else ""
        forms: tuple[tuple[Any, ...], ...] = (
            ("!", single),
            (bare, single),
            (f"{mark} = {literal(type_, value)}",),
            (f"{mark} = {literal(type_, other)}", single),
        )
        return self.declare(type_, value, *self.random.choice(forms))

    def declare(self, type_: Any, value: Any, rest: str, *provided: Any) -> str:
        """A new variable of a type with the `rest` of its declaration, provided with a value or with none."""
        name = f"v{len(self.variables) + 1}"
        self.variables[name] = Variable(f"${name}: {get_nullable_type(type_)}{rest}", str(type_), value)
        if provided:
            self.provided[name] = provided[0]
        return f"${name}"
