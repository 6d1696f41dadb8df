"""What became of every article, one line each."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Fate(StrEnum):
    """What became of an article, or of one rule's match on it. The same words label metrics."""

    ALERTED = "alerted"
    NO_RULE = "no_rule"  # no rule matched
    NOT_NEW = "not_new"  # a rule matched, but its story had been told this already
    UNWANTED = "unwanted"  # new, but of a kind that the rule's notify_on does not name
    BACKFILL = "backfill"  # stood in the feed when it was first polled
    OLD = "old"  # published longer ago than the alerter's maximum age, or a text of long ago
    PAST = "past"  # tells only of what is long past, or came before its news
    SHADOW = "shadow"  # the rule only records
    UNREAD = "unread"  # the extractor does not read its language
    SEEN = "seen"  # this revision had been decided before (redelivery)
    # and of an alert at a route:
    TOLD = "told"  # put into the outbox for the receiver
    GROUPED = "grouped"  # waits with its group
    HELD = "held"  # waits for the end of the quiet hours, or for the digest
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    MUTED = "muted"  # by a time interval of the route
    LAPSED = "lapsed"  # was kept from being told until it was no longer open


OF_ROUTES = frozenset({Fate.TOLD, Fate.GROUPED, Fate.HELD, Fate.SILENCED, Fate.INHIBITED, Fate.MUTED, Fate.LAPSED})


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One decision about one revision of an article; ``rule`` is None where the decision is about the article as a whole.

    The fields from ``route`` on are there where it is about an alert at a route; ``by`` is the silence, the alert or the
    time interval that kept it from being told.
    """

    article_id: str
    revision: int
    at: datetime
    fate: Fate
    reason: str
    story_id: str | None = None
    placed: str | None = None  # why the article is in that story
    rule: str | None = None
    alert_id: str | None = None
    route: str | None = None
    receiver: str | None = None
    group: str | None = None
    by: str | None = None
    until: datetime | None = None
