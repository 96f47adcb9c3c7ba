"""The two ways of running give the same data, key order included, for whatever document the schema allows.

`DOCUMENTS=50000 .venv/bin/python -m pytest tests/test_both_ways.py` tries more; `FIRST_SEED` starts elsewhere.
"""

import os
from collections import Counter

import asyncpg
import orjson
import pytest
from documents import Drawn, Facts
from drawing import draw
from shrinking import shrunk

from resolvers.compiled import NotCompiled
from resolvers.context import Context
from resolvers.errors import Fault
from resolvers.snapshots import Snapshot, Statements
from schema.graph import Graph

pytestmark = pytest.mark.anyio

DOCUMENTS = int(os.environ.get("DOCUMENTS", "2000"))
FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))


async def outcome(graph: Graph, pool: asyncpg.Pool, statements: Statements, document: Drawn) -> str:
    """How the two ways compare: `equal`, `different`, or why there was nothing to compare."""
    one, other = (Context(Snapshot(pool, statements), "test", may_compile) for may_compile in (True, False))
    compiled = await graph.compiled(document.text, document.variables, document.operation_name, one)
    batched = await graph.execute(
        document.text, document.variables, context_value=other, operation_name=document.operation_name
    )
    if compiled is None:
        is_refused = bool(batched.errors) or asks_what_cannot_be(graph, document)
        return "refused" if is_refused or "__schema" in document.text or "__type(" in document.text else "not compiled"
    try:
        is_equal = not batched.errors and orjson.dumps(orjson.loads(compiled)) == orjson.dumps(batched.data)
    except orjson.JSONDecodeError:
        is_equal = False
    return "equal" if is_equal else "different"


def asks_what_cannot_be(graph: Graph, document: Drawn) -> bool:
    """Whether an argument is wrong, which the batched way tells only when it comes to it."""
    read = graph.documents.read(document.text)
    operation = read.operation(document.operation_name)
    try:
        graph.documents.plan(read, operation, document.variables) if operation else None
    except NotCompiled:
        return False
    except Fault:
        return True
    return False


async def test_random_documents_are_answered_alike(graph: Graph, facts: Facts, pool: asyncpg.Pool) -> None:
    statements, outcomes, texts = Statements(), Counter[str](), set[str]()
    for seed in range(FIRST_SEED, FIRST_SEED + DOCUMENTS):
        document = draw(seed, graph._schema, facts)
        found = await outcome(graph, pool, statements, document)
        outcomes[found] += 1
        texts.add(document.text)
        if found in ("different", "not compiled"):

            async def fails(other: Drawn, found: str = found) -> bool:
                return await outcome(graph, pool, statements, other) == found

            smallest = await shrunk(document, fails, graph._schema)
            pytest.fail(f"seed {seed} is {found}:\n{smallest.text}\n{smallest.variables}\n{smallest.operation_name}")
    # Were most of them refused, or drawn again and again, nothing would be compared.
    assert len(texts) >= 0.99 * DOCUMENTS
    assert outcomes["equal"] >= 0.8 * DOCUMENTS
