"""Members of the CPPCC and their dated memberships of bodies and platforms. No private data has a column."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from db.enums import EventKind, Gender, MembershipRole, ResultKind
from db.tables import enum_column, far, guarded, own, period, searchable, shared, sourced, tenant_table

member = tenant_table(
    "member",
    Column("name", Text, nullable=False),
    enum_column("gender", Gender, nullable=True),
    Column("party", Text),
    shared("sector", "sector"),
    Column("post", Text),
    Column("duty_code", Text),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *searchable("member"),
    *guarded("member"),
    *sourced(),
    Index("member_duty_code_key", "district", "duty_code", unique=True),
    Index("member_sort_idx", "sort_key", "id"),
    Index("member_district_sort_idx", "district", "sort_key", "id"),
    Index("member_sector_idx", "district", "sector_id"),
    key=True,
)

# A membership belongs to the district of its organization or platform; its member may come from another.
membership = tenant_table(
    "membership",
    *far("member", "member", nullable=False),
    *own("organization", "organization", ondelete="CASCADE"),
    *own("platform", "platform", ondelete="CASCADE"),
    enum_column("role", MembershipRole, default=MembershipRole.MEMBER),
    Column("post", Text),
    *far("on_behalf_of", "organization"),
    *period("starts_on", "ends_on"),
    *sourced(),
    CheckConstraint("(organization_id IS NULL) <> (platform_id IS NULL)", name="of_a_body_or_a_platform"),
    # One lead per platform and day; a null date is an open end.
    ExcludeConstraint(
        ("district", "="),
        ("platform_id", "="),
        (text("daterange(starts_on, ends_on, '[]')"), "&&"),
        where=text("role = 'LEAD' AND platform_id IS NOT NULL"),
        using="gist",
        name="membership_one_lead_per_platform_and_day",
    ),
    Index("membership_member_idx", "member_district", "member_id"),
    Index("membership_organization_idx", "district", "organization_id", "id"),
    Index("membership_platform_idx", "district", "platform_id", "id"),
    key=True,
)

# How many points a member of a district gets for an event of a kind, or for a result of a kind.
duty_rule = tenant_table(
    "duty_rule",
    enum_column("event_kind", EventKind, nullable=True),
    enum_column("result_kind", ResultKind, nullable=True),
    Column("points", Integer, nullable=False),
    UniqueConstraint("district", "event_kind", "result_kind", postgresql_nulls_not_distinct=True),
    CheckConstraint("(event_kind IS NULL) <> (result_kind IS NULL)", name="for_events_or_results"),
    CheckConstraint("points >= 0", name="points_not_negative"),
)
