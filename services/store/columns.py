"""How values stand in columns: times as microseconds since the epoch, structs as JSON, outside text bounded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from services.core.errors import Fatal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_NOTE = 2000  # characters

# Byte order on both databases, so that ties are broken alike.
Ident = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only where the type is exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware time as whole microseconds since the epoch. A naive time is a TypeError."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the database."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A value of one type as JSON text: fields may be added to it without a migration. Raises Fatal for text that is no such value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Any]) -> None:
        super().__init__()
        self.kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """JSON is compared with nothing but JSON."""
        return self

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """To the database."""
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database."""
        if value is None:
            return None
        try:
            return self._decoder.decode(value)
        except msgspec.DecodeError as error:
            raise Fatal(f"the store holds a {self.kind.__name__} that this release cannot read: {error}") from error


def note(text: str | None) -> str | None:
    """Text from outside as both databases can hold it: bounded, without NUL and lone surrogates."""
    if text is None:
        return None
    return text[:_MAX_NOTE].replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
