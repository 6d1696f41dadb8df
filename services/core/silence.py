"""Silences: what a desk does not want to hear of for a while, who said so, and why."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from services.core.matcher import all_match, matcher
from services.core.moment import Moment


class SilenceState(StrEnum):
    """Where a silence stands at a moment."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


class Silence(Struct, frozen=True, kw_only=True):
    """Alerts that all ``matchers`` match are not told from ``starts_at`` until just before ``ends_at``."""

    id: str
    matchers: tuple[str, ...]
    author: str
    comment: str
    starts_at: Moment
    ends_at: Moment
    created_at: Moment

    def state(self, now: datetime) -> SilenceState:
        """Where it stands at ``now``."""
        if now >= self.ends_at:
            return SilenceState.EXPIRED
        return SilenceState.ACTIVE if now >= self.starts_at else SilenceState.PENDING


def mistake(silence: Silence) -> str | None:
    """What keeps this silence from being one, or None. Raises MatcherError for a matcher that cannot be read."""
    read = [matcher(text) for text in silence.matchers]
    if not read:
        return "a silence needs at least one matcher"
    if all(one.matches({}) for one in read):
        return "these matchers match alerts without any label, and so nearly everything; name a value that is not empty"
    if silence.ends_at <= silence.starts_at:
        return "a silence must end after it starts"
    if not silence.author.strip() or not silence.comment.strip():
        return "a silence needs an author and a comment"
    return None


def silencing(silences: Iterable[Silence], labels: Mapping[str, str], now: datetime) -> Silence | None:
    """The active silence over these labels that ends last, or None."""
    over = [
        one for one in silences if one.state(now) is SilenceState.ACTIVE and all_match(one.matchers, labels)
    ]  # fmt: skip
    return max(over, key=lambda one: (one.ends_at, one.id), default=None)


def expired(silence: Silence, now: datetime) -> Silence:
    """The silence, ended now; one that has ended stays as it is."""
    if silence.state(now) is SilenceState.EXPIRED:
        return silence
    return replace(silence, starts_at=min(silence.starts_at, now), ends_at=now)
