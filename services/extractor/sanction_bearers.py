"""Whom a sentence says to be under a measure: by words before its noun, and by "sanctioned" as an adjective."""

from collections.abc import Iterator, Sequence, Set

from services.core.act import Method, Party
from services.extractor import english, parties
from services.extractor.clause import Clause
from services.extractor.frame import Frame
from services.extractor.rows import Node

_COUNTED = frozenset(
    [
        "years",
        "decades",
        "months",
        "thousands",
        "hundreds",
        "dozens",
        "scores",
        "series",
        "raft",
        "web",
        "wave",
        "waves",
        "rounds",
        "list",
    ]
)
_STRUCK = frozenset({"hit", "slapped", "targeted", "punished", "threatened"})  # "Peru hit with sanctions"
_SUBJECT = frozenset({"subject", "target", "targets"})
_LISTED = frozenset({"sanctioned", "blacklisted", "designated"})
_ENFORCING = frozenset(
    ["seize", "seizes", "seized", "seizing", "intercept", "intercepts", "intercepted", "intercepting", "board", "boards", "boarded", "boarding", "interdict", "interdicts", "interdicted", "interdicting", "detain", "detains", "detained", "detaining", "impound", "impounds", "impounded", "impounding", "confiscate", "confiscates", "confiscated", "confiscating", "raid", "raids", "raided", "stop", "stops", "stopped", "capture", "captures", "captured", "capturing", "pursue", "pursues", "pursued", "pursuing", "chase", "chases", "chased", "chasing", "target", "targets", "targeted", "targeting", "hunt", "hunts", "hunted", "hunting"]
)  # fmt: skip
SUFFERING = frozenset({"face", "suffer", "endure", "withstand", "survive", "weather", "risk", "escape", "avoid"})
_STRIKING = frozenset({"target", "targets", "targeted", "hit", "hits"})
_RELATIVE = 6  # nodes behind "that" in which the verb of its clause stands
_LONGEST = 8  # nodes of what "sanctioned" describes


def bearers(clause: Clause, at: int) -> list[Party]:
    """Who is ``under sanctions``, ``subject to a raft of sanctions``, ``hit by US sanctions``: the noun of measures is at ``at``."""
    nodes = clause.nodes
    start = clause.noun_start(at)
    while start > 1 and nodes[start - 1].word == "of" and nodes[start - 2].word in _COUNTED:
        start = clause.noun_start(start - 2)
    if start < 2:
        return []
    lead, before = nodes[start - 1].word, nodes[start - 2]
    if lead in {"by", "with"} and (
        before.word in english.VERBS or (before.verb and before.verb.tense in {"past", "participle"})
    ):
        return _subject_of(clause, start - 2) if lead == "by" or before.word in _STRUCK else []
    if lead in {"to", "of"} and before.word in _SUBJECT:
        return _of_being(clause, clause.noun_start(start - 2) - 1)
    if lead != "under":
        return []
    return _of_being(clause, start - 2) or parties.of_nodes(
        clause.sentence, [start - 2] if before.is_party and not before.adjective else [], Method.PATTERN
    )


def among(clause: Clause, at: int) -> list[Party]:
    """Who is ``among those sanctioned``: the participle, or the first word of whom it is said of, is at ``at``."""
    nodes, start = clause.nodes, clause.noun_start(at)
    if start > 1 and nodes[start - 1].word in {"among", "amongst"}:
        return _of_being(clause, start - 2)
    return []


def beside(clause: Clause, at: int) -> list[Party]:
    """Whose participle opens the sentence: ``Sanctioned by the EU, the bank``, ``Also sanctioned was the bank``."""
    nodes = clause.nodes
    if at > 1 or at + 1 >= len(nodes):
        return []
    start = at + 2 if nodes[at + 1].word in english.BE else 0
    if nodes[at + 1].word == "by":
        start = next((i + 1 for i in range(at, len(nodes)) if nodes[i].word == ","), 0)
    end = start
    while start and end < len(nodes) and end - start <= _LONGEST and not clause.boundary(end):
        end += 1
    return parties.phrases(clause, range(start, end), Method.PATTERN)[:2] if end > start else []


def _subject_of(clause: Clause, verb: int) -> list[Party]:
    frame = clause.of_verb(verb)
    span = frame.subject_span
    return parties.phrases(clause, range(span[0], span[1] + 1), frame.method)[:3] if span else []


def _of_being(clause: Clause, at: int) -> list[Party]:
    """The subject of the form of "to be" that ends at ``at``."""
    nodes, j = clause.nodes, at
    while j >= 0 and nodes[j].word in english.ADVERBS | english.AUXILIARIES:
        j -= 1
    if j == at or not any(nodes[i].word in english.BE for i in range(j + 1, at + 1)):
        return []
    while j > 0 and nodes[j].word in english.RELATIVES | {","}:
        j -= 1
    return parties.phrases(clause, clause.phrases.phrase_left(j), Method.PATTERN)[:3] if j >= 0 else []


def struck(clause: Clause, frame: Frame) -> list[Party]:
    """Whom others' sanctions hit: ``Sudan faces Kenyan sanctions``, ``Kenyan sanctions target Sudanese traders``."""
    nodes, verb, predicate = clause.nodes, frame.verb, frame.predicate
    owned = [i for i in frame.owners if nodes[i].adjective or nodes[i + 1].word == "'s"]
    if not owned:
        return []
    if verb is not None and not verb.passive and _suffers(clause, verb):
        bearing = parties.of_nodes(clause.sentence, verb.subject, verb.method)
        return [one for one in bearing if all(nodes[i].start != one.span.start for i in owned)]
    if predicate is not None and not frame.passive and nodes[predicate.at].word in _STRIKING:
        return parties.phrases(clause, predicate.objects, predicate.method, described=True)[:2]
    return []


def _suffers(clause: Clause, verb: Frame) -> bool:
    return lemma(clause.nodes[verb.at], SUFFERING, ("s", "d", "ed")) in SUFFERING


def lemma(node: Node, known: Set[str], endings: Sequence[str]) -> str:
    """The base form of a verb: as the lexicons have it, else the one of ``known`` that has one of these endings, else the word."""
    if node.verb is not None:
        return node.verb.lemma
    bases = (node.word.removesuffix(ending) + more for ending in endings for more in ("", "e"))
    return next((base for base in bases if base in known), node.word)


def relative(clause: Clause, frame: Frame) -> Frame | None:
    """The verb of ``the embargo that Tanzania imposed on Kenya``, where its own clause names who imposes."""
    nodes, that = clause.nodes, frame.last + 1
    if that >= len(nodes) or nodes[that].word not in {"that", "which"}:
        return None
    at = next((i for i in range(that + 1, min(len(nodes), that + _RELATIVE)) if clause.verbal(i)), None)
    if at is None or "s.imposed" not in nodes[at].tags:
        return None
    told = clause.of_verb(at)
    return told if not told.passive and min(told.subject, default=0) > that else None


def listed(clause: Clause, at: int) -> bool:
    """Whether the word at ``at`` is an adjective that says that somebody is under sanctions."""
    nodes = clause.nodes
    word = nodes[at].word
    if word not in _LISTED or clause.verbal(at):
        return False
    behind = nodes[at + 1] if at + 1 < len(nodes) else None
    return word == "sanctioned" or (behind is not None and by(clause, at) is not None and "terror" in behind.word)


def by(clause: Clause, at: int) -> int | None:
    """Who lists them, by ``US-sanctioned``."""
    nodes = clause.nodes
    return at - 2 if at >= 2 and nodes[at - 1].word == "-" and nodes[at - 2].is_party else None


def described(clause: Clause, at: int) -> tuple[int, list[Party]]:
    """Where the phrase ends that the adjective at ``at`` describes, and whom it means: also ``Hezbollah, a US-listed group``."""
    nodes, end = clause.nodes, at + 1
    while (
        end < len(nodes)
        and end - at <= _LONGEST
        and not clause.boundary(end)
        and nodes[end].word not in english.PREPOSITIONS | {","}
    ):
        end += 1
    found = parties.phrases(clause, range(at + 1, end), Method.PATTERN)[:1]
    start = (at - 2 if by(clause, at) is not None else at) - 1
    while start > 0 and nodes[start].word in english.DETERMINERS:
        start -= 1
    if start > 0 and nodes[start].word == "," and nodes[start - 1].is_party and not (found and found[0].country):
        found = [parties.of_node(clause.sentence, start - 1, Method.PATTERN)]
    return end - 1, found


def enforcers(clause: Clause, at: int) -> Iterator[Party]:
    """Who seizes what the adjective at ``at`` describes: ``boards a sanctioned tanker``."""
    verb = clause.phrases.verb_before(clause.noun_start(at))
    if verb is not None and clause.nodes[verb].word in _ENFORCING:
        yield from parties.of_nodes(clause.sentence, clause.of_verb(verb).subject, Method.PATTERN)[:1]
