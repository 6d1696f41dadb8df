"""An alert as Slack blocks.

What comes from an article goes only into elements that Slack shows as they are: plain text and rich text, which have
no markup. The ``text`` beside the blocks is for notifications and old clients and is markup, so it is escaped.
Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

import re
from typing import Any

from msgspec import Struct
from msgspec.json import Encoder

from services.alerter.render.card import Card
from services.alerter.render.clean import cut

STANDING = "wirewatch-story"

_HEADER = 150
_FIELD = 1000
_TEXT = 3000
_encoder = Encoder()
_MARKUP = re.compile(r"([*_~`@])(?=\S)")

Block = dict[str, Any]


class SlackPayload(Struct, frozen=True, kw_only=True):
    """The parts of a chat.postMessage call that do not depend on the receiver."""

    text: str
    blocks: list[Block]
    metadata: dict[str, Any]
    story: str = ""  # how far the story has come, for the first message of its thread


def payload(card: Card, notification_id: str) -> bytes:
    """The alert for Slack, its ids as metadata so that a message can be found again."""
    metadata = {
        "event_type": "wirewatch_alert",
        "event_payload": {"alert_id": card.alert_id, "notification_id": notification_id},
    }
    return _encoder.encode(SlackPayload(text=fallback(card), blocks=blocks(card), metadata=metadata, story=story(card)))


def story(card: Card) -> str:
    """Where the story stands after this alert, in a line."""
    known = (
        f"stage {card.stage}" if card.stage else "",
        card.certainty or "",
        f"outlets {card.outlets}",
        f"latest: {card.new}",
    )
    return cut("Story now: " + " · ".join(filter(None, known)), _FIELD)


def standing(line: str) -> Block:
    """The block that says so. There is one at most in a message, known by its id."""
    return {"type": "context", "block_id": STANDING, "elements": [plain(line, _FIELD)]}


def fallback(card: Card) -> str:
    """The headline and where to read it, in markup that shows as written."""
    lead = cut(f"{card.severity.upper()}: {card.headline}", _TEXT // 8)
    return escape(lead) + (f"\n{escape_link(card.link)}" if card.link else "")


def escape(text: str) -> str:
    """Text for a markup field: no mention, link or formatting can begin in it. https://docs.slack.dev/messaging/formatting-message-text"""
    tamed = _MARKUP.sub("\\1\u200b", text)
    return tamed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_link(link: str) -> str:
    """The same for a link, which is ASCII without spaces, angle brackets or bars."""
    return link.replace("@", "%40").replace("&", "&amp;")


def blocks(card: Card) -> list[Block]:
    """Headline, facts, the sentence with its matched words in bold, where to read it, and which rule spoke."""
    return [
        {"type": "header", "text": plain(f"{card.severity.upper()} · {card.headline}", _HEADER)},
        _rich([_section(_facts(card))]),
        _rich([_quote(card)]),
        _rich([_section(_where(card))]),
        {"type": "context", "elements": [plain(f"rule {card.rule} · alert {card.alert_id}", _FIELD)]},
        *_judge(card),
    ]


def repeat_note() -> Block:
    """Said above a message that may have arrived before."""
    return {"type": "context", "elements": [plain("Possible repeat: an earlier attempt may have arrived.", _FIELD)]}


def _judge(card: Card) -> list[Block]:
    """Buttons that are links: they need no app that listens, and work in a webhook's messages too."""
    buttons = [
        {"type": "button", "action_id": f"feedback_{opinion}", "text": plain(opinion, _FIELD), "url": link}
        for opinion, link in card.judge
    ]
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _facts(card: Card) -> list[Block]:
    runs: list[Block] = []
    for label, value in card.facts:
        runs += [_text(f"{label}: ", bold=True), _text(cut(value, _FIELD) + "\n")]
    return runs


def _where(card: Card) -> list[Block]:
    title = cut(card.title, _FIELD)
    link: Block = {"type": "link", "url": card.link, "text": title} if card.link else _text(title)
    return [link, _text(f"\nStory: {cut(card.story, _FIELD)}")]


def _quote(card: Card) -> Block:
    words = [_text(text, bold=marked) for text, marked in card.sentence] or [_text("(no sentence)")]
    return {"type": "rich_text_quote", "elements": words}


def _rich(elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": elements}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}} if bold else {"type": "text", "text": text}


def plain(text: str, limit: int) -> Block:
    """Text without mark-up, cut to ``limit`` code points."""
    return {"type": "plain_text", "text": cut(text, limit), "emoji": False}
