"""The platforms' own work: the change log, keys to write with, capacity of events, and the handling of proposals."""

from alembic import op

revision = "8d41c6b07f2e"
down_revision = "5c2e80f1a3d6"

VALUES = """
ALTER TYPE organization_kind ADD VALUE 'MENTOR_TEAM' AFTER 'TOWNSHIP_LIAISON';
ALTER TYPE attendance_state ADD VALUE 'WAITING' AFTER 'REGISTERED';
ALTER TYPE result_status ADD VALUE 'MERGED' AFTER 'FILED';
ALTER TYPE result_status ADD VALUE 'VERIFIED' AFTER 'RESOLVED';
CREATE TYPE assignment_role AS ENUM ('LEAD', 'JOINT');
CREATE TYPE assignment_state AS ENUM ('GIVEN', 'OBJECTED', 'REPLIED', 'WITHDRAWN');
CREATE TYPE reply_class AS ENUM ('A', 'B', 'C');
CREATE TYPE change_type AS ENUM ('AREA', 'PARK_TOWNSHIP', 'SECTOR', 'SOURCE', 'INDICATOR', 'OBSERVATION',
    'PLATFORM', 'PLATFORM_SPONSOR', 'STAR_RATING', 'ORGANIZATION', 'HOSTING', 'MEMBER', 'MEMBERSHIP',
    'DUTY_RULE', 'EVENT', 'EVENT_PLATFORM', 'EVENT_ORGANIZER', 'EVENT_PARTICIPANT', 'AGENDA_ITEM',
    'ATTENDANCE', 'RESULT', 'RESULT_AUTHOR', 'RESULT_STEP', 'ENDORSEMENT', 'ADOPTION', 'ASSIGNMENT',
    'EVALUATION', 'REPLY_MEANING', 'SUPERVISION_CAMPAIGN', 'PROPOSAL_BUNDLE', 'DOCUMENT');
CREATE TYPE change_action AS ENUM ('CREATED', 'UPDATED', 'DELETED')
"""
TABLES = """
CREATE TABLE access_key (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    districts TEXT[] NOT NULL,
    may_write BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT access_key_pkey PRIMARY KEY (id),
    CONSTRAINT access_key_name_key UNIQUE (name),
    CONSTRAINT access_key_digest_key UNIQUE (digest)
);
CREATE TABLE change_head (
    id SMALLINT DEFAULT 1 NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT change_head_pkey PRIMARY KEY (id),
    CONSTRAINT change_head_one_row_check CHECK (id = 1)
);
CREATE TABLE installation (
    id SMALLINT DEFAULT 1 NOT NULL,
    secret TEXT NOT NULL,
    CONSTRAINT installation_pkey PRIMARY KEY (id),
    CONSTRAINT installation_one_row_check CHECK (id = 1)
);
CREATE TABLE change (
    district TEXT NOT NULL,
    position BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    author TEXT NOT NULL,
    mutation TEXT NOT NULL,
    types TEXT[] NOT NULL,
    places BIGINT[] NOT NULL,
    idempotency_key TEXT,
    input_digest TEXT,
    answer JSONB,
    CONSTRAINT change_pkey PRIMARY KEY (district, position)
);
CREATE INDEX change_at_idx ON change (at, position);
CREATE INDEX change_key_idx ON change (author, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX change_places_idx ON change USING gin (places);
CREATE INDEX change_position_idx ON change (position);
CREATE TABLE changed_row (
    district TEXT NOT NULL,
    position BIGINT NOT NULL,
    number INTEGER NOT NULL,
    type "change_type" NOT NULL,
    action "change_action" NOT NULL,
    row_district TEXT,
    row_id BIGINT,
    node_id TEXT,
    before JSONB,
    after JSONB,
    CONSTRAINT changed_row_pkey PRIMARY KEY (district, position, number),
    CONSTRAINT changed_row_district_position_fkey FOREIGN KEY(district, position)
        REFERENCES change (district, position),
    CONSTRAINT changed_row_something_was_there_check CHECK (num_nonnulls(before, after) >= 1)
);
CREATE TABLE assignment (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    result_id BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    role "assignment_role" NOT NULL,
    state "assignment_state" NOT NULL,
    round SMALLINT NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    objection TEXT,
    reply_class "reply_class",
    reply TEXT,
    replied_at TIMESTAMP WITH TIME ZONE,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT assignment_pkey PRIMARY KEY (district, id),
    CONSTRAINT assignment_district_result_id_fkey FOREIGN KEY(district, result_id)
        REFERENCES result (district, id) ON DELETE CASCADE,
    CONSTRAINT assignment_district_organization_id_fkey FOREIGN KEY(district, organization_id)
        REFERENCES organization (district, id),
    CONSTRAINT assignment_district_result_id_round_organization_id_key
        UNIQUE (district, result_id, round, organization_id),
    CONSTRAINT assignment_one_of_two_rounds_check CHECK (round IN (1, 2)),
    CONSTRAINT assignment_a_reply_has_a_class_check CHECK ((replied_at IS NULL) = (reply_class IS NULL)),
    CONSTRAINT assignment_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX assignment_organization_idx ON assignment (district, organization_id, given_at, id);
CREATE TABLE evaluation (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    result_id BIGINT NOT NULL,
    member_district TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    stage SMALLINT NOT NULL,
    score SMALLINT NOT NULL,
    note TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT evaluation_pkey PRIMARY KEY (district, id),
    CONSTRAINT evaluation_district_result_id_fkey FOREIGN KEY(district, result_id)
        REFERENCES result (district, id) ON DELETE CASCADE,
    CONSTRAINT evaluation_district_result_id_stage_member_district_mem_a82a
        UNIQUE (district, result_id, stage, member_district, member_id),
    CONSTRAINT evaluation_one_of_four_stages_check CHECK (stage BETWEEN 1 AND 4),
    CONSTRAINT evaluation_score_is_one_to_five_check CHECK (score BETWEEN 1 AND 5),
    CONSTRAINT evaluation_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX evaluation_member_idx ON evaluation (member_district, member_id);
CREATE TABLE reply_meaning (
    district TEXT NOT NULL,
    reply_class "reply_class" NOT NULL,
    meaning TEXT NOT NULL,
    CONSTRAINT reply_meaning_pkey PRIMARY KEY (district, reply_class)
);
INSERT INTO change_head (position) VALUES (0);
INSERT INTO installation (secret) VALUES (concat(gen_random_uuid(), gen_random_uuid()))
"""
COLUMNS = """
ALTER TABLE event ADD COLUMN capacity INTEGER, ADD COLUMN registration_closes_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN meeting_url TEXT,
    ADD CONSTRAINT event_capacity_is_positive_check CHECK (capacity > 0),
    ADD CONSTRAINT event_meeting_is_reached_by_http_check CHECK (meeting_url ~ '^https?://');
ALTER TABLE agenda_item ADD COLUMN result_id BIGINT,
    ADD CONSTRAINT agenda_item_district_result_id_fkey FOREIGN KEY (district, result_id)
        REFERENCES result (district, id);
CREATE INDEX agenda_item_result_idx ON agenda_item (district, result_id);
ALTER TABLE result ADD COLUMN merged_into_id BIGINT,
    ADD CONSTRAINT result_district_merged_into_id_fkey FOREIGN KEY (district, merged_into_id)
        REFERENCES result (district, id),
    ADD CONSTRAINT result_no_result_is_merged_into_itself_check CHECK (merged_into_id <> id);
CREATE INDEX result_merged_into_idx ON result (district, merged_into_id)
"""
# Compared as texts: a value that was added to an enum may not be used as one before the transaction ends.
STATUSES = {
    "RECOMMENDATION": "RAISED FORWARDED ADOPTED PARTLY_ADOPTED DECLINED IMPLEMENTED",
    "PROPOSAL": (
        "DRAFT SUBMITTED FILED MERGED NOT_FILED_FORWARDED NOT_FILED_RETURNED ASSIGNED REPLIED REASSIGNED REPLIED_AGAIN"
        " EVALUATED CLOSED"
    ),
    "PUBLIC_OPINION": "SUBMITTED FORWARDED ADOPTED DECLINED CLOSED",
    "SUPERVISION_ITEM": "FOUND TRANSFERRED ASSIGNED RESOLVED VERIFIED",
    "CITIZEN_REQUEST": "RAISED ASSIGNED FORWARDED REPLIED RESOLVED CLOSED",
    "RESEARCH_REPORT": "DRAFT SUBMITTED ADOPTED",
    "OUTCOME": "ASSIGNED IMPLEMENTED",
    "RECOGNITION": "SUBMITTED AWARDED",
    "PARTNERSHIP": "RAISED ASSIGNED IMPLEMENTED CLOSED",
}
NEW_STATUSES = {"MERGED", "VERIFIED"}
DOWNGRADE = """
DROP TABLE changed_row, change, change_head, installation, access_key, assignment, evaluation, reply_meaning;
DROP TYPE change_type, change_action, assignment_role, assignment_state, reply_class;
ALTER TABLE event DROP COLUMN capacity, DROP COLUMN registration_closes_at, DROP COLUMN meeting_url;
ALTER TABLE agenda_item DROP COLUMN result_id;
ALTER TABLE result DROP COLUMN merged_into_id
"""
# Values cannot be taken from an enum, so the enum is made anew.
FORMER = {
    "organization_kind": (
        "CPPCC_COMMITTEE SPECIAL_COMMITTEE SECTOR_GROUP TOWNSHIP_LIAISON LEADING_PARTY_GROUP GENERAL_PARTY_BRANCH"
        " PARTY_BRANCH PARTY_GROUP AUTHORITY DEPARTMENT",
        ["organization.kind"],
    ),
    "attendance_state": ("REGISTERED CHECKED_IN LEAVE ABSENT", ["attendance.state"]),
    "result_status": (
        "DRAFT RAISED SUBMITTED FILED NOT_FILED_FORWARDED NOT_FILED_RETURNED FOUND FORWARDED TRANSFERRED ASSIGNED"
        " REPLIED REASSIGNED REPLIED_AGAIN EVALUATED ADOPTED PARTLY_ADOPTED DECLINED IMPLEMENTED RESOLVED AWARDED"
        " CLOSED",
        ["result.status", "result_step.stage", "result_counter.status"],
    ),
}


def upgrade() -> None:
    """Make what the platforms' work is written to."""
    for statement in (*VALUES.split(";\n"), *TABLES.split(";\n"), *COLUMNS.split(";\n")):
        op.execute(statement)
    op.execute("ALTER TABLE result DROP CONSTRAINT result_status_fits_the_kind_check")
    conditions = [
        f"(kind::text = '{kind}' AND status::text IN ({quoted(statuses.split())}))"
        for kind, statuses in STATUSES.items()
    ]
    op.execute(f"ALTER TABLE result ADD CONSTRAINT result_status_fits_the_kind_check CHECK ({' OR '.join(conditions)})")


def quoted(values: list[str]) -> str:
    """The values as SQL."""
    return ", ".join(f"'{value}'" for value in values)


def downgrade() -> None:
    """Forget it, and take the new values from the enums; rows that have one stand in the way."""
    op.execute("ALTER TABLE result DROP CONSTRAINT result_status_fits_the_kind_check")
    # Constraints that name a value keep the enum they were made with.
    op.execute("ALTER TABLE attendance DROP CONSTRAINT attendance_only_those_who_came_checked_in_check")
    op.execute("ALTER TABLE attendance DROP CONSTRAINT attendance_only_leave_has_a_reason_check")
    for statement in DOWNGRADE.split(";\n"):
        op.execute(statement)
    for name, (values, columns) in FORMER.items():
        op.execute(f"ALTER TYPE {name} RENAME TO {name}_later")
        op.execute(f"CREATE TYPE {name} AS ENUM ({quoted(values.split())})")
        for place in columns:
            table, column = place.split(".")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {name} USING {column}::text::{name}")
        op.execute(f"DROP TYPE {name}_later")
    conditions = [
        f"(kind = '{kind}' AND status IN ({quoted([s for s in statuses.split() if s not in NEW_STATUSES])}))"
        for kind, statuses in STATUSES.items()
    ]
    op.execute(f"ALTER TABLE result ADD CONSTRAINT result_status_fits_the_kind_check CHECK ({' OR '.join(conditions)})")
    op.execute(
        "ALTER TABLE attendance ADD CONSTRAINT attendance_only_those_who_came_checked_in_check"
        " CHECK (checked_in_at IS NULL OR state = 'CHECKED_IN'),"
        " ADD CONSTRAINT attendance_only_leave_has_a_reason_check CHECK (leave_reason IS NULL OR state = 'LEAVE')"
    )
