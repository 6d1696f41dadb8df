"""Rules: an analyst's condition, with severity and an owner."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from services.core.alert import BY_DEFAULT, DevelopmentKind, Severity


class Mode(StrEnum):
    """What a match leads to."""

    ALERT = "alert"
    SHADOW = "shadow"  # decided and recorded, nothing sent
    OFF = "off"


Text = Annotated[str, Meta(pattern=r"\S", max_length=4000)]


class Sample(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article to test a rule with."""

    title: Text
    text: Annotated[str, Meta(max_length=4000)] = ""
    outlet: str = "test"
    language: str | None = None  # as its feed would say


Samples = Annotated[tuple[Text | Sample, ...], Meta(max_length=50)]


class RuleTests(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule must and must not match. A text alone is an article whose first line is the title."""

    must_match: Samples = ()
    must_not_match: Samples = ()


Kinds = Annotated[tuple[DevelopmentKind, ...], Meta(min_length=1, max_length=20)]


class RuleSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as an analyst writes it. ``when`` is in the language of docs/reference/rules.md.

    ``notify_on`` names the kinds of development that it tells; the others are recorded, and count as told.
    """

    id: str
    title: str
    when: str
    version: str = "1"
    severity: Severity = Severity.WARNING
    owner: str | None = None
    mode: Mode = Mode.ALERT
    notify_on: Kinds = BY_DEFAULT
    labels: dict[str, str] = {}
    tests: RuleTests = RuleTests()
