"""The command `usage`: which fields of the graph each key asks for."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from terminal import fail, with_database

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg


def usage(
    field: Annotated[
        list[str] | None, typer.Option(help="Only this field, for example Platform.note; several may be named.")
    ] = None,
    deprecated: Annotated[bool, typer.Option("--deprecated", help="Only fields that are deprecated.")] = False,
    days: Annotated[int, typer.Option(min=1, max=400, help="Of the last so many days.")] = 90,
) -> None:
    """Show who asked for which fields, how often, and when last: before a field is taken away.

    Fields of an interface are told as asked for: of Platform when a document asks it of any platform.

    Example: `python server.py usage --deprecated --days 365`
    """
    from graphql import GraphQLInterfaceType, GraphQLObjectType

    from db import usages
    from schema.graph import build_schema

    types = build_schema()._schema.type_map.values()
    all_fields = {
        f"{type_.name}.{name}": each
        for type_ in types
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, each in type_.fields.items()
    }
    for name in field or []:
        if name not in all_fields:
            fail(f"The graph has no field {name}; name one as Type.field, for example Platform.note.")
    wanted = {name for name, each in all_fields.items() if not deprecated or each.deprecation_reason is not None}
    wanted &= set(field) if field else wanted

    async def shown(connection: "asyncpg.Connection") -> None:
        since = datetime.now(UTC).date() - timedelta(days=days)
        rows = [row for row in await usages.listed(connection, since) if row["field"] in wanted]
        for row in rows:
            typer.echo(f"{row['field']:<40} {row['account']:<30} {row['operations']:>10}  last {row['last']}")
        asked = {row["field"] for row in rows}
        typer.echo(f"{len(asked)} of {len(wanted)} fields were asked for in {days} days")

    with_database(shown)
