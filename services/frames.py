"""What a parent and a child process say to each other over pipes: frames of bytes, each behind its length."""

from typing import BinaryIO

LENGTH = 4  # bytes before each frame that say, big-endian, how many follow


def receive(source: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input, also in the middle of a frame."""
    head = source.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head, "big")
    body = source.read(size)
    return body if len(body) == size else None


def send(sink: BinaryIO, body: bytes) -> None:
    """One frame, flushed."""
    sink.write(len(body).to_bytes(LENGTH, "big") + body)
    sink.flush()
