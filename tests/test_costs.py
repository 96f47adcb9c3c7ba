"""What operations cost: known before they run, never less than what they give, and found in no time."""

import time
from typing import Any

import asyncpg
import graphql
import pytest
from documents import Facts
from drawing import draw
from graphql import GraphQLError, GraphQLList, get_named_type, get_nullable_type, is_leaf_type

from resolvers.compiled import NotCompiled
from resolvers.context import Context
from resolvers.costs import Branch, Cost, price_of
from resolvers.measures import RollupMeasure
from resolvers.rollups import MAX_ROWS
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph

pytestmark = pytest.mark.anyio


def cost(graph: Graph, text: str, **variables: Any) -> Cost:
    document = graph.documents.read(text)
    assert document.errors == []
    operation = document.operation(None)
    assert operation is not None
    return graph.documents.cost(document, operation, graph.documents.coerced(operation, variables))


def tree(graph: Graph, text: str, **variables: Any) -> Branch:
    document = graph.documents.read(text)
    operation = document.operation(None)
    assert operation is not None
    costing = graph.documents.costing(document, graph.documents.coerced(operation, variables))
    costing.cost(operation.node, operation.order)
    return costing.parts(operation.node)


# Fifty rows of an object and two values are 0.6 points; with the page itself, 0.66.
ROW = "nodes { name kind }"


@pytest.mark.parametrize(
    ("text", "variables", "points", "nodes"),
    [
        ("{ __typename }", {}, 1, 0),
        ('{ area(code: "33") { name } }', {}, 1, 1),
        # The default size, one that is written, one of a variable, and a variable's default.
        (f"{{ platforms {{ {ROW} }} }}", {}, 1, 21),
        (f"{{ platforms(first: null) {{ {ROW} }} }}", {}, 1, 21),
        (f"{{ platforms(first: 100) {{ {ROW} }} }}", {}, 2, 101),
        (f"{{ platforms(last: 100) {{ {ROW} }} }}", {}, 2, 101),
        (f"query ($n: Int) {{ platforms(first: $n) {{ {ROW} }} }}", {"n": 100}, 2, 101),
        (f"query ($n: Int = 100) {{ platforms(first: $n) {{ {ROW} }} }}", {}, 2, 101),
        (f"query ($n: Int = 100) {{ platforms(first: $n) {{ {ROW} }} }}", {"n": 3}, 1, 4),
        # What is out of bounds is charged the largest page; the field itself refuses it.
        (f"{{ platforms(first: 2000000) {{ {ROW} }} }}", {}, 2, 101),
        # Edges are objects beside the rows.
        ("{ platforms(first: 100) { edges { cursor node { name } } } }", {}, 3, 201),
        # A page in a page of which no size is given is 20 rows, not one.
        ("{ platforms(first: 100) { nodes { events { nodes { title } } } } }", {}, 30, 2_201),
        ("{ platforms(first: 100) { totalCount } }", {}, 1, 1),
        ("{ districts { halls: platforms { totalCount } } }", {}, 4, 6_000),
        ('query ($c: [String!]) { districts(codes: $c) { name } }', {"c": ["330114", "330102"]}, 1, 2),
        # Fragments by name and in place; what is skipped is not charged.
        ("{ platforms(first: 100) { ...P } } fragment P on PlatformConnection { nodes { name } }", {}, 2, 101),
        ("{ platforms(first: 100) { ... { nodes { name } } } }", {}, 2, 101),
        ("query ($s: Boolean!) { platforms(first: 100) @skip(if: $s) { nodes { name } } }", {"s": True}, 1, 0),
        ("query ($s: Boolean!) { platforms(first: 100) @skip(if: $s) { nodes { name } } }", {"s": False}, 2, 101),
        # Of several types the costliest: a member's hundred attendances, not the event's two.
        (
            '{ node(id: "x") { ... on Event { attendances(first: 2) { nodes { role } } }'
            " ... on Member { attendances(first: 100) { nodes { role } } } } }",
            {},
            2,
            102,
        ),
        ('{ search(text: "x", first: 10) { nodes { ... on Member { name } ... on Event { title } } } }', {}, 6, 11),
        ("{ rollup(of: EVENTS, by: [MONTH], measures: [COUNT]) { rows { values { value } } } }", {}, 15, 420_001),
        ("{ rollup(of: EVENTS, by: [MONTH], measures: [COUNT], first: 2) { rowCount } }", {}, 11, 1),
        ('{ __type(name: "Area") { name } }', {}, 20, 0),
        ("{ rateLimit { cost remaining } }", {}, 1, 1),
    ],
)  # fmt: skip
def test_cost_follows_from_document_and_variables(
    graph: Graph, text: str, variables: dict[str, Any], points: int, nodes: int
) -> None:
    if "rollup(" in text and "rows" in text:
        # As many values as there are measures at most.
        nodes = 1 + MAX_ROWS * (1 + len(RollupMeasure))
    assert cost(graph, text, **variables) == Cost(points, nodes)


def test_a_batch_costs_by_its_rows(graph: Graph) -> None:
    text = "mutation ($i: UpsertMembersInput!) { upsertMembers(input: $i) { ... on UpsertMembersPayload { cursor } } }"
    rows = [{"district": "330114", "key": f"k{n}", "name": "样例"} for n in range(1_000)]
    costs = [cost(graph, text, i={"rows": rows[:count]}).points for count in (0, 1, 100, 1_000)]
    assert costs == [11, 11, 31, 211]


def test_a_rate_limit_adds_nothing(graph: Graph) -> None:
    text = "{ platforms(first: 100) { nodes { name } } %s }"
    assert cost(graph, text % "rateLimit { cost }").points == cost(graph, text % "").points == 2


def expanded(text: str, name: str, fragments: dict[str, list[str]]) -> int:
    """How often a chain of fragments comes to its end, one by one."""
    return sum(1 if each == "leaf" else expanded(text, each, fragments) for each in fragments[name])


@pytest.mark.parametrize("length", [1, 2, 5, 10])
def test_fragments_cost_what_they_are_when_written_out(graph: Graph, length: int) -> None:
    chain = {f"F{n}": [f"F{n + 1}"] * 2 for n in range(length)} | {f"F{length}": ["leaf"]}
    leaf = "platforms(first: 100) { nodes { name } }"
    bodies = [f"fragment {n} on Area {{ {' '.join(f'...{e}' for e in each)} }}" for n, each in chain.items()]
    bodies[-1] = f"fragment F{length} on Area {{ {leaf} }}"
    found = cost(graph, '{ area(code: "33") { ...F0 } } ' + " ".join(bodies))
    assert found.nodes == 1 + 101 * expanded("", "F0", chain) == 1 + 101 * 2**length


def test_a_chain_of_fragments_that_doubles_is_counted_at_once(graph: Graph) -> None:
    length = 80
    text = '{ area(code: "33") { ...F0 } } ' + " ".join(
        f"fragment F{n} on Area {{ ...F{n + 1} ...F{n + 1} }}" for n in range(length)
    )
    text += f" fragment F{length} on Area {{ parent {{ name }} }}"
    document = graph.documents.read(text)
    operation = document.operation(None)
    assert operation is not None
    costing = graph.documents.costing(document, graph.documents.coerced(operation, {}))
    started = time.process_time()
    found = costing.cost(operation.node, operation.order)
    # It takes a third of a millisecond.
    assert time.process_time() - started < 0.02
    assert found.nodes == 1 + 2**length


def test_a_cost_is_counted_once_for_each_page_size(graph: Graph) -> None:
    text = "query ($n: Int, $code: String!) { area(code: $code) { platforms(first: $n) { nodes { name } } } }"
    for code in ("330114", "330102"):
        for size in (10, 20, 10):
            assert cost(graph, text, code=code, n=size).nodes == size + 2
    operation = graph.documents.read(text).operation(None)
    assert operation is not None
    assert operation.costs.sizing == ("n",)
    assert len(operation.costs.known) == 2


def test_the_dearest_part_is_found_and_parts_add_up(graph: Graph) -> None:
    root = tree(
        graph,
        '{ area(code: "33") { name platforms(first: 100) { totalCount'
        " nodes { name all: events { nodes { title } } } } } }",
    )
    assert root.dearest() == ["area", "platforms", "nodes", "all: events", "nodes"]
    waiting = [root]
    while waiting:
        at = waiting.pop()
        assert sum(each.part.work for each in at.branches) <= at.part.work
        waiting += at.branches
    assert (root.part.work, root.part.nodes) == (10 + 1 + 60 + 101 + 100 * (11 + 60 + 20 * 11), 1 + 1 + 100 * 22)


def test_every_list_has_a_size(graph: Graph) -> None:
    schema = graph._schema
    unsized = [
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if isinstance(type_, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType) and type_.name[:2] != "__"
        for name, field in type_.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList) and not is_leaf_type(get_named_type(field.type))
        if not price_of(field).is_of_page and price_of(field).list is None
    ]
    assert unsized == []


def objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(objects, value.values()))
    return sum(map(objects, value)) if isinstance(value, list) else 0


async def test_no_answer_has_more_objects_than_were_charged(graph: Graph, facts: Facts, pool: asyncpg.Pool) -> None:
    statements, compared, close = Statements(), 0, 0
    for seed in range(250):
        drawn = draw(seed, graph._schema, facts)
        document = graph.documents.read(drawn.text)
        operation = document.operation(drawn.operation_name)
        if document.errors or document.outline.asks_schema or operation is None:
            continue
        try:
            found = graph.documents.cost(document, operation, graph.documents.coerced(operation, drawn.variables))
        except (GraphQLError, NotCompiled):
            continue
        context = Context(Snapshot(pool, statements), "test", may_compile=False)
        answer = await graph.execute(drawn.text, drawn.variables, context, operation_name=drawn.operation_name)
        given = objects(answer.data) - 1
        assert given <= found.nodes, f"seed {seed}: {drawn.text}"
        compared += answer.data is not None
        close += 10 * given >= found.nodes
    # Were the bound far off, or nothing answered, this would say nothing.
    assert compared >= 160
    assert close >= 15
