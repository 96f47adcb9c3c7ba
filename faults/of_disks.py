"""A disk that is full: PostgreSQL's whole folder is on a small one of its own, in memory, which needs root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import embedded
from faults.load import until
from faults.trials import ALWAYS, AWAY, Fault, Trial

MEGABYTES = 900
# What is written ahead goes on into the files it has: if a whole new one cannot be made, PostgreSQL stops.
SETTINGS: dict[str, str | int] = {"min_wal_size": "64MB", "max_wal_size": "64MB", "checkpoint_timeout": "1h"}
BALLAST = "ballast"
CHUNK = 2**20
REFUSED = 10


class NoSmallDisk(Exception):
    """A small disk cannot be had here; the message says why."""


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a disk of its own, which is gone afterwards with the server in it."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if os.geteuid() != 0 or mount is None or unmount is None:
        raise NoSmallDisk("making a small disk needs root and mount")
    folder = Path(tempfile.mkdtemp(prefix="yizhan-faults-"))
    command = [mount, "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=711", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603  (made here)
    try:
        if done.returncode:
            raise NoSmallDisk(f"no small disk can be mounted: {done.stderr.strip()}")
        try:
            yield folder
        finally:
            embedded.stop(folder)
            subprocess.run([unmount, "-l", str(folder)], check=True)  # noqa: S603
    finally:
        folder.rmdir()


async def fill_up(trial: Trial) -> None:
    """Leave no byte free until writes are refused, and then make room again."""
    ballast = trial.postgres.folder / BALLAST
    tally = trial.load.tally
    # What was preallocated or is made for a while is not what is tried here.
    await trial.sql("CHECKPOINT")
    _fill(ballast)
    before = tally.of("compiled", "batched")["200"]
    is_refused = await until(lambda: tally.of("write")["503 UNAVAILABLE"] >= REFUSED, 90)
    meanwhile = tally.of("compiled", "batched")["200"] - before
    ballast.unlink()
    trial.over()
    trial.promise(is_refused, "no write was refused")
    trial.note(f"{meanwhile} reads were answered while the disk was full; nothing was started again")


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as file:
        for size in (CHUNK, 4096):
            while True:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
                except OSError:
                    break


OF_DISKS = (
    Fault(
        "Disk is full",
        f"PostgreSQL's folder is on a disk of {MEGABYTES} MB in memory, of which the last byte is taken",
        fill_up,
        reads=ALWAYS,
        writes=AWAY,
        on_small_disk=True,
    ),
)
