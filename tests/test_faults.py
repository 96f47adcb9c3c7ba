"""What may happen to a server and its database: the quick ones of `make faults`, and a minute of `make soak`."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.embedded import scratch_folder
from faults.__main__ import FAULTS
from faults.postgres import Postgres
from faults.soaking import soaked
from faults.trials import tried

pytestmark = pytest.mark.anyio

QUICK = ("Answer to COMMIT is lost", "Clients hang up", "Database takes no writes", "Deadlocks")
SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))


@pytest.fixture(scope="module")
def own_network() -> Iterator[Postgres]:
    """A PostgreSQL of these tests' own, which may be done anything to."""
    with scratch_folder("tests") as folder:
        # A second for each deadlock would be too long here.
        postgres = Postgres(folder, deadlock_timeout="50ms")
        asyncio.run(postgres.fill())
        yield postgres


@pytest.mark.parametrize("name", QUICK)
async def test_every_promise_is_kept(own_network: Postgres, tmp_path: Path, name: str) -> None:
    (fault,) = (each for each in FAULTS if each.name == name)
    finding = await tried(fault, own_network, tmp_path)
    assert finding.broken == []
    assert finding.kept != ""


async def test_a_server_is_the_same_after_a_long_load(own_network: Postgres, tmp_path: Path) -> None:
    found = await soaked(own_network, SECONDS, tmp_path)
    assert found.broken == []
    assert found.writes > 0
