"""What an article is about."""

from msgspec import Struct

from services.core.mention import Span


class Topic(Struct, frozen=True, kw_only=True):
    """A topic with the words that carry it.

    ``score`` lies in 0..1. ``about`` says that a desk which watches the topic would want the article; otherwise the
    topic is only mentioned.
    """

    id: str
    score: float
    about: bool
    evidence: tuple[Span, ...]
