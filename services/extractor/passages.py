"""Which stretches of an article are there to be read, and which are not: headers, datelines, credits, boilerplate, repeats.

Pure functions over the reading copy (:func:`services.extractor.text.readable`). Passages come in the order of the text and
do not overlap; what lies between them is blank.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from services.core.article import Article


class Kind(StrEnum):
    """What a stretch of text is."""

    TITLE = "title"
    SUMMARY = "summary"
    BODY = "body"
    CAPTION = "caption"  # of a picture: read, once
    HEADER = "header"  # "date 2023-09-12", "Published: 3 June 2023"
    DATELINE = "dateline"  # "SEOUL (Reuters) -"
    CREDIT = "credit"  # "(AP Photo/Jane Roe)"
    BOILERPLATE = "boilerplate"  # "Sign up for our newsletter"
    REPEAT = "repeat"  # stands elsewhere in the article, and is read there


READ = frozenset({Kind.TITLE, Kind.SUMMARY, Kind.BODY, Kind.CAPTION})


class Passage(NamedTuple):
    """A stretch ``start:end`` of the reading copy."""

    start: int
    end: int
    kind: Kind


_FIRST_LINES = 3  # of a field: a header or dateline stands in one of them
_LEAST_REPEAT = 40  # code points: shorter lines may stand twice by right ("Ukraine", "Q.", "He declined to comment.")
_LEAST_HEADLINE = 20
_LONGEST_CAPTION, _LONGEST_BOILERPLATE = 500, 300
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|Mar|April|Apr|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}} {_MONTH})(?:,? \d{{4}})?"
_CLOCK = r"(?:,? ?(?:at )?\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?(?: (?:GMT|UTC|E[SD]?T|B?ST|CES?T))?)?"
_WRITTEN_DATE = rf"(?:\d{{4}}-\d{{2}}-\d{{2}}(?:[T ][\d:.]+Z?)?|(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?{_DAY}{_CLOCK})"
_HEADER = re.compile(
    rf"(?:(?:date|published|updated|posted|last (?:updated|modified))(?: on| at)?(?: ?: ?| ){_WRITTEN_DATE}[ |.,]*)+"
    r"(?=\s|$|[A-Z\"'(])",
    re.IGNORECASE,
)
_AGENCY = r"(?:Thomson )?Reuters|AP|AFP|UPI|Xinhua|TASS|Interfax|ANSA|dpa|DPA|Kyodo(?: News)?|Yonhap|IANS|PTI|ANI|Bloomberg|CNN|BNO|VOA"
_PLACE = r"[A-Z][A-Z.'-]{2,}(?:[ /-][A-Z][A-Z.'-]+){0,3}"
_REGION = r"(?:, (?:[A-Z][\w.'-]*)(?: [A-Z][\w.'-]*){0,2}){0,2}"
_DASH = r"(?:--+|[–—―]|-(?=\s|$))"
_DATELINE = re.compile(
    rf"{_PLACE}{_REGION}(?:,? {_DAY},?)?(?: ?\([^()\n]{{2,40}}\))? ?{_DASH} ?(?=[A-Z\"'(\d]|\n|$)"
    rf"|{_PLACE}{_REGION},? {_DAY} ?: ?(?=[A-Z\"'(\d])"
    rf"|{_PLACE}, [A-Z][\w.'-]*(?: [A-Z][\w.'-]*){{0,2}} ?\({_DAY}\) ?(?:{_DASH}|\n|$)"
    rf"|(?:[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){{0,2}}{_REGION}(?:,? {_DAY},?)? ?)?\((?:{_AGENCY})\) ?{_DASH} ?"
)
_CREDIT = re.compile(
    r"\((?:(?:AP|AFP|EPA|Reuters|Getty|Photo|Image|Picture|Credit|File|Photograph|Illustration)(?:s| Photo| Images)?(?: by|:|/| [Cc]redit)|Photo by |Image credit)"
    r"[^()\n]{0,120}\)"
    r"|\((?:File photo|file photo|Getty Images|AP Photo|Reuters photo|Courtesy photo)\)"
    r"|(?:\b[A-Z][\w.'-]* (?:[A-Z][\w.'-]* ?){0,2}/ ?)?(?:(?:AFP|AP|EPA|Anadolu|NurPhoto) ?/ ?)?(?:via )?\bGetty Images\b"
)
_CAPTION = re.compile(
    r"(?:FILE\s?(?:PHOTO|PIC|IMAGE)?\s?[-–—:]|File (?:photo|picture|image)\b|Image(?: source| caption)?:|Image caption\b|Photo(?:graph)?(?: caption)?:|Pictured:|Caption:|Enlarge this image|(?:Hide|Toggle|toggle) caption)"
)
_CREDITED = re.compile(r"\bGetty Images\b|\bAP Photo\b|\b[Ff]ile photo\b|\([Pp]hoto(?: by|:)|\bPhoto: \w+[^.]{0,40}$")
_BOILERPLATE = re.compile(
    r"(?:sign up (?:for|to|here)|subscribe (?:to|now|here|today)|newsletter sign ?up|get (?:our|the) (?:\w+ ){0,3}newsletter"
    r"|(?:read|see|learn) more ?(?::|about this|here|at )|read more$|read also ?:|also read ?:|related ?:|related (?:stories|articles|content|coverage)"
    r"|click here|click to|(?P<phrase>continue reading(?: the main story)?[ .…]*)|story continues|advertisement\b|ad feedback|copyright (?:©|\(c\)|\d)|© ?\d{4}|all rights reserved"
    r"|share this|follow us|download (?:our|the) app|this (?:article|story) (?:was )?(?:first|originally) (?:appeared|published)"
    r"|thank you for (?:reading|subscribing)|please (?:re-enter|verify|try again|enable)|you will receive emails|invalid email|view all [\w ]+ newsletters"
    r"|recommended (?:stories|reading)|skip to (?:main )?content|watch ?: |listen ?: |to stay up to date)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_ENDING = re.compile(r"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*$")


def as_read(article: Article, copy: str) -> str:
    """The reading copy of the article's (bounded) text with what is not to be read blanked."""
    return blanked(copy, passages(copy, fields(article, len(copy))))


def fields(article: Article, limit: int) -> list[tuple[int, int, Kind]]:
    """Where title, summary and body stand in the first ``limit`` code points of the article's text."""
    found: list[tuple[int, int, Kind]] = []
    start = 0
    for part, kind in ((article.title, Kind.TITLE), (article.summary, Kind.SUMMARY), (article.body, Kind.BODY)):
        if part and start < limit:
            found.append((start, min(start + len(part), limit), kind))
            start += len(part) + 2
    return found


def passages(copy: str, fields: Sequence[tuple[int, int, Kind]]) -> list[Passage]:
    """The article's passages. ``fields``: where title, summary and body stand. Time is linear in the text."""
    found: list[Passage] = []
    for begin, finish, kind in fields:
        for number, (start, end) in enumerate(_lines(copy, begin, finish)):
            if kind is Kind.TITLE:
                found.append(Passage(start, end, kind))
            else:
                found += _line(copy, start, end, kind, opening=number < _FIRST_LINES)
    return _once(copy, found)


def blanked(copy: str, found: Sequence[Passage]) -> str:
    """The reading copy with what is not to be read blanked, every character where it was."""
    kept: list[str] = []
    at = 0
    for start, end, kind in found:
        if kind not in READ:
            kept += [copy[at:start], " " * (end - start)]
            at = end
    return "".join(kept) + copy[at:] if kept else copy


def _lines(copy: str, begin: int, finish: int) -> Iterator[tuple[int, int]]:
    """Lines that are not blank, without the space around them."""
    while begin < finish:
        stop = copy.find("\n", begin, finish)
        stop = finish if stop < 0 else stop
        line = copy[begin:stop]
        if bare := line.strip():
            start = begin + len(line) - len(line.lstrip())
            yield start, start + len(bare)
        begin = stop + 1


def _line(copy: str, start: int, end: int, kind: Kind, *, opening: bool) -> Iterator[Passage]:
    if opening:
        for pattern, name in ((_HEADER, Kind.HEADER), (_DATELINE, Kind.DATELINE)):
            head = pattern.match(copy, start, end)
            if head and not _CAPTION.match(copy, start, end) and not _shouted(copy, head.end(), end):
                yield Passage(start, head.end(), name)
                start = head.end()
    if start >= end:
        return
    if end - start <= _LONGEST_CAPTION and (_CAPTION.match(copy, start, end) or _CREDITED.search(copy, start, end)):
        kind = Kind.CAPTION
    yield from _parts(copy, start, end, kind)


def _shouted(copy: str, start: int, end: int) -> bool:
    """Whether the text goes on in capitals: then a word in capitals is no sign of a dateline."""
    return copy[start : min(end, start + 60)].isupper()


def _parts(copy: str, start: int, end: int, kind: Kind) -> Iterator[Passage]:
    """The line without its credits and without sentences that are boilerplate."""
    for first, last in _sentences(copy, start, end):
        found = _BOILERPLATE.match(copy, first, last) if last - first <= _LONGEST_BOILERPLATE else None
        if found:
            stop = found.end("phrase") if found["phrase"] else last
            if first > start:
                yield from _uncredited(copy, start, first, kind)
            yield Passage(first, stop, Kind.BOILERPLATE)
            start = stop
    if start < end:
        yield from _uncredited(copy, start, end, kind)


def _sentences(copy: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _SENTENCE.finditer(copy, start, end):
        yield start, stop.start()
        start = stop.end()
    yield start, end


def _uncredited(copy: str, start: int, end: int, kind: Kind) -> Iterator[Passage]:
    credited = copy.find("(", start, end) >= 0 or copy.find("Getty Images", start, end) >= 0
    for credit in _CREDIT.finditer(copy, start, end) if credited else ():
        if credit.start() > start:
            yield Passage(start, credit.start(), kind)
        yield Passage(credit.start(), credit.end(), Kind.CREDIT)
        start = credit.end()
    if start < end:
        yield Passage(start, end, kind)


def _once(copy: str, found: Sequence[Passage]) -> list[Passage]:
    """Those whose words stand in an earlier passage, as repeats; a summary that the body begins with is the repeat itself."""
    seen: set[str] = set()
    kept: list[Passage] = []
    bodies = [_bare(copy, passage) for passage in found if passage.kind is Kind.BODY][:_FIRST_LINES]
    for passage in found:
        if passage.kind not in READ:
            kept.append(passage)
            continue
        bare = _bare(copy, passage)
        least = _LEAST_HEADLINE if bare in seen and kept and kept[0].kind is Kind.TITLE else _LEAST_REPEAT
        again = len(bare) >= least and bare in seen
        ahead = passage.kind is Kind.SUMMARY and len(bare) >= _LEAST_REPEAT and any(b.startswith(bare) for b in bodies)
        if not ahead:
            seen.add(bare)
        kept.append(passage._replace(kind=Kind.REPEAT) if again or ahead else passage)
    return kept


def _bare(copy: str, passage: Passage) -> str:
    """The words alone: without case, outer punctuation, and the dots of a text cut short."""
    text = _ENDING.sub("", copy[passage.start : passage.end])
    return " ".join(text.casefold().split()).strip(" .,:;!?-\"'")
