"""Who does what in a sentence: the frame of each verb and noun, read off a row of nodes by pattern."""

from services.extractor import english
from services.extractor.frame import Frame
from services.extractor.phrases import Phrases
from services.extractor.rows import Sentence, is_stop
from services.extractor.subjects import Subjects
from services.extractor.verbs import Verbs

_HAPPEN = frozenset(
    {"come", "follow", "happen", "return", "begin", "start", "take", "go", "snap", "kick", "enter", "resume"}
)
_SAME_FORM = frozenset({"hit", "put", "cut", "set"})  # verbs whose participle is their base form
_SEEN_THROUGH = frozenset({"of", "on", "for", "to", "with", "in", "about", "over", "against"})
_ENDING = frozenset({"from", "under", "by", "amid", "despite"})
_OWN = frozenset({"his", "her", "its", "their", "our"})


class Clause:
    """Reads frames off one sentence."""

    def __init__(self, sentence: Sentence, parsed: dict[int, Frame] | None = None) -> None:
        """``parsed``: frames of a parser, which come first."""
        self.sentence = sentence
        self.nodes = sentence.nodes
        self.verbs = Verbs(self.nodes, title=sentence.title)
        self.phrases = Phrases(self.nodes, self.verbs)
        self._parsed = parsed or {}
        self._frames: dict[int, Frame] = {}
        self._subjects = Subjects(self)

    def verbal(self, at: int) -> bool:
        """Whether the node is a verb here."""
        return self.verbs.verbal(at)

    def boundary(self, at: int) -> bool:
        """Whether a phrase cannot go on over the node."""
        return self.verbs.boundary(at)

    def noun_start(self, at: int) -> int:
        """Where the noun phrase that ends at ``at`` begins."""
        return self.phrases.noun_start(at)

    def led_by(self, at: int) -> str:
        """The word before the node, seen past determiners; empty where there is none."""
        j = at - 1
        while j >= 0 and self.nodes[j].word in english.DETERMINERS:
            j -= 1
        return self.nodes[j].word if j >= 0 else ""

    def right(self, frame: Frame, start: int) -> None:
        """Objects and prepositional phrases after ``start``, into the frame."""
        self.phrases.right(frame, start)

    def of_verb(self, at: int) -> Frame:
        """The frame of the verb at ``at``."""
        if at in self._parsed:
            return self._parsed[at]
        if at not in self._frames:
            frame = self._frames[at] = Frame(at=at)
            frame.passive = self._passive(at)
            self._subjects.walk(frame)
            self.phrases.right(frame, at + 1)
            if not frame.subject and frame.first == 0 and self._subjects.gerund(at):
                self._subjects.after_comma(frame)
        return self._frames[at]

    def _passive(self, at: int) -> bool:
        node = self.nodes[at]
        tense = node.verb.tense if node.verb else ""
        if node.verb is None or (
            tense not in {"past", "participle"} and not (tense == "base" and node.verb.lemma in _SAME_FORM)
        ):
            return False
        j = at - 1
        while j >= 0 and (self.nodes[j].word in english.ADVERBS | english.NEGATIONS):
            j -= 1
        if j >= 0 and self.nodes[j].word in english.BE:
            return True
        after = self.nodes[at + 1].word if at + 1 < len(self.nodes) else ""
        if j >= 0 and self.nodes[j].word in english.HAVE | english.RELATIVES:
            return False
        reduced = (
            after in {"by", "to", "from", "with", "in", "under", "for", "against", "on", "as", "", ".", ","}
            or not after
        )
        return (
            reduced
            and j >= 0
            and not self.nodes[j].is_party
            and not is_stop(self.nodes[j])
            and self.nodes[j].word not in english.PRONOUNS | {"and"}
        )

    def of_noun(self, at: int) -> Frame:
        """The frame of the noun at ``at``: owners before it, phrases after it, and the verb that governs it."""
        if at in self._parsed:
            return self._parsed[at]
        frame = Frame(at=at)
        frame.first = self.phrases.noun_start(at)
        frame.owners = tuple(i for i in range(frame.first, at) if self.nodes[i].is_party)
        own = next((i for i in range(frame.first, at) if self.nodes[i].word in _OWN), None)
        if own is not None and not frame.owners:
            self._subjects.resolve(frame, own)
            frame.owners, frame.subject, frame.subject_span = frame.subject, (), None
            frame.first = self.phrases.noun_start(at)
        self.phrases.right(frame, at + 1)
        self._govern(frame)
        return frame

    def _govern(self, frame: Frame) -> None:
        """The verb of which the noun is object or subject, seen through ``a package of``, and that verb's subject."""
        governors: list[int] = []
        first = self._through(frame, governors)
        verb = self.phrases.verb_before(first)
        if verb is not None:
            self._object_of(frame, verb, governors)
        elif frame.last + 1 < len(self.nodes):
            self._predicate(frame, governors)
        frame.governors = tuple(governors)

    def _through(self, frame: Frame, governors: list[int]) -> int:
        """Where the whole phrase begins of which the noun is a part: ``talks on a package of arms``."""
        first = frame.first
        for _ in range(4):
            if first < 2 or self.nodes[first - 1].word not in _SEEN_THROUGH | _ENDING:
                break
            governors.append(first - 1)
            if self.nodes[first - 1].word in _ENDING:
                break
            if self.verbs.verbal(first - 2):
                first -= 1
                break
            start = self.phrases.noun_start(first - 1)
            if start == first - 1:
                break
            governors.extend(range(first - 2, start - 1, -1))
            if self.nodes[first - 1].word in {"of", "on", "for"}:
                frame.owners = (*(i for i in range(start, first - 1) if self.nodes[i].is_party), *frame.owners)
            first = start
        return first

    def _object_of(self, frame: Frame, verb: int, governors: list[int]) -> None:
        """What the verb before the noun adds."""
        told = self._told(frame, verb)
        if told:
            self._predicate(Frame(at=frame.at, last=frame.last), governors)
        if not told or "say" not in self.nodes[verb].tags:
            governors.append(verb)  # "demands that sanctions be lifted"
        if self.nodes[verb].verb is None and self.nodes[verb].word not in english.VERBS:
            return
        governing = self.of_verb(verb)
        frame.subject, frame.subject_span = governing.subject, governing.subject_span
        frame.pronoun = frame.pronoun if frame.pronoun is not None else governing.pronoun
        governors.extend(governing.governors)
        frame.passive, frame.verb = governing.passive, governing
        frame.first = min(frame.first, governing.first)

    def _told(self, frame: Frame, verb: int) -> bool:
        """Whether the noun is the subject of what the verb tells: ``says sanctions must be lifted``."""
        if frame.last + 1 >= len(self.nodes) or not self.nodes[verb].tags & {
            "say",
            "claim",
            "t.sought",
            "s.called_for",
            "s.threatened",
        }:
            return False
        return self.nodes[frame.last + 1].word in english.AUXILIARIES - english.NEGATIONS

    def _predicate(self, frame: Frame, governors: list[int]) -> None:
        """The noun is a subject: ``arms sales to Israel were suspended by Germany``."""
        own = list(governors)
        for j in range(frame.last + 1, min(len(self.nodes), frame.last + 6)):
            node = self.nodes[j]
            if node.word in english.AUXILIARIES | english.ADVERBS | english.NEGATIONS or node.word == "to":
                governors.insert(0, j)
                continue
            passive = node.verb is not None and self._passive(j)
            if passive:
                governors.insert(0, j)
            elif node.word not in _HAPPEN:
                governors[:] = own  # what sanctions or sales do says nothing of how far they have got
            if node.verb is not None:
                self._into(frame, j, passive=passive)
            return

    def _into(self, frame: Frame, at: int, *, passive: bool) -> None:
        """What hangs on the predicate at ``at``."""
        frame.passive = passive
        frame.predicate = Frame(at=at, passive=passive)
        self.phrases.right(frame.predicate, at + 1)
        if passive:
            frame.slots = {**frame.predicate.slots, **frame.slots}
