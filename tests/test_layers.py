"""The layers hold: imports go down, a concept has one name everywhere, and modules stay small enough to read."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYERS = ("server", "application", "schema", "resolvers", "db")
CONCEPTS = {
    "access",
    "areas",
    "changes",
    "discussions",
    "events",
    "figures",
    "members",
    "organizations",
    "platforms",
    "results",
    "webhooks",
}

# What is no concept and still has a part in two layers: closed lists of values, filters, figures made up, state
# machines, searching, who asks for which fields.
IN_TWO_LAYERS = {"comparisons", "coverages", "enums", "filters", "machines", "rollups", "searches", "usages"}

NAMES_THAT_SAY_NOTHING = {"base", "common", "helpers", "manager", "service", "utils"}

LONG = {
    "db/enums.py": "the closed lists of values are one list",
    "db/migrations/versions/20261123_first_tables.py": "the tables of a migration are one list",
    "tests/test_hangzhou_data.py": "the published facts are one list",
}

# The one place that may catch anything: it hides what is unexpected from clients, and logs it.
MASKER = "schema/masking.py"


def test_imports_go_from_server_to_schema_to_resolvers_to_db() -> None:
    upwards = [
        f"{path} imports {name}"
        for path in sources(*LAYERS)
        for name in imported(path)
        if name in LAYERS and LAYERS.index(name) < LAYERS.index(layer(path))
    ]
    assert upwards == []


def test_a_concept_of_the_schema_has_the_same_name_in_the_layers_below() -> None:
    of_schema = names("schema") & CONCEPTS
    assert {"resolvers": of_schema - names("resolvers"), "db": of_schema - names("db")} == {
        "resolvers": set(),
        "db": set(),
    }


def test_nothing_but_concepts_has_one_name_in_several_layers() -> None:
    schema, resolvers, db = names("schema"), names("resolvers"), names("db")
    repeated = (schema & resolvers) | (schema & db) | (resolvers & db)
    assert repeated - CONCEPTS - IN_TWO_LAYERS - {"__init__"} == set()


def test_names_of_modules_say_what_is_in_them() -> None:
    assert [
        str(path) for path in sources(*LAYERS, "tests", "bench", "faults") if path.stem in NAMES_THAT_SAY_NOTHING
    ] == []


def test_modules_over_400_lines_have_a_reason() -> None:
    lines = {
        str(path): len((ROOT / path).read_text().splitlines()) for path in sources(*LAYERS, "tests", "bench", "faults")
    }
    assert {path for path, count in lines.items() if count > 400} == set(LONG)


def test_only_the_masker_catches_everything() -> None:
    catching = [str(path) for path in sources(*LAYERS, "tests", "bench", "faults") if catches_everything(path)]
    assert set(catching) - {MASKER} == set()


def sources(*packages: str) -> Iterator[Path]:
    """The modules of the packages, as paths from the root; a package may be a single module.

    What was installed into one of them, for Node, is not ours.
    """
    for package in packages:
        found = (ROOT / package).rglob("*.py") if (ROOT / package).is_dir() else ROOT.glob(f"{package}.py")
        yield from sorted(path.relative_to(ROOT) for path in found if "node_modules" not in path.parts)


def layer(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def names(package: str) -> set[str]:
    return {path.stem for path in (ROOT / package).glob("*.py")}


def imported(path: Path) -> Iterator[str]:
    """The top-level names of what the module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name.partition(".")[0] for alias in aliases)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.ImportFrom():
                yield layer(path)


def catches_everything(path: Path) -> bool:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.walk(node.type) if node.type else [ast.Name("BaseException")]
            if any(isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in caught):
                # To tidy up and raise it again is not to catch it.
                last = node.body[-1]
                if not (isinstance(last, ast.Raise) and last.exc is None):
                    return True
    return False
