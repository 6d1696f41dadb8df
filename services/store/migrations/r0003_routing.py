"""Groups of alerts that wait to be told, and silences."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_IDENT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables, each with an index on the time that matters."""
    op.create_table(
        "alert_groups",
        sa.Column("group_key", _IDENT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_key", name="pk_alert_groups"),
    )
    op.create_index("ix_alert_groups_due_at", "alert_groups", ["due_at"])
    op.create_table(
        "silences",
        sa.Column("silence_id", _IDENT, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("silence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("silence_id", name="pk_silences"),
    )
    op.create_index("ix_silences_ends_at", "silences", ["ends_at"])
