"""Results: what came out of consultation, one type per kind, with its authors, handling and effects."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from db.enums import (
    AssignmentRole,
    AssignmentState,
    AuthorityLevel,
    DatePrecision,
    DocumentKind,
    EndorsementKind,
    ReplyClass,
    ResultKind,
    ResultStatus,
    Visibility,
)
from resolvers import concepts
from resolvers import results as edges
from resolvers.areas import is_within
from resolvers.filters import during, equals, has_any, has_items, has_some, is_of_district, is_set, neighbour, one_of
from schema.events import EventFilter
from schema.fields import LOCAL_TIMES, SHARED_WITH, VISIBILITY, column, connection, to_many, to_one
from schema.filters import DateRange, all_hold, any_holds, does_not_hold, has_text, where
from schema.members import MemberFilter
from schema.nodes import Node, connection_type, order_input
from schema.organizations import OrganizationFilter

if TYPE_CHECKING:
    from schema.platforms import PlatformFilter


@strawberry.type(description="One step in the handling of a result.")
class ResultStep(Node):
    stage: ResultStatus = column("Where the step took it.")
    at: datetime = column("When, in UTC.")
    note: str | None = column("What was done or said; null when nothing is written.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    result = to_one(edges.step_result, "The result.", required=True)
    organization = to_one(edges.step_organization, "The body that took the step; null when not stated.")


@strawberry.type(description="A leader's written endorsement (领导批示) of a result.")
class Endorsement(Node):
    level: AuthorityLevel = column("The level of the authority.")
    kind: EndorsementKind = column("How it was endorsed.")
    issued_on: date = column("The day it was written.", name="on")
    issued_by: str | None = column("Whose office wrote it; null when not stated.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    result = to_one(edges.endorsement_result, "The result.", required=True)
    source = to_one(edges.endorsement_source, "Where it is known from.")


@strawberry.type(description="The adoption (采纳) of a result by a body.")
class Adoption(Node):
    adopted_on: date = column("The day it was adopted; a note says when only the year is known.")
    note: str | None = column("What was adopted or carried out; null when nothing is written.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    result = to_one(edges.adoption_result, "The result.", required=True)
    organization = to_one(edges.adoption_organization, "The body, which may belong to another district.", required=True)
    source = to_one(edges.adoption_source, "Where it is known from.")


@strawberry.interface(description="Something that came out of consultation.")
class Result(Node):
    kind: ResultKind = column("What it is.")
    status: ResultStatus = column("Where it stands.")
    title: str = column("The title.")
    body: str | None = column("The text; null when not published.")
    raised_at: datetime = column("When it was raised, in UTC; the first moment of the period where only that is known.")
    raised_at_local: str = column("When it was raised, as exactly as it is known: " + LOCAL_TIMES)
    closed_at: datetime | None = column("When it was closed, in UTC; null while it is open or when not known.")
    date_precision: DatePrecision = column("How exactly `raisedAt` is known.")
    topics: list[str] = column("What it is about.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district that owns it.", required=True)
    platform = to_one(edges.platform, "The platform it came out at; null when none is stated.")
    event = to_one(edges.event, "The event it came out of; null when none is stated.")
    authors = to_many(edges.authors, "The members who made it, the first 100 by name.")
    department = to_one(edges.department, "The body that is to handle it; null when none is.")
    steps = to_many(edges.steps, "Its handling so far, oldest first.")
    endorsements = to_many(edges.endorsements, "Leaders' endorsements, oldest first.")
    adoptions = to_many(edges.adoptions, "Who adopted it, oldest first.")
    follows_from = to_one(edges.follows_from, "The result it follows from: an outcome follows from a recommendation.")
    joint_platforms = connection(
        edges.joint_platforms, "The other platforms, of any district and level, that work on it together."
    )
    leads_to = connection(edges.leads_to, "The results that follow from it.")
    documents = connection(edges.documents, "Files about it.")
    observations = connection(edges.observations, "Published figures about it.")
    source = to_one(edges.source, "Where it is known from.")


@strawberry.type(description="A recommendation (意见建议).")
class Recommendation(Result):
    pass


@strawberry.type(description="A proposal (提案).")
class Proposal(Result):
    number: str | None = column("Its number in the session; null when not numbered.")
    cause: str | None = column("Its cause (案由); null when not stated.")
    bundle = to_one(edges.bundle, "The thematic bundle it is handled in; null when in none.")
    discussion = to_one(edges.discussion, "The discussion it ripened in; null when it did in none.")
    merged_into = to_one(edges.merged_into, "The proposal it was merged into (并案); null when it was not.")
    assignments = to_many(edges.assignments, "The departments' parts in its handling, oldest first.")
    evaluations = to_many(edges.evaluations, "What its authors think of its handling, by stage; at most 1,000.")


@strawberry.type(description="A public opinion report (社情民意信息).")
class PublicOpinionReport(Result):
    pass


@strawberry.type(description="A problem found by democratic supervision (民主监督问题).")
class SupervisionItem(Result):
    campaign = to_one(edges.campaign, "The campaign that found it; null when none did.")


@strawberry.type(description="How a citizen can be reached. It needs a key with the scope `personal` for the district.")
class CitizenContact:
    contact: str | None = column("What the citizen said of it; null when nothing.")


@strawberry.type(description="A problem raised by a citizen (群众反映问题). The citizen is not named.")
class CitizenRequest(Result):
    contact = to_one(edges.contact, "How to reach the citizen; null to those who may not know it.")
    handler = to_one(edges.handler, "The member who takes care of it; null when nobody does yet.")
    rating: int | None = column("How content the citizen is with the reply, 1–5; null when nothing was said.")


@strawberry.type(description="A research report (调研报告).")
class ResearchReport(Result):
    pass


@strawberry.type(description="An outcome (成效·实事): what changed.")
class Outcome(Result):
    beneficiaries: str | None = column("Who gains by it; null when not stated.")
    measure: str | None = column("What was measured; null when nothing was.")
    measure_before: str | None = column("The measure before, in the source's words.")
    measure_after: str | None = column("The measure after, in the source's words.")


@strawberry.type(description="A recognition (典型案例·试点·奖项).")
class Recognition(Result):
    level: AuthorityLevel | None = column("The level of the authority that gave it; null when not stated.")


@strawberry.type(description="A partnership or support (帮扶·校企合作).")
class Partnership(Result):
    parties: list[str] = column("The parties, in the source's words.")
    beneficiaries: str | None = column("Who gains by it; null when not stated.")


@strawberry.type(description="A department's part in the handling of a proposal, in one of two rounds.")
class Assignment(Node):
    role: AssignmentRole = column("Whether it leads or joins in.")
    state: AssignmentState = column("Where it stands.")
    round: int = column("The round, 1 or 2.")
    given_at: datetime = column("When it was given, in UTC.")
    objection: str | None = column("Why the department objected; null when it did not.")
    reply_class: ReplyClass | None = column("The class of the reply, whose meaning the district defines; null before.")
    reply: str | None = column("The reply; null before.")
    replied_at: datetime | None = column("When the department replied, in UTC; null before.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    proposal = to_one(edges.assignment_result, "The proposal.", required=True)
    organization = to_one(edges.assignment_organization, "The department.", required=True)


@strawberry.type(description="What an author thinks of a stage of the handling of a proposal.")
class Evaluation(Node):
    stage: int = column("The stage, 1–4.")
    score: int = column("How content the author is, 1–5.")
    note: str | None = column("Why; null when nothing is written.")
    at: datetime = column("When, in UTC.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    proposal = to_one(edges.evaluation_result, "The proposal.", required=True)
    member = to_one(edges.evaluation_member, "The author.", required=True)


@strawberry.type(description="What a class of replies to proposals means in a district.")
class ReplyMeaning:
    reply_class: ReplyClass = column("The class.")
    meaning: str = column("What it means there.")


@strawberry.type(description="A campaign of democratic supervision (专项·集体民主监督).")
class SupervisionCampaign(Node):
    title: str = column("The title.")
    year: int = column("The year.")
    focus_works: list[str] = column("The works it looks at, as far as they are named.")
    note: str | None = column("What there is to know about it.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.campaign_district, "The district that runs it.", required=True)
    items = connection(edges.campaign_items, "The problems it found.")
    source = to_one(edges.campaign_source, "Where it is known from.")


@strawberry.type(description="A thematic bundle (专题项目) in which proposals are handled together.")
class ProposalBundle(Node):
    title: str = column("The title.")
    year: int = column("The year.")
    rounds: int = column("How many rounds of supervision it has had.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.bundle_district, "The district that handles it.", required=True)
    proposals = connection(edges.bundle_proposals, "Its proposals.")
    meetings = connection(edges.bundle_meetings, "The face-to-face meetings (集中面商) on it.")
    source = to_one(edges.bundle_source, "Where it is known from.")


@strawberry.type(description="A file or a press report.")
class Document(Node):
    kind: DocumentKind | None = column("What it is; null when not known.")
    title: str = column("The title.")
    media_type: str | None = column("Its media type, for example application/pdf; null when not known.")
    url: str | None = column("Where it can be read; null when it is not on line.")
    sha512: str | None = column("The SHA-512 of the file in hexadecimal; null when there is no file.")
    body: str | None = column("Its text; null when not extracted.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.document_district, "The district that owns it.", required=True)
    member = to_one(edges.document_member, "The member who lectures or wrote it; null when not stated.")
    event = to_one(edges.document_event, "The event it is about; null when about something else.")
    result = to_one(edges.document_result, "The result it is about; null when about something else.")
    platform = to_one(edges.document_platform, "The platform it is about; null when about something else.")
    source = to_one(edges.document_source, "Where it is known from.")


ResultConnection = connection_type(Result)
SupervisionCampaignConnection = connection_type(SupervisionCampaign)
ProposalBundleConnection = connection_type(ProposalBundle)
DocumentConnection = connection_type(Document)
AdoptionConnection = connection_type(Adoption)
AdoptionOrder = order_input(concepts.adoptions)
ResultOrder = order_input(concepts.results)
SupervisionCampaignOrder = order_input(concepts.campaigns)
ProposalBundleOrder = order_input(concepts.bundles)


@strawberry.input(description="Conditions on documents; all that are given must hold.")
class DocumentFilter:
    kind: list[DocumentKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, owns it.")
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")


DocumentOrder = order_input(concepts.documents)


@strawberry.input(description="Conditions on adoptions; all that are given must hold.")
class AdoptionFilter:
    adopted_on: DateRange | None = where(during("adopted_on"), "It was adopted within these days.")
    organization: OrganizationFilter | None = where(
        neighbour(edges.adoption_organization), "The adopting body meets this filter."
    )


@strawberry.input(description="Conditions on endorsements; all that are given must hold.")
class EndorsementFilter:
    level: list[AuthorityLevel] | None = where(one_of("level"), "It is of one of these levels.")
    kind: list[EndorsementKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    issued_on: DateRange | None = where(during("issued_on"), "It was written within these days.", name="on")


@strawberry.input(description="Conditions on campaigns of supervision; all that are given must hold.")
class SupervisionCampaignFilter:
    year: list[int] | None = where(one_of("year"), "It is of one of these years.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")


@strawberry.input(description="Conditions on results; all that are given must hold.")
class ResultFilter:
    and_: list["ResultFilter"] | None = all_hold()
    or_: list["ResultFilter"] | None = any_holds()
    not_: "ResultFilter | None" = does_not_hold()
    text: str | None = has_text()
    kind: list[ResultKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    status: list[ResultStatus] | None = where(one_of("status"), "It has one of these statuses.")
    topics: list[str] | None = where(has_any("topics"), "It is about one of these topics.")
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, owns it.")
    raised_at: DateRange | None = where(during("raised_at"), "It was raised within these days.")
    closed_at: DateRange | None = where(during("closed_at"), "It was closed within these days.")
    is_closed: bool | None = where(is_set("closed_at"), "Whether it is closed.")
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    has_topics: bool | None = where(has_items("topics"), "Whether any topic is named.")
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    is_adopted: bool | None = where(has_some(edges.adoptions), "Whether any body adopted it.")
    is_endorsed: bool | None = where(has_some(edges.endorsements), "Whether any leader endorsed it.")
    event: EventFilter | None = where(neighbour(edges.event), "The event it came out of meets this filter.")
    platform: Annotated["PlatformFilter", strawberry.lazy("schema.platforms")] | None = where(
        neighbour(edges.platform), "The platform it came out at meets this filter."
    )
    department: OrganizationFilter | None = where(neighbour(edges.department), "The handling body meets this filter.")
    author: MemberFilter | None = where(neighbour(edges.authors), "One of its authors meets this filter.")
    campaign: SupervisionCampaignFilter | None = where(
        neighbour(edges.campaign), "The campaign that found it meets this filter."
    )
    adoption: AdoptionFilter | None = where(neighbour(edges.adoptions), "One of its adoptions meets this filter.")
    endorsement: EndorsementFilter | None = where(
        neighbour(edges.endorsements), "One of its endorsements meets this filter."
    )
    leads_to: "ResultFilter | None" = where(
        neighbour(edges.leads_to), "A result that follows from it meets this filter."
    )
    follows_from: "ResultFilter | None" = where(
        neighbour(edges.follows_from), "The result it follows from meets this filter."
    )
