"""What viewers may ask, as the settings say it; and the commands `cost` and `budget`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from settings import Settings
from terminal import fail, read_settings, with_database
from trusting import documents
from usage import usage

# What a command does not need is imported where it is used: `--help` and completion should not wait for it.
if TYPE_CHECKING:
    import asyncpg

    from resolvers.costs import Branch
    from resolvers.guarding import Policy

# Parts that cost less than this share of the whole are not shown.
SHOWN = 0.01
LEVELS = 12


def policy_of(settings: Settings) -> "Policy":
    """What viewers may do."""
    from resolvers.guarding import Policy

    return Policy(
        max_cost=settings.max_cost,
        max_cost_anonymous=settings.max_cost_anonymous,
        budget=settings.budget if settings.budgets else None,
        budget_anonymous=settings.budget_anonymous if settings.budgets else None,
        introspection=settings.introspection,
        documents=settings.documents,
    )


def cost(
    path: Annotated[Path, typer.Argument(help="A file with a document.", exists=True, dir_okay=False)],
    variables: Annotated[str, typer.Option(help="The variables, a JSON object.")] = "{}",
    operation: Annotated[str | None, typer.Option(help="Which operation of the document.")] = None,
) -> None:
    """Show what an operation costs, which of its parts cost most, and whether it would be taken.

    Example: `python server.py cost bench/queries/yizhan/large.graphql`
    """
    from graphql import GraphQLError

    from resolvers.compiled import NotCompiled
    from resolvers.limits import check_variables
    from schema.graph import build_schema

    settings = read_settings()
    try:
        given = json.loads(variables)
    except json.JSONDecodeError as error:
        fail(f"--variables is not JSON: {error}")
    if not isinstance(given, dict):
        fail(f'--variables must be a JSON object such as {{"first": 10}}, got {variables}')
    documents = build_schema().documents
    try:
        document = documents.read(path.read_text(encoding="utf-8"))
        check_variables(given)
    except GraphQLError as error:
        fail(f"{path}: it would be refused: {error.message}")
    if document.errors:
        fail(f"{path}: it would be refused:\n" + "\n".join(f"  {error.message}" for error in document.errors))
    chosen = document.operation(operation)
    if chosen is None:
        names = ", ".join(filter(None, document.operations))
        fail(f"{path}: name one of its operations with --operation: {names}")
        raise AssertionError
    try:
        coerced = documents.coerced(chosen, given)
    except NotCompiled as why:
        fail(f"{path}: {why}; give all that are needed with --variables")
    costing = documents.costing(document, coerced)
    found = costing.cost(chosen.node, chosen.order)
    typer.echo(f"cost   {found.points:>12,} points\nnodes  {found.nodes:>12,} objects at most\n")
    for line in _tree(costing.parts(chosen.node)):
        typer.echo(line)
    policy = policy_of(settings)
    typer.echo("")
    for who, limit, minute in (
        ("without a key", policy.max_cost_anonymous, policy.budget_anonymous),
        ("with a key", policy.max_cost, policy.budget),
    ):
        bound = min(each for each in (limit, minute) if each is not None)
        verdict = "taken" if found.points <= bound else "refused: COST_TOO_HIGH"
        often = "" if minute is None or found.points > bound else f", {minute // found.points:,} times a minute"
        typer.echo(f"{who:<15}may cost {bound:>9,}   {verdict}{often}")


def _tree(branch: "Branch", whole: int | None = None, level: int = 0) -> list[str]:
    whole = whole or branch.part.work
    part = branch.part
    lines = [f"{part.work / 1000:>14,.1f}  {part.nodes:>14,}  {'  ' * level}{part.name}"]
    if level == 0:
        lines.insert(0, f"{'points':>14}  {'objects':>14}")
    shown = [each for each in branch.branches if each.part.work >= SHOWN * whole] if level < LEVELS else []
    return lines + [line for each in shown for line in _tree(each, whole, level + 1)]


def budget(
    name: Annotated[str, typer.Argument(help="The key's name.")],
    points: Annotated[
        int | None, typer.Argument(min=1, help="How many points a minute; as many as other keys when not given.")
    ] = None,
) -> None:
    """Say how many points a minute a key has.

    Example: `python server.py budget 钱塘区政协 600000`
    """
    from db import access

    async def said(connection: "asyncpg.Connection") -> None:
        if not await access.set_budget(connection, name, points):
            fail(f"There is no key called {name}. `python server.py keys list` shows all.")

    with_database(said)


def commands(cli: Any) -> None:
    """Put the commands into the command line, with those for trusted documents."""
    cli.add_typer(documents, name="documents")
    cli.command()(cost)
    cli.command()(budget)
    cli.command()(usage)
