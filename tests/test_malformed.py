"""Whatever bytes are sent, the answer says what is wrong with them; nothing of it is an error of the server's."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from conftest import database, database_name
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from serving import issued
from test_server import FIRST_ANSWER, JSON, codes, post, served
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from server import FIRST_QUERY

# Each example is a request over HTTP; shrinking one that fails is worth its time, looking for slow ones is not.
FEW = settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    database=None,
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
# What has been somebody's undoing before comes often.
NASTY = st.sampled_from(["\x00", "a\x00b", "\ufeff", "\uffff", "'; --", "%", "\\", "𠮷", "\u202e", "9" * 400, "1e999"])
ANY_TEXT = TEXTS | NASTY
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
PARTS = ("query", "variables", "operationName", "extensions", "documentId", "id")
SEARCHING = """
query ($text: String!, $texts: [String!], $id: ID!, $count: Int, $after: String, $date: Date) {
  area(code: $text) { name }
  platform(slug: $text) { name }
  node(id: $id) { id }
  areas(first: $count, after: $after) { totalCount nodes { code } }
  platforms(where: {text: $text, slug: $texts, within: $texts}) { totalCount }
  members(where: {text: $text, name: $texts, party: $texts}) { totalCount }
  events(where: {topics: $texts, startsAt: {since: $date}}) { totalCount }
  search(text: $text) { totalCount }
  changes(since: $after) { totalCount }
}
"""
RAISING = """
mutation ($title: String!, $body: String, $topics: [String!], $key: String) {
  raiseRecommendation(input: {title: $title, body: $body, topics: $topics, idempotencyKey: $key, district: "330114"}) {
    __typename
  }
}
"""


@pytest.fixture(scope="module")
def client(postgres: str, hangzhou_template: str) -> Iterator[httpx.Client]:
    with database(postgres, template=database_name(hangzhou_template)) as dsn:
        headers = {"authorization": f"Bearer {asyncio.run(issued(dsn))}"}
        with (
            served(DATABASE_URL=dsn, LOG_LEVEL="error") as (address, _),
            httpx.Client(base_url=address, headers=headers, timeout=30) as client,
        ):
            yield client


def sent(client: httpx.Client, body: bytes, **headers: str) -> httpx.Response:
    answer = client.post("/graphql", content=body, headers={**JSON, **headers})
    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or not codes_of(answer) & {"INTERNAL_ERROR"}, answer.text
    return answer


def codes_of(answer: httpx.Response) -> set[str]:
    return set(codes(answer.json())) if "errors" in answer.json() else set()


@FEW
@given(body=st.binary(max_size=300))
def test_bytes_are_a_bad_request(client: httpx.Client, body: bytes) -> None:
    assert codes_of(sent(client, body)) == {"BAD_REQUEST"}


@FEW
@given(body=VALUES)
def test_json_that_is_no_request_is_a_bad_request(client: httpx.Client, body: Any) -> None:
    assert codes_of(sent(client, json.dumps(body).encode())) == {"BAD_REQUEST"}


@FEW
@given(body=st.dictionaries(st.sampled_from(PARTS), VALUES | st.just("{ __typename }"), max_size=5))
def test_requests_made_of_anything_are_answered(client: httpx.Client, body: Any) -> None:
    answer = sent(client, json.dumps(body).encode())
    assert codes_of(answer) or answer.json() == {"data": {"__typename": "Query"}}


@FEW
@given(query=st.text("{}()[]!:$@.,#\"'\\ \n\x00é地 abf0123_", max_size=60) | ANY_TEXT)
def test_documents_made_of_anything_are_told_to_be_none(client: httpx.Client, query: str) -> None:
    answer = sent(client, json.dumps({"query": query}).encode())
    assert codes_of(answer) <= {"BAD_REQUEST", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    # An empty selection is allowed, and selects nothing.
    assert codes_of(answer) or answer.json() == {"data": {}}


@FEW
@given(
    variables=st.fixed_dictionaries(
        {},
        optional={
            "text": ANY_TEXT | VALUES, "texts": st.lists(ANY_TEXT, max_size=3) | VALUES, "id": ANY_TEXT | VALUES,
            "count": st.integers() | VALUES, "after": ANY_TEXT | VALUES, "date": ANY_TEXT | VALUES,
        },
    )
)  # fmt: skip
def test_variables_of_any_value_are_answered(client: httpx.Client, variables: dict[str, Any]) -> None:
    usual = {"text": "钱塘", "texts": ["a"], "id": "x"}
    answer = sent(client, json.dumps({"query": SEARCHING, "variables": {**usual, **variables}}).encode())
    assert "GRAPHQL_VALIDATION_FAILED" not in codes_of(answer)


@FEW
@given(
    variables=st.fixed_dictionaries(
        {"title": ANY_TEXT}, optional={"body": ANY_TEXT, "topics": st.lists(ANY_TEXT, max_size=3), "key": ANY_TEXT}
    )
)
def test_what_is_written_is_text_of_any_kind(client: httpx.Client, variables: dict[str, Any]) -> None:
    answer = sent(client, json.dumps({"query": RAISING, "variables": variables}).encode())
    assert codes_of(answer) <= {"BAD_ARGUMENT"}


@FEW
@given(value=ANY_TEXT, accept=ANY_TEXT, name=st.sampled_from(["authorization", "accept", "x-request-id", "cookie"]))
def test_headers_of_any_value_are_answered(client: httpx.Client, value: str, accept: str, name: str) -> None:
    def clean(text: str) -> bytes:
        return bytes(byte for byte in text.encode() if byte >= 32 and byte != 127).strip()

    headers = {name.encode(): clean(value), b"accept": clean(accept), b"content-type": b"application/json"}
    answer = client.post("/graphql", content=json.dumps({"query": FIRST_QUERY}), headers=headers)
    assert (answer.status_code, answer.json() == FIRST_ANSWER or codes_of(answer)) == (200, True)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 20_000, b'{"query":' + b"[" * 20_000, b'{"variables": ' + b'{"a":' * 20_000, b"\xef\xbb\xbf{}",
        '{"query": "{ __typename }"}'.encode("utf-16"), b'{"query": "\xed\xa0\x80"}', b'{"query": "\\udc00{"}',
        gzip.compress(b'{"query": "{ __typename }"}', mtime=0), zlib.compress(b'{"query": "{ __typename }"}'),
        b'{"query": "{ __typename }"}{}', b'{"query": NaN}', b"\x00" * 100, b'{"query": "{ __typename }", "query": 7}',
    ],
    ids=range(13),
)  # fmt: skip
def test_what_has_felled_others_is_a_bad_request(client: httpx.Client, body: bytes) -> None:
    for headers in ({}, {"accept": "text/event-stream"}, {"content-encoding": "gzip"}):
        assert codes_of(sent(client, body, **headers)) == {"BAD_REQUEST"}
    assert post(client, FIRST_QUERY) == FIRST_ANSWER


def test_a_compressed_body_is_told_to_be_one(client: httpx.Client) -> None:
    answer = sent(client, gzip.compress(b"{}"), **{"content-encoding": "gzip"})
    assert answer.json()["errors"][0]["message"] == "The body is compressed; send it as plain JSON."


@settings(FEW, max_examples=150)
@given(message=st.binary(max_size=100) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_messages_of_a_websocket_end_it_or_are_answered(client: httpx.Client, message: bytes) -> None:
    url = f"{str(client.base_url).replace('http', 'ws')}/graphql"
    with suppress(ConnectionClosed), connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        socket.send(message.decode("utf-8", "replace"))
        socket.send("null")
        while True:
            socket.recv(10)
    assert socket.protocol.close_rcvd is not None
    assert socket.protocol.close_rcvd.code in (4400, 4401, 4429)


def test_it_goes_on_after_all_that(client: httpx.Client) -> None:
    assert post(client, FIRST_QUERY) == FIRST_ANSWER
