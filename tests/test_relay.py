"""Relay's compiler takes documents of the whole graph: each list as a connection, each thing refetched, each mutation.

The documents are made from the schema, so that whatever is added to it is compiled too.
"""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

ROOT = Path(__file__).parents[1]
SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
NODE = SCHEMA.type_map["Node"]
# Which way a list is paged through: how many rows, and from where.
WAYS = {"forwards": ("first", "after"), "backwards": ("last", "before")}


def is_thing(type_: GraphQLNamedType) -> bool:
    """Whether it has an id by which it can be fetched again."""
    return type_ is NODE or NODE in getattr(type_, "interfaces", ())


def objects() -> Iterator[GraphQLObjectType | GraphQLInterfaceType]:
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__"):
            yield type_


def connections(type_: Any) -> Iterator[tuple[str, GraphQLField]]:
    """The lists of a type that are paged."""
    for name, field in type_.fields.items():
        if get_named_type(field.type).name.endswith("Connection"):
            yield name, field


def paged(name: str, field: GraphQLField, key: str, way: str) -> tuple[str, str]:
    """What a fragment needs as its arguments to page through a list, and the list with all of its arguments."""
    size, place = WAYS[way]
    taken = [each for each in field.args if each not in ("first", "after", "last", "before")]
    definitions = ['count: {type: "Int", defaultValue: 10}', 'place: {type: "String"}']
    definitions += [f'{each}: {{type: "{field.args[each].type}"}}' for each in taken]
    given = ", ".join([f"{size}: $count, {place}: $place", *(f"{each}: ${each}" for each in taken)])
    return " ".join(definitions), (
        f'{name}({given}) @connection(key: "{key}") {{ edges {{ cursor node {{ __typename {identity(field)} }} }}'
        " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }"
    )


def identity(field: GraphQLField) -> str:
    """What a row of a list is known by."""
    page: Any = get_named_type(field.type)
    row = get_named_type(page.fields["nodes"].type)
    if isinstance(row, GraphQLUnionType):
        return "... on Node { id }"
    return "id" if is_thing(row) else "cursor"


def fragments(type_: Any) -> Iterator[tuple[str, str]]:
    """The fragments on a type by name: one that refetches it with all its plain values, two for each list."""
    kept = f"on {type_.name} @refetchable"
    if is_thing(type_):
        plain = [
            name
            for name, field in type_.fields.items()
            if is_leaf_type(get_named_type(field.type)) and not any(map(is_required_argument, field.args.values()))
        ]
        name = f"{type_.name}_plain"
        yield name, f'fragment {name} {kept}(queryName: "{name}Query") {{ {" ".join(plain)} }}'
    for field_name, field in connections(type_):
        for way in WAYS:
            name = f"{type_.name}_{field_name}_{way}"
            defined, listed = paged(field_name, field, f"{name}__{field_name}", way)
            start = f'{kept}(queryName: "{name}Query") @argumentDefinitions({defined})'
            yield name, f"fragment {name} {start} {{ {listed} }}"


def coverage() -> Iterator[tuple[str, str]]:
    """The one list below a type that cannot be refetched by itself: it is refetched from the root."""
    field = SCHEMA.query_type.fields["coverage"] if SCHEMA.query_type else None
    assert field is not None
    returned: Any = get_named_type(field.type)
    for field_name, listed in connections(returned):
        name = f"Coverage_{field_name}"
        defined, selection = paged(field_name, listed, f"{name}__{field_name}", "forwards")
        more = " ".join(f'{each}: {{type: "{given.type}"}}' for each, given in field.args.items())
        given = ", ".join(f"{each}: ${each}" for each in field.args)
        yield (
            name,
            f'fragment {name} on Query @refetchable(queryName: "{name}Query")'
            f" @argumentDefinitions({defined} {more}) {{ coverage({given}) {{ {selection} }} }}",
        )


def mutations() -> Iterator[tuple[str, str]]:
    """Each mutation; what it made is put before a list, and what it deleted is forgotten."""
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        response: Any = get_named_type(field.type)
        (payload,) = [each for each in response.types if each.name.endswith("Payload")]
        named = f"Mutations{name[0].upper()}{name[1:]}Mutation"
        parts = [part(each, given) for each, given in payload.fields.items()]
        wants_lists = ", $lists: [ID!]!" if any("$lists" in each for each in parts) else ""
        yield (
            named,
            f"mutation {named}($input: {field.args['input'].type}{wants_lists}) {{ {name}(input: $input)"
            f" {{ __typename ... on Failure {{ message }} ... on {payload.name} {{ {' '.join(parts)} }} }} }}",
        )


def part(name: str, field: GraphQLField) -> str:
    """A part of a payload, with what Relay is to do with it."""
    type_: Any = get_named_type(field.type)
    if is_leaf_type(type_):
        return f"{name} @deleteRecord" if name.endswith("Id") else name
    if not is_thing(type_):
        known_by = "id" if "id" in type_.fields else "node { id }"
        return f"{name} {{ __typename {known_by} }}"
    edges = [f"{each.name}Edge" for each in (type_, *type_.interfaces) if f"{each.name}Edge" in SCHEMA.type_map]
    put = f' @prependNode(connections: $lists, edgeTypeName: "{edges[0]}")' if edges else ""
    return f"{name}{put} {{ __typename id }}"


SUBSCRIPTION = """subscription SubscriptionsChangedSubscription($since: String) { changed(since: $since) {
  cursor rows { type action nodeId node { __typename id } } } }"""


def documents() -> dict[str, dict[str, str]]:
    """All documents by module and name; the name of one begins with that of its module."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for type_ in objects():
        if is_thing(type_) or type_ is SCHEMA.query_type:
            found[type_.name] |= dict(fragments(type_))
    found["Coverage"] |= dict(coverage())
    found["Mutations"] |= dict(mutations())
    found["Subscriptions"]["SubscriptionsChangedSubscription"] = SUBSCRIPTION
    return found


def test_every_list_thing_and_mutation_is_compiled(tmp_path: Path) -> None:
    made = documents()
    (tmp_path / "src").mkdir()
    for module, by_name in made.items():
        tags = "\n".join(f"graphql`{text}`;" for text in by_name.values())
        (tmp_path / "src" / f"{module}.js").write_text(f'import {{ graphql }} from "react-relay";\n{tags}\n')
    (tmp_path / "schema.graphql").write_text((ROOT / "schema.graphql").read_text())
    config = {"src": "src", "schema": "schema.graphql", "language": "javascript", "eagerEsModules": True}
    (tmp_path / "relay.config.json").write_text(json.dumps(config))
    compiler = ROOT / "tests" / "clients" / "node_modules" / "relay-compiler" / "cli.js"
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "node", compiler], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {name for by_name in made.values() for name in by_name}
    refetching = {f"{name}Query" for name in names if not name.endswith(("Mutation", "Subscription"))}
    compiled = {path.name.removesuffix(".graphql.js") for path in (tmp_path / "src" / "__generated__").iterdir()}
    assert (names | refetching) ^ compiled == set()


def test_every_list_is_among_them() -> None:
    made = {name for by_name in documents().values() for name in by_name}
    lists = {f"{type_.name}_{name}" for type_ in objects() for name, _ in connections(type_)}
    assert {each for each in lists if not any(name.startswith(each) for name in made)} == set()
