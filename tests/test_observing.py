"""What operators see: a line of the log for each operation, figures for Prometheus, and never somebody's data."""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import database, database_name, execute
from serving import issued
from test_server import PREFLIGHT, ROOT, codes, eventually, post, served
from websockets.sync.client import connect

NAMED = "query Named($code: String!) { area(code: $code) { name } }"
SENT = "330109-private"
RAISE = (
    'mutation Raise($title: String!) { raiseRecommendation(input: {title: $title, district: "330114"}) { __typename } }'
)


class Logged:
    """A server, its client, and the lines of its log."""

    def __init__(self, client: httpx.Client, path: Path, key: str) -> None:
        self.client = client
        self.path = path
        self.key = key

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def line(self, request_id: str) -> Any:
        """The one line of a request; lines are written a moment after the answer."""
        assert eventually(lambda: f'"request_id":"{request_id}"' in self.path.read_text())
        (found,) = [line for line in self.lines() if line.get("request_id") == request_id]
        return found

    def figures(self) -> dict[str, float]:
        text = self.client.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"^(yizhan\S+) (\S+)$", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def logged(postgres: str, hangzhou_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    path = tmp_path_factory.mktemp("log") / "lines"
    with database(postgres, template=database_name(hangzhou_template)) as dsn, path.open("wb") as log:
        key = asyncio.run(issued(dsn))
        with (
            served(log.fileno(), DATABASE_URL=dsn, METRICS="1") as (address, _),
            httpx.Client(base_url=address, timeout=30) as client,
        ):
            yield Logged(client, path, key)


def test_an_operation_has_one_line_that_says_what_it_was_and_took(logged: Logged) -> None:
    answer = logged.client.post(
        "/graphql",
        json={"query": NAMED, "variables": {"code": "330109"}},
        headers={"x-request-id": "line-1", "accept-encoding": "identity"},
    )
    line = logged.line("line-1")
    assert line.pop("database_ms") > 0
    assert line.pop("duration_ms") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line.pop("timestamp"))
    assert line == {
        "event": "operation",
        "level": "info",
        "request_id": "line-1",
        "transport": "http",
        "name": "Named",
        "kind": "query",
        "document": hashlib.sha256(NAMED.encode()).hexdigest(),
        "viewer": "anonymous",
        "way": "compiled",
        "statements": 1,
        "status": 200,
        "bytes": len(answer.content),
    }


def test_a_line_says_who_wrote_and_which_errors_were_told(logged: Logged) -> None:
    headers = {"authorization": f"Bearer {logged.key}", "x-request-id": "line-2"}
    logged.client.post("/graphql", json={"query": RAISE, "variables": {"title": "路灯"}}, headers=headers)
    wrong = {"query": '{ area(code: "1") { name } }'}
    logged.client.post("/graphql", json=wrong, headers={"x-request-id": "line-3"})
    logged.client.post("/graphql", json={"query": "{ unknown }"}, headers={"x-request-id": "line-4"})
    logged.client.post("/graphql", content=b"null", headers={"x-request-id": "line-5", "content-type": "text/plain"})
    told = [
        {
            name: logged.line(f"line-{number}").get(name)
            for name in ("event", "kind", "viewer", "way", "codes", "status")
        }
        for number in (2, 3, 4, 5)
    ]
    operation = {"event": "operation", "viewer": "anonymous", "way": "batched", "status": 200}
    assert told == [
        {**operation, "kind": "mutation", "viewer": "杭州市政协", "codes": None},
        {**operation, "kind": "query", "codes": ["UNKNOWN_CODE"]},
        {**operation, "kind": "query", "codes": ["GRAPHQL_VALIDATION_FAILED"]},
        {"event": "refused", "kind": None, "viewer": None, "way": None, "codes": ["UNSUPPORTED_MEDIA_TYPE"],
         "status": 415},
    ]  # fmt: skip


def test_a_malformed_request_has_its_line_too(logged: Logged) -> None:
    body = {"query": "{ __typename }", "operationName": {}}
    logged.client.post("/graphql", json={"query": "{ __typename }"})
    logged.client.post("/graphql", json=body, headers={"x-request-id": "malformed-1"})
    line = logged.line("malformed-1")
    assert (line["event"], line["codes"], line["status"]) == ("refused", ["BAD_REQUEST"], 400)


def test_a_line_has_no_value_that_was_sent(logged: Logged) -> None:
    asked: list[dict[str, Any]] = [
        {"query": NAMED, "variables": {"code": SENT}},
        {"query": RAISE, "variables": {"title": SENT}},
        {"query": f'{{ area(code: "{SENT}") {{ name }} }}'},
        {"query": NAMED, "variables": {"code": [SENT]}},
        {"query": SENT},
    ]
    for number, body in enumerate(asked):
        headers = {"x-request-id": f"secret-{number}", "authorization": f"Bearer {logged.key}"}
        logged.client.post("/graphql", json=body, headers=headers)
    logged.client.get("/graphql", params={"query": SENT}, headers={**PREFLIGHT, "x-request-id": "secret-5"})
    assert [logged.line(f"secret-{number}")["level"] for number in range(6)] == ["info"] * 6
    text = logged.path.read_text()
    assert (SENT in text, logged.key in text) == (False, False)


def test_operations_of_sockets_and_subscriptions_have_lines_too(logged: Logged) -> None:
    url = f"{str(logged.client.base_url).replace('http', 'ws')}/graphql"
    with connect(url, subprotocols=["graphql-transport-ws"], additional_headers={"x-request-id": "socket"}) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {logged.key}"}}))
        socket.recv(10)
        for number, query in enumerate((NAMED, 'subscription Watch { changed(since: "0") { cursor } }')):
            payload = {"query": query, "variables": {"code": "330109"}}
            socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
            assert json.loads(socket.recv(10))["type"] == "next"
            assert json.loads(socket.recv(10))["type"] in ("complete", "next") if number == 0 else True
    assert eventually(lambda: '"name":"Watch"' in logged.path.read_text())
    found = {line["name"]: line for line in logged.lines() if line.get("request_id") == "socket"}
    told = {name: (line["transport"], line["kind"], line["viewer"]) for name, line in found.items()}
    assert told == {
        "Named": ("stream", "query", "杭州市政协"),
        "Watch": ("stream", "subscription", "杭州市政协"),
    }
    assert (found["Named"]["statements"], found["Watch"]["results"] >= 1) == (1, True)


def test_figures_count_operations_errors_and_answers(logged: Logged) -> None:
    query = "query Counted { __typename }"
    before = logged.figures()
    for _ in range(3):
        post(logged.client, query)
    post(logged.client, "{ unknown }")
    logged.client.get("/graphql", params={"query": query})
    after = logged.figures()

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown('yizhan_operation_seconds_count{kind="query",operation="Counted",way="compiled"}') == 3
    assert grown('yizhan_operation_seconds_bucket{kind="query",le="30.0",operation="Counted",way="compiled"}') == 3
    assert grown('yizhan_errors_total{code="GRAPHQL_VALIDATION_FAILED"}') == 1
    assert grown('yizhan_errors_total{code="PREFLIGHT_NEEDED"}') == 1
    assert grown('yizhan_requests_total{status="400"}') == 1
    # The answers to the four operations, and to the question for the earlier figures.
    assert grown('yizhan_requests_total{status="200"}') == 5
    assert (grown("yizhan_plans_made_total"), grown("yizhan_plans_found_total")) == (1, 2)


def test_figures_tell_how_it_is_just_now(logged: Logged) -> None:
    figures = logged.figures()
    assert figures["yizhan_operations_in_flight"] == figures["yizhan_operations_refused_total"] == 0
    assert figures["yizhan_operations_in_flight_limit"] == 100
    for pool in ("read", "write"):
        assert figures[f'yizhan_pool_connections{{pool="{pool}",state="used"}}'] == 0
        assert figures[f'yizhan_pool_connections{{pool="{pool}",state="idle"}}'] >= 1
        assert figures[f'yizhan_pool_waiting{{pool="{pool}"}}'] == 0
    assert figures["yizhan_change_log_position"] >= 1
    assert figures["yizhan_change_log_lag"] == 0
    assert figures["yizhan_documents_kept"] >= 1
    with httpx.stream(
        "POST",
        f"{logged.client.base_url}/graphql",
        json={"query": "subscription { changed { cursor } }"},
        headers={"accept": "text/event-stream"},
    ):
        assert eventually(lambda: logged.figures()["yizhan_subscriptions"] == 1)


def test_names_of_operations_cannot_fill_the_memory(logged: Logged) -> None:
    for number in range(250):
        post(logged.client, f"query N{number} {{ __typename }}")
    names = set(re.findall(r'operation="(\w+)"', logged.client.get("/metrics").text))
    assert "other" in names
    assert len(names - {"other", "anonymous", "invalid"}) == 200


def test_figures_are_given_where_that_is_asked_for_only(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database) as (address, _):
        assert httpx.get(f"{address}/metrics").status_code == 404


@pytest.mark.parametrize(("form", "level"), [("console", "info"), ("json", "info"), ("json", "warning")])
def test_lines_have_the_form_and_the_level_that_were_set(
    empty_database: str, tmp_path: Path, form: str, level: str
) -> None:
    path = tmp_path / "lines"
    with path.open("wb") as log:
        settings = {"LOG_FORMAT": form, "LOG_LEVEL": level}
        with served(log.fileno(), DATABASE_URL=empty_database, **settings) as (address, process):
            httpx.post(f"{address}/graphql", json={"query": "query Named { __typename }"})
            process.terminate()
            assert process.wait(20) == 0
    text = path.read_text()
    if level == "warning":
        assert text == ""
    elif form == "json":
        assert json.loads(text)["name"] == "Named"
    else:
        assert re.search(r"\[info +\] operation .*name=Named", text)


# --- What goes wrong unexpectedly

LEAKS = (
    "UndefinedTable", "does not exist", "postgresql:", "asyncpg", "sqlalche", "Traceback", "relation", "SELECT",
    "INSERT", str(ROOT), ".py",
)  # fmt: skip


def test_what_is_unexpected_is_logged_by_its_number_and_shown_in_no_answer(own_hangzhou: str, tmp_path: Path) -> None:
    path = tmp_path / "lines"
    key = asyncio.run(issued(own_hangzhou))
    query, mutation = "{ members { totalCount } }", RAISE.replace("$title: String!", '$title: String = "t"')
    modern = {"accept": "application/graphql-response+json"}
    with path.open("wb") as log, served(log.fileno(), DATABASE_URL=own_hangzhou) as (address, _):
        asyncio.run(execute(own_hangzhou, "ALTER TABLE member RENAME TO gone"))
        asyncio.run(execute(own_hangzhou, "ALTER TABLE result RENAME TO gone_too"))
        with httpx.Client(base_url=address, timeout=30, headers={"authorization": f"Bearer {key}"}) as client:
            answers = [
                client.post("/graphql", json={"query": query}),
                client.post("/graphql", json={"query": query}, headers=modern),
                client.get("/graphql", params={"query": query}),
                client.post("/graphql", json={"query": mutation}),
                client.post("/graphql", json={"query": mutation}, headers=modern),
            ]
            events = client.post("/graphql", json={"query": query}, headers={"accept": "text/event-stream"})
            url = f"{address.replace('http', 'ws')}/graphql"
            with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
                socket.send(json.dumps({"type": "connection_init"}))
                socket.recv(10)
                socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": query}}))
                message = str(socket.recv(10))
    told = [answer.json() for answer in answers]
    assert [codes(each) for each in told] == [["INTERNAL_ERROR"]] * 5
    assert [answer.status_code for answer in answers] == [200, 500, 200, 200, 500]
    ids = [each["errors"][0]["extensions"]["requestId"] for each in told]
    assert ids == [answer.headers["x-request-id"] for answer in answers]
    for text in (*(answer.text for answer in answers), events.text, message):
        assert "Unexpected error." in text
        assert [leak for leak in (*LEAKS, database_name(own_hangzhou)) if leak in text] == []
    logged = [json.loads(line) for line in path.read_text().splitlines()]
    errors = [line for line in logged if line["level"] == "error"]
    assert {line["request_id"] for line in errors} >= set(ids)
    assert all("UndefinedTableError" in line["exception"] for line in errors)


def test_a_traceback_has_no_value_that_was_sent(own_hangzhou: str, tmp_path: Path) -> None:
    """Nor on a console, where it would take seconds to be drawn with them."""
    path = tmp_path / "lines"
    with path.open("wb") as log, served(log.fileno(), DATABASE_URL=own_hangzhou, LOG_FORMAT="console") as (address, _):
        asyncio.run(execute(own_hangzhou, "ALTER TABLE member RENAME TO gone"))
        query = "query ($text: String) { members(where: {text: $text}) { totalCount } }"
        httpx.post(f"{address}/graphql", json={"query": query, "variables": {"text": SENT}}, timeout=30)
    text = path.read_text()
    assert ("UndefinedTableError" in text, SENT in text) == (True, False)


def test_a_log_whose_reader_is_gone_stops_nothing(empty_database: str) -> None:
    reader = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE)
    assert reader.stdin is not None
    with served(reader.stdin.fileno(), DATABASE_URL=empty_database) as (address, _), httpx.Client() as client:
        reader.wait(10)
        for _ in range(3):
            answer = client.post(f"{address}/graphql", json={"query": "{ __typename }"})
            assert answer.json() == {"data": {"__typename": "Query"}}
            time.sleep(0.2)
    reader.stdin.close()
