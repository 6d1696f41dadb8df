"""From a verb leftwards, over auxiliaries and governing words, to its subject."""

from typing import TYPE_CHECKING

from services.extractor import english
from services.extractor.frame import Frame
from services.extractor.rows import is_stop

if TYPE_CHECKING:
    from services.extractor.clause import Clause

_REACH = 40  # nodes looked at
_LONGEST = 9  # nodes of a subject that follows
_BREAKERS = english.SUBORDINATORS | english.AUXILIARIES
_JOINING = frozenset(
    ["follow", "follows", "followed", "following", "join", "joins", "joined", "joining", "copy", "copies", "copied"]
)
_PERSONAL = frozenset({"he", "she", "it", "they", "we", "i"})
_CHAIN = english.AUXILIARIES | english.ADVERBS | english.NEGATIONS | {"to", "whether"}
_WHILE = frozenset({"after", "before", "while", "when", "since", "without"})
_BEFORE_GERUND = frozenset({"of", "from", "for", "on", "in", "against", "about", "at", "with", "into", "over", "by"})


class Subjects:
    """Finds subjects in one sentence. Frames of other verbs and of nouns come from the clause."""

    def __init__(self, clause: "Clause") -> None:
        self.clause = clause
        self.nodes = clause.nodes
        self.verbs = clause.verbs
        self.phrases = clause.phrases

    def walk(self, frame: Frame) -> None:
        """Walk left over auxiliaries and governing words to the subject."""
        governors: list[int] = []
        j, verb = frame.at - 1, frame.at
        for _ in range(_REACH):
            if j < 0 or frame.subject:
                break
            node = self.nodes[j]
            contracted = node.word == "'s" and j and self.nodes[j - 1].word in _PERSONAL
            adverb = j > 0 and english.adverb(node.word) and self.nodes[j - 1].word in english.MODALS | {"to"}
            if node.word in _CHAIN or adverb or contracted or (node.word in english.QUOTES and verb - j < 3):
                governors.append(j)
            elif self.verbs.verbal(j) or node.word in english.READY:
                governors.append(j)
                verb = j
            elif j + 1 < len(self.nodes) and self.nodes[j + 1].word == "to" and self._controls(j, governors, frame):
                break
            elif node.word in _WHILE and self.gerund(verb):
                frame.subject, frame.subject_span = self._nearest_subject(j)
                break
            elif node.word in _BEFORE_GERUND and self.gerund(verb):
                governors.append(j)
                j = self._before_gerund(j, governors, frame)
                verb = j + 1
                continue
            else:
                break
            j -= 1
        frame.governors = tuple(governors)
        frame.first = min(frame.first or j + 1, j + 1)
        if not frame.subject and frame.pronoun is None and j >= 0:
            self._subject(frame, j, governors)
            frame.governors = tuple(governors)

    def _controls(self, j: int, governors: list[int], frame: Frame) -> bool:
        """``urged Germany to send``: the object is the subject; ``its decision to send``: whoever has the decision is."""
        node = self.nodes[j]
        if node.word in english.CONTROL_NOUNS:
            noun = self.clause.of_noun(j)
            governors += [j, *noun.governors]
            frame.subject = noun.owners[:3] or noun.subject
            frame.subject_span, frame.pronoun = noun.subject_span, noun.pronoun
            return True
        phrase = self.phrases.phrase_left(j)
        start = phrase[0] if phrase else j
        over = start - 1 if start and self.nodes[start - 1].word in {"on", "upon", "for", "with"} else start
        verb = self.phrases.verb_before(over) if phrase else None
        if verb is None or self.nodes[verb].word in english.BE | english.HAVE:
            return False
        parties = self.phrases.heads(phrase)
        controlled = (
            self.nodes[verb].tags & {"t.sought", "s.called_for", "t.agreed", "t.halted"}
            or self.nodes[verb].word in english.URGING
        )
        if not controlled:
            return False
        governors.append(verb)
        frame.subject, frame.subject_span = tuple(parties), (start, j)
        return True

    def _nearest_subject(self, before: int) -> tuple[tuple[int, ...], tuple[int, int] | None]:
        """The subject of the nearest verb before a node."""
        for i in range(before - 1, max(-1, before - _REACH), -1):
            if self.verbs.verbal(i):
                frame = self.clause.of_verb(i)
                return frame.subject, frame.subject_span
        return (), None

    def _main(self, comma: int) -> Frame | None:
        """``Norway took steps over three seized ships, freezing``: the nearest verb before the comma that is no attribute."""
        for i in range(comma - 1, max(-1, comma - _REACH), -1):
            if not self.verbs.verbal(i) or self.gerund(i):
                continue
            start = self.phrases.noun_start(i)
            behind = start > 0 and self.nodes[start - 1].word in english.PREPOSITIONS
            if not behind or any(node.is_party for node in self.nodes[start:i]):
                found = self.clause.of_verb(i)
                return found if found.subject else None
        return None

    def _means(self, by: int) -> Frame | None:
        """``has helped Chile withstand the war by sending``: the verb of whoever does it, past what he helps another to do."""
        for i in range(by - 1, max(-1, by - _REACH), -1):
            word, verb = self.nodes[i].word, self.nodes[i].verb
            if word in english.SUBORDINATORS or word in {";", ":"}:
                return None
            bare = (verb is None or verb.tense == "base") and not word.endswith(("s", "ed"))
            if not self.verbs.verbal(i) or self.gerund(i) or (bare and (not i or self.nodes[i - 1].word not in _CHAIN)):
                continue
            found = self.clause.of_verb(i)
            return found if found.subject and not found.passive else None
        return None

    def after_comma(self, frame: Frame) -> None:
        """``Facing sanctions, Iran ...``: the subject of the clause that follows."""
        comma = next((i for i in range(frame.at, len(self.nodes)) if self.nodes[i].word == ","), None)
        if comma is not None:
            following = [i for i in range(comma + 1, min(len(self.nodes), comma + 6)) if self.nodes[i].is_party]
            frame.subject = tuple(following[:1])
            end = comma + 1
            while end < len(self.nodes) and end - comma < _LONGEST and not self.verbs.boundary(end):
                end += 1
            frame.subject_span = (comma + 1, end - 1) if end > comma + 1 else None

    def gerund(self, at: int) -> bool:
        verb = self.nodes[at].verb
        return self.nodes[at].word.endswith("ing") and (verb is None or verb.tense == "ing")

    def _before_gerund(self, preposition: int, governors: list[int], frame: Frame) -> int:
        """``accused Russia of sending``, ``the possibility of selling``: the party before the preposition is the subject."""
        j = preposition - 1
        phrase = self.phrases.phrase_left(j)
        parties = [i for i in phrase if self.nodes[i].is_party]
        start = phrase[0] if phrase else preposition
        if self.nodes[preposition].word == "by" and (over := self._means(preposition)) is not None:
            frame.subject, frame.subject_span = over.subject, over.subject_span
            return start - 1
        if self.nodes[preposition].word == "in" and start > 0 and self.nodes[start - 1].word in _JOINING:
            other = self.clause.of_verb(start - 1)  # "Peru follows Chile in selling"
            joined = parties if self.nodes[start - 1].word.startswith("join") else []
            frame.subject, frame.subject_span = (*other.subject, *joined), other.subject_span
            return start - 2
        if parties and start > 0 and (self.verbs.verbal(start - 1) or self.nodes[start - 1].word in {"to", "on"}):
            frame.subject, frame.subject_span = tuple(self.phrases.heads(phrase)), (start, j)
            governors.extend(range(start - 1, max(-1, start - 3), -1))
            return start - 2
        if self.nodes[preposition].word == "for" and not any(
            self.nodes[i].word in english.CONTROL_NOUNS for i in phrase
        ):
            frame.subject, frame.subject_span = self._nearest_subject(preposition)  # "will pay a price for supplying"
            return start - 1
        governors.extend(reversed(phrase))
        return start - 1

    def _subject(self, frame: Frame, j: int, governors: list[int]) -> None:
        """The subject whose phrase ends at ``j``, seen past relative pronouns, insertions and coordinations."""
        if self.nodes[j].word == "," and self.gerund(frame.at) and (main := self._main(j)):
            frame.subject, frame.subject_span = main.subject, main.subject_span
            return
        for _ in range(6):
            if j < 0 or self._settled(frame, j, governors):
                return
            node = self.nodes[j]
            if node.word in english.RELATIVES:
                j -= 2 if j and self.nodes[j - 1].word in {",", "-"} else 1
            elif node.word in {",", "-", ")"}:
                j = (self.phrases.insertion(j) or 0) - 1
            else:
                phrase = self.phrases.phrase_left(j)
                if not phrase or self._is_subject(frame, phrase, j, governors):
                    return
                j = phrase[0] - 2

    def _settled(self, frame: Frame, j: int, governors: list[int]) -> bool:
        """Whether the node at ``j`` ends the search: a coordination, a pronoun, or the beginning of the clause."""
        word = self.nodes[j].word
        if word in {"and", "or", "but"} or (word == "," and self._another_verb(j)):
            self._shared(frame, j, governors)
        elif word in _PERSONAL:
            self.resolve(frame, j)
        elif word in english.RELATIVES | {",", "-", ")"}:
            return False
        else:
            return word in _BREAKERS or (is_stop(self.nodes[j]) and word not in english.QUOTES)
        return True

    def _is_subject(self, frame: Frame, phrase: list[int], last: int, governors: list[int]) -> bool:
        """Take the phrase as the subject, unless it is a time or place that stands before the verb."""
        phrase = self._last_joined(phrase)
        found, start = self.phrases.heads(phrase), phrase[0]
        if not found and not frame.passive and self._adverbial(start):
            return False
        if not found and self.gerund(frame.at) and (over := self.phrases.verb_before(start)) is not None:
            other = self.clause.of_verb(over)  # "signs decrees imposing sanctions"
            if other.subject and not other.passive:
                frame.subject, frame.subject_span = other.subject, other.subject_span
                return True
        frame.subject, frame.subject_span, frame.first = tuple(found), (start, last), start
        verb = self.nodes[frame.at].verb
        if start and verb is not None and verb.tense == "base" and self.nodes[start - 1].word in english.URGING:
            governors.append(start - 1)  # "demands the UN implement sanctions"
        if not found and any(self.nodes[i].word in english.OFFICES for i in phrase):
            frame.pronoun = start
        return True

    def _last_joined(self, phrase: list[int]) -> list[int]:
        """What is behind ``and`` where the words before it hang on a preposition: ``talks with Peru and Chile vows to``."""
        joints = [at for at in phrase if self.nodes[at].word == "and"]
        if not joints or not phrase[0] or self.nodes[phrase[0] - 1].word not in english.PREPOSITIONS:
            return phrase
        last = [at for at in phrase if at > joints[-1]]
        return last if any(self.nodes[at].is_party for at in last) else phrase

    def resolve(self, frame: Frame, j: int) -> None:
        """A pronoun stands for the nearest subject before it in the sentence, else for one before the sentence."""
        frame.first = j
        for i in range(j - 1, max(-1, j - _REACH), -1):
            if self.verbs.verbal(i) and i != frame.at:
                other = self.clause.of_verb(i)
                if other.subject:
                    frame.subject, frame.subject_span = other.subject, other.subject_span
                    return
        frame.pronoun = j

    def _adverbial(self, start: int) -> bool:
        """Whether the phrase is a time or place before which the subject stands: ``Germany on Friday``."""
        return (start > 0 and self.nodes[start - 1].word in english.PREPOSITIONS) or self.nodes[
            start
        ].word in english.DAYS

    def _another_verb(self, comma: int) -> bool:
        return comma > 1 and any(self.verbs.verbal(i) for i in range(max(0, comma - 12), comma))

    def _shared(self, frame: Frame, j: int, governors: list[int]) -> None:
        """``Germany scrapped X and sent Y``: the subject of the verb before."""
        for i in range(j - 1, max(-1, j - 25), -1):
            if self.nodes[i].word in {";", ":"}:
                return
            if self.verbs.verbal(i) and self.nodes[i].word not in english.AUXILIARIES and i != frame.at:
                other = self.clause.of_verb(i) if i < frame.at else None
                if other is not None and other.subject:
                    frame.subject, frame.subject_span = other.subject, other.subject_span
                    modal = [g for g in other.governors if self.nodes[g].word in english.MODALS | {"to"}]
                    verb = self.nodes[frame.at].verb
                    if verb is not None and verb.tense == "base":
                        governors.extend(modal)
                        frame.governors = tuple(governors)
                    return
