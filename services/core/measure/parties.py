"""Whom a name stands for, so that "Moscow" as labelled and "Russia" as read count as one.

A name is looked up whole, then without the words that add nothing, then piece by piece; each piece that names somebody adds
whom it names. What nobody knows stands for its own words, and two of those agree when one holds all words of the other.
"""

import re
from collections.abc import Iterable, Mapping

from services.core.act import Party

Identities = frozenset[str]

_EMPTY = frozenset({
    "the", "a", "an", "its", "their", "his", "new", "government", "govt", "administration", "authorities", "officials", "regime",
    "forces", "military", "army", "leaders", "leader",
})  # fmt: skip
_POSSESSIVE = re.compile(r"['’]s\b")
_INITIALS = re.compile(r"u\.([skn])\.")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 3  # words of a piece of a name


def words(name: str) -> list[str]:
    """The words of a name in one case, without possessives; "U.S." is one word."""
    plain = _POSSESSIVE.sub("", name.casefold())
    return _WORD.findall(_INITIALS.sub(r"u\1", plain))


class Parties:
    """Names by whom they stand for: a country's code, or another identity. Immutable."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """``names``: identity -> names, in any spelling."""
        self._identities = frozenset(names)
        self._known = {" ".join(words(name)): who for who, spellings in names.items() for name in spellings}

    def named(self, name: str | None) -> Identities | None:
        """Whom a name stands for; None for none."""
        if not name:
            return None
        for ident in (name, name.rpartition(":")[2]):
            if ident in self._identities:
                return frozenset({ident})
        spelled = words(name)
        telling = [word for word in spelled if word not in _EMPTY]
        for whole in (" ".join(spelled), " ".join(telling)):
            if whole in self._known:
                return frozenset({self._known[whole]})
        return self._pieces(spelled) or frozenset({" ".join(telling or spelled)})

    def _pieces(self, spelled: list[str]) -> Identities:
        pieces = (
            " ".join(spelled[at : at + size])
            for size in range(1, _LONGEST + 1)
            for at in range(len(spelled) - size + 1)
        )
        return frozenset(self._known[piece] for piece in pieces if piece in self._known)

    def read(self, party: Party | None) -> Identities | None:
        """Whom a party stands for, as the extractor read it: by its id, by its name and by the words of the text."""
        if party is None:
            return None
        found = [self.named(name) for name in (party.id, party.name, party.span.quote)]
        return frozenset().union(*(one for one in found if one))


def agree(one: Identities | None, other: Identities | None) -> bool:
    """Whether two may be the same; nobody agrees with nobody only."""
    if one is None or other is None:
        return one is other
    if one & other:
        return True
    return any(_within(a, b) or _within(b, a) for a in map(_split, one) for b in map(_split, other))


def _split(name: str) -> frozenset[str]:
    return frozenset(name.split())


def _within(part: frozenset[str], whole: frozenset[str]) -> bool:
    return bool(part) and part <= whole
