"""Expressions of time in a sentence, as intervals against the day of publication. What cannot be read for sure is not read.

A base ("March 3", "next year", "Tuesday") is read by a rule of :data:`services.extractor.time_rules.RULES`; the words
before it ("since", "by the end of", "early") then turn its interval into another.
"""

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from services.core.when import Granularity
from services.extractor import calendar_units as units
from services.extractor.calendar_units import ONE, Interval
from services.extractor.tense import direction
from services.extractor.time_rules import RULES, Base, Needs, Rule

_GATE = re.compile(
    r"\d{4}|\d0s|day|week|month|year|quarter|decade|night|morning|afternoon|evening|today|morrow|summer|autumn|winter|spring|fall|since|coming|recent|ago\b"
    r"|(?-i:J[au]n|J[uU][lLnN]|Feb|Mar|Apr|May|Aug|Sep|Oct|Nov|Dec|JAN|FEB|MAR|APR|MAY|AUG|SEP|OCT|NOV|DEC)",
    re.IGNORECASE,
)
_MOST = 24  # expressions of one sentence
_EDGE = re.compile(
    r"(?:\b(?:the\s+)?(?P<edge>very end|end|close|beginning|start|turn|middle|rest|remainder)\s+of\s+(?:the\s+)?"
    r"|\b(?P<half>first|second)\s+half\s+of\s+(?:the\s+)?"
    r"|\b(?P<quarter>first|second|third|fourth|final|last)\s+quarter\s+of\s+(?:the\s+)?"
    r"|\b(?P<third>early|mid|late)(?:\s+in)?(?:\s*-\s*|\s+)(?:of\s+)?|\b(?P<to>end)-"
    r"|\b(?P<side>earlier|later|so\s+far|sometime|some\s+time|anytime)\s+(?:in\s+)?)$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?P<word>no\s+later\s+than|as\s+early\s+as|as\s+soon\s+as|as\s+of|starting|beginning|since|by|until|till|through"
    r"|before|after|from|in|on|during|over|throughout|within|for|at|around|between|of|about|to|and)\s+(?:the\s+)?(?:end-)?$",
    re.IGNORECASE,
)
_ORDINALS = {"first": 0, "second": 1, "third": 2}
_FREE = frozenset({"since", "by", "until", "till", "through", "before", "from", "in", "on", "during", "over", "throughout", "within", "at", "around", "starting", "beginning", "no", "as"})  # fmt: skip
_DETERMINED = re.compile(r"(?:\b(?:the|its|his|her|their|our|an?)|'s)\s+$", re.IGNORECASE)
_NOUN = re.compile(r"\s+(?!(?:to|by|with|for|when|as|at|after|before|from|that|the|an?|and|or|but|in|on|of|will|was|were|is|are|has|had)\b)[a-z]", re.IGNORECASE)  # fmt: skip
# "extended until July 31": the past tense is the extension's
_TOWARD = {"since": -1, "until": 1, "till": 1}
_LOOSE = frozenset({"of", "for", "to", "and", "about", "between"})  # bind a time to a noun: no part of the expression
_REACH = 60  # code points before a base in which its words stand


class Expression(Struct, frozen=True):
    """The words at ``start:end`` of the sentence and what they mean. ``free``: said of the clause, not of a noun beside it."""

    start: int
    end: int
    interval: Interval
    free: bool


def expressions(sentence: str, published: date) -> tuple[Expression, ...]:
    """The expressions of time in the order of the sentence; none overlaps another. Any text will do."""
    if not _GATE.search(sentence):
        return ()
    found: list[Expression] = []
    reached = 0
    for start, end, base in _bases(sentence):
        if start < reached or len(found) >= _MOST:
            continue
        try:
            read = _read(sentence, start, end, base, published)
        except (ValueError, OverflowError):
            reached = end  # no day of the calendar: 31 June
            continue
        if read is not None and read.interval.start < read.interval.end:
            found.append(read)
            reached = end
    return tuple(found)


def _bases(sentence: str) -> Iterator[tuple[int, int, Base]]:
    """Matches of the rules in the order of the sentence; of those at one place the longest first."""
    lower = sentence.lower()
    asked = [(number, rule) for number, rule in enumerate(RULES) if any(word in lower for word in rule.words)]
    matches = [(match.start(), -match.end(), number, match) for number, rule in asked for match in rule.pattern.finditer(sentence)]  # fmt: skip
    for start, end, number, match in sorted(matches, key=lambda one: one[:3]):
        yield start, -end, Base(RULES[number], match)


def _read(sentence: str, start: int, end: int, base: Base, published: date) -> Expression | None:
    toward = direction(sentence, start, end)
    begin, edge, preposition = start, None, None
    if found := _EDGE.search(sentence, max(0, start - _REACH), start):
        begin, edge = found.start(), found
    if found := _PREPOSITION.search(sentence, max(0, begin - _REACH), begin):
        begin, preposition = found.start(), " ".join(found["word"].lower().split())
    if not _stands(base.rule.needs, edge, preposition):
        return None
    toward = _TOWARD.get(preposition or "", toward)
    if preposition in {"by", "no later than", "as early as", "as soon as"}:
        toward = toward or 1
    interval = base.interval(published, toward)
    if interval is not None and edge is not None:
        interval = _edged(edge, interval, published)
    if interval is None:
        return None
    bounded = _bounded(preposition, interval, published)
    if bounded is None:
        return None
    loose = preposition in _LOOSE
    shown = begin if not loose else (edge.start() if edge else start)
    free = edge is not None or _free(sentence, start, end, base.rule, preposition)
    if preposition == "from":  # "an inquiry from 2022", but "from 2022 to 2024"
        free = bounded.granularity is Granularity.PERIOD or toward > 0
    return Expression(shown, end, bounded, free and preposition != "of")


def _free(sentence: str, start: int, end: int, rule: Rule, preposition: str | None) -> bool:
    """Whether it is said of the clause, and not of the noun behind it: "a 2017 deal", "its Feb. 12 test"."""
    if rule.free and _DETERMINED.search(sentence, max(0, start - 8), start) and _NOUN.match(sentence, end):
        return False
    return rule.free or (preposition or "").split(" ")[0] in _FREE


def _stands(needs: Needs, edge: re.Match[str] | None, preposition: str | None) -> bool:
    """Whether a base that is no time by itself ("March", "2019", "the year") has the words that make it one."""
    if needs is Needs.NOTHING or edge is not None:
        return True
    return needs is Needs.PREPOSITION and preposition is not None and preposition not in {"about", "to", "and", "for", "of", "over"}  # fmt: skip


def _edged(edge: re.Match[str], whole: Interval, published: date) -> Interval | None:
    if edge["half"] or edge["quarter"]:
        number = _ORDINALS.get((edge["half"] or edge["quarter"]).lower(), 3)
        return _part(whole, number, 2 if edge["half"] else 4)
    if edge["third"]:
        return units.third(whole, ("early", "mid", "late").index(edge["third"].lower()))
    word = (edge["side"] or edge["edge"] or edge["to"]).lower()
    if edge["side"] or word in {"rest", "remainder"}:
        return _side(word, whole, published)
    return units.third(whole, 1) if word == "middle" else units.edge(whole, last=word in {"end", "very end", "close"})


def _part(whole: Interval, number: int, of: int) -> Interval | None:
    if whole.granularity is not Granularity.YEAR:
        return None
    size = 12 // of
    granularity = Granularity.HALF if of == 2 else Granularity.QUARTER
    return units.months(whole.start.year, 1 + number * size, size, granularity)


def _side(word: str, whole: Interval, published: date) -> Interval:
    """Of a unit that holds the day of publication the part before or after it."""
    inside = whole.start <= published < whole.end - ONE
    if word in {"later", "rest", "remainder"} and inside:
        return Interval(published + ONE, whole.end, Granularity.PERIOD)
    if word in {"earlier", "so far"} and whole.start <= published < whole.end:
        return Interval(whole.start, published + ONE, Granularity.PERIOD)
    return whole


def _bounded(preposition: str | None, whole: Interval, published: date) -> Interval | None:
    """A term or a beginning, as a period that the day of publication bounds."""
    if preposition == "after":
        return None
    if preposition == "since":
        return Interval(whole.start, published + ONE, Granularity.PERIOD) if whole.start <= published else None
    if preposition in {"by", "until", "till", "through", "no later than"} and whole.end > published:
        return Interval(min(published, whole.start), whole.end, Granularity.PERIOD) if whole.start > published else _rest(whole, published)  # fmt: skip
    if preposition == "before":
        return Interval(published, whole.start, Granularity.PERIOD) if whole.start > published else None
    return whole


def _rest(whole: Interval, published: date) -> Interval:
    """A term within the running unit: from today on."""
    return Interval(published, whole.end, Granularity.PERIOD)
