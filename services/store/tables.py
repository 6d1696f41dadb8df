"""Every table. A change here needs a migration beside it; a test holds both equal.

Structs with many fields are one JSON column, next to the columns that queries need.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, false, text

from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.background import Counted
from services.core.feed import FeedState
from services.core.group import Group
from services.core.ledger import LedgerEntry
from services.core.notification import Notification
from services.core.silence import Silence
from services.core.story import Story
from services.store.columns import Ident, Json, Moment, Serial

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _index_of_known(name: str, column: str) -> Index:
    """An index without the rows that have no value: most entries of the ledger have no story, as no rule matched."""
    known = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=known, postgresql_where=known)


feeds = Table(
    "feeds",
    metadata,
    Column("feed", Ident, primary_key=True),
    Column("url", Text, nullable=False),  # as configured; the state's own may have moved
    Column("listed", Boolean, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("token", BigInteger, nullable=False, server_default="0"),
    Column("leased_until", Moment),
    Column("state", Json(FeedState), nullable=False),
    Index("ix_feeds_due", "listed", "due_at"),
)

seen = Table(
    "seen",
    metadata,
    Column("article_id", Ident, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("last_seen_at", Moment, nullable=False),
    Column("feed", Text, nullable=False),
    Index("ix_seen_last_seen_at", "last_seen_at"),
    sqlite_with_rowid=False,
)

offsets = Table(
    "offsets",
    metadata,
    Column("consumers", Ident, primary_key=True),  # the group; that word is reserved in SQL
    Column("stream", Ident, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

articles = Table(
    "articles",
    metadata,
    Column("article_id", Ident, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("story_id", Ident),
    Column("tagged_at", Moment, nullable=False),
    Column("article", Json(TaggedArticle), nullable=False),
    Index("ix_articles_tagged_at", "tagged_at"),
)

stories = Table(
    "stories",
    metadata,
    Column("story_id", Ident, primary_key=True),
    Column("last_at", Moment, nullable=False),
    Column("story", Json(Story), nullable=False),
    Index("ix_stories_last_at", "last_at"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column("story_id", Ident, ForeignKey("stories.story_id", ondelete="CASCADE"), primary_key=True),
    Column("key", Ident, primary_key=True),
    Column(
        "last_at", Moment, nullable=False
    ),  # of the story: a key that many stories share is read only as far back as asked
    Index("ix_story_keys_key", "key", "last_at", "story_id"),
    sqlite_with_rowid=False,
)

backgrounds = Table(
    "backgrounds",
    metadata,
    Column("place", Serial, primary_key=True),
    Column("whole", Boolean, nullable=False),
    Column("counted", Json(Counted), nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("alert_id", Ident, nullable=False, unique=True),
    Column("article_id", Ident, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Column("alert", Json(Alert), nullable=False),
    Column("story_id", Ident),
    Column("rule", Ident),
    Column("rule_version", Ident),
    Index("ix_alerts_article_id", "article_id"),
    Index("ix_alerts_decided_at", "decided_at"),
    Index("ix_alerts_story_id", "story_id"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("article_id", Ident, nullable=False),
    Column("at", Moment, nullable=False),
    Column("entry", Json(LedgerEntry), nullable=False),
    Column("story_id", Ident),
    Column("alert_id", Ident),
    Index("ix_ledger_article_id", "article_id"),
    Index("ix_ledger_at", "at"),
    _index_of_known("ix_ledger_story_id", "story_id"),
    _index_of_known("ix_ledger_alert_id", "alert_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("notification_id", Ident, nullable=False, unique=True),
    Column("receiver", Ident, nullable=False),
    Column("story_id", Ident, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),  # of a row being sent: when its lease runs out
    Column("repeat", Boolean, nullable=False, server_default=false()),
    Column("owner", Text),
    Column("settled_at", Moment),
    Column("remote_id", Text),
    Column("error", Text),
    Column("notification", Json(Notification), nullable=False),
    Index("ix_outbox_due", "receiver", "state", "due_at"),
    Index("ix_outbox_story", "story_id", "receiver"),
    Index("ix_outbox_settled_at", "settled_at"),
)

outbox_alerts = Table(
    "outbox_alerts",
    metadata,
    Column("alert_id", Ident, primary_key=True),
    Column("notification_id", Ident, ForeignKey("outbox.notification_id", ondelete="CASCADE"), primary_key=True),
    Index("ix_outbox_alerts_notification_id", "notification_id"),
    sqlite_with_rowid=False,
)

alert_groups = Table(
    "alert_groups",
    metadata,
    Column("group_key", Ident, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("state", Json(Group), nullable=False),
    Index("ix_alert_groups_due_at", "due_at"),
)

silences = Table(
    "silences",
    metadata,
    Column("silence_id", Ident, primary_key=True),
    Column("ends_at", Moment, nullable=False),
    Column("silence", Json(Silence), nullable=False),
    Index("ix_silences_ends_at", "ends_at"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("alert_id", Ident, primary_key=True),
    Column("author", Ident, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("opinion", Text, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)
