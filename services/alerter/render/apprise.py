"""An alert for the services that Apprise speaks to: a title and plain lines in which no markup of any of them can begin."""

import re

from msgspec import Struct

from services.alerter.render import event
from services.alerter.render.card import Card
from services.alerter.render.clean import cut

_TITLE = 150
_BODY = 3500  # Telegram takes 4096, and escapes some
_MARKUP = re.compile(r"([*_~`|@#\\])(?=\S)")  # of Markdown and of chats, and what calls people
_BRACKETS = str.maketrans("<>[]", "\u2039\u203a()")
_IN_LINKS = {char: f"%{ord(char):02X}" for char in "*_~`|@\\[]()!'"}


class ApprisePayload(Struct, frozen=True, kw_only=True):
    """What the apprise receiver sends. ``severity`` becomes Apprise's kind of message."""

    title: str
    body: str
    severity: str


def payload(card: Card) -> bytes:
    """One alert."""
    said = [
        plain("".join(piece for piece, _ in card.sentence)),
        *(plain(f"{label}: {value}") for label, value in card.facts),
    ]
    about = [plain(card.title), link(card.link), plain(f"rule {card.rule}, alert {card.alert_id}")]
    judge = [f"{opinion}? {link(url)}" for opinion, url in card.judge]
    return encoded(f"{card.severity.upper()}: {card.headline}", card.severity, [*said, *about, *judge])


def encoded(title: str, severity: str, lines: list[str]) -> bytes:
    """Title and lines, as much as every service takes."""
    body = ""
    for number, line in enumerate(line for line in lines if line):
        if len(body) + len(line) > _BODY:
            body += f"\nand {len(lines) - number} more lines"
            break
        body += ("\n" if body else "") + line
    return event.encode(ApprisePayload(title=plain(cut(title, _TITLE)), body=body, severity=severity))


def plain(words: str) -> str:
    """Text that reads the same in every service: nothing in it opens a mention, a link, a style or an element."""
    return _MARKUP.sub("\\1\u200b", words.translate(_BRACKETS))


def link(url: str | None) -> str:
    """A link, which is ASCII without spaces, with percent signs for what is markup somewhere."""
    return "".join(_IN_LINKS.get(char, char) for char in url or "")
