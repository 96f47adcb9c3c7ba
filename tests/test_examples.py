"""The documented questions: each document of examples/ is valid, and answers exactly as the file beside it says."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import Ask
from graphql import OperationDefinitionNode, parse

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).parents[1] / "examples"
DOCUMENTS = sorted(EXAMPLES.glob("*.graphql"))
# Their answers have thousands of lines, so that their shape and cost are asserted instead.
LONG = {"large-all-districts", "medium-one-district"}
ANSWERED = [document for document in DOCUMENTS if document.stem not in LONG]
LETTERS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "m", "n", "o", "p", "q", "r"]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shape(district: Any) -> tuple[str, int, int, int]:
    """A district's name, and how many rows each of the three levels below it has."""
    halls = district["platforms"]["nodes"]
    children = [child for hall in halls for child in hall["children"]["nodes"]]
    return district["name"], len(halls), len(children), sum(len(child["events"]["nodes"]) for child in children)


@pytest.mark.parametrize("document", ANSWERED, ids=lambda document: document.stem)
async def test_an_example_answers_as_the_file_beside_it_says(ask: Ask, document: Path) -> None:
    answer = await ask(text(document))
    assert answer.errors == []
    # Compared as bytes, because dictionaries are equal in whatever order their keys are.
    assert orjson.dumps(answer.data) == orjson.dumps(orjson.loads(text(document.with_suffix(".json"))))


async def test_an_example_that_is_not_valid_would_fail(ask: Ask) -> None:
    answer = await ask(text(ANSWERED[0]).replace("totalCount", "total"))
    assert answer.data is None
    assert {code for code, _, _ in answer.errors} == {"GRAPHQL_VALIDATION_FAILED"}


async def test_one_district_costs_one_statement_per_level(ask: Ask) -> None:
    answer = await ask(text(EXAMPLES / "medium-one-district.graphql"))
    assert answer.errors == []
    assert [shape(district) for district in answer.data["districts"]] == [("钱塘区", 7, 120, 360)]
    assert len(answer.statements) == 4


async def test_all_districts_cost_as_many_statements_as_one(ask: Ask) -> None:
    answer = await ask(text(EXAMPLES / "large-all-districts.graphql"))
    assert answer.errors == []
    assert [shape(district) for district in answer.data["districts"]] == [
        ("上城区", 0, 0, 0),
        ("滨江区", 0, 0, 0),
        ("萧山区", 22, 0, 0),
        ("余杭区", 0, 0, 0),
        ("临平区", 1, 0, 0),
        ("钱塘区", 7, 120, 360),
        ("淳安县", 1, 0, 0),
    ]
    assert len(answer.statements) == 4


def test_every_question_has_a_document() -> None:
    assert [document.stem[0] for document in DOCUMENTS if document.stem[1] == "-"] == LETTERS


def test_every_answer_belongs_to_a_document() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.json")) == [document.stem for document in ANSWERED]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_an_example_asks_its_question_in_chinese_and_in_english(document: Path) -> None:
    chinese, english, _ = text(document).split("\n", 2)
    assert re.fullmatch(r"# .*[\u4e00-\u9fff].*[?。]", chinese)
    assert re.fullmatch(r"# [A-Z].*[?.]", english)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_an_example_is_one_named_operation_that_runs_as_it_stands(document: Path) -> None:
    definitions = parse(text(document)).definitions
    (operation,) = (each for each in definitions if isinstance(each, OperationDefinitionNode))
    assert operation.name is not None
    variables = operation.variable_definitions or ()
    assert [each.variable.name.value for each in variables if each.default_value is None] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_an_example_shows_nothing_that_differs_between_two_databases(document: Path) -> None:
    assert re.findall(r"\b(?:id|cursor|startCursor|endCursor)\b", text(document)) == []


def test_the_table_of_examples_lists_every_document() -> None:
    table = text(EXAMPLES / "README.md")
    assert re.findall(r"^\| \[[\w-]+\]\(([\w-]+)\.graphql\) \|", table, re.MULTILINE) == [
        document.stem for document in DOCUMENTS
    ]
