"""The stdout receiver: alerts for people at a terminal. Colour only on a terminal, and not where NO_COLOR asks for none."""

import os
import threading
from typing import TextIO

from msgspec.json import Decoder

from services.alerter.render.text import LABEL, MARK, STRONG, Run, TextPayload
from services.core.notification import Failed, OutboxRow, Outcome, Sent

_RESET = "\x1b[0m"
_STYLES = {LABEL: "\x1b[2m", MARK: "\x1b[1;4m"}
_SEVERITIES = {"critical": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}

_decoder = Decoder(TextPayload)


class StdoutNotifier:
    """Prints one alert as a block of lines with an empty line after it."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._colour = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def send(self, row: OutboxRow, *, thread: str | None, timeout: float) -> Outcome:  # noqa: ARG002  the port's shape
        """Print the alert in one write."""
        shown = _decoder.decode(row.notification.payload)
        styles = _STYLES | {STRONG: _SEVERITIES.get(shown.severity, "\x1b[1m")} if self._colour else {}
        lines = ["".join(_styled(run, styles) for run in line) for line in shown.lines]
        if row.repeat and lines:
            lines[0] += " (possible repeat)"
        return self._write("\n".join(lines) + "\n\n")

    def close(self) -> None:
        """Standard output stays open."""

    def _write(self, text: str) -> Outcome:
        encoding = self._out.encoding or "utf-8"
        try:
            with self._lock:
                self._out.write(text.encode(encoding, "backslashreplace").decode(encoding))
                self._out.flush()
        except (OSError, ValueError) as error:  # a closed pipe, a closed file
            return Failed(reason=f"cannot write to standard output: {type(error).__name__}")
        return Sent()


def _styled(run: Run, styles: dict[str, str]) -> str:
    style, text = run
    if style in styles:
        return f"{styles[style]}{text}{_RESET}"
    return f"*{text}*" if style == MARK else text
