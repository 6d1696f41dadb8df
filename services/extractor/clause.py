"""Who does what in a clause, read off a row of nodes: subjects, objects, prepositional phrases, nouns before nouns.

A :class:`Frame` is what the rules for acts work on. Here it is filled by pattern; a parser may fill the same frame from
dependencies (see :class:`Syntax`), and then comes first.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from services.core.act import Method
from services.extractor import english
from services.extractor.rows import Node, Sentence, is_stop

_REACH = 40  # nodes looked at on either side
_BREAKERS = english.SUBORDINATORS | english.AUXILIARIES
_PERSONAL = frozenset({"he", "she", "it", "they", "we", "i"})
_OWN = frozenset({"his", "her", "its", "their", "our"})
_CHAIN = english.AUXILIARIES | english.ADVERBS | english.NEGATIONS | {"to"}
_BEFORE_GERUND = frozenset({"of", "from", "for", "on", "in", "against", "about", "at", "with", "into", "over", "by"})


class Frame(Struct):
    """A verb or noun with what hangs on it, as indexes of nodes."""

    at: int
    method: Method = Method.PATTERN
    subject: tuple[int, ...] = ()  # parties of the subject; of a noun: of the verb that governs it
    subject_span: tuple[int, int] | None = None  # the whole subject
    objects: tuple[int, ...] = ()
    slots: dict[str, tuple[int, ...]] = {}  # by preposition
    owners: tuple[int, ...] = ()  # parties before a noun: "US", "Iran's"
    governors: tuple[int, ...] = ()  # words that the trigger depends on, the nearest first
    pronoun: int | None = None  # where the subject is a pronoun that nothing in the sentence explains
    passive: bool = False
    verb: "Frame | None" = None  # of a noun: the verb that governs it
    predicate: "Frame | None" = None  # of a noun: the verb of which it is the subject
    first: int = 0  # where the noun phrase begins, or the chain of the verb
    last: int = 0  # where its phrase ends


class Syntax(Protocol):
    """Where a parser joins in: frames from dependencies, for the candidate sentences of an article."""

    def frames(self, sentence: Sentence) -> dict[int, Frame]:
        """Frames by node, for the verbs and nouns whose arguments the parse is sure of; the others are left out."""


class Clause:
    """Reads frames off one sentence."""

    def __init__(self, sentence: Sentence, parsed: dict[int, Frame] | None = None) -> None:
        self.sentence = sentence
        self.nodes = sentence.nodes
        self._parsed = parsed or {}
        self._verbal: dict[int, bool] = {}
        self._frames: dict[int, Frame] = {}

    # ---------------------------------------------------------------- what a word is

    def verbal(self, at: int) -> bool:
        """Whether the node is a verb here, as far as its form and neighbours show."""
        if at not in self._verbal:
            self._verbal[at] = self._is_verb(at)
        return self._verbal[at]

    def _is_verb(self, at: int) -> bool:
        node = self.nodes[at]
        if node.name is not None or "'" in node.word or node.word == "arms":
            return False
        before = self.nodes[at - 1] if at else None
        after = self.nodes[at + 1] if at + 1 < len(self.nodes) else None
        if node.verb is None:
            return node.word in english.VERBS and not (before and before.word in english.DETERMINERS)
        tense = node.verb.tense
        if before is not None and before.word == "-" and before.end == node.start:
            return False  # "nuclear-armed"
        if before is not None and (before.word in english.MODALS | english.DO or before.word in {"to", "not", "n't"}):
            return True
        if before is not None and before.word in english.DETERMINERS | {"'s", "'"}:
            return False
        if tense == "ing":
            return not (before is not None and (before.is_item or "arms" in before.tags)) or (
                after is not None and not is_stop(after) and after.word not in english.PREPOSITIONS
            )
        if tense in {"past", "participle"}:
            return self._past_is_verb(before, after)
        return self._present_is_verb(at, before, after, tense)

    def _past_is_verb(self, before: Node | None, after: Node | None) -> bool:
        if before is None:
            return after is not None and after.word in english.PREPOSITIONS
        if before.word in english.PREPOSITIONS and before.word not in {"after", "since"}:
            return False  # "of sanctioned tankers"
        if after is not None and after.adjective and not self._subjective(before):
            return False  # "leaking sanctioned Russian oil"
        if (
            before.adjective
            and after is not None
            and not is_stop(after)
            and after.word not in english.PREPOSITIONS | english.DETERMINERS
            and not after.is_party
        ):
            return False  # "Russian sanctioned tankers"
        return True

    @staticmethod
    def _subjective(before: Node) -> bool:
        linked = english.PRONOUNS | english.AUXILIARIES | english.ADVERBS | english.RELATIVES | {"and"}
        return (before.is_party and not before.adjective) or before.word in linked or before.word.endswith("s")

    def _present_is_verb(self, at: int, before: Node | None, after: Node | None, tense: str) -> bool:
        node = self.nodes[at]
        noun = bool(node.tags & {"n.give", "n.get", "n.both", "sanction", "penalty"})
        if after is None or (is_stop(after) and after.word not in english.QUOTES):
            return not noun and "say" in node.tags
        if after.word in english.PREPOSITIONS - {"up", "over"} and noun:
            return False
        if before is None:
            return not noun and tense == "base" and not self.sentence.title
        if before.word in english.PREPOSITIONS | {"and"} and noun and before.word != "and":
            return False
        if tense == "base" and not noun:
            plural = before.word.endswith("s") or before.word in english.GROUPS
            linked = before.word in english.PRONOUNS | english.CONJUNCTIONS | english.ADVERBS | english.RELATIVES
            return linked or plural or (before.is_party and not before.adjective)
        if noun:
            return self._noun_as_verb(before, after, tense)
        return True

    def _noun_as_verb(self, before: Node, after: Node, tense: str) -> bool:
        """``US sanctions Chinese firms`` against ``US sanctions relief``."""
        if before.is_party and not before.adjective:
            opens = (
                after.is_party
                or after.is_item
                or after.word in english.DETERMINERS
                or after.word[:1].isdigit()
                or after.word == "$"
            )
            return opens or (
                self.sentence.title
                and after.capital
                and not after.verb
                and tense != "base"
                and after.word not in {"on", "threat", "relief", "threaten"}
                and (after.word in english.GROUPS or after.name is not None)
            )
        return before.word in english.ADVERBS | {"who", "which", "that", "and"} and (after.is_party or after.is_item)

    def boundary(self, at: int) -> bool:
        """Whether a phrase cannot go on over the node."""
        node = self.nodes[at]
        return (
            node.word in _BREAKERS
            or (is_stop(node) and node.word not in {'"', "'", "-", "$", "%", "&"})
            or self.verbal(at)
        )

    # ---------------------------------------------------------------- verbs

    def of_verb(self, at: int) -> Frame:
        """The frame of the verb at ``at``."""
        if at in self._parsed:
            return self._parsed[at]
        if at not in self._frames:
            frame = self._frames[at] = Frame(at=at)
            frame.passive = self._passive(at)
            self._left(frame)
            self.right(frame, at + 1)
            if not frame.subject and frame.first == 0 and self._gerund(at):
                self._after_comma(frame)
        return self._frames[at]

    def _passive(self, at: int) -> bool:
        node = self.nodes[at]
        tense = node.verb.tense if node.verb else ""
        if node.verb is None or (
            tense not in {"past", "participle"} and node.verb.lemma not in {"hit", "put", "cut", "set"}
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
            after in {"by", "to", "from", "with", "in", "under", "for", "against", "on", "", ".", ","} or not after
        )
        return (
            reduced
            and j >= 0
            and not self.nodes[j].is_party
            and not is_stop(self.nodes[j])
            and self.nodes[j].word not in english.PRONOUNS | {"and"}
        )

    def _left(self, frame: Frame) -> None:
        """Walk left over auxiliaries and governing words to the subject."""
        governors: list[int] = []
        j, verb = frame.at - 1, frame.at
        for _ in range(_REACH):
            if j < 0 or frame.subject:
                break
            node = self.nodes[j]
            if node.word in _CHAIN or (node.word in english.QUOTES and verb - j < 3):
                governors.append(j)
            elif self.verbal(j) or node.word in english.READY:
                governors.append(j)
                verb = j
            elif j + 1 < len(self.nodes) and self.nodes[j + 1].word == "to" and self._controls(j, governors, frame):
                break
            elif node.word in _BEFORE_GERUND and self._gerund(verb):
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
            noun = self.of_noun(j)
            governors += [j, *noun.governors]
            frame.subject = noun.owners[:3] or noun.subject
            frame.subject_span, frame.pronoun = noun.subject_span, noun.pronoun
            return True
        phrase = self._phrase_left(j)
        start = phrase[0] if phrase else j
        over = start - 1 if start and self.nodes[start - 1].word in {"on", "upon", "for", "with"} else start
        verb = self._verb_before(over) if phrase else None
        if verb is None or self.nodes[verb].word in english.BE | english.HAVE:
            return False
        parties = self._heads(phrase)
        controlled = self.nodes[verb].tags & {"t.sought", "s.called_for", "t.agreed", "t.halted"} or self.nodes[verb].word in english.URGING
        if not controlled:
            return False
        governors.append(verb)
        frame.subject, frame.subject_span = tuple(parties), (start, j)
        return True

    def _nearest_subject(self, before: int) -> tuple[tuple[int, ...], tuple[int, int] | None]:
        """The subject of the nearest verb before a node."""
        for i in range(before - 1, max(-1, before - _REACH), -1):
            if self.verbal(i):
                frame = self.of_verb(i)
                return frame.subject, frame.subject_span
        return (), None

    def _after_comma(self, frame: Frame) -> None:
        """``Facing sanctions, Iran ...``: the subject of the clause that follows."""
        comma = next((i for i in range(frame.at, len(self.nodes)) if self.nodes[i].word == ","), None)
        if comma is not None:
            following = [i for i in range(comma + 1, min(len(self.nodes), comma + 6)) if self.nodes[i].is_party]
            frame.subject = tuple(following[:1])

    def _gerund(self, at: int) -> bool:
        verb = self.nodes[at].verb
        return self.nodes[at].word.endswith("ing") and (verb is None or verb.tense == "ing")

    def _before_gerund(self, preposition: int, governors: list[int], frame: Frame) -> int:
        """``accused Russia of sending``, ``the possibility of selling``: the party before the preposition is the subject."""
        j = preposition - 1
        phrase = self._phrase_left(j)
        parties = [i for i in phrase if self.nodes[i].is_party]
        start = phrase[0] if phrase else preposition
        if parties and start > 0 and (self.verbal(start - 1) or self.nodes[start - 1].word in {"to", "on"}):
            frame.subject, frame.subject_span = tuple(self._heads(phrase)), (start, j)
            governors.extend(range(start - 1, max(-1, start - 3), -1))
            return start - 2
        if self.nodes[preposition].word == "for" and not any(self.nodes[i].word in english.CONTROL_NOUNS for i in phrase):
            frame.subject, frame.subject_span = self._nearest_subject(preposition)  # "will pay a price for supplying"
            return start - 1
        governors.extend(reversed(phrase))
        return start - 1

    def _subject(self, frame: Frame, j: int, governors: list[int]) -> None:
        """The subject whose phrase ends at ``j``, seen past relative pronouns, insertions and coordinations."""
        for _ in range(6):
            if j < 0:
                return
            node = self.nodes[j]
            if node.word in english.RELATIVES:
                j -= 1
                if j >= 0 and self.nodes[j].word == ",":
                    j -= 1
            elif node.word in {"and", "or", "but"} or (node.word == "," and self._another_verb(j)):
                self._shared(frame, j, governors)
                return
            elif node.word in {",", "-", ")"}:
                opening = self._insertion(j)
                if opening is None:
                    return
                j = opening - 1
            elif node.word in _PERSONAL:
                self._resolve(frame, j)
                return
            elif node.word in _BREAKERS or (is_stop(node) and node.word not in english.QUOTES):
                return
            else:
                phrase = self._phrase_left(j)
                if not phrase:
                    return
                parties = self._heads(phrase)
                start = phrase[0]
                if parties or not self._adverbial(start):
                    frame.subject, frame.subject_span = tuple(parties), (start, j)
                    frame.first = start
                    if not parties and any(self.nodes[i].word in english.OFFICES for i in phrase):
                        frame.pronoun = start
                    return
                j = start - 2

    def _resolve(self, frame: Frame, j: int) -> None:
        """A pronoun stands for the nearest subject before it in the sentence, else for one before the sentence."""
        frame.first = j
        for i in range(j - 1, max(-1, j - _REACH), -1):
            if self.verbal(i) and i != frame.at:
                other = self.of_verb(i)
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
        return comma > 1 and any(self.verbal(i) for i in range(max(0, comma - 12), comma))

    def _shared(self, frame: Frame, j: int, governors: list[int]) -> None:
        """``Germany scrapped X and sent Y``: the subject of the verb before."""
        for i in range(j - 1, max(-1, j - 25), -1):
            if self.nodes[i].word in {";", ":"}:
                return
            if self.verbal(i) and self.nodes[i].word not in english.AUXILIARIES and i != frame.at:
                other = self.of_verb(i) if i < frame.at else None
                if other is not None and other.subject:
                    frame.subject, frame.subject_span = other.subject, other.subject_span
                    modal = [g for g in other.governors if self.nodes[g].word in english.MODALS | {"to"}]
                    verb = self.nodes[frame.at].verb
                    if verb is not None and verb.tense == "base":
                        governors.extend(modal)
                        frame.governors = tuple(governors)
                    return

    def _insertion(self, close: int) -> int | None:
        """Where the insertion that ends at ``close`` begins: ``Germany, the second largest donor, will send``."""
        mark = {")": "("}.get(self.nodes[close].word, self.nodes[close].word)
        for i in range(close - 1, max(-1, close - 22), -1):
            if self.nodes[i].word == mark:
                return i
            if self.nodes[i].word in {";", ":", "."}:
                return None
        return None

    def _phrase_left(self, end: int) -> list[int]:
        """The nodes of the noun phrase that ends at ``end``, over ``of``, ``and`` between parties, and small prepositions."""
        found: list[int] = []
        j = end
        while j >= 0 and end - j < 16:
            node = self.nodes[j]
            if (
                (node.word in {"of", "in", "from", "at"} and found)
                or (node.word in {"and", "&", "or"} and found and j and self._joins(j, found[-1]))
                or (node.word == "," and found and j and self.nodes[found[-1]].is_party and self.nodes[j - 1].is_party)
            ):
                pass
            elif node.word in english.PREPOSITIONS | english.CONJUNCTIONS | english.PRONOUNS - {"it"} or self.boundary(
                j
            ):
                break
            found.append(j)
            j -= 1
        found.reverse()
        while found and self.nodes[found[0]].word in english.PREPOSITIONS | english.CONJUNCTIONS | {",", "'s", '"'}:
            found.pop(0)
        return found

    def _joins(self, conjunction: int, right: int) -> bool:
        left, after = self.nodes[conjunction - 1], self.nodes[right]
        return left.is_party or (
            after.word not in english.DETERMINERS and not self.verbal(conjunction - 1) and not is_stop(left)
        )

    def _heads(self, phrase: Sequence[int]) -> list[int]:
        """The parties of a phrase that it is about: not those in a place (``in Paris``)."""
        parties = [i for i in phrase if self.nodes[i].is_party]
        free = [i for i in parties if not (i and self._placed(i, phrase[0]))]
        return free or parties

    def _placed(self, at: int, first: int) -> bool:
        j = at - 1
        while j >= first and self.nodes[j].word in english.DETERMINERS:
            j -= 1
        return j >= first and self.nodes[j].word in {"in", "at", "from"}

    def right(self, frame: Frame, start: int) -> None:
        """Objects and prepositional phrases after ``start``, up to the end of the clause."""
        slots: dict[str, list[int]] = {"": []}
        slot, comma = "", None
        last = start - 1
        for j in range(start, min(len(self.nodes), start + _REACH)):
            node = self.nodes[j]
            if self._ends_clause(j, start):
                if comma is not None and node.word not in {";", "."}:
                    self._forget(slots, comma)  # what stood after the comma belongs to the clause that begins there
                    last = comma - 1
                break
            last = j
            if node.word in english.PREPOSITIONS and not self._amount(j):
                if node.word == "to" and self._infinitive(j):
                    break
                if node.word == "of":
                    slots[slot].append(j)
                    continue
                slot = f"{node.word}+" if slots.get(node.word) else node.word
                slots.setdefault(slot, [])
            elif node.word == ",":
                comma = j
            else:
                slots[slot].append(j)
        frame.objects = tuple(slots.pop(""))
        frame.slots = {name: tuple(found) for name, found in slots.items()}
        frame.last = last

    def _amount(self, j: int) -> bool:
        """``up to 100``, ``over 1,600``, ``about 50``: no preposition."""
        following = self.nodes[j + 1].word if j + 1 < len(self.nodes) else ""
        return self.nodes[j].word in {"to", "over", "about", "around"} and following[:1].isdigit()

    def _ends_clause(self, j: int, start: int) -> bool:
        node = self.nodes[j]
        if node.word == "-" and node.start > self.nodes[j - 1].end:
            return True
        if node.word in {",", '"', "'", "-", "$", "(", ")", "/", "and", "or", "%"}:
            return False
        if node.word in english.SUBORDINATORS | english.AUXILIARIES or is_stop(node):
            return node.word not in {"'s", "about"}
        return self.verbal(j) and not self._attributive(j, start)

    def _attributive(self, j: int, start: int) -> bool:
        """``send used tanks``, ``weapons made in``: participles that say nothing new."""
        node = self.nodes[j]
        tense = node.verb.tense if node.verb else ""
        following = self.nodes[j + 1] if j + 1 < len(self.nodes) else None
        return (
            tense in {"past", "participle", "ing"} and j == start and following is not None and not is_stop(following)
        )

    def _forget(self, slots: dict[str, list[int]], comma: int) -> None:
        for name, found in slots.items():
            slots[name] = [i for i in found if i < comma]

    def _infinitive(self, to: int) -> bool:
        if to + 1 >= len(self.nodes):
            return True
        node = self.nodes[to + 1]
        if (
            node.is_party
            or node.word in english.DETERMINERS | english.GROUPS | english.PRONOUNS
            or node.word.endswith("ing")
            or node.word[:1].isdigit()
        ):
            return False
        if node.verb is not None or node.word in english.VERBS:
            return True
        return not node.capital and not any(n.is_party or n.word in english.GROUPS for n in self.nodes[to + 1 : to + 5])

    # ---------------------------------------------------------------- nouns

    def of_noun(self, at: int) -> Frame:
        """The frame of the noun at ``at``: owners before it, phrases after it, and the verb that governs it."""
        if at in self._parsed:
            return self._parsed[at]
        frame = Frame(at=at)
        frame.first = self.noun_start(at)
        frame.owners = tuple(i for i in range(frame.first, at) if self.nodes[i].is_party)
        own = next((i for i in range(frame.first, at) if self.nodes[i].word in _OWN), None)
        if own is not None and not frame.owners:
            self._resolve(frame, own)
            frame.owners, frame.subject, frame.subject_span = frame.subject, (), None
            frame.first = self.noun_start(at)
        self.right(frame, at + 1)
        self._govern(frame)
        return frame

    def noun_start(self, at: int) -> int:
        j = at - 1
        while j >= 0 and at - j < 14:
            node = self.nodes[j]
            if (
                node.word in {"and", "or", ","}
                and j
                and at - j > 1
                and (self.nodes[j - 1].is_party and self.nodes[j + 1].is_party)
            ):
                j -= 1
                continue
            if node.word == "and" and j and self.nodes[j - 1].is_item:
                j -= 1
                continue
            if node.word in english.PREPOSITIONS | english.CONJUNCTIONS | english.PRONOUNS or (
                self.boundary(j) and node.word != '"' and not self._adjectival(j)
            ):
                break
            j -= 1
        return j + 1

    def _adjectival(self, j: int) -> bool:
        """A participle between a determiner and its noun: ``its planned sale``."""
        node = self.nodes[j]
        return (
            node.verb is not None
            and node.verb.tense in {"past", "participle", "ing"}
            and j > 0
            and self.nodes[j - 1].word in english.DETERMINERS
        )

    def _govern(self, frame: Frame) -> None:
        """The verb of which the noun is object or subject, seen through ``a package of``, and that verb's subject."""
        first = frame.first
        governors: list[int] = []
        for _ in range(4):
            if first < 2 or self.nodes[first - 1].word not in {
                "of",
                "for",
                "on",
                "over",
                "to",
                "with",
                "from",
                "in",
                "about",
                "against",
                "under",
                "by",
                "amid",
                "despite",
            }:
                break
            if self.nodes[first - 1].word not in {"of", "on", "for", "to", "with", "in", "about", "over", "against"}:
                governors.append(first - 1)
                break
            governors.append(first - 1)
            if self.verbal(first - 2):
                first -= 1
                break
            start = self.noun_start(first - 1)
            if start == first - 1:
                break
            governors.extend(range(first - 2, start - 1, -1))
            frame.owners = (*(i for i in range(start, first - 1) if self.nodes[i].is_party), *frame.owners)
            first = start
        verb = self._verb_before(first)
        if verb is not None:
            governing = self.of_verb(verb) if self.nodes[verb].verb or self.nodes[verb].word in english.VERBS else None
            governors.append(verb)
            if governing is not None:
                frame.subject, frame.subject_span = governing.subject, governing.subject_span
                frame.pronoun = frame.pronoun if frame.pronoun is not None else governing.pronoun
                governors.extend(governing.governors)
                frame.passive, frame.verb = governing.passive, governing
                frame.first = min(frame.first, governing.first)
        elif frame.last + 1 < len(self.nodes):
            self._predicate(frame, governors)
        frame.governors = tuple(governors)

    def _verb_before(self, first: int) -> int | None:
        j = first - 1
        while j >= 0 and (
            self.nodes[j].word in english.DETERMINERS | english.ADVERBS
            or self.nodes[j].word in {'"', "'", "up", "out", "off", "back", "down", "through", "in"}
        ):
            j -= 1
        return j if j >= 0 and self.verbal(j) else None

    def _predicate(self, frame: Frame, governors: list[int]) -> None:
        """The noun is a subject: ``arms sales to Israel were suspended by Germany``."""
        for j in range(frame.last + 1, min(len(self.nodes), frame.last + 6)):
            node = self.nodes[j]
            if node.word in english.AUXILIARIES | english.ADVERBS | english.NEGATIONS or node.word == "to":
                governors.insert(0, j)
            elif node.verb is not None:
                governors.insert(0, j)
                frame.passive = bool(j) and self._passive(j)
                if not frame.passive:
                    governors[:] = [i for i in governors if self.nodes[i].word in {"could", "may", "might"}]  # what the sanctions or sales do says nothing of how far they have got
                predicate = Frame(at=j, passive=frame.passive)
                self.right(predicate, j + 1)
                if frame.passive:
                    frame.slots = {**predicate.slots, **frame.slots}
                frame.predicate = predicate
                return
            else:
                return
