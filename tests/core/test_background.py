"""What is rare says much, what is common little; counts are bounded and the same however they were kept."""

from hypothesis import given
from hypothesis import strategies as st

from services.core import background
from services.core.background import RAREST, Background, Counted

ARTICLES = st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=5), max_size=30)


def counted(articles: list[frozenset[str]]) -> Background:
    found = Background()
    for terms in articles:
        found.count(terms)
    return found


def test_what_no_article_holds_says_most_and_a_common_word_little() -> None:
    fresh = Background()
    assert fresh.weight("zyxwvut") == RAREST
    assert fresh.weight("coronavirus") < 5


def test_a_word_says_less_with_each_article_that_holds_it() -> None:
    weights = [counted([frozenset({"radar"})] * times).weight("radar") for times in (0, 10, 100, 1000)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < weights[0] - 2


@given(ARTICLES, st.sets(st.integers(min_value=0, max_value=30)), st.sets(st.integers(min_value=0, max_value=30)))
def test_what_is_kept_in_parts_gives_the_same_weights(
    articles: list[frozenset[str]], kept_after: set[int], whole_after: set[int]
) -> None:
    found, kept = Background(), list[Counted]()
    for number, terms in enumerate(articles):
        found.count(terms)
        if number in kept_after:
            kept += [part for part in [found.counted(whole=number in whole_after)] if part]
    kept += [part for part in [found.counted(whole=False)] if part]
    again = Background()
    for part in kept:
        again.add(part)
    assert again.weigh("abcdefgh") == found.weigh("abcdefgh") == counted(articles).weigh("abcdefgh")


def test_terms_are_bounded_and_the_common_ones_stay() -> None:
    found = Background()
    for number in range(background.MOST_TERMS // 20 + 200):
        found.count([f"w{number}-{other}" for other in range(20)] + ["radar"])
    part = found.counted(whole=False)
    assert part is not None
    assert part.whole
    assert len(part.terms) <= background.MOST_TERMS
    assert part.terms["radar"] == part.articles


def test_old_articles_count_for_less() -> None:
    found = Background()
    for _ in range(background.MOST_ARTICLES):
        found.count(["radar"])
    before = found.weight("sonar")
    for _ in range(1000):
        found.count(["sonar"])
    part = found.counted(whole=True)
    assert part is not None
    assert part.articles == background.MOST_ARTICLES // 2 + 1000
    assert found.weight("sonar") < before - 3
