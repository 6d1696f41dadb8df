"""An article's text made safe and cheap to read, position for position the same.

Everything here keeps lengths: whatever is found at ``start:end`` of the reading copy stands at ``start:end`` of the
article's own text.
"""

import re

_LONGEST_WORD = 100
_SAME = str.maketrans({
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2011": "-", "\u2010": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": " ", "\t": " ", "\x00": " ",
    "\u200e": " ", "\u200f": " ", "\u202a": " ", "\u202b": " ", "\u202c": " ", "\u202d": " ", "\u202e": " ", "\ufeff": " ",
})  # fmt: skip
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
    """The reading copy: plain quotation marks, hyphens and spaces; what no language writes is blanked.

    Words of more than a hundred letters and long runs of brackets, symbols or emoji cost a tokenizer time without bound.
    """
    plain = _SURROGATE.sub(" ", text.translate(_SAME))
    plain = _LONG_WORD.sub(_blank, plain)
    return _LONG_RUN.sub(_blank, plain)


def lowered(text: str) -> str:
    """In lower case, every character where it was: the few whose lower case is longer stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def _blank(run: re.Match[str]) -> str:
    return " " * len(run[0])
