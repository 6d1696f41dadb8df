"""``wirewatch replay ARTICLES.jsonl``: what would have been decided about each article, one JSON line each; nothing is sent."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from services.cli.arguments import add_config, configuration
from services.core.errors import Fatal
from services.core.printable import printable
from services.core.settings import Configuration
from services.telemetry import log

_PROGRESS_SECONDS = 0.5


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser(
        "replay", help="show what would have been decided about articles of a file, sending nothing",
        description="Runs articles (JSON lines: id, published, title, and optionally outlet, url, text, language) in the order of "
        "time, each at its own time of publication, through the extractor's reader and the alerter's decisions.",
    )  # fmt: skip
    add_config(own)
    own.add_argument("articles", type=Path, metavar="ARTICLES", help="a file of JSON lines; times are ISO 8601")
    own.add_argument("--out", type=Path, metavar="FILE", help="where the decisions go (default: standard output)")
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when every line was replayed, 1 when some could not be; standard error tells which and why."""
    loaded = configuration(args)
    log.configure("warning", loaded.settings.telemetry.log_format)
    if args.out and args.out.exists() and args.articles.exists() and args.out.samefile(args.articles):
        raise Fatal(f"{args.out}: is the file to replay")
    return replay(args.articles, loaded, args.out)


def replay(articles: Path, loaded: Configuration, out: Path | None) -> int:
    """Write the decisions; the exit status. Raises Fatal where one of the files cannot be used."""
    from services.replay.decisions import replay as outcomes  # with spaCy, which takes a second to import
    from services.replay.lines import Lines

    lines = Lines(articles, _complain)
    begun = time.monotonic()
    shown = Progress(len(lines))
    with tempfile.TemporaryDirectory(prefix="wirewatch-replay-") as directory, _opened(out) as sink:
        for outcome in outcomes(lines, loaded, Path(directory)):
            sink.write(msgspec.json.encode(outcome) + b"\n")
            shown.step(f"{outcome.at:%Y-%m-%d %H:%M}")
    shown.clear()
    seconds = time.monotonic() - begun
    refused = f", {_counted(lines.bad, 'line')} refused" if lines.bad else ""
    print(f"{_counted(len(lines), 'article')} replayed in {seconds:.1f} s{refused}", file=sys.stderr)
    return 1 if lines.bad else 0


class Progress:
    """A line on standard error, where that is a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._begun = self._shown = time.monotonic()
        self._on = sys.stderr.isatty()

    def step(self, where: str) -> None:
        """One more is done."""
        self._done += 1
        now = time.monotonic()
        if self._on and now - self._shown >= _PROGRESS_SECONDS:
            self._shown = now
            rate = self._done / (now - self._begun)
            print(f"\r\x1b[K{self._done} of {self._total} articles, {where}, {rate:.0f}/s", end="", file=sys.stderr, flush=True)  # fmt: skip

    def clear(self) -> None:
        """Leave the line empty."""
        if self._on:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _complain(what: str) -> None:
    print(f"wirewatch replay: {printable(what)}", file=sys.stderr)


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with out.open("wb") as opened:
            yield opened
    except OSError as error:
        raise Fatal(f"{out}: cannot be written: {error.strerror}") from error
