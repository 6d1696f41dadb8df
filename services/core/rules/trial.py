"""A rule tried on the texts beside it: what it must match, and what it must not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from services.core.article import Article, TaggedArticle
from services.core.cleaning import clean_line, clean_text
from services.core.rule import RuleTests, Sample
from services.core.rules.compile import Rule
from services.core.rules.reading import Reading
from services.core.rules.why import Failure, why_not

Tagger = Callable[[Article], TaggedArticle]

_AT = datetime(2000, 1, 1, tzinfo=UTC)
_SHOWN = 6


class Trial(Struct, frozen=True, kw_only=True):
    """A test that was run. ``wrong`` says what is wrong in one line; None where the rule does what the test wants."""

    key: str  # must_match or must_not_match
    number: int  # in that list, from 0
    title: str
    wrong: str | None


def trials(rule: Rule, tag: Tagger) -> Iterator[Trial]:
    """Every test of the rule, in order. ``tag`` reads a text as the extractor does. Never raises for what the texts say."""
    for key, number, sample in samples(rule.source.tests):
        article = as_article(sample)
        reading = Reading(tag(article))
        wrong = _missed(rule, reading) if key == "must_match" else _surplus(rule, reading)
        yield Trial(key=key, number=number, title=article.title, wrong=wrong)


def samples(tests: RuleTests) -> Iterator[tuple[str, int, str | Sample]]:
    """The texts of a rule's tests, each with the list it stands in and its number there."""
    for key in ("must_match", "must_not_match"):
        for number, sample in enumerate(getattr(tests, key)):
            yield key, number, sample


def as_article(sample: str | Sample) -> Article:
    """The article that a text of a test stands for. Of a text alone the first line is the title."""
    if isinstance(sample, str):
        title, _, text = sample.strip().partition("\n")
        sample = Sample(title=title, text=text)
    return Article(
        id="test", revision=1, feed="test", outlet=sample.outlet, url="", canonical_url="", title=clean_line(sample.title),
        body=clean_text(sample.text), language=sample.language, published_at=_AT, first_seen_at=_AT, content_hash="",
        trace_id="test",
    )  # fmt: skip


def _missed(rule: Rule, reading: Reading) -> str | None:
    failures = why_not(rule, reading)
    if not failures:
        return None
    if reading.tagged.skipped:
        return f"must match, and was not read: its language seems to be {reading.tagged.language or 'unknown'}"
    return f"must match, and does not; {_told(failures)}"


def _told(failures: Sequence[Failure]) -> str:
    told = [
        f"{'not known' if one.unknown else 'fails'}: {' '.join(one.clause.split())}: {one.reason}" for one in failures
    ]
    more = [f"and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    return "; ".join([*told[:_SHOWN], *more])


def _surplus(rule: Rule, reading: Reading) -> str | None:
    found = rule.match(reading)
    if found is None:
        return None
    quotes = list(dict.fromkeys(f'"{span.quote}"' for span in found.spans))
    more = f" and {len(quotes) - _SHOWN} more" if len(quotes) > _SHOWN else ""
    by = ", ".join(quotes[:_SHOWN]) or "what it excludes, its outlet or its language"
    return f"must not match, and does; by {by}{more}"
