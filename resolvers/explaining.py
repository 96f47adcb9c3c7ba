"""The statement of a query and PostgreSQL's plan for it, for people who want to know why it is fast or slow."""

import re

import orjson
from graphql import GraphQLError

from db.pools import read_pool
from resolvers.compiled import NotCompiled
from resolvers.plans import Documents

# Texts in quotes are passed over whole, for they may have parentheses.
_TOKENS = re.compile(r"'(?:[^']|'')*'|\(SELECT\b|[()]|\s*\n\s*|[^'()\n]+?(?=['()\n]|$)")


class NotExplained(Exception):
    """A document that is no single statement; the message says why."""


async def explained(
    documents: Documents, dsn: str, text: str, variables: str, operation_name: str | None, analyze: bool
) -> str:
    """The statement for an operation of a document, its values, and the plan; with `analyze` it is run.

    Raises NotExplained with what is wrong with the document or the variables, or why it is not compiled.
    """
    try:
        given = orjson.loads(variables)
    except orjson.JSONDecodeError as error:
        raise NotExplained(f"the variables are no JSON: {error}") from None
    if not isinstance(given, dict):
        raise NotExplained('the variables must be an object, such as {"code": "330114"}')
    try:
        document = documents.read(text)
        if document.errors:
            raise NotExplained("; ".join(error.message for error in document.errors))
        operation = document.operation(operation_name)
        if operation is None:
            names = ", ".join(name for name in document.operations if name)
            raise NotExplained(f"name one of its operations: {names}")
        statement, values = documents.plan(document, operation, given)
    except NotCompiled as why:
        raise NotExplained(f"it is not compiled but run level by level: {why}") from None
    except GraphQLError as error:
        raise NotExplained(error.message) from None
    options = "ANALYZE, BUFFERS, SETTINGS" if analyze else "SETTINGS"
    async with read_pool(dsn, size=1) as pool:
        plan = await pool.fetch(f"EXPLAIN ({options}) {statement.sql}", *values)
    parameters = [f"  ${number} = {value!r}" for number, value in enumerate(values, 1)]
    lines = [indented(statement.sql), "", "Values:", *parameters, "", "Plan:", *(f"  {line[0]}" for line in plan)]
    return "\n".join(lines)


def indented(sql: str) -> str:
    """`sql` with each selection on lines of its own, further in than the one around it."""
    written: list[str] = []
    # Of each parenthesis that is open, whether a selection stands in it.
    selections: list[bool] = []
    for word in _TOKENS.findall(sql):
        if word.startswith("("):
            selections.append(word != "(")
        elif word == ")" and selections.pop():
            word = "\n" + "  " * sum(selections) + ")"
        margin = "\n" + "  " * sum(selections)
        written.append(word.replace("(SELECT", f"({margin}SELECT") if word.startswith("(S") else word)
        if word.isspace() and "\n" in word:
            written[-1] = margin
    return "".join(written)
