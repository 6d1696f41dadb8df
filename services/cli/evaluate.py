"""``wirewatch eval``: how well the extractor reads labelled articles, and what to change where it does not."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from services.cli.arguments import add_config, configuration
from services.cli.evaluate_text import error_lines, rule_lines, stage_lines, table, topic_error_lines
from services.cli.tag import parse_date
from services.core.article import Article
from services.core.cleaning import clean_line, clean_text
from services.core.errors import Fatal
from services.core.measure.errors import by_rule, errors, topic_errors
from services.core.measure.labels import Labelled, read_label
from services.core.measure.parties import Parties
from services.core.measure.score import Judged, judge, labelled_topics, results
from services.core.printable import printable
from services.core.settings import Configuration
from services.openers import open_tagger

_MAX_LINE = 8_000_000  # bytes
_MAX_LINES = 100_000
_MOST_PROBLEMS = 50
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("eval", help="measure the extractor on labelled articles")
    add_config(own)
    own.add_argument("gold", type=Path, metavar="GOLD", help="labelled articles, one JSON object per line")
    own.add_argument("--errors", type=int, default=None, metavar="N", help="also list up to N mistakes on acts, each with the rule behind it, and up to N on topics")  # fmt: skip
    own.add_argument("--parties", type=Path, metavar="FILE", help="a JSON object of identity to names, used in place of the lexicons to tell who is the same")  # fmt: skip
    own.add_argument("--page", type=Path, metavar="FILE", help="also write the figures into this Markdown page, between its markers")  # fmt: skip
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when it was measured, 1 when the labels have mistakes; standard error names them."""
    from services.extractor.lexicons import load_lexicons

    loaded = configuration(args)
    lexicons = load_lexicons(Path(loaded.lexicons))
    labels, problems = read_labels(args.gold, [topic.id for topic in lexicons.topics])
    if problems or not labels:
        _refuse(problems or [f"{args.gold}: holds no labelled article"])
        return 1
    parties = read_parties(args.parties) if args.parties else lexicon_parties(Path(loaded.lexicons))
    judged, seconds = judge_all(labels, parties, loaded)
    topics = [topic.id for topic in lexicons.topics if topic.id in labelled_topics(labels)]
    lines = [*_head(args.gold, judged, len(labels) / seconds, args.parties), *table(results(judged, topics))]
    found = errors(judged, parties)
    rules, stages = rule_lines(by_rule(judged, found)), stage_lines(judged)
    print(*lines, sep="\n")
    if args.errors is not None:
        from services.extractor.sight import Sight

        sight = Sight(Path(loaded.lexicons), loaded.settings.extractor)
        print("", *rules, "", *stages, sep="\n")
        for error in found[: max(0, args.errors)]:
            print("", *error_lines(error, sight, parties), sep="\n")
        for mistake in islice(topic_errors(judged, topics), max(0, args.errors)):
            print("", *topic_error_lines(mistake), sep="\n")
    if args.page:
        write_page(args.page, [*lines, "", *rules, "", *stages])
    return 0


def read_labels(path: Path, topics: Sequence[str]) -> tuple[list[Labelled], list[str]]:
    """The labelled articles of a file and every mistake in it, with file and line. Raises Fatal where it cannot be read."""
    labels: dict[str, Labelled] = {}
    problems: list[str] = []
    try:
        with path.open("rb") as source:
            for number, raw in enumerate(iter(lambda: source.readline(_MAX_LINE + 1), b""), 1):
                if len(raw) > _MAX_LINE or number > _MAX_LINES:
                    problems.append(f"{path}:{number}: allowed are {_MAX_LINES} lines of {_MAX_LINE} bytes; the rest is not read")  # fmt: skip
                    break
                try:
                    _add(labels, raw, topics)
                except ValueError as error:
                    problems.append(f"{path}:{number}: {error}")
    except OSError as error:
        raise Fatal(f"{path}: cannot be read: {error.strerror}") from error
    return list(labels.values()), problems


def _add(labels: dict[str, Labelled], raw: bytes, topics: Sequence[str]) -> None:
    if not raw.strip():
        return
    label, _ = read_label(raw, topics)
    if label.id in labels:
        raise ValueError(f'id: "{label.id}" stands in an earlier line')
    try:
        article_of(label)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"date: {error}; allowed are 2026, 2026-01, 2026-01-31, 2026-01-31T12:00:00Z") from None
    labels[label.id] = label


def article_of(label: Labelled) -> Article:
    """The article as the extractor would get it. Raises ValueError for a date that is none."""
    at = parse_date(label.date or "2026")
    return Article(
        id=label.id, revision=1, feed="eval", outlet="eval", url="", canonical_url="", title=clean_line(label.title),
        body=clean_text(label.text), published_at=at, first_seen_at=at, content_hash="", trace_id=label.id,
    )  # fmt: skip


def lexicon_parties(directory: Path) -> Parties:
    """Whom the names of the lexicons stand for: the country that a country, person or body acts for, else the entity itself."""
    from services.extractor.lexicons import load_lexicons
    from services.extractor.rows import PARTIES

    names: dict[str, list[str]] = {}
    for name in load_lexicons(directory).names:
        entity = name.entity
        if entity.kind in PARTIES:
            for_country = entity.country if entity.kind.value in {"country", "person", "body"} else None
            names.setdefault(for_country or entity.id, []).append(name.text)
    return Parties(names)


def read_parties(path: Path) -> Parties:
    """Whom names stand for, by a file. Raises Fatal where it is not a JSON object of lists of names."""
    try:
        return Parties(msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]]))
    except OSError as error:
        raise Fatal(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Fatal(
            f'{path}: not a JSON object of identity to names, as {{"FR": ["france", "paris"]}}: {error}'
        ) from error


def judge_all(labels: Sequence[Labelled], parties: Parties, loaded: Configuration) -> tuple[list[Judged], float]:
    """Every article read and compared, and the seconds that reading took."""
    tag = open_tagger(Path(loaded.lexicons), loaded.settings.extractor)
    articles = [article_of(label) for label in labels]
    begun = time.perf_counter()
    tagged = [tag(article) for article in articles]
    seconds = time.perf_counter() - begun
    return [judge(label, one, parties) for label, one in zip(labels, tagged, strict=True)], seconds


def _head(gold: Path, judged: Sequence[Judged], speed: float, parties: Path | None) -> Iterator[str]:
    unread = sum(one.tagged.skipped is not None for one in judged)
    left = f", {unread} of them unread (language)" if unread else ""
    yield f"{printable(gold.name)}: {len(judged)} articles{left}, read by {judged[0].tagged.extractor} at {speed:.0f} a second"
    yield f"who is the same: by {printable(parties.name) if parties else 'the names of the lexicons'}"


def write_page(page: Path, lines: Sequence[str]) -> None:
    """Put the figures between the markers of the page. Raises Fatal where it has none."""
    try:
        text = page.read_text("utf-8")
        before, begin, rest = text.partition(BEGIN)
        _, end, after = rest.partition(END)
        if not (begin and end):
            raise Fatal(f"{page}: has no place for the figures; put these two lines there: {BEGIN} and {END}")
        own = "\n".join([f"Measured on {datetime.now(UTC):%Y-%m-%d}.", "", "```text", *lines, "```"])
        page.write_text(f"{before}{BEGIN}\n{own}\n{END}{after}", "utf-8")
    except OSError as error:
        raise Fatal(f"{page}: cannot be written: {error.strerror}") from error


def _refuse(problems: Sequence[str]) -> None:
    more = [f"and {len(problems) - _MOST_PROBLEMS} more mistakes"] if len(problems) > _MOST_PROBLEMS else []
    for problem in [*problems[:_MOST_PROBLEMS], *more]:
        print(f"wirewatch eval: {printable(problem)}", file=sys.stderr)
