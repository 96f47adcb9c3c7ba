"""Tables that change while the server runs: what a later version of the program would do to them."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import httpx

from bench.surroundings import ROOT
from db.revisions import NEEDED
from faults.trials import ALWAYS, AWAY, Fault, Trial

# What a later version would bring, in two steps.
LATER = '''"""A column, an index and a column less."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    for statement in {statements!r}:
        op.execute(statement)


def downgrade() -> None:
    pass
'''
STEPS = (
    (
        "ALTER TABLE result ADD COLUMN later_note TEXT",
        "ALTER TABLE platform ADD COLUMN later_count INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX later_idx ON event (district, title)",
    ),
    (
        "DROP INDEX later_idx",
        "ALTER TABLE platform DROP COLUMN later_count",
        "ALTER TABLE result DROP COLUMN later_note",
    ),
)
TABLES = ("area", "platform", "event", "result", "change", "changed_row")
ROUNDS = 3
# How often an operator who is told to migrate again does.
AGAIN, TRIES = "migrate again", 5


async def migrate(trial: Trial) -> None:
    """Add and drop columns of what is read and written, then migrate twice as a later version would."""
    for number in range(ROUNDS):
        for table in TABLES:
            await trial.sql(f"ALTER TABLE {table} ADD COLUMN extra_{number} TEXT NOT NULL DEFAULT ''")
        await trial.load.more(5)
        for table in TABLES:
            await trial.sql(f"ALTER TABLE {table} DROP COLUMN extra_{number}")
        await trial.load.more(5)
    with tempfile.TemporaryDirectory(prefix="yizhan-faults-") as folder:
        later = Path(folder) / "later"
        await asyncio.to_thread(_copy_program, later)
        before, again = NEEDED, 0
        for number, statements in enumerate(STEPS):
            revision = f"later{number}"
            file = later / "db" / "migrations" / "versions" / f"20990101_later_{number}.py"
            file.write_text(LATER.format(revision=revision, before=before, statements=statements))
            before = revision
            for _ in range(TRIES):
                said = await _migrated(later, trial.dsn)
                if AGAIN not in said:
                    break
                again += 1
            trial.promise(f"revision {revision}" in said, f"it was not migrated: {said}")
            await trial.load.more()
    async with httpx.AsyncClient(base_url=trial.serving.address, trust_env=False) as client:
        ready = await client.get("/readyz")
    trial.over()
    trial.promise(ready.status_code == 200, f"after migrations of a later version /readyz is {ready.status_code}")
    told = f", which said {again} time(s) to migrate again because a writer was in the way" if again else ""
    altered = 2 * ROUNDS * len(TABLES)
    trial.note(
        f"{altered} `ALTER TABLE` and {len(STEPS)} migrations by `server.py migrate` of a later version{told}; after"
        f" them the older server goes on, and `/readyz` says {ready.status_code}"
    )


def _copy_program(target: Path) -> None:
    target.mkdir()
    for file in (*ROOT.glob("*.py"), ROOT / "pyproject.toml"):
        shutil.copy(file, target)
    for package in ("db", "resolvers", "schema"):
        shutil.copytree(ROOT / package, target / package, ignore=shutil.ignore_patterns("__pycache__", "data"))


async def _migrated(folder: Path, dsn: str) -> str:
    """What `server.py migrate` of a program in a folder says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "server.py",
        "migrate",
        cwd=folder,
        env=os.environ | {"DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    return said.decode(errors="replace").strip()


OF_MIGRATIONS = (
    Fault(
        "Tables change",
        "columns of six tables are added and dropped, and a later version of the program migrates in two steps",
        migrate,
        # A read of several statements may be what PostgreSQL gives up when it and a migration wait for each other.
        reads=AWAY,
        writes=ALWAYS,
    ),
)
