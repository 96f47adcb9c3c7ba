"""Schemathesis sends whatever the schema allows: it is answered or told what was wrong, and nothing breaks.

`SCHEMATHESIS_CASES=100 .venv/bin/python -m pytest tests/test_schemathesis.py` sends more; `SCHEMATHESIS_SEED` others.
"""

import asyncio
import base64
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema
from serving import issued
from test_server import served

from resolvers import errors

ROOT = Path(__file__).parents[1]
SCHEMA = build_schema((ROOT / "schema.graphql").read_text())
# How many cases an operation gets from whoever may write. Without a key there are but the queries, with more for each.
CASES = int(os.environ.get("SCHEMATHESIS_CASES", "11"))
QUERY_CASES = 4 * CASES
SEED = os.environ.get("SCHEMATHESIS_SEED", "7")

# What a caller's mistake is called. That something took too long or could not be reached is none.
MISTAKES = {each.code for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.Fault)}
MISTAKES -= {errors.TimedOut.code, errors.Unavailable.code}
MISTAKES |= {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}


def started(address: str, report: Path, cases: int, *more: str) -> subprocess.Popen[bytes]:
    """Schemathesis at work; it writes what it sends and gets into the report."""
    program = [str(ROOT / ".venv" / "bin" / "schemathesis"), "run", str(ROOT / "schema.graphql")]
    how = [
        "--url",
        f"{address}/graphql",
        "--checks",
        "not_a_server_error",
        "--mode",
        "positive",
        "--max-examples",
        str(cases),
        "--seed",
        SEED,
    ]
    quietly = ["--continue-on-failure", "--no-shrink", "--generation-database", "none"]
    written = ["--report", "ndjson", "--report-ndjson-path", str(report)]
    return subprocess.Popen([*program, *how, *quietly, *written, *more], cwd=report.parent, stdout=subprocess.DEVNULL)


def answers(report: Path) -> Iterator[tuple[int, Any, bool]]:
    """The status and the body of each answer, and whether Schemathesis takes it for an error of the server."""
    for line in report.read_text().splitlines():
        finished = json.loads(line).get("ScenarioFinished")
        recorder = finished["recorder"] if finished else {"interactions": {}}
        for id_, sent in recorder["interactions"].items():
            assert sent["response"] is not None, sent
            body = json.loads(base64.b64decode(sent["response"]["content"]["$base64"]))
            is_taken = any(check["status"] == "failure" for check in recorder["checks"].get(id_, ()))
            yield sent["response"]["status_code"], body, is_taken


def test_nothing_that_is_sent_breaks_the_server(
    own_hangzhou: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = asyncio.run(issued(own_hangzhou))
    with_key, without = tmp_path / "with-key.ndjson", tmp_path / "without.ndjson"
    with served(DATABASE_URL=own_hangzhou) as (address, _):
        running = [
            started(address, with_key, CASES, "--header", f"Authorization: Bearer {key}"),
            started(address, without, QUERY_CASES, "--include-name-regex", r"^Query\."),
        ]
        for each in running:
            each.wait()
    outcomes: Counter[tuple[int, str | None]] = Counter()
    sent = 0
    for report in (with_key, without):
        for status, body, is_taken_for_fault in answers(report):
            sent += 1
            codes = {error.get("extensions", {}).get("code") for error in body.get("errors", ())}
            outcomes.update((status, code) for code in codes)
            # It has no word for what somebody may not do.
            assert codes == {errors.Forbidden.code} or not is_taken_for_fault, body
    unexpected = {each: count for each, count in outcomes.items() if each[0] >= 500 or each[1] not in MISTAKES}
    assert unexpected == {}
    assert [line for line in capfd.readouterr().err.splitlines() if "Traceback" in line or '"error"' in line] == []
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    queries, mutations = len(SCHEMA.query_type.fields), len(SCHEMA.mutation_type.fields)
    # Of an operation that takes little there is not always so much to send.
    assert sent >= 0.9 * ((queries + mutations) * CASES + queries * QUERY_CASES)
