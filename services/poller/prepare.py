"""Bytes of a feed document to clean XML text, before a parser sees it: one encoding, no DOCTYPE, nothing illegal.

feedparser is sure of itself where it should not be: one bad byte makes it read a whole UTF-8 document as another
encoding, blanks before the declaration cost minutes, and a DOCTYPE is matched with regular expressions. What arrives
there is therefore already decoded, bounded and plain.
"""

import codecs
import re
from html.entities import html5
from xml.parsers import expat

from msgspec import Struct

from services.poller.failures import FetchFailed, FetchFailure

MAX_ATTRIBUTES = 256  # on one element
MAX_DEPTH = 200
MAX_NAME = 1000  # bytes of an element's or attribute's name

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_PATTERNS = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"), (b"<\0r\0", "utf-16-le"), (b"\0<\0r", "utf-16-be"), (b"<\0f\0", "utf-16-le"), (b"\0<\0f", "utf-16-be"))  # fmt: skip
# What outlets declare, and the superset that browsers read instead (https://encoding.spec.whatwg.org/#names-and-labels).
_CODECS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "cp1252": "cp1252", "iso8859-9": "cp1254", "cp1254": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "cp874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "hz": "hz", "big5": "big5hkscs", "big5hkscs": "big5hkscs", "euc_kr": "cp949", "cp949": "cp949",
    "shift_jis": "cp932", "cp932": "cp932", "euc_jp": "euc_jp", "iso2022_jp": "iso2022_jp", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "mac-roman": "mac-roman",
    "mac-cyrillic": "mac-cyrillic", "cp866": "cp866", "utf-8": "utf-8", "utf-16": "utf-16", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"cp125{part}": f"cp125{part}" for part in (0, 1, 3, 5, 6, 7, 8)},
}  # fmt: skip
_STATEFUL = frozenset({"iso2022_jp", "hz"})  # look like ASCII, and so like UTF-8
_DEFAULTS = frozenset({"cp1252"})  # what web servers say when nobody told them

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,300}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(
    r"&(?!amp;|lt;|gt;|quot;|apos;)(?:#([0-9]{1,20}|[xX][0-9a-fA-F]{1,20})|([A-Za-z][A-Za-z0-9]{1,30}));"
)
_JUNK = 4000  # code points before the document that are forgiven: blanks, warnings of the outlet's software
_START = re.compile(r"<(?:\?xml|!--|!DOCTYPE|rss|feed|rdf:RDF|[A-Za-z][A-Za-z0-9_.-]{0,40}[:>\s])", re.IGNORECASE)


class Prepared(Struct, frozen=True):
    """A document as text, and what was wrong with its bytes."""

    text: str
    flaws: tuple[str, ...] = ()


def decoded(body: bytes, content_type: str | None) -> Prepared:
    """The document as text. A byte order mark decides; else valid UTF-8 is UTF-8, whatever is declared; else what is declared."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return Prepared(body[len(mark) :].decode(codec, "replace"))
    for pattern, codec in _PATTERNS:
        if body.startswith(pattern):
            return Prepared(body.decode(codec, "replace"), ("UTF-16 without a byte order mark",))
    declared = _declared(body, content_type)
    if declared in _STATEFUL:
        return Prepared(body.decode(declared, "replace"))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, declared)
    flawed = declared not in {None, "utf-8"} and not text.isascii()
    return Prepared(text, (f"declared {declared}, is UTF-8",) if flawed else ())


def xml_text(document: Prepared) -> Prepared:
    """The document from its root element on, without declaration and DOCTYPE, with HTML's named entities as numbers.

    Raises FetchFailed(NOT_A_FEED) where no element begins near the start.
    """
    flaws = list(document.flaws)
    text = _ILLEGAL.sub("", document.text)
    if len(text) < len(document.text):
        flaws.append("characters that XML forbids")
    start = _START.search(text, 0, _JUNK + 50)
    root = _without_prolog(text[start.start() :]) if start else ""
    if start is None or not root:
        raise FetchFailed(FetchFailure.NOT_A_FEED, "no XML near the start of the document")
    if text[: start.start()].strip():
        flaws.append("text before the document")
    if root[:5].lower() == "<html":
        raise FetchFailed(FetchFailure.NOT_A_FEED, "a web page")
    return Prepared(_REFERENCE.sub(_character, root), tuple(flaws))


def guard(text: str) -> None:
    """Raise FetchFailed(HOSTILE) for elements made to exhaust a parser. Reads as far as the document is well formed."""
    parser = expat.ParserCreate(encoding="utf-8")
    depth = 0

    def begin(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise FetchFailed(FetchFailure.HOSTILE, f"elements nested deeper than {MAX_DEPTH}")
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise FetchFailed(FetchFailure.HOSTILE, f"more than {MAX_ATTRIBUTES} attributes on one element")
        if len(name) > MAX_NAME:
            raise FetchFailed(FetchFailure.HOSTILE, f"a name of more than {MAX_NAME} characters")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.ordered_attributes = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)  # noqa: FBT003  positional only
    except expat.ExpatError:
        return  # ill-formed: the loose parser's turn, and the worker's limits


def _declared(body: bytes, content_type: str | None) -> str | None:
    """The codec for what the server or the document declares. The server wins (RFC 7303), except with a default that nobody chose."""
    by_server = _codec(_CHARSET.search(content_type or ""))
    by_document = _codec(_DECLARED.search(body[:1000]))
    if by_server is None or (by_server in _DEFAULTS and by_document is not None):
        return by_document
    return by_server


def _codec(match: re.Match[str] | re.Match[bytes] | None) -> str | None:
    """Only codecs of the table: Python has some that are no character encodings, and some that never end."""
    if match is None:
        return None
    label = match.group(1)
    name = label.decode("ascii", "replace") if isinstance(label, bytes) else label
    try:
        return _CODECS.get(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return None


def _not_utf8(body: bytes, declared: str | None) -> Prepared:
    """A few bad bytes in UTF-8 stay a few bad characters; only a document full of them is another encoding."""
    if declared not in {None, "utf-8", "cp1252"}:
        text = body.decode(declared or "cp1252", "replace")
        return Prepared(text, (f"bytes that are not {declared}",) if "\ufffd" in text else ())
    repaired = body.decode("utf-8", "replace")
    bad = repaired.count("\ufffd")
    good = sum(1 for char in repaired if char > "\x7f") - bad
    if bad <= good // 10 and declared != "cp1252":
        return Prepared(repaired, ("bytes that are not UTF-8",))
    flaws = () if declared == "cp1252" else ("not UTF-8, read as windows-1252",)
    return Prepared(body.decode("cp1252", "replace"), flaws)


def _without_prolog(text: str) -> str:
    """From the root element on. By hand and in one pass: a DOCTYPE may hold anything."""
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        if text.startswith("<?", at):
            at = _after(text, "?>", at)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            at = _after_doctype(text, at)
        else:
            return text[at:]


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)


def _after_doctype(text: str, at: int) -> int:
    """Past the internal subset, where there is one. Inside it, quoted text and comments may hold any bracket."""
    subset = False
    while at < len(text):
        char = text[at]
        if char in "\"'" and subset:
            at = _after(text, char, at + 1)
        elif text.startswith("<!--", at):
            at = _after(text, "-->", at)
        else:
            subset = (subset or char == "[") and char != "]"
            at += 1
            if char == ">" and not subset:
                break
    return at


def _character(match: re.Match[str]) -> str:
    """HTML's named characters, which feeds use though XML has none of them, by number. An unknown name loses its meaning, not the document."""
    number, name = match.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return match.group() if code <= 0x10FFFF and not _ILLEGAL.match(chr(code)) else ""
    known = html5.get(f"{name};")
    return f"&amp;{name};" if known is None else "".join(f"&#{ord(char)};" for char in known)
