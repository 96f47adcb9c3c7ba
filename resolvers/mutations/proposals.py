"""How a proposal is made and handled: drafted, co-signed, reviewed, assigned, answered in classes, and evaluated."""

from typing import Any

from db.areas import area
from db.enums import AssignmentRole, AssignmentState, AuthorRole, ResultKind, ResultStatus, Visibility
from db.machines import ASSIGNMENT, RESULTS
from db.members import member
from db.organizations import organization
from db.results import assignment, evaluation, proposal_bundle, reply_meaning, result, result_author
from db.tables import Values
from resolvers import concepts
from resolvers.audiences import audience_in, audience_named
from resolvers.errors import BadArgument
from resolvers.failures import (
    AlreadyAssigned,
    AlreadyAuthor,
    AlreadyEvaluated,
    IllegalTransition,
    JointRepliesMissing,
    NotADraft,
    NotAnAuthor,
    NotAssigned,
    NotTheLead,
)
from resolvers.mutations.acts import Given, act
from resolvers.mutations.results import add_author, add_step, advanced, raised
from resolvers.writes import Of, Write, require_of, require_transition

STAGES = 4
ROUNDS = 2


@act()
async def draft_proposal(write: Write, given: Any) -> Given:
    """A proposal that its authors still work on; the first of them leads."""
    return {"proposal": Of(result, await raised(write, given, ResultKind.PROPOSAL))}


@act(NotADraft, NotTheLead)
async def edit_proposal(write: Write, given: Any) -> Given:
    """A draft in other words; only its lead author may change it."""
    row = await _draft(write, given)
    await _require_lead(write, row, given.member)
    new = {name: value for name in ("title", "body", "cause", "topics") if (value := getattr(given, name)) is not None}
    if not new:
        raise BadArgument("name what is to be changed: title, body, cause or topics")
    return {"proposal": Of(result, await write.change(result, row, **new))}


@act(NotADraft, AlreadyAuthor)
async def co_sign_proposal(write: Write, given: Any) -> Given:
    """One more member who makes a draft theirs."""
    row = await _draft(write, given)
    person = await write.seen(concepts.members, given.member, "member")
    authors = await write.rows(result_author, {"district": row["district"], "result_id": row["id"]})
    for author in authors:
        if (author["member_district"], author["member_id"]) == (person["district"], person["id"]):
            raise AlreadyAuthor(author["role"])
    role = AuthorRole.CO_AUTHOR if authors else AuthorRole.LEAD
    await add_author(write, row, person, role, max((each["position"] for each in authors), default=-1) + 1)
    return {"proposal": Of(result, row)}


@act(NotTheLead, IllegalTransition)
async def submit_proposal(write: Write, given: Any) -> Given:
    """A draft handed in by its lead author."""
    row = await _proposal(write, given)
    await _require_lead(write, row, given.member)
    # Those see it from now on who see what it names.
    named = await audience_named(write.connection, result, row)
    seen_by = (write.audience or (named if row["visibility"] == Visibility.INTERNAL else audience_in(row))).columns
    return {"proposal": Of(result, await advanced(write, row, ResultStatus.SUBMITTED, **seen_by))}


@act(IllegalTransition)
async def review_proposal(write: Write, given: Any) -> Given:
    """What becomes of a proposal that was handed in: filed, merged, passed on as an opinion, or returned."""
    row = await _proposal(write, given)
    if (given.merged_into is not None) != (given.to == ResultStatus.MERGED):
        raise BadArgument("mergedInto belongs to the decision MERGED, and to no other")
    into: dict[str, Any] = {}
    if given.merged_into is not None:
        other = await write.seen(concepts.results, given.merged_into, "mergedInto", kind="Proposal")
        if other["district"] != row["district"] or other["status"] in (ResultStatus.DRAFT, *REVIEWED[1:]):
            raise BadArgument("mergedInto must be a proposal of the same district that was handed in or filed")
        into = {"merged_into_id": other["id"]}
    if given.number is not None:
        into["number"] = given.number
    if given.to not in REVIEWED:
        raise BadArgument(f"to must be one of {', '.join(REVIEWED)}, got {given.to}")
    return {"proposal": Of(result, await advanced(write, row, given.to, note=given.note, **into))}


REVIEWED = (
    ResultStatus.FILED,
    ResultStatus.MERGED,
    ResultStatus.NOT_FILED_FORWARDED,
    ResultStatus.NOT_FILED_RETURNED,
)


@act(IllegalTransition)
async def reopen_proposal(write: Write, given: Any) -> Given:
    """A returned proposal, a draft again."""
    row = await _proposal(write, given)
    return {"proposal": Of(result, await advanced(write, row, ResultStatus.DRAFT))}


@act(IllegalTransition)
async def assign_proposal(write: Write, given: Any) -> Given:
    """A filed proposal to the departments that handle it; one that was answered, to those of the second round."""
    row = await _proposal(write, given)
    round_ = 2 if row["status"] in (ResultStatus.REPLIED, ResultStatus.REASSIGNED) else 1
    bodies = [await write.seen(concepts.organizations, each, "joint") for each in given.joint or []]
    lead = await write.seen(concepts.organizations, given.lead, "lead")
    if lead["id"] in {body["id"] for body in bodies}:
        raise BadArgument("a department either leads or joins in, so lead must not be among joint")
    moved = await advanced(
        write,
        row,
        ResultStatus.ASSIGNED if round_ == 1 else ResultStatus.REASSIGNED,
        body=lead,
        note=given.note,
        department_id=_id_in(row, lead),
    )
    for body in {each["id"]: each for each in (lead, *bodies)}.values():
        role = AssignmentRole.LEAD if body is lead else AssignmentRole.JOINT
        await _assigned(write, row, _id_in(row, body), role, round_)
    return {"proposal": Of(result, moved)}


@act(NotAssigned, IllegalTransition)
async def object_to_assignment(write: Write, given: Any) -> Given:
    """A department that holds a proposal not to be its business, and says why."""
    row = await _proposal(write, given)
    body, part = await _part(write, row, given)
    moved = await write.move(ASSIGNMENT, assignment, part, AssignmentState.OBJECTED, objection=given.reason)
    await add_step(write, row, row["status"], body=body, note=given.reason)
    return {"assignment": Of(assignment, moved), "proposal": Of(result, row)}


@act(NotAssigned, AlreadyAssigned, IllegalTransition)
async def settle_objection(write: Write, given: Any) -> Given:
    """An objection refused, so that the department goes on; or upheld, and another department takes its place."""
    row = await _proposal(write, given)
    _, part = await _part(write, row, given, state=AssignmentState.OBJECTED)
    if given.instead is None:
        moved = await write.move(ASSIGNMENT, assignment, part, AssignmentState.GIVEN)
        await add_step(write, row, row["status"], note=given.note)
        return {"assignment": Of(assignment, moved), "proposal": Of(result, row)}
    body = await write.seen(concepts.organizations, given.instead, "instead")
    same = {"district": row["district"], "result_id": row["id"], "round": part["round"]}
    if await write.row(assignment, {**same, "organization_id": _id_in(row, body)}) is not None:
        raise AlreadyAssigned(body["name"])
    await write.move(ASSIGNMENT, assignment, part, AssignmentState.WITHDRAWN)
    made = await _assigned(write, row, _id_in(row, body), AssignmentRole[part["role"]], part["round"])
    if part["role"] == AssignmentRole.LEAD:
        row = await write.change(result, row, department_id=body["id"])
    await add_step(write, row, row["status"], body=body, note=given.note)
    return {"assignment": Of(assignment, made), "proposal": Of(result, row)}


@act(NotAssigned, JointRepliesMissing, IllegalTransition)
async def reply_to_proposal(write: Write, given: Any) -> Given:
    """A department's reply, with its class; the lead's comes last and is the reply to the proposal."""
    row = await _proposal(write, given)
    body, part = await _part(write, row, given)
    require_transition(ASSIGNMENT, part["state"], AssignmentState.REPLIED)
    if part["role"] == AssignmentRole.LEAD:
        await _require_joint_replies(write, row, part)
        to = ResultStatus.REPLIED if part["round"] == 1 else ResultStatus.REPLIED_AGAIN
        row = await advanced(write, row, to, body=body, note=given.reply)
    else:
        await add_step(write, row, row["status"], body=body, note=given.reply)
    replied = {"reply": given.reply, "reply_class": given.reply_class, "replied_at": write.at}
    moved = await write.move(ASSIGNMENT, assignment, part, AssignmentState.REPLIED, **replied)
    return {"assignment": Of(assignment, moved), "proposal": Of(result, row)}


@act(NotAnAuthor, AlreadyEvaluated, IllegalTransition)
async def evaluate_proposal(write: Write, given: Any) -> Given:
    """What an author thinks of a stage of the handling; with the lead author's fourth, the proposal is evaluated."""
    row = await _proposal(write, given)
    person = await write.seen(concepts.members, given.member, "member")
    lead, authors = await _authors(write, row)
    if (person["district"], person["id"]) not in authors:
        raise NotAnAuthor(person["name"])
    if not 1 <= given.stage <= STAGES or not 1 <= given.score <= 5:
        raise BadArgument(f"stage must be 1–{STAGES} and score 1–5, got {given.stage} and {given.score}")
    if row["status"] not in EVALUATED_IN:
        require_transition(RESULTS[ResultKind.PROPOSAL], row["status"], ResultStatus.EVALUATED)
    by = {"member_district": person["district"], "member_id": person["id"]}
    same = {"district": row["district"], "result_id": row["id"], "stage": given.stage, **by}
    if await write.row(evaluation, same) is not None:
        raise AlreadyEvaluated(given.stage)
    made = await write.add(
        evaluation, **same, score=given.score, note=given.note, at=write.at, is_sample=row["is_sample"]
    )
    own = await write.rows(evaluation, {"district": row["district"], "result_id": row["id"], **by})
    is_lead = lead is not None and (lead["district"], lead["id"]) == (person["district"], person["id"])
    if is_lead and {each["stage"] for each in own} == set(range(1, STAGES + 1)):
        row = await advanced(write, row, ResultStatus.EVALUATED, note=given.note)
    return {"evaluation": Of(evaluation, made), "proposal": Of(result, row)}


# While a proposal is in these states, its handling can be evaluated.
EVALUATED_IN = (
    ResultStatus.ASSIGNED,
    ResultStatus.REPLIED,
    ResultStatus.REASSIGNED,
    ResultStatus.REPLIED_AGAIN,
    ResultStatus.EVALUATED,
)


@act(IllegalTransition)
async def close_proposal(write: Write, given: Any) -> Given:
    """A proposal that was evaluated, done with."""
    row = await _proposal(write, given)
    return {"proposal": Of(result, await advanced(write, row, ResultStatus.CLOSED, note=given.note))}


@act()
async def bundle_proposals(write: Write, given: Any) -> Given:
    """Proposals put into a thematic bundle, from wherever they were."""
    bundle = await write.the(concepts.bundles, given.bundle, "bundle")
    for each in given.proposals:
        row = await write.the(concepts.results, each, "proposals", kind="Proposal")
        require_of(bundle["district"], row, "proposals")
        await write.change(result, row, bundle_id=bundle["id"])
    return {"bundle": Of(proposal_bundle, bundle)}


@act()
async def supervise_bundle(write: Write, given: Any) -> Given:
    """One more round in which the handling of a bundle is supervised; there are two at most."""
    bundle = await write.the(concepts.bundles, given.bundle, "bundle")
    if bundle["rounds"] >= ROUNDS:
        raise BadArgument(f"a bundle is supervised in {ROUNDS} rounds, and both were held")
    return {"bundle": Of(proposal_bundle, await write.change(proposal_bundle, bundle, rounds=bundle["rounds"] + 1))}


@act()
async def define_reply_class(write: Write, given: Any) -> Given:
    """What a class of replies means in a district."""
    owner = await write.row(area, {"code": given.district, "valid_to": None})
    key = {"district": given.district, "reply_class": given.reply_class}
    await write.put(reply_meaning, key, meaning=given.meaning)
    return {"district": Of(area, owner or {})}


async def _proposal(write: Write, given: Any) -> Values:
    return await write.the(concepts.results, given.proposal, "proposal", kind="Proposal")


# While a proposal is in these states, departments work on it.
HANDLED_IN = (ResultStatus.ASSIGNED, ResultStatus.REASSIGNED)


async def _require_joint_replies(write: Write, row: Values, part: Values) -> None:
    same = {"district": row["district"], "result_id": row["id"], "round": part["round"], "role": AssignmentRole.JOINT}
    missing = [
        await write.row(organization, {"district": each["district"], "id": each["organization_id"]})
        for each in await write.rows(assignment, same)
        if each["state"] in (AssignmentState.GIVEN, AssignmentState.OBJECTED)
    ]
    if missing:
        raise JointRepliesMissing([body["name"] for body in missing if body is not None])


async def _draft(write: Write, given: Any) -> Values:
    row = await _proposal(write, given)
    if row["status"] != ResultStatus.DRAFT:
        raise NotADraft(row["status"])
    return row


async def _authors(write: Write, row: Values) -> tuple[Values | None, set[tuple[str, int]]]:
    """The lead author, and the keys of all authors."""
    authors = await write.rows(result_author, {"district": row["district"], "result_id": row["id"]})
    keys = {(each["member_district"], each["member_id"]) for each in authors}
    for each in authors:
        if each["role"] == AuthorRole.LEAD:
            return await write.row(member, {"district": each["member_district"], "id": each["member_id"]}), keys
    return None, keys


async def _require_lead(write: Write, row: Values, member_id: str) -> None:
    person = await write.seen(concepts.members, member_id, "member")
    lead, _ = await _authors(write, row)
    if lead is None or (lead["district"], lead["id"]) != (person["district"], person["id"]):
        raise NotTheLead(lead["name"] if lead and await write.sees(member, lead) else None)


async def _assigned(write: Write, row: Values, body: int, role: AssignmentRole, round_: int) -> Values:
    return await write.add(
        assignment,
        district=row["district"],
        result_id=row["id"],
        organization_id=body,
        role=role,
        state=AssignmentState.GIVEN,
        round=round_,
        given_at=write.at,
        is_sample=row["is_sample"],
    )


async def _part(write: Write, row: Values, given: Any, state: AssignmentState | None = None) -> tuple[Values, Values]:
    """A department and its newest part in the handling of a proposal."""
    body = await write.seen(concepts.organizations, given.organization, "organization")
    same = {"district": row["district"], "result_id": row["id"], "organization_id": body["id"]}
    parts = await write.rows(assignment, same, lock=True)
    newest = parts[-1] if parts and row["status"] in HANDLED_IN else None
    if newest is None or newest["state"] == AssignmentState.WITHDRAWN or state not in (None, newest["state"]):
        raise NotAssigned(body["name"])
    return body, newest


def _id_in(row: Values, body: Values) -> int:
    require_of(row["district"], body, "departments")
    return int(body["id"])
