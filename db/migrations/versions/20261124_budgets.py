"""Budgets of points, trusted documents, and what of both a key has of its own."""

from alembic import op

revision = "e7b1d04c52a9"
down_revision = "a7f2c95b3e18"

TABLES = """
CREATE UNLOGGED TABLE budget (
    account TEXT NOT NULL,
    remaining DOUBLE PRECISION NOT NULL,
    granted DOUBLE PRECISION NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT budget_pkey PRIMARY KEY (account)
);
CREATE TABLE trusted_document (
    app TEXT NOT NULL,
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT trusted_document_pkey PRIMARY KEY (app, id)
);
ALTER TABLE access_key ADD COLUMN budget INTEGER;
ALTER TABLE access_key ADD COLUMN documents_app TEXT;
ALTER TABLE access_key ADD CONSTRAINT access_key_budget_is_positive_check CHECK (budget > 0)
"""


def upgrade() -> None:
    """Add the tables and columns."""
    for statement in TABLES.split(";"):
        op.execute(statement)


def downgrade() -> None:
    """Take them away again."""
    op.execute("ALTER TABLE access_key DROP COLUMN budget, DROP COLUMN documents_app")
    op.execute("DROP TABLE trusted_document")
    op.execute("DROP TABLE budget")
