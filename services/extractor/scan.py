"""One pass of an Aho-Corasick automaton over an article finds every name and phrase of the lexicons.

Aho and Corasick, "Efficient string matching: an aid to bibliographic search", CACM 18(6), 1975.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick

from services.core.mention import EntityKind
from services.extractor.entities import Form, Name
from services.extractor.inflect import noun_forms, verb_forms
from services.extractor.lexicons import Lexicons
from services.extractor.text import lowered

_SHORT_NAME = 5
_WORDS = frozenset(
    [
        "us",
        "ap",
        "au",
        "it",
        "rt",
        "ft",
        "spa",
        "hal",
        "pap",
        "sana",
        "dawn",
        "wam",
        "sami",
        "ani",
        "indra",
        "nis",
        "stm",
        "tai",
        "kai",
        "iai",
        "plan",
        "mend",
        "eta",
        "fano",
        "sna",
        "puls",
        "tow",
    ]
)


class Term(NamedTuple):
    """What a phrase means. ``layer``: name, tag, office, topic, sign, mask, namesake or veto. ``text`` is as the lexicon writes it."""

    layer: str
    key: str  # of a tag, topic, group of signs or field; empty for names
    text: str
    weight: float = 0.0
    name: Name | None = None
    groups: tuple[str, ...] = ()  # of signs, see services/extractor/topic_features.py


class Hit(NamedTuple):
    """A phrase found at ``start:end``."""

    start: int
    end: int
    term: Term


class Scanner:
    """Immutable after it is built."""

    def __init__(self, lexicons: Lexicons, phrases: Iterable[tuple[str, str]]) -> None:
        """``phrases``: further phrases with their tags, of the rules for acts."""
        table: dict[str, list[Term]] = {}
        tags = (Term("tag", tag, text, groups=("arms",) if tag == "arms" else ()) for text, tag in phrases)
        for term in (*_names(lexicons), *_terms(lexicons), *tags):
            table.setdefault(lowered(term.text), []).append(term)
        self._automaton = ahocorasick.Automaton()
        for text, terms in table.items():
            self._automaton.add_word(text, (len(text), tuple(dict.fromkeys(terms))))
        self._automaton.make_automaton()

    def hits(self, text: str, lower: str) -> list[Hit]:
        """Every phrase that stands in the text as whole words, overlaps included. ``lower`` is ``text`` lowered."""
        found: list[Hit] = []
        last = len(lower)
        caseless = text == lower or text.isupper()
        for at, (size, terms) in self._automaton.iter(lower):
            start, end = at - size + 1, at + 1
            if (start and lower[start - 1].isalnum() and lower[start].isalnum()) or (
                end < last and lower[end].isalnum() and lower[at].isalnum()
            ):
                continue
            found += [
                Hit(start, end, term)
                for term in terms
                if term.name is None or _written(term.text, text[start:end], caseless=caseless)
            ]
        return _without_namesakes(found)


def _without_namesakes(hits: list[Hit]) -> list[Hit]:
    """Without names that are part of a longer one of somebody or something else: ``Michael Jordan``, ``Patriot Act``."""
    others = [hit for hit in hits if hit.term.layer == "namesake"]
    if not others:
        return hits
    return [
        hit
        for hit in hits
        if hit.term.name is None or not any(one.start <= hit.start and hit.end <= one.end for one in others)
    ]


def _written(name: str, words: str, *, caseless: bool) -> bool:
    """Whether a name is written as a name: capitals where it has them. Short names that are words too must be exact."""
    if words == name:
        return True
    if caseless:
        return name.lower() not in _WORDS
    if len(name) < _SHORT_NAME and name.isupper():
        return False
    return all(char.isupper() for char, own in zip(words, name, strict=False) if own.isupper())


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Those that no longer one covers, left to right, none overlapping another."""
    kept: list[Hit] = []
    reached = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start >= reached:
            kept.append(hit)
            reached = hit.end
    return kept


def expanded(term: str) -> tuple[str, ...]:
    """A term without its ``n:``, and its plural."""
    return noun_forms(term[2:]) if term.startswith("n:") else (term,)


def _names(lexicons: Lexicons) -> Iterator[Term]:
    for name in lexicons.names:
        yield Term("name", "", name.text, name=name, groups=_groups(name))
        if name.form is Form.NAME and "." not in name.text and name.text.isupper() and len(name.text) > _SHORT_NAME:
            yield Term("name", "", name.text.capitalize(), name=name, groups=_groups(name))


def _groups(name: Name) -> tuple[str, ...]:
    kind = "arms" if name.entity.kind is EntityKind.WEAPON else name.entity.kind.value
    return (kind, f"usual {name.entity.usual}") if name.entity.usual else (kind,)


def _terms(lexicons: Lexicons) -> Iterator[Term]:
    for topic in lexicons.topics:
        for weight, part, terms in (
            (3.0, "core", topic.core), (1.0, "support", topic.support), (-1.0, "exclude", topic.exclude)
        ):  # fmt: skip
            groups = (f"{topic.id}.{part}",)
            for term in terms:
                yield from (Term("topic", topic.id, text, weight, groups=groups) for text in expanded(term))
    for group, terms in lexicons.signs.signs.items():
        for term in terms:
            forms = verb_forms(term[2:]) if term.startswith("v:") else expanded(term)
            yield from (Term("sign", group, text, groups=(group,)) for text in forms)
    yield from _other_terms(lexicons)


def _other_terms(lexicons: Lexicons) -> Iterator[Term]:
    for kind in ("offices", "trades", "firms"):
        yield from (Term("office", kind, text) for text in getattr(lexicons.offices, kind))
    for mask in lexicons.false_friends.masks:
        yield Term("mask", "", mask)
    for namesake in lexicons.false_friends.namesakes:
        yield Term("namesake", "", namesake)
    for field, terms in lexicons.false_friends.vetoes.items():
        for term in terms:
            yield from (Term("veto", field, text) for text in expanded(term))
