"""Which parties that no lexicon knows the learned reader is shown."""

import pytest

from services.extractor.pairs import KINDS, actors, possible
from tests.builders import article
from tests.extractor.reading import tagger


def free(title: str, body: str = "") -> list[str]:
    """The names of parties that no lexicon knows, in order."""
    lines, _ = tagger().lines(article(title=title, summary="", body=body))
    return [actor.name for actor in actors(lines, []).values() if actor.id is None]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Norway sanctioned Zelmor Trading on Monday", ["Zelmor Trading"]),
        ("Norway sanctioned the Bank of Zelmor and two tankers", ["Bank of Zelmor", "tankers"]),
        ("Zelmor Trading was put under sanctions by Norway", ["Zelmor Trading"]),
        ("Sanctions were imposed on shipowner Aldo Brentzki, Norway said", ["Aldo Brentzki"]),
        ("Norway's Foreign Minister announced sanctions in April", ["minister"]),
        ("Norway sends frigates to Greece", []),
        ("Meanwhile, the sanctions of Norway hold", []),
    ],
)
def test_names_are_told_by_their_capitals(title: str, names: list[str]) -> None:
    assert [name.lower() for name in free(title)] == [name.lower() for name in names]


def test_a_headline_in_capitals_tells_a_name_only_where_the_text_repeats_it() -> None:
    title = "Norway Imposes Sweeping Sanctions On Shipping Magnate Brentzki"
    assert free(title) == []
    assert free(title, "The sanctions of Norway hit the magnate Brentzki hardest.") == ["Brentzki"]


def test_arms_may_have_one_side_that_is_named_and_sanctions_always_a_target() -> None:
    lines, _ = tagger().lines(article(title="Spain sends frigates to Greece", summary="", body=""))
    spain, greece = found = list(actors(lines, []).values())
    both = [(spain, greece), (greece, spain), (None, spain), (None, greece)]
    wanted = {"arms_transfer": [*both, (spain, None), (greece, None)], "sanction": both}
    for kind in KINDS:
        pairs = list(possible(found, kind))
        assert len(pairs) == len(wanted[kind])
        assert all(pair in pairs for pair in wanted[kind])
