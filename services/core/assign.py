"""Which story an article belongs to: an exact copy, a near duplicate, the same act, or the same event in other words.

Pure and deterministic: the same article and the same candidates give the same answer.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from math import inf, log, sqrt

from msgspec import Struct

from services.core.background import Background
from services.core.gist import Gist, Told, roles, stem
from services.core.likeness import Likeness, Weighed, probability
from services.core.story import Story, Text
from services.core.threads import agreement, conflict, fresh, moves_on
from services.core.words import keys

SAME_EVENT = 0.5  # from this probability on an article tells of the event of a story
_SAME_ACT = 0.6  # what the same act between the same two parties counts for, before the words are looked at
_SPECIFIC = 0.1  # how alike two tellings of one act are at least, apart from its parties
_ONE_PARTY = 1.0  # what the same act with one party not stated adds to the log-odds
_A_DAY = 1.5  # what each day since the story was last told takes from them
# What each e-fold of stories that look alike takes, where many do more is asked of each: by words alone, and with senses.
_CROWD, _CROWD_SENSED = 1.1, 0.85


class How(StrEnum):
    """By what an article was recognised."""

    COPY = "copy"
    NEAR = "near"
    ACT = "act"
    EVENT = "event"


class Assignment(Struct, frozen=True, kw_only=True):
    """The story an article joins, how it was recognised, with what score in 0..1, and how alike the nearest text is."""

    story: Story
    how: How
    score: float
    nearest: Likeness | None = None

    @property
    def reason(self) -> str:
        """In words, for the ledger."""
        words = {
            How.COPY: "the same text",
            How.NEAR: f"nearly the same text ({self.score:.2f})",
            How.ACT: f"the same act between the same parties ({self.score:.2f})",
            How.EVENT: f"the same event in other words ({self.score:.2f}{self._evidence})",
        }
        return words[self.how]

    @property
    def _evidence(self) -> str:
        if self.nearest is None:
            return ""
        nearest = self.nearest
        kinds = {"title": nearest.title, "lead": nearest.lead, "names": nearest.entities, "sense": nearest.sense}
        return ": " + ", ".join(f"{kind} {value:.2f}" for kind, value in kinds.items() if value is not None)


def assign(gist: Gist, candidates: Iterable[Story], window: float, background: Background) -> Assignment | None:
    """The candidate that fits best, or None: a new story. ``window`` in seconds."""
    text = Weighed(gist.text, background)
    within = [story for story in candidates if _in_window(gist, story, window)]
    crowd = log(len(within)) if within else 0.0
    fitting = [found for story in within for found in [_compared(gist, text, story, crowd)] if found]
    order = list(How)
    return min(
        fitting,
        key=lambda found: (order.index(found.how), -found.score, found.story.first_at, found.story.id),
        default=None,
    )


def _in_window(gist: Gist, story: Story, window: float) -> bool:
    reach = timedelta(seconds=window)
    return story.first_at - reach <= gist.at <= story.last_at + reach


def _compared(gist: Gist, text: Weighed, story: Story, crowd: float) -> Assignment | None:
    if any(text.copy == gist.text.copy for text in story.texts):
        return Assignment(story=story, how=How.COPY, score=1.0)
    if conflict(gist.acts, story.acts):
        return None
    near = max((text.near(other) for other in story.texts), default=0.0)
    if near:
        return Assignment(story=story, how=How.NEAR, score=near)
    shared = agreement(gist.acts, story.acts)
    if shared == 2:
        return _same_act(gist, story)
    nearest, odds = likest(text, story)
    asked = _CROWD if nearest is None or nearest.sense is None else _CROWD_SENSED
    odds += _ONE_PARTY * shared - _A_DAY * _days_apart(gist, story) - asked * crowd
    score = probability(odds)
    return Assignment(story=story, how=How.EVENT, score=score, nearest=nearest) if score >= SAME_EVENT else None


def likest(text: Weighed, story: Story) -> tuple[Likeness | None, float]:
    """How alike the nearest text of the story is, and the log-odds of one event: half by that text, half by all."""
    sensed = text.sensed(story.texts)
    found = [text.likeness(other, sensed=sensed) for other in story.texts]
    nearest = max(found, key=lambda likeness: likeness.odds, default=None)
    if nearest is None:
        return None, -inf
    return nearest, (nearest.odds + sum(likeness.odds for likeness in found) / len(found)) / 2


def _days_apart(gist: Gist, story: Story) -> float:
    apart = max(gist.at - story.last_at, story.first_at - gist.at, timedelta())
    return apart.total_seconds() / 86400


def _same_act(gist: Gist, story: Story) -> Assignment | None:
    """The same act, unless both say what it is about and have next to nothing of that in common: another act between the two.

    An act at a stage not told yet is taken for the same: that it has moved on is told in any case. So is one of these
    days, but for headlines alone: what they differ in is the matter.
    """
    named = _party_words(gist.acts)
    scores = [_specifics_alike(gist.text, text, named) for text in story.texts]
    if None in scores:
        return Assignment(story=story, how=How.ACT, score=_SAME_ACT)
    best = max((score for score in scores if score is not None), default=0.0)
    known = moves_on(gist.acts, story.acts) or (fresh(gist.acts, story.acts, gist.at) and _beyond_titles(gist, story))
    if best < _SPECIFIC and not known:
        return None
    return Assignment(story=story, how=How.ACT, score=_SAME_ACT + (1 - _SAME_ACT) * best)


def _beyond_titles(gist: Gist, story: Story) -> bool:
    return any(text.lead != text.title for text in (gist.text, *story.texts))


def _specifics_alike(one: Text, other: Text, named: frozenset[str]) -> float | None:
    """How alike two texts are apart from the parties; None where one says nothing but the parties."""
    best: float | None = None
    for left, right in ((one.title, other.title), (one.lead, other.lead)):
        mine, theirs = _specific(left, one, named), _specific(right, other, named)
        if mine and theirs:
            best = max(best or 0.0, _cosine(mine, theirs))
    return best


def _specific(terms: tuple[str, ...], text: Text, named: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in (*terms, *text.entities) if not term.startswith("@")) - named


def _party_words(acts: Sequence[Told]) -> frozenset[str]:
    """Words and ids that name a party of an act: what two acts of the same parties share in any case."""
    parties = [party for told in acts for party in roles(told.act)]
    names = " ".join(f"{party.name} {party.span.quote}" for party in parties)
    return frozenset([*(stem(key) for key in keys(names)), *(party.id for party in parties if party.id)])


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0
