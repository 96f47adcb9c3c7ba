"""The embedded server starts, survives what may happen to it, and leaves nothing behind."""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest

from db.embedded import ACCOUNT, Cluster, ServerNotStarted, default_data_folder, scratch_folder, start, stop

ROOT = Path(__file__).parents[1]

# A process that uses the server of a folder until it is told to end.
USER = """
import sys
from pathlib import Path
from db.embedded import start
print(start(Path(sys.argv[1]), fsync="off"), flush=True)
sys.stdin.read()
"""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone runs the server as another account")


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    with scratch_folder("tests") as folder:
        yield folder


@pytest.fixture
def folder(used_folder: Path) -> Iterator[Path]:
    """A folder in which a server may have run, since making a cluster takes a while; none runs now."""
    yield used_folder
    stop(used_folder)


@pytest.fixture
def fresh_folder() -> Iterator[Path]:
    with scratch_folder("tests") as folder:
        yield folder


@pytest.fixture
def users() -> Iterator[list[subprocess.Popen[str]]]:
    users: list[subprocess.Popen[str]] = []
    yield users
    for user in users:
        user.kill()
        user.communicate()


def use(users: list[subprocess.Popen[str]], folder: Path, **options: Any) -> subprocess.Popen[str]:
    """Let another process use the server of `folder`."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", USER, str(folder)]
    users.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, **options))
    return users[-1]


def dsn_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def fetch(dsn: str, *statements: str) -> Any:
    """The value the last statement gives."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            return [await connection.fetchval(statement) for statement in statements][-1]
        finally:
            await connection.close()

    return asyncio.run(run())


def server(folder: Path) -> psutil.Process:
    process = Cluster(folder).server()
    assert process is not None
    return process


def has_stopped(folder: Path) -> bool:
    """Whether the server of `folder` stops of itself."""
    deadline = time.monotonic() + 15
    while Cluster(folder).server() and time.monotonic() < deadline:
        time.sleep(0.02)
    return Cluster(folder).server() is None


def test_start_returns_a_dsn_of_a_server_with_our_settings(folder: Path) -> None:
    dsn = start(folder, fsync="off", max_connections=20)
    shown = fetch(
        dsn, "SELECT array_agg(setting ORDER BY name) FROM pg_settings WHERE name IN ('jit', 'max_connections')"
    )
    assert shown == ["off", "20"]
    assert fetch(dsn, "SHOW server_encoding") == "UTF8"
    assert fetch(dsn, "SHOW listen_addresses") == ""


def test_starting_what_runs_gives_the_same_server(folder: Path) -> None:
    first = start(folder, fsync="off")
    process = server(folder)
    assert start(folder) == first
    assert server(folder) == process


def test_data_outlive_the_server(folder: Path) -> None:
    fetch(start(folder, fsync="off"), "CREATE TABLE kept AS SELECT 7 AS number")
    stop(folder)
    assert Cluster(folder).server() is None
    assert fetch(start(folder, fsync="off"), "SELECT number FROM kept") == 7


def test_starters_at_once_share_one_server_until_the_last_is_killed(
    folder: Path, users: list[subprocess.Popen[str]]
) -> None:
    for _ in range(3):
        use(users, folder)
    started = {fetch(dsn_of(user), "SELECT pg_postmaster_start_time()") for user in users}
    assert len(started) == 1
    process = server(folder)
    for user in users[:2]:
        user.kill()
    time.sleep(0.5)
    assert process.is_running()
    users[2].kill()
    assert has_stopped(folder)


def test_a_killed_starter_leaves_no_server(fresh_folder: Path, users: list[subprocess.Popen[str]]) -> None:
    user = use(users, fresh_folder)
    while not (Cluster(fresh_folder).folder / "postmaster.pid").exists():
        time.sleep(0.001)
    user.kill()
    assert has_stopped(fresh_folder)


def test_a_killed_server_starts_again_with_all_that_was_committed(folder: Path) -> None:
    dsn = start(folder, fsync="off")
    fetch(dsn, "CREATE TABLE committed AS SELECT 7 AS number")
    server(folder).kill()
    assert fetch(start(folder, fsync="off"), "SELECT number FROM committed") == 7


def test_stale_lock_files_do_not_matter(folder: Path) -> None:
    cluster = Cluster(folder)
    # The number of another process, and what a machine that lost power may leave.
    for content in (f"{os.getpid()}\n", "", "nonsense"):
        start(folder, fsync="off")
        stop(folder)
        for file in (cluster.folder / "postmaster.pid", cluster.socket_folder / ".s.PGSQL.5432.lock"):
            file.write_text(content)
        assert fetch(start(folder, fsync="off"), "SELECT 1") == 1


def test_a_killed_initdb_does_not_matter(fresh_folder: Path) -> None:
    half_made = Cluster(fresh_folder).beside("init")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    assert fetch(start(fresh_folder, fsync="off"), "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_has_its_socket_elsewhere(fresh_folder: Path) -> None:
    deep = fresh_folder.joinpath(*["a-fresh_folder-with-a-long-name"] * 5)
    try:
        dsn = start(deep, fsync="off")
        (host,) = parse_qs(urlsplit(dsn).query)["host"]
        assert (Path(host).parent, Path(host).stat().st_mode & 0o777) == (Path("/tmp"), 0o700)  # noqa: S108
        assert fetch(dsn, "SELECT 1") == 1
    finally:
        stop(deep)
        shutil.rmtree(Cluster(deep).socket_folder)


def test_a_socket_folder_of_somebody_else_is_refused(fresh_folder: Path) -> None:
    theirs = fresh_folder / "theirs"
    theirs.mkdir()
    ours = Cluster(fresh_folder).socket_folder
    ours.symlink_to(theirs)
    with pytest.raises(ServerNotStarted) as refused:
        start(fresh_folder)
    assert str(refused.value) == f"{ours} is somebody else's. Remove it, or choose a shorter path."


def test_a_folder_that_cannot_be_made_is_told(fresh_folder: Path) -> None:
    file = fresh_folder / "file"
    file.touch()
    with pytest.raises(ServerNotStarted) as refused:
        start(file / "data")
    assert str(refused.value) == (
        f"The embedded PostgreSQL cannot use {file / 'data'}: Not a directory ({file / 'data'})."
        " Choose another data folder, or set DATABASE_URL to a server of your own."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(fresh_folder: Path) -> None:
    fresh_folder.chmod(0o555)
    with pytest.raises(ServerNotStarted) as refused:
        start(fresh_folder)
    fresh_folder.chmod(0o755)
    lock = Cluster(fresh_folder).beside("lock")
    assert str(refused.value) == (
        f"The embedded PostgreSQL cannot use {fresh_folder}: Permission denied ({lock})."
        " Choose another data folder, or set DATABASE_URL to a server of your own."
    )


def test_a_wrong_setting_is_told_with_the_servers_words(folder: Path) -> None:
    with pytest.raises(ServerNotStarted, match='invalid value for parameter "max_connections": "many"'):
        start(folder, max_connections="many")


@only_root
def test_root_is_told_which_folder_the_servers_account_may_not_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(0o700)
    tmp_path.chmod(0o711)
    with pytest.raises(ServerNotStarted) as refused:
        start(closed / "data")
    assert str(refused.value) == (
        f"PostgreSQL cannot run as root, and the account it runs as (nobody) may not enter {closed}."
        " Choose another data folder, or open that one with `chmod o+x`."
    )


@only_root
@pytest.mark.skipif(
    any(
        not folder.stat().st_mode & 1
        for path in (Path(sys.executable).resolve(), ROOT / "any")
        for folder in path.parents
    ),
    reason="an ordinary user may not enter the folders of Python or of the checkout",
)
def test_an_ordinary_user_runs_a_server_of_its_own(fresh_folder: Path, users: list[subprocess.Popen[str]]) -> None:
    nobody = pwd.getpwnam(ACCOUNT)
    os.chown(fresh_folder, nobody.pw_uid, nobody.pw_gid)
    user = use(users, fresh_folder, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    dsn = dsn_of(user)
    assert fetch(dsn, "SELECT 1") == 1
    user.kill()
    assert has_stopped(fresh_folder)


def test_the_default_folder_follows_the_desktops_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    expected = {True: "/var/lib/yizhan", False: "/somewhere/yizhan"}[os.geteuid() == 0]
    if sys.platform == "darwin" and os.geteuid() != 0:
        expected = str(Path.home() / "Library/Application Support/yizhan")
    assert default_data_folder() == Path(expected)
