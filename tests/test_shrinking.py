"""A failing document is shrunk to what fails."""

import graphql
import pytest
from documents import Drawn
from graphql import GraphQLSchema
from shrinking import shrunk

from schema.graph import Graph

pytestmark = pytest.mark.anyio

FAILING = """
    query Other { ...Everything }
    query Asked($slugs: [String!], $size: Int = 2) {
      __typename
      ...Everything @include(if: true)
      platforms(first: $size, where: {slug: $slugs, or: [{isSample: true}, {isOnline: false}]}) {
        totalCount
        nodes { name ... on Platform @skip(if: false) { brand name @include(if: true) parent { ...Named } } }
      }
    }
    fragment Everything on Query { districts { name } sectors(first: $size) { nodes { ...OfSector } } }
    fragment Named on Platform { name }
    fragment OfSector on Sector { name }
"""
SHRUNK = (
    "query Asked($slugs: [String!]) { platforms(where: { slug: $slugs }) "
    "{ nodes { ... on Platform @skip(if: false) { brand } } } }"
)


@pytest.fixture(scope="module")
def schema(graph: Graph) -> GraphQLSchema:
    return graph._schema


async def test_a_document_is_shrunk_to_what_fails(schema: GraphQLSchema) -> None:
    asked: list[str] = []

    async def fails(drawn: Drawn) -> bool:
        asked.append(drawn.text)
        return "brand" in drawn.text and "$slugs" in drawn.text and "@skip" in drawn.text

    found = await shrunk(Drawn(FAILING, {"slugs": ["a", "b"], "size": 3}, "Asked", 7), fails, schema)
    assert (" ".join(found.text.split()), found.variables) == (SHRUNK, {"slugs": ["a", "b"]})
    assert (found.operation_name, found.seed) == ("Asked", 7)
    assert [text for text in asked if graphql.validate(schema, graphql.parse(text))] == []


async def test_a_document_of_which_all_is_needed_stays_as_it_is(schema: GraphQLSchema) -> None:
    async def fails(drawn: Drawn) -> bool:
        return drawn.text == whole.text

    whole = Drawn("query { districts { name } }", {}, None, 1)
    assert await shrunk(whole, fails, schema) == whole
