"""What an article is about: weighted terms, where they stand, how dense they are, and the acts found."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.core.act import Act, ArmsTransfer
from services.core.mention import Span
from services.core.topic import Topic
from services.extractor.lexicon_schema import TopicFile
from services.extractor.scan import Hit

_ACT, _HALF = 4.0, 1.2  # what an act weighs, and one of which a party is missing
_TITLE, _LEAD = 2.0, 1.3  # how much more a term weighs there
_LEAD_END = 400  # code points
_CHARS_PER_HIT = 900.0  # a long text needs a core term in so many code points to be about it
_MENTIONED = 0.25
_MOST_EVIDENCE = 8
_REPEATS = 3


def find_topics(
    text: str,
    title_end: int,
    hits: Iterable[Hit],
    acts: Sequence[Act],
    half: Mapping[str, Sequence[Span]],
    topics: Sequence[TopicFile],
    *,
    other: bool,
) -> tuple[Topic, ...]:
    """The topics of the text, the strongest first. Those below their threshold are mentioned only.

    ``half``: triggers of acts of which a party is missing, by kind. ``other``: the words of another field outweigh ours, or no party is named: then the topics of acts are mentioned only.
    """
    terms: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.term.layer == "topic":
            terms[hit.term.key].append(hit)
    found = [_topic(topic, text, title_end, terms[topic.id], acts, half, other=other) for topic in topics]
    return tuple(sorted((topic for topic in found if topic), key=lambda topic: (-topic.score, topic.id)))


def _topic(
    topic: TopicFile,
    text: str,
    title_end: int,
    hits: Sequence[Hit],
    acts: Sequence[Act],
    half: Mapping[str, Sequence[Span]],
    *,
    other: bool,
) -> Topic | None:
    own = [act for act in acts if ("arms_transfer" if isinstance(act, ArmsTransfer) else "sanction") in topic.acts]
    kept = _longest(hits)
    core = _weigh((hit for hit in kept if hit.term.weight > 1), title_end)
    support = _weigh((hit for hit in kept if hit.term.weight == 1), title_end)
    strong = core + sum(_ACT * _place(act.evidence[0].start, title_end) for act in own[:3])
    seen = [span for kind in topic.acts for span in half.get(kind, ())]
    strong += sum(_HALF * _place(span.start, title_end) for span in seen[:3])
    raw = strong + min(support, strong * 0.7 + 2.0)
    if not strong and raw < 2.0:
        return None
    dense = sum(hit.term.weight > 1 for hit in kept) + 2 * len(own) + len(seen)
    score = (
        raw * min(1.0, dense * _CHARS_PER_HIT / max(1.0, len(text) - _CHARS_PER_HIT))
        if len(text) > 2 * _CHARS_PER_HIT
        else raw
    )
    ratio = score / topic.about
    if ratio < _MENTIONED:
        return None
    about = ratio >= 1.0 and not (other and topic.acts)
    evidence = (
        [act.trigger for act in own]
        + seen
        + [Span(start=h.start, end=h.end, quote=text[h.start : h.end]) for h in kept]
    )
    unique = sorted(dict.fromkeys(evidence[: 3 * _MOST_EVIDENCE]), key=lambda span: span.start)
    return Topic(
        id=topic.id, score=round(ratio / (ratio + 1.0), 3), about=about, evidence=tuple(unique[:_MOST_EVIDENCE])
    )


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
