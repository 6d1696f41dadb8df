"""``wirewatch feedback ALERT useful|wrong|repeat [NOTE]`` says what an alert was worth, ``feedback table`` what the rules are."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from services.cli.arguments import add_config, configuration, login_name, since
from services.core.feedback import Judgement, Opinion, Share, Tally, mistake
from services.core.ports.store import FeedbackStore
from services.core.printable import printable
from services.openers import open_database

_TABLE = "table"  # no id of an alert: these begin with "al"
_SHOWN = 5  # alerts that a prefix could mean
_LIMIT = 100


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("feedback", help="say what an alert was worth, and see how often each rule was right")
    add_config(own)
    own.add_argument("alert", metavar="ALERT|table", help="id of an alert, or its beginning; or the table of all rules")
    own.add_argument(
        "opinion", nargs="?", choices=[one.value for one in Opinion], help="without it: show what was said"
    )
    own.add_argument("note", nargs="*", metavar="NOTE", help="why")
    own.add_argument("--by", metavar="NAME", help="who says so (default: you)")
    own.add_argument("--since", type=since, metavar="WHEN", help="table: alerts decided since (default: 30d)")
    own.add_argument("--json", action="store_true", help="one JSON object per rule version or judgement")
    own.set_defaults(run=run, refuse=own.error)


def run(args: argparse.Namespace) -> int:
    """Keep or show judgements, or show the table. 1 for an alert that is not known or not told from others."""
    if args.alert == _TABLE:
        return _table(args)
    if args.since is not None:
        args.refuse("--since goes with the table only")
    if args.opinion is None and args.by is not None:
        args.refuse("--by goes with an opinion: useful, wrong or repeat")
    with open_database(configuration(args).settings) as store:
        found = _found(store.feedback, args.alert)
        if isinstance(found, list):
            print(*found, sep="\n  ", file=sys.stderr)
            return 1
        return _show(args, store.feedback, found) if args.opinion is None else _judge(args, store.feedback, found)


def _found(feedback: FeedbackStore, given: str) -> str | list[str]:
    """The id of the one alert that is meant, or what to say instead."""
    begun = feedback.starting(given, _SHOWN + 1)
    if given in begun or len(begun) == 1:
        return begun[0]  # an id that is whole stands before those that go on
    if not begun:
        return [f"no alert {printable(given, 80)}; `wirewatch ledger --since 1d` shows those that were decided"]
    more = ["..."] if len(begun) > _SHOWN else []
    return [f"{printable(given, 80)} begins the ids of several alerts; give more of it:", *begun[:_SHOWN], *more]


def _judge(args: argparse.Namespace, feedback: FeedbackStore, ident: str) -> int:
    author = login_name() if args.by is None else args.by
    judgement = Judgement(
        alert_id=ident, author=author.strip(), opinion=Opinion(args.opinion), note=" ".join(args.note).strip(), at=datetime.now(UTC)
    )  # fmt: skip
    wrong = mistake(judgement)
    if wrong or not feedback.judge(judgement):
        print(f"wirewatch: {wrong or f'alert {ident} has just been forgotten'}", file=sys.stderr)
        return 1
    print(said(judgement))
    return 0


def _show(args: argparse.Namespace, feedback: FeedbackStore, ident: str) -> int:
    found = feedback.of(ident, _LIMIT)
    for one in found:
        print(msgspec.json.encode(one).decode() if args.json else f"{one.at:%Y-%m-%d %H:%M:%S} {said(one)}")
    if not found and not args.json:
        print(f"{ident}: not judged yet")
    return 0


def said(judgement: Judgement) -> str:
    """The judgement in words."""
    why = f": {printable(judgement.note)}" if judgement.note else ""
    return f"{judgement.alert_id} judged {judgement.opinion} by {printable(judgement.author)}{why}"


def _table(args: argparse.Namespace) -> int:
    if args.opinion is not None or args.by is not None:
        args.refuse("the table takes no opinion and no --by")
    with open_database(configuration(args).settings) as store:
        tallies = store.feedback.tallies(args.since or since("30d"))
    if args.json:
        print(*map(_object, tallies), sep="\n", end="\n" if tallies else "")
    else:
        print(*table(tallies), sep="\n")
    return 0


def table(tallies: Sequence[Tally]) -> Iterator[str]:
    """The table for people: a line for each version of a rule."""
    if not tallies:
        yield "no alerts of that time"
        return
    yield f"{'rule':28} {'version':12} {'told':>6} {'judged':>6} {'useful':>6} {'wrong':>6} {'repeat':>6}  precision (95 % interval)"
    for one in tallies:
        counts = f"{one.told:6} {one.judged:6} {one.useful:6} {one.wrong:6} {one.repeat:6}"
        yield f"{one.rule:28} {printable(one.version, 40):12} {counts}  {precision(one.precision)}"


def precision(share: Share | None) -> str:
    """``0.80 (0.49 to 0.94)``, or a dash."""
    return f"{share.value:.2f} ({share.low:.2f} to {share.high:.2f})" if share else "-"


def _object(tally: Tally) -> str:
    share = tally.precision
    line = {**msgspec.structs.asdict(tally), "judged": tally.judged, "precision": share._asdict() if share else None}
    return msgspec.json.encode(line).decode()
