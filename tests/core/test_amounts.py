"""Numbers of an act, read only where they can be compared."""

import pytest

from services.core.act import ArmsTransfer, Certainty, Method, Party, TransferStage
from services.core.amounts import amounts, material
from services.core.mention import Span


def read(text: str, *things: str) -> dict[str, float]:
    """The amounts of a transfer whose only sentence this is. A thing may be ``words=id``."""
    parties = []
    for thing in things:
        name, _, ident = thing.partition("=")
        start = text.index(name)
        span = Span(start=start, end=start + len(name), quote=name)
        parties.append(Party(name=name, span=span, method=Method.PATTERN, id=ident or None))
    sentence = Span(start=0, end=len(text), quote=text)
    act = ArmsTransfer(
        stage=TransferStage.AGREED, certainty=Certainty.ASSERTED, trigger=sentence, evidence=(sentence,), rule="test", items=tuple(parties)
    )  # fmt: skip
    return {amount.of: amount.value for amount in amounts(act, text)}


@pytest.mark.parametrize(
    ("text", "things", "found"),
    [
        ("Portugal agrees to sell 24 howitzers to Iceland", ["howitzers"], {"howitzer": 24}),
        ("Norland to send twelve self-propelled howitzers", ["howitzers"], {"howitzer": 12}),
        ("Norland sends two dozen howitzers", ["howitzers"], {"howitzer": 24}),
        ("Norland sells 32 F-35 jets", ["F-35=weapon:f-35", "jets"], {"weapon:f-35": 32, "jet": 32}),
        ("Norland ships 500,000 rounds of ammunition", ["ammunition"], {"round of ammunition": 500_000}),
        ("Norland ships 1.5 million shells", ["shells"], {"shell": 1_500_000}),
        ("A $2.4 billion sale of jets", ["jets"], {"$": 2.4e9}),
        ("A US$400m sale of jets", ["jets"], {"$": 4e8}),
        ("A $2B sale of jets", ["jets"], {"$": 2e9}),
        ("Radars for 1.2bn euros", ["Radars"], {"€": 1.2e9}),
        ("Radars for 300 million dollars", ["Radars"], {"$": 3e8}),
        ("Arms worth $1 billion, bringing the total to $40 billion", [], {"$": 1e9}),
        ("Arms worth $400 million of a $2 billion package", [], {"$": 4e8}),
        ("Raises the order from 12 to 24 howitzers", ["howitzers"], {"howitzer": 24}),
    ],
)
def test_a_number_is_read_with_what_it_counts(text: str, things: list[str], found: dict[str, float]) -> None:
    assert read(text, *things) == found


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("Norland delivers 12 of 24 howitzers", ["howitzers"]),
        ("Norland sends 12 more howitzers", ["howitzers"]),
        ("Norland sends another 12 howitzers", ["howitzers"]),
        ("Norland sends the first 12 howitzers", ["howitzers"]),
        ("Norland sends 12 to 24 howitzers", ["howitzers"]),
        ("Norland sends 12-24 howitzers", ["howitzers"]),
        ("Norland sends Leopard 2 tanks", ["Leopard 2=weapon:leopard-2", "tanks"]),
        ("Norland sends T-72 tanks", ["tanks"]),
        ("Norland sends 155mm shells", ["shells"]),
        ("Norland sends 155 mm shells", ["shells"]),
        ("Norland sends thousands of shells", ["shells"]),
        ("Norland ordered them on May 12, howitzers came later", ["howitzers"]),
        ("The 2024 howitzers deal", ["howitzers"]),
        ("Arms for $1 billion or $2 billion", []),
        ("After 12 years of talks, howitzers", ["howitzers"]),
    ],
)
def test_what_cannot_be_compared_is_not_read(text: str, things: list[str]) -> None:
    assert read(text, *things) == {}


def test_rounding_is_no_difference() -> None:
    assert not material(1.96e9, 2e9)
    assert material(2e9, 2.4e9)
    assert material(12, 24)
