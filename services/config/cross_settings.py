"""What no schema can say of the settings: what goes together, and what a value must look like."""

import re
from collections.abc import Iterator

from services.config.cross import secret_problems
from services.config.document import Document
from services.config.problems import Problem
from services.core.settings import AlerterSettings, KafkaBus, Secret, Settings


def settings_problems(document: Document, settings: Settings) -> Iterator[Problem]:
    """Secrets name one place, and the database is one that can be opened."""
    if isinstance(settings.database, Secret):
        yield from secret_problems(document, ("database",), settings.database)
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
        yield from secret_problems(document, ("alerter", "feedback_secret"), secret)


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
        yield from secret_problems(document, ("bus", "password"), bus.password)
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
