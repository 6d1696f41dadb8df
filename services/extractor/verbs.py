"""Which words of a sentence are verbs, as far as their form and neighbours show."""

from collections.abc import Sequence

from services.extractor import english
from services.extractor.rows import Node, is_stop

_BREAKERS = english.SUBORDINATORS | english.AUXILIARIES


class Verbs:
    """The verbs of one sentence."""

    def __init__(self, nodes: Sequence[Node], *, title: bool) -> None:
        self.nodes = nodes
        self.title = title
        self._verbal: dict[int, bool] = {}

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
            return not noun and bool(node.tags & {"say", "claim"})
        if after.word in english.PREPOSITIONS - {"up", "over"} and noun:
            return False
        if before is None:
            return not noun and tense == "base" and not self.title
        if before.word in english.PREPOSITIONS | {"and"} and noun and before.word != "and":
            return False
        if tense == "base" and not noun:
            plural = before.word.endswith("s") or before.word in english.GROUPS
            linked = before.word in english.PRONOUNS | english.CONJUNCTIONS | english.ADVERBS | english.RELATIVES
            named = before.capital and (after.is_party or after.is_item or not self.title)
            return linked or plural or named or (before.is_party and not before.adjective)
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
                self.title
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
