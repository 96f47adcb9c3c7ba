"""Edges from results: where they came from, who made them, how they were handled and what followed."""

from db.results import result_author, result_platform
from resolvers import concepts
from resolvers.areas import of_district
from resolvers.edges import Edge, by, everything, through, to_far, to_own, to_shared

_KEY = {"district": "district", "id": "result_id"}

district = of_district(concepts.results)
platform = to_own("Result.platform", concepts.results, concepts.platforms, "platform")
event = to_own("Result.event", concepts.results, concepts.events, "event")
follows_from = to_own("Result.followsFrom", concepts.results, concepts.results, "follows_from")
merged_into = to_own("Proposal.mergedInto", concepts.results, concepts.results, "merged_into")
joint_platforms = Edge(
    "Result.jointPlatforms",
    concepts.results,
    concepts.platforms,
    through(result_platform, _KEY, {"platform_district": "district", "platform_id": "id"}),
)
discussion = to_own("Proposal.discussion", concepts.results, concepts.discussions, "discussion")
handler = to_far("CitizenRequest.handler", concepts.results, concepts.members, "handler")
contact = Edge("CitizenRequest.contact", concepts.results, concepts.citizen_contacts, by(**_KEY))
leads_to = Edge("Result.leadsTo", concepts.results, concepts.results, by(district="district", id="follows_from_id"))
department = to_own("Result.department", concepts.results, concepts.organizations, "department")
campaign = to_own("SupervisionItem.campaign", concepts.results, concepts.campaigns, "campaign")
bundle = to_own("Proposal.bundle", concepts.results, concepts.bundles, "bundle")
source = to_shared("Result.source", concepts.results, concepts.sources, "source")
authors = Edge(
    "Result.authors",
    concepts.results,
    concepts.members,
    through(result_author, _KEY, {"member_district": "district", "member_id": "id"}),
)
steps = Edge("Result.steps", concepts.results, concepts.steps, by(**_KEY))
endorsements = Edge("Result.endorsements", concepts.results, concepts.endorsements, by(**_KEY))
adoptions = Edge("Result.adoptions", concepts.results, concepts.adoptions, by(**_KEY))
assignments = Edge("Proposal.assignments", concepts.results, concepts.assignments, by(**_KEY))
evaluations = Edge("Proposal.evaluations", concepts.results, concepts.evaluations, by(**_KEY), limit=1_000)
documents = Edge("Result.documents", concepts.results, concepts.documents, by(**_KEY))
observations = Edge("Result.observations", concepts.results, concepts.observations, by(**_KEY))

step_result = to_own("ResultStep.result", concepts.steps, concepts.results, "result")
step_organization = to_far("ResultStep.organization", concepts.steps, concepts.organizations, "organization")

endorsement_result = to_own("Endorsement.result", concepts.endorsements, concepts.results, "result")
endorsement_source = to_shared("Endorsement.source", concepts.endorsements, concepts.sources, "source")

adoption_result = to_own("Adoption.result", concepts.adoptions, concepts.results, "result")
adoption_organization = to_far("Adoption.organization", concepts.adoptions, concepts.organizations, "organization")
adoption_source = to_shared("Adoption.source", concepts.adoptions, concepts.sources, "source")

assignment_result = to_own("Assignment.proposal", concepts.assignments, concepts.results, "result")
assignment_organization = to_own(
    "Assignment.organization", concepts.assignments, concepts.organizations, "organization"
)
evaluation_result = to_own("Evaluation.proposal", concepts.evaluations, concepts.results, "result")
evaluation_member = to_far("Evaluation.member", concepts.evaluations, concepts.members, "member")
reply_meanings = Edge("District.replyMeanings", concepts.areas, concepts.reply_meanings, by(code="district"))

campaign_district = of_district(concepts.campaigns)
campaign_items = Edge(
    "SupervisionCampaign.items", concepts.campaigns, concepts.results, by(district="district", id="campaign_id")
)
campaign_source = to_shared("SupervisionCampaign.source", concepts.campaigns, concepts.sources, "source")

bundle_district = of_district(concepts.bundles)
bundle_proposals = Edge(
    "ProposalBundle.proposals", concepts.bundles, concepts.results, by(district="district", id="bundle_id")
)
bundle_meetings = Edge(
    "ProposalBundle.meetings", concepts.bundles, concepts.events, by(district="district", id="bundle_id")
)
bundle_source = to_shared("ProposalBundle.source", concepts.bundles, concepts.sources, "source")

document_event = to_own("Document.event", concepts.documents, concepts.events, "event")
document_result = to_own("Document.result", concepts.documents, concepts.results, "result")
document_member = to_far("Document.member", concepts.documents, concepts.members, "member")
document_district = of_district(concepts.documents)
all_documents = Edge("Query.documents", None, concepts.documents, everything)
lectures = Edge(
    "Member.documents", concepts.members, concepts.documents, by(district="member_district", id="member_id")
)
document_platform = to_own("Document.platform", concepts.documents, concepts.platforms, "platform")
document_source = to_shared("Document.source", concepts.documents, concepts.sources, "source")

all_results = Edge("Query.results", None, concepts.results, everything)
