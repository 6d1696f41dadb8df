"""Inhibition: an alert that is not told because of another one, as in Alertmanager.

https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from services.core.matcher import all_match

_Matchers = Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
Labels = Mapping[str, str]


class InhibitRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An alert that the target matchers match is not told while one is open that the source matchers match, if the ``equal`` labels are."""

    source_matchers: _Matchers
    target_matchers: _Matchers
    equal: Annotated[tuple[str, ...], Meta(max_length=20)] = ()


def inhibiting(rules: Iterable[InhibitRule], target: Labels, open_alerts: Sequence[tuple[str, Labels]]) -> str | None:
    """The id of the first open alert that inhibits one with the labels ``target``, or None.

    An alert that is source and target of a rule inhibits no other such one: so none inhibits itself. An absent label
    equals the empty one.
    """
    for rule in rules:
        if not all_match(rule.target_matchers, target):
            continue
        both = all_match(rule.source_matchers, target)
        for ident, source in open_alerts:
            if (
                all_match(rule.source_matchers, source)
                and all(source.get(label, "") == target.get(label, "") for label in rule.equal)
                and not (both and all_match(rule.target_matchers, source))
            ):
                return ident
    return None


def sources_among(rules: Sequence[InhibitRule], alerts: Iterable[tuple[str, Labels]]) -> list[tuple[str, Labels]]:
    """Those of the alerts that can inhibit another."""
    return [
        (ident, labels) for ident, labels in alerts if any(all_match(rule.source_matchers, labels) for rule in rules)
    ]
