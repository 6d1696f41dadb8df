"""Noun phrases and what follows a verb or noun: objects and prepositional phrases, up to the end of the clause."""

from collections.abc import Sequence

from services.extractor import english
from services.extractor.frame import Frame
from services.extractor.rows import Node, is_stop
from services.extractor.verbs import Verbs

_REACH = 40  # nodes looked at on either side
_DEGREES = frozenset({"new", "additional", "further", "more", "fresh", "tough", "tougher", "harsh", "broad"})
_PURPOSES = frozenset(
    ["sink", "combat", "deter", "defeat", "track", "monitor", "shoot", "repel", "patrol"]
)  # fmt: skip


class Phrases:
    """The phrases of one sentence."""

    def __init__(self, nodes: Sequence[Node], verbs: Verbs) -> None:
        self.nodes = nodes
        self.verbs = verbs

    def phrase_left(self, end: int) -> list[int]:
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
            elif node.word in english.PREPOSITIONS | english.CONJUNCTIONS | english.PRONOUNS - {
                "it"
            } or self.verbs.boundary(j):
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
            after.word not in english.DETERMINERS and not self.verbs.verbal(conjunction - 1) and not is_stop(left)
        )

    def heads(self, phrase: Sequence[int]) -> list[int]:
        """The parties of a phrase that it is about: not those in a place (``in Paris``)."""
        parties = [i for i in phrase if self.nodes[i].is_party]
        free = [i for i in parties if not (i and self._placed(i, phrase[0]))]
        return free or parties

    def _placed(self, at: int, first: int) -> bool:
        j = at - 1
        while j >= first and self.nodes[j].word in english.DETERMINERS:
            j -= 1
        return j >= first and self.nodes[j].word in {"in", "at", "from"}

    def insertion(self, close: int) -> int | None:
        """Where the insertion that ends at ``close`` begins: ``Germany, the second largest donor, will send``."""
        mark = {")": "("}.get(self.nodes[close].word, self.nodes[close].word)
        for i in range(close - 1, max(-1, close - 22), -1):
            if self.nodes[i].word == mark:
                return i
            if self.nodes[i].word in {";", ":", "."}:
                return None
        return None

    def noun_start(self, at: int) -> int:
        j = at - 1
        while j >= 0 and at - j < 14:
            node = self.nodes[j]
            if (
                node.word in {"and", "or", ","}
                and j
                and at - j > 1
                and (self.nodes[j - 1].is_party and self.nodes[j + 1].is_party)
                and not (j > 1 and self.nodes[j - 2].word in {"on", "against"} and not self.nodes[j - 1].adjective)
            ):
                j -= 1
                continue
            if node.word == "and" and j and self.nodes[j - 1].is_item:
                j -= 1
                continue
            if node.word == "," and j and self.nodes[j - 1].word in _DEGREES:
                j -= 1
                continue  # "additional, broader sanctions"
            if node.word in english.PREPOSITIONS | english.CONJUNCTIONS | english.PRONOUNS or (
                self.verbs.boundary(j) and node.word != '"' and not self._adjectival(j)
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

    def verb_before(self, first: int) -> int | None:
        j = first - 1
        while j >= 0 and (
            self.nodes[j].word in english.DETERMINERS | english.ADVERBS
            or self.nodes[j].word in {'"', "'", "up", "out", "off", "back", "down", "through", "in"}
        ):
            j -= 1
        return j if j >= 0 and self.verbs.verbal(j) else None

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
        year = len(following) == 4 and following.startswith(("19", "20"))
        return self.nodes[j].word in {"to", "over", "about", "around"} and following[:1].isdigit() and not year

    def _ends_clause(self, j: int, start: int) -> bool:
        node = self.nodes[j]
        if node.word == "-" and node.start > self.nodes[j - 1].end:
            return True
        if node.word in {",", '"', "'", "-", "$", "(", ")", "/", "and", "or", "%"}:
            return False
        if node.word in english.SUBORDINATORS | english.AUXILIARIES or is_stop(node):
            return node.word not in {"'s", "about"}
        return self.verbs.verbal(j) and not self._attributive(j, start)

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
        if node.verb is not None or node.word in english.VERBS or node.word in _PURPOSES:
            return True
        return not node.capital and not any(n.is_party or n.word in english.GROUPS for n in self.nodes[to + 1 : to + 5])
