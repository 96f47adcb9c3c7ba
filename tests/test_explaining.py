"""What is to be seen of the two ways of running from outside: in a server's answers, and in what `explain` shows."""

import asyncio
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from conftest import database_name, execute
from test_command_line import run
from test_compiled import DOCUMENTED
from test_examples import EXAMPLES
from test_server import FIRST_ANSWER, PREFLIGHT, eventually, fetch, post, served
from typer.testing import CliRunner

from resolvers.explaining import indented
from resolvers.plans import Documents
from schema.graph import Graph
from server import FIRST_QUERY, cli

WAYS = ["compiled", "batched"]


@contextmanager
def locked(dsn: str, table: str) -> Iterator[None]:
    """Nobody can read a table meanwhile."""
    with asyncio.Runner() as runner:
        holder = runner.run(asyncpg.connect(dsn))
        runner.run(holder.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        try:
            yield
        finally:
            runner.run(holder.close())


@pytest.fixture(scope="module")
def clients(hangzhou: str) -> Iterator[dict[str, httpx.Client]]:
    """Ask a server of Hangzhou's network for each way of running, where whoever asks may have two connections."""
    settings = {"DATABASE_URL": hangzhou, "POOL_SIZE": "3", "STATEMENT_TIMEOUT": "60"}
    with ExitStack() as stack:
        addresses = {way: stack.enter_context(served(**settings, EXECUTION=way))[0] for way in WAYS}
        yield {
            way: stack.enter_context(httpx.Client(base_url=address, timeout=30)) for way, address in addresses.items()
        }


@pytest.mark.parametrize(("way", "statements"), [("compiled", 1), ("batched", 2)])
def test_a_client_that_asks_is_told_how_it_was_answered(
    clients: dict[str, httpx.Client], way: str, statements: int
) -> None:
    client = clients[way]
    asked = {"query": FIRST_QUERY, "extensions": '{"execution": true}'}
    answers = [
        post(client, FIRST_QUERY, extensions={"execution": True}),
        client.get("/graphql", params=asked, headers=PREFLIGHT).json(),
    ]
    for answer in answers:
        milliseconds = answer["extensions"]["execution"].pop("databaseMs")
        assert (type(milliseconds), milliseconds > 0) == (float, True)
        assert answer == FIRST_ANSWER | {"extensions": {"execution": {"way": way, "statements": statements}}}
    assert [post(client, FIRST_QUERY, extensions=given) for given in (None, {}, {"execution": False})] == [
        FIRST_ANSWER
    ] * 3


@pytest.mark.parametrize("way", WAYS)
def test_a_long_answer_is_compressed_for_those_who_take_it(clients: dict[str, httpx.Client], way: str) -> None:
    found = []
    for rows in (1, 100):
        body = {"query": f"{{ areas(first: {rows}) {{ nodes {{ id code name }} }} }}"}
        plain = clients[way].post("/graphql", json=body, headers={"accept-encoding": "identity"})
        packed = clients[way].post("/graphql", json=body, headers={"accept-encoding": "gzip"})
        assert (plain.headers.get("content-encoding"), packed.content) == (None, plain.content)
        assert int(plain.headers["content-length"]) == len(plain.content)
        found.append((len(plain.content) > 500, packed.headers.get("content-encoding")))
    assert found == [(False, None), (True, "gzip")]


BODIES = [
    json.dumps({"query": FIRST_QUERY}),
    json.dumps({"query": DOCUMENTED["a-levels-of-qiantang"], "operationName": "LevelsOfADistrict"}),
    json.dumps({"query": FIRST_QUERY, "operationName": ""}),
    json.dumps({"query": FIRST_QUERY, "operationName": "Unknown"}),
    json.dumps({"query": FIRST_QUERY, "operationName": 7}),
    json.dumps({"query": FIRST_QUERY, "variables": None, "operationName": None, "extensions": None}),
    json.dumps({"query": FIRST_QUERY, "variables": {"unknown": 1}, "more": [1]}),
    json.dumps({"query": FIRST_QUERY, "variables": []}),
    json.dumps({"query": FIRST_QUERY, "variables": "{}"}),
    json.dumps({"query": FIRST_QUERY, "extensions": 7}),
    json.dumps({"query": FIRST_QUERY, "extensions": {"execution": 0, "persistedQuery": {"version": 1}}}),
    json.dumps({"query": "query($code: String!) { area(code: $code) { name } }", "variables": {"code": "330109"}}),
    json.dumps({"query": "query($code: String!) { area(code: $code) { name } }", "variables": {"code": ["330109"]}}),
    json.dumps({"query": "query($code: String!) { area(code: $code) { name } }"}),
    json.dumps({"query": '{ area(code: "999999") { name } members { totalCount } }'}),
    json.dumps({"query": "query A { __typename } query B { areas { totalCount } }", "operationName": "B"}),
    json.dumps({"query": "query A { __typename } query B { areas { totalCount } }"}),
    json.dumps({"query": "{ areas { unknown } }"}),
    json.dumps({"query": "{ areas {"}),
    json.dumps({"query": "{ __schema { queryType { name } } }"}),
    json.dumps({"query": "mutation { __typename }"}),
    json.dumps({"query": None}), json.dumps({"query": ""}), json.dumps({"query": 7}), json.dumps({}),
    json.dumps([{"query": FIRST_QUERY}]), "[]", "null", "7", "", "{", json.dumps({"query": FIRST_QUERY})[:-1],
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_both_ways_answer_a_request_alike(clients: dict[str, httpx.Client], body: str) -> None:
    one, other = (
        [
            (answer.status_code, answer.headers["content-type"], answer.headers["content-length"], answer.content)
            for answer in (
                client.post("/graphql", content=body, headers={"content-type": content_type})
                for content_type in ("application/json", "application/json; charset=utf-8", "text/plain", "")
            )
        ]
        for client in clients.values()
    )
    assert one == other


@pytest.mark.parametrize("way", WAYS)
def test_clients_that_are_killed_leave_no_statement_and_no_connection_behind(
    clients: dict[str, httpx.Client], hangzhou: str, way: str
) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yizhan' AND state = 'active'"
    waiting += " AND wait_event_type = 'Lock' AND datname = current_database()"
    body = json.dumps({"query": "{ sectors { nodes { name } } }"}).encode()
    head = f"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    url = clients[way].base_url
    with locked(hangzhou, "sector"):
        sockets = [socket.create_connection((url.host, url.port or 80)) for _ in range(2)]
        for each in sockets:
            each.sendall(f"{head}\r\n\r\n".encode() + body)
        assert eventually(lambda: fetch(hangzhou, waiting) == 2)
        for each in sockets:
            each.close()
        assert eventually(lambda: fetch(hangzhou, waiting) == 0)
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda _: post(clients[way], FIRST_QUERY), range(2)))
    assert answers == [FIRST_ANSWER] * 2


@pytest.mark.parametrize("way", WAYS)
def test_operations_read_from_the_replica(hangzhou: str, empty_database: str, way: str) -> None:
    settings = {"DATABASE_URL": empty_database, "DATABASE_READ_URL": hangzhou, "EXECUTION": way}
    with served(**settings) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        answer = post(client, FIRST_QUERY, extensions={"execution": True})
    assert (answer["data"], answer["extensions"]["execution"]["way"]) == (FIRST_ANSWER["data"], way)


def test_a_way_that_is_none_is_refused() -> None:
    code, out, complaint = run("config", "show", EXECUTION="quick")
    assert (code, out) == (1, "")
    assert complaint == "These settings are wrong:\n  EXECUTION: Input should be 'compiled' or 'batched'\n"


def test_what_only_the_compiled_way_cannot_do_is_logged_and_answered(
    empty_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # Of what a statement calls, only one that is a whole operation measures its answer.
    fails = (
        "CREATE FUNCTION public.octet_length(text) RETURNS integer LANGUAGE plpgsql AS $$BEGIN RAISE 'broken'; END$$"
    )
    asyncio.run(execute(empty_database, fails))
    first = f"ALTER DATABASE {database_name(empty_database)} SET search_path = public, pg_catalog"
    asyncio.run(execute(empty_database, first))
    with (
        served(DATABASE_URL=empty_database, LOG_LEVEL="warning") as (address, _),
        httpx.Client(base_url=address) as client,
    ):
        answer = post(client, "{ areas { totalCount } }", extensions={"execution": True})
    del answer["extensions"]["execution"]["databaseMs"]
    way = {"execution": {"way": "batched", "statements": 1}}
    assert answer == {"data": {"areas": {"totalCount": 0}}, "extensions": way}
    (line,) = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert (line["level"], line["event"]) == ("error", "unexpected error")
    assert "asyncpg.exceptions.RaiseError: broken" in line["exception"]


# --- The command that explains

STUDIO = "b-from-a-studio-up-to-the-city"


def explain(dsn: str, path: Path, *arguments: str) -> tuple[int, str, str]:
    """The exit code of the command, what it printed, and what it complained about."""
    settings = {"DATABASE_URL": dsn, "DATABASE_READ_URL": None}
    done = CliRunner().invoke(cli, ["explain", str(path), *arguments], env=settings)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def test_a_query_is_shown_as_a_statement_with_its_values_and_its_plan(hangzhou: str) -> None:
    code, out, complaint = explain(hangzhou, EXAMPLES / f"{STUDIO}.graphql")
    assert (code, complaint) == (0, "")
    statement, values, plan = re.split(r"\n\n(?:Values|Plan):\n", out)
    assert (statement[:18], statement.count("WHERE r1.slug = $1::VARCHAR")) == ("SELECT convert_to(", 1)
    assert values == "  $1 = 'qiantang-xin-zhi-zao'"
    assert re.findall(r"Execution Time|using platform_slug_idx", plan) == ["using platform_slug_idx"]


def test_a_query_is_run_when_that_is_asked_for(hangzhou: str) -> None:
    given = ("--analyze", "--variables", '{"studio": "nobody"}', "--operation", "FromAStudioUp")
    code, out, complaint = run("explain", str(EXAMPLES / f"{STUDIO}.graphql"), *given, DATABASE_URL=hangzhou)
    assert (code, complaint, out.count("$1 = 'nobody'"), out.count("Execution Time: ")) == (0, "", 1, 1)


SEVERAL = "query A { __typename } query B { __typename }"
MISTAKES = {
    "variables that are no JSON": (
        FIRST_QUERY, ["--variables", "{"], "the variables are no JSON: unexpected end of data: line 1 column 2 (char 1)"
    ),
    "variables that are no object": (
        FIRST_QUERY, ["--variables", "[]"], 'the variables must be an object, such as {"code": "330114"}'
    ),
    "variables that do not fit": (
        "query($n: Int!) { areas(first: $n) { totalCount } }", ["--variables", '{"n": "one"}'],
        "it is not compiled but run level by level: its variables do not fit",
    ),
    "a wrong argument": ("{ areas(first: 0) { totalCount } }", [], "first must be 1–100, got 0"),
    "no document": ("{ areas {", [], "Syntax Error: Expected Name, found <EOF>."),
    "fields that are not there": (
        "{ areas { one two } }", [],
        "Cannot query field 'one' on type 'AreaConnection'.; Cannot query field 'two' on type 'AreaConnection'.",
    ),
    "several operations": (SEVERAL, [], "name one of its operations: A, B"),
    "another operation": (SEVERAL, ["--operation", "C"], "name one of its operations: A, B"),
    "the schema itself": (
        "{ __schema { queryType { name } } }", [],
        "it is not compiled but run level by level: it asks for the schema itself",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_what_cannot_be_explained_is_told_in_a_line(hangzhou: str, tmp_path: Path, name: str) -> None:
    document, arguments, message = MISTAKES[name]
    path = tmp_path / "query.graphql"
    path.write_text(document, encoding="utf-8")
    assert explain(hangzhou, path, *arguments) == (1, "", f"{path}: {message}\n")


def test_a_mistake_shows_no_traceback(hangzhou: str) -> None:
    path = EXAMPLES / f"{STUDIO}.graphql"
    complaint = f'{path}: the variables must be an object, such as {{"code": "330114"}}\n'
    assert run("explain", str(path), "--variables", "7", DATABASE_URL=hangzhou) == (1, "", complaint)


def test_a_file_that_is_not_there_is_told(hangzhou: str, tmp_path: Path) -> None:
    code, out, complaint = explain(hangzhou, tmp_path / "none.graphql")
    assert (code, out, "does not exist" in " ".join(complaint.split("│"))) == (2, "", True)


def test_a_database_that_is_away_is_told() -> None:
    code, out, complaint = explain("postgresql://127.0.0.1:1/none", EXAMPLES / f"{STUDIO}.graphql")
    assert (code, out, complaint.startswith("The database cannot be used: ")) == (1, "", True)


def test_a_selection_inside_another_stands_further_in() -> None:
    sql = "SELECT a, (SELECT concat('(SELECT ''b''\n  )', b) FROM t WHERE c IN (1, 2)) FROM u"
    assert (
        indented(sql)
        == """SELECT a, (
  SELECT concat('(SELECT ''b''\n  )', b) FROM t WHERE c IN (1, 2)
) FROM u"""
    )


def squeezed(sql: str) -> str:
    """A statement in one line, its texts in quotes as they are."""
    return re.sub(r"('(?:[^']|'')*')|\s*([()])\s*|\s+", lambda found: found[1] or found[2] or " ", sql)


def test_a_shown_statement_is_the_one_that_is_run(graph: Graph) -> None:
    documents, changed = Documents(graph), []
    for name, query in DOCUMENTED.items():
        document = documents.read(query)
        (operation,) = document.operations.values()
        sql = documents.plan(document, operation, {})[0].sql
        if squeezed(indented(sql)) != squeezed(sql):
            changed.append(name)
    assert changed == []
