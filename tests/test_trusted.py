"""Trusted documents: loaded from manifests, asked by id over every transport, and the only ones where that is set."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from serving import issued
from test_command_line import run
from test_server import served

from resolvers.manifests import BadManifest, check_documents, read_manifest
from resolvers.persisted import BadReference, Reference, asked_of
from schema.graph import Graph

NAMED = "query Named($code: String!) { area(code: $code) { name } }"
WRITTEN = "mutation Written { __typename }"
LEFT = 'query Left { area(code: "33") { name } rateLimit { remaining } }'
SCHEMA = "query Asked { __typename districts { code } }"
ANSWER = {"data": {"area": {"name": "浙江省"}}}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# As GraphQL Code Generator, Relay and Apollo write them.
CODEGEN = {hashlib.sha1(NAMED.encode()).hexdigest(): NAMED, digest(LEFT): LEFT}  # noqa: S324  (its default)
RELAY = {hashlib.md5(SCHEMA.encode()).hexdigest(): SCHEMA}  # noqa: S324  (its default)
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": digest(WRITTEN), "name": "Written", "type": "mutation", "body": WRITTEN}],
}


def test_manifests_of_three_tools_are_read() -> None:
    read = [read_manifest(json.dumps(each).encode()) for each in (CODEGEN, RELAY, APOLLO)]
    assert read == [CODEGEN, RELAY, {digest(WRITTEN): WRITTEN}]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"a": 1}', b'{"format": "other", "operations": []}',
     b'{"format": "apollo-persisted-query-manifest", "operations": [{"id": "a"}]}',
     json.dumps({**APOLLO, "operations": [{"id": "a", "body": NAMED}] * 2}).encode()],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(BadManifest):
        read_manifest(content)


def test_each_document_that_is_wrong_is_told(graph: Graph) -> None:
    documents = {
        "good": NAMED,
        "field": "{ nothing }",
        "": NAMED,
        digest(LEFT): NAMED,
        f"sha256:{digest(LEFT)}": NAMED,
    }
    with pytest.raises(BadManifest) as wrong:
        check_documents(documents, lambda text: graph.documents.read(text).errors)
    lines = str(wrong.value).splitlines()
    assert lines[0] == "4 of 5 documents are wrong; nothing was loaded."
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["field", "(no id)", digest(LEFT), "sha256"]


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        ({"query": NAMED}, NAMED),
        ({"documentId": "sha256:00"}, "sha256:00"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(NAMED)}}}, f"sha256:{digest(NAMED)}"),
        ({"query": NAMED, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(NAMED)}}}, NAMED),
        ({"query": NAMED, "extensions": {"cost": True}}, NAMED),
        ({}, None),
    ],
)
def test_a_request_names_its_document(request_: dict[str, Any], asked: str | None) -> None:
    assert asked_of(request_) == asked
    assert isinstance(asked_of(request_), Reference) == (asked is not None and asked.startswith("sha256:"))


@pytest.mark.parametrize(
    "request_",
    [
        {"documentId": 1},
        {"documentId": ""},
        {"documentId": "a", "query": NAMED},
        {"extensions": {"persistedQuery": 1}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest(NAMED)}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "a"}}},
        {"query": LEFT, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(NAMED)}}},
    ],
)
def test_a_document_that_contradicts_itself_is_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(BadReference):
        asked_of(request_)


@pytest.fixture(scope="module")
def loaded(hangzhou: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database in which the manifests were loaded, and what loading them said."""
    folder = tmp_path_factory.mktemp("manifests")
    said = []
    for name, manifest in (("dashboard", CODEGEN), ("dashboard", CODEGEN), ("relay", RELAY), ("apollo", APOLLO)):
        path = folder / f"{name}.json"
        path.write_text(json.dumps(manifest), encoding="utf-8")
        code, out, complaint = run("documents", "load", str(path), "--app", name, DATABASE_URL=hangzhou)
        assert (code, complaint) == (0, "")
        said.append(out.strip())
    assert said == [
        "dashboard: 2 new, 0 changed, 0 as before",
        "dashboard: 0 new, 0 changed, 2 as before",
        "relay: 1 new, 0 changed, 0 as before",
        "apollo: 1 new, 0 changed, 0 as before",
    ]
    return hangzhou


@pytest.fixture(scope="module")
def address(loaded: str) -> Iterator[str]:
    """A server that runs trusted documents only, unless a key is sent."""
    with served(DATABASE_URL=loaded, DOCUMENTS="trusted+keys") as (address, _):
        yield address


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


def test_a_document_is_asked_by_its_id(address: str) -> None:
    with httpx.Client(base_url=address, timeout=30) as client:
        code = {"variables": {"code": "33"}}
        ids = [next(iter(CODEGEN)), f"sha256:{digest(NAMED)}"]
        for id_ in ids:
            answer = client.post("/graphql", json={"documentId": id_, **code, "extensions": {"execution": True}})
            assert answer.json()["data"] == ANSWER["data"]
            assert answer.json()["extensions"]["execution"]["way"] == "compiled"
        persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest(NAMED)}}
        assert client.post("/graphql", json={"extensions": persisted, **code}).json() == ANSWER
        # The text itself is as good as its id.
        assert client.post("/graphql", json={"query": NAMED, **code}).json() == ANSWER
        sent = client.post("/graphql", json={"documentId": ids[0], **code}, headers={"accept": "text/event-stream"})
        assert json.dumps(ANSWER["data"], ensure_ascii=False, separators=(",", ":")) in sent.text
        # What is no query is run, too.
        assert client.post("/graphql", json={"documentId": digest(WRITTEN)}).json() == {
            "data": {"__typename": "Mutation"}
        }


def test_what_is_unknown_or_malformed_is_refused(address: str) -> None:
    with httpx.Client(base_url=address, timeout=30) as client:
        unknown = {"persistedQuery": {"version": 1, "sha256Hash": digest("{ a }")}}
        wrong = {"persistedQuery": {"version": 1, "sha256Hash": digest(LEFT)}}
        answers = [
            client.post("/graphql", json={"documentId": "nobody's"}),
            client.post("/graphql", json={"extensions": unknown}),
            client.get("/graphql", params={"documentId": "nobody's"}),
            client.post("/graphql", json={"query": '{ area(code: "33") { name } }'}),
            client.get(
                "/graphql",
                params={"query": '{ area(code: "33") { name } }'},
                headers={"graphql-require-preflight": "1"},
            ),
            client.post("/graphql", json={"query": NAMED, "extensions": wrong}),
            client.post("/graphql", json={"documentId": 1}),
        ]
    codes = ["PERSISTED_QUERY_NOT_FOUND"] * 3 + ["DOCUMENT_NOT_TRUSTED"] * 2 + ["BAD_REQUEST"] * 2
    assert [code_of(each) for each in answers] == codes
    assert [each.status_code for each in answers[-2:]] == [400, 400]


def test_a_key_runs_any_document_unless_it_is_bound(address: str, loaded: str) -> None:
    free, bound = (asyncio.run(issued(loaded, name)) for name in ("自由", "大屏"))
    assert run("documents", "pin", "大屏", "relay", DATABASE_URL=loaded)[0] == 0
    assert run("documents", "pin", "无人", "relay", DATABASE_URL=loaded)[0] == 1
    adhoc = {"query": '{ area(code: "33") { name } }'}
    own, others = {"documentId": next(iter(RELAY))}, {"documentId": digest(LEFT)}
    with httpx.Client(base_url=address, timeout=30) as client:

        def asked(key: str, json_: Any) -> httpx.Response:
            return client.post("/graphql", json=json_, headers={"authorization": f"Bearer {key}"})

        assert asked(free, adhoc).json() == ANSWER
        assert "errors" not in asked(bound, own).json()
        assert code_of(asked(bound, adhoc)) == "DOCUMENT_NOT_TRUSTED"
        assert code_of(asked(bound, others)) == "PERSISTED_QUERY_NOT_FOUND"


def test_an_answer_to_get_may_be_kept(address: str, loaded: str) -> None:
    key = asyncio.run(issued(loaded, "看客"))
    params = {"documentId": f"sha256:{digest(NAMED)}", "variables": '{"code": "33"}'}
    with httpx.Client(base_url=address, timeout=30) as client:
        first = client.get("/graphql", params=params)
        etag = first.headers["etag"]
        again = client.get("/graphql", params=params, headers={"if-none-match": f'"x", {etag}'})
        other = client.get(
            "/graphql", params=params | {"variables": '{"code": "3301"}'}, headers={"if-none-match": etag}
        )
        keyed = client.get("/graphql", params=params, headers={"authorization": f"Bearer {key}", "if-none-match": etag})
        wrong = client.get("/graphql", params=params | {"variables": '{"code": "999999"}'})
        personal = client.get("/graphql", params={"documentId": digest(LEFT)})
        written = client.get("/graphql", params={"documentId": digest(WRITTEN)})
        persisted = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": digest(NAMED)}})
        apollo = client.get("/graphql", params={"extensions": persisted, "variables": '{"code": "33"}'})
    assert (first.status_code, first.json(), first.headers["cache-control"]) == (200, ANSWER, "public, max-age=60")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (other.status_code, other.json()) == (200, {"data": {"area": {"name": "杭州市"}}})
    assert (keyed.status_code, keyed.json(), keyed.headers["cache-control"]) == (200, ANSWER, "private, no-store")
    assert apollo.json() == ANSWER
    for answer in (keyed, wrong, personal):
        assert "etag" not in answer.headers
        assert "public" not in answer.headers.get("cache-control", "")
    # What is no query is not run by GET, however it is sent.
    assert "data" not in written.text or written.json()["data"] is None


def test_a_websocket_asks_by_id(address: str) -> None:
    async def asked(payload: dict[str, Any]) -> Any:
        uri = f"{address.replace('http', 'ws')}/graphql"
        async with websockets.connect(uri, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
            await socket.send(json.dumps({"type": "connection_init"}))
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            return json.loads(await socket.recv())

    known = asyncio.run(asked({"documentId": next(iter(CODEGEN)), "variables": {"code": "33"}}))
    unknown = asyncio.run(asked({"documentId": "nobody's"}))
    adhoc = asyncio.run(asked({"query": "subscription { changed { cursor } }"}))
    assert known["payload"]["data"] == ANSWER["data"]
    told = [each["payload"]["errors"][0]["extensions"]["code"] for each in (unknown, adhoc)]
    assert told == ["PERSISTED_QUERY_NOT_FOUND", "DOCUMENT_NOT_TRUSTED"]
    with pytest.raises(websockets.ConnectionClosedError) as closed:
        asyncio.run(asked({"documentId": 1}))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


def test_servers_know_within_seconds_what_was_loaded_and_removed(address: str, loaded: str, tmp_path: Path) -> None:
    text = "query Later { districts { name } }"
    path = tmp_path / "later.json"
    path.write_text(json.dumps({"later": text}), encoding="utf-8")

    async def until(client: httpx.AsyncClient, is_known: bool) -> None:
        async with asyncio.timeout(20):
            while True:
                answer = await client.post("/graphql", json={"documentId": "later"})
                if ("errors" not in answer.json()) == is_known:
                    return
                await asyncio.sleep(0.2)

    async def followed() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            await until(client, False)
            loading = await asyncio.to_thread(run, "documents", "load", str(path), "--app", "x", DATABASE_URL=loaded)
            assert loading[0] == 0
            await until(client, True)
            assert (await asyncio.to_thread(run, "documents", "remove", "--app", "x", DATABASE_URL=loaded))[0] == 0
            await until(client, False)

    asyncio.run(followed())


def test_a_manifest_with_a_mistake_changes_nothing(loaded: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    before = run("documents", "list", DATABASE_URL=loaded)
    for manifest, why in (
        ({"new": NAMED, "bad": "{ nothing }"}, "bad: Cannot query field 'nothing' on type 'Query'."),
        ({next(iter(RELAY)): NAMED}, f"{next(iter(RELAY))} of relay"),
    ):
        path.write_text(json.dumps(manifest), encoding="utf-8")
        code, out, complaint = run("documents", "load", str(path), "--app", "new", DATABASE_URL=loaded)
        assert (code, out, why in complaint) == (1, "", True)
    assert run("documents", "list", DATABASE_URL=loaded) == before
    assert before[1].count("dashboard") == 2


def test_where_only_trusted_documents_are_run_a_key_changes_nothing(loaded: str) -> None:
    key = asyncio.run(issued(loaded, "也不行"))
    with served(DATABASE_URL=loaded, DOCUMENTS="trusted") as (address, _), httpx.Client(base_url=address) as client:
        sent = {"headers": {"authorization": f"Bearer {key}"}}
        adhoc = client.post("/graphql", json={"query": "{ districts { name } }"}, **sent)  # type: ignore[arg-type]
        known = client.post("/graphql", json={"documentId": next(iter(RELAY))}, **sent)  # type: ignore[arg-type]
    assert code_of(adhoc) == "DOCUMENT_NOT_TRUSTED"
    assert "errors" not in known.json()
