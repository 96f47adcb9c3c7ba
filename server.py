"""The one place that wires things: settings, database, web application, and the command line."""

import asyncio
import contextlib
import importlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keys import keys
from settings import Settings
from terminal import data_folder, fail, plain_errors, prepared, progress_bar, read_settings
from webhooks import webhooks

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    from starlette.types import ASGIApp

FIRST_QUERY = '{ area(code: "330114") { name platforms { totalCount } } }'


# --- The web application


def build_app(dsn: str, settings: Settings) -> "ASGIApp":
    """The application on a database that is ready to serve."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, RedirectResponse, Response
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send
    from starlette_compress import CompressMiddleware

    from db import access, search
    from db.pools import read_pool, write_pool
    from db.preparing import readiness
    from resolvers.following import Follower
    from resolvers.sending import Sender
    from resolvers.snapshots import Statements
    from resolvers.tokens import tokens_by
    from resolvers.viewers import Viewers
    from resolvers.webhooks import Deliverer
    from schema.codes import picture
    from schema.deliveries import reading
    from schema.endpoint import Endpoint
    from schema.graph import build_schema

    schema = build_schema()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.statements = Statements()
        read_from = settings.read_dsn or dsn
        timeout = settings.statement_timeout
        app.state.pool = await read_pool(read_from, size=settings.pool_size, statement_timeout=timeout)
        app.state.primary = await write_pool(dsn, size=settings.pool_size, statement_timeout=timeout)
        oidc = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks)
        tokens = tokens_by(*oidc, settings.oidc_algorithms, settings.oidc_claims)
        app.state.viewers = Viewers(app.state.pool, app.state.primary, tokens)
        app.state.follower = Follower(
            dsn, per_viewer=settings.subscriptions, also={access.CHANNEL: app.state.viewers.forget}
        )
        following = asyncio.create_task(app.state.follower.run())
        read = reading(schema, app.state.primary, app.state.statements, may_compile=settings.execution == "compiled")
        sender = Sender(is_private=settings.webhooks_private)
        delivering = asyncio.create_task(Deliverer(dsn, app.state.primary, read, sender).run())
        # What puts names in order takes half a second to read, which the first write should not wait for.
        warming = asyncio.create_task(asyncio.to_thread(search.initials, "驿站"))
        yield
        await warming
        following.cancel()
        delivering.cancel()
        await app.state.viewers.close()
        # Whoever is still being answered gets a moment.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(app.state.pool.close(), app.state.primary.close()), 5)

    async def ready(_: Request) -> Response:
        for address in dict.fromkeys((dsn, settings.read_dsn or dsn)):
            is_ready, why = await readiness(address)
            if not is_ready:
                return PlainTextResponse(why, 503)
        return PlainTextResponse("ready")

    pages = Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/graphql")),
            Route("/schema.graphql", lambda _: PlainTextResponse(schema.as_str())),
            Route("/check-in/{code}.svg", picture),
            Route("/health", lambda _: PlainTextResponse("alive")),
            Route("/ready", ready),
        ],
        lifespan=lifespan,
    )
    endpoint = Endpoint(schema, may_compile=settings.execution == "compiled")

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        # The router and what stands before it would take a tenth of the time of a small answer.
        if scope["type"] != "lifespan" and scope["path"] == "/graphql":
            scope["app"] = pages
            await endpoint(scope, receive, send)
        else:
            await pages(scope, receive, send)

    return CompressMiddleware(application)


# --- The command line

cli = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Yizhan (驿站): one graph of a city's consultation platforms, their members, events and results.",
)
config = typer.Typer(no_args_is_help=True, help="What the settings are.")
cli.add_typer(config, name="config")
cli.add_typer(keys, name="keys")
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


@cli.command()
def serve() -> None:
    """Serve the graph.

    Without DATABASE_URL it starts its own PostgreSQL, migrates it and loads Hangzhou's network the first time.

    Example: `PORT=9000 SAMPLE=0 python server.py serve`
    """
    import uvicorn
    import uvloop

    from db.preparing import keep_running

    settings = read_settings()

    class Server(uvicorn.Server):
        """Says where it serves once it does."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started and sockets:
                typer.echo(greeting(*sockets[0].getsockname()[:2]))

    async def main() -> None:
        # What the application imports takes longer than the embedded PostgreSQL to start, so both happen at once: the
        # one in a thread of its own, all imports in this one.
        preparing = asyncio.create_task(prepared(settings))
        await asyncio.sleep(0)
        importlib.import_module("schema.endpoint")
        dsn = await preparing
        listener = listening_socket(settings)
        app = build_app(dsn, settings)
        keeping = asyncio.create_task(keep_running(data_folder(settings))) if settings.dsn is None else None
        await Server(uvicorn.Config(app, log_level="warning", access_log=False)).serve(sockets=[listener])
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
