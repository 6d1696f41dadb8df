"""An article's text made safe and cheap to read, position for position the same.

Everything here keeps lengths: whatever is found at ``start:end`` of the reading copy stands at ``start:end`` of the
article's own text.
"""

import html
import re

_LONGEST_WORD = 100
_SAME = str.maketrans({
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2011": "-", "\u2010": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": " ", "\t": " ", "\x00": " ",
    "\u200e": " ", "\u200f": " ", "\u202a": " ", "\u202b": " ", "\u202c": " ", "\u202d": " ", "\u202e": " ", "\ufeff": " ",
})  # fmt: skip
_BLOCKS = "p|br|div|li|ul|ol|h[1-6]|table|tr|td|th|blockquote|figure|figcaption|section|article|header|footer|hr|pre"
_INLINE = "a|b|i|u|em|strong|span|img|font|small|sup|sub|center|q|cite|code|s|iframe|script|style|picture|source|video|audio|time|abbr"
_MARKUP = re.compile(
    rf"<!--[^<>]{{0,500}}-->|<(?:script|style)\b[^<>]{{0,500}}>[^<]{{0,5000}}(?=</)"
    rf"|(?:<|&lt;)/?(?:(?P<block>{_BLOCKS})|{_INLINE})(?:\s[^<>\n]{{0,500}}?)?\s?/?(?:>|&gt;)"
    r"|&(?:amp;){0,3}(?P<entity>#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});",
    re.IGNORECASE,
)  # what stripping HTML once leaves of text that was escaped twice
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_LONG_RUN = re.compile(r"(?:[^\w\s.,;:'\"!?-]\s?){12,}|([^\w\s])\1{5,}")


def bounded(text: str, limit: int) -> tuple[str, bool]:
    """At most ``limit`` code points, cut at a space where one is near; and whether that cut something off."""
    if len(text) <= limit:
        return text, False
    space = text.rfind(" ", limit - _LONGEST_WORD, limit)
    return text[: space if space > 0 else limit], True


def readable(text: str) -> str:
    """The reading copy: plain quotation marks, hyphens and spaces; left-overs of HTML and what no language writes are blanked.

    Words of more than a hundred letters and long runs of brackets, symbols or emoji cost a tokenizer time without bound.
    """
    plain = _SURROGATE.sub(" ", _MARKUP.sub(_unmarked, text).translate(_SAME))
    plain = _LONG_WORD.sub(_blank, plain)
    return _LONG_RUN.sub(_blank, plain)


def lowered(text: str) -> str:
    """In lower case, every character where it was: the few whose lower case is longer stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def _unmarked(markup: re.Match[str]) -> str:
    """Blanks, with a line break for a tag that ends a line; an entity's character stands last, where a ``'s`` follows it."""
    size = len(markup[0])
    if markup["block"]:
        return "\n".rjust(size)
    if not markup["entity"]:
        return " " * size
    char = html.unescape(f"&{markup['entity']};")
    return char.rjust(size) if len(char) == 1 else markup[0]


def _blank(run: re.Match[str]) -> str:
    return " " * len(run[0])
