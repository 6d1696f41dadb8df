"""Alerts in which wirewatch speaks of itself: in every respect like others, so that every receiver can show them."""

from datetime import datetime

from services.alerter.render.notifications import notifications
from services.core.alert import Alert, Development, DevelopmentKind, Severity
from services.core.mention import Span
from services.core.notification import Notification
from services.core.settings import Receiver, Route


def own_alert(
    *, rule: str, ident: str, story: str, title: str, sentence: str, mark: str, why: str, severity: Severity, now: datetime,
    labels: dict[str, str], kind: DevelopmentKind = DevelopmentKind.NEW_STORY,
) -> Alert:  # fmt: skip
    """``mark`` is a word of the sentence."""
    start = sentence.index(mark)
    development = Development(id=ident, story_id=story, kind=kind, why=why)
    return Alert(
        id=ident, rule=rule, rule_version="1", severity=severity, story_id=story, story_title=title, development=development,
        article_id=ident, revision=1, outlet="wirewatch", outlets=("wirewatch",), url="", title=title,
        sentence=Span(start=0, end=len(sentence), quote=sentence), marks=(Span(start=start, end=start + len(mark), quote=mark),),
        published_at=now, first_seen_at=now, decided_at=now,
        labels={"rule": rule, "severity": severity.value} | labels, trace_id=ident,
    )  # fmt: skip


def for_receiver(alert: Alert, receiver: Receiver) -> tuple[Notification, ...]:
    """One notification per recipient of the receiver."""
    made = notifications(alert, Route(receiver=receiver.name), {receiver.name: receiver}, alert.decided_at)
    return tuple(note for note in made if note.receiver == receiver.name)
