"""Near duplicates: found by their bands, decided by their signatures."""

from hashlib import blake2b

import pytest

from services.alerter.signature import signature
from services.core.near import NEAR, SIZE, bands, similarity
from services.core.words import keys

TEXT = (
    "Norland agrees to sell coastal radars to Sudmark. The contract covers twelve stations on the northern cape, the "
    "training of their crews and spare parts for ten years, the defence ministry said on Monday. Neighbours of Sudmark "
    "called the sale a provocation, and fishermen asked who would pay for the roads to the stations."
)
OTHER = (
    "Westria's parliament has voted to raise the price of stamps for the third time in as many years, after a debate that "
    "went on past midnight. The opposition left the hall before the vote and promised to write no letters until spring."
)


def of(text: str) -> bytes:
    return signature(keys(text))


@pytest.mark.parametrize(
    "variant",
    [
        TEXT,
        f"(Quay Wire) - {TEXT} Reporting by Quay Wire.",
        TEXT.replace("Monday", "Tuesday").replace("twelve", "a dozen").replace("called", "named"),
        TEXT.upper(),
        " ".join(TEXT.split()[: len(TEXT.split()) * 7 // 10]),
        TEXT.replace("Norland agrees to sell coastal radars to Sudmark.", "A cape to be watched."),
    ],
    ids=["same", "wire copy", "edited", "capitals", "cut", "new headline"],
)
def test_a_near_duplicate_is_found_and_recognised(variant: str) -> None:
    assert set(bands(of(TEXT))) & set(bands(of(variant)))
    assert similarity(of(TEXT), of(variant)) >= NEAR


def test_another_text_is_neither() -> None:
    assert not set(bands(of(TEXT))) & set(bands(of(OTHER)))
    assert similarity(of(TEXT), of(OTHER)) < 0.1


def test_a_short_text_has_no_signature() -> None:
    assert of("Norland agrees to sell radars to Sudmark") == b""
    assert bands(b"") == ()
    assert similarity(b"", b"") == 0.0


def test_a_signature_of_another_version_is_like_nothing() -> None:
    older = b"\x00" + of(TEXT)[1:]
    assert similarity(of(TEXT), older) == 0.0
    assert not set(bands(of(TEXT))) & set(bands(older))


def test_signatures_kept_from_earlier_releases_still_compare() -> None:
    """Fails where the library hashes in another way: then raise the version in services.core.near."""
    assert len(of(TEXT)) == SIZE
    assert blake2b(of(TEXT), digest_size=8).hexdigest() == "cb7799ab40b78bbc"
