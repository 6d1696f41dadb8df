"""Politeness: how many requests a host gets at once, and how far apart."""

from dataclasses import dataclass

_SLICE = 0.25  # seconds; the shortest time worth waiting
_LONGEST = 60.0  # seconds; then it is asked again


@dataclass(slots=True)
class _Host:
    in_flight: int = 0
    free_at: float = 0.0
    queue_end: float = 0.0  # when the last of those sent away may come


class Hosts:
    """Who may call on a host now. Times are monotonic seconds, given by the caller; used from one thread.

    Nobody waits here: a feed that may not call is told when to come again, so a slow host holds up only its own feeds.
    """

    def __init__(self, per_host: int, pause: float) -> None:
        self._per_host = per_host
        self._pause = pause
        self._hosts: dict[str, _Host] = {}

    def enter(self, host: str, now: float) -> float:
        """0 if the caller may go, and then must :meth:`leave`; else seconds to come again after."""
        known = self._hosts.setdefault(host, _Host())
        if known.in_flight < self._per_host and known.free_at <= now:
            known.in_flight += 1
            known.free_at = now + self._pause
            return 0.0
        known.queue_end = max(known.queue_end, known.free_at, now) + max(self._pause, _SLICE)
        if known.queue_end - now > _LONGEST:
            known.queue_end = now  # the queue starts over behind those already told
            return _LONGEST
        return known.queue_end - now

    def leave(self, host: str, now: float) -> None:
        """The request is done; the pause counts from here."""
        known = self._hosts[host]
        known.in_flight -= 1
        known.free_at = max(known.free_at, now + self._pause)

    def hold(self, host: str, until: float) -> None:
        """The host asked to be left alone."""
        known = self._hosts.setdefault(host, _Host())
        known.free_at = max(known.free_at, until)
