"""What a list costs: as many statements for fifty parents as for one, for every list field of every type."""

import base64
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from conftest import Ask
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from resolvers.concepts import typed
from schema.graph import build_schema

pytestmark = pytest.mark.anyio

PARENTS = 50
# What a required argument is given.
GIVEN = {"year": "2023"}
# Types of which the network of Hangzhou and its sample data have no row, so that nothing can be asked of one.
ABSENT = {"Assignment", "Document", "DutyRule", "Evaluation", "MentorTeam", "TownshipLiaison"}


def core(field: GraphQLField) -> Any:
    return field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type


def is_list(field: GraphQLField) -> bool:
    return isinstance(core(field), GraphQLList) or get_named_type(field.type).name.endswith("Connection")


def called(name: str, field: GraphQLField) -> str:
    given = [f"{key}: {GIVEN[key]}" for key, argument in field.args.items() if is_required_argument(argument)]
    return f"{name}({', '.join(given)})" if given else name


def selection_of(field: GraphQLField) -> str:
    """Everything a list costs something for: its rows, its total, and what stands beside its page."""
    target = get_named_type(field.type)
    if target.name.endswith("Connection"):
        return "{ totalCount nodes { __typename } edges { cursor } pageInfo { hasNextPage } }"
    if is_leaf_type(target):
        return ""
    if isinstance(target, GraphQLObjectType) and "id" not in target.fields:
        leaves = [name for name, each in target.fields.items() if is_leaf_type(get_named_type(each.type))]
        return f"{{ {' '.join(leaves)} }}"
    return "{ __typename }"


def list_fields(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """The type with ids that each list field hangs on, and the selection that asks for it."""
    for name, type_ in schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        if "Node" not in {each.name for each in type_.interfaces}:
            continue
        inherited = {field for interface in type_.interfaces for field in interface.fields}
        for field_name, field in type_.fields.items():
            if field_name in inherited:
                continue
            if is_list(field) and not is_leaf_type(get_named_type(field.type)):
                yield name, f"{called(field_name, field)} {selection_of(field)}"
            target = get_named_type(field.type)
            if isinstance(target, GraphQLObjectType) and "id" not in target.fields and not is_list(field):
                for inner_name, inner in target.fields.items():
                    if is_list(inner):
                        yield name, f"{called(field_name, field)} {{ {inner_name} {selection_of(inner)} }}"


SCHEMA = build_schema()._schema
LIST_FIELDS = sorted(list_fields(SCHEMA))


async def ids_of(dsn: str, name: str) -> list[str]:
    """The ids of up to fifty rows of an object type."""
    concept = typed()[name]
    kinds = [kind for kind, type_name in concept.type_names.items() if type_name == name]
    condition = "true"
    if concept.kind_column:
        condition = f"{concept.kind_column} = '{kinds[0]}'"
    elif name == "District":
        condition = "level = 'DISTRICT' AND valid_to IS NULL"
    key = " || ':' || ".join(f"{column}::text" for column in concept.key)
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        f"SELECT {key} AS key FROM {concept.table.name} WHERE {condition} ORDER BY id LIMIT {PARENTS}"
    )
    await connection.close()
    return [base64.b64encode(f"{name}:{row['key']}".encode()).decode() for row in rows]


async def parents_of(dsn: str, name: str) -> list[str]:
    """The ids of up to fifty rows of one object type: `name`, or of the types behind it the one with most rows."""
    type_ = SCHEMA.type_map[name]
    names = [name]
    if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
        names = [each.name for each in SCHEMA.get_possible_types(type_) if each.name != "District"]
    return max([await ids_of(dsn, each) for each in names], key=len)


def test_every_type_with_lists_is_asked() -> None:
    assert sorted({name for name, _ in LIST_FIELDS}) == [
        "Area",
        "DeliberationHall",
        "Discussion",
        "District",
        "DistrictForum",
        "Event",
        "Indicator",
        "IndustryPark",
        "Member",
        "Organization",
        "Platform",
        "Proposal",
        "ProposalBundle",
        "Result",
        "Sector",
        "SupervisionCampaign",
        "Township",
    ]


@pytest.mark.parametrize(("name", "field"), LIST_FIELDS, ids=[f"{name}.{field}" for name, field in LIST_FIELDS])
async def test_a_list_costs_as_many_statements_for_fifty_parents_as_for_one(
    ask: Ask, hangzhou: str, name: str, field: str
) -> None:
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {{ {field} }} }} }}"
    ids = await parents_of(hangzhou, name)
    one, all_ = await ask(query, ids=ids[:1]), await ask(query, ids=ids)
    assert (one.errors, all_.errors) == ([], [])
    # The parents, then the rows of the list, then its total where it has one.
    expected = 3 if "totalCount" in field else 2
    assert (len(one.statements), len(all_.statements)) == (expected, expected)
    assert None not in all_.data["nodes"]


async def test_types_are_asked_of_fifty_parents_where_there_are_so_many(hangzhou: str) -> None:
    counted = {name: len(await parents_of(hangzhou, name)) for name in sorted({name for name, _ in LIST_FIELDS})}
    assert counted == {
        "Area": 50,
        "DeliberationHall": 31,
        "Discussion": 50,
        "District": 13,
        "DistrictForum": 3,
        "Event": 50,
        "Indicator": 50,
        "IndustryPark": 4,
        "Member": 50,
        "Organization": 50,
        "Platform": 50,
        "Proposal": 50,
        "ProposalBundle": 22,
        "Result": 50,
        "Sector": 34,
        "SupervisionCampaign": 2,
        "Township": 50,
    }


async def test_every_type_with_an_id_is_fetched_again_by_it(ask: Ask, hangzhou: str) -> None:
    absent = set()
    for name in sorted(typed()):
        ids = await ids_of(hangzhou, name)
        if not ids:
            absent.add(name)
        one = await ask("query ($id: ID!) { node(id: $id) { __typename id } }", id=ids[0]) if ids else None
        many = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
        assert many.data == {"nodes": [{"__typename": name, "id": id_} for id_ in ids]}
        if one is not None:
            assert one.data == {"node": {"__typename": name, "id": ids[0]}}
    assert absent == ABSENT


async def test_a_list_that_is_asked_twice_alike_is_read_once(ask: Ask) -> None:
    answer = await ask(
        """{ platform(slug: "qiantang-hui") {
            a: events(first: 1) { nodes { id } } b: events(first: 1) { nodes { title } pageInfo { hasNextPage } } } }"""
    )
    assert answer.errors == []
    assert len(answer.statements) == 2


async def test_four_levels_cost_one_statement_each(ask: Ask) -> None:
    answer = await ask(
        """{ area(code: "330114") {
            platforms(first: 50, where: {kind: [DELIBERATION_HALL]}) { nodes {
                name children(first: 10) { nodes {
                    name events(first: 3) { nodes { title results(first: 3) { nodes { title } } } } } } } } } }"""
    )
    assert answer.errors == []
    assert len(answer.statements) == 5


async def test_a_mistake_in_one_field_ends_the_operation_though_others_are_being_read(ask: Ask) -> None:
    refused = ("BAD_ARGUMENT", ["members", "nodes", 0, "dutyReport"], "year must be 1949–2100, got 1")
    for _ in range(5):
        answer = await ask(
            """{ members(first: 100) { nodes { name memberships { nodes { role } } dutyReport(year: 1) { total }
                results { totalCount } } } events { totalCount } }"""
        )
        assert (answer.data, answer.errors) == (None, [refused])
    answer = await ask("{ platforms { totalCount } }")
    assert (answer.data, answer.errors) == ({"platforms": {"totalCount": 162}}, [])
