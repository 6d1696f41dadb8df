"""The notification that tries a receiver: an alert in every respect but that it says, wherever it shows, that it is a test."""

from datetime import datetime

from services.alerter.render.notifications import notifications
from services.core.alert import Alert, Development, DevelopmentKind, Severity
from services.core.mention import Span
from services.core.notification import Notification
from services.core.settings import Receiver, Route

RULE = "wirewatch-notify-test"
_TITLE = "TEST of the receiver {receiver}: nothing has happened"
_SENTENCE = "This is a test, sent by hand to see whether alerts arrive here."


def trial(receiver: Receiver, ident: str, now: datetime) -> tuple[Notification, ...]:
    """One notification per recipient of ``receiver``. ``ident`` tells this test from others."""
    made = notifications(
        _alert(receiver.name, ident, now), Route(receiver=receiver.name), {receiver.name: receiver}, now
    )
    return tuple(note for note in made if note.receiver == receiver.name)


def _alert(receiver: str, ident: str, now: datetime) -> Alert:
    title, story = _TITLE.format(receiver=receiver), f"test.{ident}"
    whole = Span(start=0, end=len(_SENTENCE), quote=_SENTENCE)
    mark = Span(start=_SENTENCE.index("test"), end=_SENTENCE.index("test") + 4, quote="test")
    development = Development(
        id=story, story_id=story, kind=DevelopmentKind.NEW_STORY, why="somebody ran `wirewatch notify test`"
    )
    return Alert(
        id=story, rule=RULE, rule_version="1", severity=Severity.INFO, story_id=story, story_title=title, development=development,
        article_id=story, revision=1, outlet="wirewatch", outlets=("wirewatch",), url="", title=title, sentence=whole, marks=(mark,),
        published_at=now, first_seen_at=now, decided_at=now, labels={"rule": RULE, "severity": "info", "test": "true"}, trace_id=ident,
    )  # fmt: skip
