"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_IDENT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From an empty database."""
    _polling()
    _deciding()
    _stories()
    _records()
    _delivery()


def _polling() -> None:
    op.create_table(
        "feeds",
        sa.Column("feed", _IDENT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name="pk_feeds"),
    )
    op.create_index("ix_feeds_due", "feeds", ["listed", "due_at"])
    op.create_table(
        "seen",
        sa.Column("article_id", _IDENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_seen"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seen_last_seen_at", "seen", ["last_seen_at"])


def _deciding() -> None:
    op.create_table(
        "offsets",
        sa.Column("consumers", _IDENT, nullable=False),
        sa.Column("stream", _IDENT, nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumers", "stream", "partition", name="pk_offsets"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "articles",
        sa.Column("article_id", _IDENT, nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story_id", _IDENT),
        sa.Column("tagged_at", sa.BigInteger(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "revision", name="pk_articles"),
    )
    op.create_index("ix_articles_tagged_at", "articles", ["tagged_at"])


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("story_id", _IDENT, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", name="pk_stories"),
    )
    op.create_index("ix_stories_last_at", "stories", ["last_at"])
    op.create_table(
        "story_keys",
        sa.Column("story_id", _IDENT, nullable=False),
        sa.Column("key", _IDENT, nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", "key", name="pk_story_keys"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.story_id"], name="fk_story_keys_story_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_keys_key", "story_keys", ["key", "last_at", "story_id"])


def _records() -> None:
    op.create_table(
        "alerts",
        sa.Column("seq", _SERIAL, nullable=False),
        sa.Column("alert_id", _IDENT, nullable=False),
        sa.Column("article_id", _IDENT, nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_alerts"),
        sa.UniqueConstraint("alert_id", name="uq_alerts_alert_id"),
    )
    op.create_index("ix_alerts_article_id", "alerts", ["article_id"])
    op.create_index("ix_alerts_decided_at", "alerts", ["decided_at"])
    op.create_table(
        "ledger",
        sa.Column("seq", _SERIAL, nullable=False),
        sa.Column("article_id", _IDENT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_article_id", "ledger", ["article_id"])
    op.create_index("ix_ledger_at", "ledger", ["at"])


def _delivery() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", _SERIAL, nullable=False),
        sa.Column("notification_id", _IDENT, nullable=False),
        sa.Column("receiver", _IDENT, nullable=False),
        sa.Column("story_id", _IDENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("repeat", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("remote_id", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("notification", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("notification_id", name="uq_outbox_notification_id"),
    )
    op.create_index("ix_outbox_due", "outbox", ["receiver", "state", "due_at"])
    op.create_index("ix_outbox_story", "outbox", ["story_id", "receiver"])
    op.create_index("ix_outbox_settled_at", "outbox", ["settled_at"])
    op.create_table(
        "outbox_alerts",
        sa.Column("alert_id", _IDENT, nullable=False),
        sa.Column("notification_id", _IDENT, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "notification_id", name="pk_outbox_alerts"),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["outbox.notification_id"], name="fk_outbox_alerts_notification_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_outbox_alerts_notification_id", "outbox_alerts", ["notification_id"])
