"""Who gives and who gets, who imposes and who bears: no more and no others than the text says."""

import pytest

from services.core.act import ArmsTransfer, Party, Sanction, sides
from tests.extractor import role_table, side_table
from tests.extractor.reading import read


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


@pytest.mark.parametrize(("text", "acts"), role_table.TRANSFERS + side_table.TRANSFERS)
def test_who_gives_arms_to_whom(text: str, acts: list[str]) -> None:
    assert pairs(text, ArmsTransfer) == acts


@pytest.mark.parametrize(("text", "acts"), role_table.SANCTIONS + side_table.SANCTIONS)
def test_who_takes_measures_against_whom(text: str, acts: list[str]) -> None:
    assert pairs(text, Sanction) == acts


@pytest.mark.parametrize("text", side_table.NOTHING)
def test_what_is_no_act_is_told_as_none(text: str) -> None:
    assert not pairs(text, ArmsTransfer) + pairs(text, Sanction)


@pytest.mark.parametrize(("text", "acts"), side_table.UNREAD_TRANSFERS + side_table.UNREAD_SANCTIONS)
@pytest.mark.xfail(strict=True, reason="no rule reads it so yet")
def test_what_is_not_read_yet(text: str, acts: list[str]) -> None:
    assert pairs(text, ArmsTransfer) + pairs(text, Sanction) == acts
