"""Events, where and by whom they are held, their agenda, and who took part."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.enums import AttendanceRole, AttendanceState, DatePrecision, EventKind, EventMode, EventStatus, OrganizerRole
from db.tables import enum_column, far, flag, guarded, metadata, own, searchable, sourced, tenant_table

event = tenant_table(
    "event",
    Column("title", Text, nullable=False),
    enum_column("kind", EventKind),
    enum_column("status", EventStatus),
    enum_column("mode", EventMode, default=EventMode.ONSITE),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    # Only the year, the month or the day of an event may be known; `starts_at` is then the first moment of it.
    enum_column("date_precision", DatePrecision, default=DatePrecision.TIME),
    Column("place", Text),
    Column("topics", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("summary", Text),
    Column("public_participants", Integer),
    # How many may sign up, and until when; nothing stated means no limit.
    Column("capacity", Integer),
    Column("registration_closes_at", DateTime(timezone=True)),
    Column("meeting_url", Text),
    *own("parent", "event"),
    *own("bundle", "proposal_bundle"),
    *searchable("event"),
    *guarded("event"),
    *sourced(),
    UniqueConstraint("district", "id", "starts_at"),
    CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
    CheckConstraint("parent_id <> id", name="no_event_is_its_own_parent"),
    CheckConstraint("public_participants >= 0", name="participants_not_negative"),
    CheckConstraint("capacity > 0", name="capacity_is_positive"),
    CheckConstraint("meeting_url ~ '^https?://'", name="meeting_is_reached_by_http"),
    Index("event_starts_idx", "starts_at", "id"),
    Index("event_district_starts_idx", "district", "starts_at", "id"),
    Index("event_district_kind_idx", "district", "kind", "starts_at", "id"),
    Index("event_bundle_idx", "district", "bundle_id"),
    Index("event_parent_idx", "district", "parent_id"),
    key=True,
)


def _of_event() -> list[ForeignKeyConstraint]:
    # `starts_at` repeats the event's, so that "the latest events of a platform" or "a member's attendances" are a range
    # of one index; the foreign key keeps it equal, deferred so that one transaction can move an event.
    return [
        ForeignKeyConstraint(
            ["district", "event_id", "starts_at"],
            ["event.district", "event.id", "event.starts_at"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        )
    ]


event_platform = Table(
    "event_platform",
    metadata,
    Column("district", Text, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    *far("platform", "platform", nullable=False),
    PrimaryKeyConstraint("district", "event_id", "platform_district", "platform_id"),
    *_of_event(),
    # Counting a platform's events reads this index alone, hence the district.
    Index("event_platform_platform_idx", "platform_district", "platform_id", "starts_at", "event_id", "district"),
)

event_organizer = Table(
    "event_organizer",
    metadata,
    Column("district", Text, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    *far("organization", "organization", nullable=False),
    enum_column("role", OrganizerRole, default=OrganizerRole.HOST),
    Column("position", SmallInteger, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("district", "event_id", "organization_district", "organization_id"),
    *_of_event(),
    Index("event_organizer_organization_idx", "organization_district", "organization_id", "starts_at", "event_id"),
)

# The districts that take part in an event: its own, those of its organizers, and those its platforms belong to or are
# in. "The events of a district" is one range of this table's index, whoever owns them.
event_participant = Table(
    "event_participant",
    metadata,
    Column("district", Text, nullable=False),
    Column("event_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("participant", Text, nullable=False),
    PrimaryKeyConstraint("district", "event_id", "participant"),
    *_of_event(),
    Index("event_participant_participant_idx", "participant", "starts_at", "event_id", "district"),
)

ADD_PARTICIPANTS = """
    INSERT INTO event_participant (district, event_id, starts_at, participant)
    SELECT e.district, e.id, e.starts_at, e.district FROM event e
    UNION SELECT o.district, o.event_id, o.starts_at, o.organization_district FROM event_organizer o
    UNION SELECT p.district, p.event_id, p.starts_at, p.platform_district FROM event_platform p
    UNION SELECT p.district, p.event_id, p.starts_at, a.tenant
        FROM event_platform p JOIN platform h ON (h.district, h.id) = (p.platform_district, p.platform_id)
        JOIN area a ON a.id = h.area_id
    ON CONFLICT DO NOTHING
"""
"""Makes up the participants that events, organizers and platforms written in bulk imply."""

agenda_item = tenant_table(
    "agenda_item",
    *own("event", "event", nullable=False, ondelete="CASCADE"),
    Column("position", SmallInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("resolution", Text),
    *own("result", "result"),
    flag("is_sample"),
    UniqueConstraint("district", "event_id", "position"),
    Index("agenda_item_result_idx", "district", "result_id"),
    key=True,
)

# A member's, or a named guest's, part in an event. Members of the public are counted on the event, never named.
attendance = tenant_table(
    "attendance",
    Column("event_id", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    *far("member", "member"),
    enum_column("role", AttendanceRole, default=AttendanceRole.MEMBER),
    enum_column("state", AttendanceState),
    enum_column("mode", EventMode, nullable=True),
    Column("checked_in_at", DateTime(timezone=True)),
    *far("on_behalf_of", "organization"),
    Column("leave_reason", Text),
    Column("advice", Text),
    *sourced(),
    *_of_event(),
    CheckConstraint("(checked_in_at IS NULL) OR state = 'CHECKED_IN'", name="only_those_who_came_checked_in"),
    CheckConstraint("(leave_reason IS NULL) OR state = 'LEAVE'", name="only_leave_has_a_reason"),
    UniqueConstraint("district", "event_id", "member_district", "member_id"),
    Index("attendance_starts_idx", "starts_at", "id"),
    Index("attendance_member_idx", "member_district", "member_id", "starts_at", "id"),
    key=True,
)
