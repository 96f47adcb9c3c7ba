"""The clients of graphql-ws and graphql-sse get what they ask for: an answer, what was wrong, or what is watched."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from test_server import served

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def address(hangzhou: str) -> Iterator[str]:
    with served(DATABASE_URL=hangzhou) as (address, _):
        yield address


@pytest.mark.parametrize("how", ["ws", "sse"])
def test_a_query_a_wrong_field_and_a_subscription_end_as_they_should(address: str, how: str) -> None:
    command = [str(ROOT / ".venv" / "bin" / "node"), "tests/clients/probing.mjs", how, f"{address}/graphql"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    query, wrong, watched = [json.loads(line) for line in done.stdout.splitlines()]
    assert query == {"ended": "completed", "results": [{"data": {"area": {"name": "钱塘区"}}}]}
    values = [{"value": 132.0}]
    assert watched == {"ended": "left", "results": [{"data": {"rollupChanged": {"total": {"values": values}}}}]}
    # Over a WebSocket it is refused; among events it is the one result, as over plain HTTP.
    (told,) = wrong["results"]
    codes = [error.get("code") or error["extensions"]["code"] for error in told["errors"]]
    assert (wrong["ended"], codes) == ("refused" if how == "ws" else "completed", ["GRAPHQL_VALIDATION_FAILED"])


def test_an_answer_comes_as_json_to_who_takes_events_too(address: str) -> None:
    # This is what urql sends with every query.
    taken = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream"
    answer = httpx.post(
        f"{address}/graphql", json={"query": '{ area(code: "330114") { name } }'}, headers={"accept": taken}, timeout=30
    )
    assert answer.headers["content-type"].partition(";")[0] in ("application/graphql-response+json", "application/json")
    assert answer.json() == {"data": {"area": {"name": "钱塘区"}}}
