"""Webhooks and what became of their deliveries, and the change log by author, by mutation and by row."""

from alembic import op

revision = "b9d04f71a5c2"
down_revision = "e7b1d04c52a9"

UPGRADE = """
CREATE TYPE webhook_state AS ENUM ('ACTIVE', 'PAUSED', 'DEAD');
CREATE TABLE webhook (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    key_id BIGINT NOT NULL,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    types TEXT[],
    under TEXT,
    state webhook_state DEFAULT 'ACTIVE' NOT NULL,
    position BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    failures INTEGER DEFAULT 0 NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    next_attempt_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_error TEXT,
    delivered_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT webhook_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_key_id_fkey FOREIGN KEY(key_id) REFERENCES access_key (id),
    CONSTRAINT webhook_what_was_delivered_was_read_check CHECK (delivered <= position)
);
CREATE INDEX webhook_key_idx ON webhook (key_id);
CREATE TABLE webhook_delivery (
    id BIGINT DEFAULT nextval('entity_id') NOT NULL,
    webhook_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    after BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    changes INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_delivery_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhook (id) ON DELETE CASCADE
);
CREATE INDEX webhook_delivery_webhook_idx ON webhook_delivery (webhook_id, at);
CREATE INDEX webhook_delivery_at_idx ON webhook_delivery (at);
CREATE INDEX change_author_idx ON change (author, position);
CREATE INDEX change_mutation_idx ON change (mutation, position);
CREATE INDEX changed_row_row_idx ON changed_row (row_id, position)
"""
DOWNGRADE = """
DROP INDEX changed_row_row_idx;
DROP INDEX change_mutation_idx;
DROP INDEX change_author_idx;
DROP TABLE webhook_delivery;
DROP TABLE webhook;
DROP TYPE webhook_state
"""


def upgrade() -> None:
    """Make the tables and indexes."""
    _execute(UPGRADE)


def downgrade() -> None:
    """Take them away, and with them all webhooks."""
    _execute(DOWNGRADE)


def _execute(statements: str) -> None:
    for statement in statements.split(";\n"):
        op.execute(statement)
