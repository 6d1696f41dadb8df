"""HTML of entries to plain text. Runs in the parse worker: markup may be hostile."""

import html
import re

from lxml import etree

from services.core.cleaning import clean_line, clean_text, cut

MAX_MARKUP = 400_000  # code points of markup read of one text

_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_LONG_TAG = re.compile(
    r"<[a-zA-Z/!?][^<>]{2000,}(?:>|\Z)"
)  # pictures inside their own address, and attributes by the thousand
_SPACE = re.compile(r"\s+")
_SILENT = frozenset({"script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head", "title", "form", "button", "select", "textarea", "audio", "video", "canvas"})  # fmt: skip
_BLOCKS = frozenset({
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "section", "article", "header", "footer", "aside", "main", "nav",
    "figure", "figcaption", "table", "pre", "hr", "address", "details", "summary", "fieldset",
})  # fmt: skip
_LINES = frozenset({"br", "li", "tr", "dt", "dd", "caption"})
_CELLS = frozenset({"td", "th"})


def plain_line(text: str, limit: int) -> tuple[str, bool]:
    """A title or a name on one line, and whether it was cut. Markup and entities in it are undone where there are any."""
    line = clean_line(_undone(text))
    return cut(line, limit), len(line) > limit or len(text) > MAX_MARKUP


def literal_line(text: str, limit: int) -> tuple[str, bool]:
    """The same for a title that says it holds no markup; entities in it are undone all the same."""
    line = clean_line(html.unescape(text[:MAX_MARKUP]))
    return cut(line, limit), len(line) > limit or len(text) > MAX_MARKUP


def plain_text(text: str, limit: int) -> tuple[str, bool]:
    """A summary or body with its paragraphs, and whether it was cut."""
    whole = clean_text(_undone(text))
    return cut(whole, limit), len(whole) > limit or len(text) > MAX_MARKUP


def literal_text(text: str, limit: int) -> tuple[str, bool]:
    """The same for text that says it holds no markup."""
    whole = clean_text(text[:MAX_MARKUP])
    return cut(whole, limit), len(whole) > limit or len(text) > MAX_MARKUP


def _undone(text: str) -> str:
    """Text as a reader sees it. Outlets escape twice so often that what is left of markup and entities is undone once more."""
    text = text[:MAX_MARKUP]
    for _ in range(2):
        if _MARKUP.search(text):
            text = _without_markup(text)
        if not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return text


def _without_markup(markup: str) -> str:
    # Encoded by us, so that neither NUL nor a lone surrogate nor a declaration in the text decides how it is read.
    body = f"<div>{_LONG_TAG.sub(' ', markup)}</div>".replace("\0", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.LxmlError:
        return ""
    return "" if root is None else _text_of(root)


def _text_of(root: etree._Element) -> str:
    """By events, not recursion: nesting may be deep."""
    pieces: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += tag in _SILENT
            if not silent:
                pieces += (_gap(tag), _spaced(element.text))
            continue
        if not silent and tag in _BLOCKS:
            pieces.append(_gap(tag))
        silent -= tag in _SILENT
        if not silent:
            pieces.append(_spaced(element.tail))
    return "".join(pieces)


def _spaced(text: str | None) -> str:
    """In markup the end of a line is a space."""
    return _SPACE.sub(" ", text) if text else ""


def _gap(tag: str) -> str:
    if tag in _BLOCKS:
        return "\n\n"
    if tag in _LINES:
        return "\n"
    return " " if tag in _CELLS else ""
