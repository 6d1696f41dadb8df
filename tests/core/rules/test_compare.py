"""Rules over an archive: what they hit, and what another version hits more or less."""

from collections.abc import Iterator, Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.rule import Mode, RuleSource
from services.core.rules.compare import Archived, Backtest, Change, Comparison
from services.core.rules.compile import Rule, compile_rule
from services.core.rules.vocabulary import Vocabulary
from tests.builders import at, tagged

DAY = 1440  # minutes


def rule(ident: str, when: str, mode: Mode = Mode.ALERT) -> Rule:
    return compile_rule(RuleSource(id=ident, title=ident, when=when, mode=mode))


def archived(title: str, ident: str, minutes: float = 0, story: str | None = None, **changes: object) -> Archived:
    return replace(tagged(title=title, summary="", id=ident, **changes), tagged_at=at(minutes)), story


def ids(examples: Sequence[object]) -> list[str]:
    return [getattr(one, "id") for one in examples]  # noqa: B009


ARCHIVE = [
    archived("A radar", "a1", story="s1"),
    archived("Another radar", "a2", 10, story="s1"),
    archived("A radar museum", "a1", 20, story="s1", revision=2),
    archived("A boat", "a3", DAY),
    archived("A radar again", "a4", 2 * DAY),
    archived("An old radar", "a5", 2 * DAY, backfill=True),
]


def test_an_article_counts_once_and_so_does_a_story() -> None:
    test = Backtest([rule("radars", "radar"), rule("boats", "boat"), rule("none", "train")], 10).read(ARCHIVE)
    assert list(test.hits) == ["radars", "boats", "none"]
    assert test.hits["radars"].articles == {"a1", "a2", "a4", "a5"}
    assert test.hits["radars"].stories == {"s1", "a4", "a5"}
    assert test.hits["boats"].articles == {"a3"}
    assert not test.hits["none"].articles


def test_days_leave_out_what_stood_in_a_feed_at_its_first_poll() -> None:
    hits = Backtest([rule("radars", "radar")], 10).read(ARCHIVE).hits["radars"]
    assert hits.days == {date(2026, 1, 5): 2, date(2026, 1, 7): 1}
    assert hits.backfill == 1


def test_the_span_is_what_the_archive_covers() -> None:
    span = Backtest([rule("radars", "radar")], 10).read(ARCHIVE).span
    assert (span.revisions, span.days()) == (6, 2.0)
    assert Backtest([rule("radars", "radar")], 10).read(ARCHIVE[:3]).span.days() == 1.0
    assert Backtest([rule("radars", "radar")], 10).read([]).span.days() == 1.0


def test_examples_are_one_per_story_the_oldest_first_and_the_same_every_time() -> None:
    assert ids(Backtest([rule("r", "radar")], 10).read(ARCHIVE).hits["r"].examples()) == ["a1", "a4", "a5"]
    many = [archived("A radar", f"a{number}", number) for number in range(200)]
    first, second = (ids(Backtest([rule("r", "radar")], 5).read(many).hits["r"].examples()) for _ in range(2))
    assert first == second
    assert len(first) == 5
    assert first != [f"a{number}" for number in range(5)]
    assert first != [f"a{number}" for number in range(195, 200)]


def test_no_examples_are_kept_where_none_are_wanted() -> None:
    assert Backtest([rule("r", "radar")], 0).read(ARCHIVE).hits["r"].examples() == ()


def test_a_rule_is_tried_whatever_its_mode() -> None:
    assert Backtest([rule("r", "radar", Mode.OFF)], 1).read(ARCHIVE).hits["r"].articles


def compared(before: Sequence[Rule], after: Sequence[Rule], archive: Sequence[Archived] = ARCHIVE) -> dict[str, Change]:
    return Comparison(before, after, 10).read(archive).changes


def test_what_another_version_adds_and_removes() -> None:
    (change,) = compared([rule("r", "radar")], [rule("r", "boat OR museum OR again")]).values()
    assert (change.counts(), change.added(), change.removed()) == ((4, 3), 1, 2)
    more, less = change.examples()
    assert ids(more) == ["a3"]
    assert ids(less) == ["a2", "a5"]  # a1 is hit by both, though by different revisions


def test_rules_that_mean_the_same_are_left_out() -> None:
    assert compared(
        [rule("r", "radar\n  AND boat"), rule("s", "boat")], [rule("r", "radar AND boat"), rule("s", "b")]
    ).keys() == {"s"}


def test_a_rule_that_is_new_gone_or_off_hits_nothing_in_the_other_version() -> None:
    found = compared(
        [rule("gone", "radar"), rule("on", "radar", Mode.OFF), rule("off", "radar", Mode.OFF), rule("shadow", "radar")],
        [rule("new", "boat"), rule("on", "radar"), rule("shadow", "radar", Mode.SHADOW)],
    )
    assert {ident: change.counts() for ident, change in found.items()} == {"gone": (4, 0), "on": (0, 4), "new": (0, 1)}


WORDS = ("radar", "boat", "museum")
archives = st.lists(st.tuples(st.sampled_from("abc"), st.lists(st.sampled_from(WORDS), min_size=1)), max_size=12)
conditions = st.sampled_from(
    ["radar", "boat", "NOT museum", "radar AND boat", "radar OR museum", "(radar OR boat) AND NOT museum"]
)


@given(archives, conditions, conditions)
def test_added_and_removed_are_the_difference_of_two_backtests(
    texts: list[tuple[str, list[str]]], before: str, after: str
) -> None:
    archive = list(revisions(texts))
    old, new = (Backtest([rule("r", when)], 0).read(archive).hits["r"].articles for when in (before, after))
    for change in compared([rule("r", before)], [rule("r", after)], archive).values():
        assert change.counts() == (len(old), len(new))
        assert (change.added(), change.removed()) == (len(new - old), len(old - new))
        more, less = change.examples()
        assert set(ids(more)) == new - old
        assert set(ids(less)) == old - new


def revisions(texts: list[tuple[str, list[str]]]) -> Iterator[Archived]:
    for number, (ident, words) in enumerate(texts):
        yield archived(" ".join(words), ident, number, revision=number + 1)


def test_a_rule_has_changed_where_a_list_that_it_names_did() -> None:
    near, far = ({"near": members, "other": members} for members in (("NO",), ("NO", "SE")))
    sources = [
        RuleSource(id=one, title=one, when=when) for one, when in (("named", "country:@near"), ("boats", "boat"))
    ]
    before, after = ([compile_rule(one, Vocabulary(lists=lists)) for one in sources] for lists in (near, far))
    assert list(Comparison(before, after, 1).changes) == ["named"]
    assert list(Comparison(before, before, 1).changes) == []
