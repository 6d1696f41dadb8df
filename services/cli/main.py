"""``wirewatch``: one file per command beside this one, each with ``add_parser`` and ``run``."""

import argparse
import os
import sys
from collections.abc import Sequence

from services import __version__
from services.cli import (
    check_config,
    daemons,
    dead_letters,
    demo,
    evaluate,
    explain,
    feedback,
    init,
    ledger,
    notify,
    replay,
    routes,
    rules,
    schemas,
    silence,
    streams,
    tag,
)
from services.core.errors import ConfigInvalid, WirewatchError
from services.core.printable import printable
from services.telemetry import log

COMMANDS = (
    demo,
    daemons,
    init,
    check_config,
    rules,
    routes,
    silence,
    tag,
    evaluate,
    explain,
    ledger,
    feedback,
    notify,
    replay,
    dead_letters,
    streams,
    schemas,
)

_LONGEST = 2000  # characters of a mistake


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="wirewatch",
        description="Tells a desk, with evidence, when somebody is reported to supply arms or impose sanctions.",
    )
    top.add_argument("--version", action="version", version=f"wirewatch {__version__}")
    subparsers = top.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status. 0 done, 1 the input or the configuration is wrong, 2 the command line is."""
    args = parser().parse_args(argv)
    log.configure("warning", "console")  # what a command prints is its output; daemons configure their own
    try:
        status = int(args.run(args))
        sys.stdout.flush()  # here, where a reader that has gone is still expected
        return status
    except ConfigInvalid as error:
        _say(error)
    except WirewatchError as error:
        print(f"wirewatch: {error}", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone; nothing to flush to
    except KeyboardInterrupt:
        return 130
    return 1


def _say(error: ConfigInvalid) -> None:
    count = len(error.problems)
    lines = (printable(problem, _LONGEST) for problem in error.problems)
    print(f"the configuration has {count} mistake{'s' * (count != 1)}:", *lines, sep="\n  ", file=sys.stderr)
