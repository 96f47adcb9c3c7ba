"""Keys: shown once, good where they say and as long as they hold, and listed without themselves."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import asking, execute
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)
from test_command_line import run
from test_mutations import fetch
from test_server import served

from schema.graph import Graph

RAISE = 'mutation { raiseRecommendation(input: {title: "一", district: "330114"}) { __typename } }'


def told_in_the_end(tell: Callable[[], str], what: str) -> None:
    """A key is looked up anew every few seconds, and at once when it was revoked by command."""
    for _ in range(100):
        if (found := tell()) == what:
            return
        time.sleep(0.1)
    raise AssertionError(found)


def test_a_key_writes_until_it_is_revoked(own_hangzhou: str) -> None:
    code, key, _ = run("keys", "issue", "钱塘区政协", "--district", "330114", "--days", "30", DATABASE_URL=own_hangzhou)
    assert (code, re.fullmatch(r"yz_[\w-]{43}\n", key) is not None) == (0, True)
    assert key.strip() not in str(asyncio.run(fetch(own_hangzhou, "SELECT k::text FROM access_key k")))
    with served(DATABASE_URL=own_hangzhou) as (address, _), httpx.Client(timeout=30) as client:

        def told(sent: str | None) -> str:
            headers = {b"authorization": f"Bearer {sent}".encode("latin-1")} if sent else {}
            answer = client.post(f"{address}/graphql", json={"query": RAISE}, headers=headers).json()
            found = answer.get("data") and answer["data"]["raiseRecommendation"]["__typename"]
            return str(found or answer["errors"][0]["extensions"]["code"])

        assert told(key.strip()) == "RaiseRecommendationPayload"
        assert (told(None), told("yz_nobody"), told("¿")) == ("FORBIDDEN", "UNAUTHENTICATED", "UNAUTHENTICATED")
        asyncio.run(execute(own_hangzhou, "UPDATE access_key SET expires_at = now() - interval '1 second'"))
        told_in_the_end(lambda: told(key.strip()), "UNAUTHENTICATED")
        asyncio.run(execute(own_hangzhou, "UPDATE access_key SET expires_at = NULL"))
        assert run("keys", "revoke", "钱塘区政协", DATABASE_URL=own_hangzhou)[0] == 0
        told_in_the_end(lambda: told(key.strip()), "UNAUTHENTICATED")


def test_keys_are_listed_without_themselves(own_hangzhou: str) -> None:
    run("keys", "issue", "city", "--district", "3301", DATABASE_URL=own_hangzhou)
    run("keys", "issue", "two", "--district", "330114", "--district", "330109", DATABASE_URL=own_hangzhou)
    run("keys", "revoke", "two", DATABASE_URL=own_hangzhou)
    code, out, _ = run("keys", "list", DATABASE_URL=own_hangzhou)
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert [line[:3] for line in lines] == [["city", "3301", "holds"], ["two", "330114,330109", "revoked"]]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("issue", "city", "--district", "3301"), "There is a key called city already; call this one otherwise."),
        (("issue", "public", "--district", "3301"), "public stands for those without a key; call this one otherwise."),
        (
            ("issue", "other", "--district", "杭州"),
            "--district and --partner take a code of 2, 4 or 6 digits, for example 330114, got 杭州",
        ),
        (("revoke", "nobody"), "No key called nobody holds. `python server.py keys list` shows all."),
    ],
)
def test_what_cannot_be_done_with_keys_is_told(own_hangzhou: str, arguments: tuple[str, ...], complaint: str) -> None:
    run("keys", "issue", "city", "--district", "3301", DATABASE_URL=own_hangzhou)
    code, out, told = run("keys", *arguments, DATABASE_URL=own_hangzhou)
    assert (code, out, told) == (1, "", complaint + "\n")


# What everybody may do, each with what keeps it in its bounds.
PUBLIC = {
    "checkIn": "needs the code shown at the event, and the member's signed one",
    "makeRemark": "answers surveys and calls alone, ten an hour",
    "raiseCitizenRequest": "ten an hour",
    "rateReply": "needs the receipt",
}


def given(type_: GraphQLInputType) -> Any:
    """Something that fits an input type: of an object, what has to be given."""
    if isinstance(type_, GraphQLNonNull):
        return given(type_.of_type)
    if isinstance(type_, GraphQLList):
        return [given(type_.of_type)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return {name: given(field.type) for name, field in type_.fields.items() if is_required_input_field(field)}
    return {"DateTime": "2026-01-01T00:00:00Z", "Date": "2026-01-01", "Int": 1, "Boolean": True}.get(type_.name, "x")


@pytest.mark.anyio
async def test_without_a_key_nothing_is_written_but_what_everybody_may(graph: Graph, hangzhou: str) -> None:
    mutations = graph._schema.mutation_type
    assert mutations is not None
    refused = set()
    async with asking(graph, hangzhou) as ask:
        for name, field in mutations.fields.items():
            type_ = get_named_type(field.args["input"].type)
            query = f"mutation ($input: {type_.name}!) {{ {name}(input: $input) {{ __typename }} }}"
            answer = await ask(query, input=given(field.args["input"].type))
            if [error[0] for error in answer.errors] == ["FORBIDDEN"]:
                refused.add(name)
    assert set(mutations.fields) - refused == set(PUBLIC)
    assert await fetch(hangzhou, "SELECT count(*) FROM change") == [(0,)]
