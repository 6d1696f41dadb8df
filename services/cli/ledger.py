"""``wirewatch ledger ARTICLE|STORY|ALERT`` or ``--since 1h``: what became of it, one line for each step."""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from services.cli.arguments import add_config, configuration, since
from services.cli.feedback import said
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.feed import Seen
from services.core.feedback import Judgement
from services.core.ledger import OF_ROUTES, Fate, LedgerEntry
from services.core.moment import Moment
from services.core.notification import DeliveryState, OutboxRow, late_story
from services.core.ports.store import AlertStore
from services.core.printable import printable
from services.core.rules.reading import kind_of
from services.openers import open_database
from services.telemetry import log

if TYPE_CHECKING:
    from services.store.engine import Store

_TEXT = 300  # code points
_LIMIT, _MOST = 1000, 100_000


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that became of a revision of an article.

    ``what``: published (to the extractor), tagged, story, rule (one that matched), article (a decision about it as a whole),
    route (what became of an alert at a route), notification, feedback. ``text`` says it for people; the other fields are there where they mean something.
    """

    at: Moment
    article: str
    revision: int
    what: str
    text: str
    story: str | None = None
    rule: str | None = None
    fate: str | None = None
    reason: str | None = None
    development: str | None = None
    alert: str | None = None
    route: str | None = None
    group: str | None = None
    by: str | None = None
    until: Moment | None = None
    notification: str | None = None
    receiver: str | None = None
    state: str | None = None
    attempts: int | None = None
    due_at: Moment | None = None
    remote_id: str | None = None
    error: str | None = None


class Found(NamedTuple):
    """Ledger entries, and whether there are more of them."""

    entries: tuple[LedgerEntry, ...]
    more: bool = False


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("ledger", help="tell what became of an article, a story or an alert, or of everything")
    add_config(own)
    which = own.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="of an article, a story or an alert")
    which.add_argument("--since", type=since, metavar="WHEN", help="all that was decided since: 45m, 12h, 30d ago, or a time")  # fmt: skip
    own.add_argument("--json", action="store_true", help="one JSON object per step")
    own.add_argument("--limit", type=_limit, default=_LIMIT, metavar="N", help=f"decisions shown at most (default {_LIMIT})")  # fmt: skip
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the steps. 1 where the id is not known."""
    loaded = configuration(args)
    log.configure("warning", loaded.settings.telemetry.log_format)
    show = _as_json if args.json else _for_people
    with open_database(loaded.settings) as store:
        if args.id is None:
            return _print(store, _cut(store.alerts.ledger(since=args.since, limit=args.limit + 1), args.limit), show)
        found = find(store.alerts, args.id, args.limit)
        if found is not None:
            return _print(store, found, show)
        seen = store.feeds.seen([args.id]).get(args.id)
    if seen is not None:
        print(show(_published(seen)))
        return 0
    print(f"no article, story or alert {printable(args.id)}: never seen, or forgotten", file=sys.stderr)
    return 1


def find(alerts: AlertStore, ident: str, limit: int) -> Found | None:
    """The decisions about an article, a story or an alert; None where there is no such."""
    for kind in ("article_id", "story_id", "alert_id"):
        entries = alerts.ledger(**{kind: ident}, limit=limit + 1)  # type: ignore[arg-type]
        if not entries:  # alerts are kept longer
            entries = tuple(map(_entry, alerts.alerts(**{kind: ident}, limit=limit + 1)))  # type: ignore[arg-type]
        if entries:
            return _cut(entries, limit)
    return None


def steps(store: "Store", entries: Iterable[LedgerEntry]) -> Iterator[Step]:
    """What became of each revision of an article, in the order in which the first decision about each was taken."""
    grouped: dict[tuple[str, int], list[LedgerEntry]] = {}
    for entry in entries:
        grouped.setdefault((entry.article_id, entry.revision), []).append(entry)
    for (article_id, revision), decided in grouped.items():
        yield from _tagged(store.alerts, article_id, revision)
        yield from _story(decided)
        for entry in decided:
            yield from _decided(store, entry)


def _tagged(alerts: AlertStore, article_id: str, revision: int) -> Iterator[Step]:
    for tagged, _ in alerts.articles(article_id):
        if tagged.article.revision == revision:
            yield Step(
                at=tagged.tagged_at, article=article_id, revision=revision, what="tagged", text=_read(tagged)
            )  # fmt: skip


def _read(tagged: TaggedArticle) -> str:
    topics = [f"{topic.id} {topic.score:.2f}" for topic in tagged.topics if topic.about]
    acts = [f"{kind_of(act)} {act.stage} {act.certainty}" for act in tagged.acts]
    unread = [f"unread: {tagged.skipped} {tagged.language}"] if tagged.skipped else []
    found = "; ".join([*unread, *topics, *dict.fromkeys(acts)]) or "no topic, no act"
    return f'{tagged.article.outlet} "{tagged.article.title}": {found}'


def _story(decided: Iterable[LedgerEntry]) -> Iterator[Step]:
    """The story once, though each entry names it."""
    entry = next((one for one in decided if one.story_id), None)
    if entry is not None:
        why = entry.placed or "why is not recorded"
        yield _step(entry, "story", f"{entry.story_id}: {why}", story=entry.story_id, reason=why)


def _decided(store: "Store", entry: LedgerEntry) -> Iterator[Step]:
    if entry.fate in OF_ROUTES:
        yield _routed(entry)
        return
    if entry.alert_id is None:
        what, named = ("rule", f"{entry.rule} ") if entry.rule else ("article", "")
        yield _step(
            entry, what, f"{named}{entry.fate}: {entry.reason}", story=entry.story_id, rule=entry.rule,
            fate=entry.fate.value, reason=entry.reason,
        )  # fmt: skip
        return
    alert = next(iter(store.alerts.alerts(alert_id=entry.alert_id)), None)
    kind = alert.development.kind.value if alert else None
    yield _step(
        entry, "rule", f"{entry.rule} {entry.fate} {entry.alert_id}, {kind or 'forgotten'}: {entry.reason}",
        story=entry.story_id, rule=entry.rule, fate=entry.fate.value, reason=entry.reason, development=kind, alert=entry.alert_id,
    )  # fmt: skip
    rows = store.outbox.rows(alert_id=entry.alert_id)
    yield from (_notified(entry, row) for row in rows)
    if not rows:
        yield _step(entry, "notification", f"{entry.alert_id}: none kept", alert=entry.alert_id)
    yield from (_judged(entry, one) for one in store.feedback.of(entry.alert_id))


def _routed(entry: LedgerEntry) -> Step:
    text = f"{entry.alert_id} {entry.fate}: to {entry.receiver} by route {entry.route}, group {entry.group}: {entry.reason}"
    return Step(
        at=entry.at, article=entry.article_id, revision=entry.revision, what="route", text=text, story=entry.story_id,
        fate=entry.fate.value, reason=entry.reason, alert=entry.alert_id, route=entry.route, receiver=entry.receiver,
        group=entry.group, by=entry.by, until=entry.until,
    )  # fmt: skip


def _notified(entry: LedgerEntry, row: OutboxRow) -> Step:
    tries = f"{row.attempts} attempt{'s' * (row.attempts != 1)}"
    due = f", due {row.due_at:%Y-%m-%d %H:%M:%S}" if row.state in {DeliveryState.PENDING, DeliveryState.RETRY} else ""
    remote = f", as {row.remote_id}" if row.remote_id else ""
    repeat = ", a possible repeat" if row.repeat else ""
    error = f": {row.error}" if row.error else ""
    note = row.notification
    digest = f" in the digest {note.id}" if note.story_id == late_story(note.receiver) else ""
    return Step(
        at=row.settled_at or row.notification.created_at, article=entry.article_id, revision=entry.revision, what="notification",
        text=f"{entry.alert_id} to {note.receiver}{digest}: {row.state} after {tries}{due}{remote}{repeat}{error}",
        story=entry.story_id, alert=entry.alert_id, notification=row.notification.id, receiver=row.notification.receiver,
        state=row.state.value, attempts=row.attempts, due_at=row.due_at if due else None, remote_id=row.remote_id, error=row.error,
    )  # fmt: skip


def _judged(entry: LedgerEntry, one: Judgement) -> Step:
    return Step(
        at=one.at, article=entry.article_id, revision=entry.revision, what="feedback", text=said(one), story=entry.story_id,
        rule=entry.rule, reason=one.note or None, alert=one.alert_id, by=one.author, state=one.opinion.value,
    )  # fmt: skip


def _published(seen: Seen) -> Step:
    return Step(
        at=seen.first_seen_at, article=seen.article_id, revision=seen.revision, what="published",
        text=f"from feed {seen.feed}; not decided yet, a dead letter, or its decision is forgotten",
    )  # fmt: skip


def _step(entry: LedgerEntry, what: str, text: str, **more: str | None) -> Step:
    return Step(at=entry.at, article=entry.article_id, revision=entry.revision, what=what, text=text, **more)  # type: ignore[arg-type]


def _entry(alert: Alert) -> LedgerEntry:
    """The entry that the ledger held of the alert."""
    return LedgerEntry(
        article_id=alert.article_id, revision=alert.revision, at=alert.decided_at, fate=Fate.ALERTED, reason=alert.development.why,
        story_id=alert.story_id, rule=alert.rule, alert_id=alert.id,
    )  # fmt: skip


def _cut(entries: tuple[LedgerEntry, ...], limit: int) -> Found:
    return Found(entries[:limit], more=len(entries) > limit)


def _print(store: "Store", found: Found, show: Callable[[Step], str]) -> int:
    for step in steps(store, found.entries):
        print(show(step))
    if found.more:
        print(f"there are more than these {len(found.entries)} decisions; --limit N shows more", file=sys.stderr)
    return 0


def _for_people(step: Step) -> str:
    where = f"{printable(step.article, _TEXT)} revision {step.revision}"
    return f"{step.at:%Y-%m-%d %H:%M:%S} {where} {step.what}: {printable(step.text, _TEXT)}"


def _as_json(step: Step) -> str:
    return msgspec.json.encode(step).decode()


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST:
        return int(text)
    raise argparse.ArgumentTypeError(f'"{text[:40]}" is not a number from 1 to {_MOST}')
