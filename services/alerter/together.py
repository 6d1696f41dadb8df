"""Rules that say the same of one article to one reader: told in one message that names them all."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from services.core.alert import Alert
from services.core.group import Kind, Step, Telling
from services.core.ledger import Fate
from services.core.settings import (
    AppriseReceiver,
    Receiver,
    SlackReceiver,
    SlackWebhookReceiver,
    SmtpReceiver,
    StdoutReceiver,
)

_READ_BY_PEOPLE = (AppriseReceiver, SlackReceiver, SlackWebhookReceiver, SmtpReceiver, StdoutReceiver)


class Alone(Struct, frozen=True):
    """A telling of one alert, with its steps."""

    telling: Telling
    steps: tuple[Step, ...]

    @property
    def alert_id(self) -> str:
        """The alert it tells."""
        return self.telling.alert_ids[0]


def is_alone(telling: Telling, receiver: Receiver | None) -> bool:
    """Whether it tells one alert to people, of a route that groups nothing. What machines read comes rule by rule."""
    plain = telling.kind is Kind.GROUP and not telling.again and telling.day is None
    ungrouped = telling.labels == {"alert": telling.alert_ids[0]}
    return plain and ungrouped and len(telling.alert_ids) == 1 and isinstance(receiver, _READ_BY_PEOPLE)


def together(alone: Sequence[Alone], alerts: Mapping[str, Alert]) -> list[list[Alone]]:
    """Side by side those that tell one receiver the same act, or the same sentence, of the same article; the gravest first."""
    found: dict[tuple[str, bytes], list[Alone]] = {}
    for one in alone:
        found.setdefault((one.telling.receiver, _said(alerts[one.alert_id])), []).append(one)
    return [sorted(same, key=lambda one: -alerts[one.alert_id].severity.rank) for same in found.values()]


def joined(same: Sequence[Alone]) -> tuple[Step, ...]:
    """The steps of all of them: the first is told with the others, and each of these in its message."""
    lead, *others = same
    if not others:
        return lead.steps
    with_others = f"with {len(others)} other rule{'s' * (len(others) > 1)} that say{'s' * (len(others) == 1)} the same"
    return (
        *(_reason(step, with_others) for step in lead.steps),
        *(_reason(step, f"in the message of alert {lead.alert_id}") for one in others for step in one.steps),
    )


def _said(alert: Alert) -> bytes:
    what = alert.development.act or alert.sentence
    return msgspec.json.encode((alert.article_id, alert.revision, what))


def _reason(step: Step, reason: str) -> Step:
    return msgspec.structs.replace(step, reason=reason) if step.fate is Fate.TOLD else step
