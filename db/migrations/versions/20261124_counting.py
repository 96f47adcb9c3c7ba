"""Indexes that counts are read from have all they are counted by; the measures of rollups are indicators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

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
COLUMNS = ("key", "name", "name_en", "unit", "aggregation", "definition", "formula", "numerator", "denominator")
MEASURES: list[tuple[str | None, ...]] = [
    (
        "count",
        "数量",
        "How many there are",
        "ITEM",
        "SUM",
        "How many there are.",
        "rows of the group, each once",
        None,
        None,
    ),
    (
        "distinct_members",
        "委员人数",
        "How many different members",
        "PERSON",
        "NONE",
        "How many different members.",
        "different members among the attendances of the group",
        None,
        None,
    ),
    (
        "public_participants",
        "群众参与人次",
        "Times that members of the public took part",
        "PERSON_TIME",
        "SUM",
        "Times that members of the public took part.",
        "sum of public participants over the events that report them; visits, not people",
        None,
        None,
    ),
    (
        "participation_per_event",
        "场均参与人次",
        "Public participation per reporting event",
        "PERSON_TIME",
        "RATIO",
        "Public participation per reporting event.",
        "public participants / events that report them",
        "public participants",
        "reporting events",
    ),
    (
        "sum",
        "合计",
        "Sum of published figures of an indicator that adds up",
        "ITEM",
        "NONE",
        "Sum of published figures of an indicator that adds up.",
        "sum of the values; null for indicators that do not add up; in the indicator's unit",
        None,
        None,
    ),
    (
        "average",
        "平均",
        "Average of published figures",
        "ITEM",
        "RATIO",
        "Average of published figures.",
        "sum of the values / figures; in the indicator's unit",
        "sum of the values",
        "figures",
    ),
    (
        "median_days_to_close",
        "办结天数中位数",
        "Median days from raising to closing",
        "DAY",
        "NONE",
        "Median days from raising to closing.",
        "median of closedAt - raisedAt over the closed results",
        None,
        None,
    ),
    (
        "p90_days_to_close",
        "办结天数九成位",
        "Days within which nine of ten were closed",
        "DAY",
        "NONE",
        "Days within which nine of ten were closed.",
        "90th percentile of closedAt - raisedAt over the closed results",
        None,
        None,
    ),
    (
        "adoption_rate",
        "采纳率",
        "Share of results that a body adopted",
        "RATIO",
        "RATIO",
        "Share of results that a body adopted.",
        "results with an adoption / results",
        "results with an adoption",
        "results",
    ),
    (
        "closing_rate",
        "办结率",
        "Share of results that are closed",
        "RATIO",
        "RATIO",
        "Share of results that are closed.",
        "closed results / results",
        "closed results",
        "results",
    ),
    (
        "on_time_rate",
        "按时办结率",
        "Share of closed results that were closed within 90 days",
        "RATIO",
        "RATIO",
        "Share of closed results that were closed within 90 days.",
        "results closed within 90 days / closed results",
        "results closed within 90 days",
        "closed results",
    ),
    (
        "per_100_members",
        "每百名委员",
        "How many for every 100 members of the group's area",
        "RATIO",
        "RATIO",
        "How many for every 100 members of the group's area.",
        "100 * rows / members of the group's district, city or province",
        "100 * rows",
        "members",
    ),
    (
        "share_of_total",
        "占比",
        "Share of all that are counted",
        "RATIO",
        "RATIO",
        "Share of all that are counted.",
        "rows of the group / rows in all",
        "rows of the group",
        "rows in all",
    ),
    (
        "rank",
        "名次",
        "Rank by how many there are, the largest first",
        "ORDINAL",
        "NONE",
        "Rank by how many there are, the largest first.",
        "1 + groups that have more rows",
        None,
        None,
    ),
    (
        "change_on_previous",
        "环比",
        "Relative change against the period before",
        "RATIO",
        "RATIO",
        "Relative change against the period before.",
        "(rows - rows of the period before) / rows of the period before",
        "difference",
        "rows before",
    ),
    (
        "change_on_year",
        "同比",
        "Relative change against the same period a year before",
        "RATIO",
        "RATIO",
        "Relative change against the same period a year before.",
        "(rows - rows a year before) / rows a year before",
        "difference",
        "rows a year before",
    ),
]
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
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in COLUMNS]
    indicators = sa.table("indicator", *columns)
    types = {"unit": "unit", "aggregation": "aggregation"}
    for measure in MEASURES:
        values = {
            name: sa.cast(value, ENUM(name=types[name], create_type=False)) if name in types else value
            for name, value in zip(COLUMNS, measure, strict=True)
        }
        op.execute(indicators.insert().values(values))


def downgrade() -> None:
    """Make the indexes of before, and forget the measures."""
    indicators = sa.table("indicator", sa.column("key"))
    op.execute(indicators.delete().where(indicators.c.key.in_([measure[0] for measure in MEASURES])))
    for statement in DOWNGRADE.split(";"):
        op.execute(statement)
