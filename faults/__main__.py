"""`make faults`: does what may happen to a server and its database, and writes what came of it to docs/faults.md."""

import asyncio
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bench.surroundings import ROOT
from db.embedded import ServerNotStarted, scratch_folder
from faults.of_databases import OF_DATABASES
from faults.of_disks import OF_DISKS, SETTINGS, NoSmallDisk, small_disk
from faults.of_migrations import OF_MIGRATIONS
from faults.of_servers import OF_SERVERS
from faults.postgres import Postgres, run
from faults.report import page, row
from faults.serving import NotServing
from faults.trials import Fault, Finding, tried

FAULTS = (*OF_DATABASES, *OF_MIGRATIONS, *OF_SERVERS, *OF_DISKS)
PAGE = ROOT / "docs" / "faults.md"


async def found(faults: Sequence[Fault]) -> tuple[list[tuple[Fault, Finding]], str]:
    """What came of some faults, and which PostgreSQL it was."""
    _end_by_cancelling()
    findings = []
    with scratch_folder("faults") as folder, tempfile.TemporaryDirectory(prefix="yizhan-faults-logs-") as logs:
        postgres = Postgres(folder)
        version = str(await run(await asyncio.to_thread(postgres.start), "SHOW server_version"))
        await postgres.fill()
        for fault in faults:
            trying = _on_small_disk(fault, Path(logs)) if fault.on_small_disk else tried(fault, postgres, Path(logs))
            finding = await trying
            findings.append((fault, finding))
            typer.echo(row(fault, finding), err=True)
            for broken in finding.broken:
                typer.echo(f"  Broken: {broken}", err=True)
    return findings, version


async def _on_small_disk(fault: Fault, logs: Path) -> Finding:
    try:
        with small_disk() as folder:
            postgres = Postgres(folder, **SETTINGS)
            await asyncio.to_thread(postgres.start)
            await postgres.fill()
            return await tried(fault, postgres, logs)
    except NoSmallDisk as why:
        return Finding(skipped=str(why))


def _end_by_cancelling() -> None:
    """Let SIGTERM end the run as SIGINT does: servers are stopped and folders removed."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def main(
    only: Annotated[
        list[str] | None, typer.Option(help="Only faults with this in their names; may be repeated.")
    ] = None,
) -> None:
    """Do what may happen to a server and its database, and tell what came of it; exit 1 when a promise was broken.

    Only a run of all faults is written to docs/faults.md.

    Example: `.venv/bin/python -m faults --only COMMIT`
    """
    chosen = [fault for fault in FAULTS if not only or any(part in fault.name for part in only)]
    if not chosen:
        raise typer.BadParameter(f"no fault is called so; these are: {', '.join(fault.name for fault in FAULTS)}")
    try:
        findings, version = asyncio.run(found(chosen))
    except (NotServing, ServerNotStarted) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
    text = page(findings, version)
    typer.echo(text)
    if len(chosen) == len(FAULTS):
        PAGE.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {PAGE}", err=True)
    if any(finding.broken for _, finding in findings):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
