"""Rules: an analyst's condition, with severity and an owner."""

from enum import StrEnum

from msgspec import Struct

from services.core.alert import Severity


class Mode(StrEnum):
    """What a match leads to."""

    ALERT = "alert"
    SHADOW = "shadow"  # decided and recorded, nothing sent
    OFF = "off"


class RuleSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as an analyst writes it. ``when`` is in the language of docs/reference/rules.md."""

    id: str
    title: str
    when: str
    version: str = "1"
    severity: Severity = Severity.WARNING
    owner: str | None = None
    mode: Mode = Mode.ALERT
    labels: dict[str, str] = {}
