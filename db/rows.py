"""The rows that made-up activity consists of, as tuples for COPY, and the batch that writes them.

A row is a tuple of its table's columns by name; columns that are left out take the table's defaults.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from asyncpg import Connection

from db.enums import (
    AreaLevel,
    AttendanceRole,
    AttendanceState,
    AuthorityLevel,
    AuthorRole,
    DiscussionKind,
    DiscussionStatus,
    DistrictKind,
    EndorsementKind,
    EventKind,
    EventMode,
    EventStatus,
    Gender,
    HostKind,
    MembershipRole,
    OrganizationKind,
    OrganizerRole,
    PlatformKind,
    PlatformLevel,
    ResultKind,
    ResultStatus,
)


class AreaRow(NamedTuple):
    id: int
    code_system: str
    code: str
    vintage: date
    name: str
    level: AreaLevel
    district_kind: DistrictKind | None
    tenant: str
    parent_id: int | None
    parent_path: list[int]
    sort_key: str
    terms: bytes
    is_sample: bool = True


class OrganizationRow(NamedTuple):
    district: str
    id: int
    key: str | None
    name: str
    kind: OrganizationKind
    level: PlatformLevel
    sector_id: int | None
    area_id: int | None
    parent_id: int | None
    parent_path: list[int]
    sort_key: str
    terms: bytes
    is_sample: bool = True


class PlatformRow(NamedTuple):
    district: str
    id: int
    slug: str
    name: str
    kind: PlatformKind
    level: PlatformLevel
    host_kind: HostKind
    area_id: int
    host_id: int
    parent_id: int | None
    parent_path: list[int]
    sort_key: str
    terms: bytes
    is_sample: bool = True


class StarRatingRow(NamedTuple):
    district: str
    platform_id: int
    year: int
    stars: int
    is_sample: bool = True


class MemberRow(NamedTuple):
    district: str
    id: int
    key: str | None
    name: str
    gender: Gender
    party: str
    sector_id: int | None
    duty_code: str
    tags: list[str]
    sort_key: str
    terms: bytes
    is_sample: bool = True


class MembershipRow(NamedTuple):
    district: str
    id: int
    key: str | None
    member_district: str
    member_id: int
    organization_id: int | None
    platform_id: int | None
    role: MembershipRole
    starts_on: date
    ends_on: date | None
    is_sample: bool = True


class ProposalBundleRow(NamedTuple):
    district: str
    id: int
    key: str | None
    title: str
    year: int
    rounds: int
    is_sample: bool = True


class EventRow(NamedTuple):
    district: str
    id: int
    key: str | None
    title: str
    kind: EventKind
    status: EventStatus
    mode: EventMode
    starts_at: datetime
    ends_at: datetime
    place: str | None
    topics: list[str]
    public_participants: int | None
    bundle_id: int | None
    sort_key: str
    terms: bytes
    is_sample: bool = True


class EventPlatformRow(NamedTuple):
    district: str
    event_id: int
    starts_at: datetime
    platform_district: str
    platform_id: int


class EventOrganizerRow(NamedTuple):
    district: str
    event_id: int
    starts_at: datetime
    organization_district: str
    organization_id: int
    role: OrganizerRole
    position: int


class EventParticipantRow(NamedTuple):
    district: str
    event_id: int
    starts_at: datetime
    participant: str


class AgendaItemRow(NamedTuple):
    district: str
    id: int
    key: str | None
    event_id: int
    position: int
    topic: str
    resolution: str | None
    is_sample: bool = True


class AttendanceRow(NamedTuple):
    district: str
    id: int
    key: str | None
    event_id: int
    starts_at: datetime
    member_district: str | None
    member_id: int | None
    role: AttendanceRole
    state: AttendanceState
    mode: EventMode
    checked_in_at: datetime | None
    leave_reason: str | None
    on_behalf_of_district: str | None = None
    on_behalf_of_id: int | None = None
    advice: str | None = None
    is_sample: bool = True


class ResultRow(NamedTuple):
    district: str
    id: int
    key: str | None
    kind: ResultKind
    status: ResultStatus
    title: str
    raised_at: datetime
    closed_at: datetime | None
    topics: list[str]
    platform_id: int | None
    event_id: int | None
    follows_from_id: int | None
    department_id: int | None
    campaign_id: int | None
    bundle_id: int | None
    number: str | None
    cause: str | None
    beneficiaries: str | None
    level: AuthorityLevel | None
    sort_key: str
    terms: bytes
    is_sample: bool = True


class ResultAuthorRow(NamedTuple):
    district: str
    result_id: int
    member_district: str
    member_id: int
    role: AuthorRole
    position: int


class ResultStepRow(NamedTuple):
    district: str
    id: int
    key: str | None
    result_id: int
    stage: ResultStatus
    at: datetime
    organization_district: str | None
    organization_id: int | None
    is_sample: bool = True


class EndorsementRow(NamedTuple):
    district: str
    id: int
    key: str | None
    result_id: int
    level: AuthorityLevel
    kind: EndorsementKind
    issued_on: date
    is_sample: bool = True


class AdoptionRow(NamedTuple):
    district: str
    id: int
    key: str | None
    result_id: int
    organization_district: str
    organization_id: int
    adopted_on: date
    is_sample: bool = True


class DiscussionRow(NamedTuple):
    district: str
    id: int
    key: str | None
    kind: DiscussionKind
    status: DiscussionStatus
    title: str
    topics: list[str]
    member_district: str
    member_id: int
    opened_at: datetime
    sort_key: str
    terms: bytes
    is_sample: bool = True


class RemarkRow(NamedTuple):
    district: str
    id: int
    key: str | None
    discussion_id: int
    member_district: str | None
    member_id: int | None
    body: str
    at: datetime
    is_sample: bool = True


class SupportRow(NamedTuple):
    district: str
    discussion_id: int
    member_district: str
    member_id: int


# In the order in which rows refer to each other: what is referred to comes first.
TABLES: dict[type[tuple[Any, ...]], str] = {
    AreaRow: "area",
    OrganizationRow: "organization",
    PlatformRow: "platform",
    StarRatingRow: "star_rating",
    MemberRow: "member",
    MembershipRow: "membership",
    ProposalBundleRow: "proposal_bundle",
    EventRow: "event",
    EventPlatformRow: "event_platform",
    EventOrganizerRow: "event_organizer",
    EventParticipantRow: "event_participant",
    AgendaItemRow: "agenda_item",
    AttendanceRow: "attendance",
    DiscussionRow: "discussion",
    RemarkRow: "remark",
    SupportRow: "support",
    ResultRow: "result",
    ResultAuthorRow: "result_author",
    ResultStepRow: "result_step",
    EndorsementRow: "endorsement",
    AdoptionRow: "adoption",
}


class Batch:
    """Rows of any of the tables, gathered in memory and written together."""

    def __init__(self) -> None:
        self.rows: dict[type[tuple[Any, ...]], list[tuple[Any, ...]]] = {kind: [] for kind in TABLES}

    def add(self, row: tuple[Any, ...]) -> None:
        """Keep `row` for its table."""
        self.rows[type(row)].append(row)

    async def copy(self, connection: Connection) -> dict[str, int]:
        """Write and forget all rows; gives how many went into each table."""
        counts: dict[str, int] = {}
        for kind, rows in self.rows.items():
            if rows:
                columns = kind._fields  # type: ignore[attr-defined]
                await connection.copy_records_to_table(TABLES[kind], records=rows, columns=columns)
                counts[TABLES[kind]] = len(rows)
                self.rows[kind] = []
        return counts


async def draw_ids(connection: Connection, count: int) -> Iterator[int]:
    """`count` new ids; those that are not used in the end are lost, which is all right."""
    rows = await connection.fetch("SELECT nextval('entity_id') FROM generate_series(1, $1::integer)", count)
    return iter([row[0] for row in rows])
