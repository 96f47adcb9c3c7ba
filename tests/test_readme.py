"""What the README says is true: its queries answer as shown, its settings and commands are those of the program."""

import re
from pathlib import Path

import orjson
import pytest
from conftest import Ask

from server import cli
from settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```\n\n```json\n(.*?)```", README, re.DOTALL)


@pytest.mark.anyio
@pytest.mark.parametrize(("query", "expected"), QUERIES, ids=range(len(QUERIES)))
async def test_a_query_of_the_readme_answers_as_shown(ask: Ask, query: str, expected: str) -> None:
    answer = await ask(query)
    assert answer.errors == []
    assert orjson.dumps(answer.data) == orjson.dumps(orjson.loads(expected))


def test_the_readme_has_five_queries_with_answers() -> None:
    assert len(QUERIES) == README.count("```graphql") == 5


def test_the_readme_lists_every_setting() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)
    assert listed == [name.upper() for name in Settings.model_fields]


def test_the_readme_lists_every_command() -> None:
    commands = [command.name or command.callback.__name__ for command in cli.registered_commands if command.callback]
    listed = re.findall(r"^\| `python server.py ([a-z-]+)", README, re.MULTILINE)
    groups = [str(group.name) for group in cli.registered_groups]
    assert sorted(listed) == sorted([*commands, *groups])
