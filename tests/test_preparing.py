"""A server without DATABASE_URL makes its own database ready, once, whoever starts or is killed meanwhile."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from test_server import fetch, served

from db import embedded
from db.preparing import database_dsn

FACTS = "SELECT md5(string_agg(code, ',' ORDER BY id)) || count(*) FROM area"
WHOLE = "SELECT (SELECT count(*) FROM area) || ' ' || (SELECT count(*) FROM member WHERE is_sample)"
VERSIONS = "SELECT md5(string_agg(xmin::text, ',' ORDER BY district, id)) FROM member"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with embedded.scratch_folder("tests") as folder:
        yield folder


def test_starts_at_once_and_later_fill_it_once(folder: Path) -> None:
    with served(DATA_DIR=str(folder)) as (first, _), served(DATA_DIR=str(folder)) as (second, _):
        assert (first.startswith("http://"), second.startswith("http://"), first == second) == (True, True, False)
        dsn = database_dsn(embedded.start(folder), "hangzhou_with_sample")
        before = fetch(dsn, VERSIONS), fetch(dsn, WHOLE)
    with served(DATA_DIR=str(folder)):
        assert (fetch(dsn, VERSIONS), fetch(dsn, WHOLE)) == before


def test_without_sample_data_the_facts_are_the_same(folder: Path) -> None:
    with served(DATA_DIR=str(folder), SAMPLE="0"), served(DATA_DIR=str(folder)):
        bare, full = (database_dsn(embedded.start(folder), name) for name in ("hangzhou", "hangzhou_with_sample"))
        assert fetch(bare, FACTS) == fetch(full, FACTS)
        assert fetch(bare, "SELECT count(*) FROM member WHERE is_sample") == 0


def test_a_database_that_was_killed_is_started_again(folder: Path) -> None:
    with served(DATA_DIR=str(folder)) as (address, _):
        server = embedded.Cluster(folder).server()
        assert server is not None, "the database is not running"
        server.kill()
        answers: list[int] = []
        deadline = time.monotonic() + 30
        while not (answers and answers[-1] == 200) and time.monotonic() < deadline:
            time.sleep(0.1)
            answers.append(httpx.get(f"{address}/ready").status_code)
        assert set(answers) <= {200, 503}
        query = {"query": '{ area(code: "330114") { name } }'}
        assert httpx.post(f"{address}/graphql", json=query).json() == {"data": {"area": {"name": "钱塘区"}}}
