"""What programs that try the service ask of where they run: a free port, and which code it is that they try."""

import socket
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def commit(page: str) -> str:
    """The commit of the checkout, and whether it has changes; the `page` of the run before is none."""
    found = said("git", "rev-parse", "--short=12", "HEAD")
    changed = said("git", "status", "--porcelain", "--", ".", f":!{page}")
    return f"{found}, with changes that are not committed" if changed else found


def said(*command: str) -> str:
    """What a program prints; "unknown" when it cannot be asked, as outside of a checkout."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  (a command of the program's own)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
