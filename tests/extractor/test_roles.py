"""Who gives and who gets, who imposes and who bears: no more and no others than the text says."""

import pytest

from services.core.act import ArmsTransfer, Party, Sanction, sides
from tests.extractor.reading import read
from tests.extractor.role_table import SANCTIONS, TRANSFERS


def who(party: Party | None) -> str:
    """The code of a country, the name of anybody else; ``?`` for nobody."""
    if party is None:
        return "?"
    kind, _, ident = (party.id or "").partition(":")
    return ident if kind == "country" else party.name


def pairs(text: str, kind: type[ArmsTransfer | Sanction]) -> list[str]:
    title, _, summary = text.partition(" || ")
    tagged = read(title, summary)
    return [" > ".join(who(side) for side in sides(act)) for act in tagged.acts if isinstance(act, kind)]


@pytest.mark.parametrize(("text", "acts"), TRANSFERS)
def test_who_gives_arms_to_whom(text: str, acts: list[str]) -> None:
    assert pairs(text, ArmsTransfer) == acts


@pytest.mark.parametrize(("text", "acts"), SANCTIONS)
def test_who_takes_measures_against_whom(text: str, acts: list[str]) -> None:
    assert pairs(text, Sanction) == acts
