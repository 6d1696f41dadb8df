"""What the services would have decided about each article, had it arrived at the time it was published."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec import Struct

from services.alerter.batch import Batch, Decided, Policy
from services.alerter.memory import Memory
from services.alerter.sense import sense_of
from services.core import codec
from services.core.article import TaggedArticle
from services.core.canonical import web_url
from services.core.decide import Circumstances
from services.core.entry import Entry
from services.core.feed import Feed, Seen
from services.core.identity import ArticleState, Poll, Verdict, decide
from services.core.ledger import Fate, LedgerEntry
from services.core.moment import Moment
from services.core.ports.bus import Partition, Record
from services.core.ports.edges import Tagger
from services.core.ports.store import AlertTransaction
from services.core.settings import AlerterSettings, Configuration
from services.core.streams import TAGGED
from services.extractor.reader import Refused, answer
from services.extractor.tagger import SpacyTagger
from services.poller.bounds import Bounds
from services.poller.clean import literal_line, literal_text
from services.replay.lines import Line, Lines
from services.store.engine import Store, open_store

_PORTION = 500  # articles decided in one transaction; what falls into which changes nothing
_FORGET_AT_ONCE = 1000
_NOWHERE = "replay"  # feed of all articles, outlet of those that name none, and address of those without


class ByRule(Struct, frozen=True, kw_only=True):
    """What came of a rule that matched. ``development`` and ``alert`` where it was alerted."""

    rule: str
    fate: str
    reason: str
    development: str | None = None
    alert: str | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """The decision about an article.

    ``fate`` and ``reason`` are those of the ledger: of the first rule that alerted, else of the first that matched, else
    of the article as a whole. ``duplicate``: the same words as before under the same id; ``refused``: nothing in it to
    read; ``dead_letter``: it cannot be processed. ``placed``: why it is in its story.
    """

    article: str
    revision: int | None
    at: Moment
    fate: str
    reason: str
    story: str | None = None
    placed: str | None = None
    development: str | None = None  # the kind of the first alert's
    alerts: tuple[str, ...] = ()
    rules: tuple[ByRule, ...] = ()


def replay(lines: Lines, configuration: Configuration, directory: Path) -> Iterator[Outcome]:
    """One outcome per line, in the order of time. The same lines and configuration give the same outcomes.

    ``directory`` is an empty one for the database of the replay. Raises Fatal if the file changes meanwhile.
    """
    tagger = SpacyTagger(Path(configuration.lexicons), configuration.settings.extractor)
    words = configuration.vocabulary
    policy = Policy.of(configuration.rules, configuration.feeds.outlets, lambda _alert: (), vocabulary=words)
    with open_store(f"sqlite:///{directory.absolute()}/replay.sqlite3") as store:
        yield from Replay(tagger, policy, configuration.settings.alerter, store).run(lines)


class Replay:
    """One run over a file, on a store of its own."""

    def __init__(self, tagger: Tagger, policy: Policy, settings: AlerterSettings, store: Store) -> None:
        self._tagger = tagger
        self._policy = policy
        self._settings = settings
        self._store = store
        self._memory = Memory()
        self._sense = sense_of(settings.story_model)
        self._seen: dict[str, Seen] = {}  # of ids that come more than once

    def run(self, lines: Lines) -> Iterator[Outcome]:
        """Decide them portion by portion."""
        rest = iter(lines)
        while portion := list(islice(rest, _PORTION)):
            with self._store.alerts.transaction() as transaction:
                outcomes = [self._one(line, transaction, again=lines.comes_again(line)) for line in portion]
            yield from outcomes
            self._forget(portion[-1].at)

    def _one(self, line: Line, transaction: AlertTransaction, *, again: bool) -> Outcome:
        """Seen, read and decided, as poller, extractor and alerter would have, at the time of its publication."""
        now = line.at
        verdict = decide(_poll(line), str(line.id), _entry(line), self._seen.get(str(line.id)))
        if again and verdict.seen is not None:
            self._seen[verdict.seen.article_id] = verdict.seen
        article = verdict.article
        if article is None:
            return self._unread(line, verdict)
        reply = answer(self._tagger, codec.encode(article), now)
        if isinstance(reply, Refused):
            return _dead(line, article.revision, f"{reply.reason}: {reply.detail}")
        tagged = codec.decode(TaggedArticle, reply.value)
        given = Circumstances(now=now, settings=self._settings, owners=self._policy.owners)
        decided = Batch(transaction, self._policy, given, self._memory, self._sense).run([(_record(line), tagged)], {})
        return _outcome(line, article.revision, decided)

    def _unread(self, line: Line, verdict: Verdict) -> Outcome:
        """What the poller would not have passed on."""
        before = self._seen.get(str(line.id))
        if verdict.state is ArticleState.DUPLICATE and before is not None:
            reason, revision = f"the words of revision {before.revision}", before.revision
        else:
            reason, revision = "nothing in it to read", None
        return Outcome(article=str(line.id), revision=revision, at=line.at, fate=verdict.state.value, reason=reason)

    def _forget(self, now: datetime) -> None:
        """As the alerter does: a replay of years keeps no more than its retention either."""
        before = now - timedelta(seconds=self._settings.retention)
        while self._store.alerts.forget(before, _FORGET_AT_ONCE) == _FORGET_AT_ONCE:
            pass


def _poll(line: Line) -> Poll:
    """All outlets share a feed: what an id says again is a revision, whoever says it."""
    return Poll(feed=Feed(id=_NOWHERE, url=_NOWHERE, outlet=line.outlet or _NOWHERE), url=_NOWHERE, at=line.at)


def _entry(line: Line) -> Entry:
    title, _ = literal_line(line.title, Bounds().title)
    text, _ = literal_text(line.text or "", Bounds().content)
    return Entry(url=web_url(line.url), title=title, content=text, published=line.at, language=line.language)


def _record(line: Line) -> Record:
    """What stands for the record on the bus, which a replay has none of."""
    return Record(
        partition=Partition(TAGGED, 0), offset=0, key=str(line.id).encode(), value=None, timestamp=line.at.timestamp()
    )


def _dead(line: Line, revision: int, reason: str) -> Outcome:
    return Outcome(article=str(line.id), revision=revision, at=line.at, fate="dead_letter", reason=reason)


def _outcome(line: Line, revision: int, decided: Decided) -> Outcome:
    if decided.crashed:
        return _dead(line, revision, str(decided.crashed[0][1]))
    kinds = {alert.id: alert.development.kind.value for alert in decided.alerts}
    telling = _most_telling(decided.entries)
    return Outcome(
        article=str(line.id), revision=revision, at=line.at, fate=telling.fate.value, reason=telling.reason,
        story=telling.story_id, placed=telling.placed, development=kinds.get(telling.alert_id or ""),
        alerts=tuple(kinds), rules=tuple(_by_rules(decided.entries, kinds)),
    )  # fmt: skip


def _most_telling(entries: Iterable[LedgerEntry]) -> LedgerEntry:
    return min(entries, key=lambda entry: entry.fate is not Fate.ALERTED)


def _by_rules(entries: Iterable[LedgerEntry], kinds: dict[str, str]) -> Iterator[ByRule]:
    for entry in entries:
        if entry.rule is not None:
            yield ByRule(
                rule=entry.rule, fate=entry.fate.value, reason=entry.reason,
                development=kinds.get(entry.alert_id or ""), alert=entry.alert_id,
            )  # fmt: skip
