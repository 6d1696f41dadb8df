"""How large a record is, by the same count in every adapter."""

from services.core.ports.bus import Headers

POLL_BYTES = 16_000_000  # a poll stops here, whatever the number of records: memory has a bound too


def record_size(key: bytes, value: bytes, headers: Headers) -> int:
    """Bytes of key, value and headers: what a stream's ``max_record`` limits."""
    return len(key) + len(value) + sum(len(name.encode()) + len(content) for name, content in headers)
