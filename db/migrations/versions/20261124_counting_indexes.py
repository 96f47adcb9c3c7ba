"""Indexes that counts are read from have all the columns that are counted by."""

from alembic import op

revision = "5c2e80f1a3d6"
down_revision = "1fd0a2c93b57"

UPGRADE = """
DROP INDEX event_platform_platform_idx, event_participant_participant_idx, result_district_kind_idx;
CREATE INDEX event_platform_platform_idx ON event_platform (platform_district, platform_id, starts_at, event_id,
    district);
CREATE INDEX event_participant_participant_idx ON event_participant (participant, starts_at, event_id, district);
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id) INCLUDE (status);
CREATE INDEX attendance_starts_idx ON attendance (starts_at, id)
"""
DOWNGRADE = """
DROP INDEX event_platform_platform_idx, event_participant_participant_idx, result_district_kind_idx,
    attendance_starts_idx;
CREATE INDEX event_platform_platform_idx ON event_platform (platform_district, platform_id, starts_at, event_id);
CREATE INDEX event_participant_participant_idx ON event_participant (participant, starts_at, event_id);
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id)
"""


def upgrade() -> None:
    """Make the wider indexes."""
    for statement in UPGRADE.split(";"):
        op.execute(statement)


def downgrade() -> None:
    """Make the indexes of before."""
    for statement in DOWNGRADE.split(";"):
        op.execute(statement)
