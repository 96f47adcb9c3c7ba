"""The command line, and the one place that wires things: settings, database, web application."""

import asyncio
import contextlib
import gc
import importlib
import json
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

import limits
from keys import keys
from settings import Settings
from terminal import data_folder, fail, plain_errors, prepared, progress_bar, read_settings
from webhooks import webhooks

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    from application import Application

# The largest message of a WebSocket, in bytes; what is larger is sent by POST.
MAX_MESSAGE = 64 * 1024
# How many seconds what still runs after `Application.end` gets to be cancelled.
LEAVING_SECONDS = 1
# How many seconds a connection may be idle: longer than proxies keep theirs, which would otherwise send a request down
# one that is being closed just then.
IDLE_SECONDS = 75
FIRST_QUERY = '{ area(code: "330114") { name platforms { totalCount } } }'


# --- The command line

cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Yizhan (驿站): one graph of a city's consultation platforms, their members, events and results.",
)
config = typer.Typer(no_args_is_help=True, help="What the settings are.")
cli.add_typer(config, name="config")
cli.add_typer(keys, name="keys")
limits.commands(cli)
cli.add_typer(webhooks, name="webhooks")


def listening_socket(settings: Settings) -> socket.socket:
    """A socket on the port that was asked for, or on the first free one from 8000."""
    for port in [settings.port] if settings.port else range(8000, 8020):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            # Two servers may both bind a port, but only one may listen on it.
            listener.listen(2048)
        except OSError as error:
            listener.close()
            if settings.port:
                fail(f"Port {port} of {settings.host} cannot be used: {error.strerror}. Set PORT to another one.")
        else:
            return listener
    fail(f"No port from 8000 to 8019 of {settings.host} is free. Set PORT to one that is.")
    raise AssertionError


def greeting(host: str, port: int) -> str:
    """Where the graph is served, and a first query to paste."""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/graphql"
    body = json.dumps({"query": FIRST_QUERY})
    return (
        f"Yizhan serves {address}\nOpen it in a browser, or paste a first query into a terminal:\n\n"
        f"  curl {address} -H 'content-type: application/json' \\\n    -d '{body}'\n"
    )


def set_apart_what_stays() -> None:
    """Spare the collector of cycles what was loaded by now, which stays as long as the process.

    It looks through everything once a quarter as much has come: of all that is loaded this would be 20 MB of garbage,
    and a pause of 0.2 s in which nobody is answered.
    """
    gc.freeze()
    # Only a collection lets it count anew.
    gc.collect()


@cli.command()
def serve() -> None:
    """Serve the graph.

    Without DATABASE_URL it starts its own PostgreSQL, migrates it and loads Hangzhou's network the first time.

    Example: `PORT=9000 SAMPLE=0 python server.py serve`
    """
    import uvicorn
    import uvloop

    from db.preparing import keep_running
    from resolvers.logs import configure_logs

    settings = read_settings()
    configure_logs(settings.log_format, settings.log_level)

    class Server(uvicorn.Server):
        """Says where it serves once it does, and goes on answering while what runs is finished."""

        def __init__(self, app: "Application", config: uvicorn.Config) -> None:
            super().__init__(config)
            self.app = app

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            set_apart_what_stays()
            if self.started and sockets:
                typer.echo(greeting(*sockets[0].getsockname()[:2]))

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.app.close()
            super().handle_exit(sig, frame)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await self.app.end()
            await super().shutdown(sockets)

    async def main() -> None:
        # What the application imports takes longer than the embedded PostgreSQL to start, so both happen at once: the
        # one in a thread of its own, all imports in this one.
        preparing = asyncio.create_task(prepared(settings))
        await asyncio.sleep(0)
        web = importlib.import_module("application")
        dsn = await preparing
        listener = listening_socket(settings)
        app = web.Application(dsn, settings)
        keeping = asyncio.create_task(keep_running(data_folder(settings))) if settings.dsn is None else None
        serving = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws_max_size=MAX_MESSAGE,
            timeout_graceful_shutdown=LEAVING_SECONDS,
            timeout_keep_alive=IDLE_SECONDS,
        )
        await Server(app, serving).serve(sockets=[listener])
        if keeping is not None:
            keeping.cancel()

    # Once it has shut down, the server raises the signal again that ended it; being told to end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with plain_errors(), contextlib.suppress(KeyboardInterrupt):
        uvloop.run(main())


@cli.command()
def load(
    folder: Annotated[Path, typer.Argument(help="A folder of CSV files, one a table.", exists=True, file_okay=False)],
) -> None:
    """Load a folder of CSV files, all of it or nothing.

    The same files twice change nothing. Every mistake is told by file, row and column.

    Example: `python server.py load db/data/hangzhou`
    """
    import asyncpg

    from db.loading import load as load_folder
    from resolvers.entries import log_load

    settings = read_settings()

    async def main() -> None:
        connection = await asyncpg.connect(await prepared(settings))
        with progress_bar() as progress:
            report = await load_folder(connection, folder, progress, log_load)
        await connection.close()
        for table, counts in report.tables.items():
            typer.echo(
                f"{table:<22} {counts.inserted:>7} new {counts.changed:>7} changed {counts.unchanged:>7} as before"
            )

    with plain_errors():
        asyncio.run(main())


@cli.command()
def migrate(
    check: Annotated[bool, typer.Option("--check", help="Only say what is pending; exit 1 if anything is.")] = False,
) -> None:
    """Bring the tables of the database up to date.

    Example: `DATABASE_URL=postgresql://… python server.py migrate`
    """
    from db import migrate as migrations

    settings = read_settings()

    async def main() -> None:
        dsn = await prepared(settings, is_served=False)
        found = await (migrations.status(dsn) if check else migrations.migrate(dsn))
        pending = ", ".join(found.pending) or "nothing"
        typer.echo(f"revision {found.current or 'none'}, wanted {found.head}, pending: {pending}")
        if not found.is_current:
            raise typer.Exit(1)

    with plain_errors():
        asyncio.run(main())


@cli.command()
def recount(
    check: Annotated[
        bool, typer.Option("--check", help="Only say where counters and facts differ; exit 1 if so.")
    ] = False,
) -> None:
    """Count anew what rollups are read from, while the server goes on.

    Counters are kept by whatever writes facts, so this changes nothing unless somebody wrote past them.

    Example: `python server.py recount --check`
    """
    import asyncpg

    from db import counters

    settings = read_settings()

    async def main() -> None:
        connection = await asyncpg.connect(await prepared(settings))
        if not check:
            await counters.recount(connection)
        found = await counters.differences(connection)
        await connection.close()
        for each in found:
            typer.echo(f"{each.counter} {each.key}: has {each.kept}, there are {each.counted}")
        typer.echo(f"{len(found)} differences")
        if found:
            raise typer.Exit(1)

    with plain_errors():
        asyncio.run(main())


SCALES = {"S": 1.0, "M": 10.0, "L": 100.0}


def _scale(text: str) -> float:
    try:
        return SCALES[text.upper()] if text.upper() in SCALES else float(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is none of S, M, L and no number") from None


@cli.command()
def generate(
    scale: Annotated[
        float, typer.Option(parser=_scale, metavar="S|M|L|NUMBER", help="How large: S is 1, M 10, L 100.")
    ],
) -> None:
    """Generate a network of made-up districts for benchmarks, all of it sample data.

    S has 13 districts, 3,530 platforms, 4,000 members, 50,000 events and 500,000 attendances.

    Example: `DATABASE_URL=postgresql://… python server.py generate --scale S`
    """
    import asyncpg

    from db.generating import generate as generate_network

    settings = read_settings()

    async def main() -> None:
        connection = await asyncpg.connect(await prepared(settings))
        with progress_bar() as progress:
            rows = await generate_network(connection, scale, progress)
        await connection.close()
        for table, count in rows.items():
            typer.echo(f"{table:<22} {count:>10} rows")

    with plain_errors():
        asyncio.run(main())


@cli.command()
def explain(
    path: Annotated[Path, typer.Argument(help="A file with a query document.", exists=True, dir_okay=False)],
    variables: Annotated[str, typer.Option(help="The variables, a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="Which operation of the document.")] = None,
    analyze: Annotated[
        bool, typer.Option("--analyze", help="Run it, and show the times and rows of each step.")
    ] = False,
) -> None:
    """Show the one statement that a query becomes, and how PostgreSQL runs it.

    Example: `python server.py explain examples/medium-one-district.graphql --analyze`
    """
    from resolvers.explaining import NotExplained, explained
    from schema.graph import build_schema

    settings = read_settings()

    async def main() -> None:
        dsn = await prepared(settings)
        text = path.read_text(encoding="utf-8")
        found = await explained(build_schema().documents, settings.read_dsn or dsn, text, variables, operation, analyze)
        typer.echo(found)

    with plain_errors():
        try:
            asyncio.run(main())
        except NotExplained as why:
            fail(f"{path}: {why}")


@cli.command("export-schema")
def export_schema(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if the file is not current.")] = False,
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("schema.graphql"),
) -> None:
    """Write the contract of the graph in the schema language.

    Example: `python server.py export-schema --check`
    """
    from schema.graph import build_schema

    sdl = build_schema().as_str() + "\n"
    if not check:
        path.write_text(sdl, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != sdl:
        fail(f"{path} is not what the code says. Run `python server.py export-schema`.")


@cli.command("export-states")
def export_states(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if the file is not current.")] = False,
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("docs/state-machines.md"),
) -> None:
    """Write the diagrams of the state machines.

    Example: `python server.py export-states`
    """
    from schema.machines import drawn

    if not check:
        path.write_text(drawn(), encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != drawn():
        fail(f"{path} is not what the code says. Run `python server.py export-states`.")


@config.command("show")
def show_config() -> None:
    """Show every setting, its value and where it comes from; passwords are left out.

    Example: `python server.py config show`
    """
    settings = read_settings()
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name in ("database_url", "database_read_url") and value is not None:
            from db.pools import without_password

            value = without_password(value)
        origin = "environment" if name in settings.model_fields_set else "default"
        typer.echo(f"{name.upper():<18} {'–' if value is None else value!s:<30} {origin:<12} {field.description}")


if __name__ == "__main__":
    cli()
