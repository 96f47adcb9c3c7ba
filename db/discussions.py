"""What is talked about before there is an event or a result: topics that may ripen into proposals, surveys, calls."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from db.enums import DiscussionKind, DiscussionStatus
from db.tables import enum_column, far, flag, guarded, metadata, own, searchable, tenant_table

discussion = tenant_table(
    "discussion",
    enum_column("kind", DiscussionKind),
    enum_column("status", DiscussionStatus, default=DiscussionStatus.OPEN),
    Column("title", Text, nullable=False),
    Column("body", Text),
    Column("topics", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *far("member", "member"),
    *own("platform", "platform"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closes_at", DateTime(timezone=True)),
    *searchable("discussion"),
    *guarded("discussion"),
    flag("is_sample"),
    CheckConstraint("closes_at >= opened_at", name="closes_after_it_opens"),
    Index("discussion_opened_idx", "district", "opened_at", "id"),
    Index("discussion_all_idx", "opened_at", "id"),
    Index("discussion_member_idx", "member_district", "member_id", "opened_at", "id"),
    Index("discussion_platform_idx", "district", "platform_id", "opened_at", "id"),
    key=True,
)

# What somebody said; the public is not named.
remark = tenant_table(
    "remark",
    *own("discussion", "discussion", nullable=False, ondelete="CASCADE"),
    *far("member", "member"),
    Column("body", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    flag("is_sample"),
    Index("remark_discussion_idx", "district", "discussion_id", "at", "id"),
    key=True,
)

# The members who stand behind a topic.
support = Table(
    "support",
    metadata,
    Column("district", Text, nullable=False),
    *own("discussion", "discussion", nullable=False, ondelete="CASCADE"),
    *far("member", "member", nullable=False),
    PrimaryKeyConstraint("district", "discussion_id", "member_district", "member_id"),
    Index("support_member_idx", "member_district", "member_id"),
)
