"""Mutations of proposals: from the first draft to the evaluation of how they were handled."""

import strawberry

from db.enums import ReplyClass, ResultStatus, Visibility
from resolvers.mutations import proposals as acts
from resolvers.mutations import results as result_acts
from schema.areas import Area
from schema.mutations.results import ResultInput
from schema.payloads import SAMPLE, SHARED_WITH, Input, mutation, optional, required
from schema.results import Assignment, Evaluation, Proposal, ProposalBundle

_PROPOSAL = {"proposal": (Proposal, "The proposal.")}
_ASSIGNMENT = {"assignment": (Assignment, "The department's part."), **_PROPOSAL}
_BUNDLE = {"bundle": (ProposalBundle, "The bundle.")}


@strawberry.input(description="A proposal to draft; its first author leads.")
class DraftProposalInput(ResultInput):
    cause: str | None = optional("Its cause (案由).")


@strawberry.input(description="A proposal.")
class ProposalInput(Input):
    proposal: strawberry.ID = required("The proposal.")


@strawberry.input(description="A draft in other words; what is left out stays.")
class EditProposalInput(ProposalInput):
    member: strawberry.ID = required("Who edits it: its lead author.")
    title: str | None = optional("The title from now on.")
    body: str | None = optional("The text from now on.")
    cause: str | None = optional("The cause from now on.")
    topics: list[str] | None = optional("What it is about from now on.")


@strawberry.input(description="One more author of a draft.")
class CoSignProposalInput(ProposalInput):
    member: strawberry.ID = required("The member, of any district.")


@strawberry.input(description="A draft to hand in.")
class SubmitProposalInput(ProposalInput):
    member: strawberry.ID = required("Who hands it in: its lead author.")
    visibility: Visibility | None = optional(
        "Who sees it from now on beside its district; those who see what it belongs to by default."
    )
    shared_with: list[str] | None = SHARED_WITH


@strawberry.input(description="What becomes of a proposal that was handed in.")
class ReviewProposalInput(ProposalInput):
    to: ResultStatus = required("FILED, MERGED, NOT_FILED_FORWARDED or NOT_FILED_RETURNED.")
    number: str | None = optional("Its number in the session, when it is filed.")
    merged_into: strawberry.ID | None = optional("The proposal it is merged into, when it is.")
    note: str | None = optional("Why.")


@strawberry.input(description="A returned proposal to work on again.")
class ReopenProposalInput(ProposalInput):
    pass


@strawberry.input(description="The departments that handle a proposal.")
class AssignProposalInput(ProposalInput):
    lead: strawberry.ID = required("The department that leads.")
    joint: list[strawberry.ID] | None = optional("The departments that join in.")
    note: str | None = optional("What they are asked for.")


@strawberry.input(description="A department's objection.")
class ObjectToAssignmentInput(ProposalInput):
    organization: strawberry.ID = required("The department.")
    reason: str = required("Why it is not its business.")


@strawberry.input(description="A decision on a department's objection.")
class SettleObjectionInput(ProposalInput):
    organization: strawberry.ID = required("The department that objected.")
    instead: strawberry.ID | None = optional("The department that takes its place; without one it has to go on.")
    note: str | None = optional("Why.")


@strawberry.input(description="A department's reply.")
class ReplyToProposalInput(ProposalInput):
    organization: strawberry.ID = required("The department.")
    reply_class: ReplyClass = required("The class, whose meaning the district defines.")
    reply: str = required("The reply.")


@strawberry.input(description="What an author thinks of a stage of the handling.")
class EvaluateProposalInput(ProposalInput):
    member: strawberry.ID = required("The author.")
    stage: int = required("The stage, 1–4.")
    score: int = required("How content the author is, 1–5.")
    note: str | None = optional("Why.")


@strawberry.input(description="A proposal that is done with.")
class CloseProposalInput(ProposalInput):
    note: str | None = optional("What remains to be said.")


@strawberry.input(description="A thematic bundle (专题项目) of proposals.")
class MakeBundleInput(Input):
    district: str = required("The code of the district.")
    title: str = required("The title.")
    year: int = required("The year.")
    is_sample: bool = SAMPLE


@strawberry.input(description="Proposals to put into a bundle.")
class BundleProposalsInput(Input):
    bundle: strawberry.ID = required("The bundle.")
    proposals: list[strawberry.ID] = required("The proposals, at most 1,000.")


@strawberry.input(description="A round of supervision of a bundle.")
class SuperviseBundleInput(Input):
    bundle: strawberry.ID = required("The bundle.")


@strawberry.input(description="What a class of replies means in a district.")
class DefineReplyClassInput(Input):
    district: str = required("The code of the district.")
    reply_class: ReplyClass = required("The class.")
    meaning: str = required("What it means there.")


@strawberry.type
class ProposalMutations:
    draft_proposal = mutation(acts.draft_proposal, "Begin a proposal.", DraftProposalInput, _PROPOSAL)
    edit_proposal = mutation(acts.edit_proposal, "Change a draft.", EditProposalInput, _PROPOSAL)
    co_sign_proposal = mutation(acts.co_sign_proposal, "Join the authors of a draft.", CoSignProposalInput, _PROPOSAL)
    submit_proposal = mutation(acts.submit_proposal, "Hand a draft in.", SubmitProposalInput, _PROPOSAL)
    review_proposal = mutation(
        acts.review_proposal, "File a proposal, merge it, or do not file it.", ReviewProposalInput, _PROPOSAL
    )
    reopen_proposal = mutation(
        acts.reopen_proposal, "Take up a returned proposal again.", ReopenProposalInput, _PROPOSAL
    )
    assign_proposal = mutation(
        acts.assign_proposal,
        "Assign a proposal to departments, at first or for a second round.",
        AssignProposalInput,
        _PROPOSAL,
    )
    object_to_assignment = mutation(
        acts.object_to_assignment, "Object to an assignment.", ObjectToAssignmentInput, _ASSIGNMENT
    )
    settle_objection = mutation(
        acts.settle_objection,
        "Refuse an objection, or assign another department instead.",
        SettleObjectionInput,
        _ASSIGNMENT,
    )
    reply_to_proposal = mutation(acts.reply_to_proposal, "Reply to a proposal.", ReplyToProposalInput, _ASSIGNMENT)
    evaluate_proposal = mutation(
        acts.evaluate_proposal,
        "Evaluate how a proposal was handled.",
        EvaluateProposalInput,
        {"evaluation": (Evaluation, "The evaluation."), **_PROPOSAL},
    )
    close_proposal = mutation(acts.close_proposal, "Close a proposal.", CloseProposalInput, _PROPOSAL)
    make_bundle = mutation(result_acts.make_bundle, "Make a bundle of proposals.", MakeBundleInput, _BUNDLE)
    bundle_proposals = mutation(acts.bundle_proposals, "Put proposals into a bundle.", BundleProposalsInput, _BUNDLE)
    supervise_bundle = mutation(
        acts.supervise_bundle, "Hold a round of supervision of a bundle; there are two.", SuperviseBundleInput, _BUNDLE
    )
    define_reply_class = mutation(
        acts.define_reply_class,
        "Say what a class of replies means in a district.",
        DefineReplyClassInput,
        {"district": (Area, "The district, or the city or province.")},
    )
