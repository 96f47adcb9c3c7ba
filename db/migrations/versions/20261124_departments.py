"""A counter of results by department, and an index of how long departments took to close them."""

from alembic import op

revision = "d2b6f0387ce4"
down_revision = "c4e8a17f63d0"

UPGRADE = """
CREATE TABLE department_counter (
    district TEXT NOT NULL,
    department_id BIGINT NOT NULL,
    month DATE NOT NULL,
    is_sample BOOLEAN DEFAULT false NOT NULL,
    visibility visibility DEFAULT 'PUBLIC' NOT NULL,
    shared_with TEXT[] DEFAULT '{}' NOT NULL,
    slot BIGINT DEFAULT nextval('entity_id') NOT NULL,
    rows BIGINT NOT NULL,
    adopted BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    CONSTRAINT department_counter_pkey PRIMARY KEY (district, department_id, month, is_sample, visibility, shared_with,
        slot)
);
INSERT INTO department_counter (district, department_id, month, is_sample, visibility, shared_with, rows, adopted,
    closed, on_time)
    SELECT f.district, coalesce(f.department_id, 0), date_trunc('month', timezone('Asia/Shanghai', f.raised_at))::date,
    f.is_sample, f.visibility, f.shared_with, count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM adoption a WHERE
    (a.district, a.result_id) = (f.district, f.id))), count(f.closed_at), count(*) FILTER (WHERE f.closed_at -
    f.raised_at <= interval '90 days') FROM result f GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6;
CREATE INDEX result_closing_idx ON result (district, department_id, date_part('epoch', closed_at - raised_at))
    INCLUDE (raised_at, closed_at, is_sample, visibility, shared_with) WHERE closed_at IS NOT NULL
"""
DOWNGRADE = """
DROP INDEX result_closing_idx;
DROP TABLE department_counter
"""


def upgrade() -> None:
    """Count what there is, and index it."""
    _execute(UPGRADE)


def downgrade() -> None:
    """Forget both."""
    _execute(DOWNGRADE)


def _execute(statements: str) -> None:
    for statement in statements.split(";\n"):
        op.execute(statement)
