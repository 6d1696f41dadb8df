"""The route tree means what it means in Alertmanager."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.route import receivers_for
from services.core.settings import Route

TREE = Route(
    receiver="desk",
    routes=(
        Route(receiver="archive", continue_=True),
        Route(
            receiver="arms", match={"topic": "arms_transfer"},
            routes=(Route(receiver="pager", match={"severity": "critical"}), Route(match={"severity": "warning"})),
        ),
        Route(receiver="never", match={"topic": "arms_transfer"}),
        Route(receiver="unowned", match={"owner": ""}),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        ({"topic": "arms_transfer", "severity": "critical"}, ("archive", "pager")),  # the deepest node takes it
        ({"topic": "arms_transfer", "severity": "warning"}, ("archive", "arms")),  # a child without receiver inherits
        ({"topic": "arms_transfer", "severity": "info"}, ("archive", "arms")),  # no child matches: the node itself
        ({"topic": "sanctions", "owner": "kim"}, ("archive",)),  # continue goes on, and nobody else matches
        ({"topic": "sanctions"}, ("archive", "unowned")),  # an absent label equals the empty string
    ],
)
def test_the_first_matching_child_takes_the_alert(labels: dict[str, str], receivers: tuple[str, ...]) -> None:
    assert receivers_for(TREE, labels) == receivers


def test_an_alert_that_no_child_takes_goes_to_the_root() -> None:
    assert receivers_for(Route(receiver="desk", routes=(Route(receiver="x", match={"a": "b"}),)), {}) == ("desk",)


def test_a_receiver_reached_twice_is_notified_once() -> None:
    twice = Route(receiver="desk", routes=(Route(receiver="a", continue_=True), Route(receiver="a")))
    assert receivers_for(twice, {}) == ("a",)


_NAMES = st.sampled_from(["a", "b", "c"])
_LABELS = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from(["", "1", "2"]))
_LEAVES = st.builds(lambda r, m, c: Route(receiver=r, match=m, continue_=c), st.none() | _NAMES, _LABELS, st.booleans())
_TREES = st.recursive(
    _LEAVES,
    lambda below: st.builds(
        lambda r, m, c, routes: Route(receiver=r, match=m, continue_=c, routes=tuple(routes)),
        st.none() | _NAMES, _LABELS, st.booleans(), st.lists(below, max_size=3),
    ),
)  # fmt: skip


@given(st.lists(_TREES, max_size=3), _LABELS)
def test_every_alert_is_taken_by_somebody_once(routes: list[Route], labels: dict[str, str]) -> None:
    taken = receivers_for(Route(receiver="root", routes=tuple(routes)), labels)
    assert taken
    assert len(set(taken)) == len(taken)
