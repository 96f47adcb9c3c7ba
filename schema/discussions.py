"""Discussions: topics that members turn over until they are ripe, surveys, and calls for people's matters."""

from datetime import datetime

import strawberry

from db.enums import DiscussionKind, DiscussionStatus, Visibility
from resolvers import concepts
from resolvers import discussions as edges
from resolvers.areas import is_within
from resolvers.filters import during, equals, has_any, is_of_district, neighbour, one_of
from schema.fields import SHARED_WITH, VISIBILITY, column, connection, to_one
from schema.filters import DateRange, all_hold, any_holds, does_not_hold, has_text, where
from schema.members import MemberFilter
from schema.nodes import Node, connection_type, order_input


@strawberry.type(description="A topic, a survey or a call, and what is said to it.")
class Discussion(Node):
    kind: DiscussionKind = column("What it is for.")
    status: DiscussionStatus = column("Where it stands.")
    title: str = column("The title.")
    body: str | None = column("The text; null when there is none.")
    topics: list[str] = column("What it is about.")
    opened_at: datetime = column("When it was opened, in UTC.")
    closes_at: datetime | None = column("Until when one can speak, in UTC; null when there is no limit.")
    visibility: Visibility = VISIBILITY
    shared_with: list[str] = SHARED_WITH
    is_sample: bool = column("Whether it is sample data rather than fact.")
    district = to_one(edges.district, "The district that owns it.", required=True)
    member = to_one(edges.member, "The member who opened it; null when a body did.")
    platform = to_one(edges.platform, "The platform it is held at; null when at none.")
    remarks = connection(edges.remarks, "What was said, oldest first.")
    supporters = connection(edges.supporters, "The members who stand behind it.")
    results = connection(edges.results, "What became of it, such as a proposal.")


@strawberry.type(description="What somebody said in a discussion. The public is not named.")
class Remark(Node):
    body: str = column("What was said.")
    at: datetime = column("When, in UTC.")
    is_sample: bool = column("Whether it is sample data rather than fact.")
    discussion = to_one(edges.remark_discussion, "The discussion.", required=True)
    member = to_one(edges.remark_member, "The member who said it; null for the public.")


DiscussionConnection = connection_type(Discussion)
RemarkConnection = connection_type(Remark)
DiscussionOrder = order_input(concepts.discussions)
RemarkOrder = order_input(concepts.remarks)


@strawberry.input(description="Conditions on discussions; all that are given must hold.")
class DiscussionFilter:
    and_: list["DiscussionFilter"] | None = all_hold()
    or_: list["DiscussionFilter"] | None = any_holds()
    not_: "DiscussionFilter | None" = does_not_hold()
    text: str | None = has_text()
    kind: list[DiscussionKind] | None = where(one_of("kind"), "It is of one of these kinds.")
    status: list[DiscussionStatus] | None = where(one_of("status"), "It has one of these statuses.")
    topics: list[str] | None = where(has_any("topics"), "It is about one of these topics.")
    district: list[str] | None = where(is_of_district("district"), "One of these districts, by code, owns it.")
    within: list[str] | None = where(
        is_within("district"), "Its district is, or lies in, one of these provinces, cities and districts, by code."
    )
    opened_at: DateRange | None = where(during("opened_at"), "It was opened within these days.")
    visibility: list[Visibility] | None = where(one_of("visibility"), "It is seen by these.")
    is_sample: bool | None = where(equals("is_sample"), "Whether it is sample data.")
    member: MemberFilter | None = where(neighbour(edges.member), "The member who opened it meets this filter.")
