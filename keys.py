"""The command `keys`: who may see and write what."""

from typing import TYPE_CHECKING, Annotated

import typer

from terminal import fail, with_database

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg

keys = typer.Typer(
    no_args_is_help=True, help="Who may see and write what: keys for programs, shown once and kept as digests."
)
Name = Annotated[str, typer.Argument(help="The key's name.")]


@keys.command("issue")
def issue_key(
    name: Annotated[str, typer.Argument(help="Whose it is; the change log tells writers apart by it.")],
    district: Annotated[
        list[str] | None,
        typer.Option(help="The code of a district whose internal rows it sees and where it writes; a city's for all."),
    ] = None,
    partner: Annotated[
        str | None, typer.Option(help="The code of the county whose app it is: what is shared with it is seen.")
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="It writes nothing.")] = False,
    member: Annotated[bool, typer.Option("--member", help="It is a member's, not the staff's.")] = False,
    operator: Annotated[bool, typer.Option("--operator", help="It sees and writes everything everywhere.")] = False,
    concept: Annotated[
        list[str] | None,
        typer.Option(help="A concept it is limited to (platforms, members, events, results, discussions, figures)."),
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="It sees how members and citizens of its districts can be reached.")
    ] = False,
    days: Annotated[
        int | None, typer.Option(min=1, help="After how many days it expires; never when not given.")
    ] = None,
) -> None:
    """Issue a key, and show it this once.

    Examples: `python server.py keys issue 钱塘区政协 --district 330114`,
    `python server.py keys issue 上城应用 --partner 330102 --days 365`
    """
    from datetime import UTC, datetime, timedelta

    from db import access
    from db.enums import ViewerKind
    from resolvers.policy import MODULES

    # An operator's code is the beginning of every other.
    districts = [""] if operator else district or []
    for code in [*(district or []), *([partner] if partner else [])]:
        if not code.isascii() or not code.isdigit() or len(code) not in (2, 4, 6):
            fail(f"--district and --partner take a code of 2, 4 or 6 digits, for example 330114, got {code}")
    for word in concept or []:
        if word not in MODULES:
            fail(f"--concept must be one of {', '.join(MODULES)}, got {word}")
    if sum((bool(district), partner is not None, operator)) != 1:
        fail("Say for whom it is: --district (once or more), --partner or --operator, one of them.")
    if member and not district:
        fail("A member's key needs --district.")
    if personal and partner:
        fail("A partner is never shown how people can be reached; --personal is for a district's own staff.")
    if operator:
        kind = ViewerKind.OPERATOR
    elif partner:
        kind = ViewerKind.PARTNER
    elif member:
        kind = ViewerKind.MEMBER
    else:
        kind = ViewerKind.DISTRICT_STAFF if all(len(code) == 6 for code in districts) else ViewerKind.CITY_STAFF
    terms = access.Terms(
        kind=kind,
        districts=districts,
        may_write=not read_only and partner is None,
        partner=partner,
        modules=concept or None,
        is_personal=personal,
        expires_at=None if days is None else datetime.now(UTC) + timedelta(days=days),
    )

    async def issued(connection: "asyncpg.Connection") -> None:
        typer.echo(await access.issue(connection, name, terms))

    with_database(issued)


@keys.command("list")
def list_keys() -> None:
    """List all keys, without the keys themselves: what each is for, until when it holds, and when it was last used.

    Example: `python server.py keys list`
    """
    from db import access

    async def listed(connection: "asyncpg.Connection") -> None:
        for row in await access.listed(connection):
            ends = row["revoked_at"] or row["expires_at"]
            state = "revoked" if row["revoked_at"] else "expires" if ends else "holds"
            used = f"used {row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never used"
            what = ["writes" if row["may_write"] else "reads", *(row["modules"] or [])]
            what += ["personal"] if row["is_personal"] else []
            where = row["partner"] or ",".join(row["districts"]) or "everywhere"
            typer.echo(
                f"{row['name']:<30} {where:<20} {state + (f' {ends:%Y-%m-%d}' if ends else ''):<19}"
                f" {row['kind'].lower():<15} {','.join(what):<20} {used}"
            )

    with_database(listed)


@keys.command("rotate")
def rotate_key(
    name: Name,
    hours: Annotated[int, typer.Option(min=0, help="For how many hours the present key still holds.")] = 24,
) -> None:
    """Issue a new key on the same terms; the present one holds a while longer.

    Example: `python server.py keys rotate 钱塘区政协 --hours 48`
    """
    from datetime import timedelta

    from db import access

    async def rotated(connection: "asyncpg.Connection") -> None:
        key = await access.rotate(connection, name, timedelta(hours=hours))
        typer.echo(key or fail(f"No key called {name} holds. `python server.py keys list` shows all."))

    with_database(rotated)


@keys.command("revoke")
def revoke_key(name: Name) -> None:
    """End a key at once.

    Example: `python server.py keys revoke 钱塘区政协`
    """
    from db import access

    async def revoked(connection: "asyncpg.Connection") -> None:
        if not await access.revoke(connection, name):
            fail(f"No key called {name} holds. `python server.py keys list` shows all.")

    with_database(revoked)
