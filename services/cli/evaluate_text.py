"""The figures and mistakes of ``wirewatch eval`` as lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from services.core.act import Act, SanctionStage, TransferStage, sides
from services.core.measure.compare import ROLES, Kind, label_roles
from services.core.measure.errors import OPEN, Error, RuleCount, TopicError, stages
from services.core.measure.labels import LabelledAct
from services.core.measure.parties import Parties, agree
from services.core.measure.score import Judged, Measure, Result
from services.core.printable import printable

if TYPE_CHECKING:
    from services.extractor.sight import Seen, Sight  # takes a second to import


def table(found: Mapping[Measure, Result]) -> Iterator[str]:
    """A line per measure: precision, recall and F1, with 95 % intervals of resampled articles, and how many are labelled."""
    yield f"{'':30}  {'precision':18}  {'recall':18}  {'F1':18}  n"
    for (group, name), result in found.items():
        shares = (
            (result.count.precision, result.precision), (result.count.recall, result.recall), (result.count.f1, result.f1)
        )  # fmt: skip
        cells = "  ".join(f"{value:.3f} ({part.low:.3f}-{part.high:.3f})" for value, part in shares)
        yield f"{group:13} {name:16}  {cells}  {result.n}"


def rule_lines(counts: Mapping[str, RuleCount]) -> Iterator[str]:
    """What came of the acts of each rule; precision is the share with both roles right."""
    yield f"{'rule':28} told  right  certainty  stage  role  extra  precision"
    for rule, one in counts.items():
        yield f"{rule:28} {one.all:4}  {one.right:5}  {one.certainty:9}  {one.stage:5}  {one.role:4}  {one.extra:5}  {one.precision:.3f}"


def stage_lines(judged: Sequence[Judged]) -> Iterator[str]:
    """The confusion of stages: labelled down, read across, where both roles are right."""
    for kind, enum in ((Kind.ARMS_TRANSFER, TransferStage), (Kind.SANCTION, SanctionStage)):
        counts, columns = stages(judged, kind), [*(stage.value for stage in enum), OPEN]
        yield f"{kind + ' as':15}" + "".join(f"{name:>12}" for name in columns)
        for stage in enum:
            yield f"{stage:15}" + "".join(f"{counts[stage.value, name]:12}" for name in columns)


def error_lines(error: Error, sight: "Sight", parties: Parties) -> Iterator[str]:
    """A mistake: the article, what was labelled, what was read by which rule, and for a miss what the lexicons saw."""
    article = error.judged.tagged.article
    yield f"{error.fault}: {error.kind} in {printable(article.id)} ({printable(article.title, 120)})"
    if error.label is not None:
        yield f"  labelled  {printable(_label(error.label, error.kind))}"
    if error.act is not None:
        yield f"  read      {printable(_act(error.act, error.kind))}"
        yield f"  rule      {error.act.rule}, by the word {printable(repr(error.act.trigger.quote))}"
        yield f"  sentence  {printable(error.act.evidence[0].quote, 600)}"
    elif error.label is not None:
        yield from _seen(sight.look(error.judged.tagged, error.label.evidence), error.label, parties)


def topic_error_lines(error: TopicError) -> Iterator[str]:
    """A mistake on a topic: the article, its score and the words that speak for it; the topic counts from a score of .5 on."""
    article = error.judged.tagged.article
    yield f"{error.fault}: topic {error.topic} in {printable(article.id)} ({printable(article.title, 120)})"
    if error.read is None:
        yield "  read      not even mentioned: no word of its lists stands there"
        return
    words = dict.fromkeys(span.quote for span in error.read.evidence)
    yield f"  read      score {error.read.score:.3f}, by {printable(', '.join(words), 300)}"


def _seen(seen: "Seen", label: LabelledAct, parties: Parties) -> Iterator[str]:
    yield f"  sentence  {printable(seen.sentence.quote if seen.sentence else label.evidence, 600)}"
    yield f"  why       {printable(seen.why)}"
    yield f"  parties   {printable(', '.join(f'{words} ({who})' for words, who in seen.parties)) or 'none'}"
    yield f"  triggers  {printable(', '.join(f'{words} ({lists})' for words, lists in seen.triggers)) or 'none'}"
    known = [parties.named(words) for words, _ in seen.parties]
    unknown = [
        name for name in label_roles(label) if name and not any(agree(parties.named(name), one) for one in known)
    ]
    if unknown:
        yield f"  unknown   {printable(', '.join(unknown))}: no mention in this sentence stands for it"


def _label(label: LabelledAct, kind: Kind) -> str:
    roles = ", ".join(f"{role} {name or '-'}" for role, name in zip(ROLES[kind], label_roles(label), strict=True))
    return f"{roles}, {label.stage}, {label.certainty}"


def _act(act: Act, kind: Kind) -> str:
    roles = ", ".join(
        f"{role} {party.name} (by {party.method})" if party else f"{role} -"
        for role, party in zip(ROLES[kind], sides(act), strict=True)
    )
    return f"{roles}, {act.stage}, {act.certainty}"
