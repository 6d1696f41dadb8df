"""Persons and firms whom no lexicon knows: introduced by an office, followed by surname."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.act import ArmsTransfer
from services.core.mention import EntityKind
from tests.extractor.reading import read


def persons(text: str) -> list[str]:
    """``words=name/country`` of each mention of a person or firm."""
    return [
        f"{one.span.quote}={one.name}/{one.country}"
        for one in read("", body=text).mentions
        if one.kind in {EntityKind.PERSON, EntityKind.COMPANY}
    ]


INTRODUCED = [
    ("Ukrainian defence minister Ivan Melnyk spoke.", ["Ivan Melnyk=Ivan Melnyk/UA"]),
    ("Iran's top nuclear negotiator Reza Shirvani left.", ["Reza Shirvani=Reza Shirvani/IR"]),
    ("A US Treasury official, Brad Smithson, agreed.", ["Brad Smithson=Brad Smithson/US"]),
    ("The president of Serbia, Petar Novakov, agreed.", ["Petar Novakov=Petar Novakov/RS"]),
    ("Jeon Ha Gyu, spokesperson of South Korea's army, agreed.", ["Jeon Ha Gyu=Jeon Ha Gyu/KR"]),
    ("Foreign minister Ivan Melnyk spoke.", ["Ivan Melnyk=Ivan Melnyk/None"]),
    ("Russian oligarch Oleg Petrenkov has a yacht.", ["Oleg Petrenkov=Oleg Petrenkov/RU"]),
    ("the Chinese shipping firm Ocean Wave Co. and", ["Ocean Wave Co.=Ocean Wave Co./CN"]),
    ("Hong Kong-based Bright Star Ltd was listed.", ["Bright Star Ltd=Bright Star Ltd/HK"]),
    ("He said. President of the club Joan Smith left.", []),
    ("The foreign minister said The Hague was far.", []),
    ("a man in a firm Place", []),
    ("The US ambassador to Russia, Joan Smithers, left.", ["Joan Smithers=Joan Smithers/US"]),
    ("A general at the US Army Intelligence Center spoke.", []),
    ("Deputy foreign minister Ivan Melnyk Thursday left.", ["Ivan Melnyk=Ivan Melnyk/None"]),
    ("Iraqi Prime Minister Leads Early Count In Baghdad\n\nHe spoke.", []),  # any word may stand in capitals
]


@pytest.mark.parametrize(("text", "expected"), INTRODUCED)
def test_an_office_introduces(text: str, expected: list[str]) -> None:
    assert persons(text) == expected


FOLLOWED = [
    ("Ukrainian minister Ivan Melnyk left. Melnyk's plane was late, Mr Melnyk said.", ["Ivan Melnyk", "Ivan Melnyk"]),
    ("Melnyk leaves\n\nUkrainian minister Ivan Melnyk left.", ["Ivan Melnyk"]),  # the headline before him
    ("Ukrainian minister Ivan Melnyk met Petro Melnyk. Melnyk left.", []),  # which of them?
    ("US secretary Tom Young left. Young people cheered. Mr Young waved.", ["Tom Young"]),
    ("Ukrainian minister Ivan Melnyk left. The Melnyk-Bauer plan, New Melnyk Road.", []),
]


@pytest.mark.parametrize(("text", "expected"), FOLLOWED)
def test_a_surname_stands_for_who_was_introduced(text: str, expected: list[str]) -> None:
    assert [found.split("=")[1].split("/")[0] for found in persons(text) if " " not in found.split("=")[0]] == expected


def test_mr_kim_is_the_kim_introduced_last() -> None:
    found = persons(
        "Kim Jong Un spoke. Mr Kim left. North Korean official Kim Su Gil spoke. Kim nodded. Kim Hyon Myong ate. Kim ate."
    )
    assert found == [
        "Kim Jong Un=Kim Jong Un/KP", "Kim=Kim Jong Un/KP", "Kim Su Gil=Kim Su Gil/KP", "Kim=Kim Su Gil/KP",
    ]  # fmt: skip


def test_a_person_stands_for_the_country_in_an_act() -> None:
    (act,) = read("", body="Ukrainian defence minister Ivan Melnyk was here. Melnyk bought 20 tanks from Poland.").acts
    assert isinstance(act, ArmsTransfer)
    assert act.recipient is not None
    assert (act.recipient.id, act.recipient.name, act.recipient.span.quote) == ("country:UA", "Ivan Melnyk", "Melnyk")


@given(st.lists(st.sampled_from(["Ukrainian", "minister", "Ivan", "Melnyk", "Kim", ",", ".", "-based", "Ltd", "Mr", "the", "of", "'s", "\n", "firm", "ü", "Jong"]), max_size=30))  # fmt: skip
def test_mentions_stand_in_the_text_and_do_not_overlap(words: list[str]) -> None:
    tagged = read("", body=" ".join(words))
    reached = 0
    for one in tagged.mentions:
        assert one.span.start >= reached
        assert tagged.article.text[one.span.start : one.span.end] == one.span.quote
        reached = one.span.end
