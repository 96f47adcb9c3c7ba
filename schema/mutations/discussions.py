"""Mutations of discussions."""

from datetime import datetime

import strawberry

from db.enums import DiscussionKind, Visibility
from resolvers.mutations import discussions as acts
from schema.discussions import Discussion, Remark
from schema.payloads import SAMPLE, SHARED_WITH, VISIBILITY, Input, mutation, optional, required
from schema.results import Proposal

_DISCUSSION = {"discussion": (Discussion, "The discussion.")}


@strawberry.input(description="A discussion to start.")
class StartDiscussionInput(Input):
    kind: DiscussionKind = required("What it is for.")
    title: str = required("The title.")
    body: str | None = optional("The text.")
    topics: list[str] | None = optional("What it is about.")
    district: str | None = optional("The code of the district that owns it; the platform's or member's by default.")
    member: strawberry.ID | None = optional("The member who opens it.")
    platform: strawberry.ID | None = optional("The platform it is held at.")
    closes_at: datetime | None = optional("Until when one can speak.")
    visibility: Visibility | None = VISIBILITY
    shared_with: list[str] | None = SHARED_WITH
    is_sample: bool = SAMPLE


@strawberry.input(description="Something to say in a discussion. To a survey or a call, no key is needed.")
class MakeRemarkInput(Input):
    discussion: strawberry.ID = required("The discussion.")
    body: str = required("What is said.")
    member: strawberry.ID | None = optional("The member who says it; nobody for the public.")


@strawberry.input(description="A member who stands behind a discussion.")
class SupportDiscussionInput(Input):
    discussion: strawberry.ID = required("The discussion.")
    member: strawberry.ID = required("The member.")


@strawberry.input(description="A topic that is ripe.")
class RipenDiscussionInput(Input):
    discussion: strawberry.ID = required("The topic.")
    title: str | None = optional("The proposal's title; the topic's by default.")
    body: str | None = optional("The proposal's text; the topic's by default.")
    cause: str | None = optional("The proposal's cause (案由).")


@strawberry.input(description="A discussion that is over.")
class CloseDiscussionInput(Input):
    discussion: strawberry.ID = required("The discussion.")


@strawberry.type
class DiscussionMutations:
    start_discussion = mutation(
        acts.start_discussion,
        "Raise a topic, start a survey, or call for people's matters.",
        StartDiscussionInput,
        _DISCUSSION,
    )
    make_remark = mutation(
        acts.make_remark,
        "Say something in a discussion.",
        MakeRemarkInput,
        {"remark": (Remark, "What was said."), **_DISCUSSION},
    )
    support_discussion = mutation(
        acts.support_discussion, "Stand behind a discussion.", SupportDiscussionInput, _DISCUSSION
    )
    ripen_discussion = mutation(
        acts.ripen_discussion,
        "Make a proposal of a topic that is ripe.",
        RipenDiscussionInput,
        {"proposal": (Proposal, "The proposal, a draft."), **_DISCUSSION},
    )
    close_discussion = mutation(acts.close_discussion, "Close a discussion.", CloseDiscussionInput, _DISCUSSION)
