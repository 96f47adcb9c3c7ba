"""What a stranger tries first: a server without a key gives away neither its time nor what it knows of itself."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from test_server import served

TYPENAME = "{ __typename }"
MUTATION = "mutation { __typename }"


@pytest.fixture(scope="module")
def client(hangzhou: str) -> Iterator[httpx.Client]:
    with served(DATABASE_URL=hangzhou) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        yield client


def asked(client: httpx.Client, query: str) -> Any:
    """The answer to a query by POST."""
    return client.post("/graphql", json={"query": query}).json()


def data_of(answer: httpx.Response) -> Any:
    """What was run, if anything was: its data."""
    told = answer.json() if "json" in answer.headers["content-type"] else {}
    return told.get("data") if isinstance(told, dict) else told


def test_an_array_of_operations_is_not_run(client: httpx.Client) -> None:
    assert data_of(client.post("/graphql", json=[{"query": TYPENAME}] * 10)) is None


def test_introspection_goes_round_no_circles(client: httpx.Client) -> None:
    around = "fields { type { " * 4 + "name" + " } }" * 4
    assert asked(client, f"{{ __schema {{ types {{ {around} }} }} }}").get("data") is None


def test_a_mutation_is_not_run_by_get(client: httpx.Client) -> None:
    assert data_of(client.get("/graphql", params={"query": MUTATION})) is None


@pytest.mark.parametrize("query", [TYPENAME, MUTATION])
def test_a_form_runs_nothing(client: httpx.Client, query: str) -> None:
    assert data_of(client.post("/graphql", data={"query": query})) is None
    as_text = {"content-type": "text/plain"}
    assert data_of(client.post("/graphql", content=f'{{"query": "{query}"}}', headers=as_text)) is None


def test_the_page_is_none_of_the_known_ones(client: httpx.Client) -> None:
    page = client.get("/graphql", headers={"accept": "text/html"}).text.lower()
    assert [name for name in ("graphiql", "playground") if name in page] == []


@pytest.mark.parametrize("query", [TYPENAME, "qwerty { abc }", "{ abc }", '{ node(id: "abc") { id } }'])
def test_nothing_is_told_of_how_it_ran(client: httpx.Client, query: str) -> None:
    answer = asked(client, query)
    told = [answer.get("extensions", {}), *(error.get("extensions", {}) for error in answer.get("errors", ()))]
    assert {key for each in told for key in each} - {"classification", "code", "cost"} == set()


def test_a_hundred_aliases_are_refused(client: httpx.Client) -> None:
    aliases = " ".join(f"a{number}: __typename" for number in range(101))
    assert asked(client, f"{{ {aliases} }}").get("data") is None


@pytest.mark.parametrize("count", [10, 100])
def test_many_directives_are_refused_in_a_few_words(client: httpx.Client, count: int) -> None:
    answer = asked(client, f"{{ __typename {'@a' * count} }}")
    assert answer.get("data") is None
    assert len(answer["errors"]) < 10


def test_a_query_by_get_is_run_for_nobody_but_a_program(client: httpx.Client) -> None:
    assert data_of(client.get("/graphql", params={"query": TYPENAME})) is None


def test_the_contract_is_not_read_by_introspection(client: httpx.Client) -> None:
    for query in ("{ __schema { types { name } } }", '{ __type(name: "Area") { name } }'):
        assert asked(client, query).get("data") is None


# Names a letter away from those of the contract, as a list of words would have them.
NEARLY = ("are", "areaz", "evnts", "member", "organisations", "nod", "platfrm", "rollups", "searchs", "resultz")


@pytest.mark.parametrize("name", NEARLY)
def test_a_wrong_name_leads_to_no_right_one(client: httpx.Client, name: str) -> None:
    for query in (f"{{ {name} }}", f"{{ events({name}: 1) {{ totalCount }} }}", f"{{ __schema {{ {name} }} }}"):
        assert "Did you mean" not in json.dumps(asked(client, query))
