"""An alert for programs: the body of a signed webhook, and the record on the alerts stream."""

from typing import Any

import msgspec

from services.alerter.render.card import Card
from services.core.alert import Alert

_encoder = msgspec.json.Encoder()


class StreamPayload(msgspec.Struct, frozen=True, kw_only=True):
    """What the stream receiver publishes: the key that keeps a story in order, and the alert."""

    key: str
    trace_id: str
    alert: msgspec.Raw


def webhook(alert: Alert, card: Card) -> bytes:
    """The body in the shape of the Standard Webhooks: type, timestamp, data. ``headline`` is for receivers that only show a line."""
    event = {
        "type": "alert.decided",
        "timestamp": alert.decided_at,
        "data": {"headline": card.headline, "link": card.link, "alert": alert},
    }
    return encode(event)


def stream(alert: Alert) -> bytes:
    """The alert as :func:`services.core.codec.encode` writes it, with what the record around it needs."""
    return encode(StreamPayload(key=alert.story_id, trace_id=alert.trace_id, alert=msgspec.Raw(encode(alert))))


def encode(value: Any) -> bytes:
    """JSON. Unpaired surrogates, which no UTF-8 can carry, become U+FFFD."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_paired(msgspec.to_builtins(value)))


def _paired(value: Any) -> Any:
    match value:
        case str():
            return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
        case dict():
            return {_paired(key): _paired(held) for key, held in value.items()}
        case list() | tuple():
            return [_paired(held) for held in value]
    return value
