"""State machines: no forbidden state is reached by any order of writes, and of two who want one state one wins."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from conftest import Ask, asking
from telling import Teller
from test_command_line import run
from test_mutations import CITY, fetch, told_by

from db.enums import ResultKind
from db.machines import ASSIGNMENT, EVENT, MACHINES, PLATFORM, RESULTS, Machine
from schema.graph import Graph

pytestmark = pytest.mark.anyio

RAISING = {
    ResultKind.RECOMMENDATION: "raiseRecommendation",
    ResultKind.PUBLIC_OPINION: "reportPublicOpinion",
    ResultKind.SUPERVISION_ITEM: "findSupervisionItem",
    ResultKind.RESEARCH_REPORT: "writeResearchReport",
    ResultKind.OUTCOME: "recordOutcome",
    ResultKind.RECOGNITION: "recordRecognition",
    ResultKind.PARTNERSHIP: "startPartnership",
}
CLOSED = "query ($id: ID!) { node(id: $id) { ... on Result { status closedAt } } }"


@pytest.fixture
async def ask(graph: Graph, own_hangzhou: str) -> AsyncIterator[Ask]:
    async with asking(graph, own_hangzhou, CITY) as ask:
        yield ask


@pytest.fixture
async def teller(ask: Ask) -> Teller:
    return told_by(ask)


def test_every_state_can_be_reached_and_leads_to_states_of_its_own() -> None:
    for machine in MACHINES.values():
        reached, ahead = set(), list(machine.beginnings)
        while ahead:
            state = ahead.pop()
            if state not in reached:
                reached.add(state)
                ahead += machine.next[state]
        assert reached == set(machine.states)
        assert machine.closing <= reached


def test_the_diagrams_are_current() -> None:
    assert run("export-states", "--check")[0] == 0


async def test_the_graph_tells_the_machines(teller: Teller) -> None:
    found = await teller.ask("{ stateMachines { name states { name next isBeginning isClosing } } }")
    assert {
        each["name"]: {state["name"]: state["next"] for state in each["states"]} for each in found["stateMachines"]
    } == {
        name: {str(state): [str(each) for each in following] for state, following in machine.next.items()}
        for name, machine in MACHINES.items()
    }
    one = await teller.ask('{ stateMachines(names: ["Event"]) { name states { name isBeginning } } }')
    beginnings = [state["name"] for state in one["stateMachines"][0]["states"] if state["isBeginning"]]
    assert beginnings == ["TENTATIVE", "CONFIRMED"]


async def test_an_unknown_machine_is_told(ask: Ask) -> None:
    answer = await ask('{ stateMachines(names: ["Toaster"]) { name } }')
    assert [error[0] for error in answer.errors] == ["UNKNOWN_CODE"]


def expected(machine: Machine, current: str, wanted: str) -> Any:
    """What is refused, and how; None for what is allowed."""
    following = [str(each) for each in machine.after(current)]
    if wanted in following:
        return None
    allowed = ", ".join(following) or "nothing"
    message = f"{machine.name} is {current}, which can be followed by {allowed}, not by {wanted}"
    return {"__typename": "IllegalTransition", "message": message, "current": current, "allowed": following}


@pytest.mark.parametrize("kind", RAISING)
async def test_a_result_goes_where_its_machine_leads(teller: Teller, kind: ResultKind) -> None:
    machine, random = RESULTS[kind], Random(kind)  # noqa: S311 (nothing is kept secret by it)
    wanted_states = [str(state) for state in machine.states]
    for _ in range(3):
        row = await teller.do(RAISING[kind], f"{FIELDS[kind]} {{ id }}", title="一", district="330114")
        current = (await teller.ask(CLOSED, id=row["id"]))["node"]["status"]
        assert current == str(machine.beginnings[0] if kind not in BEGINS else BEGINS[kind])
        for _ in range(6):
            wanted = random.choice(wanted_states)
            refusal = expected(machine, current, wanted)
            if refusal is None:
                await teller.do("advanceResult", "result { id }", result=row["id"], to=wanted)
                current = wanted
            else:
                assert await teller.refused("advanceResult", result=row["id"], to=wanted) == refusal
            found = (await teller.ask(CLOSED, id=row["id"]))["node"]
            is_closed = found["closedAt"] is not None
            assert (found["status"], is_closed) == (current, current in {str(each) for each in machine.closing})


FIELDS = {
    ResultKind.RECOMMENDATION: "recommendation",
    ResultKind.PUBLIC_OPINION: "publicOpinionReport",
    ResultKind.SUPERVISION_ITEM: "supervisionItem",
    ResultKind.RESEARCH_REPORT: "researchReport",
    ResultKind.OUTCOME: "outcome",
    ResultKind.RECOGNITION: "recognition",
    ResultKind.PARTNERSHIP: "partnership",
}
BEGINS = {ResultKind.OUTCOME: "IMPLEMENTED", ResultKind.RECOGNITION: "AWARDED"}


@pytest.mark.parametrize(
    ("machine", "mutation", "part", "state"),
    [(PLATFORM, "setPlatformStatus", "platform", "ACTIVE"), (EVENT, "setEventStatus", "event", "CONFIRMED")],
)
async def test_platforms_and_events_go_where_their_machine_leads(
    teller: Teller, machine: Machine, mutation: str, part: str, state: str
) -> None:
    random = Random(mutation)  # noqa: S311 (as above)
    hall = await teller.platform("qiantang-xiasha-hall")
    for _ in range(4):
        current, id_ = state, hall
        if part == "event":
            made = await teller.do("planEvent", "event { id }", title="一", kind="SALON", platforms=[hall],
                                   startsAt="2026-01-01T09:00:00+08:00")  # fmt: skip
            id_ = made["id"]
        else:
            found = await teller.ask('{ platform(slug: "qiantang-xiasha-hall") { status } }')
            current = found["platform"]["status"]
        for _ in range(5):
            wanted = str(random.choice(machine.states))
            refusal = expected(machine, current, wanted)
            if refusal is None:
                await teller.do(mutation, f"{part} {{ id }}", **{part: id_, "to": wanted})
                current = wanted
            else:
                assert await teller.refused(mutation, **{part: id_, "to": wanted}) == refusal


async def test_of_those_who_want_one_transition_at_once_one_wins(teller: Teller) -> None:
    row = await teller.do("raiseRecommendation", "recommendation { id }", title="一", district="330114")

    async def decide(to: str) -> Any:
        given = {"result": row["id"], "to": to}
        query = (
            "mutation ($input: AdvanceResultInput!) { advanceResult(input: $input)"
            " { __typename ... on IllegalTransition { current } } }"
        )
        return (await teller.ask(query, input=given))["advanceResult"]

    wanted = ["DECLINED", "ADOPTED", "DECLINED", "PARTLY_ADOPTED"]
    answers = await asyncio.gather(*(decide(to) for to in wanted))
    won = [to for to, answer in zip(wanted, answers, strict=True) if answer["__typename"] == "AdvanceResultPayload"]
    status = (await teller.ask(CLOSED, id=row["id"]))["node"]["status"]
    # A part may still become the whole; nothing else follows what was decided.
    assert won[-1] == status
    assert len(won) == 1 or won == ["PARTLY_ADOPTED", "ADOPTED"]
    assert {answer.get("current") for answer in answers} <= {None, "DECLINED", "ADOPTED", "PARTLY_ADOPTED"}


async def test_proposals_are_handled_along_their_machines_whatever_is_tried(teller: Teller, own_hangzhou: str) -> None:
    random = Random("proposals")  # noqa: S311 (as above)
    members = [each["id"] for each in (await teller.ask(
        '{ members(where: {district: ["330110"]}, first: 3) { nodes { id } } }'))["members"]["nodes"]]  # fmt: skip
    bodies = [
        (
            await teller.do("foundOrganization", "organization { id }", district="330110", name=f"承办单位{number}",
                            kind="DEPARTMENT", level="DISTRICT")
        )["id"]
        for number in range(3)
    ]  # fmt: skip
    proposals = [
        (await teller.do("draftProposal", "proposal { id }", title=f"提案{number}", authors=members[:2]))["id"]
        for number in range(4)
    ]
    for _ in range(150):
        proposal, body, member = random.choice(proposals), random.choice(bodies), random.choice(members)
        mutation, given = random.choice(
            [
                ("submitProposal", {"member": members[0]}),
                ("coSignProposal", {"member": member}),
                ("editProposal", {"member": member, "title": "改过的提案"}),
                ("reviewProposal", {"to": random.choice(["FILED", "FILED", "NOT_FILED_RETURNED"])}),
                ("reopenProposal", {}),
                ("assignProposal", {"lead": bodies[0], "joint": [bodies[1]]}),
                ("assignProposal", {"lead": body}),
                ("objectToAssignment", {"organization": body, "reason": "不属本单位职责"}),
                ("settleObjection", {"organization": body, "instead": random.choice([None, bodies[2]])}),
                ("replyToProposal", {"organization": body, "replyClass": "A", "reply": "已办理。"}),
                ("evaluateProposal", {"member": members[0], "stage": random.randrange(1, 5), "score": 4}),
                ("closeProposal", {}),
            ]
        )
        title = mutation[0].upper() + mutation[1:]
        query = f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ __typename }} }}"
        await teller.ask(query, input={"proposal": proposal, **given})
    steps = await fetch(
        own_hangzhou,
        "SELECT result_id, array_agg(s.stage::text ORDER BY s.id), r.status::text FROM result_step s"
        " JOIN result r ON (r.district, r.id) = (s.district, s.result_id)"
        " WHERE r.title IN ('改过的提案', '提案0', '提案1', '提案2', '提案3') GROUP BY 1, 3",
    )
    machine = RESULTS[ResultKind.PROPOSAL]
    passed = set()
    for _, stages, status in steps:
        assert (stages[0], stages[-1]) == ("DRAFT", status)
        for before, after in itertools.pairwise(stages):
            # What a department says beside the lead is a step that changes nothing.
            assert before == after or machine.allows(before, after)
        passed |= set(stages)
    assert len(steps) == 4
    assert {"ASSIGNED", "REPLIED"} <= passed
    parts = await fetch(
        own_hangzhou,
        "SELECT before->>'state', after->>'state' FROM changed_row WHERE type = 'ASSIGNMENT' AND action = 'UPDATED'",
    )
    assert [each for each in parts if not ASSIGNMENT.allows(*each)] == []
