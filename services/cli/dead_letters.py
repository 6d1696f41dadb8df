"""``wirewatch dead-letters list|show|replay``: what could never be processed, and how it is put back."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import closing

from services.cli.arguments import add_config, configuration
from services.core.codec import decode
from services.core.dead_letter import DeadLetter
from services.core.errors import Poison
from services.core.ports.bus import Bus, Partition, Producer
from services.core.printable import printable
from services.core.streams import DEAD_LETTERS
from services.openers import open_bus

_PAGE = 500
_SHOWN = 400


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    own = subparsers.add_parser("dead-letters", help="list, show or put back messages that could not be processed")
    verbs = own.add_subparsers(required=True, metavar="list|show|replay")
    for name, what, act in (
        ("list", "one line each", _list),
        ("show", "all of one", _show),
        ("replay", "send again", _replay),
    ):
        verb = verbs.add_parser(name, help=what)
        add_config(verb)
        if name != "list":
            verb.add_argument(
                "id", nargs="+" if name == "replay" else None, help="as `list` shows it; replay also takes `all`"
            )
        verb.set_defaults(run=_with_bus, act=act)


def _with_bus(args: argparse.Namespace) -> int:
    bus = open_bus(configuration(args).settings)
    try:
        return int(args.act(bus, args))
    finally:
        bus.close()


def kept(bus: Bus) -> Iterator[DeadLetter]:
    """The dead letters that the stream still holds, oldest first, each id once (a crash can write one twice)."""
    seen: set[str] = set()
    offset = 0
    while records := bus.browse(Partition(DEAD_LETTERS, 0), offset, _PAGE):
        for record in records:
            try:
                letter = decode(DeadLetter, record.value)
            except Poison as error:
                print(f"offset {record.offset} of {DEAD_LETTERS} is not a dead letter: {error}", file=sys.stderr)
                continue
            if letter.id not in seen:
                seen.add(letter.id)
                yield letter
        offset = records[-1].offset + 1


def _list(bus: Bus, _args: argparse.Namespace) -> int:
    for letter in kept(bus):
        print(
            f"{letter.at:%Y-%m-%d %H:%M:%S}  {letter.id}  {letter.reason}  {len(letter.value or b'')} bytes  {printable(letter.detail, _SHOWN)}"
        )
    return 0


def _show(bus: Bus, args: argparse.Namespace) -> int:
    for letter in kept(bus):
        if letter.id == args.id:
            fields = (
                "id",
                "stream",
                "partition",
                "offset",
                "group",
                "at",
                "reason",
                "detail",
                "trace_id",
                "key",
                "headers",
                "value",
            )
            print(*(f"{name:9} {printable(str(getattr(letter, name)), 100_000)}" for name in fields), sep="\n")
            return 0
    return _unknown([args.id])


def _replay(bus: Bus, args: argparse.Namespace) -> int:
    """Each is durable before it is said to be sent, so that after a failure one knows which are."""
    wanted = set(args.id)
    chosen = [letter for letter in kept(bus) if letter.id in wanted or "all" in wanted]
    with closing(bus.producer("dead-letters")) as producer:
        sent = [_send(producer, letter) for letter in chosen]
    missing = wanted - {letter.id for letter in chosen} - {"all"}
    return _unknown(sorted(missing)) if missing else int(not all(sent))


def _send(producer: Producer, letter: DeadLetter) -> bool:
    if letter.value is None:  # a bus takes bytes; empty ones would be another message
        print(f"{letter.id} has no value, so there is nothing to send again", file=sys.stderr)
        return False
    producer.send(letter.stream, key=letter.key or b"", value=letter.value, headers=letter.headers)
    producer.flush()
    print(f"sent {letter.id} to {letter.stream} again")
    return True


def _unknown(ids: list[str]) -> int:
    named = printable(", ".join(ids), _SHOWN)
    print(f"no dead letter {named}; `wirewatch dead-letters list` shows those kept", file=sys.stderr)
    return 1
