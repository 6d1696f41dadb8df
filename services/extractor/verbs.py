"""Which words of a sentence are verbs, as far as their form and neighbours show."""

from collections.abc import Sequence

from services.extractor import english
from services.extractor.rows import Node, is_stop

_SMALL_WORD, _ENOUGH = 4, 2  # with so many longer words in small letters, only names have capitals
_LEADING = english.MODALS | english.DO | {"to"}
_DESCRIBING = frozenset(
    {
        "crippling",
        "existing",
        "remaining",
        "sweeping",
        "punishing",
        "biting",
        "lasting",
        "crushing",
        "damaging",
        "devastating",
        "withering",
    }
)
_BREAKERS = english.SUBORDINATORS | english.AUXILIARIES


class Verbs:
    """The verbs of one sentence."""

    def __init__(self, nodes: Sequence[Node], *, title: bool) -> None:
        self.nodes = nodes
        self.title = title
        self._verbal: dict[int, bool] = {}
        self._cased = sum(not node.capital and len(node.word) > _SMALL_WORD for node in nodes) >= _ENOUGH

    def verbal(self, at: int) -> bool:
        """Whether the node is a verb here, as far as its form and neighbours show."""
        if at not in self._verbal:
            self._verbal[at] = self._is_verb(at)
        return self._verbal[at]

    def _is_verb(self, at: int) -> bool:
        node = self.nodes[at]
        if node.name is not None or "'" in node.word or node.word == "arms" or self._named(at) or self._describes(at):
            return False
        before = self.nodes[at - 1] if at else None
        after = self.nodes[at + 1] if at + 1 < len(self.nodes) else None
        contracted = at > 1 and self.nodes[at - 1].word == "'s" and self.nodes[at - 2].word in english.PRONOUNS
        marked = None if contracted else self._marked(node, self._led(at))
        if marked is not None:
            return marked
        if node.verb is None:
            return node.word in english.VERBS or self._unknown_verb(node, before, after)
        if node.verb.tense == "ing":
            return self._gerund_is_verb(before, after)
        if node.verb.tense in {"past", "participle"}:
            return not self._behind_verb(at) and self._past_is_verb(before, after)
        return self._present_is_verb(at, before, after, node.verb.tense)

    def _named(self, at: int) -> bool:
        """Whether it is written as a name: ``Andean Shipping``."""
        return self.nodes[at].capital and self._cased and at > 0 and not is_stop(self.nodes[at - 1])

    def _led(self, at: int) -> Node | None:
        """The word before, seen past an adverb: ``would gradually lift``."""
        before = self.nodes[at - 1] if at else None
        seen = at > 1 and before is not None and english.adverb(before.word) and self.nodes[at - 2].word in _LEADING
        return self.nodes[at - 2] if seen else before

    def _describes(self, at: int) -> bool:
        """Whether it describes measures: ``crippling US sanctions``."""
        if self.nodes[at].word not in _DESCRIBING:
            return False
        for node in self.nodes[at + 1 : at + 4]:
            if "sanction" in node.tags:
                return True
            if is_stop(node) or node.word in _BREAKERS | english.PREPOSITIONS | english.DETERMINERS | {"'s"}:
                return False
        return False

    def _unknown_verb(self, node: Node, before: Node | None, after: Node | None) -> bool:
        """``US pummels Cuban economy``: what stands in -s between two parties of a headline."""
        if before is None or after is None or not self.title or not node.word.endswith("s"):
            return False
        return before.is_party and not before.adjective and (after.is_party or after.word in english.DETERMINERS)

    @staticmethod
    def _marked(node: Node, before: Node | None) -> bool | None:
        """What the word before decides: ``to sell``, ``will sell``, ``the sale``, ``nuclear-armed``."""
        if before is None:
            return None
        if before.word == "that" and node.verb is not None and node.verb.tense == "s" and not _noun(node):
            return True  # "a deal that lifts sanctions"
        if before.word in english.DETERMINERS | {"'s", "'"} or (before.word == "-" and before.end == node.start):
            return False
        leads = before.word in english.MODALS | english.DO or before.word in {"to", "not", "n't"}
        if leads and node.verb is not None and node.verb.tense == "s" and _noun(node):
            return False  # "turns back to sanctions"
        return True if leads and node.verb is not None else None

    @staticmethod
    def _gerund_is_verb(before: Node | None, after: Node | None) -> bool:
        if before is None or not before.is_item:
            return True
        return after is not None and not is_stop(after) and after.word not in english.PREPOSITIONS

    def _behind_verb(self, at: int) -> bool:
        """``seizes sanctioned tankers``: what stands behind a verb in -s describes its object."""
        before = self.nodes[at - 1] if at else None
        return before is not None and before.verb is not None and before.verb.tense == "s" and self.verbal(at - 1)

    def _past_is_verb(self, before: Node | None, after: Node | None) -> bool:
        if before is None:
            return after is not None and after.word in english.PREPOSITIONS
        if before.word in english.PREPOSITIONS and before.word not in {"after", "since"}:
            return False  # "of sanctioned tankers"
        if after is None or is_stop(after):
            return True
        if before.word.endswith("ing") and after.word not in english.PREPOSITIONS | english.DETERMINERS:
            return False  # "bombing suspected shipments"
        if after.adjective and not self._subjective(before):
            return False  # "leaking sanctioned Russian oil"
        open_after = after.word in english.PREPOSITIONS | english.DETERMINERS or after.is_party
        return open_after or not before.adjective  # else "Russian sanctioned tankers"

    @staticmethod
    def _subjective(before: Node) -> bool:
        linked = english.PRONOUNS | english.AUXILIARIES | english.ADVERBS | english.RELATIVES | {"and"}
        return (before.is_party and not before.adjective) or before.word in linked or before.word.endswith("s")

    def _present_is_verb(self, at: int, before: Node | None, after: Node | None, tense: str) -> bool:
        node = self.nodes[at]
        noun = _noun(node)
        if after is None or (is_stop(after) and after.word not in english.QUOTES):
            return not noun and bool(node.tags & {"say", "claim"})
        if before is None:
            return not (noun or self.title) and tense == "base"
        if noun:
            governed = before.word in english.PREPOSITIONS or after.word in english.PREPOSITIONS - {"up", "over"}
            return not governed and self._noun_as_verb(before, after, tense)
        if tense == "base" and node.word in english.CONTROL_NOUNS and at > 1 and self.verbal(at - 2):
            return False  # "rejects U.S. bid to"
        return tense != "base" or self._base_is_verb(before, after)

    def _base_is_verb(self, before: Node, after: Node) -> bool:
        """``Lawmakers urge``, ``they sell``: a subject that takes the base form stands before."""
        plural = before.word.endswith("s") or before.word in english.GROUPS
        linked = before.word in english.PRONOUNS | english.CONJUNCTIONS | english.ADVERBS | english.RELATIVES
        named = before.capital and (after.is_party or after.is_item or not self.title)
        return linked or plural or named or (before.is_party and not before.adjective)

    @staticmethod
    def _object(after: Node) -> bool:
        """Whether it begins an object (``US sanctions Hamas leaders``) and no compound (``US sanctions relief``)."""
        if (
            after.verb is not None
            or after.word in english.VERBS | _BREAKERS | english.PREPOSITIONS | english.CONJUNCTIONS
        ):
            return False
        return (
            after.word not in english.COMPOUNDS
            and not is_stop(after)
            and not after.tags & {"n.both", "threatening.after"}
        )

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
            return opens or (self.title and tense != "base" and self._object(after))
        return before.word in english.ADVERBS | {"who", "which", "that", "and"} and (after.is_party or after.is_item)

    def boundary(self, at: int) -> bool:
        """Whether a phrase cannot go on over the node."""
        node = self.nodes[at]
        return (
            node.word in _BREAKERS
            or (is_stop(node) and node.word not in {'"', "'", "-", "$", "%", "&"})
            or self.verbal(at)
        )


def _noun(node: Node) -> bool:
    """Whether the same form is a noun of transfers or of measures."""
    return bool(node.tags & {"n.give", "n.get", "n.both", "sanction", "penalty"})
