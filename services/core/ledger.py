"""What became of every article, one line each."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Fate(StrEnum):
    """What became of an article, or of one rule's match on it. The same words label metrics."""

    ALERTED = "alerted"
    NO_RULE = "no_rule"  # no rule matched
    NOT_NEW = "not_new"  # a rule matched, but its story had been told this already
    BACKFILL = "backfill"  # stood in the feed when it was first polled
    OLD = "old"  # published longer ago than the alerter's maximum age
    SHADOW = "shadow"  # the rule only records
    UNREAD = "unread"  # the extractor does not read its language
    SEEN = "seen"  # this revision had been decided before (redelivery)


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One decision about one revision of an article; ``rule`` is None where the decision is about the article as a whole."""

    article_id: str
    revision: int
    at: datetime
    fate: Fate
    reason: str
    story_id: str | None = None
    placed: str | None = None  # why the article is in that story
    rule: str | None = None
    alert_id: str | None = None
