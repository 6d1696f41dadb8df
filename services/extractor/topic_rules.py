"""What the rules alone make of a topic: weighted terms, where they stand, how dense they are, and the acts found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from services.core.act import Act, ArmsTransfer, Party
from services.core.mention import Span
from services.extractor.lexicon_schema import TopicFile
from services.extractor.scan import Hit

_ACT, _HALF = 4.0, 1.2  # what an act weighs, and one of which a party is missing
_TITLE, _LEAD = 2.0, 1.3  # how much more a term weighs there
_LEAD_END = 400  # code points
_CHARS_PER_HIT = 900.0  # a long text needs a core term in so many code points to be about it
_REPEATS = 3


class Reading(Struct, frozen=True, kw_only=True):
    """What was read of an article. ``hits`` may overlap; ``half``: triggers of acts of which a party is missing, by kind.

    ``learned``: log-odds of topics, as the learned reader of acts gives them where it was asked.
    """

    text: str
    title_end: int
    hits: Sequence[Hit]
    acts: Sequence[Act] = ()
    half: Mapping[str, Sequence[Span]] = {}
    learned: Mapping[str, float] = {}


class Ruling(Struct, frozen=True):
    """``ratio``: from 1 on the rules say that the text is about the topic. ``triggers`` are of its acts.

    ``grounds``: there is an act, part of one or a core term. ``headline``: the title tells an act of the topic with both
    parties, which settles it.
    """

    ratio: float
    grounds: bool
    headline: bool
    triggers: tuple[Span, ...]
    terms: tuple[Hit, ...]


_NOTHING = Ruling(ratio=0.0, grounds=False, headline=False, triggers=(), terms=())


def rule(topic: TopicFile, reading: Reading, hits: Sequence[Hit]) -> Ruling:
    """Judge what was read by ``hits``, the terms of the topic in it."""
    own = [
        act for act in reading.acts if ("arms_transfer" if isinstance(act, ArmsTransfer) else "sanction") in topic.acts
    ]
    seen = [span for kind in topic.acts for span in reading.half.get(kind, ())]
    if not (own or seen or hits):
        return _NOTHING
    length, title_end = len(reading.text), reading.title_end
    kept = _longest(hits)
    core = _weigh((hit for hit in kept if hit.term.weight > 1), title_end)
    support = _weigh((hit for hit in kept if hit.term.weight == 1), title_end)
    strong = core + sum(_ACT * _place(act.evidence[0].start, title_end) for act in own[:3])
    strong += sum(_HALF * _place(span.start, title_end) for span in seen[:3])
    raw = strong + min(support, strong * 0.7 + 2.0)
    if not strong and raw < 2.0:
        raw = 0.0
    dense = sum(hit.term.weight > 1 for hit in kept) + 2 * len(own) + len(seen)
    if length > 2 * _CHARS_PER_HIT:
        raw *= min(1.0, dense * _CHARS_PER_HIT / (length - _CHARS_PER_HIT))
    headline = any(act.evidence[0].start < title_end and all(_parties(act)) for act in own)
    triggers = (*(act.trigger for act in own), *seen)
    return Ruling(raw / topic.about, bool(triggers or core), headline, triggers, tuple(kept))


def _parties(act: Act) -> tuple[Party | None, Party | None]:
    return (act.supplier, act.recipient) if isinstance(act, ArmsTransfer) else (act.imposer, act.target)


def _place(at: int, title_end: int) -> float:
    return _TITLE if at < title_end else _LEAD if at < title_end + _LEAD_END else 1.0


def _weigh(hits: Iterable[Hit], title_end: int) -> float:
    """Each term counts a few times at most: a word repeated says less each time."""
    seen: Counter[str] = Counter()
    total = 0.0
    for hit in hits:
        seen[hit.term.text] += 1
        if seen[hit.term.text] <= _REPEATS:
            total += hit.term.weight * _place(hit.start, title_end) / seen[hit.term.text]
    return total


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Without those that a longer term of the topic covers, or that an exclude term touches."""
    kept: list[Hit] = []
    reached = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return [hit for hit in kept if hit.term.weight > 0]
