"""Ledger and alerts are found by story, and the ledger by alert."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_IDENT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_FILLED = (("ledger", "entry", "story_id"), ("ledger", "entry", "alert_id"), ("alerts", "alert", "story_id"))


def upgrade() -> None:
    """Columns and indexes, filled from what the rows hold as JSON."""
    for table, document, column in _FILLED:
        op.add_column(table, sa.Column(column, _IDENT))
        op.execute(_fill(table, document, column))
        known = sa.text(f"{column} IS NOT NULL")  # most entries have none: no rule matched
        partial: dict[str, Any] = {"sqlite_where": known, "postgresql_where": known} if table == "ledger" else {}
        op.create_index(f"ix_{table}_{column}", table, [column], **partial)


def _fill(table: str, document: str, column: str) -> str:
    """Only names of this file become part of the statement."""
    value = f"{document}::json ->> '{column}'"
    if op.get_bind().dialect.name == "sqlite":
        value = f"json_extract({document}, '$.{column}')"
    return f'UPDATE {table} SET {column} = {value} WHERE {document} LIKE \'%"{column}":"%\''  # noqa: S608
