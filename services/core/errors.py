"""Failures, named for what the caller does next.

::

    WirewatchError
      Retriable            try the same call again, after a pause
        BufferFull         a bounded buffer has no room: stop producing until it drains
      Fatal                this object is broken: drop it and build a new one
      Lost                 somebody else owns the work now: forget it, do not commit it
      Poison               this message can never be processed: dead-letter it and go on
      ConfigInvalid        the configuration has mistakes: show them all, keep the old one
"""

from collections.abc import Sequence
from enum import StrEnum


class WirewatchError(Exception):
    """Base of every error that wirewatch raises on purpose."""


class Retriable(WirewatchError):
    """The call failed for a reason that passes (a broker away, a lock held). Nothing was done, or doing it again is safe."""


class BufferFull(Retriable):
    """A bounded buffer had no room within the time allowed. Nothing was accepted."""


class Fatal(WirewatchError):
    """The object that raised can do no more work: close it and build a new one."""


class Lost(WirewatchError):
    """A lease, a partition or an offset now belongs to somebody else. Work done under it must not be committed."""


class PoisonReason(StrEnum):
    """Why a message can never be processed. The same words label metrics and dead letters."""

    MALFORMED = "malformed"  # not JSON, not UTF-8, or not the schema it claims
    UNKNOWN_SCHEMA = "unknown_schema"  # a schema or version this release does not read
    TOO_LARGE = "too_large"  # over the stream's record limit
    TIMED_OUT = "timed_out"  # processing it alone exceeds the deadline
    CRASHED = "crashed"  # processing it alone fails every time


class Poison(WirewatchError):
    """This message can never be processed; ``reason`` says why in a bounded vocabulary, ``detail`` in words."""

    def __init__(self, reason: PoisonReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ConfigInvalid(WirewatchError):
    """The configuration has mistakes. ``problems`` holds one line per mistake: where, what, what is allowed."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)
