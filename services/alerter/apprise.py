"""The long tail: any service that Apprise speaks to, by its URL. https://appriseit.com

Apprise comes with the extra ``apprise`` of wirewatch. It logs URLs, follows redirects, waits between messages and tries again by itself;
here it does none of that: the sender paces and repeats, and nothing that Apprise says leaves this file but a status.
"""

import logging
import re
import threading
from importlib.util import find_spec
from typing import Any

from msgspec.json import Decoder

from services.alerter.render.apprise import ApprisePayload
from services.core.notification import Ambiguous, Failed, OutboxRow, Outcome, Sent
from services.core.settings import NEEDS_APPRISE

_TALKATIVE = ("apprise", "urllib3", "requests_oauthlib", "oauthlib")  # loggers that tell URLs and tokens
_KINDS = {"critical": "failure", "warning": "warning"}
_STATUS = re.compile(r"Failed to send .*error=(\d{3})\b")
_DOUBT = re.compile(r"Socket Exception: .*(Connection aborted|timed out\. \(read|RemoteDisconnected|IncompleteRead)")

_decoder = Decoder(ApprisePayload)


class AppriseNotifier:
    """One service. A send that does not end in time goes on in a thread of its own, and none begins before it has ended."""

    def __init__(self, url: str) -> None:
        """Raises ValueError, without the URL, where Apprise is not installed or does not know such a URL."""
        self._service = _service(url)
        self._busy: threading.Thread | None = None

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  most services know no threads
        """Send the alert."""
        shown = _decoder.decode(row.notification.payload)
        if self._busy is not None and self._busy.is_alive():
            return Failed(reason="the send before this one has not ended yet")
        outcomes: list[Outcome] = []
        self._busy = threading.Thread(
            target=lambda: outcomes.append(self._tell(shown, repeat=row.repeat)), name="apprise", daemon=True
        )
        self._busy.start()
        self._busy.join(timeout)
        return outcomes[0] if outcomes else Ambiguous(reason=f"no answer within {timeout:g} s")

    def close(self) -> None:
        """Nothing is held between sends."""

    def _tell(self, shown: ApprisePayload, *, repeat: bool) -> Outcome:
        heard = _Heard()
        try:
            told = self._service.notify(
                title=("(possible repeat) " if repeat else "") + shown.title, body=shown.body, body_format="text",
                notify_type=_KINDS.get(shown.severity, "info"), log_callback=heard, log_level=logging.DEBUG,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  what a plug-in raises may tell its URL
            return Ambiguous(reason=f"Apprise broke: {type(error).__name__}")
        return Sent() if told else heard.outcome


class _Heard:
    """What Apprise says while it sends, of which only a status and a doubt are kept."""

    def __init__(self) -> None:
        self._status = ""
        self._doubt = False

    def __call__(self, entry: Any, _service: Any) -> None:
        status = _STATUS.match(entry.message)
        self._status = status.group(1) if status else self._status
        self._doubt = self._doubt or _DOUBT.match(entry.message) is not None

    @property
    def outcome(self) -> Outcome:
        """Why it failed: the answer was lost, or the service did not take it."""
        if self._doubt:
            return Ambiguous(reason="connection lost before the answer")
        return Failed(reason=f"HTTP {self._status}" if self._status else "Apprise could not deliver it")


def _service(url: str) -> Any:
    """Apprise with this one service. Raises ValueError."""
    if find_spec("apprise") is None:
        raise ValueError(NEEDS_APPRISE)
    import apprise

    _silence()
    asset = apprise.AppriseAsset(async_mode=False, storage_mode="memory", secure_logging=True)
    plugin = apprise.Apprise.instantiate(url.strip(), asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise ValueError("Apprise knows no such URL; https://appriseit.com/services/ lists those it knows")
    plugin.redirects = False  # a token in the URL goes nowhere else
    plugin.request_rate_per_sec = 0  # the receiver has a rate
    plugin.retry = 0
    plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    made = apprise.Apprise(asset=asset)
    made.add(plugin)
    return made


def _silence() -> None:
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.handlers = [logging.NullHandler()]
    logging.getLogger("apprise").setLevel(logging.DEBUG)  # else it does not say to us either how it failed
