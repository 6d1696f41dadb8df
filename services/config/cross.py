"""What no schema can say: names that must exist, must be alone of their kind, or must be used."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import urlsplit

from services.config.document import Document
from services.config.problems import Path, Problem
from services.core.alert import DevelopmentKind, Severity
from services.core.feed import Feed, Outlet
from services.core.route import conditions
from services.core.rule import RuleSource
from services.core.rules.problem import allowed
from services.core.rules.vocabulary import ACT_KINDS, CERTAINTIES, COUNTRIES, ROLES, STAGES
from services.core.settings import (
    NEEDS_APPRISE,
    AlerterSettings,
    AppriseReceiver,
    KafkaBus,
    Receiver,
    Route,
    RoutesFile,
    Secret,
    Settings,
    SmtpReceiver,
    Trouble,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+|[^\r\n<>]+ <[^\s@<>]+@[^\s@<>]+>")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
PARTIES = ROLES[None]["party"]  # supplier, recipient, imposer, target
_WRONG_NAME = "not a name; allowed: small letters, digits, _ . and -, a letter or digit first, at most 80"


Labels = Mapping[str, frozenset[str] | None]  # the values each label can have; None: any


class Feeds(NamedTuple):
    """A file of feeds: what of it can be read, each with its number in the file. ``declared``: ids of all outlets."""

    document: Document
    outlets: Sequence[tuple[int, Outlet]]
    feeds: Sequence[tuple[int, Feed]]
    declared: frozenset[str]


class Rules(NamedTuple):
    """A file of rules: what of it can be read, each with its number in the file."""

    document: Document
    rules: Sequence[tuple[int, RuleSource]]


def feeds_problems(files: Sequence[Feeds]) -> Iterator[Problem]:
    """Outlets and feeds of all files together."""
    outlets = frozenset[str]().union(*(file.declared for file in files))
    seen: dict[str, str] = {}
    for document, own_outlets, feeds, _ in files:
        own: dict[str, str] = {}  # per file: an outlet of an OPML file may be declared better in feeds.yaml
        for number, outlet in own_outlets:
            yield from _outlet(document, ("outlets", number), outlet)
            yield from _alone(document, ("outlets", number, "id"), f"outlet {outlet.id}", own)
        for number, feed in feeds:
            path: Path = ("feeds", number)
            yield from _feed(document, path, feed, outlets)
            yield from _alone(document, (*path, "id"), f"feed {feed.id}", seen)
            yield from _alone(document, (*path, "url"), f"address {_comparable(feed.url)}", seen)


def _alone(document: Document, path: Path, what: str, seen: dict[str, str]) -> Iterator[Problem]:
    """A mistake if ``what`` was seen before; remembers it otherwise."""
    found = document.problem(path, "")
    if what in seen:
        yield document.problem(path, f"stands twice; the first is at {seen[what]}")
    seen.setdefault(what, f"{found.file}:{found.line}")


def _outlet(document: Document, path: Path, outlet: Outlet) -> Iterator[Problem]:
    if not _NAME.fullmatch(outlet.id):
        yield document.problem((*path, "id"), _WRONG_NAME)
    if outlet.tier not in {1, 2, 3}:
        yield document.problem((*path, "tier"), f"unknown tier {outlet.tier}; allowed: 1, 2, 3")
    if outlet.country is not None and outlet.country not in COUNTRIES:
        message = f'"{outlet.country}" is no country code; allowed: two letters of ISO 3166-1 such as GB, or EU'
        yield document.problem((*path, "country"), message)


def _feed(document: Document, path: Path, feed: Feed, outlets: frozenset[str]) -> Iterator[Problem]:
    if not _NAME.fullmatch(feed.id):
        yield document.problem((*path, "id"), _WRONG_NAME)
    if feed.outlet not in outlets:
        yield document.problem((*path, "outlet"), f'unknown outlet "{feed.outlet}"; {allowed(feed.outlet, outlets)}')
    wrong = wrong_url(feed.url)
    if wrong:
        yield document.problem((*path, "url"), wrong)
    if feed.language is not None and not _LANGUAGE.fullmatch(feed.language):
        yield document.problem(
            (*path, "language"), f'"{feed.language}" is no language code; allowed: en, pt-BR and the like'
        )
    if not 1 <= feed.every <= 604800:
        yield document.problem(
            (*path, "every"), f"{feed.every:g} seconds is out of range; allowed: 1 to 604800 (a week)"
        )


def wrong_url(url: str) -> str | None:
    """What keeps this address from being polled, or None. Never repeats the address: it may hold a password."""
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        return "the address has white space or control characters in it"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "not an address; allowed: http:// or https:// with a host"
    if parts.scheme not in {"http", "https"}:
        return f'scheme "{parts.scheme[:20]}" cannot be polled; allowed: http, https'
    if not host:
        return "the address has no host"
    if "@" in parts.netloc:
        return "user names and passwords in an address are not allowed: they would stand in every log"
    return None


def _comparable(url: str) -> str:
    """The address without what makes no difference to a server: case of the host, scheme, fragment, default port."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    except ValueError:
        return url
    return f"{(parts.hostname or '')}{port}{parts.path or '/'}?{parts.query}"


def rules_problems(files: Sequence[Rules]) -> Iterator[Problem]:
    """Ids of rules are names, and alone over all files."""
    seen: dict[str, str] = {}
    for document, rules in files:
        for number, rule in rules:
            path: Path = ("rules", number, "id")
            if not _NAME.fullmatch(rule.id):
                yield document.problem(path, _WRONG_NAME)
            yield from _alone(document, path, rule.id, seen)


def routes_problems(document: Document, file: RoutesFile, rules: Labels) -> Iterator[Problem]:
    """Receivers exist and are used, every route can be reached, and what it matches on can occur."""
    names = [receiver.name for receiver in file.receivers]
    seen: dict[str, str] = {}
    for number, receiver in enumerate(file.receivers):
        yield from _alone(document, ("receivers", number, "name"), receiver.name, seen)
        yield from _receiver(document, ("receivers", number), receiver)
    if file.route.receiver is None:
        yield document.problem(("route",), f"the first route must name a receiver; {allowed('', set(names))}")
    if conditions(file.route):
        yield document.problem(
            ("route", "match" if file.route.match else "matchers"),
            "the first route takes every alert; put conditions on routes below it",
        )
    used: set[str] = set()
    if file.trouble is not None:
        used.add(file.trouble.receiver)
        yield from _trouble(document, file.trouble, names)
    for path, route in _tree(("route",), file.route):
        yield from _route(document, path, route, set(names), rules)
        used |= {route.receiver} if route.receiver else set()
    for number, name in enumerate(names):
        if name not in used:
            yield document.problem(
                ("receivers", number, "name"), f'no route leads to "{name}"; remove it or name it in a route'
            )


def _trouble(document: Document, trouble: Trouble, names: Sequence[str]) -> Iterator[Problem]:
    path: Path = ("trouble", "receiver")
    if trouble.receiver not in names:
        message = f'unknown receiver "{trouble.receiver}"; {allowed(trouble.receiver, set(names))}'
        yield document.problem(path, message)
    elif len(names) == 1:
        yield document.problem(path, "the only receiver cannot tell that it does not deliver; name another")


def _tree(path: Path, route: Route) -> Iterator[tuple[Path, Route]]:
    yield path, route
    for number, child in enumerate(route.routes):
        yield from _tree((*path, "routes", number), child)


def _route(document: Document, path: Path, route: Route, names: set[str], labels: Labels) -> Iterator[Problem]:
    if route.receiver is not None and route.receiver not in names:
        yield document.problem(
            (*path, "receiver"), f'unknown receiver "{route.receiver}"; {allowed(route.receiver, names)}'
        )
    yield from _match(document, (*path, "match"), route, labels)
    for number, child in enumerate(route.routes[:-1]):
        if not conditions(child) and not child.continue_:
            message = "takes every alert, so the routes after it never see one; give it a match, or continue: true"
            yield document.problem((*path, "routes", number), message)


def _match(document: Document, path: Path, route: Route, labels: Labels) -> Iterator[Problem]:
    for label, value in route.match.items():
        known = labels.get(label)
        if label not in labels:
            yield document.problem((*path, label), f"no alert carries this label; {allowed(label, set(labels))}")
        elif value and known is not None and value not in known:  # "" is what an alert without the label has
            yield document.problem((*path, label), f'unknown {label} "{value}"; {allowed(value, known)}')


def labels_of(rules: Sequence[Rules], ids: Iterable[str], outlets: Iterable[str]) -> Labels:
    """The labels that alerts of these rules can carry."""
    free = ("countries", "lang", "story", "topic", *PARTIES)
    own = {label: None for file in rules for _, rule in file.rules for label in rule.labels}
    stages = {stage for known in STAGES.values() for stage in known}
    return (
        own
        | dict.fromkeys(free)
        | {
            "rule": frozenset(ids),
            "outlet": frozenset(outlets),
            "severity": frozenset(Severity),
            "development": frozenset(DevelopmentKind),
            "act": ACT_KINDS,
            "stage": frozenset(stages),
            "certainty": frozenset(CERTAINTIES),
        }
    )


def _receiver(document: Document, path: Path, receiver: Receiver) -> Iterator[Problem]:
    for name in receiver.__struct_fields__:
        value = getattr(receiver, name)
        if isinstance(value, Secret):
            yield from _secret(document, (*path, name), value)
    if isinstance(receiver, AppriseReceiver) and find_spec("apprise") is None:
        yield document.problem((*path, "type"), NEEDS_APPRISE)
    if isinstance(receiver, SmtpReceiver):
        for place, address in (
            (("sender",), receiver.sender),
            *((("to", at), to) for at, to in enumerate(receiver.to)),
        ):
            if not _ADDRESS.fullmatch(address):
                yield document.problem((*path, *place), "not an address; allowed: name@host, or Name <name@host>")
    for name in ("username", "password"):
        other = {"username": "password", "password": "username"}[name]
        if getattr(receiver, name, None) is not None and getattr(receiver, other, None) is None:
            yield document.problem((*path, name), f"goes only together with {other}")


def _secret(document: Document, path: Path, secret: Secret) -> Iterator[Problem]:
    if (secret.env is None) == (secret.file is None):
        yield document.problem(path, "must name exactly one of: env, file")
    elif secret.env is not None and not _VARIABLE.fullmatch(secret.env):
        message = "not the name of an environment variable; allowed: letters, digits and _ (the value itself never stands here)"
        yield document.problem((*path, "env"), message)


def settings_problems(document: Document, settings: Settings) -> Iterator[Problem]:
    """Secrets name one place, and the database is one that can be opened."""
    if isinstance(settings.database, Secret):
        yield from _secret(document, ("database",), settings.database)
    elif settings.database != "sqlite":
        yield from _database(document, settings.database)
    if isinstance(settings.bus, KafkaBus):
        yield from _kafka(document, settings.bus)
    if not (settings.poller.user_agent.isascii() and settings.poller.user_agent.isprintable()):
        yield document.problem(("poller", "user_agent"), "goes into a header; allowed: printable ASCII on one line")
    steps = settings.alerter.outlet_steps
    if list(steps) != sorted(set(steps)) or any(step < 2 for step in steps):
        yield document.problem(("alerter", "outlet_steps"), "must grow, and begin with 2 or more: [2, 5, 20]")
    yield from _feedback(document, settings.alerter)


def _feedback(document: Document, settings: AlerterSettings) -> Iterator[Problem]:
    url, secret = settings.feedback_url, settings.feedback_secret
    if (url is None) != (secret is None):
        there, missing = ("feedback_url", "feedback_secret") if secret is None else ("feedback_secret", "feedback_url")
        yield document.problem(("alerter", there), f"goes with {missing}, which is missing")
    if secret is not None:
        yield from _secret(document, ("alerter", "feedback_secret"), secret)


def _database(document: Document, url: str) -> Iterator[Problem]:
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme not in {"postgresql", "postgres"}:
        yield document.problem(
            ("database",), 'allowed: "sqlite", a postgresql:// address, or {env: NAME} where one stands'
        )
    elif re.search(r"://[^/@]*:[^/@]*@|[?&]password=", url):
        message = "a password must not stand here; put the address into an environment variable and write {env: NAME}"
        yield document.problem(("database",), message)


def _kafka(document: Document, bus: KafkaBus) -> Iterator[Problem]:
    if bus.password is not None:
        yield from _secret(document, ("bus", "password"), bus.password)
    sasl = bus.security.startswith("SASL")
    given = {"sasl_mechanism": bus.sasl_mechanism, "username": bus.username, "password": bus.password}
    for name, value in given.items():
        if sasl and value is None:
            yield document.problem(("bus",), f'security {bus.security} needs the key "{name}"')
        if not sasl and value is not None:
            yield document.problem(("bus", name), "goes only with security SASL_PLAINTEXT or SASL_SSL")
    for number, server in enumerate(bus.servers):
        if not re.fullmatch(r"[^\s:/]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5}", server):
            yield document.problem(
                ("bus", "servers", number), "not a broker; allowed: host:port, for example kafka:9092"
            )


def outlets_of(files: Sequence[Feeds]) -> tuple[Outlet, ...]:
    """The outlets of all files; one declared in an earlier file stands before one of the same id in a later."""
    found: dict[str, Outlet] = {}
    for file in files:
        for _, outlet in file.outlets:
            found.setdefault(outlet.id, outlet)
    return tuple(found.values())
