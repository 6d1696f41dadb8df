"""The four streams. schemas/streams.yaml says the same for other programs; a test keeps both equal."""

from services.core.ports.bus import StreamSpec

ARTICLES = "articles"
TAGGED = "tagged-articles"
ALERTS = "alerts"
DEAD_LETTERS = "dead-letters"

_DAY = 86400.0

STREAMS: tuple[StreamSpec, ...] = (
    StreamSpec(name=ARTICLES, partitions=12, retention=7 * _DAY),
    StreamSpec(name=TAGGED, partitions=12, retention=30 * _DAY, max_record=2_000_000),
    StreamSpec(name=ALERTS, partitions=3, retention=90 * _DAY),
    StreamSpec(name=DEAD_LETTERS, partitions=1, retention=90 * _DAY, max_record=4_000_000),
)

EXTRACTORS = "extractors"
ALERTERS = "alerters"
