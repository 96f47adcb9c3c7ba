"""What a database has that documents can ask for: ids, values and cursors."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import asyncpg
import graphql
from conftest import Ask
from documents import Facts, Walk, conditions, declared, encoded, literal
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
)

from db.search import initials
from resolvers.concepts import typed
from resolvers.pages import window


async def read_facts(ask: Ask, dsn: str, schema: GraphQLSchema) -> Facts:
    """Some of everything in the database at `dsn`, which `ask` asks; the same each time."""
    ids, values = await _ids(dsn), dict[str, list[str]]()
    for name, some in ids.items():
        fields = getattr(schema.type_map[name], "fields", {})
        leaves = [key for key, each in fields.items() if get_named_type(each.type).name in ("String", "Date")]
        query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {{ id {' '.join(leaves)} }} }} }}"
        rows = [row for row in (await ask(query, ids=some)).data["nodes"] if row]
        for leaf in leaves:
            found = {text for row in rows for text in (row[leaf] if isinstance(row[leaf], list) else [row[leaf]])}
            values[f"{name}.{leaf}"] = sorted(found - {None, ""})
    for name, of in schema.query_type.fields.items() if schema.query_type else ():
        for argument in of.args if isinstance(get_nullable_type(of.type), GraphQLList) else ():
            # A short list from which some can be chosen, by a field of the rows: `codes` by `code`.
            if not graphql.is_required_argument(of.args[argument]):
                rows = (await ask(f"{{ {name} {{ of: {argument.removesuffix('s')} }} }}")).data[name]
                values[argument] = sorted(row["of"] for row in rows)
    values["words"] = [word for word in _words(values) if word.strip()]
    return Facts(ids, values, await _walks(ask, schema, ids, values["words"]))


async def _ids(dsn: str) -> dict[str, list[str]]:
    """Up to 30 global ids of each type; of areas, as many of each list of codes they were last in."""
    connection, found = await asyncpg.connect(dsn), {}
    for name, concept in sorted(typed().items()):
        kinds = [kind for kind, type_name in concept.type_names.items() if type_name == name]
        condition = f"{concept.kind_column} = '{kinds[0]}'" if concept.kind_column else "true"
        if name == "District":
            condition = "level = 'DISTRICT' AND valid_to IS NULL"
        group = "PARTITION BY valid_to" if "valid_to" in concept.table.c else ""
        key = " || ':' || ".join(f"{column}::text" for column in concept.key)
        rows = await connection.fetch(
            f"""SELECT key FROM (SELECT {key} AS key, row_number() OVER ({group} ORDER BY md5(id::text)) AS place
                FROM {concept.table.name} WHERE {condition}) AS placed WHERE place <= 30 ORDER BY key"""
        )
        found[name] = [encoded(f"{name}:{row['key']}") for row in rows]
    await connection.close()
    return found


def _words(values: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Names, codes and parts of them, two words at once, and initials."""
    random = Random(0)  # noqa: S311 (nothing is kept secret by it)
    for key, texts in sorted(values.items()):
        if key.endswith((".name", ".title", ".brand", ".code", ".slug", ".topics")):
            for text in random.sample(texts, min(len(texts), 10)):
                start = random.randrange(len(text))
                yield from (text[:90], text[start : start + random.choice((1, 2, 2, 3))], f"{text[:2]} {text[-1]}")
                yield initials(text[start : start + 4])


async def _walks(
    ask: Ask, schema: GraphQLSchema, ids: Mapping[str, Sequence[str]], words: Sequence[str]
) -> dict[str, list[Walk]]:
    """Walks of every connection; lists of the same rows in the same order have the same cursors but for their tag."""
    walks, known = defaultdict[str, list[Walk]](list), dict[Any, list[Any]]()
    owners = sorted(schema.type_map.values(), key=lambda each: each is not schema.query_type)
    for owner in owners:
        names = conditions(schema, owner.name)[0] or [owner.name]
        some = [id_ for name in names for id_ in ids.get(name, ())[: 60 // len(names)]]
        if owner is not schema.query_type and not some:
            # Nothing leads there by an id.
            continue
        for key, of in getattr(owner, "fields", {}).items():
            if declared(owner, key) != f"{owner.name}.{key}" or "after" not in getattr(of, "args", ()):
                continue
            edge = of.extensions["strawberry-definition"].metadata.get("edge")
            for way in _ways(of, words):
                order = [(each["field"], each["direction"] == "DESC") for each in way.get("orderBy", ())]
                page = window(edge, None, None, None, None, order) if edge else None
                rows = (str(of.type), page.terms) if page else (key, str(way))
                if not known.get(rows):
                    known[rows] = await _cursors(ask, owner, key, way, some)
                if known[rows]:
                    tag = page.tag if page else known[rows][0][0]
                    cursors = [encoded(json.dumps([tag, *values])) for _, *values in known[rows]]
                    walks[f"{owner.name}.{key}"].append(Walk(way, cursors))
    return walks


def _ways(of: GraphQLField, words: Sequence[str]) -> list[dict[str, Any]]:
    """Some of the arguments a list's cursors depend on: orders, or what is looked for where it has none."""
    random = Random(0)  # noqa: S311 (nothing is kept secret by it)
    if "orderBy" not in of.args:
        required = [key for key, each in of.args.items() if graphql.is_required_argument(each)]
        kinds = {key: get_named_type(each.type) for key, each in of.args.items()}
        some = {key: [random.choice([*each.values])] for key, each in kinds.items() if graphql.is_enum_type(each)}
        return [dict.fromkeys(required, word) | random.choice((some, {})) for word in random.sample(words, 40)]
    order = graphql.assert_input_object_type(get_named_type(of.args["orderBy"].type))
    names = graphql.assert_enum_type(get_named_type(order.fields["field"].type)).values
    single = [{"field": name, "direction": direction} for name in names for direction in ("ASC", "DESC")]
    several = [[one, other] for one in single for other in single if one["field"] != other["field"]]
    orders = random.sample([[one] for one in single], 2) + random.sample(several, min(len(several), 2))
    return [{}, *({"orderBy": each} for each in orders)]


async def _cursors(ask: Ask, owner: Any, key: str, way: Mapping[str, Any], ids: Sequence[str]) -> list[Any]:
    """What the cursors of a connection hold: a tag, and the values by which rows are sorted."""
    given = {"first": 5 if ids else 40, **way}
    arguments = ", ".join(f"{name}: {literal(owner.fields[key].args[name].type, given[name])}" for name in given)
    page = f"page: {key}({arguments}) {{ edges {{ cursor }} }}"
    if owner.name == "Query":
        rows = [(await ask(f"{{ {page} }}")).data]
    else:
        query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {owner.name} {{ {page} }} }} }}"
        rows = (await ask(query, ids=ids)).data["nodes"]
    cursors = [edge["cursor"] for row in rows if row for edge in row["page"]["edges"]]
    return [json.loads(base64.b64decode(each)) for each in cursors[:60]]
