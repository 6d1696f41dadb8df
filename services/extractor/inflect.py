"""English inflections of lexicon terms, expanded once when lexicons are read, so that reading needs no lemmas."""

from msgspec import Struct

_VOWELS = "aeiou"
_SIBILANT = ("s", "x", "z", "ch", "sh")


class Verb(Struct, frozen=True):
    """A form of a verb: ``tense`` is base, s, past, participle or ing; a form that serves as past and participle is past."""

    lemma: str
    tense: str


def plural(noun: str) -> str:
    """The regular plural."""
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(_SIBILANT) else "s")


def noun_forms(term: str) -> tuple[str, ...]:
    """``missile`` gives ``missile, missiles``; a second word gives the plural of one-word nouns: ``embargo embargoes``."""
    first, *rest = term.split()
    if rest and rest[-1][:3] == first[:3] and len(rest) == 1:
        return first, rest[0]
    return term, plural(term)


def verb_forms(term: str) -> dict[str, Verb]:
    """All forms of ``BASE [PAST [PARTICIPLE]]``, each with what it is. Particles do not belong here."""
    base, *rest = term.split()
    past = rest[0] if rest else _past(base)
    participle = rest[1] if len(rest) > 1 else past
    forms = {base: Verb(base, "base"), _third(base): Verb(base, "s"), _ing(base, past): Verb(base, "ing")}
    forms.setdefault(participle, Verb(base, "participle"))
    forms[past] = Verb(base, "past") if past != base else Verb(base, "base")
    return forms


def _third(base: str) -> str:
    return plural(base) if not base.endswith("o") else base + "es"


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return base[:-1] + "ied"
    return base + "ed"


def _ing(base: str, past: str) -> str:
    if past == base + base[-1] + "ed" or (past == base and _doubles(base)):
        return base + base[-1] + "ing"
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return base[:-1] + "ing"
    return base + ("ting" if base in {"get", "cut", "put", "set", "hit"} else "ing")


def _doubles(base: str) -> bool:
    return base in {"cut", "put", "set", "hit"}
