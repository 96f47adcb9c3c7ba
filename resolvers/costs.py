"""What an operation costs, known before any of it runs: points, and how many objects its answer can have at most.

Points stand for work: one for about a hundred objects, never less than one for an operation. A value is a thousandth of
a point, an object a hundredth, a page five hundredths, a count a tenth; `__typename` is free. What is asked of the rows
of a list is charged once for each row it may have: the size of the page that is asked for, 20 when none is, or what the
field's `Price` says of lists without pages. Of the types behind an interface or a union the costliest is charged. What
fragments repeat is charged each time, but counted once, so that the time it takes is linear in the document's length.
"""

import math
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.values import VariableValues

from resolvers.selections import is_wanted

PRICE = "price"
"""Under this name a field of the schema carries what it costs beside the objects it gives."""

# All in thousandths of a point.
POINT, VALUE, OBJECT, PAGE, COUNT = 1_000, 1, 10, 50, 100
# A list without pages of which nothing is said is charged as so many, or as many as it can have if these are fewer.
USUAL = 10
# The whole schema is 14,000 objects, which Python makes.
INTROSPECTION: Mapping[str, int] = {"__schema": 500 * POINT, "__type": 20 * POINT}


@dataclass(frozen=True)
class Size:
    """How many objects a list has: at most, and as how many it is charged when no argument says how many.

    `arguments` are those that say it, the first that is given: by a number, or as a list of as many; with a dot, it is
    a field of an argument.
    """

    most: int
    usual: int
    arguments: tuple[str, ...] = ()
    # Whether there are never more than the usual ones unless an argument says so.
    is_default: bool = False

    def asked(self, node: FieldNode, variables: VariableValues) -> tuple[int, int]:
        """How many there are at most and how many are charged, for these arguments."""
        for name in self.arguments:
            count = _count(node, name, variables)
            if count is not None:
                # What is out of bounds is refused by the field itself.
                count = min(max(count, 0), self.most)
                return count, count
        return (self.usual if self.is_default else self.most), self.usual


@dataclass(frozen=True)
class Price:
    """What a field costs beside the objects it gives, in thousandths of a point, and how many objects these are."""

    work: int = 0
    # Of a field that gives a list.
    list: Size | None = None
    # Of a field that gives a page, or something else that has rows: how many.
    page: Size | None = None
    work_by_row: int = 0
    # Whether what the field gives is there once for each row of the page.
    is_of_page: bool = False
    # Whether it costs nothing, with all below it.
    is_free: bool = False


FREE = Price()


@dataclass(frozen=True)
class Cost:
    """What an operation costs: points, and the objects of its answer at most."""

    points: int
    nodes: int


@dataclass(frozen=True)
class Part:
    """A field of an operation, what it costs with all below it, in thousandths of a point, and its objects."""

    name: str
    work: int
    nodes: int


@dataclass(frozen=True)
class Sum:
    """What selections cost: once, and for each row of the page they are asked of."""

    work: int = 0
    nodes: int = 0
    work_by_row: int = 0
    nodes_by_row: int = 0

    def plus(self, other: "Sum") -> "Sum":
        """Both."""
        return Sum(
            self.work + other.work,
            self.nodes + other.nodes,
            self.work_by_row + other.work_by_row,
            self.nodes_by_row + other.nodes_by_row,
        )

    def at_least(self, other: "Sum") -> "Sum":
        """The costlier of two ways on, in every respect."""
        return Sum(
            max(self.work, other.work),
            max(self.nodes, other.nodes),
            max(self.work_by_row, other.work_by_row),
            max(self.nodes_by_row, other.nodes_by_row),
        )

    def of(self, most: int, charged: int) -> "Sum":
        """For a page of so many rows."""
        return Sum(self.work + charged * self.work_by_row, self.nodes + most * self.nodes_by_row)


NOTHING = Sum()


class Costing:
    """Works out the cost of one operation for some variables; used once.

    Fragments have to be free of circles, which is known of them when they are valid.
    """

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables
        self._known: dict[str, Sum] = {}

    def cost(self, operation: OperationDefinitionNode, order: Sequence[str]) -> Cost:
        """The cost of an operation; `order` names the fragments, each after those it spreads itself."""
        for name in order:
            fragment = self._fragments[name]
            type_ = self._schema.type_map[fragment.type_condition.name.value]
            self._known[name] = self._selections(type_, fragment.selection_set)
        found = self._selections(self._root(operation), operation.selection_set)
        return Cost(max(1, math.ceil(found.work / POINT)), found.nodes)

    def parts(self, operation: OperationDefinitionNode) -> "Branch":
        """The operation as a tree of what costs, once its `cost` was asked for."""
        root = self._root(operation)
        found = self._selections(root, operation.selection_set)
        name = operation.name.value if operation.name else operation.operation.value
        return Branch(self, Part(name, found.work, found.nodes), [(root, operation.selection_set)], (1, 1), (1, 1))

    def _root(self, operation: OperationDefinitionNode) -> Any:
        return self._schema.get_root_type(operation.operation)

    def _selections(self, type_: Any, selections: SelectionSetNode) -> Sum:
        found, branches = NOTHING, dict[str, Sum]()
        for selection in selections.selections:
            if not is_wanted(selection, self._variables):
                continue
            if isinstance(selection, FieldNode):
                found = found.plus(self._field(type_, selection))
                continue
            condition, cost = self._spread(type_, selection)
            if is_abstract_type(type_) and not is_abstract_type(condition):
                # Of these an object has only that of its own type.
                branches[condition.name] = branches.get(condition.name, NOTHING).plus(cost)
            else:
                found = found.plus(cost)
        dearest = NOTHING
        for cost in branches.values():
            dearest = dearest.at_least(cost)
        return found.plus(dearest)

    def _spread(self, type_: Any, selection: SelectionNode) -> tuple[Any, Sum]:
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
            return self._schema.type_map[fragment.type_condition.name.value], self._known[selection.name.value]
        assert isinstance(selection, InlineFragmentNode)  # noqa: S101  (for the type checker: there are but three kinds)
        inner = selection.type_condition
        condition = self._schema.type_map[inner.name.value] if inner else type_
        return condition, self._selections(condition, selection.selection_set)

    def _field(self, type_: Any, node: FieldNode) -> Sum:
        name = node.name.value
        if name.startswith("__"):
            return Sum(INTROSPECTION.get(name, 0))
        field = type_.fields[name]
        inner = get_named_type(field.type)
        price = price_of(field)
        if is_leaf_type(inner):
            return Sum(price.work + VALUE)
        if price.is_free:
            return Sum(0, 1)
        page = self.page(price, node)
        each = self._selections(inner, node.selection_set or EMPTY).of(*page)
        most, charged = self.size(field, price, node)
        work, nodes = charged * (each.work + OBJECT), most * (each.nodes + 1)
        own = price.work + page[1] * price.work_by_row
        return Sum(own, 0, work, nodes) if price.is_of_page else Sum(own + work, nodes)

    def page(self, price: Price, node: FieldNode) -> tuple[int, int]:
        """How many rows the page that a field gives has at most, and how many are charged."""
        return (1, 1) if price.page is None else price.page.asked(node, self._variables)

    def size(self, field: Any, price: Price, node: FieldNode) -> tuple[int, int]:
        """How many objects a field gives at most, and how many are charged; of a page's rows, for each of them."""
        if price.is_of_page or not is_list_type(get_nullable_type(field.type)):
            return 1, 1
        return (price.list or Size(1, 1)).asked(node, self._variables)


EMPTY = SelectionSetNode(selections=())


def price_of(field: Any) -> Price:
    """What a field of the schema costs."""
    definition = field.extensions.get("strawberry-definition")
    found: Price = FREE if definition is None else definition.metadata.get(PRICE, FREE)
    return found


@dataclass(frozen=True)
class Branch:
    """A part of an operation, how often it is asked at most and is charged, and the way on to its own parts."""

    costing: Costing
    part: Part
    sets: Sequence[tuple[Any, SelectionSetNode]]
    times: tuple[int, int]
    # How many rows the page has that it gives.
    page: tuple[int, int]

    @cached_property
    def branches(self) -> list["Branch"]:
        """Its own parts that cost anything, the dearest first."""
        found = [self._branch(type_, node) for type_, node in self._fields()]
        return sorted((each for each in found if each.part.work), key=lambda each: -each.part.work)

    def dearest(self) -> list[str]:
        """The way to what costs most: on from part to part as long as one has half of the whole."""
        path, at = list[str](), self
        while at.branches and 2 * at.branches[0].part.work >= self.part.work:
            at = at.branches[0]
            path.append(at.part.name)
        return path

    def _fields(self) -> Iterator[tuple[Any, FieldNode]]:
        """The fields selected here, by way of fragments too, each of which is opened once."""
        opened: set[str] = set()
        waiting = list(self.sets)
        while waiting:
            type_, selections = waiting.pop(0)
            for selection in selections.selections:
                if not is_wanted(selection, self.costing._variables):
                    continue
                if isinstance(selection, FieldNode):
                    if not selection.name.value.startswith("__"):
                        yield type_, selection
                elif isinstance(selection, InlineFragmentNode):
                    inner = selection.type_condition
                    waiting.append((self._type(inner.name.value) if inner else type_, selection.selection_set))
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in opened:
                    opened.add(selection.name.value)
                    fragment = self.costing._fragments[selection.name.value]
                    waiting.append((self._type(fragment.type_condition.name.value), fragment.selection_set))

    def _type(self, name: str) -> Any:
        return self.costing._schema.type_map[name]

    def _branch(self, type_: Any, node: FieldNode) -> "Branch":
        field = type_.fields[node.name.value]
        price = price_of(field)
        own = self.costing._field(type_, node).of(*self.page)
        most, charged = self.costing.size(field, price, node)
        if price.is_of_page:
            most, charged = self.page
        name = f"{node.alias.value}: {node.name.value}" if node.alias else node.name.value
        part = Part(name, own.work * self.times[1], own.nodes * self.times[0])
        sets = [(get_named_type(field.type), node.selection_set)] if node.selection_set else []
        times = (self.times[0] * most, self.times[1] * charged)
        return Branch(self.costing, part, sets, times, self.costing.page(price, node))


@dataclass
class Costs:
    """The costs of one operation that are known, by the values of the variables they depend on."""

    sizing: tuple[str, ...]
    known: dict[Hashable, Cost] = field(default_factory=dict)

    # What clients page by are a few sizes.
    KEPT = 16

    def key(self, variables: VariableValues) -> Hashable:
        """The values that the cost depends on."""
        coerced = variables.coerced
        return tuple([_countable(coerced.get(name)) for name in self.sizing])

    def keep(self, key: Hashable, cost: Cost) -> None:
        """Know a cost from now on."""
        if len(self.known) >= self.KEPT:
            self.known.pop(next(iter(self.known)))
        self.known[key] = cost


def sizing_arguments(schema: GraphQLSchema) -> frozenset[str]:
    """The names of the arguments that say of any field how many rows there are."""
    prices = [price_of(each) for type_ in schema.type_map.values() for each in _fields_of(type_)]
    sizes = [size for price in prices for size in (price.list, price.page) if size is not None]
    return frozenset(name.partition(".")[0] for size in sizes for name in size.arguments)


def sizing_variables(names: Collection[str], nodes: Sequence[SelectionSetNode]) -> set[str]:
    """The variables that stand in arguments of these names."""
    found: set[str] = set()
    waiting: list[SelectionSetNode] = list(nodes)
    while waiting:
        for selection in waiting.pop().selections:
            for argument in getattr(selection, "arguments", None) or ():
                if isinstance(selection, FieldNode) and argument.name.value in names:
                    found |= _variables_at_top(argument.value)
            if inner := getattr(selection, "selection_set", None):
                waiting.append(inner)
    return found


def _fields_of(type_: Any) -> Sequence[Any]:
    fields = getattr(type_, "fields", {})
    return [each for each in fields.values() if hasattr(each, "args")]


def _variables_at_top(value: ValueNode) -> set[str]:
    if isinstance(value, VariableNode):
        return {value.name.value}
    if isinstance(value, ObjectValueNode):
        return {name for each in value.fields for name in _variables_at_top(each.value)}
    return set()


def _countable(value: Any) -> Any:
    """What of a variable's value says how many: a number or a switch, or how long a list is."""
    if isinstance(value, list):
        return len(value), "of"
    if isinstance(value, dict):
        return tuple((key, len(each)) for key, each in value.items() if isinstance(each, list))
    return value


def _count(node: FieldNode, name: str, variables: VariableValues) -> int | None:
    """How many an argument says; None when it is not given."""
    first, _, rest = name.partition(".")
    for argument in node.arguments or ():
        if argument.name.value == first:
            return _said(argument.value, rest, variables)
    return None


def _said(value: ValueNode, rest: str, variables: VariableValues) -> int | None:
    if isinstance(value, VariableNode):
        given = variables.coerced.get(value.name.value)
        if rest and isinstance(given, dict):
            given = given.get(rest)
        return given if isinstance(given, int) else len(given) if isinstance(given, list) else 1 if given else None
    if isinstance(value, ObjectValueNode) and rest:
        return next((_said(each.value, "", variables) for each in value.fields if each.name.value == rest), None)
    if isinstance(value, IntValueNode):
        return int(value.value)
    if isinstance(value, ListValueNode):
        return len(value.values)
    # A single value stands for a list of one.
    return None if isinstance(value, NullValueNode) else 1
