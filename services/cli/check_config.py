"""``wirewatch check-config``: every mistake in a configuration, or what is in it."""

import argparse
from collections.abc import Iterator

from services.alerter.sense import sense_of
from services.cli.arguments import add_config
from services.config.secrets import resolve_secret
from services.core.errors import ConfigInvalid
from services.core.printable import printable
from services.core.rules.compile import compile_rule
from services.core.settings import Configuration, KafkaBus, Secret, Settings
from services.openers import load_configuration

_LONGEST = 2000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser(
        "check-config", help="name every mistake in a configuration, and run the tests of its rules"
    )
    add_config(own)
    own.add_argument("--secrets", action="store_true", help="also see that every secret can be read")
    own.add_argument("--strict", action="store_true", help="exit with 1 also where there is a warning")
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the mistakes and return 1, or print what the configuration holds and return 0; 1 with ``--strict`` and a warning."""
    try:
        found = load_configuration(args.config, tests=True)
        sense_of(found.settings.alerter.story_model)
        missing = list(missing_secrets(found)) if args.secrets else []
        if missing:
            raise ConfigInvalid(missing)
    except ConfigInvalid as error:
        print(*(printable(problem, _LONGEST) for problem in error.problems), sep="\n")
        return 1
    warnings = list(_warnings(found))
    print(*warnings, *_summary(found), sep="\n")
    return int(args.strict and bool(warnings))


def _summary(found: Configuration) -> Iterator[str]:
    outlets = {feed.outlet for feed in found.feeds.feeds}
    modes = [f"{mode} {sum(rule.mode == mode for rule in found.rules)}" for mode in ("alert", "shadow", "off")]
    receivers = [f"{receiver.name} ({type(receiver).__struct_config__.tag})" for receiver in found.routes.receivers]
    yield f"feeds      {len(found.feeds.feeds)} of {len(outlets)} outlets"
    yield f"rules      {len(found.rules)}: {', '.join(modes)}"
    yield f"receivers  {', '.join(receivers)}"
    yield f"lexicons   {found.lexicons}"
    yield f"bus        {type(found.settings.bus).__struct_config__.tag}"
    yield f"database   {'sqlite' if found.settings.database == 'sqlite' else 'postgresql'}"


def _warnings(found: Configuration) -> Iterator[str]:
    for rule in found.rules:
        compiled = compile_rule(rule, found.vocabulary)
        for warning in compiled.warnings:
            yield f"warning: rule {rule.id}: {warning}"
    silent = [
        outlet.id for outlet in found.feeds.outlets if all(feed.outlet != outlet.id for feed in found.feeds.feeds)
    ]
    if silent:
        yield f"warning: outlets without a feed: {', '.join(silent)}"


def missing_secrets(found: Configuration, *, receivers: bool = True) -> Iterator[str]:
    """One line per secret that cannot be read: where it is named, and why. ``receivers`` False: not those of receivers."""
    for name, secret in _secrets(found, receivers=receivers):
        try:
            resolve_secret(secret)
        except ConfigInvalid as error:
            yield from (f"{name}: {problem}" for problem in error.problems)


def _secrets(found: Configuration, *, receivers: bool) -> Iterator[tuple[str, Secret]]:
    if receivers:  # where they are, alerts are decided too
        yield from _of_receivers(found)
        yield from _of_feedback(found.settings)
    yield from _of_settings(found.settings)


def _of_receivers(found: Configuration) -> Iterator[tuple[str, Secret]]:
    for receiver in found.routes.receivers:
        for field in receiver.__struct_fields__:
            value = getattr(receiver, field)
            if isinstance(value, Secret):
                yield f"receiver {receiver.name}: {field}", value


def _of_settings(settings: Settings) -> Iterator[tuple[str, Secret]]:
    if isinstance(settings.database, Secret):
        yield "database", settings.database
    if isinstance(settings.bus, KafkaBus) and settings.bus.password:
        yield "bus: password", settings.bus.password


def _of_feedback(settings: Settings) -> Iterator[tuple[str, Secret]]:
    if settings.alerter.feedback_secret:
        yield "alerter: feedback_secret", settings.alerter.feedback_secret
