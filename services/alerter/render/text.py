"""An alert as lines of text: on a terminal with styles, in mail and Slack's fallback without."""

from msgspec import Struct
from msgspec.json import Encoder

from services.alerter.render.card import Card

Run = tuple[str, str]  # style and text; the style is one of those below
PLAIN, LABEL, STRONG, MARK = "plain", "label", "strong", "mark"

_LABEL_WIDTH = 10
_encoder = Encoder()


class TextPayload(Struct, frozen=True):
    """What the stdout receiver prints: lines of runs. ``severity`` chooses the colour of what is strong."""

    severity: str
    lines: tuple[tuple[Run, ...], ...]


def payload(card: Card) -> bytes:
    """The alert for the stdout receiver."""
    return _encoder.encode(TextPayload(card.severity, lines(card)))


def lines(card: Card) -> tuple[tuple[Run, ...], ...]:
    """The alert for a terminal: the headline, then one fact a line."""
    said: tuple[Run, ...] = tuple((MARK if marked else PLAIN, text) for text, marked in card.sentence)
    return (
        ((STRONG, f"{card.severity.upper()}  {card.headline}"),),
        _line("says", ((PLAIN, card.says),)),
        _line("sentence", said),
        *(_line(label, ((PLAIN, value),)) for label, value in card.facts if label != "says who"),
        _line("article", ((PLAIN, card.title),)),
        _line("link", ((PLAIN, card.link or "none that is safe to follow"),)),
        _line("story", ((PLAIN, card.story),)),
        _line("rule", ((PLAIN, card.rule),)),
        _line("alert", ((PLAIN, card.alert_id),)),
    )


def marked(card: Card) -> str:
    """The sentence with the matched words between asterisks."""
    return "".join(f"*{text}*" if hit else text for text, hit in card.sentence)


def _line(label: str, runs: tuple[Run, ...]) -> tuple[Run, ...]:
    return ((LABEL, f"  {label:<{_LABEL_WIDTH}}"), *runs)
