"""One batch of tagged articles decided in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct, structs

from services.alerter.dispatch import Dispatch, Notify, Routing
from services.alerter.memory import Memory
from services.alerter.sense import Sense, senseless
from services.alerter.shelf import Shelf
from services.alerter.signature import signature
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.assign import Assignment, How, assign
from services.core.decide import Circumstances, Decision, decide, plain, worth_remembering
from services.core.errors import Poison, PoisonReason, WirewatchError
from services.core.feed import Outlet
from services.core.gist import Gist, gist, terms, text_keys
from services.core.grow import same_text
from services.core.ledger import Fate, LedgerEntry
from services.core.notification import Notification
from services.core.ports.bus import Partition, Record
from services.core.ports.store import AlertTransaction
from services.core.rule import Mode, RuleSource
from services.core.rules.compile import Rule, compile_rule
from services.core.rules.reading import Reading
from services.core.rules.vocabulary import ANYTHING, Vocabulary
from services.core.story import Story
from services.core.streams import ALERTERS

Moves = Mapping[Partition, tuple[int | None, int]]


class Policy(Struct, frozen=True, kw_only=True):
    """What is decided by: swapped as a whole on reload."""

    rules: tuple[Rule, ...]  # those that are not off
    owners: Mapping[str, str]  # outlet to owner, where it has one
    notify: Notify
    official: frozenset[str] = frozenset()  # outlets that are official bodies
    routing: Routing | None = None  # None: all that ``notify`` makes goes out at once

    @classmethod
    def of(
        cls, rules: Iterable[RuleSource], outlets: Iterable[Outlet], notify: Notify, routing: Routing | None = None,
        vocabulary: Vocabulary = ANYTHING,
    ) -> "Policy":  # fmt: skip
        """By the rules that are not off. Raises RuleError."""
        compiled = tuple(compile_rule(rule, vocabulary) for rule in rules if rule.mode is not Mode.OFF)
        known = tuple(outlets)
        owners = {outlet.id: outlet.owner for outlet in known if outlet.owner}
        official = frozenset(outlet.id for outlet in known if outlet.official)
        return cls(rules=compiled, owners=owners, notify=notify, official=official, routing=routing)


class Decided(Struct, kw_only=True):
    """What a batch has come to. Complete only after its transaction."""

    alerts: list[Alert]
    entries: list[LedgerEntry]
    crashed: list[tuple[Record, Poison]]
    routed: list[LedgerEntry]  # what became of alerts at their routes
    new_stories: int = 0
    joined: int = 0


class Batch:
    """Decides articles one after the other within a transaction, and writes what has come of them."""

    def __init__(
        self,
        transaction: AlertTransaction,
        policy: Policy,
        given: Circumstances,
        memory: Memory | None = None,
        sense: Sense = senseless,
    ) -> None:
        """``memory`` is that of the batches before, if they are at hand; it saves reading it from the store. ``sense`` tells what an article is about."""
        self._transaction = transaction
        self._memory = memory or Memory()
        self._sense = sense
        self._background = self._memory.background(transaction)
        self._policy = policy
        self._index = self._memory.filing.index(policy.rules)
        self._given = structs.replace(given, official=policy.official)
        self._shelf = Shelf(transaction, given.settings.story_window)
        self._archive: list[tuple[TaggedArticle, str | None]] = []
        self._prepared: list[tuple[Alert, Sequence[Notification]]] = []
        self.decided = Decided(alerts=[], entries=[], crashed=[], routed=[])

    def run(self, articles: Sequence[tuple[Record, TaggedArticle]], moves: Moves) -> Decided:
        """Decide and write. Raises Lost, before anything else, if another alerter has moved one of the offsets."""
        self._transaction.advance(ALERTERS, moves)
        known = self._transaction.decided({(tagged.article.id, tagged.article.revision) for _, tagged in articles})
        for record, tagged in articles:
            revision = (tagged.article.id, tagged.article.revision)
            if revision in known:
                self._again(tagged)
            else:
                self._one(record, tagged)
            known.add(revision)
        self._write()
        return self.decided

    def _again(self, tagged: TaggedArticle) -> None:
        entries = plain(Reading(tagged), Fate.SEEN, "this revision was decided before", self._given.now).entries
        self.decided.entries.extend(entries)

    def _one(self, record: Record, tagged: TaggedArticle) -> None:
        reading = Reading(tagged)
        try:
            decision, joined = self._decide(reading)
            prepared = [(alert, self._policy.notify(alert)) for alert in decision.alerts]
        except WirewatchError:
            raise  # the store is away, or the batch is no longer ours
        except Exception as error:  # noqa: BLE001  an article that breaks a decision must not stop all others
            crash = Poison(PoisonReason.CRASHED, f"deciding it raised {type(error).__name__}: {error}")
            self.decided.crashed.append((record, crash))
            return
        if tagged.skipped is None and tagged.article.revision == 1:
            self._background.count(terms(reading))
            self._memory.filing.count(reading)
        self._keep(tagged, decision, joined)
        self._prepared += prepared

    def _decide(self, reading: Reading) -> tuple[Decision, Assignment | Story | None]:
        tagged, now = reading.tagged, self._given.now
        if tagged.skipped is not None:
            return plain(reading, Fate.UNREAD, f"passed on unread: {tagged.skipped}", now), None
        reading.age = (now - tagged.article.published_at).total_seconds()
        matched, waiting = self._index.answers(reading)
        earlier = self._shelf.of(tagged.article.id) if tagged.article.revision > 1 else None
        if earlier is None and not worth_remembering(reading, matched, waiting):
            return plain(reading, Fate.NO_RULE, "no rule matched", now), None
        found = self._gist(reading)
        joined = earlier or self._assigned(found) or (self._told_long_ago(found) if matched or waiting else None)
        return decide(reading, matched, found, joined, self._given, waiting=waiting), joined

    def _gist(self, reading: Reading) -> Gist:
        words = signature([token for token in reading.tokens if token])
        return gist(reading, words, self._background, self._sense(reading.tagged.article))

    def _assigned(self, found: Gist) -> Assignment | None:
        candidates = self._shelf.candidates(found.keys, found.at)
        return assign(found, candidates, self._given.settings.story_window, self._background)

    def _told_long_ago(self, found: Gist) -> Assignment | None:
        """The youngest story, of all that are kept, that was told in these very words."""
        if not found.text.signature:  # headlines come again by themselves
            return None
        settings = self._given.settings
        beyond = timedelta(seconds=max(0.0, settings.retention - settings.story_window))
        kept = self._shelf.candidates(dict.fromkeys(text_keys(found.text), 1), found.at - beyond)
        same = [story for story in kept if same_text(found.text, story)]
        youngest = max(same, key=lambda story: (story.last_at, story.id), default=None)
        return Assignment(story=youngest, how=How.COPY, score=1.0) if youngest else None

    def _keep(self, tagged: TaggedArticle, decision: Decision, joined: Assignment | Story | None) -> None:
        story = decision.story
        self._archive.append((tagged, story.id if story else None))
        self.decided.alerts += decision.alerts
        self.decided.entries += decision.entries
        if story is not None:
            self._shelf.put(story, tagged.article.id)
            self.decided.joined += joined is not None
            self.decided.new_stories += joined is None

    def _write(self) -> None:
        self._transaction.save_stories(self._shelf.changed)
        self._memory.keep(self._transaction)
        self._transaction.archive(self._archive)
        self._tell()
        self._transaction.log([*self.decided.entries, *self.decided.routed])

    def _tell(self) -> None:
        """Each alert at once where there are no routes, else as they say. One that was decided before has been told."""
        routing, notify = self._policy.routing, self._policy.notify
        if routing is None:
            notifications = [one for _, made in self._prepared for one in made]
            self._transaction.add_alerts(self.decided.alerts, notifications)
            return
        known = self._transaction.alerts([alert.id for alert, _ in self._prepared])
        self._transaction.add_alerts(self.decided.alerts, [])
        fresh = [(alert, made) for alert, made in self._prepared if alert.id not in known]
        if fresh:
            dispatched = Dispatch(self._transaction, routing, notify, self._given.now).run(fresh)
            self._transaction.add_alerts([], dispatched.notifications)
            self.decided.routed = dispatched.entries
