"""The Chromium that the tests of the pages use: the one that is there, or Debian's: `python tests/chromium.py`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def path() -> str | None:
    """Where it is, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def main() -> None:
    if path():
        return
    if os.geteuid() or not shutil.which("apt-get"):
        sys.exit("The tests of the pages need Chromium, and there is none: install it (apt install chromium).")
    print("Installing Chromium", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
