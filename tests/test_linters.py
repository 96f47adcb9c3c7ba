"""What linters of schemas have against the contract: nothing but what is meant, each of which has its reason here."""

import json
import subprocess
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_schema,
    parse,
)
from test_contract import BOUNDED

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "schema.graphql").read_text()
SCHEMA = build_schema(TEXT)
NODE = ROOT / ".venv" / "bin" / "node"
MODULES = ROOT / "tests" / "clients" / "node_modules"

# Types without an id, which are no things of their own: they are found again where they belong.
WITHOUT_ID = {
    "AttendanceCount": "a line of a summary",
    "BatchRow": "what became of one row of an input; its node has an id",
    "Change": "an entry of the log, which is found by its cursor",
    "ChangedRow": "a line of an entry; its nodeId is that of the row",
    "CheckInCode": "another one every thirty seconds",
    "CitizenContact": "how to reach who sent a request, which has an id",
    "Comparison": "counted anew for its arguments",
    "ComparisonRow": "a line of a comparison, which names its district",
    "Completeness": "what a rollup leaves out",
    "Coverage": "counted anew for its arguments",
    "DutyReport": "a member's year, counted anew",
    "EnumLabel": "a value of an enum, which has a name",
    "EnumLabels": "an enum, which has a name",
    "EventKindCount": "a line of a duty report",
    "MachineState": "a state of a kind of thing, which has a name",
    "MemberContact": "how to reach a member, who has an id",
    "Organizer": "a body's part in an event",
    "PageInfo": "where a page lies in its list",
    "Period": "a value: from a day to a day",
    "ReplyMeaning": "what a class means in one district",
    "RateLimit": "what one operation cost, and who asked has left",
    "RequestStatus": "what a receipt tells of a request, which is no id of it on purpose",
    "RequestStep": "a line of it",
    "ResultKindCount": "a line of a duty report",
    "Rollup": "counted anew for its arguments",
    "RollupKey": "a part of a row's name",
    "RollupRow": "a group of what is counted, which has keys",
    "RollupValue": "one figure of a row",
    "SearchFacet": "a line of what a search found",
    "StarRating": "a platform's stars of one year",
    "StateMachine": "a kind of thing, which has a name",
    "Viewer": "who asks, of whom there is one",
    "WebhookDelivery": "an attempt of a webhook, which has an id",
}
# The same of whole families: pages, places in them, what a mutation answers, and why one was not made.
FAMILIES_WITHOUT_ID = ("Connection", "Edge", "Payload")

MEANT = {
    ("no-typename-prefix", "Member.memberships"): "a membership is a word of its own",
    ("relay-edge-types", "ChangeEdge"): "an entry of the change log is found by its cursor, not by an id",
}


def run(program: str, *arguments: str) -> Any:
    """The JSON that a linter prints, whether it found anything or not."""
    done = subprocess.run([NODE, MODULES / program, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def interfaces(name: str) -> list[GraphQLInterfaceType]:
    return list(getattr(SCHEMA.type_map[name], "interfaces", ()))


def places() -> dict[int, str]:
    """What the schema's text defines in each line: `Type`, or `Type.field` of the interface that declares it if any."""
    found: dict[int, str] = {}
    for definition in parse(TEXT).definitions:
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            name = definition.name.value
            assert definition.name.loc is not None
            found[definition.name.loc.start_token.line] = name
            for field in definition.fields or ():
                owner = next((each.name for each in interfaces(name) if field.name.value in each.fields), name)
                assert field.loc is not None
                lines = range(field.loc.start_token.line, field.loc.end_token.line + 1)
                found |= dict.fromkeys(lines, f"{owner}.{field.name.value}")
    return found


def test_graphql_schema_linter_finds_nothing() -> None:
    assert run("graphql-schema-linter/lib/cli.js", "--format", "json", "schema.graphql") == {"errors": []}


def test_graphql_eslint_finds_nothing_but_what_is_meant() -> None:
    config = str(ROOT / "tests" / "clients" / "eslint.config.mjs")
    (told,) = run("eslint/bin/eslint.js", "--config", config, "--format", "json", "schema.graphql")
    at = places()
    found = {
        ((each["ruleId"] or "none").removeprefix("@graphql-eslint/"), at.get(each["line"], each["line"]))
        for each in told["messages"]
    }
    failures = {each.name for each in SCHEMA.get_possible_types(SCHEMA.type_map["Failure"])}  # type: ignore[arg-type]
    families = {name for name in SCHEMA.type_map if name.endswith(FAMILIES_WITHOUT_ID)}
    without_id = {("strict-id-in-types", name) for name in failures | families | set(WITHOUT_ID)}
    # A list that is no page: what bounds it is written beside the rule that all lists are bounded.
    lists = {("relay-edge-types", name) for name in BOUNDED}
    pages = {("relay-edge-types", name) for name in at.values() if name.endswith("Connection.nodes")}
    meant = without_id | lists | pages | set(MEANT)
    assert (found - meant, meant - found) == (set(), set())
