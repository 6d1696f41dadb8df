"""What is told once is told once, within bounds; stories from before some marks were kept bring no false news."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.core.act import Certainty, TransferStage
from services.core.alert import DevelopmentKind
from services.core.amounts import Amount
from services.core.decide import remembered_facts
from services.core.develop import STORY, Around, changes, chosen, facts, first_report
from services.core.gist import Told, told_acts
from services.core.rules.reading import Reading
from services.core.stated import Stated
from services.core.story import MAX_FACTS, Story
from tests.alerter.timeline import tagged

STEPS = (2, 5, 20)
ALL = frozenset(DevelopmentKind)


def act(stage: str = "agreed", certainty: str = "", giver: str = "NO", taker: str = "SD") -> Told:
    (one,) = told_acts(
        Reading(tagged(f"Norland arms Sudmark {{{giver}>{taker} {stage}{certainty and f' {certainty}'}}}"))
    )
    return one


@st.composite
def stated(draw: st.DrawFn) -> Stated:
    certainty = draw(st.sampled_from(["", *(one.value for one in Certainty if one is not Certainty.ASSERTED)]))
    told = act(draw(st.sampled_from(TransferStage)).value, certainty, draw(st.sampled_from(["NO", "KE", "?"])))
    amounts = draw(st.dictionaries(st.sampled_from(["$", "howitzer", "weapon:f-35"]), st.integers(1, 50), max_size=2))
    return Stated(
        told=told, ident=draw(st.sampled_from("123")), amounts=tuple(Amount(of, float(value)) for of, value in amounts.items()),
        things=tuple(draw(st.sets(st.sampled_from(["weapon:a", "weapon:b"])))), official=draw(st.sampled_from([None, "ministry"])),
    )  # fmt: skip


articles = st.tuples(st.lists(stated(), max_size=4), st.integers(1, 30))


def around(outlets: int) -> Around:
    return Around(outlets=outlets, steps=STEPS, headline=f"headline:{outlets}")


@given(st.lists(articles, min_size=1, max_size=6))
def test_what_a_rule_has_told_it_never_tells_again(published: list[tuple[list[Stated], int]]) -> None:
    told: tuple[str, ...] = ()
    for acts, outlets in published:
        told = remembered_facts(told, facts(acts, around(outlets)))
    assert [change for acts, outlets in published for change in changes(told, acts, around(outlets))] == []


def test_a_first_report_tells_of_a_stage_only_that_it_went_further() -> None:
    def told(stage: str, before: str) -> list[DevelopmentKind]:
        moved = Around(outlets=1, steps=STEPS, moved={"1": before})
        return [change.kind for change in first_report([Stated(told=act(stage), ident="1")], moved, known=True)]

    assert told("delivered", before="agreed") == [DevelopmentKind.NEW_STORY, DevelopmentKind.STAGE_MOVED]
    assert told("considered", before="agreed") == [DevelopmentKind.NEW_STORY]
    assert told("halted", before="delivered") == [DevelopmentKind.NEW_STORY, DevelopmentKind.STAGE_MOVED]


@given(st.lists(articles, min_size=1, max_size=6))
def test_every_change_is_told_under_one_wanted_kind_or_set_aside(published: list[tuple[list[Stated], int]]) -> None:
    told: tuple[str, ...] = ()
    for acts, outlets in published:
        found = changes(told, acts, around(outlets)) if told else first_report(acts, around(outlets), known=False)
        for kind in DevelopmentKind:
            wanted, others = chosen(found, {kind})
            assert {change.kind for change in wanted} <= {kind}
            assert {change.fact for change in (*wanted, *others)} == {change.fact for change in found}
        assert chosen(found, ALL)[1] == ()
        assert len({change.fact for change in found}) == len(found)
        told = remembered_facts(told, facts(acts, around(outlets)))


def test_what_is_remembered_is_bounded_and_forgets_numbers_before_acts() -> None:
    told: tuple[str, ...] = ()
    for number in range(3 * MAX_FACTS):
        one = Stated(told=act(), ident="1", amounts=(Amount("howitzer", float(2**number)),))
        told = remembered_facts(told, facts([one], around(3)))
    assert len(told) == MAX_FACTS
    assert {STORY, "act:1:agreed:asserted", "outlets:2", "party:1:giver"} <= set(told)
    assert changes(told, [one], around(3)) == ()


def test_a_story_from_before_such_marks_were_kept_loads_and_brings_no_news_of_that_sort() -> None:
    stored = b"""{"id":"st1","title":"Radars","first_at":"2026-01-05T09:00:00Z","last_at":"2026-01-05T09:00:00Z",
    "outlets":["harbour","ledger"],"acts_opened":1,"told":{"arms":["story","act:1:agreed:asserted","outlets:2"]}}"""
    story = msgspec.json.decode(stored, type=Story)
    assert (story.headlines, story.copiers) == ((), ())
    one = Stated(told=act(), ident="1", amounts=(Amount("$", 2e9),), things=("weapon:a",), official="ministry")
    assert changes(story.told["arms"], [one], around(3)) == ()
