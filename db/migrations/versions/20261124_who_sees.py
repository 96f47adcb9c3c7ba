"""Who sees what: the visibility of rows, of counts and of the change log, what is personal, and what keys are for."""

from alembic import op

revision = "a7f2c95b3e18"
down_revision = "c3a95e1d7b40"

TYPES = """
CREATE TYPE visibility AS ENUM ('PUBLIC', 'SHARED', 'INTERNAL');
CREATE TYPE viewer_kind AS ENUM ('ANONYMOUS', 'PARTNER', 'MEMBER', 'DISTRICT_STAFF', 'CITY_STAFF', 'OPERATOR')
"""
GUARDED = ("platform", "member", "event", "result", "document", "discussion", "observation")
WHO_SEES = """
ALTER TABLE {0} ADD COLUMN visibility visibility DEFAULT 'PUBLIC' NOT NULL,
    ADD COLUMN shared_with TEXT[] DEFAULT '{{}}' NOT NULL
"""
HIDDEN = """
ALTER TABLE {0} ADD CONSTRAINT {0}_only_what_is_shared_names_districts_check
    CHECK (visibility = 'SHARED' OR shared_with = '{{}}');
CREATE INDEX {0}_hidden_idx ON {0} (id, district) WHERE visibility <> 'PUBLIC'
"""
# Of each counter, what tells its counts apart.
COUNTERS = {
    "event_counter": "district, month, kind, status, mode, is_sample",
    "result_counter": "district, month, kind, status, is_sample",
    "attendance_counter": "district, month, event_kind, is_sample",
}
TABLES = """
ALTER TABLE township_counter ADD COLUMN is_public BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE township_counter DROP CONSTRAINT township_counter_pkey,
    ADD CONSTRAINT township_counter_pkey PRIMARY KEY (district, township_id, month, is_sample, is_public, slot);
INSERT INTO township_counter (district, township_id, month, is_sample, is_public, rows, participants, reporting)
    SELECT district, township_id, month, is_sample, true, rows, participants, reporting FROM township_counter;
CREATE TABLE member_contact (
    district TEXT NOT NULL,
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    member_id BIGINT NOT NULL,
    phone TEXT,
    email TEXT,
    born_on DATE,
    CONSTRAINT member_contact_pkey PRIMARY KEY (district, id),
    CONSTRAINT member_contact_district_member_id_fkey FOREIGN KEY(district, member_id)
        REFERENCES member (district, id) ON DELETE CASCADE,
    CONSTRAINT member_contact_district_member_id_key UNIQUE (district, member_id),
    CONSTRAINT member_contact_district_is_a_code_check CHECK (district ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$')
);
ALTER TABLE access_key ADD COLUMN kind viewer_kind DEFAULT 'DISTRICT_STAFF' NOT NULL, ADD COLUMN partner TEXT,
    ADD COLUMN modules TEXT[], ADD COLUMN is_personal BOOLEAN DEFAULT false NOT NULL,
    ADD COLUMN last_used_at TIMESTAMP WITH TIME ZONE, ADD COLUMN earlier_digest TEXT,
    ADD COLUMN earlier_until TIMESTAMP WITH TIME ZONE;
DROP INDEX result_district_kind_idx;
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id) INCLUDE (status, visibility);
DROP INDEX result_department_idx;
CREATE INDEX result_department_idx ON result (district, department_id, raised_at, id) INCLUDE (closed_at, visibility);
ALTER TABLE changed_row ADD COLUMN parts BIGINT[] DEFAULT '{}' NOT NULL
"""
# Each row that was changed and, by the ids in its image, those it names. An id that was gone when it was written
# stands there as a number, others as `Type:district:number` in base64.
PARTS = """
UPDATE changed_row SET parts = array_remove(row_id || ARRAY(
    SELECT CASE WHEN named.id ~ '^[0-9]{1,18}$' THEN named.id::bigint
                ELSE split_part(convert_from(decode(named.id, 'base64'), 'UTF8'), ':', 3)::bigint END
    FROM jsonb_each_text(coalesce(after, before)) AS named (name, id)
    WHERE named.id IS NOT NULL AND named.name IN ('event', 'member', 'platform', 'result', 'discussion', 'handler',
        'followsFrom', 'mergedInto', 'parent')
), NULL)
"""
DOWNGRADE = """
ALTER TABLE changed_row DROP COLUMN parts;
DROP INDEX result_district_kind_idx;
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id) INCLUDE (status);
DROP INDEX result_department_idx;
CREATE INDEX result_department_idx ON result (district, department_id, raised_at, id) INCLUDE (closed_at);
ALTER TABLE access_key DROP COLUMN kind, DROP COLUMN partner, DROP COLUMN modules, DROP COLUMN is_personal,
    DROP COLUMN last_used_at, DROP COLUMN earlier_digest, DROP COLUMN earlier_until;
DROP TABLE member_contact;
DELETE FROM township_counter WHERE is_public;
ALTER TABLE township_counter DROP CONSTRAINT township_counter_pkey, DROP COLUMN is_public,
    ADD CONSTRAINT township_counter_pkey PRIMARY KEY (district, township_id, month, is_sample, slot)
"""


def upgrade() -> None:
    """Let rows be shared with some and kept from others; all there are stay public."""
    _execute(TYPES)
    for table in (*GUARDED, *COUNTERS, "changed_row"):
        _execute(WHO_SEES.format(table))
    for table in GUARDED:
        _execute(HIDDEN.format(table))
    for table, keys in COUNTERS.items():
        key = f"{table}_pkey PRIMARY KEY ({keys}, visibility, shared_with, slot)"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD CONSTRAINT {key}")
    _execute(TABLES)
    op.execute(PARTS)


def downgrade() -> None:
    """Make everything public again; rows that are not stand in the way, for nobody is to see them by this."""
    for table in GUARDED:
        op.execute(
            f"DO $$BEGIN ASSERT NOT EXISTS (SELECT FROM {table} WHERE visibility <> 'PUBLIC'),"
            f" 'rows of {table} are not public'; END$$"
        )
    _execute(DOWNGRADE)
    for table, keys in COUNTERS.items():
        key = f"{table}_pkey PRIMARY KEY ({keys}, slot)"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD CONSTRAINT {key}")
    for table in (*GUARDED, *COUNTERS, "changed_row"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN visibility, DROP COLUMN shared_with")
    op.execute("DROP TYPE visibility")
    op.execute("DROP TYPE viewer_kind")


def _execute(statements: str) -> None:
    for statement in statements.split(";\n"):
        op.execute(statement)
