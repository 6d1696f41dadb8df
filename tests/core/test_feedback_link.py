"""Links that carry a judgement: ours are read again, and no other is."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.feedback import Opinion
from services.core.feedback_link import FeedbackLinks, Signed

URL = "https://desk.example/wirewatch/feedback"
LINKS = FeedbackLinks(URL, "0123456789abcdef")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def query(link: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(link).query, keep_blank_values=True))


OURS = query(dict(LINKS.of("al1", "desk"))["wrong"])


@given(TEXT, TEXT)
def test_each_link_says_its_alert_receiver_and_opinion(alert_id: str, receiver: str) -> None:
    links = LINKS.of(alert_id, receiver)
    assert all(link.startswith(f"{URL}?") and link.isascii() for _, link in links)
    assert [LINKS.read(query(link)) for _, link in links] == [Signed(alert_id, receiver, one) for one in Opinion]
    assert LINKS.of(alert_id, receiver) == links


@pytest.mark.parametrize(
    "changes",
    [
        {"alert": "al2"}, {"alert": ""}, {"receiver": "other"}, {"opinion": "useful"}, {"opinion": "fine"}, {"signature": ""},
        {"signature": "0" * 32}, {"signature": OURS["signature"][:-1]}, {"signature": OURS["signature"].upper() + "x"}, {"signature": "ä"},
        {"alert": "al1\0desk", "receiver": ""}, {"alert": 'al1","desk', "receiver": ""}, {"alert": "\ud800"}, {"signature": "\ud800"},
    ],
)  # fmt: skip
def test_a_link_that_was_changed_is_not_ours(changes: dict[str, str]) -> None:
    assert LINKS.read(OURS) == Signed("al1", "desk", Opinion.WRONG)
    assert LINKS.read({**OURS, **changes}) is None


@given(TEXT, TEXT, TEXT)
def test_no_part_passes_for_another(first: str, second: str, third: str) -> None:
    given = {"alert": first + second, "receiver": third}
    moved = {"alert": first, "receiver": second + third}
    link = query(LINKS.of(given["alert"], given["receiver"])[0][1])
    assert (LINKS.read({**link, **moved}) is None) == (given != moved)


@pytest.mark.parametrize("missing", sorted(OURS))
def test_a_link_with_a_part_missing_is_not_ours(missing: str) -> None:
    assert LINKS.read({name: value for name, value in OURS.items() if name != missing}) is None


def test_a_link_signed_with_another_secret_is_not_ours() -> None:
    assert FeedbackLinks(URL, "fedcba9876543210").read(OURS) is None


def test_a_secret_that_is_none_is_refused_without_being_told() -> None:
    with pytest.raises(ValueError, match="has 5 characters; allowed: 16 or more") as refused:
        FeedbackLinks(URL, "s3cr3")
    assert "s3cr3" not in str(refused.value)
