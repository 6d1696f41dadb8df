"""Near duplicates: MinHash signatures compared, and the bands by which likely ones are found.

A signature is one byte of version and 64 unsigned 32-bit numbers; services.alerter.signature makes them. Two texts
whose word pairs overlap by a share J agree in about J of the numbers (Broder, "On the resemblance and containment of
documents", 1997). Bands only propose: :func:`similarity` decides.
"""

from hashlib import blake2b

PERMUTATIONS = 64
VERSION = b"\x01"
SIZE = len(VERSION) + 4 * PERMUTATIONS
NEAR = 0.45  # from this similarity on two texts are the same wire text, edited or cut
_ROWS = 3  # numbers a band; 21 bands of 3 find J=0.7 always, J=0.5 nineteen times in twenty


def similarity(one: bytes, other: bytes) -> float:
    """The share of word pairs that two texts have in common, estimated; 0 where either has no signature of this version."""
    if len(one) != SIZE or len(other) != SIZE or one[:1] != other[:1]:
        return 0.0
    pairs = zip(_numbers(one), _numbers(other), strict=True)
    return sum(left == right for left, right in pairs) / PERMUTATIONS


def bands(signature: bytes) -> tuple[str, ...]:
    """Keys of which near duplicates share at least one; none for an empty signature."""
    if len(signature) != SIZE:
        return ()
    width = 4 * _ROWS
    starts = range(len(VERSION), SIZE - width + 1, width)
    return tuple(
        f"b{number}:{blake2b(signature[:1] + signature[start : start + width], digest_size=6).hexdigest()}"
        for number, start in enumerate(starts)
    )


def _numbers(signature: bytes) -> memoryview:
    return memoryview(signature)[len(VERSION) :].cast("I")
