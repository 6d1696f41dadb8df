"""Whom sanctions are on where no lexicon knows them, and where nobody says whose they are."""

import pytest

from services.core.act import ArmsTransfer, Sanction
from tests.extractor.reading import read

DESCRIBED = [
    ("Norway imposes sanctions on companies that ship oil to Peru", "companies that ship oil to Peru"),
    ("Chile sanctioned three people accused of arming rebels.", "three people accused of arming rebels"),
    ("Norway put sanctions on a shipping network in Lima for helping smugglers.", "shipping network in Lima"),
    ("Sanctions were imposed by Norway on firms tied to the army of Peru, officials said.", "firms tied to the army of Peru"),
    ("Canada has frozen the assets of officials responsible for the crackdown in Chile.", "officials responsible for the crackdown in Chile"),
    ("Norway has imposed sanctions on twelve traders from Peru and Chile.", "twelve traders from Peru and Chile"),
    ("Norway lifts sanctions on a refinery that Peru bought in May.", "refinery that Peru bought"),
    ("Norway sanctions people and groups supporting the rebels", "people and groups supporting the rebels"),
    ("Norway imposed sanctions on companies linked to Peru on Monday after a vote.", "companies linked to Peru"),
    ("Norway imposed sanctions on companies over their trade with Peru.", "companies"),
    ("Norway announced sanctions against a bank, which denies it.", "bank"),
    ("Norway sanctions a bank in Lima as talks fail", "bank in Lima"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "target"), DESCRIBED)
def test_a_target_has_what_tells_it_from_others(text: str, target: str) -> None:
    [act] = [act for act in read(text).acts if isinstance(act, Sanction)]
    assert act.target is not None
    assert (act.imposer is not None, act.target.name) == (True, target)


UNNAMED = [
    ("Peru faces new sanctions", "threatened"),
    ("Peru faces new sanctions, says minister", "threatened"),
    ("Peru could face sanctions, warns Norway", "threatened"),
    ("Peru hit by new sanctions", "imposed"),
    ("Peru under new sanctions, says minister", "imposed"),
    ("New sanctions against Peru", "imposed"),
    ("Peru sanctioned over coup", "imposed"),
    ("Sanctions on Peru are extended", "in_force"),
    ("Sanctions on Peru were lifted.", "eased"),
]


@pytest.mark.parametrize(("text", "stage"), UNNAMED)
def test_who_bears_them_is_told_where_nobody_says_whose_they_are(text: str, stage: str) -> None:
    [act] = [act for act in read(text).acts if isinstance(act, Sanction)]
    assert act.target is not None
    assert (act.imposer, act.target.id, act.stage) == (None, "country:PE", stage)


def test_where_the_article_names_who_usually_imposes_nobody_is_left_out() -> None:
    told = read("Peru hit by new sanctions", "The United States and Chile have talked about it for a year.")
    assert all(act.imposer is not None for act in told.acts if isinstance(act, Sanction))


def test_whose_ships_they_are_does_not_say_who_imposes() -> None:
    [act] = [
        act
        for act in read("Norway acts", "It has imposed sanctions on traders from Peru.").acts
        if isinstance(act, Sanction)
    ]
    assert act.imposer is not None
    assert act.imposer.id == "country:NO"


@pytest.mark.parametrize(
    ("text", "seller"),
    [
        ("Shares of Nexter rise after Chile agrees to buy howitzers", "Nexter"),
        ("Chile orders howitzers as Nexter adds a line", "Nexter"),
        ("Chile orders howitzers as Nexter and Hanwha add lines", None),
    ],
)
def test_the_company_named_beside_a_state_that_buys_sells(text: str, seller: str | None) -> None:
    sellers = [act.supplier.name for act in read(text).acts if isinstance(act, ArmsTransfer) and act.supplier]
    assert sellers == ([seller] if seller else [])


def test_what_sanctions_are_made_of_is_no_second_act() -> None:
    text = "Norway imposed sanctions on Peru over three seized ships, freezing the assets of two firms and barring five officials from entering."
    [act] = read(text).acts
    assert isinstance(act, Sanction)
    assert (act.imposer and act.imposer.id, act.target and act.target.id) == ("country:NO", "country:PE")
