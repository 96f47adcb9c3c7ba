"""The command `keys`: who may write."""

from typing import TYPE_CHECKING, Annotated

import typer

from terminal import fail, with_database

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg

keys = typer.Typer(no_args_is_help=True, help="Who may write: keys for programs, shown once and kept as digests.")


@keys.command("issue")
def issue_key(
    name: Annotated[str, typer.Argument(help="Whose it is; the change log tells writers apart by it.")],
    district: Annotated[
        list[str],
        typer.Option(help="The code of a district it may write in; a city's stands for all of its districts."),
    ],
    days: Annotated[
        int | None, typer.Option(min=1, help="After how many days it expires; never when not given.")
    ] = None,
) -> None:
    """Issue a key that may write, and show it this once.

    Example: `python server.py keys issue 钱塘区政协 --district 330114`
    """
    from datetime import UTC, datetime, timedelta

    from db import access

    for code in district:
        if not code.isascii() or not code.isdigit() or len(code) not in (2, 4, 6):
            fail(f"--district must be a code of 2, 4 or 6 digits, for example 330114, got {code}")
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)

    async def issued(connection: "asyncpg.Connection") -> None:
        typer.echo(await access.issue(connection, name, district, may_write=True, expires_at=expires_at))

    with_database(issued)


@keys.command("list")
def list_keys() -> None:
    """List all keys, without the keys themselves.

    Example: `python server.py keys list`
    """
    from db import access

    async def listed(connection: "asyncpg.Connection") -> None:
        for row in await access.listed(connection):
            ends = row["revoked_at"] or row["expires_at"]
            state = "revoked" if row["revoked_at"] else "expires" if ends else "holds"
            typer.echo(
                f"{row['name']:<30} {','.join(row['districts']):<20} {state}{f' {ends:%Y-%m-%d}' if ends else ''}"
            )

    with_database(listed)


@keys.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """End a key at once.

    Example: `python server.py keys revoke 钱塘区政协`
    """
    from db import access

    async def revoked(connection: "asyncpg.Connection") -> None:
        if not await access.revoke(connection, name):
            fail(f"No key called {name} holds. `python server.py keys list` shows all.")

    with_database(revoked)
