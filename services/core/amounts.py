"""How many, and how much: the numbers that a sentence states of an act.

Read so that two texts may be compared: a number counts only with what it counts or its currency, where the sentence
states one such number, and not where it is a part of something ("12 of 24", "12 more", "the first 12", "a total of").
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterator

from msgspec import Struct

from services.core.act import Act, ArmsTransfer, Party
from services.core.gist import stem
from services.core.mention import Span
from services.core.words import keys

_MATERIAL = 0.1  # numbers that differ by less are one number rounded in two ways
_REACH = 60  # code points before a number in which a word can make it a part of something
_LONGEST = 40  # of the name of what is counted


class Amount(Struct, frozen=True):
    """``of`` is what is counted (``howitzer``, ``weapon:f-35``) or a currency (``$``)."""

    of: str
    value: float

    @property
    def money(self) -> bool:
        """Whether it is a sum."""
        return self.of in _MARKS

    def __str__(self) -> str:
        """As a reader sees it: ``24 (howitzer)`` is "24", a sum "$2.4 billion"."""
        if not self.money:
            return _plain(self.value)
        return f"{_MARKS[self.of]}{_scaled(self.value)}"


def amounts(act: Act, text: str) -> tuple[Amount, ...]:
    """The numbers that the sentence of an act states of it, each thing at most once; none where it states several of a thing."""
    if not act.evidence:
        return ()
    sentence = act.evidence[0]
    if text[sentence.start : sentence.end] != sentence.quote:
        return ()
    things = act.items if isinstance(act, ArmsTransfer) else ()
    named = {place for thing in things for place in range(thing.span.start, thing.span.end)}
    counted = [one for thing in things for one in _counted(thing, sentence, named)]
    found: defaultdict[str, set[float]] = defaultdict(set)
    for amount in (*counted, *_sums(sentence.quote)):
        found[amount.of].add(amount.value)
    return tuple(Amount(of, *values) for of, values in sorted(found.items()) if len(values) == 1)


def material(value: float, other: float) -> bool:
    """Whether two numbers differ by more than rounding."""
    return abs(value - other) > _MATERIAL * max(abs(value), abs(other))


_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9,
           "tn": 1e12, "trillion": 1e12}  # fmt: skip
_SCALE = r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|mn|bn|tn|[kmb])\b)?"
_NAMES = {"$": ("dollar", "dollars", "usd"), "€": ("euro", "euros", "eur"), "£": ("pound", "pounds", "gbp", "sterling"),
          "¥": ("yen",), "₩": ("won",), "₽": ("rouble", "roubles", "ruble", "rubles")}  # fmt: skip
_MARKS = {
    name: name if len(name) == 1 or name.endswith("$") else f"{name} " for name in (*_NAMES, "C$", "A$", "NZ$", "HK$")
}
_CODES = {name: mark for mark, names in _NAMES.items() for name in names}
_SUM = re.compile(
    rf"(?<![\w.,])(?:(?P<mark>US\$|C\$|A\$|NZ\$|HK\$|[$€£¥₩₽])\s?(?P<first>{_DIGITS})(?![\d.,]*\d){_SCALE}"
    rf"|(?P<second>{_DIGITS}){_SCALE.replace('scale', 'other')}[\s-](?P<name>{'|'.join(_CODES)})\b)",
    re.IGNORECASE,
)
_WORDS = {word: float(value) for value, word in enumerate(
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"], 1
)} | {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
      "dozen": 12.0}  # fmt: skip
# the number, up to two words that describe the thing ("self-propelled", "rounds of"), and then the thing
_COUNT = re.compile(
    rf"(?:^|(?<=[\s(]))(?P<number>{_DIGITS}|{'|'.join(_WORDS)})(?:\s(?P<scale>thousand|million|dozen))?"
    r"\s(?P<between>(?:[^\W\d][\w'’-]*\s){0,2})$",
    re.IGNORECASE,
)
_NOT_BETWEEN = frozenset(
    [
        "of",
        "and",
        "or",
        "to",
        "for",
        "in",
        "from",
        "with",
        "by",
        "at",
        "on",
        "more",
        "additional",
        "extra",
        "further",
        "other",
        "per",
        "years",
        "year",
        "months",
        "month",
        "weeks",
        "days",
        "km",
        "miles",
        "percent",
        "tons",
        "tonnes",
        "mm",
        "thousand",
        "million",
        "billion",
        "trillion",
    ]
)
_PART = re.compile(
    r"\b(?:more|another|additional|further|extra|first|last|next|remaining|other|of|each|every|total|totall?ing|overall|so far|"
    r"altogether|bringing|since|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"article|section|block|type|mark|project|model|phase|lot|number|no)\b[\s.,:'’-]*(?:up to |about |some |over |of |to |nearly |almost )*$",
    re.IGNORECASE,
)
_SUM_PART = re.compile(r"\b(?:total|totall?ing|overall|altogether|bringing|since|so far|of|another|additional|further|extra|more)\b", re.IGNORECASE)  # fmt: skip
_RANGE = re.compile(rf"(?<!from )(?:\b|(?<=\s))(?:{_DIGITS}|{'|'.join(_WORDS)}) (?:to|and|or) $", re.IGNORECASE)


def _counted(thing: Party, sentence: Span, named: Container[int]) -> Iterator[Amount]:
    before = sentence.quote[: max(0, thing.span.start - sentence.start)]
    match = _COUNT.search(before) if thing.span.start >= sentence.start else None
    if match is None or sentence.start + match.start("number") in named:  # the 2 of a Leopard 2
        return
    between = match["between"].lower().split()
    packed = between[1:] == ["of"] and between[0].endswith("s") and between[0] not in _NOT_BETWEEN
    if not packed and not _NOT_BETWEEN.isdisjoint(between):
        return
    value = _value(match["number"]) * {None: 1.0, "dozen": 12.0}.get(
        match["scale"], _SCALES.get(match["scale"] or "", 1.0)
    )
    ahead = before[max(0, match.start() - _REACH) : match.start()]
    if value and not _PART.search(ahead) and not _RANGE.search(ahead) and not _a_year(match["number"]):
        name = thing.id or stem((keys(thing.name) or ("",))[-1])
        if name:
            yield Amount(f"{stem(between[0])} of {name}"[:_LONGEST] if packed else name[:_LONGEST], value)


def _sums(sentence: str) -> Iterator[Amount]:
    for match in _SUM.finditer(sentence):
        mark = (match["mark"] or _CODES[match["name"].lower()]).upper().replace("US$", "$")
        scale = (match["scale"] or match["other"] or "").lower()
        ahead = sentence[max(0, match.start() - _REACH // 2) : match.start()]
        if not _SUM_PART.search(ahead):
            yield Amount(mark, _value(match["first"] or match["second"]) * _SCALES.get(scale, 1.0))


def _value(written: str) -> float:
    return _WORDS.get(written.lower()) or float(written.replace(",", ""))


def _a_year(written: str) -> bool:
    return written.isdigit() and 1900 <= int(written) < 2100


def _scaled(value: float) -> str:
    for scale, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= scale:
            return f"{_plain(round(value / scale, 3))} {name}"
    return _plain(value)


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
