"""Documents and their plans, kept while they are among the most recently used: each is read and compiled once.

A plan is the statement of one operation for variables of one shape. A later request calls only those fields' functions
again that variables reach; when they ask in the shape that the plan was made for, its statement is run with their
values.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import orjson
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    get_variable_values,
    parse,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry import Schema

from resolvers.asks import shape_of_answer
from resolvers.calls import Called, variables_of
from resolvers.compiled import Compiler, NotCompiled
from resolvers.costs import Cost, Costing, Costs, sizing_arguments, sizing_variables
from resolvers.errors import TooLarge
from resolvers.limits import Outline, outlined, validated
from resolvers.policy import PUBLIC, Sight
from resolvers.snapshots import Statement, compiled

# The largest document of a dashboard has some 600 tokens.
MAX_TOKENS = 3_000
# Most of so long a document can only be comments.
MAX_CHARACTERS = 200_000
# What is kept in all: so many documents, and documents and statements of so many characters. A document takes about
# sixty times its length in memory, a statement about ten times: 20 MB in all. The dashboard's documents and their
# statements are some 900,000 characters, and have to stay, for it takes up to half a second to plan one of them.
KEPT_DOCUMENTS = 500
KEPT_CHARACTERS = 2_000_000
# How many plans one operation may have: one for each combination of filters and page sizes that clients use.
KEPT_PLANS = 16
# Of how many requests an operation keeps what it made of the variables, and of how many bytes these may be: the viewers
# of a dashboard ask the same of it, and turn the same pages.
KEPT_GIVEN = 8
KEPT_LENGTH = 500
NO_VARIABLES = VariableValues({}, {})

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Plan:
    """A statement, and how to fill in its parameters.

    `key` holds how much whoever asks sees, and the values of the variables that decide what is selected.
    """

    key: Hashable
    statement: Statement
    asked: Sequence[Any]
    # The calls that variables reach, by their place among what is asked, and the shapes of their answers.
    calls: Sequence[tuple[int, Called]]
    shapes: Sequence[Hashable]
    # The values of parameters, of which those at these places are read anew.
    values: Sequence[Any]
    read: Sequence[tuple[int, Any]]
    # Those that say whose rows are seen, by their names.
    seen: Sequence[tuple[int, str]]
    # The variables it was filled in for last, by their identity, and the values.
    known: dict[int, tuple[VariableValues, list[Any]]] = field(default_factory=dict)

    def filled(self, schema: Schema, variables: VariableValues, sight: Sight) -> Sequence[Any] | None:
        """The statement's values for these variables and this sight; None when the variables are of another shape."""
        if not self.calls:
            return self.seen_by(sight, list(self.values)) if self.seen else self.values
        if id(variables) in self.known:
            _, values = self.known[id(variables)]
        else:
            found = self._read(schema, variables)
            if found is None:
                return None
            values = found
            if not self.is_anew:
                _keep(self.known, id(variables), (variables, values))
        return self.seen_by(sight, list(values)) if self.seen else values

    def _read(self, schema: Schema, variables: VariableValues) -> list[Any] | None:
        """The values for these variables, but for those of a sight."""
        asked = list(self.asked)
        for (place, call), shape in zip(self.calls, self.shapes, strict=True):
            asked[place] = call.answer(schema, variables, asked)
            if shape_of_answer(asked[place]) != shape:
                return None
        values = list(self.values)
        for place, reader in self.read:
            values[place] = reader(asked)
        return values

    @cached_property
    def is_anew(self) -> bool:
        """Whether it is filled in with something else at each request, whatever the variables are."""
        return any(call.is_anew for _, call in self.calls)

    def seen_by(self, sight: Sight, values: list[Any]) -> list[Any]:
        """The values with those of a sight."""
        for place, name in self.seen:
            values[place] = sight.values[name]
        return values


@dataclass(eq=False)
class Operation:
    """One operation of a document, the variables that decide what it selects, and its plans."""

    node: OperationDefinitionNode
    deciding: tuple[str, ...]
    # The names of the fragments it leads to, each after those it spreads itself.
    order: list[str]
    costs: Costs
    # The one used last comes first.
    plans: list[Plan] = field(default_factory=list)
    # The variables it was asked with last, as they came and coerced.
    given: dict[bytes, VariableValues] = field(default_factory=dict)
    # Why it is not compiled, where it is not.
    refused: str | None = None

    @property
    def is_subscription(self) -> bool:
        """Whether it watches rather than asks."""
        return self.node.operation is OperationType.SUBSCRIPTION


@dataclass(eq=False)
class Document:
    """A document as it was read: its errors, or its operations by name."""

    node: DocumentNode
    errors: list[GraphQLError]
    operations: dict[str | None, Operation]
    fragments: dict[str, FragmentDefinitionNode]
    outline: Outline
    size: int
    # The fields it names, once somebody counts them.
    fields: frozenset[str] | None = None

    def operation(self, name: str | None) -> Operation | None:
        """The operation to run: the one named, or the only one."""
        if name is not None:
            return self.operations.get(name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None


class Documents:
    """The documents of a schema that are kept."""

    def __init__(self, schema: Schema, *, count: int = KEPT_DOCUMENTS, characters: int = KEPT_CHARACTERS) -> None:
        self._schema = schema
        self._count = count
        self._characters = characters
        self._size = 0
        self._kept: OrderedDict[str, Document] = OrderedDict()
        # How often a plan was there already, and how often it had to be made.
        self.found = 0
        self.made = 0
        # The last text that is no document, and why.
        self._wrong: dict[str, GraphQLError] = {}

    def read(self, text: str) -> Document:
        """The document of `text`, parsed and validated; a GraphQLSyntaxError when it is none."""
        found = self._kept.get(text)
        if found is None:
            if text in self._wrong:
                raise self._wrong[text].with_traceback(None)
            try:
                found = self._kept[text] = self._made(text)
            except GraphQLError as error:
                # The same request reads it once more, to tell what is wrong.
                self._wrong = {text: error}
                raise
            self._grow(found.size)
        else:
            self._kept.move_to_end(text)
        return found

    def known(self, text: str) -> Document | None:
        """The document of `text` if it is kept; it is not made, nor kept longer for that."""
        return self._kept.get(text)

    @property
    def kept(self) -> tuple[int, int]:
        """How many documents are kept, and how many plans they have in all."""
        plans = sum(len(each.plans) for document in self._kept.values() for each in document.operations.values())
        return len(self._kept), plans

    def _grow(self, characters: int) -> None:
        self._size += characters
        while len(self._kept) > 1 and (len(self._kept) > self._count or self._size > self._characters):
            _, forgotten = self._kept.popitem(last=False)
            self._size -= forgotten.size

    def _made(self, text: str) -> Document:
        if len(text) > MAX_CHARACTERS:
            raise TooLarge(f"the document has more than {MAX_CHARACTERS:,} characters; send values as variables")
        node = parse(text, max_tokens=MAX_TOKENS)
        outline = outlined(node)
        errors = validated(self._schema._schema, node)
        operations = [found for found in node.definitions if isinstance(found, OperationDefinitionNode)]
        fragments = {found.name.value: found for found in node.definitions if isinstance(found, FragmentDefinitionNode)}
        deciding = _deciding(node)
        sizing = sizing_variables(self._sizing, [each.selection_set for each in (*operations, *fragments.values())])
        costs = tuple(sorted({*deciding, *sizing}))
        by_name = {
            each.name.value if each.name else None: Operation(each, deciding, outline.order_of(each), Costs(costs))
            for each in operations
        }
        return Document(node, errors, by_name, fragments, outline, 6 * len(text))

    @cached_property
    def _sizing(self) -> frozenset[str]:
        return sizing_arguments(self._schema._schema)

    def coerced(self, operation: Operation, variables: dict[str, Any]) -> VariableValues:
        """The values of an operation's variables; NotCompiled when they do not fit, which the batched way tells."""
        if not operation.node.variable_definitions:
            return NO_VARIABLES
        key = _written(variables)
        if key in operation.given:
            return operation.given[key]
        given = get_variable_values(self._schema._schema, operation.node.variable_definitions, variables, max_errors=1)
        if not isinstance(given, VariableValues):
            raise NotCompiled("its variables do not fit")
        if 0 < len(key) <= KEPT_LENGTH:
            _keep(operation.given, key, given)
        return given

    def cost(self, document: Document, operation: Operation, given: VariableValues) -> Cost:
        """What an operation of a valid document costs."""
        key = operation.costs.key(given)
        found = operation.costs.known.get(key)
        if found is None:
            found = self.costing(document, given).cost(operation.node, operation.order)
            operation.costs.keep(key, found)
        return found

    def costing(self, document: Document, given: VariableValues) -> Costing:
        """What works out the cost of an operation of a valid document."""
        return Costing(self._schema._schema, document.fragments, given)

    def plan(
        self, document: Document, operation: Operation, variables: dict[str, Any], sight: Sight = PUBLIC
    ) -> tuple[Statement, Sequence[Any]]:
        """The statement that answers an operation for whoever has this sight, and its values.

        Raises NotCompiled when only the batched way can answer, and any Fault of an argument; what is wrong with the
        variables themselves is NotCompiled too, for the batched way says it.
        """
        return self.planned(document, operation, self.coerced(operation, variables), sight)

    def planned(
        self, document: Document, operation: Operation, given: VariableValues, sight: Sight = PUBLIC
    ) -> tuple[Statement, Sequence[Any]]:
        """The same, for variables that were coerced before."""
        if operation.refused is not None:
            raise NotCompiled(operation.refused)
        key = (sight.shape, *(given.coerced.get(name) for name in operation.deciding))
        plans = operation.plans
        for position, plan in enumerate(plans):
            values = plan.filled(self._schema, given, sight) if plan.key == key else None
            if values is not None:
                if position:
                    plans.insert(0, plans.pop(position))
                self.found += 1
                return plan.statement, values
        try:
            plan = self._planned(document, operation, given, key, sight)
        except NotCompiled as reason:
            if not operation.node.variable_definitions:
                operation.refused = str(reason)
            raise
        self.made += 1
        plans.insert(0, plan)
        added = len(plan.statement.sql) - sum(len(dropped.statement.sql) for dropped in plans[KEPT_PLANS:])
        del plans[KEPT_PLANS:]
        document.size += added
        self._grow(added)
        return plan.statement, plan.values

    def _planned(
        self, document: Document, operation: Operation, given: VariableValues, key: Hashable, sight: Sight
    ) -> Plan:
        compiler = Compiler(self._schema, document.fragments, given)
        statement = compiled(compiler.statement(operation.node), sight.shape)
        asked, called = compiler.asked, compiler.called
        reached: set[int] = set()
        for place, call in enumerate(called):
            if call.varies or (call.steps and call.steps[0] in reached):
                reached.add(place)
        read = [
            (place, statement.readers[name])
            for place, name in enumerate(statement.names)
            if name in statement.readers and statement.readers[name].steps[0] in reached
        ]
        # What a field asks of an answer, without arguments and parameters of its own, follows from that answer.
        needed = {reader.steps[0] for _, reader in read}
        for place in sorted(reached, reverse=True):
            if place in needed or called[place].varies:
                needed |= {place, *(called[place].steps or ())[:1]}
        calls = [(place, called[place]) for place in sorted(reached & needed)]
        shapes = [shape_of_answer(asked[place]) for place, _ in calls]
        values = statement.values(asked, sight.values)
        seen = [(place, name) for place, name in enumerate(statement.names) if name in sight.values]
        return Plan(key, statement, asked, calls, shapes, values, read, seen)


def _written(variables: dict[str, Any]) -> bytes:
    """Variables as JSON, which tells them from others; empty where they are none."""
    try:
        return orjson.dumps(variables, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS)
    except orjson.JSONEncodeError:
        return b""


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """Keep one more, and forget the oldest when they are too many."""
    kept[key] = value
    if len(kept) > KEPT_GIVEN:
        del kept[next(iter(kept))]


def _deciding(document: DocumentNode) -> tuple[str, ...]:
    """The variables of `@skip` and `@include`, which decide what is selected."""
    found: set[str] = set()

    class Finder(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            found.update(variables_of(node))

    visit(document, Finder())
    return tuple(sorted(found))
