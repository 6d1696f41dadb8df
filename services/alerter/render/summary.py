"""Several alerts told together: the end of a group's wait, of quiet hours, a digest, a repetition. Pure, as all rendering."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from services.alerter.render import alertmanager, apprise, event, mail, slack, text
from services.alerter.render.card import Card, card
from services.alerter.render.clean import cut, one_line
from services.core.alert import Alert
from services.core.feedback_link import FeedbackLinks
from services.core.group import Kind, Telling
from services.core.notification import Notification
from services.core.settings import (
    AlertmanagerReceiver,
    AppriseReceiver,
    Receiver,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
)

_SHOWN = 40  # alerts shown in full lines; of the others, how many
_IN_SLACK = 20
_SLACK_SIZE = 11_500  # characters; Slack takes about 13,000 in all blocks together
_IN_EVENT = 200
_TITLE = 160

Show = Callable[[Alert], Card]


class Digest(Struct, frozen=True, kw_only=True):
    """What is shown: the heading, and the alerts, the most severe first."""

    heading: str
    severity: str
    cards: tuple[Card, ...]
    more: int


def summary(
    telling: Telling, alerts: Sequence[Alert], receiver: Receiver, now: datetime, *,
    notes: Mapping[str, str] | None = None,
    links: FeedbackLinks | None = None,
) -> Iterator[Notification]:  # fmt: skip
    """The notifications that tell of these alerts together. The same telling gives the same ids and bytes again.

    ``notes`` by alert id: words that stand behind its headline. With ``links``, mails and Slack messages ask of each alert what it was worth.
    """
    ordered = sorted(alerts, key=lambda alert: (-alert.severity.rank, alert.decided_at, alert.id))
    stories = {alert.story_id for alert in ordered}
    ident = _ident(telling, now)
    story = stories.pop() if len(stories) == 1 else f"group.{ident}"
    for part, payload in _payloads(
        telling, ordered, receiver, ident, story, show=_showing(notes or {}, links, receiver.name)
    ):
        yield Notification(
            id=_digest(ident, part), receiver=receiver.name, story_id=story, alert_ids=telling.alert_ids, payload=payload,
            created_at=now, trace_id=ordered[0].trace_id,
        )  # fmt: skip


def heading(telling: Telling, alerts: Sequence[Alert]) -> str:
    """What this is, in a line."""
    count = f"{len(alerts)} alert{'s' * (len(alerts) != 1)}"
    if telling.kind is Kind.DIGEST and telling.day:
        return f"Digest of {telling.day}: {count}"
    if telling.kind is Kind.QUIET:
        return f"After quiet hours: {count}"
    if telling.kind is Kind.LATE:
        return f"Not delivered in time: {count}"
    named = ", ".join(f"{name} {value}" for name, value in telling.labels.items() if value and name != "alert")
    about = f" ({one_line(named, _TITLE)})" if named else ""
    return f"{'Again: ' if telling.again else ''}{count}{about}"


def _showing(notes: Mapping[str, str], links: FeedbackLinks | None, receiver: str) -> Show:
    """How an alert is shown: as its card, with what there is to note about it behind the headline."""

    def show(alert: Alert) -> Card:
        shown, noted = card(alert), notes.get(alert.id)
        judge = links.of(alert.id, receiver) if links else ()
        return replace(shown, headline=f"{shown.headline} ({noted})" if noted else shown.headline, judge=judge)

    return show


def _payloads(
    telling: Telling, alerts: Sequence[Alert], receiver: Receiver, ident: str, story: str, *, show: Show
) -> Iterator[tuple[str, bytes]]:  # fmt: skip
    match receiver:
        case StdoutReceiver():
            shown = _shown(telling, alerts, _SHOWN, show)
            yield "", event.encode(text.TextPayload(shown.severity, tuple(_lines(shown))))
        case SlackReceiver() | SlackWebhookReceiver():
            yield "", event.encode(_slack(_shown(telling, alerts, _IN_SLACK, show), ident))
        case AlertmanagerReceiver():  # which groups by itself
            yield "", alertmanager.payload([(one, show(one)) for one in alerts[:_IN_EVENT]], receiver.resolve_after)
        case AppriseReceiver():
            yield "", _short(_shown(telling, alerts, _SHOWN, show))
        case SmtpReceiver():
            shown = _shown(telling, alerts, _SHOWN, show)
            for to in dict.fromkeys(receiver.to):
                yield to, event.encode(_mail(shown, to, ident, _digest(story, receiver.name)))
        case _:
            yield "", event.encode(_event(telling, alerts, ident))


def _shown(telling: Telling, alerts: Sequence[Alert], most: int, show: Show) -> Digest:
    return Digest(
        heading=heading(telling, alerts), severity=alerts[0].severity.value, cards=tuple(map(show, alerts[:most])),
        more=max(0, len(alerts) - most),
    )  # fmt: skip


def _line(shown: Card) -> str:
    return cut(f"{shown.severity.upper()}: {shown.headline}", _TITLE * 2)


def _new(shown: Card) -> str:
    return cut(f"{shown.new} · {shown.outlets} · rule {shown.rule} · alert {shown.alert_id}", _TITLE * 3)


def _rest(shown: Digest) -> str:
    return f"and {shown.more} more; `wirewatch ledger` shows them" if shown.more else ""


def _lines(shown: Digest) -> Iterator[tuple[text.Run, ...]]:
    yield ((text.STRONG, f"{shown.heading}"),)
    for one in shown.cards:
        yield ((text.PLAIN, f"  {_line(one)}"),)
        yield ((text.LABEL, f"    {_new(one)}"),)
        yield ((text.LABEL, f"    {one.title} "), (text.PLAIN, one.link or ""))
    if shown.more:
        yield ((text.PLAIN, f"  {_rest(shown)}"),)


def _short(shown: Digest) -> bytes:
    """Two lines for each alert: services of which we know nothing take little."""
    said = [f"{apprise.plain(_line(one))}\n{apprise.link(one.link)}" for one in shown.cards]
    return apprise.encoded(shown.heading, shown.severity, [*said, _rest(shown)])


def _slack(shown: Digest, ident: str) -> slack.SlackPayload:
    blocks: list[slack.Block] = [{"type": "header", "text": slack.plain(shown.heading, 150)}]
    size = 0
    for number, one in enumerate(shown.cards):
        block = _slack_line(one)
        size += len(event.encode(block).decode())
        if size > _SLACK_SIZE:
            shown = replace(shown, more=shown.more + len(shown.cards) - number)
            break
        blocks.append(block)
    if shown.more:
        blocks.append({"type": "context", "elements": [slack.plain(_rest(shown), 300)]})
    metadata = {"event_type": "wirewatch_summary", "event_payload": {"notification_id": _digest(ident, "")}}
    return slack.SlackPayload(text=slack.escape(shown.heading), blocks=blocks, metadata=metadata)


def _slack_line(one: Card) -> slack.Block:
    where: slack.Block = {"type": "text", "text": cut(one.title, _TITLE)}
    if one.link and len(one.link) <= 300:
        where = {"type": "link", "url": one.link, "text": cut(one.title, _TITLE)}
    runs = [{"type": "text", "text": cut(_line(one), _TITLE) + "\n", "style": {"bold": True}}, where]
    for opinion, link in one.judge:
        between = "\n" if len(runs) == 2 else " · "
        runs += [{"type": "text", "text": between}, {"type": "link", "url": link, "text": opinion}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}


def _mail(shown: Digest, to: str, ident: str, story: str) -> mail.MailPayload:
    return mail.MailPayload(
        to=to, subject=cut(shown.heading, 180), text=_mail_text(shown), html=_mail_html(shown),
        message=f"summary.{ident[:32]}", story=f"story.{story}", severity=shown.severity, alert_id=shown.cards[0].alert_id,
        follow_up=False,
    )  # fmt: skip


def _mail_text(shown: Digest) -> str:
    parts = [
        f"{_line(one)}\n    {_new(one)}\n    {one.title}\n    {one.link or 'no link that is safe to follow'}\n{_judge(one)}"
        for one in shown.cards
    ]
    return "\n".join([f"{shown.heading}\n", *parts, _rest(shown)]).rstrip() + "\n"


def _judge(shown: Card) -> str:
    return "".join(f"    {opinion}? {link}\n" for opinion, link in shown.judge)


def _mail_html(shown: Digest) -> str:
    rows = "".join(f"<li>{_mail_row(one)}</li>" for one in shown.cards)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>wirewatch</title></head>'
        '<body style="font-family:sans-serif;color:#222222;max-width:42em">'
        f"<p><strong>{escape(shown.heading)}</strong></p><ul>{rows}</ul><p>{escape(_rest(shown))}</p></body></html>"
    )


def _mail_row(shown: Card) -> str:
    title = escape(shown.title)
    where = f'<a href="{escape(shown.link)}" rel="noopener noreferrer">{title}</a>' if shown.link else title
    judge = [f'<a href="{escape(link)}" rel="noopener noreferrer">{opinion}</a>' for opinion, link in shown.judge]
    small = "<br>".join([escape(_new(shown)), *([" · ".join(judge)] if judge else [])])
    return f'<strong>{escape(_line(shown))}</strong><br>{where}<br><span style="color:#666666">{small}</span>'


def _event(telling: Telling, alerts: Sequence[Alert], ident: str) -> dict[str, Any]:
    data = {
        "headline": heading(telling, alerts), "kind": telling.kind.value, "again": telling.again, "day": telling.day,
        "route": telling.route, "group": telling.key, "group_labels": telling.labels, "summary_id": ident,
        "alert_ids": telling.alert_ids, "alerts": list(alerts[:_IN_EVENT]),
    }  # fmt: skip
    return {"type": "alerts.summary", "timestamp": max(alert.decided_at for alert in alerts), "data": data}


def _ident(telling: Telling, now: datetime) -> str:
    """What makes this telling itself: of a repetition, and of what may come too late once more, the moment too."""
    moment = now.isoformat() if telling.again or telling.kind is Kind.LATE else str(telling.day)
    return _digest(telling.key, telling.receiver, moment, *telling.alert_ids)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]
