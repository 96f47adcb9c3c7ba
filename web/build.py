"""Build the dashboard, unless it is built: `python3 -m web.build`, from the root, needs nothing but Python.

It uses the Node that is there, when that is new enough, and otherwise gets one from the registry of Python packages.
What was built before is replaced at once, when the new one is whole.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import install

WEB = Path(__file__).resolve().parent
BUILT = WEB / "dist"
STAMP = ".built"
# The oldest Node that the tools run on.
OLDEST = (20, 19)
# What is read besides the sources: the contract and the documented questions.
BESIDE = ("schema.graphql", "examples/*.graphql")


def digest() -> str:
    """Of all that the dashboard is made of."""
    made = {"node_modules", "dist", "dist.new", "gql", "__pycache__"}
    own = [path for path in WEB.rglob("*") if path.is_file() and not made & set(path.relative_to(WEB).parts)]
    beside = [path for pattern in BESIDE for path in install.ROOT.glob(pattern)]
    names = sorted(str(path.relative_to(install.ROOT)) for path in own + beside)
    return install.digest(*(f"{name} {(install.ROOT / name).read_bytes().hex()}" for name in names))


def npm(lock: int) -> Path:
    """The npm of a Node that is new enough; CalledProcessError when there is none and none can be got."""
    if (node := shutil.which("node")) and (found := shutil.which("npm")):
        told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        version = re.match(r"v(\d+)\.(\d+)", told)
        if version and (int(version[1]), int(version[2])) >= OLDEST:
            return Path(found)
    if not (install.VENV / "bin" / "npm").exists():
        install.install("requirements-web.txt", lock)
    return install.VENV / "bin" / "npm"


def build(lock: int) -> None:
    """Build it, and put it where it is served from."""
    wanted = digest()
    stamp = BUILT / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return
    program = npm(lock)
    install.install_node_packages(WEB, str(program))
    print("Building the dashboard", flush=True)
    new = WEB / "dist.new"
    shutil.rmtree(new, ignore_errors=True)
    environment = os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(program), "run", "--silent", "build", "--", "--outDir", new.name]
    subprocess.run(command, cwd=WEB, env=environment, check=True)
    (new / STAMP).write_text(wanted)
    shutil.rmtree(BUILT, ignore_errors=True)
    new.rename(BUILT)


def main() -> None:
    with install.alone() as lock:
        try:
            build(lock)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"The dashboard could not be built ({error}). Everything else works without it.")


if __name__ == "__main__":
    main()
