"""A message that can never be processed, kept byte for byte with its reason."""

from msgspec import Struct

from services.core.errors import PoisonReason
from services.core.moment import Moment


class DeadLetter(Struct, frozen=True, kw_only=True, tag_field="schema", tag="dead-letter/1"):
    """``key`` and ``value`` are the original bytes (base64 in JSON), so that ``dead-letters replay`` puts back the same record."""

    id: str  # stream-partition-offset of the original
    stream: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    reason: PoisonReason
    detail: str
    group: str  # the consumer group that gave up on it
    at: Moment
    trace_id: str | None = None
