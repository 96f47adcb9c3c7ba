"""Random documents are valid, the same for the same seed, and have in them whatever a client can write."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import graphql
import pytest
from conftest import Answer
from documents import Drawn, Facts, declared
from drawing import MOST_LEVELS, NOT_DRAWN, WRONG_VALUES, draw
from facts import read_facts
from graphql import GraphQLSchema, get_named_type, get_nullable_type

from db.pools import read_pool
from resolvers.context import Context
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph

pytestmark = pytest.mark.anyio

VALIDATED, ANSWERED, LOOKED_AT = range(300), range(300, 400), range(1_000)
MOST_TOKENS = 1_500

Run = Callable[[Drawn], Awaitable[Answer]]


@pytest.fixture(scope="module")
def schema(graph: Graph) -> GraphQLSchema:
    return graph._schema


@asynccontextmanager
async def running(graph: Graph, dsn: str) -> AsyncIterator[Run]:
    """A function that runs the operation of a document in the batched way."""
    async with read_pool(dsn, size=2) as pool:
        statements = Statements()

        async def run(drawn: Drawn) -> Answer:
            context = Context(Snapshot(pool, statements), request_id="test")
            result = await graph.execute(drawn.text, drawn.variables, context, operation_name=drawn.operation_name)
            errors = [((each.extensions or {}).get("code"), each.path, each.message) for each in result.errors or []]
            return Answer(result.data, errors, context.snapshot.ran)

        yield run


@pytest.fixture(scope="module")
def facts(graph: Graph, hangzhou: str, schema: GraphQLSchema) -> Facts:
    async def reading() -> Facts:
        async with running(graph, hangzhou) as run:

            async def ask(query: str, **variables: Any) -> Answer:
                return await run(Drawn(query, variables, None, 0))

            return await read_facts(ask, hangzhou, schema)

    return asyncio.run(reading())


class Features(graphql.Visitor):
    """What stands in a document, in words."""

    def __init__(self, drawn: Drawn, schema: GraphQLSchema) -> None:
        super().__init__()
        self.drawn, self.types, self.found = drawn, graphql.TypeInfo(schema), set[str]()
        self.root, self.spreads = schema.query_type, Counter[str]()
        document: Any = graphql.parse(drawn.text)
        self.fragments = {each.name.value: each for each in document.definitions if each.kind == "fragment_definition"}
        graphql.visit(document, graphql.TypeInfoVisitor(self.types, self))
        if max(self.spreads.values(), default=0) > 1:
            self.found.add("a fragment used twice")
        if len(document.definitions) - len(self.fragments) > 1:
            self.found.add("several operations" + ("" if drawn.operation_name else ", none named"))

    def enter_operation_definition(self, node: graphql.OperationDefinitionNode, *_: Any) -> None:
        if sum(each.kind == "field" for each in node.selection_set.selections) > 1:
            self.found.add("several root fields")

    def enter_selection_set(self, node: graphql.SelectionSetNode, *_: Any) -> None:
        fields, in_fragments = Counter[str](), Counter[str]()
        for each in node.selections:
            if isinstance(each, graphql.FieldNode):
                fields.update(keys_of(each))
            else:
                inner: Any = self.fragments[each.name.value] if isinstance(each, graphql.FragmentSpreadNode) else each
                in_fragments.update(key for one in inner.selection_set.selections for key in keys_of(one))
        self.found |= {"a field twice" for count in fields.values() if count > 1}
        self.found |= {"a field in a fragment and beside it" for _ in fields.keys() & in_fragments.keys()}

    def enter_field(self, node: graphql.FieldNode, *_: Any) -> None:
        parent, name, of = self.types.get_parent_type(), node.name.value, str(get_named_type(self.types.get_type()))
        given = {each.name.value for each in node.arguments or () if not isinstance(each.value, graphql.NullValueNode)}
        self.found |= {f"field {declared(parent, name)}", *(f"argument {argument}" for argument in given)}
        pages = given & {"first", "last", "after", "before"}
        if name.startswith("__"):
            self.found.add(f"{name} of {'the root' if parent and parent is self.root else 'more'}")
        elif of.endswith(("Connection", "Edge")) and node.selection_set:
            inner = sorted(getattr(each, "name", node.name).value for each in node.selection_set.selections)
            self.found.add(f"{'an edge' if of.endswith('Edge') else 'a page'}'s {' '.join(inner)}")
            self.found.add(f"a page by {' '.join(sorted(pages)) or 'default'}")
        if node.alias:
            self.found.add("an alias")

    def enter_inline_fragment(self, node: graphql.InlineFragmentNode, *_: Any) -> None:
        self.found.add(f"{self.condition(node.type_condition)} inline")

    def enter_fragment_spread(self, node: graphql.FragmentSpreadNode, *at: Any) -> None:
        self.spreads[node.name.value] += 1
        is_nested = any(isinstance(each, graphql.FragmentDefinitionNode) for each in at[-1])
        self.found.add(f"{self.condition(self.fragments[node.name.value].type_condition)} spread")
        self.found |= {"a fragment in a fragment"} if is_nested else set()

    def condition(self, node: graphql.NamedTypeNode | None) -> str:
        """What a fragment is on, and of what it asks."""
        parent = self.types.get_parent_type()
        if node is None or parent is None or node.name.value == parent.name:
            return "no condition" if node is None else "the same type"
        kinds = {"GraphQLObjectType": "type", "GraphQLInterfaceType": "interface", "GraphQLUnionType": "union"}
        names = [kinds[type(each).__name__] for each in (self.types._schema.type_map[node.name.value], parent)]
        return " in ".join(names)

    def enter_directive(self, node: graphql.DirectiveNode, *at: Any) -> None:
        how = "variable" if node.arguments and isinstance(node.arguments[0].value, graphql.VariableNode) else "literal"
        owner = at[-1][-1]
        self.found |= {f"@{node.name.value} {how} on {owner.kind}"}
        self.found |= {"both directives"} if len(owner.directives) > 1 else set()

    def enter_variable_definition(self, node: graphql.VariableDefinitionNode, *_: Any) -> None:
        type_, name = get_nullable_type(self.types.get_input_type()), node.variable.name.value
        named = get_named_type(type_)
        kind = "filter" if str(named).endswith("Filter") else type(named).__name__
        self.found.add(f"variable of {'a list of ' if type_ is not named else ''}{kind}")
        if name not in self.drawn.variables:
            self.found.add("variable by default" if node.default_value else "variable not provided")
        elif self.drawn.variables[name] is None:
            self.found.add("variable of null")
        elif type_ is not named and not isinstance(self.drawn.variables[name], list):
            self.found.add("variable of one for a list")
        elif node.default_value:
            self.found.add("variable beside its default")

    def enter_variable(self, node: graphql.VariableNode, *at: Any) -> None:
        kinds = {each.kind for each in at[-1] if isinstance(each, graphql.Node)}
        self.found |= {f"variable in {kind}" for kind in kinds & {"object_value", "list_value"}}

    def enter_argument(self, node: graphql.ArgumentNode, *_: Any) -> None:
        self.look_at(node.name.value, node.value)

    def enter_object_field(self, node: graphql.ObjectFieldNode, *_: Any) -> None:
        name, own = node.name.value, get_named_type(self.types.get_parent_input_type())
        self.found.add(f"input {own}.{name}")
        if str(own).endswith("Filter") and str(get_named_type(self.types.get_input_type())).endswith("Filter"):
            self.found.add(f"filter of {name}" if name in ("and", "or", "not") else "filter of a neighbour")
        self.look_at(name, node.value)

    def look_at(self, name: str, value: graphql.ValueNode) -> None:
        """What is said of the values of arguments and of the fields of inputs."""
        is_list = isinstance(get_nullable_type(self.types.get_input_type()), graphql.GraphQLList)
        if isinstance(value, graphql.NullValueNode):
            self.found.add("null")
        elif isinstance(value, graphql.ListValueNode):
            self.found.add(f"a list of {min(len(value.values), 2)}")
            self.found |= {f"orderBy of {min(len(value.values), 2)}"} if name == "orderBy" else set()
        elif is_list and not isinstance(value, graphql.VariableNode):
            self.found.add("a list of one without brackets")
        elif isinstance(value, graphql.ObjectValueNode) and not value.fields:
            self.found.add("an empty input")
        elif (
            isinstance(value, graphql.IntValueNode)
            and name in ("first", "last")
            and int(value.value) not in range(1, 101)
        ):
            self.found.add("a page out of its bounds")

    def enter_string_value(self, node: graphql.StringValueNode, *_: Any) -> None:
        named = str(get_named_type(self.types.get_input_type()))
        self.found |= {f"a wrong {named}"} if node.value in WRONG_VALUES.get(named, ()) else set()


def keys_of(node: graphql.SelectionNode) -> list[str]:
    """The key of a field, in a list; of a fragment none."""
    return [(node.alias or node.name).value] if isinstance(node, graphql.FieldNode) else []


REFUSALS = {"BAD_ARGUMENT", "BAD_CURSOR", "BAD_ID", "EMPTY_FILTER", "UNKNOWN_CODE"}

# What stands in some of the documents, beside every field, argument and input of the schema.
STANDS = """
    several root fields
    an alias
    a field twice
    a field in a fragment and beside it
    a fragment used twice
    a fragment in a fragment
    no condition inline
    the same type inline
    type in interface inline
    type in union inline
    interface in type inline
    interface in interface inline
    interface in union inline
    union in interface inline
    union in type inline
    the same type spread
    type in interface spread
    type in union spread
    interface in type spread
    interface in interface spread
    interface in union spread
    union in interface spread
    union in type spread
    __typename of the root
    __typename of more
    __schema of the root
    __type of the root
    @include literal on field
    @include literal on inline_fragment
    @include literal on fragment_spread
    @include variable on field
    @include variable on inline_fragment
    @include variable on fragment_spread
    @skip literal on field
    @skip literal on inline_fragment
    @skip literal on fragment_spread
    @skip variable on field
    @skip variable on inline_fragment
    @skip variable on fragment_spread
    both directives
    variable of GraphQLScalarType
    variable of GraphQLEnumType
    variable of GraphQLInputObjectType
    variable of filter
    variable of a list of GraphQLScalarType
    variable of a list of GraphQLEnumType
    variable of a list of GraphQLInputObjectType
    variable of a list of filter
    variable by default
    variable beside its default
    variable not provided
    variable of null
    variable of one for a list
    variable in object_value
    variable in list_value
    null
    a list of 0
    a list of 1
    a list of 2
    a list of one without brackets
    an empty input
    orderBy of 1
    orderBy of 2
    filter of and
    filter of or
    filter of not
    filter of a neighbour
    a page by default
    a page by first
    a page by last
    a page by after first
    a page by after last
    a page by before first
    a page by before last
    a page by after before first
    a page by after before last
    a page's totalCount
    an edge's cursor node
    a page out of its bounds
    a wrong ID
    a wrong String
    field SearchConnection.facets
    field DutyReport.total
    several operations
    several operations, none named
"""


@pytest.fixture(scope="module")
def looked_at(schema: GraphQLSchema, facts: Facts) -> Counter[str]:
    """In how many of the documents each thing stands."""
    found: Counter[str] = Counter()
    for seed in LOOKED_AT:
        found.update(Features(draw(seed, schema, facts), schema).found)
    return found


def levels(selections: graphql.SelectionSetNode, of: Any, fragments: Mapping[str, Any], schema: GraphQLSchema) -> int:
    """How many levels of objects selections lead to; pages and their edges are none."""
    is_page = of.name.endswith(("Connection", "Edge"))
    deepest = 0
    for each in selections.selections:
        if not isinstance(each, graphql.FieldNode):
            inner: Any = fragments[each.name.value] if isinstance(each, graphql.FragmentSpreadNode) else each
            on = schema.type_map[inner.type_condition.name.value] if inner.type_condition else of
            deepest = max(deepest, levels(inner.selection_set, on, fragments, schema))
        elif each.selection_set and not each.name.value.startswith("__"):
            target = get_named_type(of.fields[each.name.value].type)
            deepest = max(deepest, levels(each.selection_set, target, fragments, schema) + (0 if is_page else 1))
    return deepest


def test_every_document_is_valid_and_small(schema: GraphQLSchema, facts: Facts) -> None:
    wrong = []
    for seed in VALIDATED:
        drawn = draw(seed, schema, facts)
        document: Any = graphql.parse(drawn.text, max_tokens=MOST_TOKENS)
        fragments = {each.name.value: each for each in document.definitions if each.kind == "fragment_definition"}
        deepest = max(
            levels(each.selection_set, schema.query_type, fragments, schema)
            for each in document.definitions
            if each.kind == "operation_definition"
        )
        if graphql.validate(schema, document) or deepest > MOST_LEVELS:
            wrong.append(drawn)
    assert wrong == []


def test_the_same_seed_gives_the_same_document(schema: GraphQLSchema, facts: Facts) -> None:
    drawn = [draw(seed, schema, facts) for seed in range(50)]
    assert [draw(seed, schema, facts) for seed in range(50)] == drawn
    assert len({each.text for each in drawn}) == 50


def test_whatever_a_client_can_write_is_drawn(looked_at: Counter[str]) -> None:
    stands = [line.strip() for line in STANDS.strip().splitlines()]
    assert [each for each in stands if not looked_at[each]] == []


# What only those fields lead to that are not drawn.
APART = ("Rollup", "Completeness", "Query.rollup", "Viewer.", "Webhook", "RequestSt", "CheckInCode.", *(
    f"Query.{name}" for name in NOT_DRAWN
))  # fmt: skip


def test_everything_in_the_schema_is_drawn(schema: GraphQLSchema, looked_at: Counter[str]) -> None:
    types = reached(schema)
    inputs = [each for each in types if isinstance(each, graphql.GraphQLInputObjectType)]
    outputs = [each for each in types if isinstance(each, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType)]
    drawn = [of for each in outputs for name, of in each.fields.items() if name not in NOT_DRAWN]
    arguments = {f"argument {name}" for of in drawn for name in of.args}
    fields = {f"field {declared(each, name)}" for each in outputs for name in each.fields}
    fields |= {f"input {each.name}.{name}" for each in inputs for name in each.fields}
    fields = {each for each in fields if not each.split()[1].startswith(APART)}
    roots = {f"field Query.{name}" for name in graphql.assert_object_type(schema.query_type).fields}
    roots -= {f"field Query.{name}" for name in NOT_DRAWN}
    assert (arguments | roots) - looked_at.keys() == set()
    # What hangs on few rows of few types is drawn seldom.
    assert len(fields & looked_at.keys()) / len(fields) > 0.97


def reached(schema: GraphQLSchema) -> list[graphql.GraphQLNamedType]:
    """The types that queries lead to; what only mutations have is not drawn."""
    found: dict[str, graphql.GraphQLNamedType] = {}
    ahead: list[graphql.GraphQLNamedType] = [graphql.assert_object_type(schema.query_type)]
    while ahead:
        type_ = ahead.pop()
        if type_.name in found:
            continue
        found[type_.name] = type_
        for of in getattr(type_, "fields", {}).values():
            ahead.append(graphql.get_named_type(of.type))
            ahead += [graphql.get_named_type(argument.type) for argument in getattr(of, "args", {}).values()]
        if graphql.is_abstract_type(type_):
            ahead += schema.get_possible_types(type_)
    return [*found.values()]


def test_a_field_that_is_added_is_drawn(schema: GraphQLSchema, facts: Facts) -> None:
    more = graphql.parse("extend type Query { added(name: [Colour!]!): Platform } enum Colour { RED GREEN }")
    extended = graphql.extend_schema(schema, more)
    texts = [draw(seed, extended, facts).text for seed in range(200)]
    assert [
        name for name in ("added(name: [RED", "added(name: [GREEN") if not any(name in text for text in texts)
    ] == []


async def test_documents_are_answered_and_seldom_refused(
    graph: Graph, hangzhou: str, schema: GraphQLSchema, facts: Facts
) -> None:
    async with running(graph, hangzhou) as run:
        answers = [await run(draw(seed, schema, facts)) for seed in ANSWERED]
    codes = [code for answer in answers for code, _, _ in answer.errors]
    assert set(codes) - REFUSALS == set()
    assert sum(answer.errors == [] for answer in answers) >= 0.85 * len(answers)
