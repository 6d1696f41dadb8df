"""What no schema can say of rules and routes: names that must exist, must be alone of their kind, or must be used."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from services.config.document import Document
from services.config.problems import Path, Problem
from services.core.alert import DevelopmentKind, Severity
from services.core.route import conditions
from services.core.rule import RuleSource
from services.core.rules.problem import allowed
from services.core.rules.vocabulary import ACT_KINDS, CERTAINTIES, ROLES, STAGES
from services.core.settings import (
    NEEDS_APPRISE,
    AppriseReceiver,
    Receiver,
    Route,
    RoutesFile,
    Secret,
    SmtpReceiver,
    Trouble,
)

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+|[^\r\n<>]+ <[^\s@<>]+@[^\s@<>]+>")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
PARTIES = ROLES[None]["party"]  # supplier, recipient, imposer, target
WRONG_NAME = "not a name; allowed: small letters, digits, _ . and -, a letter or digit first, at most 80"


Labels = Mapping[str, frozenset[str] | None]  # the values each label can have; None: any


class Rules(NamedTuple):
    """A file of rules: what of it can be read, each with its number in the file."""

    document: Document
    rules: Sequence[tuple[int, RuleSource]]


def alone(document: Document, path: Path, what: str, seen: dict[str, str]) -> Iterator[Problem]:
    """A mistake if ``what`` was seen before; remembers it otherwise."""
    found = document.problem(path, "")
    if what in seen:
        yield document.problem(path, f"stands twice; the first is at {seen[what]}")
    seen.setdefault(what, f"{found.file}:{found.line}")


def rules_problems(files: Sequence[Rules]) -> Iterator[Problem]:
    """Ids of rules are names, and alone over all files."""
    seen: dict[str, str] = {}
    for document, rules in files:
        for number, rule in rules:
            path: Path = ("rules", number, "id")
            if not NAME.fullmatch(rule.id):
                yield document.problem(path, WRONG_NAME)
            yield from alone(document, path, rule.id, seen)


def routes_problems(document: Document, file: RoutesFile, rules: Labels) -> Iterator[Problem]:
    """Receivers exist and are used, every route can be reached, and what it matches on can occur."""
    names = [receiver.name for receiver in file.receivers]
    seen: dict[str, str] = {}
    for number, receiver in enumerate(file.receivers):
        yield from alone(document, ("receivers", number, "name"), receiver.name, seen)
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
            yield from secret_problems(document, (*path, name), value)
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


def secret_problems(document: Document, path: Path, secret: Secret) -> Iterator[Problem]:
    if (secret.env is None) == (secret.file is None):
        yield document.problem(path, "must name exactly one of: env, file")
    elif secret.env is not None and not _VARIABLE.fullmatch(secret.env):
        message = "not the name of an environment variable; allowed: letters, digits and _ (the value itself never stands here)"
        yield document.problem((*path, "env"), message)
