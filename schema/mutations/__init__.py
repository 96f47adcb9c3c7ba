"""What can be done through the graph, put together."""

import strawberry

from schema.mutations.access import AccessMutations
from schema.mutations.attendances import AttendanceMutations
from schema.mutations.batches import BatchMutations
from schema.mutations.discussions import DiscussionMutations
from schema.mutations.documents import DocumentMutations
from schema.mutations.events import EventMutations
from schema.mutations.members import MemberMutations
from schema.mutations.organizations import OrganizationMutations
from schema.mutations.platforms import PlatformMutations
from schema.mutations.proposals import ProposalMutations
from schema.mutations.requests import RequestMutations
from schema.mutations.results import ResultMutations
from schema.mutations.webhooks import WebhookMutations


@strawberry.type(
    description="What can be done. A mutation is one transaction and one entry in the change log, or nothing."
)
class Mutation(
    PlatformMutations,
    OrganizationMutations,
    MemberMutations,
    EventMutations,
    AttendanceMutations,
    ResultMutations,
    ProposalMutations,
    RequestMutations,
    DiscussionMutations,
    DocumentMutations,
    BatchMutations,
    AccessMutations,
    WebhookMutations,
):
    pass
