"""What no schema can say of outlets and feeds: names that must exist or must be alone, addresses that can be polled."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from services.config.cross import NAME, WRONG_NAME, alone
from services.config.document import Document
from services.config.problems import Path, Problem
from services.core.feed import Feed, Outlet
from services.core.rules.problem import allowed
from services.core.rules.vocabulary import COUNTRIES

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Feeds(NamedTuple):
    """A file of feeds: what of it can be read, each with its number in the file. ``declared``: ids of all outlets."""

    document: Document
    outlets: Sequence[tuple[int, Outlet]]
    feeds: Sequence[tuple[int, Feed]]
    declared: frozenset[str]


def feeds_problems(files: Sequence[Feeds]) -> Iterator[Problem]:
    """Outlets and feeds of all files together."""
    outlets = frozenset[str]().union(*(file.declared for file in files))
    seen: dict[str, str] = {}
    for document, own_outlets, feeds, _ in files:
        own: dict[str, str] = {}  # per file: an outlet of an OPML file may be declared better in feeds.yaml
        for number, outlet in own_outlets:
            yield from _outlet(document, ("outlets", number), outlet)
            yield from alone(document, ("outlets", number, "id"), f"outlet {outlet.id}", own)
        for number, feed in feeds:
            path: Path = ("feeds", number)
            yield from _feed(document, path, feed, outlets)
            yield from alone(document, (*path, "id"), f"feed {feed.id}", seen)
            yield from alone(document, (*path, "url"), f"address {_comparable(feed.url)}", seen)


def outlets_of(files: Sequence[Feeds]) -> tuple[Outlet, ...]:
    """The outlets of all files; one declared in an earlier file stands before one of the same id in a later."""
    found: dict[str, Outlet] = {}
    for file in files:
        for _, outlet in file.outlets:
            found.setdefault(outlet.id, outlet)
    return tuple(found.values())


def _outlet(document: Document, path: Path, outlet: Outlet) -> Iterator[Problem]:
    if not NAME.fullmatch(outlet.id):
        yield document.problem((*path, "id"), WRONG_NAME)
    if outlet.tier not in {1, 2, 3}:
        yield document.problem((*path, "tier"), f"unknown tier {outlet.tier}; allowed: 1, 2, 3")
    if outlet.country is not None and outlet.country not in COUNTRIES:
        message = f'"{outlet.country}" is no country code; allowed: two letters of ISO 3166-1 such as GB, or EU'
        yield document.problem((*path, "country"), message)


def _feed(document: Document, path: Path, feed: Feed, outlets: frozenset[str]) -> Iterator[Problem]:
    if not NAME.fullmatch(feed.id):
        yield document.problem((*path, "id"), WRONG_NAME)
    if feed.outlet not in outlets:
        yield document.problem((*path, "outlet"), f'unknown outlet "{feed.outlet}"; {allowed(feed.outlet, outlets)}')
    wrong = _wrong_url(feed.url)
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


def _wrong_url(url: str) -> str | None:
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
