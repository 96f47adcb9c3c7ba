"""Make `.venv` hold what a requirements file lists: `python3 install.py requirements.txt`.

Folders named after it get the Node packages that their lock files list, by the Node of `.venv`.

It needs nothing but Python, may run twice at once, and repairs what was killed half-way.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
# What `.venv` holds: the hash of the Python it was made with, then those of the files that were installed. It is away
# while anything is being changed.
STAMP = VENV / "installed"


def require_python() -> None:
    """Go on in a Python that is new enough, if there is one."""
    if sys.version_info < OLDEST:
        for minor in range(20, OLDEST[1] - 1, -1):
            newer = shutil.which(f"python3.{minor}")
            # Version managers put names on the path that lead nowhere.
            if newer and subprocess.run([newer, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0:
                os.execv(newer, [newer, *sys.argv])  # noqa: S606  (one Python replaces another)
        sys.exit(f"Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}.")
    try:
        import ensurepip  # noqa: F401  (Debian ships it apart)
        import venv  # noqa: F401
    except ImportError:
        sys.exit(f"{sys.executable} cannot make virtual environments: install python3-venv (apt install python3-venv).")


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def install(requirements: str, lock: int) -> None:
    """Install the file's packages unless they are there; a `.venv` of another Python is made anew."""
    python = digest(sys.version, sys.base_prefix, str(VENV))
    wanted = digest((ROOT / requirements).read_text())
    # What development needs contains what running needs.
    contained = [digest((ROOT / "requirements.txt").read_text()), wanted]
    found = STAMP.read_text().split() if STAMP.exists() and (VENV / "bin" / "python").exists() else []
    if found[:1] == [python] and wanted in found:
        return
    STAMP.unlink(missing_ok=True)
    # What is started here holds the lock too: it may go on for a while when this process is killed.
    if found[:1] != [python]:
        print("Making .venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True, pass_fds=[lock])
    print(f"Installing {requirements} into .venv", flush=True)
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / requirements)], check=True, pass_fds=[lock])
    STAMP.write_text("\n".join([python, *contained]))


def install_node_packages(folder: Path, npm: str = str(VENV / "bin" / "npm")) -> None:
    """Install what the folder's lock file lists, unless it is there."""
    modules = folder / "node_modules"
    wanted = digest((folder / "package-lock.json").read_text())
    stamp = modules / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing the Node packages of {folder.relative_to(ROOT)}", flush=True)
    shutil.rmtree(modules, ignore_errors=True)
    # No package has to run anything of its own to be installed.
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error"]
    subprocess.run([npm, "ci", *quiet], cwd=folder, check=True)
    stamp.write_text(wanted)


@contextmanager
def alone() -> Iterator[int]:
    """While nobody else installs anything; the descriptor of the lock."""
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another installation", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def main() -> None:
    require_python()
    with alone() as lock:
        try:
            install(sys.argv[1], lock)
            for folder in sys.argv[2:]:
                install_node_packages(ROOT / folder)
        except subprocess.CalledProcessError:
            sys.exit("The installation failed, for the reason above. Run the same command again when that is mended.")


if __name__ == "__main__":
    main()
