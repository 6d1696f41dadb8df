"""Senses compared: by one encoder only, and then as cosines."""

from hypothesis import given
from hypothesis import strategies as st

from services.core.background import Background
from services.core.likeness import Weighed
from services.core.sense import MARK, alike, comparable
from services.core.story import Text

NUMBERS = st.lists(st.integers(-20, 20), min_size=384, max_size=384)


def sense(numbers: list[int], mark: bytes = b"one.") -> bytes:
    return mark + bytes(number % 256 for number in numbers)


@given(NUMBERS, NUMBERS)
def test_either_way_round_it_is_the_same(one: list[int], other: list[int]) -> None:
    assert alike(sense(one), sense(other)) == alike(sense(other), sense(one)) <= 1.0


def test_opposite_directions_are_unlike() -> None:
    numbers = [20] * 384
    assert alike(sense(numbers), sense(numbers)) > 0.9
    assert alike(sense(numbers), sense([-number for number in numbers])) < -0.9


def test_two_encoders_are_not_compared() -> None:
    assert comparable(sense([1] * 384), sense([2] * 384))
    assert not comparable(sense([1] * 384), sense([1] * 384, b"two."))
    assert not comparable(sense([1] * 384), b"")
    assert not comparable(b"one.", b"one.")
    assert MARK == 4


def test_a_text_of_an_earlier_release_is_told_apart_by_words() -> None:
    words = {"title": ("bridge", "brod"), "lead": ("bridge", "brod", "mayor", "sava")}
    old, new = Text(copy="a", **words), Text(copy="b", **words, sense=sense([20] * 384))
    weighed = Weighed(new, Background())
    assert not weighed.sensed([new, old])
    assert weighed.likeness(old, sensed=weighed.sensed([old])).sense is None
    assert weighed.likeness(new, sensed=weighed.sensed([new])).sense is not None
