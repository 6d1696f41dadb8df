"""Persons and firms that no lexicon knows, from the words that introduce them; and surnames of persons named before.

"Ukrainian defence minister Ivan Melnyk" makes a person who acts for Ukraine, "the Chinese shipping firm Bright Star Ltd" a
firm of China. From then on "Melnyk" and "Mr Melnyk" mean him: the bearer of the name that was introduced last.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

from services.core.mention import EntityKind
from services.extractor import english
from services.extractor.entities import Entity, Form, Name, slug
from services.extractor.lexicon_schema import OfficesFile
from services.extractor.scan import Hit, Term, longest

_MOST = 60  # persons introduced in one article, and surnames followed
_MOST_OFFICES = 400
_WALK = 5  # words between a nationality and the office
_NEAR = 60  # code points a name may span
_SMALL_WORD = 4  # the longest that titles in capitals write small
_GAP = 30  # and an insertion
_PARTICLE = r"(?:(?:al|el|bin|ibn|bint|von|van|der|den|de|da|dos|du|di|la|le)[ -]){0,2}"
_PART = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'-]*[\w]"
_INITIAL = r"[A-Z]\.(?: ?[A-Z]\.)?"
_NAME = re.compile(rf"(?:{_PART}|{_INITIAL})(?: (?:{_INITIAL}|{_PARTICLE}{_PART})){{0,3}}")
_NAME_BEFORE = re.compile(rf"(?<![\w'-])(?:{_PART}|{_INITIAL})(?: (?:{_INITIAL}|{_PARTICLE}{_PART})){{1,3}}$")
_FIRM = re.compile(r"[A-Z][\w&'.-]*(?: (?:[A-Z&][\w&'.-]*|of|and)){0,5}")
_WORD_BEFORE = re.compile(r"([\w-]+\.?)(?:'s?)?[ -]$")
_SMALL = re.compile(r" (?:[a-z]+ ){0,3}")
_OF = re.compile(r" (of|for|at|to)(?: the)? ")
_BEHIND = frozenset({EntityKind.COUNTRY, EntityKind.BODY, EntityKind.ARMED_GROUP})  # who has offices
_STOPS = frozenset(
    ["and", "or", "but", "with", "by", "from", "in", "on", "at", "to", "of", "for", "said", "says", "told", "a", "an", "his", "her"]
)  # fmt: skip
_NO_NAMES = frozenset(
    ["The", "A", "An", "In", "On", "At", "And", "But", "He", "She", "It", "They", "We", "I", "His", "Her", "Their", "This", "That", "Who", "When", "If", "As", "To", "Of", "For", "Is", "Was", "Has", "Says", "Said", "Will", "Would", "With", "After", "Before", "Not", "No"]
)  # fmt: skip


class Person(Struct, frozen=True):
    """Somebody introduced at ``start:end``. ``surname`` is what the news calls him afterwards."""

    start: int
    end: int
    name: Name
    surname: str
    first: bool  # whether the surname stands first


class _Page:
    """A text with the names of the lexicons in it, by where they begin and end."""

    def __init__(self, text: str, names: Sequence[Hit], offices: Sequence[Hit]) -> None:
        self.text = text
        self.offices = frozenset(hit.start for hit in offices)
        self.starts = {hit.start: hit for hit in names}
        self.ends = {hit.end: hit for hit in names}
        title = text.partition("\n")[0]
        long = [word for word in title.split() if len(word) > _SMALL_WORD]
        self.capitals = len(title) if all(word[0].isupper() for word in long) else 0

    def owner_before(self, at: int) -> Hit | None:
        """Whose the office at ``at`` is, where that stands before it: ``Iran's top nuclear negotiator``."""
        if self.text[at] == "-":
            return _owner(self.ends.get(at))
        for _ in range(_WALK):
            for gap, between in ((1, " "), (3, "'s "), (2, "' ")):
                if at - gap in self.ends and self.text.startswith(between, at - gap):
                    return _owner(self.ends[at - gap])
            word = _WORD_BEFORE.search(self.text, max(0, at - _GAP), at)
            if word is None or word[1].lower() in _STOPS or word[1][-1] == ".":
                return None
            if "-" in word[1] and (hit := self.ends.get(word.start() + word[1].index("-"))):
                return _owner(hit)
            at = word.start()
        return None

    def behind(self, at: int) -> tuple[Hit | None, bool]:
        """Who is named behind the office that ends at ``at``, and whether it is his: ``president of Ukraine``, ``envoy to Iran``."""
        of = _OF.match(self.text, at)
        hit = _owner(self.starts.get(of.end())) if of else None
        if of is None or hit is None or hit.term.name is None or hit.term.name.form is Form.ADJECTIVE:
            return None, False
        return hit, of[1] != "to"

    def told_again(self, start: int, word: str) -> bool:
        """Whether a word of a title in capitals, which may be any word, stands elsewhere too."""
        return start >= self.capitals or self.text.count(word) > 1

    def name(self, start: int) -> str:
        """The name that begins at ``start``, up to where a name of the lexicons begins."""
        match = _NAME.match(self.text, start)
        if match is None or start in self.starts or start in self.offices:
            return ""
        return self._cut(start, match.end())

    def name_before(self, comma: int) -> str:
        """The full name that ends at ``comma``."""
        match = _NAME_BEFORE.search(self.text[max(0, comma - _NEAR) : comma])
        if match is None or any(comma - len(match[0]) < end <= comma for end in self.ends):
            return ""
        return match[0]

    def firm(self, start: int) -> list[str]:
        """The words of the firm's name that begins at ``start``."""
        match = _FIRM.match(self.text, start)
        if match is None or start in self.starts:
            return []
        words = match[0].split()
        while words[-1] in {"of", "and", "&"}:
            words.pop()
        return words

    def _cut(self, start: int, end: int) -> str:
        end = next((at - 1 for at in range(start + 1, end) if at in self.starts), end)
        return self.text[start:end].removesuffix("'s")


class PersonFinder:
    """Immutable after it is built."""

    def __init__(self, offices: OfficesFile) -> None:
        self._offices = frozenset(offices.offices)
        self._titles = frozenset(offices.titles)
        self._first = frozenset(offices.surname_first)
        self._words = frozenset(offices.words)
        self._endings = frozenset(offices.endings)

    def find(self, text: str, hits: Sequence[Hit], names: Sequence[Hit]) -> list[Hit]:
        """Persons, firms and surnames beside ``names``, those of the lexicons without overlaps. ``hits`` has the offices."""
        offices = longest([hit for hit in hits if hit.term.layer == "office"])[:_MOST_OFFICES]
        persons = [hit for hit in names if _full(hit)]
        if not offices and not persons:
            return []
        page = _Page(text, names, offices)
        found: dict[int, Hit] = {}
        for office in offices:
            hit = self._introduced(page, office)
            if hit is not None and len(found) < _MOST:
                found.setdefault(hit.start, hit)
        new = longest(found.values())
        taken = sorted((hit.start, hit.end) for hit in (*names, *new))
        return new + list(self._surnames(text, [*persons, *(hit for hit in new if _person(hit))], taken))

    def _introduced(self, page: _Page, office: Hit) -> Hit | None:
        """The person or firm that an office introduces: its name behind it, or before it in apposition."""
        behind, his = page.behind(office.end)
        start = (behind.end if behind else office.end) + 1
        if page.text[start - 1 : start + 1] == ", ":
            start += 1
        elif behind and not _country(behind):
            start = 0
        name = page.name(start) if page.text[start - 1 : start] == " " else ""
        if not name and (
            office.term.key == "firms" or page.text.rfind(",", max(0, office.start - _NEAR), office.start) < 0
        ):
            return None
        owner = behind if his else page.owner_before(office.start)
        if office.term.key == "firms":
            return self._firm(page, start, owner, office)
        if not name and owner is not None:
            begin = min(office.start, owner.start)
            comma = page.text.rfind(",", max(0, begin - _GAP), begin)
            if comma >= 0 and _SMALL.fullmatch(page.text, comma + 1, begin):
                name = page.name_before(comma)
                start = comma - len(name)
        return self._named(page, start, name.split(), owner, office) if name else None

    def _named(self, page: _Page, start: int, words: list[str], owner: Hit | None, office: Hit) -> Hit | None:
        while words and (words[-1] in self._titles or words[-1].lower() in english.DAYS):
            words.pop()
        while words and (words[0] in self._titles or words[0].lower() in self._offices):
            start += len(words[0]) + 1
            words.pop(0)
        if not words or words[0] in _NO_NAMES or not page.told_again(start, words[-1]):
            return None
        if len(words) == 1 and (owner is None or len(words[0]) < 3 or page.text.count(words[0]) < 2):
            return None
        if office.term.key == "trades" and (owner is None or len(words) < 2):
            return None
        return _hit(start, " ".join(words), owner, office)

    def _firm(self, page: _Page, start: int, owner: Hit | None, office: Hit) -> Hit | None:
        words = page.firm(start) if owner and page.text[start - 1 : start] == " " else []
        last = next((place for place, word in enumerate(words) if place and word in self._endings), None)
        if not words or words[0] in _NO_NAMES or (last is None and office.term.text.startswith("-")):
            return None
        name = " ".join(words[: last + 1]) if last else " ".join(words).rstrip(".'").removesuffix("'s")
        return _hit(start, name, owner, office) if len(name) > 2 else None

    def _surnames(self, text: str, persons: Sequence[Hit], taken: Sequence[tuple[int, int]]) -> Iterator[Hit]:
        """Where a surname stands alone for the person of that name introduced before."""
        bearers: dict[str, list[Person]] = {}
        for hit in sorted(persons, key=lambda hit: hit.start):
            person = self._bearer(hit, bearers)
            if len(person.surname) > 1:
                bearers.setdefault(person.surname, []).append(person)
        for surname, those in list(bearers.items())[:_MOST]:
            yield from self._follow(text, surname, those, taken)

    def _bearer(self, hit: Hit, bearers: dict[str, list[Person]]) -> Person:
        assert hit.term.name is not None
        parts = hit.term.name.text.split()
        kin = bearers.get(parts[0])
        first = hit.term.name.entity.country in self._first or bool(kin and kin[0].first)
        return Person(hit.start, hit.end, hit.term.name, parts[0] if first else parts[-1], first)

    def _follow(
        self, text: str, surname: str, bearers: Sequence[Person], taken: Sequence[tuple[int, int]]
    ) -> Iterator[Hit]:
        current = bearers[0] if len({person.name.entity.id for person in bearers}) == 1 else None
        for start in _places(text, surname):
            end = start + len(surname)
            own = next((person for person in bearers if person.start <= start and end <= person.end), None)
            current = own or current
            place = bisect_right(taken, (start, len(text))) - 1
            if own or (place >= 0 and taken[place][1] > start):
                continue
            before = _WORD_BEFORE.search(text, max(0, start - _GAP), start)
            titled = before is not None and before[1] in self._titles
            other = before is not None and not titled and before[1][0].isupper() and not _begins(text, before.start())
            followed = text[end : end + 1] == " " and text[end + 1 : end + 2].isupper()
            if other or (followed and bearers[0].first):
                current = None  # another bearer of the name
            elif current and (titled or not (followed or surname in self._words)):
                yield Hit(start, end, Term("name", "", surname, name=current.name))


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands as a whole word."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        joined = text[at - 1 : at] == "-" or text[end : end + 1] == "-"
        if not (joined or text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            yield at
        at = text.find(word, end)


def _person(hit: Hit) -> bool:
    return hit.term.name is not None and hit.term.name.entity.kind is EntityKind.PERSON


def _full(hit: Hit) -> bool:
    """Whether it is a person's name with more than the surname."""
    return hit.term.name is not None and " " in hit.term.name.text and _person(hit)


def _owner(hit: Hit | None) -> Hit | None:
    name = hit.term.name if hit else None
    return hit if name is not None and name.entity.kind in _BEHIND else None


def _country(hit: Hit) -> bool:
    return hit.term.name is not None and hit.term.name.entity.kind is EntityKind.COUNTRY


def _begins(text: str, at: int) -> bool:
    """Whether a sentence begins at ``at``."""
    return text[max(0, at - 4) : at].rstrip()[-1:] in {"", ".", "!", "?", '"', ":"}


def _hit(start: int, name: str, owner: Hit | None, office: Hit) -> Hit:
    kind = EntityKind.COMPANY if office.term.key == "firms" else EntityKind.PERSON
    country = owner.term.name.entity.country if owner and owner.term.name else None
    entity = Entity(id=f"{kind.value}:{slug(name)}", kind=kind, name=name, country=country, note=office.term.text)
    return Hit(start, start + len(name), Term("name", "", name, name=Name(text=name, entity=entity, form=Form.NAME)))
