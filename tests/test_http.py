"""GraphQL over HTTP as its specification has it, and nothing run of what a page of another site could send."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_server import FIRST_ANSWER, JSON, PREFLIGHT, ROOT, codes, served
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from schema.headers import media_type
from schema.page import page
from server import FIRST_QUERY
from website import Website

OURS, FOREIGN = "https://dashboard.example", "https://elsewhere.example"
MODERN = {"accept": "application/graphql-response+json"}
MODERN_TYPE = "application/graphql-response+json; charset=utf-8"
HELLO = {"query": "{ __typename }"}


@pytest.fixture(scope="module")
def client(hangzhou: str) -> Iterator[httpx.Client]:
    """Asks a server of Hangzhou's network that pages of one origin may ask."""
    with (
        served(DATABASE_URL=hangzhou, CORS_ORIGINS=f"{OURS}, http://127.0.0.1:1") as (address, _),
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        yield client


def rules_of(policy: str) -> dict[str, str]:
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


def post(client: httpx.Client, query: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return client.post("/graphql", json={"query": query, **more}, headers=headers)


def test_every_audit_of_graphql_http_is_passed(hangzhou: str) -> None:
    node = str(ROOT / ".venv" / "bin" / "node")
    # The audits ask for the schema itself.
    with served(DATABASE_URL=hangzhou, INTROSPECTION="all") as (address, _):
        command = [node, "tests/clients/audit.mjs", f"{address}/graphql"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout)
    assert [each for each in found if each["status"] != "ok"] == []
    assert len(found) == 61


@pytest.mark.parametrize(
    ("accept", "modern"),
    [
        (None, False), ("*/*", False), ("application/json", False), ("text/html", False), ("", False),
        ("application/graphql-response+json", True), ("application/graphql-response+json;charset=utf-8", True),
        ("application/graphql-response+json, application/json;q=0.9", True),
        ("application/graphql-response+json;q=0.5, application/json", False),
        ("application/json, application/graphql-response+json", True),
        ("APPLICATION/GraphQL-response+JSON", True), ("application/graphql-response+json;q=0", False),
        ("application/graphql-response+json;q=much", False), ("application/graphql-response+json2", False),
    ],
)  # fmt: skip
def test_the_form_of_an_answer_is_the_one_asked_for(accept: str | None, modern: bool) -> None:
    found = media_type(None if accept is None else accept.encode()).decode()
    assert found == (MODERN_TYPE if modern else "application/json")


@pytest.mark.parametrize(
    ("query", "status", "code", "has_data"),
    [
        ("{", 400, "GRAPHQL_PARSE_FAILED", False),
        ("{ unknown }", 400, "GRAPHQL_VALIDATION_FAILED", False),
        ("query ($c: String!) { area(code: $c) { name } }", 400, "BAD_ARGUMENT", False),
        ("query A { __typename } query B { __typename }", 400, "BAD_ARGUMENT", False),
        ("subscription { changed { cursor } }", 400, "BAD_ARGUMENT", False),
        ('{ area(code: "1") { name } }', 200, "UNKNOWN_CODE", True),
        ('mutation { raiseRecommendation(input: {title: "t", district: "330114"}) { __typename } }', 403, "FORBIDDEN",
         True),
    ],
)  # fmt: skip
def test_a_status_tells_whether_an_operation_was_run(
    client: httpx.Client, query: str, status: int, code: str, has_data: bool
) -> None:
    modern, legacy = post(client, query, MODERN), post(client, query)
    assert (modern.status_code, legacy.status_code) == (status, 200)
    assert [each.headers["content-type"] for each in (modern, legacy)] == [MODERN_TYPE, "application/json"]
    assert codes(modern.json()) == codes(legacy.json()) == [code]
    assert ("data" in modern.json(), "data" in legacy.json()) == (has_data, True)


def test_data_in_part_are_a_success(client: httpx.Client) -> None:
    answer = post(client, '{ area(code: "1") { name } districts { code } }', MODERN)
    assert (answer.status_code, answer.json()["data"]["area"]) == (200, None)
    assert (len(answer.json()["data"]["districts"]), codes(answer.json())) == (7, ["UNKNOWN_CODE"])


# --- What another site could send


@pytest.mark.parametrize(
    "content_type",
    [
        None, "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data",
        "multipart/form-data; boundary=x", "application/graphql", "application/jsonx", "text/plain; application/json",
        "application/json; charset=utf-16", "application/graphql+json",
    ],
)  # fmt: skip
def test_a_body_that_is_not_json_is_no_request(client: httpx.Client, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = client.post("/graphql", content=json.dumps(HELLO).encode(), headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert error["message"] == (
        f"The body must be sent with content-type: application/json, got {content_type or 'none'}."
    )


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
def test_json_is_json_in_any_spelling(client: httpx.Client, content_type: str) -> None:
    answer = client.post("/graphql", content=json.dumps(HELLO), headers={"content-type": content_type})
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Basic eDp5"}, {"cookie": "a=b"}, {"accept": "text/html,*/*"}, {"origin": FOREIGN},
     {"accept": "text/event-stream"}],
)  # fmt: skip
def test_a_query_in_an_address_needs_what_a_foreign_page_cannot_send(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    answer = client.get("/graphql", params={"query": FIRST_QUERY}, headers=headers)
    assert (answer.status_code, codes(answer.json())) == (400, ["PREFLIGHT_NEEDED"])
    assert "graphql-require-preflight: 1" in answer.json()["errors"][0]["message"]


def test_a_query_by_get_runs_with_a_header_that_browsers_ask_for_first(client: httpx.Client) -> None:
    assert client.get("/graphql", params={"query": FIRST_QUERY}, headers=PREFLIGHT).json() == FIRST_ANSWER


def test_a_key_that_is_nobodys_is_no_less_of_a_header(client: httpx.Client) -> None:
    key = {"authorization": "Bearer yz_x"}
    asked = [client.get("/graphql", params={"query": FIRST_QUERY}, headers={**key, **more}) for more in ({}, MODERN)]
    asked += [post(client, FIRST_QUERY, {**key, **more}) for more in ({}, MODERN)]
    assert [codes(answer.json()) for answer in asked] == [["UNAUTHENTICATED"]] * 4
    assert [answer.status_code for answer in asked] == [200, 401, 200, 401]
    assert [answer.headers.get("www-authenticate") for answer in asked] == [None, "Bearer", None, "Bearer"]


@pytest.mark.parametrize("more", [{}, MODERN, {"accept": "text/event-stream"}])
def test_a_mutation_is_never_run_by_get(client: httpx.Client, more: dict[str, str]) -> None:
    for query in ("mutation { __typename }", "query A { __typename } mutation B { __typename }"):
        params = {"query": query, "operationName": "B"} if "B" in query else {"query": query}
        answer = client.get("/graphql", params=params, headers={**PREFLIGHT, **more})
        assert (answer.status_code, codes(answer.json())) == (405, ["METHOD_NOT_ALLOWED"])
        assert answer.headers["allow"] == "POST"


def test_a_list_of_operations_is_refused(client: httpx.Client) -> None:
    answer = client.post("/graphql", json=[HELLO] * 10)
    assert answer.json() == {
        "errors": [
            {
                "message": "This is a list; send each operation as a request of its own, an object.",
                "extensions": {"code": "BAD_REQUEST", "classification": "BAD_REQUEST"},
            }
        ]
    }
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "{ distrits { name } }", "{ __schema { directive } }", "{ areas(frist: 1) { totalCount } }",
        "{ areas(where: {levle: CITY}) { totalCount } }",
        "{ platforms(where: {kind: DISTRICT_FORUMS}) { totalCount } }",
        '{ node(id: "x") { ... on Platfrom { id } } }', '{ node(id: "x") { name } }', "{ area { name } }",
        "query ($x: Strin) { area(code: $x) { name } }", "{ areas @skp(if: true) { totalCount } }",
    ],
)  # fmt: skip
def test_no_name_is_suggested(client: httpx.Client, query: str) -> None:
    answer = post(client, query).json()
    assert set(codes(answer)) == {"GRAPHQL_VALIDATION_FAILED"}
    assert "Did you mean" not in json.dumps(answer)


# --- Pages of other origins


def test_pages_of_listed_origins_may_ask(client: httpx.Client) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type,authorization"}
    allowed = client.options("/graphql", headers={"origin": OURS, **asked})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, OURS)
    assert {"authorization", "content-type"} <= set(allowed.headers["access-control-allow-headers"].split(", "))
    answer = client.post("/graphql", json=HELLO, headers={"origin": OURS})
    assert answer.headers["access-control-allow-origin"] == OURS
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize("origin", [FOREIGN, "null", OURS.replace("https", "http"), f"{OURS}.evil.example"])
def test_pages_of_other_origins_may_not(client: httpx.Client, origin: str) -> None:
    refused = client.options("/graphql", headers={"origin": origin, "access-control-request-method": "POST"})
    answer = client.post("/graphql", json=HELLO, headers={"origin": origin})
    assert refused.status_code == 400
    assert [each.headers.get("access-control-allow-origin") for each in (refused, answer)] == [None, None]


def handshake(client: httpx.Client, origin: str | None) -> int:
    url = f"{str(client.base_url).replace('http', 'ws')}/graphql"
    try:
        with connect(url, subprotocols=["graphql-transport-ws"], origin=origin):  # type: ignore[list-item, arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_a_websocket_is_opened_from_here_and_from_listed_origins_only(client: httpx.Client) -> None:
    own = str(client.base_url)
    assert [handshake(client, origin) for origin in (None, own, OURS)] == [101, 101, 101]
    assert [handshake(client, origin) for origin in (FOREIGN, "null", "http://127.0.0.1:2", "x")] == [403] * 4


def test_a_message_of_more_than_64_kb_closes_a_websocket(client: httpx.Client) -> None:
    url = f"{str(client.base_url).replace('http', 'ws')}/graphql"
    with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        assert socket.response is not None
        assert "x-request-id" in socket.response.headers
        socket.send(json.dumps({"type": "ping", "payload": {"text": "x" * 60_000}}))
        assert json.loads(socket.recv(10)) == {"type": "pong"}
        socket.send(json.dumps({"type": "connection_init", "payload": {"text": "x" * 70_000}}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


# --- Headers of answers

ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
NOTHING = "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/graphql", JSON, 200), ("POST", "/graphql", {"content-type": "text/plain"}, 415),
        ("PUT", "/graphql", {}, 405), ("GET", "/graphql?query={", {}, 400), ("GET", "/health", {}, 200),
        ("GET", "/nowhere", {}, 404), ("GET", "/schema.graphql", {}, 200),
        ("OPTIONS", "/graphql", {"origin": FOREIGN, "access-control-request-method": "POST"}, 400),
    ],
)  # fmt: skip
def test_every_answer_has_an_id_and_may_be_neither_guessed_at_nor_framed(
    client: httpx.Client, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    content = json.dumps(HELLO) if method == "POST" else None
    answer = client.request(method, path, headers=headers, content=content)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS
    assert answer.headers["content-security-policy"] == NOTHING
    assert len(answer.headers["x-request-id"]) == 32
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


def test_the_page_may_run_what_is_in_it_and_nothing_else() -> None:
    answer = page()
    text = bytes(answer.body).decode()
    rules = rules_of(answer.headers["content-security-policy"])
    assert rules.pop("script-src").startswith("'sha256-")
    assert rules.pop("style-src").startswith("'sha256-")
    assert rules == {
        "default-src": "'none'", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
        "frame-ancestors": "'none'",
    }  # fmt: skip
    assert text.count("<script") == text.count("<style") == 1
    assert " style=" not in text


def test_the_explorer_may_load_nothing_but_files_of_this_server(tmp_path: Path) -> None:
    for name, text in {"index.html": "the dashboard", "explorer.html": "the explorer", "persisted.json": "{}"}.items():
        (tmp_path / name).write_text(text)
    answer = Website(tmp_path).explorer()
    assert answer.body == b"the explorer"
    assert rules_of(answer.headers["content-security-policy"]) == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self' 'unsafe-inline'", "font-src": "'self'",
        "worker-src": "'self'", "img-src": "'self' data: blob:", "connect-src": "'self'", "base-uri": "'none'",
        "form-action": "'none'", "frame-ancestors": "'none'",
    }  # fmt: skip


def test_a_page_is_for_those_alone_who_show_one_and_ask_for_nothing(client: httpx.Client) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    sent = [(browser, None), ({}, None), (browser, {"query": "{ __typename }"}), (browser | PREFLIGHT, HELLO)]
    answers = [client.get("/graphql", headers=headers, params=params) for headers, params in sent]
    told = [(answer.status_code, answer.headers["content-type"].partition(";")[0]) for answer in answers]
    assert told == [
        (200, "text/html"), (400, "application/json"), (400, "application/json"), (200, "application/json"),
    ]  # fmt: skip


def test_what_is_one_viewers_is_kept_by_nobody(client: httpx.Client) -> None:
    by_get = {"params": {"query": "{ __typename }"}}
    posted = client.post("/graphql", json=HELLO)
    with_key = client.get("/graphql", headers={"authorization": "Bearer yz_x"}, **by_get)  # type: ignore[arg-type]
    public = client.get("/graphql", headers=PREFLIGHT, **by_get)  # type: ignore[arg-type]
    kept = [answer.headers.get("cache-control") for answer in (posted, with_key, public)]
    assert kept == ["no-store", "no-store", None]
    for answer in (posted, with_key, public):
        assert {"Authorization", "Accept"} <= set(answer.headers["vary"].split(", "))


def test_a_sane_request_id_is_taken_over_and_another_is_not(client: httpx.Client) -> None:
    sent = ["abc-1.Z_9", "x" * 64, "x" * 65, "", "a b", "a/b", '"', "é"]
    taken = []
    for value in sent:
        answer = client.post("/graphql", json=HELLO, headers={b"x-request-id": value.encode()})
        taken.append(answer.headers["x-request-id"])
    assert [given == value for given, value in zip(taken, sent, strict=True)] == [True, True, *[False] * 6]
    assert len(set(taken)) == len(sent)
