"""What several commands take."""

import argparse
import getpass
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.config.load import default_directory
from services.core.settings import Configuration
from services.openers import load_configuration


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config DIR``"""
    parser.add_argument(
        "--config", type=Path, default=default_directory(), metavar="DIR",
        help="the configuration directory (default: the one wirewatch comes with)",
    )  # fmt: skip


def configuration(args: argparse.Namespace) -> Configuration:
    """The configuration the arguments name. Raises ConfigInvalid with every mistake in it."""
    return load_configuration(args.config)


def login_name() -> str:
    """Who runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return "unknown"


_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since(text: str) -> datetime:
    """A moment as people write it on a command line: so long ago (``45m``, ``12h``, ``30d``, ``4w``), or ISO 8601, in UTC unless it says otherwise."""
    try:
        if ago := _AGO.fullmatch(text):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        allowed = "allowed: 45m, 12h, 30d, 4w ago, or 2026-01-31, or 2026-01-31T12:00:00Z"
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is no moment; {allowed}') from None
