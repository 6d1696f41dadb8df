"""What people say of alerts, and the rule of each alert as columns, to count them by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_IDENT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """A table of judgements, and two columns of alerts filled from what the rows hold as JSON."""
    for column in ("rule", "rule_version"):
        op.add_column("alerts", sa.Column(column, _IDENT))
    fills = ", ".join(f"{column} = {_value(column)}" for column in ("rule", "rule_version"))
    op.execute(f"UPDATE alerts SET {fills}")  # noqa: S608  only names of this file become part of it
    op.create_table(
        "judgements",
        sa.Column("alert_id", _IDENT, nullable=False),
        sa.Column("author", _IDENT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "author", name="pk_judgements"),
        sqlite_with_rowid=False,
    )


def _value(column: str) -> str:
    if op.get_bind().dialect.name == "sqlite":
        return f"json_extract(alert, '$.{column}')"
    return f"alert::json ->> '{column}'"
