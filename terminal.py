"""What the commands share: the database they work on, settings that are wrong, progress, and errors one can mend."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from settings import Settings, settings_of_environment

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg

    from db.loading import Progress


def read_settings() -> Settings:
    """The settings, or one message that names every variable that is wrong."""
    try:
        settings = settings_of_environment()
    except ValueError as error:
        fail(str(error))
    return settings


def fail(message: str) -> Any:
    """End the command with a message instead of a traceback."""
    typer.echo(message, err=True)
    raise typer.Exit(1)


@contextmanager
def progress_bar() -> "Iterator[Progress]":
    """A function that shows how far a long work has come, a bar for each part of it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield show


@contextmanager
def plain_errors() -> Iterator[None]:
    """End the command with a message when something goes wrong that its user can mend."""
    import asyncpg

    from db.embedded import ServerNotStarted
    from db.revisions import NotMigrated

    try:
        yield
    except (ServerNotStarted, NotMigrated, ValueError) as error:
        fail(str(error))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # Some say nothing but by their kind, such as a TimeoutError.
        why = str(error).strip().removesuffix(".") or type(error).__name__
        fail(f"The database cannot be used: {why}. Check DATABASE_URL, or unset it to use the embedded PostgreSQL.")


def data_folder(settings: Settings) -> Path:
    """Where the embedded PostgreSQL keeps its data."""
    from db.embedded import default_data_folder

    return settings.data_dir or default_data_folder()


async def prepared(settings: Settings, *, is_served: bool = True) -> str:
    """The DSN of the database to work on: the given one as it is, or the embedded one, started and filled."""
    from db import embedded
    from db.preparing import prepare_embedded, require_migrated

    if settings.dsn is not None:
        if is_served:
            await require_migrated(settings.dsn)
        return settings.dsn
    server = await asyncio.to_thread(embedded.start, data_folder(settings))
    with progress_bar() as progress:
        return await prepare_embedded(server, with_sample=settings.sample, progress=progress)


def with_database(work: "Callable[[asyncpg.Connection], Awaitable[None]]") -> None:
    """Do something with a connection to the database, and end with a message when it cannot be done."""
    import asyncpg

    settings = read_settings()

    async def main() -> None:
        connection = await asyncpg.connect(await prepared(settings))
        try:
            await work(connection)
        finally:
            await connection.close()

    with plain_errors():
        asyncio.run(main())
