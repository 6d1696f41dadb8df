"""An alert as the parts of a mail: subject, text and HTML. The message itself is put together by the smtp receiver."""

import hashlib
from html import escape

from msgspec import Struct
from msgspec.json import Encoder

from services.alerter.render import text
from services.alerter.render.card import Card
from services.alerter.render.clean import cut

_SUBJECT = 180
_encoder = Encoder()

_COLOURS = {"critical": "#b00020", "warning": "#9a6700", "info": "#0b57a4"}


class MailPayload(Struct, frozen=True, kw_only=True):
    """One mail to one recipient. ``message`` and ``story`` are the local parts of the ids that thread it."""

    to: str
    subject: str
    text: str
    html: str
    message: str
    story: str
    severity: str
    alert_id: str
    follow_up: bool


def payload(card: Card, *, to: str, story_id: str, receiver: str) -> bytes:
    """The alert for one recipient. Every recipient of a receiver gets the same message, so it has the same id for all."""
    mail = MailPayload(
        to=to,
        subject=subject(card),
        text=body(card),
        html=html(card),
        message="alert." + _digest(card.alert_id, receiver),
        story="story." + _digest(story_id, receiver),
        severity=card.severity,
        alert_id=card.alert_id,
        follow_up=card.follow_up,
    )
    return _encoder.encode(mail)


def subject(card: Card) -> str:
    """The story's title, so that mail programs keep a story together; ``Re:`` where it has been told before."""
    title = cut(card.story, _SUBJECT)
    return f"Re: {title}" if card.follow_up else title


def body(card: Card) -> str:
    """The alert as text."""
    facts = "\n".join(f"{label + ':':<11} {value}" for label, value in card.facts)
    return (
        f"{card.severity.upper()}: {card.headline}\n\n"
        f"    {text.marked(card)}\n\n"
        f"{facts}\n"
        f"{'article:':<11} {card.title}\n"
        f"{'link:':<11} {card.link or 'none that is safe to follow'}\n"
        f"{'story:':<11} {card.story}\n"
        f"{'rule:':<11} {card.rule}\n"
        f"{'alert:':<11} {card.alert_id}\n"
        f"{_judge(card)}"
    )


def html(card: Card) -> str:
    """The same as HTML: no scripts, no styles from outside, nothing loaded."""
    said = "".join(f"<mark>{escape(piece)}</mark>" if hit else escape(piece) for piece, hit in card.sentence)
    rows = "".join(_row(label, escape(value)) for label, value in card.facts)
    title = escape(card.title)
    where = f'<a href="{escape(card.link)}" rel="noopener noreferrer">{title}</a>' if card.link else title
    colour = _COLOURS.get(card.severity, "#333333")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>wirewatch</title></head>'
        '<body style="font-family:sans-serif;color:#222222;max-width:42em">'
        f'<p style="color:{colour};font-size:1.15em"><strong>{escape(card.severity.upper())}: {escape(card.headline)}</strong></p>'
        f'<blockquote style="border-left:3px solid {colour};margin:0;padding-left:1em">{said}</blockquote>'
        f'<table style="margin-top:1em;border-spacing:0">{rows}{_row("article", where)}{_row("story", escape(card.story))}</table>'
        f'<p style="color:#666666;font-size:0.85em">rule {escape(card.rule)}, alert {escape(card.alert_id)}</p>{_judge_html(card)}'
        "</body></html>"
    )


def _judge(card: Card) -> str:
    return "\n" * bool(card.judge) + "".join(f"{f'{opinion}?':<11} {link}\n" for opinion, link in card.judge)


def _judge_html(card: Card) -> str:
    links = [
        f'<a href="{escape(link)}" rel="noopener noreferrer">{escape(opinion)}</a>' for opinion, link in card.judge
    ]
    return f'<p style="font-size:0.85em">Was this alert {" · ".join(links)}?</p>' if links else ""


def _row(label: str, cell: str) -> str:
    return (
        f'<tr><td style="color:#666666;padding-right:1em;vertical-align:top">{escape(label)}</td><td>{cell}</td></tr>'
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
