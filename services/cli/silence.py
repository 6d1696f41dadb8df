"""``wirewatch silence add|list|expire``: what a desk does not want to hear of for a while. A running alerter obeys at once."""

import argparse
import re
import secrets
import sys
from datetime import UTC, datetime, timedelta

import msgspec

from services.cli.arguments import add_config, configuration, login_name, since
from services.config.routing import known_labels
from services.core.matcher import MatcherError, matcher
from services.core.printable import printable
from services.core.rules.problem import allowed
from services.core.settings import Configuration
from services.core.silence import Silence, mistake
from services.openers import open_database

_AHEAD = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=366)
_TEXT, _MOST = 500, 10_000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    own = subparsers.add_parser("silence", help="keep alerts from being told for a while, list and end such silences")
    verbs = own.add_subparsers(required=True, metavar="add|list|expire")
    add = verbs.add_parser("add", help="begin a silence")
    add.add_argument(
        "matchers", nargs="+", metavar="MATCHER", help='severity="info", story=st1, topic=~"arms.*|oil"; all must match'
    )
    length = add.add_mutually_exclusive_group(required=True)
    length.add_argument("--for", dest="length", type=_length, metavar="LENGTH", help="30m, 8h, 2d, 1w")
    length.add_argument("--until", type=since, metavar="TIME", help="2026-01-31, or 2026-01-31T12:00:00Z")
    add.add_argument("--start", type=since, metavar="TIME", help="when it begins (default: now)")
    add.add_argument("--author", default=login_name(), metavar="NAME", help="who says so (default: you)")
    add.add_argument("--comment", required=True, metavar="TEXT", help="why")
    show = verbs.add_parser("list", help="show silences that are active or pending")
    show.add_argument("--all", action="store_true", help="those that have ended too, as long as they are kept")
    show.add_argument("--json", action="store_true", help="one JSON object per silence")
    expire = verbs.add_parser("expire", help="end silences now")
    expire.add_argument("ids", nargs="+", metavar="ID", help="as `list` shows it")
    for verb, run in ((add, _add), (show, _list), (expire, _expire)):
        add_config(verb)
        verb.set_defaults(run=run)


def _add(args: argparse.Namespace) -> int:
    """Print the id. 1 for what is no silence."""
    loaded, now = configuration(args), datetime.now(UTC)
    starts_at = args.start or now
    silence = Silence(
        id=f"si{secrets.token_hex(4)}", matchers=tuple(args.matchers), author=args.author[:_TEXT], comment=args.comment[:_TEXT],
        starts_at=starts_at, ends_at=args.until or starts_at + args.length, created_at=now,
    )  # fmt: skip
    wrong = _wrong(silence, loaded, now)
    if wrong:
        print(f"wirewatch: {printable(wrong)}", file=sys.stderr)
        return 1
    with open_database(loaded.settings) as store:
        store.silences.add(silence)
    print(silence.id)
    return 0


def _wrong(silence: Silence, loaded: Configuration, now: datetime) -> str | None:
    labels = known_labels(loaded)
    for text in silence.matchers:
        try:
            label = matcher(text).label
        except MatcherError as error:
            return f"{text}: {error}"
        if label not in labels:
            return f"{text}: no alert carries the label {label}; {allowed(label, labels)}"
    if silence.ends_at <= now:
        return "a silence must end in the future"
    if silence.ends_at - silence.starts_at > _LONGEST:
        return f"a silence lasts {_LONGEST.days} days at most"
    return mistake(silence)


def _list(args: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    with open_database(configuration(args).settings) as store:
        found = store.silences.all(ending_after=None if args.all else now, limit=_MOST)
    for one in found:
        print(msgspec.json.encode(one).decode() if args.json else _line(one, now))
    return 0


def _line(silence: Silence, now: datetime) -> str:
    times = f"{silence.starts_at:%Y-%m-%d %H:%M} to {silence.ends_at:%Y-%m-%d %H:%M} UTC"
    said = printable(f"{' '.join(silence.matchers)}  {silence.author}: {silence.comment}", 2000)
    return f"{silence.id}  {silence.state(now):7}  {times}  {said}"


def _expire(args: argparse.Namespace) -> int:
    """1 if one of the ids is of no silence."""
    now, missing = datetime.now(UTC), []
    with open_database(configuration(args).settings) as store:
        for ident in args.ids:
            before = store.silences.expire(ident, now)
            if before is None:
                missing.append(ident)
            else:
                print(f"{before.id} was {before.state(now)}, and has ended")
    if missing:
        named = printable(", ".join(missing))
        print(f"no silence {named}; `wirewatch silence list` shows those there are", file=sys.stderr)
    return int(bool(missing))


def _length(text: str) -> timedelta:
    ahead = _AHEAD.fullmatch(text)
    if not ahead or not int(ahead[1]):
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is no length of time; allowed: 30m, 8h, 2d, 1w')
    return timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
