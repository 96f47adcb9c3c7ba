"""What is done about results of every kind: raising them, passing them on, adopting and endorsing them."""

from collections.abc import Mapping
from typing import Any

from db.enums import AuthorRole, ResultKind, ResultStatus, Visibility
from db.machines import RESULTS
from db.results import adoption, endorsement, proposal_bundle, result, result_author, result_step, supervision_campaign
from db.tables import Values
from resolvers import concepts
from resolvers.audiences import Audience
from resolvers.edges import Concept
from resolvers.errors import BadArgument
from resolvers.failures import AlreadyAdopted, IllegalTransition
from resolvers.mutations.acts import Act, Given, act
from resolvers.writes import Of, Write, require_beginning, require_not_closed, require_of

# What a result may name of its own district, by the part of the input.
OWN: Mapping[str, Concept] = {
    "platform": concepts.platforms,
    "event": concepts.events,
    "follows_from": concepts.results,
    "department": concepts.organizations,
    "campaign": concepts.campaigns,
    "bundle": concepts.bundles,
}
TEXTS = ("body", "number", "cause", "beneficiaries", "measure", "measure_before", "measure_after", "level")


async def raised(write: Write, given: Any, kind: ResultKind, status: ResultStatus | None = None) -> Values:
    """A new result in the first of its states, or in `status`, with its authors and its first step."""
    named = {
        name: await write.seen(concept, given_id, name)
        for name, concept in OWN.items()
        if (given_id := getattr(given, name, None))
    }
    authors = [await write.seen(concepts.members, each, "authors") for each in getattr(given, "authors", None) or []]
    owners = [row["district"] for row in named.values()] or [row["district"] for row in authors]
    district = getattr(given, "district", None) or (owners[0] if owners else None)
    if district is None:
        raise BadArgument("name the district that owns it, or a platform, an event or an author of it")
    for name, row in named.items():
        require_of(district, row, name)
    if "platform" in named:
        require_not_closed(named["platform"], "platform")
    machine = RESULTS[kind]
    first = status or machine.beginnings[0]
    require_beginning(machine, first)
    raised_at = getattr(given, "raised_at", None) or write.at
    # What a citizen writes, and a draft, is seen by the district alone unless it is said otherwise.
    is_internal = first == ResultStatus.DRAFT or kind == ResultKind.CITIZEN_REQUEST
    row = await write.add(
        result,
        district=district,
        kind=kind,
        status=first,
        title=given.title,
        raised_at=raised_at,
        closed_at=raised_at if first in machine.closing else None,
        topics=getattr(given, "topics", None) or [],
        parties=getattr(given, "parties", None) or [],
        is_sample=given.is_sample,
        **{f"{name}_id": each["id"] for name, each in named.items()},
        **{name: getattr(given, name) for name in TEXTS if getattr(given, name, None) is not None},
        **(Audience(Visibility.INTERNAL).columns if is_internal and write.audience is None else {}),
    )
    for position, author in enumerate({each["id"]: each for each in authors}.values()):
        await add_author(write, row, author, AuthorRole.CO_AUTHOR if position else AuthorRole.LEAD, position)
    await add_step(write, row, first, at=raised_at)
    return row


async def add_author(write: Write, row: Values, author: Values, role: AuthorRole, position: int) -> None:
    """One more author of a result."""
    await write.add(
        result_author,
        district=row["district"],
        result_id=row["id"],
        member_district=author["district"],
        member_id=author["id"],
        role=role,
        position=position,
    )


async def add_step(
    write: Write, row: Values, stage: str, *, body: Values | None = None, note: str | None = None, at: Any = None
) -> None:
    """One more step in the handling of a result."""
    await write.add(
        result_step,
        district=row["district"],
        result_id=row["id"],
        stage=stage,
        at=at or write.at,
        organization_district=body and body["district"],
        organization_id=body and body["id"],
        note=note,
        is_sample=row["is_sample"],
    )


async def advanced(
    write: Write, row: Values, to: str, *, body: Values | None = None, note: str | None = None, **values: Any
) -> Values:
    """A result in another state, with the step that took it there."""
    machine = RESULTS[ResultKind[row["kind"]]]
    closed_at = write.at if to in machine.closing else None
    if row["closed_at"] is not None and closed_at is not None:
        # What was done with stays so since then.
        closed_at = row["closed_at"]
    moved = await write.move(machine, result, row, to, closed_at=closed_at, **values)
    await add_step(write, row, to, body=body, note=note)
    return moved


def _raising(name: str, kind: ResultKind, field: str) -> Act:
    async def does(write: Write, given: Any) -> Given:
        return {field: Of(result, await raised(write, given, kind, getattr(given, "status", None)))}

    does.__name__ = name
    return act()(does)


raise_recommendation = _raising("raise_recommendation", ResultKind.RECOMMENDATION, "recommendation")
report_public_opinion = _raising("report_public_opinion", ResultKind.PUBLIC_OPINION, "public_opinion_report")
find_supervision_item = _raising("find_supervision_item", ResultKind.SUPERVISION_ITEM, "supervision_item")
write_research_report = _raising("write_research_report", ResultKind.RESEARCH_REPORT, "research_report")
record_outcome = _raising("record_outcome", ResultKind.OUTCOME, "outcome")
record_recognition = _raising("record_recognition", ResultKind.RECOGNITION, "recognition")
start_partnership = _raising("start_partnership", ResultKind.PARTNERSHIP, "partnership")


@act(IllegalTransition)
async def advance_result(write: Write, given: Any) -> Given:
    """A result, other than a proposal, in another state; a body may be named that took the step or is to handle it."""
    row = await write.the(concepts.results, given.result, "result")
    if row["kind"] == ResultKind.PROPOSAL:
        raise BadArgument("a proposal is handled by mutations of its own, such as reviewProposal and assignProposal")
    if row["kind"] == ResultKind.CITIZEN_REQUEST:
        raise BadArgument("a request is handled by takeRequest, forwardRequest, replyToRequest and rateReply")
    body = await write.seen(concepts.organizations, given.organization, "organization") if given.organization else None
    handled_by = {}
    if body is not None and given.to in HANDED_OVER:
        require_of(row["district"], body, "organization")
        handled_by = {"department_id": body["id"]}
    moved = await advanced(write, row, given.to, body=body, note=given.note, **handled_by)
    return {"result": Of(result, moved)}


# Into these states a result goes to the body that is to handle it.
HANDED_OVER = {ResultStatus.FORWARDED, ResultStatus.TRANSFERRED, ResultStatus.ASSIGNED}


@act(AlreadyAdopted, IllegalTransition)
async def adopt_result(write: Write, given: Any) -> Given:
    """The adoption of a result by a body, which may belong to another district; several bodies may adopt one result."""
    row = await write.the(concepts.results, given.result, "result")
    body = await write.seen(concepts.organizations, given.organization, "organization")
    by = {"organization_district": body["district"], "organization_id": body["id"]}
    earlier = await write.row(adoption, {"district": row["district"], "result_id": row["id"], **by})
    if earlier is not None:
        raise AlreadyAdopted(earlier["adopted_on"])
    adopted = await write.add(
        adoption,
        district=row["district"],
        result_id=row["id"],
        **by,
        adopted_on=given.on or write.today,
        note=given.note,
        is_sample=row["is_sample"],
    )
    wanted = ResultStatus.PARTLY_ADOPTED if given.is_partial else ResultStatus.ADOPTED
    is_adopted = row["status"] in (ResultStatus.ADOPTED, ResultStatus.PARTLY_ADOPTED, ResultStatus.IMPLEMENTED)
    if is_adopted and not RESULTS[ResultKind[row["kind"]]].allows(row["status"], wanted):
        # Another body adopted it before.
        await add_step(write, row, row["status"], body=body, note=given.note)
    else:
        row = await advanced(write, row, wanted, body=body, note=given.note)
    return {"result": Of(result, row), "adoption": Of(adoption, adopted)}


@act()
async def endorse_result(write: Write, given: Any) -> Given:
    """A leader's written endorsement of a result."""
    row = await write.the(concepts.results, given.result, "result")
    made = await write.add(
        endorsement,
        district=row["district"],
        result_id=row["id"],
        level=given.level,
        kind=given.kind,
        issued_on=given.on or write.today,
        issued_by=given.issued_by,
        is_sample=row["is_sample"],
    )
    return {"result": Of(result, row), "endorsement": Of(endorsement, made)}


@act()
async def start_campaign(write: Write, given: Any) -> Given:
    """A campaign of democratic supervision and the works it looks at."""
    row = await write.add(
        supervision_campaign,
        district=given.district,
        title=given.title,
        year=given.year,
        focus_works=given.focus_works or [],
        note=given.note,
        is_sample=given.is_sample,
    )
    return {"campaign": Of(supervision_campaign, row)}


@act()
async def make_bundle(write: Write, given: Any) -> Given:
    """A thematic bundle in which proposals are handled together."""
    row = await write.add(
        proposal_bundle, district=given.district, title=given.title, year=given.year, is_sample=given.is_sample
    )
    return {"bundle": Of(proposal_bundle, row)}
