"""Which fields each key asks for."""

from alembic import op

revision = "c4e8a17f63d0"
down_revision = "b9d04f71a5c2"


def upgrade() -> None:
    """Count the fields that keys ask for."""
    op.execute("""
        CREATE TABLE field_usage (
            field TEXT NOT NULL,
            account TEXT NOT NULL,
            day DATE NOT NULL,
            operations BIGINT NOT NULL,
            CONSTRAINT field_usage_pkey PRIMARY KEY (field, account, day)
        )
    """)


def downgrade() -> None:
    """Forget it."""
    op.execute("DROP TABLE field_usage")
