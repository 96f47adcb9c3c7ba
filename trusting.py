"""The command `documents`: which documents are trusted."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terminal import fail, with_database

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg
    from graphql import GraphQLError

documents = typer.Typer(no_args_is_help=True, help="Documents that are trusted, and known by their ids.")

App = Annotated[str, typer.Option(help="The application they belong to.")]


@documents.command("load")
def load_documents(
    path: Annotated[Path, typer.Argument(help="A manifest of ids and texts, in JSON.", exists=True, dir_okay=False)],
    app: App = "default",
) -> None:
    """Load the documents of a manifest, all of them or none; servers know them within seconds.

    It may be one of GraphQL Code Generator, Relay or Apollo. The same manifest twice changes nothing, and documents of
    earlier manifests stay until they are removed, for clients that are not up to date.

    Example: `python server.py documents load persisted-documents.json --app dashboard`
    """
    from graphql import GraphQLError

    from db import trusted
    from resolvers.manifests import check_documents, read_manifest
    from schema.graph import build_schema

    schema = build_schema()

    def errors_of(text: str) -> "list[GraphQLError]":
        try:
            return schema.documents.read(text).errors
        except GraphQLError as error:
            return [error]

    async def loaded(connection: "asyncpg.Connection") -> None:
        found = read_manifest(path.read_bytes())
        check_documents(found, errors_of)
        done = await trusted.load(connection, app, found)
        typer.echo(f"{app}: {done.new} new, {done.changed} changed, {done.unchanged} as before")

    with_database(loaded)


@documents.command("list")
def list_documents(app: Annotated[str | None, typer.Option(help="Of this application only.")] = None) -> None:
    """List the trusted documents.

    Example: `python server.py documents list --app dashboard`
    """
    from db import trusted

    async def listed(connection: "asyncpg.Connection") -> None:
        for row in await trusted.listed(connection):
            if app in (None, row["app"]):
                begin = " ".join(row["text"].split())[:60]
                typer.echo(f"{row['app']:<15} {row['id']:<72} {row['added_at']:%Y-%m-%d} {begin}")

    with_database(listed)


@documents.command("remove")
def remove_documents(
    app: App,
    ids: Annotated[list[str] | None, typer.Argument(help="Their ids; all of the application when not given.")] = None,
) -> None:
    """Remove documents; servers run them no longer within seconds.

    Example: `python server.py documents remove --app dashboard 3f1c…`
    """
    from db import trusted

    async def removed(connection: "asyncpg.Connection") -> None:
        count = await trusted.remove(connection, app, ids)
        if not count:
            fail(f"{app} has no such documents. `python server.py documents list` shows all.")
        typer.echo(f"{app}: {count} removed")

    with_database(removed)


@documents.command("pin")
def pin_key(
    name: Annotated[str, typer.Argument(help="The key's name.")],
    app: Annotated[str | None, typer.Argument(help="The application; all documents again when not given.")] = None,
) -> None:
    """Bind a key to the documents of one application.

    Example: `python server.py documents pin 大屏 dashboard`
    """
    from db import access

    async def pinned(connection: "asyncpg.Connection") -> None:
        if not await access.pin(connection, name, app):
            fail(f"There is no key called {name}. `python server.py keys list` shows all.")

    with_database(pinned)
