"""Text from outside, made fit for one line of a message: it can neither break the line nor change how the rest reads."""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

_JOINERS = "\u200c\u200d"  # many scripts and emoji need them, and they show nothing by themselves
_INSTEAD = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": "\ufffd"}
_SPACES = re.compile(r"\s+")
_MAX_URL = 2000
_LONE = re.compile(r"%(?![0-9A-Fa-f]{2})")  # programs that check URLs refuse one with it
_URL_SAFE = "/?:@!$&()*+,;=%-._~#[]"


def one_line(text: str, limit: int) -> str:
    """The text on one line, at most ``limit`` code points: no control, bidirectional, invisible or unpaired characters."""
    return cut(" ".join("".join(map(readable, text[: limit * 4 + 100])).split()), limit)


def readable(char: str) -> str:
    """The character; a space for one that moves the cursor; nothing for one that shows nothing or turns the direction of what follows."""
    category = unicodedata.category(char)
    if category in _INSTEAD and char not in _JOINERS:
        return _INSTEAD[category]
    return char


def squeeze(text: str) -> str:
    """Runs of white space as one space, those at the ends kept."""
    return _SPACES.sub(" ", text)


def cut(text: str, limit: int) -> str:
    """At most ``limit`` code points, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def web_link(url: str) -> str | None:
    """The URL in ASCII if it is an http(s) link that shows where it leads, else None.

    The host of a name in another script appears in its xn-- form, so that it cannot pass for a familiar one.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
        path, query, fragment = (
            _LONE.sub("%25", quote(part, safe=_URL_SAFE)) for part in (parts.path, parts.query, parts.fragment)
        )
    except (ValueError, UnicodeError):
        return None
    if (
        parts.scheme not in ("http", "https")
        or parts.username
        or parts.password
        or not re.fullmatch(r"[a-z0-9._-]+", host)
    ):
        return None
    link = urlunsplit((parts.scheme, host + port, path, query, fragment))
    return link if len(link) <= _MAX_URL else None
