"""Articles about the same event: what is remembered of them, and nothing that grows without bound."""

from datetime import datetime

from msgspec import Struct

MAX_TEXTS = 6  # different texts remembered: the first and the latest
MAX_ACTS = 24
MAX_OUTLETS = 200
MAX_FACTS = 200  # told per rule
MAX_HEADLINES = 30  # of the latest articles with an act in the headline


class Text(Struct, frozen=True, kw_only=True):
    """One text of a story: what finds and recognises further articles about it."""

    copy: str  # hash of its words
    signature: bytes = b""  # MinHash of its word pairs, see services.core.near; empty for a text too short
    title: tuple[str, ...] = ()  # telling words of the title, sorted
    lead: tuple[str, ...] = ()  # telling words of title and lead, sorted
    entities: tuple[str, ...] = ()  # ids, sorted
    rare: tuple[str, ...] = ()  # the rarest of words and entities when it was read: by these it is found
    lengths: tuple[float, float, float] | None = None  # of title, lead and entities as vectors, when it was read
    sense: bytes = b""  # what it is about, see services.core.sense; empty where no model of stories reads


class ActThread(Struct, frozen=True, kw_only=True):
    """An act as the story's articles tell it, from first mention on. A party unknown at first is filled in later."""

    ident: str  # unique in the story and never used again
    kind: str  # arms_transfer or sanction
    course: str  # acts of different courses are never the same act, see services.core.gist.Course
    giver: str | None = None  # supplier or imposer: country code, else entity id, else ~name
    taker: str | None = None  # recipient or target
    stages: tuple[str, ...] = ()  # told so far, in the order they were told first
    moved_at: datetime | None = None  # when the last of them was told first; unknown in stories of earlier releases
    last_at: datetime


class Claim(Struct, frozen=True, kw_only=True):
    """What a headline says of an act, to be compared with what it says later. ``amounts``: what is counted, and how many."""

    kind: str
    course: str
    giver: str | None = None
    taker: str | None = None
    stage: str
    certainty: str
    amounts: tuple[tuple[str, float], ...] = ()


class Headline(Struct, frozen=True, kw_only=True):
    """The headline of an article's latest revision, and what it says."""

    article: str
    title: str
    claims: tuple[Claim, ...]


class Story(Struct, frozen=True, kw_only=True):
    """What the alerter remembers of a story. Bounded: old articles leave only their facts.

    ``keys`` find candidate stories for a new article (near-duplicate bands, parties of acts, entities, title words);
    ``told`` holds, per rule, the facts already alerted, so that each is told once; ``kept`` the same for facts that
    were recorded without an alert (backfill, too old), so that an edit of such an article tells nothing either.
    """

    id: str
    title: str
    first_at: datetime
    last_at: datetime
    articles: int = 1
    outlets: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()
    acts: tuple[ActThread, ...] = ()
    acts_opened: int = 0
    headlines: tuple[Headline, ...] = ()
    copiers: tuple[str, ...] = ()  # outlets that told it in another's text only
    wires: dict[str, str] = {}  # outlets that told it in the words of a news agency only, and of which
    told: dict[str, tuple[str, ...]] = {}
    kept: dict[str, tuple[str, ...]] = {}
