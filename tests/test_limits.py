"""Documents that are made to hurt are refused, in little time and little memory; those of honest clients are not."""

import gc
import json
import time
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from graphql import get_introspection_query

from db.pools import read_pool
from resolvers.context import Context
from resolvers.errors import LimitExceeded
from resolvers.guarding import Policy
from resolvers.limits import check_variables
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph, build_schema

pytestmark = pytest.mark.anyio

AREA = '{ area(code: "33") { %s } }'
CHAIN = " ".join(f"fragment F{n} on Area {{ ...F{n + 1} ...F{n + 1} }}" for n in range(90))
CIRCLE = " ".join(f"fragment F{n} on Area {{ ...F{(n + 1) % 90} ...F{(n + 2) % 90} }}" for n in range(90))
MANY = " ".join(f"fragment F{n} on Area {{ name name name }}" for n in range(150))
# What is sent, and what is answered; each is refused before anything is read.
ATTACKS: dict[str, tuple[str, str]] = {
    "a bomb of fragments": (AREA % "...F0" + CHAIN + " fragment F90 on Area { parent { name } }", "COST_TOO_HIGH"),
    "10,000 aliases": (AREA % " ".join(f"a{n}: name" for n in range(10_000)), "GRAPHQL_PARSE_FAILED"),
    "500 aliases": (AREA % " ".join(f"a{n}: name" for n in range(500)), "LIMIT_EXCEEDED"),
    "101 aliases of the type's name": (f"{{ {' '.join(f'a{n}: __typename' for n in range(101))} }}", "LIMIT_EXCEEDED"),
    "levels without end": (AREA % ("parent { " * 900 + "name" + " }" * 900), "GRAPHQL_PARSE_FAILED"),
    "100 levels": (AREA % ("parent { " * 100 + "name" + " }" * 100), "LIMIT_EXCEEDED"),
    "100 levels of fragments": (
        AREA % "...F0" + " ".join(f"fragment F{n} on Area {{ parent {{ ...F{n + 1} }} }}" for n in range(90))
        + " fragment F90 on Area { name }", "LIMIT_EXCEEDED",
    ),
    "a circle of fragments": (AREA % "...F0" + CIRCLE, "GRAPHQL_VALIDATION_FAILED"),
    "150 fragments": (AREA % " ".join(f"...F{n}" for n in range(150)) + MANY, "LIMIT_EXCEEDED"),
    "one field 2,500 times": (AREA % ("name " * 2_500), "LIMIT_EXCEEDED"),
    "one list 400 times": ("{" + "districts { name } " * 400 + "}", "LIMIT_EXCEEDED"),
    "a long list": (f"{{ districts(codes: [{'1 ' * 2_500}]) {{ name }} }}".replace("1 ", '"1" '), "LIMIT_EXCEEDED"),
    "lists in lists": (f"{{ districts(codes: {'[' * 1_400}{']' * 1_400}) {{ name }} }}", "GRAPHQL_PARSE_FAILED"),
    "100,000 directives": (AREA % ("name" + " @skip(if: false)" * 100_000), "TOO_LARGE"),
    "ten directives": ("query { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }", "LIMIT_EXCEEDED"),
    "directives of variables": (f"query ({' '.join(f'$v{n}: Int @a' for n in range(200))}) {{ __typename }}",
                                "LIMIT_EXCEEDED"),
    "5 MB": ("#" * 5_000_000, "TOO_LARGE"),
    "2,500 fields": (AREA % " ".join(f"nam{n}" for n in range(2_500)), "LIMIT_EXCEEDED"),
    "fields that are none": (AREA % " ".join(f"nam{n}" for n in range(900)), "GRAPHQL_VALIDATION_FAILED"),
    "the schema in circles": ("{ __schema { types " + "{ fields { type " * 8 + "{ name }" + " } }" * 8 + " } }",
                              "GRAPHQL_VALIDATION_FAILED"),
    "pages of pages": (AREA % ("children(first: 100) { nodes { " * 5 + "name" + " } }" * 5), "COST_TOO_HIGH"),
}  # fmt: skip
POLICY = Policy(max_cost_anonymous=2_000)


@pytest.fixture(scope="module")
def guarded() -> Graph:
    return build_schema(policy=POLICY)


@pytest.fixture
async def context(hangzhou: str) -> AsyncIterator[Context]:
    async with read_pool(hangzhou, size=1) as pool:
        yield Context(Snapshot(pool, Statements()), "test", may_compile=True, primary=pool)


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_quickly_and_in_little_memory(guarded: Graph, context: Context, name: str) -> None:
    text, code = ATTACKS[name]
    # What is made once in a process is not the attack's.
    await guarded.execute("{ districts { name } nothing }", {}, context)
    gc.collect()
    started = time.process_time()
    answer = await guarded.execute(text, {}, context.of_its_own())
    spent = time.process_time() - started
    codes = {(each.extensions or {}).get("code") for each in answer.errors or []}
    # Before a circle is found, what is in it may have been compared too often.
    assert codes - {"LIMIT_EXCEEDED" if "circle" in name else code} | {code} == {code}, answer.errors
    assert code in codes
    assert 1 <= len(answer.errors or []) <= 9
    assert answer.data is None
    assert context.snapshot.ran == []
    # Each takes 5–45 ms.
    assert spent < 3 * 0.05
    again = f"{text} # once more"
    tracemalloc.start()
    await guarded.execute(again, {}, context.of_its_own())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


async def test_a_page_size_in_a_variable_is_charged(guarded: Graph, context: Context) -> None:
    inner = "nodes { events(first: $n) { nodes { results(first: $n) { nodes { title } } } } }"
    text = f"query ($n: Int) {{ platforms(first: $n) {{ {inner} }} }}"
    small = await guarded.execute(text, {"n": 2}, context.of_its_own())
    large = await guarded.execute(text, {"n": 100}, context.of_its_own())
    assert (small.errors, large.data) == (None, None)
    assert [str(each) for each in large.errors or []] == [
        "this costs 11,708 points and may cost 2,000; the dearest is"
        " platforms.nodes.events.nodes.results.nodes: ask for smaller pages or fewer levels there"
    ]


@pytest.mark.parametrize(
    "variables",
    [
        {"codes": ["330114"] * 2_001},
        {"any": [[0] * 1_000 for _ in range(60)]},
        {f"v{n}": n for n in range(60_000)} | {"any": []},
        {"any": json.loads("[" * 40 + "]" * 40)},
        {"any": json.loads('{"not":' * 40 + "1" + "}" * 40)},
    ],
    ids=["a long list", "many lists", "many variables", "lists in lists", "objects in objects"],
)
def test_variables_have_limits(variables: dict[str, Any]) -> None:
    with pytest.raises(LimitExceeded):
        check_variables(variables)


async def test_what_editors_ask_of_the_schema_is_answered(guarded: Graph, context: Context) -> None:
    open_ = build_schema()
    for query in (get_introspection_query(), get_introspection_query(input_value_deprecation=True, type_depth=9)):
        answer = await open_.execute(query, {}, context.of_its_own())
        assert answer.errors is None
        assert len(answer.data["__schema"]["types"]) > 400  # type: ignore[index]


@pytest.mark.parametrize(("who", "is_told"), [("all", True), ("keys", False), ("none", False)])
async def test_the_schema_is_told_to_whom_the_setting_says(context: Context, who: Any, is_told: bool) -> None:
    graph = build_schema(policy=Policy(introspection=who))
    schema = await graph.execute("{ __schema { queryType { name } } }", {}, context.of_its_own())
    mistaken = await graph.execute("{ distrcts { name } }", {}, context.of_its_own())
    typename = await graph.execute('{ __typename area(code: "33") { __typename } }', {}, context.of_its_own())
    assert [(each.extensions or {}).get("code") for each in schema.errors or []] == (
        [] if is_told else ["INTROSPECTION_DISABLED"]
    )
    # What the field might have been called is told to nobody else either.
    assert [each.message for each in mistaken.errors or []] == [
        "Cannot query field 'distrcts' on type 'Query'." + (" Did you mean 'districts'?" if is_told else "")
    ]
    assert orjson.loads(orjson.dumps(typename.data)) == {"__typename": "Query", "area": {"__typename": "Province"}}
