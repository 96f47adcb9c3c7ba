"""The change log of the contract: between its milestones, and since the last, all that breaks clients is listed."""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, find_breaking_changes

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "schema.graphql"
MILESTONES = ROOT / "web" / "contract"
NAMES = [each["file"] for each in json.loads((MILESTONES / "milestones.json").read_text())]
STEPS = list(pairwise([*(MILESTONES / name for name in NAMES), CONTRACT]))
STARS = '  """How many stars, 1–5."""\n  stars: Int!\n'
LEFT = "  remaining: Int!\n"


def changes(old: Path, new: Path) -> list[tuple[str, str, str]]:
    """What the change log says of two contracts: how bad, what, and of what."""
    command = [str(ROOT / ".venv" / "bin" / "node"), "contract/changes.mjs", str(old), str(new)]
    done = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, timeout=60, check=True)
    told: list[dict[str, Any]] = json.loads(done.stdout)["changes"]
    return [(each["level"], each["kind"], each["path"]) for each in told]


def test_every_milestone_is_told_of_in_order() -> None:
    assert sorted(NAMES) == NAMES == sorted(path.name for path in MILESTONES.glob("*.graphql"))


@pytest.mark.parametrize(("old", "new"), STEPS, ids=lambda path: path.stem)
def test_what_another_library_finds_breaking_is_listed_as_breaking(old: Path, new: Path) -> None:
    found = find_breaking_changes(build_schema(old.read_text()), build_schema(new.read_text()))
    listed = {path for level, _, path in changes(old, new) if level == "BREAKING"}
    named = {match[0] for each in found if (match := re.search(r"\w+\.\w+|(?<=Type )\w+", each.description))}
    assert named - listed == set()
    assert len(named) == len(found)


@pytest.mark.parametrize(
    ("written", "instead", "change"),
    [
        (STARS, "", ("BREAKING", "INPUT_FIELD_REMOVED", "RatePlatformInput.stars")),
        (STARS, f"{STARS}  halves: Int!\n", ("BREAKING", "INPUT_FIELD_ADDED", "RatePlatformInput.halves")),
        (STARS, f"{STARS}  halves: Int = 0\n", ("DANGEROUS", "INPUT_FIELD_ADDED", "RatePlatformInput.halves")),
        (LEFT, "  remaining: Int\n", ("BREAKING", "FIELD_TYPE_CHANGED", "RateLimit.remaining")),
        (LEFT, f"{LEFT}  used(of: ID): Int!\n", ("SAFE", "FIELD_ADDED", "RateLimit.used")),
    ],
)
def test_a_change_of_the_contract_is_listed_as_what_it_is(
    tmp_path: Path, written: str, instead: str, change: tuple[str, str, str]
) -> None:
    text = CONTRACT.read_text()
    changed = tmp_path / "changed.graphql"
    assert text.count(written) == 1
    changed.write_text(text.replace(written, instead))
    assert changes(CONTRACT, changed) == [change]
