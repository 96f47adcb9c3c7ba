"""The command line: every command helps, says what is wrong in a sentence, and then changes nothing."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import typer
from test_server import ROOT, environment

from terminal import plain_errors

AREAS = "code_system,code,vintage,name,level,district_kind,parent\nNBS,33,2023-06-30,浙江省,PROVINCE,,\n"


def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
    """The exit code of a command, what it printed, and what it complained about."""
    command = [sys.executable, "server.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(**settings), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def areas(dsn: str) -> int:
    async def count() -> int:
        connection = await asyncpg.connect(dsn)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM area"))
        finally:
            await connection.close()

    return asyncio.run(count())


@pytest.mark.parametrize("command", ["serve", "load", "migrate", "generate", "export-schema", "config show"])
def test_every_command_helps_with_an_example(command: str) -> None:
    code, out, complaint = run(*command.split(), "--help")
    assert (code, complaint, "Example:" in out) == (0, "", True)


def test_a_password_is_not_shown() -> None:
    code, out, _ = run("config", "show", DATABASE_URL="postgresql://ann:geheim@host/db")
    assert (code, "postgresql://ann:…@host/db" in out, "geheim" in out) == (0, True, False)


def test_all_wrong_settings_are_named_at_once() -> None:
    code, out, complaint = run("config", "show", PORT="x", POOL_SIZE="0", SAMPLE="perhaps", DATABASE_URL="mysql://a/b")
    named = [line.split(":")[0].strip() for line in complaint.splitlines()[1:] if line.startswith("  ")]
    assert (code, out, sorted(named)) == (1, "", ["DATABASE_URL", "POOL_SIZE", "PORT", "SAMPLE"])


def test_loading_twice_changes_nothing(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "area.csv").write_text(AREAS, encoding="utf-8")
    outcomes = [run("load", str(tmp_path), DATABASE_URL=empty_database)[:2] for _ in range(2)]
    assert [(code, out.split()) for code, out in outcomes] == [
        (0, ["area", "1", "new", "0", "changed", "0", "as", "before"]),
        (0, ["area", "0", "new", "0", "changed", "1", "as", "before"]),
    ]


@pytest.mark.parametrize("wrong", [AREAS + "NBS,34,2023-06-30,某省,CONTINENT,,\n", AREAS.replace(",level", "")])
def test_a_broken_file_is_told_and_nothing_is_loaded(empty_database: str, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "area.csv").write_text(wrong, encoding="utf-8")
    code, out, complaint = run("load", str(tmp_path), DATABASE_URL=empty_database)
    told = ("area.csv" in complaint, "level" in complaint, "Traceback" in complaint)
    assert (code, out, told) == (1, "", (True, True, False))
    assert areas(empty_database) == 0


def test_a_database_is_checked_then_migrated(blank_database: str) -> None:
    refused = run("serve", DATABASE_URL=blank_database)
    assert (refused[0], "python server.py migrate" in refused[2], "Traceback" in refused[2]) == (1, True, False)
    steps = [("migrate", "--check"), ("migrate",), ("migrate", "--check")]
    assert [run(*step, DATABASE_URL=blank_database)[0] for step in steps] == [1, 0, 0]


def test_a_port_in_use_is_told(empty_database: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, complaint = run("serve", DATABASE_URL=empty_database, PORT=str(port))
    message = f"Port {port} of 127.0.0.1 cannot be used: Address already in use. Set PORT to another one."
    assert (code, complaint.strip()) == (1, message)


def test_an_unreachable_database_is_told() -> None:
    code, out, complaint = run("serve", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (code, out, complaint.startswith("The database cannot be used: ")) == (1, "", True)
    assert "Traceback" not in complaint


@pytest.mark.parametrize(
    ("error", "why"),
    [(TimeoutError(), "TimeoutError"), (OSError(111, "Connection refused"), "[Errno 111] Connection refused")],
)
def test_why_a_database_cannot_be_used_is_always_told(
    error: Exception, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit), plain_errors():
        raise error
    told = f"The database cannot be used: {why}. Check DATABASE_URL, or unset it to use the embedded PostgreSQL.\n"
    assert capsys.readouterr().err == told


def test_a_network_is_generated_once(empty_database: str) -> None:
    first = run("generate", "--scale", "0.01", DATABASE_URL=empty_database)
    second = run("generate", "--scale", "0.01", DATABASE_URL=empty_database)
    assert (first[0], second[0], second[1], "Traceback" in second[2]) == (0, 1, "", False)


def test_an_outdated_contract_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "schema.graphql")
    assert [run("export-schema", *more, path)[0] for more in (["--check"], [], ["--check"])] == [1, 0, 0]
