"""What comes out of consultation: results of every kind, their authors, handling, endorsements and adoptions."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.enums import (
    AssignmentRole,
    AssignmentState,
    AuthorityLevel,
    AuthorRole,
    DatePrecision,
    DocumentKind,
    EndorsementKind,
    ReplyClass,
    ResultKind,
    ResultStatus,
)
from db.machines import RESULTS
from db.tables import enum_column, far, flag, guarded, metadata, own, searchable, sourced, tenant_table

supervision_campaign = tenant_table(
    "supervision_campaign",
    Column("title", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("focus_works", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("note", Text),
    *sourced(),
    key=True,
)

proposal_bundle = tenant_table(
    "proposal_bundle",
    Column("title", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("rounds", SmallInteger, nullable=False, server_default=text("0")),
    *sourced(),
    CheckConstraint("rounds >= 0", name="rounds_not_negative"),
    key=True,
)

# As texts, for a migration that adds a value to an enum may not yet name it as one.
_status_fits = " OR ".join(
    "(kind::text = '{}' AND status::text IN ({}))".format(kind, ", ".join(f"'{state}'" for state in machine.states))
    for kind, machine in RESULTS.items()
)

result = tenant_table(
    "result",
    enum_column("kind", ResultKind),
    enum_column("status", ResultStatus),
    Column("title", Text, nullable=False),
    Column("body", Text),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    # Only the year, the month or the day may be known; the time is then the first moment of it.
    enum_column("date_precision", DatePrecision, default=DatePrecision.TIME),
    Column("topics", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *own("platform", "platform"),
    *own("event", "event"),
    *own("follows_from", "result"),
    *own("merged_into", "result"),
    *own("department", "organization"),
    *own("campaign", "supervision_campaign"),
    *own("bundle", "proposal_bundle"),
    *own("discussion", "discussion"),
    # The member who takes care of a citizen's request, and how content the citizen is, from 1 to 5.
    *far("handler", "member"),
    Column("rating", SmallInteger),
    Column("number", Text),
    Column("cause", Text),
    Column("beneficiaries", Text),
    Column("measure", Text),
    Column("measure_before", Text),
    Column("measure_after", Text),
    enum_column("level", AuthorityLevel, nullable=True),
    Column("parties", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *searchable("result"),
    *guarded("result"),
    *sourced(),
    CheckConstraint("closed_at >= raised_at", name="closed_after_raised"),
    CheckConstraint("follows_from_id <> id", name="no_result_follows_from_itself"),
    CheckConstraint("merged_into_id <> id", name="no_result_is_merged_into_itself"),
    CheckConstraint(_status_fits, name="status_fits_the_kind"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating_is_one_to_five"),
    Index("result_raised_idx", "raised_at", "id"),
    # Counting the open results of a kind reads this index alone, hence the status.
    Index(
        "result_district_kind_idx",
        "district",
        "kind",
        "raised_at",
        "id",
        postgresql_include=["status", "visibility", "shared_with"],
    ),
    Index("result_district_raised_idx", "district", "raised_at", "id"),
    Index("result_platform_idx", "district", "platform_id", "raised_at", "id"),
    Index("result_event_idx", "district", "event_id", "raised_at", "id"),
    Index("result_follows_from_idx", "district", "follows_from_id"),
    Index("result_merged_into_idx", "district", "merged_into_id"),
    # How long departments take to close is read from this index alone, hence when.
    Index(
        "result_department_idx",
        "district",
        "department_id",
        "raised_at",
        "id",
        postgresql_include=["closed_at", "visibility", "shared_with"],
    ),
    # A percentile of how long a department takes is found by counting up to it here.
    Index(
        "result_closing_idx",
        "district",
        "department_id",
        text("date_part('epoch', closed_at - raised_at)"),
        postgresql_include=["raised_at", "closed_at", "is_sample", "visibility", "shared_with"],
        postgresql_where=text("closed_at IS NOT NULL"),
    ),
    Index("result_campaign_idx", "district", "campaign_id"),
    Index("result_bundle_idx", "district", "bundle_id"),
    Index("result_discussion_idx", "district", "discussion_id"),
    Index("result_handler_idx", "handler_district", "handler_id"),
    key=True,
)


def _of_result() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["district", "result_id"], ["result.district", "result.id"], ondelete="CASCADE")


result_author = Table(
    "result_author",
    metadata,
    Column("district", Text, nullable=False),
    Column("result_id", BigInteger, nullable=False),
    *far("member", "member", nullable=False),
    enum_column("role", AuthorRole, default=AuthorRole.LEAD),
    Column("position", SmallInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("district", "result_id", "member_district", "member_id"),
    _of_result(),
    Index("result_author_member_idx", "member_district", "member_id"),
)

# The platforms, of any district and level, that work on a matter together with the one it came out at.
result_platform = Table(
    "result_platform",
    metadata,
    Column("district", Text, nullable=False),
    Column("result_id", BigInteger, nullable=False),
    *far("platform", "platform", nullable=False),
    PrimaryKeyConstraint("district", "result_id", "platform_district", "platform_id"),
    _of_result(),
    Index("result_platform_platform_idx", "platform_district", "platform_id"),
)

result_step = tenant_table(
    "result_step",
    *own("result", "result", nullable=False, ondelete="CASCADE"),
    enum_column("stage", ResultStatus),
    Column("at", DateTime(timezone=True), nullable=False),
    *far("organization", "organization"),
    Column("note", Text),
    flag("is_sample"),
    Index("result_step_result_idx", "district", "result_id", "at", "id"),
    key=True,
)

endorsement = tenant_table(
    "endorsement",
    *own("result", "result", nullable=False, ondelete="CASCADE"),
    enum_column("level", AuthorityLevel),
    enum_column("kind", EndorsementKind),
    Column("issued_on", Date, nullable=False),
    Column("issued_by", Text),
    *sourced(),
    Index("endorsement_result_idx", "district", "result_id", "issued_on", "id"),
    Index("endorsement_issued_idx", "district", "issued_on"),
    key=True,
)

# The adopting body may belong to another district than the result: a joint event's advice is adopted by both.
adoption = tenant_table(
    "adoption",
    *own("result", "result", nullable=False, ondelete="CASCADE"),
    *far("organization", "organization", nullable=False),
    Column("adopted_on", Date, nullable=False),
    Column("note", Text),
    *sourced(),
    UniqueConstraint("district", "result_id", "organization_district", "organization_id"),
    Index("adoption_organization_idx", "organization_district", "organization_id", "adopted_on", "id"),
    key=True,
)

# A department's part in the handling of a proposal, one row for each round of it.
assignment = tenant_table(
    "assignment",
    *own("result", "result", nullable=False, ondelete="CASCADE"),
    *own("organization", "organization", nullable=False),
    enum_column("role", AssignmentRole),
    enum_column("state", AssignmentState),
    Column("round", SmallInteger, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
    Column("objection", Text),
    enum_column("reply_class", ReplyClass, nullable=True),
    Column("reply", Text),
    Column("replied_at", DateTime(timezone=True)),
    flag("is_sample"),
    UniqueConstraint("district", "result_id", "round", "organization_id"),
    CheckConstraint("round IN (1, 2)", name="one_of_two_rounds"),
    CheckConstraint("(replied_at IS NULL) = (reply_class IS NULL)", name="a_reply_has_a_class"),
    Index("assignment_organization_idx", "district", "organization_id", "given_at", "id"),
)

# What the proposers think of how their proposal was handled, in four stages.
evaluation = tenant_table(
    "evaluation",
    *own("result", "result", nullable=False, ondelete="CASCADE"),
    *far("member", "member", nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("score", SmallInteger, nullable=False),
    Column("note", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    flag("is_sample"),
    UniqueConstraint("district", "result_id", "stage", "member_district", "member_id"),
    CheckConstraint("stage BETWEEN 1 AND 4", name="one_of_four_stages"),
    CheckConstraint("score BETWEEN 1 AND 5", name="score_is_one_to_five"),
    Index("evaluation_member_idx", "member_district", "member_id"),
)

# What the classes of replies mean in a district.
reply_meaning = Table(
    "reply_meaning",
    metadata,
    Column("district", Text, nullable=False),
    enum_column("reply_class", ReplyClass),
    Column("meaning", Text, nullable=False),
    PrimaryKeyConstraint("district", "reply_class"),
)

document = tenant_table(
    "document",
    enum_column("kind", DocumentKind, nullable=True),
    Column("title", Text, nullable=False),
    Column("media_type", Text),
    Column("url", Text),
    Column("sha512", Text),
    Column("body", Text),
    *own("event", "event", ondelete="CASCADE"),
    *own("result", "result", ondelete="CASCADE"),
    *own("platform", "platform", ondelete="CASCADE"),
    *far("member", "member"),
    *guarded("document"),
    *sourced(),
    CheckConstraint("num_nonnulls(event_id, result_id, platform_id) <= 1", name="about_one_thing"),
    Index("document_event_idx", "district", "event_id"),
    Index("document_result_idx", "district", "result_id"),
    Index("document_platform_idx", "district", "platform_id"),
    Index("document_member_idx", "member_district", "member_id"),
    key=True,
)
