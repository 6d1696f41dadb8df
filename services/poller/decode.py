"""Content encodings undone with a bound, so that a small body cannot become a large one in memory."""

import io
import zlib
from collections.abc import Callable

import brotli
import zstandard

from services.poller.failures import FetchFailed, FetchFailure

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
GZIP_MAGIC = b"\x1f\x8b"
_STEP = 65536
_MAX_LAYERS = 2
_MAX_WINDOW = 8 * 1024 * 1024  # bytes; RFC 9659 allows no more over HTTP


def decode(body: bytes, encodings: str, limit: int) -> bytes:
    """``body`` without its content encodings, at most ``limit`` bytes after each of them. Raises FetchFailed."""
    layers = [name for part in encodings.lower().split(",") if (name := part.strip()) not in {"", "identity"}]
    if len(layers) > _MAX_LAYERS:
        raise FetchFailed(FetchFailure.ENCODING, f"{len(layers)} content encodings, at most {_MAX_LAYERS} are undone")
    for name in reversed(layers):
        undo = _UNDO.get(name)
        if undo is None:
            raise FetchFailed(FetchFailure.ENCODING, f"unknown content encoding; read are {ACCEPT_ENCODING}")
        try:
            body = undo(body, limit + 1)
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            raise FetchFailed(FetchFailure.ENCODING, f"broken {name} body: {error}") from error
        if len(body) > limit:
            raise too_large(limit)
    return body


def too_large(limit: int) -> FetchFailed:
    """The failure for a body over the cap."""
    return FetchFailed(FetchFailure.TOO_LARGE, f"the body is over {limit} bytes")


def _gzip(body: bytes, limit: int) -> bytes:
    """All members of a gzip file. What follows them and is no member is ignored, as browsers do."""
    out = bytearray()
    while body and len(out) < limit:
        inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        out += inflate.decompress(body, limit - len(out))
        if len(out) >= limit:
            break
        if not inflate.eof:
            raise EOFError("ends in the middle")
        body = inflate.unused_data if inflate.unused_data.startswith(GZIP_MAGIC) else b""
    return bytes(out)


def _deflate(body: bytes, limit: int) -> bytes:
    """With the zlib wrapper that the standard asks for, or raw, as many servers send it."""
    wrapped = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    inflate = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    out = inflate.decompress(body, limit)
    if len(out) < limit and not inflate.eof:
        raise EOFError("ends in the middle")
    return out


def _brotli(body: bytes, limit: int) -> bytes:
    unbrotli = brotli.Decompressor()
    out = bytearray(unbrotli.process(body, output_buffer_limit=_STEP))
    while len(out) < limit and not unbrotli.is_finished():
        more = unbrotli.process(b"", output_buffer_limit=_STEP)
        if not more:
            raise EOFError("ends in the middle")
        out += more
    return bytes(out[:limit])


def _zstd(body: bytes, limit: int) -> bytes:
    """Read once with a bound, and only then, its size known to be harmless, once more to see whether it is whole."""
    out = bytearray()
    context = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    with context.stream_reader(io.BytesIO(body), read_across_frames=True) as reader:
        while len(out) < limit and (more := reader.read(min(_STEP, limit - len(out)))):
            out += more
    rest = body if len(out) < limit else b""
    while rest:
        frame = context.decompressobj()
        frame.decompress(rest)
        if not frame.eof:
            raise EOFError("ends in the middle")
        rest = frame.unused_data
    return bytes(out)


_UNDO: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
