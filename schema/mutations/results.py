"""Mutations of results of every kind but proposals, and of the campaigns they come from."""

from datetime import date, datetime

import strawberry

from db.enums import AuthorityLevel, EndorsementKind, ResultStatus, Visibility
from resolvers.mutations import results as acts
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required
from schema.results import (
    Adoption,
    Endorsement,
    Outcome,
    Partnership,
    PublicOpinionReport,
    Recognition,
    Recommendation,
    ResearchReport,
    Result,
    SupervisionCampaign,
    SupervisionItem,
)

_RESULT = {"result": (Result, "The result.")}


@strawberry.input(description="What every new result can have.")
class ResultInput(Input):
    title: str = required("The title.")
    body: str | None = optional("The text.")
    district: str | None = optional(
        "The code of the district that owns it; that of its platform, event or first author by default."
    )
    platform: strawberry.ID | None = optional("The platform it came out at.")
    event: strawberry.ID | None = optional("The event it came out of.")
    authors: list[strawberry.ID] | None = optional("The members who made it, the lead author first.")
    topics: list[str] | None = optional("What it is about.")
    raised_at: datetime | None = optional("When it was raised; now by default.")
    follows_from: strawberry.ID | None = optional("The result it follows from.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="A recommendation to raise.")
class RaiseRecommendationInput(ResultInput):
    pass


@strawberry.input(description="A public opinion report to hand in.")
class ReportPublicOpinionInput(ResultInput):
    pass


@strawberry.input(description="A problem found by democratic supervision.")
class FindSupervisionItemInput(ResultInput):
    campaign: strawberry.ID | None = optional("The campaign that found it.")


@strawberry.input(description="A research report.")
class WriteResearchReportInput(ResultInput):
    status: ResultStatus = optional("DRAFT, or SUBMITTED at once.", ResultStatus.DRAFT)


@strawberry.input(description="What changed.")
class RecordOutcomeInput(ResultInput):
    status: ResultStatus = optional("IMPLEMENTED, or ASSIGNED while it is still to come.", ResultStatus.IMPLEMENTED)
    beneficiaries: str | None = optional("Who gains by it.")
    measure: str | None = optional("What was measured.")
    measure_before: str | None = optional("The measure before.")
    measure_after: str | None = optional("The measure after.")


@strawberry.input(description="A recognition: a typical case, a pilot, an award.")
class RecordRecognitionInput(ResultInput):
    status: ResultStatus = optional("AWARDED, or SUBMITTED while it is decided.", ResultStatus.AWARDED)
    level: AuthorityLevel | None = optional("The level of the authority that gives it.")


@strawberry.input(description="A partnership: mentoring of a start-up, a project of a university and a firm.")
class StartPartnershipInput(ResultInput):
    department: strawberry.ID | None = optional("The body that runs it, such as a mentor team.")
    parties: list[str] | None = optional("The parties.")
    beneficiaries: str | None = optional("Who gains by it.")


@strawberry.input(description="A result's next state.")
class AdvanceResultInput(Input):
    result: strawberry.ID = required("The result; proposals and citizens' requests have mutations of their own.")
    to: ResultStatus = required("Its status from now on; stateMachines tells what may follow what.")
    organization: strawberry.ID | None = optional(
        "The body that took the step; when it is forwarded, transferred or assigned, the one that is to handle it."
    )
    note: str | None = optional("What was said or done.")


@strawberry.input(description="The adoption of a result.")
class AdoptResultInput(Input):
    result: strawberry.ID = required("The result.")
    organization: strawberry.ID = required("The body that adopts it, of any district.")
    on: date | None = optional("The day; today by default.")
    note: str | None = optional("What is adopted or carried out.")
    is_partial: bool = optional("Whether only a part of it is adopted.", False)


@strawberry.input(description="A leader's written endorsement.")
class EndorseResultInput(Input):
    result: strawberry.ID = required("The result.")
    level: AuthorityLevel = required("The level of the authority.")
    kind: EndorsementKind = required("How it is endorsed.")
    on: date | None = optional("The day; today by default.")
    issued_by: str | None = optional("Whose office wrote it.")


@strawberry.input(description="A campaign of democratic supervision.")
class StartCampaignInput(Input):
    district: str = required("The code of the district that holds it.")
    title: str = required("The title.")
    year: int = required("The year.")
    focus_works: list[str] | None = optional("The works it looks at.")
    note: str | None = optional("What else is to be said of it.")
    is_sample: bool = SAMPLE


@strawberry.type
class ResultMutations:
    raise_recommendation = mutation(
        acts.raise_recommendation,
        "Raise a recommendation, at an event or a platform.",
        RaiseRecommendationInput,
        {"recommendation": (Recommendation, "The recommendation.")},
    )
    report_public_opinion = mutation(
        acts.report_public_opinion,
        "Hand in a public opinion report.",
        ReportPublicOpinionInput,
        {"public_opinion_report": (PublicOpinionReport, "The report.")},
    )
    find_supervision_item = mutation(
        acts.find_supervision_item,
        "Record a problem that supervision found.",
        FindSupervisionItemInput,
        {"supervision_item": (SupervisionItem, "The problem.")},
    )
    write_research_report = mutation(
        acts.write_research_report,
        "Begin or hand in a research report.",
        WriteResearchReportInput,
        {"research_report": (ResearchReport, "The report.")},
    )
    record_outcome = mutation(
        acts.record_outcome,
        "Record what changed, following from what.",
        RecordOutcomeInput,
        {"outcome": (Outcome, "The outcome.")},
    )
    record_recognition = mutation(
        acts.record_recognition,
        "Record a recognition.",
        RecordRecognitionInput,
        {"recognition": (Recognition, "The recognition.")},
    )
    start_partnership = mutation(
        acts.start_partnership,
        "Start a partnership.",
        StartPartnershipInput,
        {"partnership": (Partnership, "The partnership.")},
    )
    advance_result = mutation(acts.advance_result, "Take a result to its next state.", AdvanceResultInput, _RESULT)
    adopt_result = mutation(
        acts.adopt_result,
        "Adopt a result; several bodies may, of one district or of several.",
        AdoptResultInput,
        {**_RESULT, "adoption": (Adoption, "The adoption.")},
    )
    endorse_result = mutation(
        acts.endorse_result,
        "Record a leader's endorsement of a result.",
        EndorseResultInput,
        {**_RESULT, "endorsement": (Endorsement, "The endorsement.")},
    )
    start_campaign = mutation(
        acts.start_campaign,
        "Start a campaign of democratic supervision.",
        StartCampaignInput,
        {"campaign": (SupervisionCampaign, "The campaign.")},
    )
