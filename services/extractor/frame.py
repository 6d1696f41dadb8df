"""A verb or noun of a sentence with what hangs on it: what the rules for acts work on.

Frames are read off by pattern (:mod:`services.extractor.clause`); a parser may fill the same frames from dependencies, and
then comes first.
"""

from typing import Protocol

from msgspec import Struct

from services.core.act import Method
from services.extractor.rows import Sentence


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
