"""Counters of rollups, indexes that have all that is counted by, and the measures of rollups as indicators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ENUM

revision = "5c2e80f1a3d6"
down_revision = "1fd0a2c93b57"

TABLES = """
CREATE TABLE event_counter (
    district TEXT NOT NULL,
    month DATE NOT NULL,
    kind "event_kind" NOT NULL,
    status "event_status" NOT NULL,
    mode "event_mode" NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    slot BIGINT DEFAULT nextval('entity_id') NOT NULL,
    rows BIGINT NOT NULL,
    participants BIGINT NOT NULL,
    reporting BIGINT NOT NULL,
    CONSTRAINT event_counter_pkey PRIMARY KEY (district, month, kind, status, mode, is_sample, slot)
);
CREATE TABLE township_counter (
    district TEXT NOT NULL,
    township_id BIGINT NOT NULL,
    month DATE NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    slot BIGINT DEFAULT nextval('entity_id') NOT NULL,
    rows BIGINT NOT NULL,
    participants BIGINT NOT NULL,
    reporting BIGINT NOT NULL,
    CONSTRAINT township_counter_pkey PRIMARY KEY (district, township_id, month, is_sample, slot)
);
CREATE TABLE result_counter (
    district TEXT NOT NULL,
    month DATE NOT NULL,
    kind "result_kind" NOT NULL,
    status "result_status" NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    slot BIGINT DEFAULT nextval('entity_id') NOT NULL,
    rows BIGINT NOT NULL,
    adopted BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    CONSTRAINT result_counter_pkey PRIMARY KEY (district, month, kind, status, is_sample, slot)
);
CREATE TABLE attendance_counter (
    district TEXT NOT NULL,
    month DATE NOT NULL,
    event_kind "event_kind" NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    slot BIGINT DEFAULT nextval('entity_id') NOT NULL,
    rows BIGINT NOT NULL,
    CONSTRAINT attendance_counter_pkey PRIMARY KEY (district, month, event_kind, is_sample, slot)
)
"""
FILLS = """
INSERT INTO event_counter (district, month, kind, status, mode, is_sample, rows, participants, reporting)
    SELECT f.district AS district, date_trunc('month', timezone('Asia/Shanghai', f.starts_at))::date AS month,
    f.kind AS kind, f.status AS status, f.mode AS mode, f.is_sample AS is_sample, count(*) AS rows,
    coalesce(sum(f.public_participants), 0) AS participants, count(f.public_participants) AS reporting FROM
    event f WHERE true GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO township_counter (district, township_id, month, is_sample, rows, participants, reporting)
    SELECT f.district AS district, coalesce(f.place, 0) AS township_id, date_trunc('month',
    timezone('Asia/Shanghai', f.starts_at))::date AS month, f.is_sample AS is_sample, count(*) AS rows,
    coalesce(sum(f.public_participants), 0) AS participants, count(f.public_participants) AS reporting FROM
    (SELECT DISTINCT f.*, CASE a.level WHEN 'TOWNSHIP' THEN a.id WHEN 'VILLAGE' THEN a.parent_id END AS place
    FROM (SELECT district, id, starts_at, is_sample, public_participants FROM event) f
    LEFT JOIN event_platform h ON (h.district, h.event_id) = (f.district, f.id)
    LEFT JOIN platform p ON (p.district, p.id) = (h.platform_district, h.platform_id)
    LEFT JOIN area a ON a.id = p.area_id) f WHERE true GROUP BY 1, 2, 3, 4;
INSERT INTO result_counter (district, month, kind, status, is_sample, rows, adopted, closed, on_time)
    SELECT f.district AS district, date_trunc('month', timezone('Asia/Shanghai', f.raised_at))::date AS month,
    f.kind AS kind, f.status AS status, f.is_sample AS is_sample, count(*) AS rows, count(*) FILTER (WHERE
    EXISTS (SELECT FROM adoption a WHERE (a.district, a.result_id) = (f.district, f.id))) AS adopted,
    count(f.closed_at) AS closed, count(*) FILTER (WHERE f.closed_at - f.raised_at <= interval '90 days') AS
    on_time FROM result f WHERE true GROUP BY 1, 2, 3, 4, 5;
INSERT INTO attendance_counter (district, month, event_kind, is_sample, rows)
    SELECT f.district AS district, date_trunc('month', timezone('Asia/Shanghai', f.starts_at))::date AS month,
    e.kind AS event_kind, f.is_sample AS is_sample, count(*) AS rows FROM attendance f JOIN event e ON
    (e.district, e.id) = (f.district, f.event_id) WHERE true GROUP BY 1, 2, 3, 4
"""
UPGRADE = """
DROP INDEX event_platform_platform_idx, event_participant_participant_idx, result_district_kind_idx,
    result_department_idx;
CREATE INDEX event_platform_platform_idx ON event_platform (platform_district, platform_id, starts_at, event_id,
    district);
CREATE INDEX event_participant_participant_idx ON event_participant (participant, starts_at, event_id, district);
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id) INCLUDE (status);
CREATE INDEX result_department_idx ON result (district, department_id, raised_at, id) INCLUDE (closed_at);
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
    attendance_starts_idx, result_department_idx;
CREATE INDEX result_department_idx ON result (district, department_id, raised_at, id);
CREATE INDEX event_platform_platform_idx ON event_platform (platform_district, platform_id, starts_at, event_id);
CREATE INDEX event_participant_participant_idx ON event_participant (participant, starts_at, event_id);
CREATE INDEX result_district_kind_idx ON result (district, kind, raised_at, id)
"""


def upgrade() -> None:
    """Make counters, count what there is, and make wider indexes."""
    for statement in (*TABLES.split(";\n"), *FILLS.split(";\n"), *UPGRADE.split(";\n")):
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
    op.execute("DROP TABLE event_counter, township_counter, result_counter, attendance_counter")
    indicators = sa.table("indicator", sa.column("key"))
    op.execute(indicators.delete().where(indicators.c.key.in_([measure[0] for measure in MEASURES])))
    for statement in DOWNGRADE.split(";"):
        op.execute(statement)
