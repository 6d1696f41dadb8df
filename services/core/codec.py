"""Messages to bytes and back: JSON by msgspec, the schema named in the payload and in a header."""

from typing import Any, TypeVar

import msgspec

from services.core.alert import Alert
from services.core.article import Article, TaggedArticle
from services.core.dead_letter import DeadLetter
from services.core.errors import Poison, PoisonReason

Message = Article | TaggedArticle | Alert | DeadLetter
M = TypeVar("M", Article, TaggedArticle, Alert, DeadLetter)

MESSAGES: tuple[type[Message], ...] = (Article, TaggedArticle, Alert, DeadLetter)
SCHEMA_HEADER = "schema"
TRACE_HEADER = "trace"

_encoder = msgspec.json.Encoder()
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(kind) for kind in MESSAGES}


def schema_name(kind: type[Message]) -> str:
    """The schema and version that messages of this type carry, for example ``article/1``."""
    return str(kind.__struct_config__.tag)


def encode(message: Message) -> bytes:
    """The message as JSON bytes."""
    return _encoder.encode(message)


def headers(message: Message) -> tuple[tuple[str, bytes], ...]:
    """The headers every record carries: schema, and the trace id where there is one."""
    trace = message.article.trace_id if isinstance(message, TaggedArticle) else message.trace_id
    named = (SCHEMA_HEADER, schema_name(type(message)).encode())
    return (named, (TRACE_HEADER, trace.encode())) if trace else (named,)


def decode(kind: type[M], value: bytes | None) -> M:
    """The message in ``value``. Unknown fields are ignored. Raises :class:`Poison` when it can never be read."""
    if value is None:
        raise Poison(PoisonReason.MALFORMED, "the record has no value")
    try:
        message: M = _decoders[kind].decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Poison(_reason(kind, value), f"not a {schema_name(kind)}: {error}") from error
    return message


def _reason(kind: type[Message], value: bytes) -> PoisonReason:
    try:
        claimed = msgspec.json.decode(value, type=dict[str, msgspec.Raw]).get("schema")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return PoisonReason.MALFORMED
    expected = msgspec.json.encode(schema_name(kind))
    return PoisonReason.MALFORMED if claimed is None or bytes(claimed) == expected else PoisonReason.UNKNOWN_SCHEMA
