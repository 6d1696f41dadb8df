"""A development of a story that matched a rule and is worth telling someone."""

from enum import StrEnum

from msgspec import Struct

from services.core.act import Act
from services.core.mention import Span
from services.core.moment import Moment


class Severity(StrEnum):
    """How urgently a desk wants to know, the least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """From 0, the least urgent."""
        return tuple(Severity).index(self)


class DevelopmentKind(StrEnum):
    """What is new within a story."""

    NEW_STORY = "new_story"  # the first article about the event that fits the rule
    NEW_ACT = "new_act"
    STAGE_MOVED = "stage_moved"
    DENIED = "denied"
    CONFIRMED = "confirmed"  # alleged before, asserted now
    MORE_OUTLETS = "more_outlets"  # told by one more step of independent outlets
    HEADLINE_CORRECTED = "headline_corrected"  # a revision whose title says something else
    PARTY_ADDED = "party_added"  # one that was not named before, or one that joins
    NUMBER_CHANGED = "number_changed"  # or what is transferred
    OFFICIAL_SOURCE = "official_source"  # the first who says so in office
    INDEPENDENT_SOURCE = "independent_source"  # the first that is not the first outlet, nor its owner's, nor a copy


# What a rule is told of that names no kinds: each fact once, and how widely it is told.
BY_DEFAULT = (
    DevelopmentKind.NEW_STORY,
    DevelopmentKind.NEW_ACT,
    DevelopmentKind.STAGE_MOVED,
    DevelopmentKind.DENIED,
    DevelopmentKind.CONFIRMED,
    DevelopmentKind.MORE_OUTLETS,
)


class Development(Struct, frozen=True, kw_only=True):
    """One new thing in a story. ``id`` is deterministic: the same input gives the same id."""

    id: str
    story_id: str
    kind: DevelopmentKind
    why: str  # what is new against what was told before, in a sentence
    act: Act | None = None


class Alert(Struct, frozen=True, kw_only=True, tag_field="schema", tag="alert/1"):
    """``id`` is derived from rule, story and development, so that deciding again gives the same alert."""

    id: str
    rule: str
    rule_version: str
    severity: Severity
    owner: str | None = None
    story_id: str
    story_title: str
    development: Development
    article_id: str
    revision: int
    outlet: str
    outlets: tuple[str, ...]  # of the story so far, in the order they told it
    url: str
    title: str
    sentence: Span  # the sentence that says so, within the article's text
    marks: tuple[Span, ...]  # the matched words within that sentence, positions within the article's text
    published_at: Moment
    first_seen_at: Moment
    decided_at: Moment
    labels: dict[str, str] = {}  # what routes match on: rule, severity, topic, act, stage, countries
    trace_id: str
    also: tuple[str, ...] = ()  # other rules that say the same of the article, told in this message
