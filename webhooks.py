"""The command `webhooks`: which apps are told of changes by themselves."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from terminal import fail, with_database

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg

webhooks = typer.Typer(no_args_is_help=True, help="Which apps are told of changes by themselves, each by its key.")
Number = Annotated[int, typer.Argument(help="The webhook's number, as `webhooks list` shows it.")]


@webhooks.command("add")
def add_webhook(
    key: Annotated[str, typer.Argument(help="The name of the key it belongs to; it is told of what that key sees.")],
    url: Annotated[str, typer.Argument(help="The address.")],
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="A type of changed rows, such as RESULT; all when none is given.")
    ] = None,
    under: Annotated[str | None, typer.Option(help="The id of an area or a platform; everywhere by default.")] = None,
    since: Annotated[str | None, typer.Option(help="A cursor of the change log; its end when not given.")] = None,
) -> None:
    """Have an address told of changes, and show its number and, this once, the secret that messages are signed with.

    Example: `python server.py webhooks add 上城应用 https://example.org/changes --type RESULT`
    """
    from db import access
    from db.enums import ChangeType
    from resolvers.errors import Fault
    from resolvers.failures import Failure
    from resolvers.mutations.webhooks import added

    for word in type_ or []:
        if word not in ChangeType.__members__:
            fail(f"--type must be one of {', '.join(ChangeType.__members__)}, got {word}")

    async def add(connection: "asyncpg.Connection") -> None:
        id_ = await access.id_of(connection, key)
        if id_ is None:
            fail(f"No key called {key} holds. `python server.py keys list` shows all.")
        else:
            try:
                async with connection.transaction():
                    row = await added(connection, id_, url, type_, under, since)
            except (Fault, Failure) as why:
                fail(why.message)
            else:
                typer.echo(f"{row['id']} {row['secret']}")

    with_database(add)


@webhooks.command("list")
def list_webhooks() -> None:
    """List all webhooks: whose each is, whether it is told, how far behind it is, and what was wrong last.

    Example: `python server.py webhooks list`
    """
    from db import webhooks as tables

    async def listed(connection: "asyncpg.Connection") -> None:
        for row in await tables.listed(connection):
            concerns = [*(row["types"] or []), *([f"under {row['under']}"] if row["under"] else [])]
            typer.echo(
                f"{row['id']:<10} {row['key_name']:<30} {row['state']:<6} at {row['position']:<10}"
                f" {row['lag']:>6} behind {row['failures']:>3} failures  {row['url']}"
                f"{'  ' + ','.join(concerns) if concerns else ''}"
                f"{'  (' + row['last_error'] + ')' if row['last_error'] else ''}"
            )

    with_database(listed)


@webhooks.command("pause")
def pause_webhook(webhook: Number) -> None:
    """Tell an address of nothing until it is resumed.

    Example: `python server.py webhooks pause 4711`
    """
    from db import webhooks as tables

    _of(webhook, tables.pause)


@webhooks.command("resume")
def resume_webhook(webhook: Number) -> None:
    """Tell an address of changes again, from where it stood, also one that was given up.

    Example: `python server.py webhooks resume 4711`
    """
    from db import webhooks as tables

    _of(webhook, tables.resume)


@webhooks.command("replay")
def replay_webhook(
    webhook: Number,
    since: Annotated[str, typer.Option(help="A cursor of the change log: all that came after it is told again.")],
) -> None:
    """Tell an address once more what came after a cursor; resumes it too.

    Example: `python server.py webhooks replay 4711 --since 1200`
    """
    from db import webhooks as tables
    from resolvers.errors import Fault
    from resolvers.mutations.webhooks import position_given

    async def replay(connection: "asyncpg.Connection", id_: int) -> None:
        try:
            position = await position_given(connection, since)
        except Fault as why:
            fail(why.message)
        else:
            await tables.replay(connection, id_, position)

    _of(webhook, replay)


@webhooks.command("remove")
def remove_webhook(webhook: Number) -> None:
    """Tell an address of nothing more, and forget it.

    Example: `python server.py webhooks remove 4711`
    """
    from db import webhooks as tables

    _of(webhook, tables.remove)


def _of(webhook: int, does: "Callable[[asyncpg.Connection, int], Awaitable[object]]") -> None:
    """Do something to a webhook that is there."""
    from db import webhooks as tables

    async def work(connection: "asyncpg.Connection") -> None:
        if await tables.shown(connection, webhook) is None:
            fail(f"No webhook has the number {webhook}. `python server.py webhooks list` shows all.")
        await does(connection, webhook)

    with_database(work)
