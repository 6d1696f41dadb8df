"""The store: what must survive a crash. One port per user, one database behind them.

Every method is one transaction unless it says otherwise. All raise Retriable while the database is away or busy,
Fatal when the schema does not fit. Methods are called from threads, never from an event loop.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.background import Counted
from services.core.feed import Feed, FeedLease, FeedState, Seen
from services.core.feedback import Judgement, Tally
from services.core.group import Group
from services.core.ledger import LedgerEntry
from services.core.notification import DeliveryState, Notification, OutboxRow, Outcome
from services.core.ports.bus import Partition
from services.core.silence import Silence
from services.core.story import Story


class FeedStore(Protocol):
    """Polling state. Pollers share work by leasing feeds."""

    def sync(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Know exactly these feeds: new ones are due at once, a changed URL starts anew, feeds gone from the list are no longer leased (their state stays)."""

    def lease(self, owner: str, now: datetime, *, limit: int, seconds: float) -> tuple[FeedLease, ...]:
        """Lease up to ``limit`` feeds that are due and not leased, the longest due first."""

    def seen(self, article_ids: Collection[str]) -> dict[str, Seen]:
        """What was published before of these articles."""

    def save(self, lease: FeedLease, state: FeedState, seen: Sequence[Seen]) -> None:
        """End the lease: write the state and what was published. Raises Lost, writing nothing, if the lease has passed to another."""

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` Seen not seen since ``before``; how many."""


class AlertTransaction(Protocol):
    """One transaction of the alerter. Nothing is visible to others until it commits."""

    def advance(self, group: str, offsets: Mapping[Partition, tuple[int | None, int]]) -> None:
        """Move the group's offsets from the first to the second of each pair (None: no offset yet). Raises Lost if another alerter has moved one."""

    def decided(self, articles: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
        """Which of these (article id, revision) have been archived already."""

    def sharing(self, keys: Collection[str], since: datetime, most: int) -> dict[str, tuple[tuple[datetime, str], ...]]:
        """For each key the youngest ``most`` stories not older than ``since`` that have it, as (last_at, id), the youngest first."""

    def stories(self, ids: Collection[str]) -> dict[str, Story]:
        """These stories."""

    def save_stories(self, stories: Sequence[Story]) -> None:
        """Insert or replace, with their keys."""

    def background(self, after: int) -> tuple[tuple[int, Counted], ...]:
        """What was kept of the background after this place, each with its own place, in order; nothing older than the latest whole one."""

    def keep_background(self, counted: Counted) -> int:
        """Keep what was counted; the place at which it stands. A whole one takes the place of all before."""

    def story_of(self, article_id: str) -> str | None:
        """The story that an earlier revision of this article was assigned to."""

    def archive(self, articles: Sequence[tuple[TaggedArticle, str | None]]) -> None:
        """Keep tagged articles, each with the id of its story."""

    def add_alerts(self, alerts: Sequence[Alert], notifications: Sequence[Notification]) -> None:
        """Record alerts and put their notifications in the outbox, due at once. An id that exists already is left as it is."""

    def alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """These alerts, as far as they have been decided."""

    def latest_alerts(self, since: datetime, limit: int) -> tuple[Alert, ...]:
        """Alerts decided after ``since``, the youngest first."""

    def groups(self, keys: Collection[str]) -> dict[str, Group]:
        """The groups of alerts at these keys, where there are any."""

    def due_groups(self, now: datetime, limit: int) -> tuple[Group, ...]:
        """Groups whose time has come, the longest due first."""

    def save_groups(self, groups: Mapping[str, Group | None]) -> None:
        """Insert or replace by key; None deletes."""

    def silences(self, now: datetime, limit: int = 1000) -> tuple[Silence, ...]:
        """Silences that have not ended, those that end last first."""

    def log(self, entries: Sequence[LedgerEntry]) -> None:
        """Append to the ledger."""


class AlertStore(Protocol):
    """What the alerter decides on, and what analysts read of it."""

    def transaction(self) -> AbstractContextManager[AlertTransaction]:
        """Commits when the block ends, rolls back when it raises. One transaction goes at a time, over all alerters of a database: keep it short."""

    def offsets(self, group: str) -> dict[Partition, int]:
        """The next offset per partition, as of the last transaction."""

    def articles(self, article_id: str) -> tuple[tuple[TaggedArticle, str | None], ...]:
        """All archived revisions of an article with their story ids, oldest first."""

    def archived(
        self, *, since: datetime, after: TaggedArticle | None = None, limit: int = 500
    ) -> tuple[tuple[TaggedArticle, str | None], ...]:
        """A page of the archive with story ids: revisions tagged at ``since`` or later, in the order of tagging.

        ``after`` is the last of the page before; an empty page is the end. What is archived between two pages may be missed.
        """

    def story(self, story_id: str) -> Story | None:
        """One story."""

    def alerts(
        self, *, since: datetime | None = None, article_id: str | None = None, story_id: str | None = None,
        alert_id: str | None = None, limit: int = 1000,
    ) -> tuple[Alert, ...]:  # fmt: skip
        """Alerts decided, oldest first; only those of an article, of a story, or one, where that is given."""

    def ledger(
        self, *, article_id: str | None = None, since: datetime | None = None, story_id: str | None = None,
        alert_id: str | None = None, limit: int = 1000,
    ) -> tuple[LedgerEntry, ...]:  # fmt: skip
        """Ledger entries, oldest first; only those about an article, a story or an alert, where that is given."""

    def next_due(self) -> datetime | None:
        """When the next group of alerts has to be looked at; None if there is no group."""

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` archived articles, stories, ledger entries and ended silences older than ``before``; how many."""


class SilenceStore(Protocol):
    """Silences, as people add and expire them. The alerter reads them in its transactions."""

    def add(self, silence: Silence) -> None:
        """Add a silence. One whose id exists already is left as it is."""

    def all(self, *, ending_after: datetime | None = None, limit: int = 1000) -> tuple[Silence, ...]:
        """Silences, those that end first first; only those that end later than a moment, where it is given."""

    def expire(self, ident: str, now: datetime) -> Silence | None:
        """End a silence now; how it was before. None if there is no such."""


class FeedbackStore(Protocol):
    """What people say of alerts. It is kept as long as the alerts."""

    def judge(self, judgement: Judgement) -> bool:
        """Keep it instead of what its author said of the alert before; False, keeping nothing, if there is no such alert."""

    def of(self, alert_id: str, limit: int = 100) -> tuple[Judgement, ...]:
        """What was said of an alert, oldest first."""

    def starting(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Ids of alerts that begin with ``prefix``, in order."""

    def tallies(self, since: datetime) -> tuple[Tally, ...]:
        """Alerts decided at ``since`` or later by rule and version, in their order. One that several have judged counts as was said last."""


class Outbox(Protocol):
    """Notifications decided but not yet delivered; survives a crash."""

    def claim(
        self, owner: str, now: datetime, *, receivers: Collection[str], limit: int, seconds: float
    ) -> tuple[OutboxRow, ...]:
        """Lease due rows, the oldest first per receiver: pending, retry, and sending rows whose lease has run out.

        Each comes back as ``sending`` with attempts counted up; a row whose lease had run out comes with ``repeat`` set.
        """

    def settle(
        self, owner: str, row: OutboxRow, outcome: Outcome, now: datetime, *, state: DeliveryState, due_at: datetime
    ) -> None:
        """Write what became of a claimed row: the state the sender decided and when it is due again. Raises Lost if the row was claimed by another."""

    def put(self, notifications: Sequence[Notification]) -> None:
        """Put notifications into the outbox that no alert of a rule stands behind. An id that exists already is left as it is."""

    def overflow(self, receiver: str, keep: int, now: datetime) -> int:
        """Call all but the youngest ``keep`` of those that wait for the receiver too late; how many. Digests are not counted."""

    def late(self, receiver: str, *, limit: int, alone: bool) -> tuple[OutboxRow, ...]:
        """What came too late and waits for a digest, oldest first, and with it earlier digests that have certainly not arrived.

        Nothing if none came too late or, with ``alone``, while other notifications to the receiver wait.
        """

    def gather(self, rows: Sequence[OutboxRow], digests: Sequence[Notification], now: datetime) -> bool:
        """Put the digests into the outbox in the place of these rows of :meth:`late`. False, changing nothing, if another has taken one meanwhile."""

    def alerts(self, ids: Collection[str]) -> dict[str, Alert]:
        """These alerts, as far as they are kept."""

    def thread(self, receiver: str, story_id: str) -> str | None:
        """The remote id of the first notification about the story that this receiver accepted."""

    def depth(self) -> dict[tuple[str, DeliveryState], int]:
        """Rows per receiver and state."""

    def rows(
        self, *, alert_id: str | None = None, story_id: str | None = None, states: Collection[DeliveryState] = (),
        limit: int = 1000,
    ) -> tuple[OutboxRow, ...]:  # fmt: skip
        """Rows for people to look at, oldest first."""

    def forget(self, before: datetime, limit: int) -> int:
        """Delete up to ``limit`` rows that are sent, dead or digested and were settled before ``before``; how many."""
