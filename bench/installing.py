"""Make `.venv-bench` hold what the bench needs, and `peers/postgraphile` its Node packages: `python3 installing.py`.

Like `install.py`, whose way of installing it uses, it needs nothing but Python. The peers stay out of `.venv`.
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POSTGRAPHILE = ROOT / "bench" / "peers" / "postgraphile"
sys.path.insert(0, str(ROOT))

import install  # noqa: E402  (it stands in the root, which Python does not look in by itself)


def install_node_packages() -> None:
    """Install what the lock file lists, unless it is there."""
    modules = POSTGRAPHILE / "node_modules"
    wanted = install.digest((POSTGRAPHILE / "package-lock.json").read_text())
    stamp = modules / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the Node packages of bench/peers/postgraphile", flush=True)  # noqa: T201  (it speaks to people)
    shutil.rmtree(modules, ignore_errors=True)
    # No package has to run anything of its own to be installed.
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel", "error"]
    npm = str(install.VENV / "bin" / "npm")
    subprocess.run([npm, "ci", *quiet], cwd=POSTGRAPHILE, check=True)  # noqa: S603  (what was installed just now)
    stamp.write_text(wanted)


def main() -> None:
    install.require_python()
    install.VENV = ROOT / ".venv-bench"
    install.STAMP = install.VENV / "installed"
    with (ROOT / ".venv-bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install.install("requirements-bench.txt", lock.fileno())
            install_node_packages()
        except subprocess.CalledProcessError:
            sys.exit("The installation failed, for the reason above. Run the same command again when that is mended.")


if __name__ == "__main__":
    main()
