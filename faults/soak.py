"""`make soak`: so many seconds of mixed load on one server, and whether it is the same afterwards."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from db.embedded import ServerNotStarted, scratch_folder
from faults.postgres import Postgres
from faults.serving import NotServing
from faults.soaking import Soaked, soaked


async def measured(seconds: float) -> Soaked:
    """A soak on a PostgreSQL of its own."""
    with scratch_folder("soak") as folder, tempfile.TemporaryDirectory(prefix="yizhan-soak-") as logs:
        postgres = Postgres(folder)
        await asyncio.to_thread(postgres.start)
        await postgres.fill()
        return await soaked(postgres, seconds, Path(logs))


def main(
    seconds: Annotated[float, typer.Option(min=20, help="How long it takes.")] = 3600,
) -> None:
    """Have many read, write and watch for a long time; exit 1 when a promise was broken.

    Example: `.venv/bin/python -m faults.soak --seconds 600`
    """
    try:
        found = asyncio.run(measured(seconds))
    except (NotServing, ServerNotStarted) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    typer.echo(found.text())
    if found.broken:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
