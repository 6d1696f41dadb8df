"""What texts are about, as vectors: made by one encoder (services.alerter.sense), compared here.

A sense is four bytes that name the encoder and signed 8-bit numbers: a vector of length ``SCALE``, rounded.
"""

from operator import mul

MARK = 4  # bytes that name the encoder
SCALE = 400.0


def comparable(one: bytes, other: bytes) -> bool:
    """Whether both are there and of one encoder."""
    return len(one) == len(other) > MARK and one[:MARK] == other[:MARK]


def alike(one: bytes, other: bytes) -> float:
    """The cosine of two senses of one encoder, but for rounding."""
    mine, theirs = memoryview(one)[MARK:].cast("b"), memoryview(other)[MARK:].cast("b")
    product: int = sum(map(mul, mine, theirs))
    return min(1.0, product / SCALE**2)
