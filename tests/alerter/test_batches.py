"""The same input gives the same stories and alerts, however it falls into batches and however often it is given."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.rule import RuleSource
from services.core.story import Story
from services.store.engine import open_store
from tests.alerter.desk import Desk
from tests.alerter.timeline import DAY, tagged
from tests.core.story_pairs import OPPOSITES, PARAPHRASES

HEADLINES = sorted({headline for pair in (*OPPOSITES, *PARAPHRASES) for headline in pair})
BODY = (
    "The ministry said on Monday that talks had gone on for weeks and that a second round was to follow in the spring. "
)
RULES = (
    RuleSource(id="acts", title="Acts", when="act:any"),
    RuleSource(id="norland", title="Norland", when="country:NO OR missiles"),
)
NOW = DAY.replace(day=9)

articles = st.builds(
    lambda number, headline, body, outlet, revision: tagged(
        f"{headline} // {BODY * body}" if body else headline,
        at=DAY.replace(hour=number % 24), outlet=outlet, name=f"n{number}", revision=revision,
    ),
    st.integers(0, 40), st.sampled_from(HEADLINES), st.integers(0, 2), st.sampled_from(("harbour", "ledger", "herald")),
    st.integers(1, 2),
)  # fmt: skip


def told(batches: Iterable[Sequence[TaggedArticle]]) -> tuple[list[Alert], dict[str, Story]]:
    """Everything a desk alerts and remembers."""
    with tempfile.TemporaryDirectory() as directory, open_store(f"sqlite:///{Path(directory) / 'd.sqlite3'}") as store:
        desk = Desk(store, RULES)
        alerts = [alert for batch in batches if batch for alert in desk.decide(batch, NOW)[0]]
        assert list(store.alerts.alerts()) == alerts
        with store.alerts.transaction() as transaction:
            stories = transaction.stories({alert.story_id for alert in alerts})
        return alerts, stories


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(articles, min_size=2, max_size=14), st.data())
def test_batches_change_nothing(read: list[TaggedArticle], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(read) - 1), max_size=4)))
    parts = [read[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(read)], strict=True)]
    whole = told([read])
    assert told(parts) == whole
    assert told([*parts, read]) == whole  # all of it again: decided before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(articles, min_size=1, max_size=12))
def test_no_fact_is_told_twice_and_no_id_is_used_twice(read: list[TaggedArticle]) -> None:
    alerts, stories = told([read])
    assert len({alert.id for alert in alerts}) == len(alerts)
    assert len({(alert.rule, alert.development.id) for alert in alerts}) == len(alerts)
    for alert in alerts:
        text = next(
            one.article.text
            for one in read
            if (one.article.id, one.article.revision) == (alert.article_id, alert.revision)
        )
        for span in (alert.sentence, *alert.marks):
            assert text[span.start : span.end] == span.quote
    for story in stories.values():
        assert len(msgspec.json.encode(story)) < 50_000
