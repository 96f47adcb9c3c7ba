"""Discussions, citizens' requests and their contacts, matters of several platforms, kinds of documents, duty points."""

from alembic import op

revision = "c3a95e1d7b40"
down_revision = "8d41c6b07f2e"

# The values of `change_type` that come before SUPERVISION_CAMPAIGN.
VALUES = ("RESULT_PLATFORM", "DISCUSSION", "REMARK", "SUPPORT")
TYPES = """
CREATE TYPE discussion_kind AS ENUM ('TOPIC', 'SURVEY', 'CALL');
CREATE TYPE discussion_status AS ENUM ('OPEN', 'RIPE', 'CLOSED');
CREATE TYPE document_kind AS ENUM ('REPORT', 'MEDIA', 'DEPARTMENT_FILE', 'LECTURE')
"""
TABLES = """
CREATE TABLE discussion (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    kind "discussion_kind" NOT NULL,
    status "discussion_status" DEFAULT 'OPEN' NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    topics TEXT[] DEFAULT '{}' NOT NULL,
    member_district TEXT,
    member_id BIGINT,
    platform_id BIGINT,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closes_at TIMESTAMP WITH TIME ZONE,
    sort_key TEXT DEFAULT '' NOT NULL,
    terms TSVECTOR DEFAULT ''::tsvector NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT discussion_pkey PRIMARY KEY (district, id),
    CONSTRAINT discussion_member_is_whole_check CHECK ((member_district IS NULL) = (member_id IS NULL)),
    CONSTRAINT discussion_district_platform_id_fkey FOREIGN KEY(district, platform_id)
        REFERENCES platform (district, id),
    CONSTRAINT discussion_closes_after_it_opens_check CHECK (closes_at >= opened_at),
    CONSTRAINT discussion_district_key_key UNIQUE (district, key),
    CONSTRAINT discussion_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX discussion_all_idx ON discussion (opened_at, id);
CREATE INDEX discussion_member_idx ON discussion (member_district, member_id, opened_at, id);
CREATE INDEX discussion_opened_idx ON discussion (district, opened_at, id);
CREATE INDEX discussion_platform_idx ON discussion (district, platform_id, opened_at, id);
CREATE INDEX discussion_terms_idx ON discussion USING gin (terms);
CREATE TABLE remark (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key TEXT,
    discussion_id BIGINT NOT NULL,
    member_district TEXT,
    member_id BIGINT,
    body TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT remark_pkey PRIMARY KEY (district, id),
    CONSTRAINT remark_district_discussion_id_fkey FOREIGN KEY(district, discussion_id)
        REFERENCES discussion (district, id) ON DELETE CASCADE,
    CONSTRAINT remark_member_is_whole_check CHECK ((member_district IS NULL) = (member_id IS NULL)),
    CONSTRAINT remark_district_key_key UNIQUE (district, key),
    CONSTRAINT remark_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX remark_discussion_idx ON remark (district, discussion_id, at, id);
CREATE TABLE support (
    district TEXT NOT NULL,
    discussion_id BIGINT NOT NULL,
    member_district TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    CONSTRAINT support_pkey PRIMARY KEY (district, discussion_id, member_district, member_id),
    CONSTRAINT support_district_discussion_id_fkey FOREIGN KEY(district, discussion_id)
        REFERENCES discussion (district, id) ON DELETE CASCADE
);
CREATE INDEX support_member_idx ON support (member_district, member_id);
CREATE TABLE result_platform (
    district TEXT NOT NULL,
    result_id BIGINT NOT NULL,
    platform_district TEXT NOT NULL,
    platform_id BIGINT NOT NULL,
    CONSTRAINT result_platform_pkey PRIMARY KEY (district, result_id, platform_district, platform_id),
    CONSTRAINT result_platform_district_result_id_fkey FOREIGN KEY(district, result_id)
        REFERENCES result (district, id) ON DELETE CASCADE
);
CREATE INDEX result_platform_platform_idx ON result_platform (platform_district, platform_id);
CREATE TABLE citizen_contact (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    result_id BIGINT,
    contact TEXT,
    receipt TEXT,
    client TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT citizen_contact_pkey PRIMARY KEY (district, id),
    CONSTRAINT citizen_contact_district_result_id_fkey FOREIGN KEY(district, result_id)
        REFERENCES result (district, id) ON DELETE CASCADE,
    CONSTRAINT citizen_contact_district_result_id_key UNIQUE (district, result_id),
    CONSTRAINT citizen_contact_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
CREATE INDEX citizen_contact_client_idx ON citizen_contact (client, at);
CREATE INDEX citizen_contact_receipt_idx ON citizen_contact (receipt);
CREATE TABLE duty_rule (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    event_kind "event_kind",
    result_kind "result_kind",
    points INTEGER NOT NULL,
    CONSTRAINT duty_rule_pkey PRIMARY KEY (district, id),
    CONSTRAINT duty_rule_district_event_kind_result_kind_key
        UNIQUE NULLS NOT DISTINCT (district, event_kind, result_kind),
    CONSTRAINT duty_rule_for_events_or_results_check CHECK ((event_kind IS NULL) <> (result_kind IS NULL)),
    CONSTRAINT duty_rule_points_not_negative_check CHECK (points >= 0),
    CONSTRAINT duty_rule_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
)
"""
COLUMNS = """
ALTER TABLE result ADD COLUMN discussion_id BIGINT, ADD COLUMN handler_district TEXT, ADD COLUMN handler_id BIGINT,
    ADD COLUMN rating SMALLINT,
    ADD CONSTRAINT result_district_discussion_id_fkey FOREIGN KEY (district, discussion_id)
        REFERENCES discussion (district, id),
    ADD CONSTRAINT result_handler_is_whole_check CHECK ((handler_district IS NULL) = (handler_id IS NULL)),
    ADD CONSTRAINT result_rating_is_one_to_five_check CHECK (rating BETWEEN 1 AND 5);
CREATE INDEX result_discussion_idx ON result (district, discussion_id);
CREATE INDEX result_handler_idx ON result (handler_district, handler_id);
ALTER TABLE document ADD COLUMN kind document_kind, ADD COLUMN member_district TEXT, ADD COLUMN member_id BIGINT,
    ADD CONSTRAINT document_member_is_whole_check CHECK ((member_district IS NULL) = (member_id IS NULL));
CREATE INDEX document_member_idx ON document (member_district, member_id)
"""
DOWNGRADE = """
ALTER TABLE result DROP COLUMN discussion_id, DROP COLUMN handler_district, DROP COLUMN handler_id, DROP COLUMN rating;
ALTER TABLE document DROP COLUMN kind, DROP COLUMN member_district, DROP COLUMN member_id;
DROP TABLE duty_rule, citizen_contact, result_platform, support, remark, discussion;
DROP TYPE discussion_kind, discussion_status, document_kind;
ALTER TYPE change_type RENAME TO change_type_later;
CREATE TYPE change_type AS ENUM ('AREA', 'PARK_TOWNSHIP', 'SECTOR', 'SOURCE', 'INDICATOR', 'OBSERVATION',
    'PLATFORM', 'PLATFORM_SPONSOR', 'STAR_RATING', 'ORGANIZATION', 'HOSTING', 'MEMBER', 'MEMBERSHIP',
    'DUTY_RULE', 'EVENT', 'EVENT_PLATFORM', 'EVENT_ORGANIZER', 'EVENT_PARTICIPANT', 'AGENDA_ITEM',
    'ATTENDANCE', 'RESULT', 'RESULT_AUTHOR', 'RESULT_STEP', 'ENDORSEMENT', 'ADOPTION', 'ASSIGNMENT',
    'EVALUATION', 'REPLY_MEANING', 'SUPERVISION_CAMPAIGN', 'PROPOSAL_BUNDLE', 'DOCUMENT');
ALTER TABLE changed_row ALTER COLUMN type TYPE change_type USING type::text::change_type;
DROP TYPE change_type_later
"""


def upgrade() -> None:
    """Make what people say to each other, and what citizens ask for, storable."""
    for value in VALUES:
        op.execute(f"ALTER TYPE change_type ADD VALUE '{value}' BEFORE 'SUPERVISION_CAMPAIGN'")
    for statement in (*TYPES.split(";\n"), *TABLES.split(";\n"), *COLUMNS.split(";\n")):
        op.execute(statement)


def downgrade() -> None:
    """Forget it; entries of the change log that name it stand in the way."""
    for statement in DOWNGRADE.split(";\n"):
        op.execute(statement)
