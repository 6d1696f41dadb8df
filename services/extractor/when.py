"""The time of an act: the nearest expression of time in the clause of its trigger."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from services.core.act import Act
from services.core.mention import Span
from services.core.when import When
from services.extractor.times import Expression, expressions

_BREAK = re.compile(
    r"[;:()\[\]|]|,\s\w+ing\b|\s[-–—]\s|[,.\"]\s|\b(?:that|which|who|whom|whose|when|while|where|because|although|though|if|unless|amid|despite|following)\b"
    r"|\b(?:after|before|since|until|as)\b|\b(?:and|but|or)\s+(?=(?:will|would|has|have|had|is|are|was|were|also|then|later|\w{3,}ed)\b)",
    re.IGNORECASE,
)  # fmt: skip
_EMBEDS = re.compile(r"[,\s]*\b(?:that|which|who|whom|whose|when|while|where|because|although|though|if|unless|amid|despite|following|after|before|since|until|as)\b", re.IGNORECASE)  # fmt: skip
_SAYING = re.compile(r"\b(?:said|says|say|told|tells|added|according|reported|statement|interview|reporters|briefing|news conference)\b[^,;]{0,40}$", re.IGNORECASE)  # fmt: skip
_NEXT_CLAUSE = re.compile(r",\s+(?:and|but|or|while)\s+$", re.IGNORECASE)
_AND = re.compile(r",\s+(?:and|but)\s", re.IGNORECASE)
_SAID = re.compile(r"\b(?:said|told|says)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?!need|indeed|armed|allied)[a-z]{3,}ed\s+$", re.IGNORECASE)
_SAME = str.maketrans("\u2019\u00a0\u2011\u2013", "' --")
_GERUND = re.compile(
    r"\b(?:for|by|of|in|with|from)\s+\w{2,}ing\b", re.IGNORECASE
)  # "sanctioned for hacking it in 2015"
_FAR = 160  # code points between trigger and expression


def dated(acts: Iterable[Act], published: date) -> Iterator[Act]:
    """The acts, each with its time where its telling sentence has one."""
    read: dict[Span, tuple[Expression, ...]] = {}  # acts share sentences
    for act in acts:
        told = act.evidence[0] if act.evidence else act.trigger
        if told not in read:
            read[told] = expressions(_plain(told), published)
        found = nearest(act.trigger, told, read[told])
        yield msgspec.structs.replace(act, when=found) if found else act


def when(trigger: Span, sentence: Span, published: date) -> When | None:
    """The time that ``sentence`` tells of the act at ``trigger``, both spans of one text."""
    return nearest(trigger, sentence, expressions(_plain(sentence), published))


def nearest(trigger: Span, sentence: Span, found: tuple[Expression, ...]) -> When | None:
    """Of the expressions of ``sentence`` the one that is of the act at ``trigger``."""
    plain = _plain(sentence)
    first, last = trigger.start - sentence.start, trigger.end - sentence.start
    if not 0 <= first < last <= len(plain):
        return None
    near = [one for one in found if _belongs(plain, one, first, last, found)]
    if not near:
        return None
    best = min(near, key=lambda one: one.start - last if one.start >= last else (first - one.end) * 2)
    span = Span(
        start=sentence.start + best.start, end=sentence.start + best.end, quote=sentence.quote[best.start : best.end]
    )
    return When(start=best.interval.start, end=best.interval.end, granularity=best.interval.granularity, span=span)


def _plain(sentence: Span) -> str:
    """With plain quotation marks, hyphens and spaces, every character where it was."""
    return sentence.quote.translate(_SAME)


def _belongs(text: str, one: Expression, first: int, last: int, found: tuple[Expression, ...]) -> bool:
    """Whether the expression is of the trigger's clause, and of no other verb or noun in it."""
    if one.start < last and first < one.end:
        return False
    start, end = (last, one.start) if one.start >= last else (one.end, first)
    if end - start > _FAR:
        return False
    if not one.free:  # "a 2017 arms deal": of the noun beside it
        return one.end <= first and text[one.end : first].count(" ") <= 3 and not _BREAK.search(text, one.end, first)
    between = text[start:end]
    breaks = [stop for stop in _BREAK.finditer(text, max(0, start - 1), end) if not _within(stop, found)]
    if any(stop[0].strip() not in {",", ""} for stop in breaks) or len(breaks) > 2:
        return False
    if one.start >= last:
        other = (
            _NEXT_CLAUSE.search(between)
            or _SAYING.search(between)
            or _OTHER.search(f"{between} ")
            or _GERUND.search(between)
        )
        return not other and not ("," in between and _embedded(text, first, found))
    return not (
        _SAYING.search(text[: one.start])
        or _SAID.search(between)
        or _AND.search(between)
        or _embedded(text, one.start, found)
    )


def _within(stop: re.Match[str], found: tuple[Expression, ...]) -> bool:
    """Whether it is part of an expression: the comma of "March 3, 2025", the since of "since 2022"."""
    return any(one.start <= stop.start() < one.end for one in found)


def _embedded(text: str, at: int, found: tuple[Expression, ...]) -> bool:
    """Whether what stands at ``at`` is in a clause that hangs on something before it."""
    opened = None
    for stop in _BREAK.finditer(text, 0, at):
        if not _within(stop, found):
            opened = stop
    if opened is None:
        return False
    return bool(_EMBEDS.match(text, opened.start()))
