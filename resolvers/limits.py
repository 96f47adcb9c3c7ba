"""How large a document and its variables may be: checked before a document is validated, which costs far more.

Whatever can be repeated has a limit, and each check is linear in the length of the document. Depth is that of fields,
through fragments; what is asked of the schema itself has no depth of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ConstObjectValueNode,
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    SelectionSetNode,
    ValidationContext,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from resolvers.errors import LimitExceeded

# More than this many errors of one request tell a client nothing new.
MAX_ERRORS = 9
# How many comparisons of fields validation may make; of 2,000 documents drawn at random none made a tenth of that.
COMPARISONS = 20_000
# Fields that say something else to everybody who asks.
PERSONAL = frozenset({"rateLimit", "viewer"})


@dataclass(frozen=True)
class DocumentLimits:
    """How much of what a document may have; the largest of a dashboard has a fifth of it."""

    depth: int = 24
    fields: int = 1_000
    aliases: int = 100
    root_fields: int = 50
    # How often one selection set may name fields that share a key.
    repeats: int = 50
    fragments: int = 100
    directives: int = 100
    directives_in_place: int = 4
    items: int = 2_000
    # Of variables: how many values in all, and how many levels.
    values: int = 50_000
    levels: int = 32


LIMITS = DocumentLimits()


@dataclass(eq=False)
class Outline:
    """What is known of a document by one walk through it.

    `order` names its fragments, each after those it spreads itself; fragments in a circle are left out. `asks_schema`
    says whether it asks for the schema itself, `is_personal` whether its answer is another one for everybody who asks.
    """

    order: list[str] = field(default_factory=list)
    # What each fragment, by name, and each operation, by its place in memory, spreads itself.
    spreads: dict[Any, set[str]] = field(default_factory=dict)
    asks_schema: bool = False
    is_personal: bool = False

    def order_of(self, operation: OperationDefinitionNode) -> list[str]:
        """Of the fragments in order those that an operation leads to."""
        reached, waiting = set[str](), list(self.spreads[id(operation)])
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self.spreads.get(name, ())
        return [name for name in self.order if name in reached]


def outlined(document: DocumentNode, limits: DocumentLimits = LIMITS) -> Outline:
    """The outline of a document; LimitExceeded when it has too much of anything."""
    counting = _Counting(limits)
    for definition in document.definitions:
        counting.definition(definition)
    outline = Outline(
        _ordered(counting.spreads),
        {key: {name for name, _ in ways} for key, ways in counting.all_ways.items()},
        counting.asks_schema,
        counting.is_personal,
    )
    depths = dict.fromkeys(counting.spreads, 0)
    for name in (*outline.order, *(name for name in counting.depths if name not in counting.spreads)):
        own = counting.depths[name]
        further = [depth + depths.get(other, 0) for other, depth in counting.ways.get(name, ())]
        depths[name] = max(own, *further) if further else own
    _at_most(max(depths.values(), default=0), limits.depth, "levels of fields", "ask for less at once")
    return outline


class _Counting:
    """What is counted while definitions are walked through."""

    def __init__(self, limits: DocumentLimits) -> None:
        self.limits = limits
        self.fields = self.aliases = self.directives = 0
        self.asks_schema = self.is_personal = False
        # By definition: the depth of its own fields, and the fragments it spreads with the depth there.
        self.depths: dict[Any, int] = {}
        self.ways: dict[Any, list[tuple[str, int]]] = {}
        self.all_ways: dict[Any, list[tuple[str, int]]] = {}
        # By fragment, those it spreads.
        self.spreads: dict[str, set[str]] = {}

    def definition(self, node: DefinitionNode) -> None:
        """Count what one operation or one fragment has."""
        selections = getattr(node, "selection_set", None)
        if selections is None:
            return
        self._directed(node)
        is_fragment = isinstance(node, FragmentDefinitionNode)
        key: Any = node.name.value if isinstance(node, FragmentDefinitionNode) else id(node)
        if isinstance(node, OperationDefinitionNode):
            for variable in node.variable_definitions or ():
                self._directed(variable)
                self._value(variable.default_value)
            _at_most(
                len(selections.selections), self.limits.root_fields, "fields at the root", "send several operations"
            )
        self.depths[key] = 0
        self.ways[key] = self.all_ways[key] = []
        is_of_schema = isinstance(node, FragmentDefinitionNode) and node.type_condition.name.value.startswith("__")
        self._walk(selections, key, is_free=is_of_schema)
        if is_fragment:
            self.spreads[key] = {name for name, _ in self.ways[key]}
            _at_most(len(self.spreads), self.limits.fragments, "fragments", "send several documents")
            if is_of_schema:
                self.depths[key], self.ways[key] = 0, []

    def _walk(self, selections: SelectionSetNode, key: Any, *, is_free: bool) -> None:
        waiting = [(selections, 1, is_free)]
        while waiting:
            at, depth, is_free = waiting.pop()
            names: Counter[str] = Counter()
            for each in at.selections:
                self._directed(each)
                if isinstance(each, FragmentSpreadNode):
                    self.ways[key].append((each.name.value, 0 if is_free else depth - 1))
                    names[f"...{each.name.value}"] += 1
                    continue
                inner, free = getattr(each, "selection_set", None), is_free
                if isinstance(each, FieldNode):
                    name = each.name.value
                    names[(each.alias or each.name).value] += 1
                    self.fields += 1
                    self.aliases += each.alias is not None
                    if name in ("__schema", "__type"):
                        self.asks_schema = free = True
                    self.is_personal = self.is_personal or name in PERSONAL
                    for argument in each.arguments or ():
                        self._value(argument.value)
                    if not is_free:
                        self.depths[key] = max(self.depths[key], depth)
                if inner is not None:
                    waiting.append((inner, depth + isinstance(each, FieldNode), free))
            most = names.most_common(1)
            if most:
                _at_most(most[0][1], self.limits.repeats, f"times {most[0][0]} in one place", "name it once")
        _at_most(self.fields, self.limits.fields, "fields", "send several documents")
        _at_most(self.aliases, self.limits.aliases, "aliases", "ask for lists, or group with rollup")

    def _directed(self, node: Any) -> None:
        count = len(node.directives or ())
        self.directives += count
        _at_most(count, self.limits.directives_in_place, "directives in one place", "use @skip or @include once")
        _at_most(self.directives, self.limits.directives, "directives", "leave out what is not asked for")
        for directive in node.directives or ():
            for argument in directive.arguments or ():
                self._value(argument.value)

    def _value(self, value: Any) -> None:
        waiting = [value]
        while waiting:
            at = waiting.pop()
            if isinstance(at, ListValueNode):
                _at_most(len(at.values), self.limits.items, "values in a list", "name fewer")
                waiting += at.values
            elif isinstance(at, ObjectValueNode | ConstObjectValueNode):
                waiting += [each.value for each in at.fields]


def _ordered(spreads: Mapping[str, set[str]]) -> list[str]:
    """Fragments, each after those it spreads."""
    missing = {name: len(others & spreads.keys()) for name, others in spreads.items()}
    users: dict[str, list[str]] = {}
    for name, others in spreads.items():
        for other in others & spreads.keys():
            users.setdefault(other, []).append(name)
    order = [name for name, count in missing.items() if not count]
    for name in order:
        for user in users.get(name, ()):
            missing[user] -= 1
            if not missing[user]:
                order.append(user)
    return order


def check_variables(variables: Mapping[str, Any], limits: DocumentLimits = LIMITS) -> None:
    """LimitExceeded when variables hold too much, whatever their types; most hold no list and no object."""
    waiting: list[tuple[Any, int]] = [(each, 1) for each in variables.values() if isinstance(each, list | dict)]
    values = len(variables)
    while waiting:
        at, level = waiting.pop()
        if isinstance(at, list):
            _at_most(len(at), limits.items, "values in a list of the variables", "name fewer")
        inner: Sequence[Any] = list(at.values()) if isinstance(at, dict) else at
        values += len(inner)
        _at_most(values, limits.values, "values in its variables", "send them in several requests")
        _at_most(level, limits.levels, "levels in its variables", "write filters with fewer levels")
        waiting += [(each, level + 1) for each in inner if isinstance(each, list | dict)]


def _at_most(count: int, limit: int, what: str, instead: str) -> None:
    if count > limit:
        raise LimitExceeded(f"the request has more than {limit:,} {what}; {instead}")


class _OverlappingFields(OverlappingFieldsCanBeMergedRule):
    """The rule that compares fields of one key with one another, with a smaller budget than its own."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = COMPARISONS


_RULES = (
    *(_OverlappingFields if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


def validated(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The first mistakes of a document."""
    return list(_told(validate(schema, document, _RULES, max_errors=MAX_ERRORS - 1)))


def _told(errors: Sequence[GraphQLError]) -> Iterator[GraphQLError]:
    for error in errors:
        if isinstance(error, ValidationAbortedError) and not error.message.startswith("Too many"):
            yield LimitExceeded("the document repeats the same fields too often to be checked; name each once")
        else:
            yield error
