"""Make `.venv-bench` hold what the bench needs, and `peers/postgraphile` its Node packages: `python3 installing.py`.

Like `install.py`, whose way of installing it uses, it needs nothing but Python. The peers stay out of `.venv`.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POSTGRAPHILE = ROOT / "bench" / "peers" / "postgraphile"
sys.path.insert(0, str(ROOT))

import install  # noqa: E402  (it stands in the root, which Python does not look in by itself)


def main() -> None:
    install.require_python()
    install.VENV = ROOT / ".venv-bench"
    install.STAMP = install.VENV / "installed"
    with (ROOT / ".venv-bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install.install("requirements-bench.txt", lock.fileno())
            install.install_node_packages(POSTGRAPHILE)
        except subprocess.CalledProcessError:
            sys.exit("The installation failed, for the reason above. Run the same command again when that is mended.")


if __name__ == "__main__":
    main()
