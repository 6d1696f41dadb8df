"""A desk for timelines: the real batch decision on a real SQLite store, without a bus."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.alerter.batch import Batch, Policy
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.decide import Circumstances
from services.core.ledger import LedgerEntry
from services.core.ports.bus import Partition, Record
from services.core.rule import RuleSource
from services.core.rules.compile import compile_rule
from services.core.settings import AlerterSettings
from services.store.engine import Store

RULES = (RuleSource(id="arms", title="Arms", when="act:any"),)
_PLACE = Partition("tagged-articles", 0)


class Desk:
    """Decides articles and remembers what was told."""

    def __init__(
        self, store: Store, rules: Iterable[RuleSource] = RULES, owners: dict[str, str] | None = None,
        settings: AlerterSettings | None = None, official: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.store = store
        self.settings = settings or AlerterSettings()
        self.policy = Policy(
            rules=tuple(compile_rule(rule) for rule in rules),
            owners=owners or {},
            notify=lambda alert: (),
            official=frozenset(official),
        )
        self.next: int | None = None

    def decide(
        self, articles: Sequence[TaggedArticle], now: datetime | None = None
    ) -> tuple[list[Alert], list[LedgerEntry]]:
        """Decide these as one batch, a minute after the last was first seen."""
        begin = self.next or 0
        records = [
            Record(partition=_PLACE, offset=begin + number, key=b"", value=b"", timestamp=0.0)
            for number in range(len(articles))
        ]
        at = now or max(tagged.article.first_seen_at for tagged in articles) + timedelta(minutes=1)
        given = Circumstances(now=at, settings=self.settings, owners=self.policy.owners)
        end = begin + len(articles)
        with self.store.alerts.transaction() as transaction:
            moves = {_PLACE: (self.next, end)}
            decided = Batch(transaction, self.policy, given).run(list(zip(records, articles, strict=True)), moves)
        assert not decided.crashed, decided.crashed
        self.next = end
        return decided.alerts, decided.entries
