"""Articles about the same event."""

from datetime import datetime

from msgspec import Struct


class Story(Struct, frozen=True, kw_only=True):
    """What the alerter remembers of a story. Bounded: old articles leave only their facts.

    ``keys`` find candidate stories for a new article (near-duplicate bands, act keys); ``told`` holds, per rule, the
    facts already alerted, so that each is told once.
    """

    id: str
    title: str
    first_at: datetime
    last_at: datetime
    articles: int = 1
    outlets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
