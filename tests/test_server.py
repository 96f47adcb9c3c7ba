"""A server's process over HTTP: whatever it is sent or its database meets, it answers clearly and goes on."""

import asyncio
import contextlib
import gc
import gzip
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import execute
from serving import issued

from db import embedded, revisions
from db.migrate import migrate
from schema.graph import Graph
from server import FIRST_QUERY, set_apart_what_stays
from settings import Settings

ROOT = Path(__file__).parents[1]
FIRST_ANSWER = {"data": {"area": {"name": "钱塘区", "platforms": {"totalCount": 132}}}}
JSON = {"content-type": "application/json"}
PREFLIGHT = {"graphql-require-preflight": "1"}


@contextmanager
def served(log: int | None = None, /, **settings: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address and the process of a server; it has ended afterwards. Its log goes to `log`, a file's descriptor."""
    command = [sys.executable, "server.py", "serve"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(**settings), stdout=subprocess.PIPE, stderr=log, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("Yizhan serves ").removesuffix("/graphql\n"), process
    finally:
        process.kill()
        process.communicate()


def environment(**settings: str) -> dict[str, str]:
    """The environment of a process that has only these settings of ours."""
    ours = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in ours} | {"COLUMNS": "120", **settings}


@pytest.fixture(scope="module")
def client(hangzhou: str) -> Iterator[httpx.Client]:
    """Asks a server of Hangzhou's network."""
    with served(DATABASE_URL=hangzhou) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[tuple[str, Path]]:
    """The DSN and the folder of a migrated database's server, one that may be stopped and killed."""
    with embedded.scratch_folder("tests") as folder:
        dsn = embedded.start(folder, fsync="off")
        asyncio.run(migrate(dsn))
        yield dsn, folder


def test_a_connection_is_still_good_after_a_while(client: httpx.Client) -> None:
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 80, timeout=30)
    for pause in (0, 6):
        time.sleep(pause)
        connection.request("GET", "/health")
        socket = connection.sock
        assert (connection.getresponse().read(), connection.sock) == (b"alive", socket)
    connection.close()


def post(client: httpx.Client, query: str, **more: Any) -> Any:
    response = client.post("/graphql", json={"query": query, **more})
    assert response.headers["content-type"] == "application/json"
    return response.json()


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]


def eventually(holds: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def fetch(dsn: str, statement: str) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_the_first_query_is_answered_by_post_and_by_get(client: httpx.Client) -> None:
    assert post(client, FIRST_QUERY) == FIRST_ANSWER
    assert client.get("/graphql", params={"query": FIRST_QUERY}, headers=PREFLIGHT).json() == FIRST_ANSWER


def test_variables_and_an_operations_name_are_taken_either_way(client: httpx.Client) -> None:
    query = "query Other { __typename } query Named($code: String!) { area(code: $code) { name } }"
    expected = {"data": {"area": {"name": "萧山区"}}}
    variables = {"code": "330109"}
    assert post(client, query, variables=variables, operationName="Named") == expected
    by_url = {"query": query, "variables": json.dumps(variables), "operationName": "Named"}
    assert client.get("/graphql", params=by_url, headers=PREFLIGHT).json() == expected


def test_it_is_alive_and_ready_and_shows_its_contract(client: httpx.Client, graph: Graph) -> None:
    answers = [client.get(path) for path in ("/health", "/livez", "/ready", "/readyz", "/schema.graphql")]
    assert [(answer.status_code, answer.text) for answer in answers] == [
        (200, "alive"), (200, "alive"), (200, "ready"), (200, "ready"), (200, graph.as_str())
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/graphql"])
def test_a_browser_gets_a_page_that_names_no_other_host(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"accept": "text/html"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(r"(?:https?:|wss?:)?//[\w.-]+", response.text) == []


def test_the_schema_is_told_to_keys_only(client: httpx.Client, hangzhou: str) -> None:
    query = {"query": "{ __schema { queryType { name } mutationType { name } } }"}
    key = asyncio.run(issued(hangzhou, "探路者"))
    told = client.post("/graphql", json=query, headers={"authorization": f"Bearer {key}"})
    assert codes(client.post("/graphql", json=query).json()) == ["INTROSPECTION_DISABLED"]
    assert told.json() == {"data": {"__schema": {"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation"}}}}


def test_long_answers_are_compressed(client: httpx.Client) -> None:
    query = "{ areas(first: 100) { nodes { id code name } } }"
    plain = client.post("/graphql", json={"query": query}, headers={"accept-encoding": "identity"})
    packed = client.post("/graphql", json={"query": query}, headers={"accept-encoding": "gzip"})
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert packed.json() == plain.json()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"7", b"[]", b'"text"', b"{", b"\xff\xfe{", b"[" * 100_000, b"{}", b'{"query": null}',
        b'{"query": 7}', b'{"query": ["{ __typename }"]}', b'{"query": "\\ud800"}', b'[{"query": "{ __typename }"}]',
        b'{"query": "{ __typename }", "variables": 7}', b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "extensions": 7}', b'{"query": "{ __typename }", "operationName": 7}',
        b'{"query": "{ __typename }", "operationName": {}}', b'{"query": {}}', b'{"query": "", "operationName": []}',
        b'{"query": "{ __typename }", "operationName": "Unknown"}', b'{"query": "fragment F on Query { __typename }"}',
        gzip.compress(b'{"query": "{ __typename }"}', mtime=0),
    ],
)  # fmt: skip
def test_a_malformed_body_is_a_bad_request(client: httpx.Client, body: bytes) -> None:
    response = client.post("/graphql", content=body, headers=JSON)
    assert (response.status_code, codes(response.json())) == (400, ["BAD_REQUEST"])
    assert post(client, FIRST_QUERY) == FIRST_ANSWER


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_foreign_page_could_post_is_refused(client: httpx.Client, content_type: str) -> None:
    body = json.dumps({"query": "{ __typename }"})
    response = client.post("/graphql", content=body, headers={"content-type": content_type})
    assert (response.status_code, codes(response.json())) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(client: httpx.Client, method: str) -> None:
    response = client.request(method, "/graphql")
    assert (response.status_code, codes(response.json())) == (405, ["METHOD_NOT_ALLOWED"])
    assert response.headers["allow"] == "GET, POST"


def test_a_document_of_a_megabyte_is_too_large(client: httpx.Client) -> None:
    response = client.post("/graphql", json={"query": "#" * 1_000_000 + "\n{ __typename }"})
    assert (response.status_code, codes(response.json())) == (200, ["TOO_LARGE"])
    assert post(client, FIRST_QUERY) == FIRST_ANSWER


def test_a_body_of_three_megabytes_is_too_large(client: httpx.Client) -> None:
    response = client.post("/graphql", json={"query": FIRST_QUERY, "variables": {"text": "x" * 3_000_000}})
    assert (response.status_code, codes(response.json())) == (413, ["BODY_TOO_LARGE"])


def test_a_body_of_unknown_length_is_bounded_too(client: httpx.Client) -> None:
    parts = (b" " * 10_000 for _ in range(300))
    response = client.post("/graphql", content=parts, headers=JSON)
    assert (response.status_code, codes(response.json())) == (413, ["BODY_TOO_LARGE"])


def test_of_two_operations_none_is_chosen(client: httpx.Client) -> None:
    assert post(client, "query A { __typename } query B { __typename }") == {
        "data": None,
        "errors": [
            {
                "message": "the document has 2 operations; name one in operationName: A, B",
                "extensions": {"code": "BAD_ARGUMENT", "classification": "BAD_REQUEST"},
            }
        ],
    }


DOUBLING = "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ __typename " + "x " * 5_000 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{" + "".join(f" a{n}: platforms {{ totalCount }}" for n in range(700)) + " }", "GRAPHQL_PARSE_FAILED"),
        ('{ area(code: "330114") ' + "{ parent " * 900 + "{ name }" + " }" * 901, "GRAPHQL_PARSE_FAILED"),
        ("{ area(code: " + "[" * 1_400 + "]" * 1_400 + ") }", "GRAPHQL_PARSE_FAILED"),
        ("{ platforms(where: " + "{not: " * 80 + "{isSample: true}" + "}" * 80 + ") { totalCount } }",
         "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        (DOUBLING + " fragment F60 on Query { unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { unknown }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ __typename \x00 }", "GRAPHQL_PARSE_FAILED"),
    ],
)  # fmt: skip
def test_a_hostile_document_gets_a_code(client: httpx.Client, query: str, code: str) -> None:
    answer = post(client, query)
    assert (answer["data"], codes(answer)) == (None, [code])
    assert post(client, FIRST_QUERY) == FIRST_ANSWER


def test_fragments_that_double_are_run_once(client: httpx.Client) -> None:
    assert post(client, DOUBLING + " fragment F60 on Query { __typename }") == {"data": {"__typename": "Query"}}


def test_a_flood_of_mistakes_is_told_in_part(client: httpx.Client) -> None:
    answer = post(client, "{" + " ".join(f"x{n}" for n in range(50)) + "}")
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"] * 9


def test_many_at_once_get_their_own_answers(client: httpx.Client) -> None:
    names = {"330102": "上城区", "330108": "滨江区", "330109": "萧山区", "330110": "余杭区", "330127": "淳安县"}
    asked = [*names] * 20
    query = "query($code: String!) { area(code: $code) { code name } }"
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda code: post(client, query, variables={"code": code}), asked))
    assert answers == [{"data": {"area": {"code": code, "name": names[code]}}} for code in asked]


def test_an_unexpected_error_shows_nothing_but_its_number(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database) as (address, _), httpx.Client(base_url=address) as client:
        asyncio.run(execute(empty_database, "ALTER TABLE member RENAME TO canary"))
        answer = post(client, "{ members { totalCount } }")
        request_id = answer["errors"][0]["extensions"].pop("requestId")
        assert re.fullmatch("[0-9a-f]{32}", request_id)
        assert answer == {
            "data": None,
            "errors": [
                {
                    "message": "Unexpected error.",
                    "locations": [{"line": 1, "column": 13}],
                    "path": ["members", "totalCount"],
                    "extensions": {"code": "INTERNAL_ERROR"},
                }
            ],
        }
        assert post(client, "{ areas { totalCount } }") == {"data": {"areas": {"totalCount": 0}}}


def test_a_database_that_lacks_a_migration_is_not_ready(empty_database: str) -> None:
    found = min(revisions.earlier())
    with served(DATABASE_URL=empty_database) as (address, _):
        asyncio.run(execute(empty_database, f"UPDATE alembic_version SET version_num = '{found}'"))
        response = httpx.get(f"{address}/ready")
    why = f"the database is at revision {found}, this program needs {revisions.NEEDED}"
    assert (response.status_code, response.text) == (503, why)


def test_a_database_of_a_later_version_is_ready_for_servers_that_run_and_that_start(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database) as (running, _):
        asyncio.run(execute(empty_database, "UPDATE alembic_version SET version_num = 'later'"))
        with served(DATABASE_URL=empty_database) as (started, _):
            answers = [httpx.get(f"{address}/ready") for address in (running, started)]
    assert [(each.status_code, each.text) for each in answers] == [(200, "ready")] * 2


def test_the_collector_of_cycles_does_not_look_through_what_stays() -> None:
    before = len(gc.get_objects())
    set_apart_what_stays()
    try:
        assert len(gc.get_objects()) < before / 20
    finally:
        gc.unfreeze()


def test_a_client_that_hangs_up_frees_its_connection(empty_database: str) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yizhan' AND wait_event_type = 'Lock'"
    waiting += f" AND datname = '{empty_database.partition('?')[0].rpartition('/')[2]}'"

    async def hang_up(address: str) -> tuple[bool, bool]:
        """Whether a statement waited for a lock, and whether it was given up when its client went away."""
        holder, looker = await asyncpg.connect(empty_database), await asyncpg.connect(empty_database)
        async with httpx.AsyncClient() as client:
            await holder.execute("BEGIN; LOCK TABLE sector")
            query = {"query": "{ sectors { totalCount } }"}
            request = asyncio.create_task(client.post(f"{address}/graphql", json=query, timeout=60))
            found = []
            for wanted in (1, 0):
                deadline = time.monotonic() + 10
                while (count := await looker.fetchval(waiting)) != wanted and time.monotonic() < deadline:  # noqa: ASYNC110  (no event tells)
                    await asyncio.sleep(0.05)
                found.append(count == wanted)
                request.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await request
        await holder.close()
        await looker.close()
        return found[0], found[1]

    with served(DATABASE_URL=empty_database, STATEMENT_TIMEOUT="60", POOL_SIZE="1") as (address, _):
        assert asyncio.run(hang_up(address)) == (True, True)
        answer = httpx.post(f"{address}/graphql", json={"query": "{ areas { totalCount } }"}, timeout=30).json()
    assert answer == {"data": {"areas": {"totalCount": 0}}}


def test_it_outlives_a_killed_database(own_postgres: tuple[str, Path]) -> None:
    dsn, folder = own_postgres
    query = "{ areas { totalCount } }"
    expected = {"data": {"areas": {"totalCount": 0}}}
    with served(DATABASE_URL=dsn) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        assert post(client, query) == expected
        database_server = embedded.Cluster(folder).server()
        assert database_server is not None
        database_server.kill()
        assert eventually(lambda: client.get("/ready").status_code == 503)
        assert client.get("/ready").text == "the database cannot be reached"
        assert client.get("/health").text == "alive"
        away = [post(client, query) for _ in range(3)]
        modern = client.post("/graphql", json={"query": query}, headers={"accept": "application/graphql-response+json"})
        embedded.start(folder, fsync="off")
        assert eventually(lambda: client.get("/ready").status_code == 200)
        back = [post(client, query) for _ in range(20)]
    assert [codes(answer) for answer in away] == [["UNAVAILABLE"]] * 3
    assert (modern.status_code, modern.headers["retry-after"], codes(modern.json())) == (503, "2", ["UNAVAILABLE"])
    assert back == [expected] * 20


def test_it_ends_when_told_to(empty_database: str) -> None:
    with served(DATABASE_URL=empty_database) as (address, process):
        assert httpx.get(f"{address}/health").text == "alive"
        process.terminate()
        assert process.wait(10) == 0
    assert fetch(empty_database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yizhan'"
                 " AND datname = current_database()") == 0  # fmt: skip
