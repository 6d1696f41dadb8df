"""What went wrong with each act, by the rule behind it, and how stages were taken for one another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from services.core.act import Act
from services.core.measure.compare import Kind, Level, Outcome, agreeing, same_sentence
from services.core.measure.labels import LabelledAct
from services.core.measure.parties import Parties
from services.core.measure.score import Judged
from services.core.topic import Topic


class Fault(StrEnum):
    """What is wrong, the worst first."""

    MISSED = "missed"
    EXTRA = "extra"
    ROLE = "wrong role"
    STAGE = "wrong stage"
    CERTAINTY = "wrong certainty"


_BY_LEVEL = {Level.FOUND: Fault.ROLE, Level.ROLES: Fault.STAGE, Level.STAGE: Fault.CERTAINTY}
OPEN = "not read"  # in the confusion of stages: the act was missed, or none was labelled


class Error(Struct, frozen=True):
    """An act that was missed (``act`` is None), read too much (``label`` is None), or read with a mistake."""

    fault: Fault
    kind: Kind
    judged: Judged
    label: LabelledAct | None = None
    act: Act | None = None


class TopicError(Struct, frozen=True):
    """A topic that was missed or read too much, with what was read of it: None where it is not even mentioned."""

    judged: Judged
    topic: str
    fault: Fault
    read: Topic | None


class RuleCount(Struct):
    """What came of the acts that a rule told. Those whose label is optional are in none of these."""

    right: int = 0
    certainty: int = 0
    stage: int = 0
    role: int = 0
    extra: int = 0

    @property
    def all(self) -> int:
        """How many the rule told."""
        return self.right + self.certainty + self.stage + self.role + self.extra

    @property
    def precision(self) -> float:
        """The share with both roles right."""
        return (self.right + self.certainty + self.stage) / self.all if self.all else 0.0


def errors(judged: Sequence[Judged], parties: Parties) -> tuple[Error, ...]:
    """Every mistake, in the order of the articles.

    An act that counts as missed and one that counts as extra are one mistake, a wrong role, where a role or the sentence is the same.
    """
    return tuple(
        error for one in judged for kind, outcome in one.outcomes.items() for error in _of(one, kind, outcome, parties)
    )


def _of(one: Judged, kind: Kind, outcome: Outcome, parties: Parties) -> Iterable[Error]:
    labels, acts = one.label.acts, one.tagged.acts
    for pair in outcome.pairs:
        if pair.level in _BY_LEVEL:
            yield Error(_BY_LEVEL[pair.level], kind, one, labels[pair.label], acts[pair.act])
    missed, extra = list(outcome.missed), list(outcome.extra)
    for i, j in _confused(one, outcome, parties):
        if i in missed and j in extra:
            missed.remove(i)
            extra.remove(j)
            yield Error(Fault.ROLE, kind, one, labels[i], acts[j])
    yield from (Error(Fault.MISSED, kind, one, label=labels[i]) for i in missed)
    yield from (Error(Fault.EXTRA, kind, one, act=acts[j]) for j in extra)


def _confused(one: Judged, outcome: Outcome, parties: Parties) -> list[tuple[int, int]]:
    """Missed and extra acts that have something in common, those with most first."""
    likeness = {
        (i, j): 2 * sum(agreeing(one.label.acts[i], one.tagged.acts[j], parties))
        + same_sentence(one.label.acts[i], one.tagged.acts[j])
        for i in outcome.missed
        for j in outcome.extra
    }
    return sorted((pair for pair, value in likeness.items() if value), key=lambda pair: (-likeness[pair], pair))


def topic_errors(judged: Sequence[Judged], topics: Sequence[str]) -> Iterable[TopicError]:
    """Every mistake on ``topics``, in the order of the articles. Topics that annotators disagree on are left out."""
    for one in judged:
        read = {topic.id: topic for topic in one.tagged.topics}
        for topic in topics:
            wanted, found = topic in one.label.topics, topic in read and read[topic].about
            if wanted != found and topic not in one.label.topics_optional:
                yield TopicError(one, topic, Fault.MISSED if wanted else Fault.EXTRA, read.get(topic))


def by_rule(judged: Sequence[Judged], found: Iterable[Error]) -> dict[str, RuleCount]:
    """What came of the acts of each rule, the busiest rule first."""
    counts: dict[str, RuleCount] = {}
    for one in judged:
        for outcome in one.outcomes.values():
            for pair in outcome.pairs:
                if pair.level is Level.SURE:
                    counts.setdefault(one.tagged.acts[pair.act].rule, RuleCount()).right += 1
    for error in found:
        if error.act is not None:
            _note(counts.setdefault(error.act.rule, RuleCount()), error.fault)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1].all, pair[0])))


def _note(count: RuleCount, fault: Fault) -> None:
    if fault is Fault.CERTAINTY:
        count.certainty += 1
    elif fault is Fault.STAGE:
        count.stage += 1
    elif fault is Fault.ROLE:
        count.role += 1
    else:
        count.extra += 1


def stages(judged: Sequence[Judged], kind: Kind) -> Counter[tuple[str, str]]:
    """How often a labelled stage was read as which: acts with both roles right, and ``OPEN`` for all others."""
    found: Counter[tuple[str, str]] = Counter()
    for one in judged:
        outcome = one.outcomes[kind]
        for pair in outcome.pairs:
            label, act = one.label.acts[pair.label], one.tagged.acts[pair.act]
            if pair.level < Level.ROLES:
                found[label.stage, OPEN] += 1
            else:
                found[act.stage if act.stage == label.stage_also else label.stage, act.stage] += 1
        found.update((one.label.acts[i].stage, OPEN) for i in outcome.missed)
    return found
