"""``wirewatch rules test|backtest|diff``: rules tried out before they are switched on."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from services.cli.arguments import add_config, configuration, since
from services.core.errors import ConfigInvalid
from services.core.ports.store import AlertStore
from services.core.printable import printable
from services.core.rule import RuleSource, RuleTests
from services.core.rules.compare import Archived, Backtest, Change, Comparison, Example, Hits, Span
from services.core.rules.compile import Rule, compile_rule
from services.core.rules.problem import allowed
from services.core.rules.trial import Tagger, Trial, trials
from services.core.rules.vocabulary import ANYTHING, Vocabulary
from services.core.settings import Configuration
from services.openers import load_configuration, open_database, open_tagger

_PAGE = 500  # articles read from the archive at a time
_MANY = 50.0  # hits a day; a rule with more is hardly read
_LINE = 160
_LONGEST = 2000


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the commands."""
    own = subparsers.add_parser("rules", help="try rules out: on their own tests, and on the archive")
    verbs = own.add_subparsers(required=True, metavar="test|backtest|diff")
    test = verbs.add_parser("test", help="run the tests that stand beside the rules")
    backtest = verbs.add_parser("backtest", help="show what rules hit in the archive")
    diff = verbs.add_parser("diff", help="show what another version of the rules hits more or less in the archive")
    for verb, run in ((test, _test), (backtest, _backtest), (diff, _diff)):
        add_config(verb)
        verb.set_defaults(run=run)
    for verb in (test, backtest):
        verb.add_argument("rules", nargs="*", metavar="RULE", help="ids of rules (default: all)")
    backtest.add_argument(
        "--warn-over", type=_daily, default=_MANY, metavar="N", help="warn of rules with more hits a day (default: 50)"
    )
    diff.add_argument(
        "other", type=Path, metavar="OTHER_DIR", help="the configuration directory with the other version"
    )
    for verb in (backtest, diff):
        verb.add_argument(
            "--since", type=since, default="30d", metavar="WHEN",
            help="how far back: 45m, 12h, 30d, 4w, or a date (default: 30d)",
        )  # fmt: skip
        verb.add_argument("--examples", type=_count, default=3, metavar="N", help="articles shown (default: 3)")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 1000:
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is no number of examples; allowed: 0 to 1000')
    return int(text)


def _daily(text: str) -> float:
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 1_000_000:
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is no number of hits a day; allowed: 0 to 1000000')
    return float(text)


def chosen(found: Configuration, ids: Sequence[str]) -> list[RuleSource]:
    """The rules of these ids, all where none is named. Raises ConfigInvalid for ids that no rule has."""
    known = [source.id for source in found.rules]
    missing = [one for one in dict.fromkeys(ids) if one not in known]
    if missing:
        raise ConfigInvalid([f'no rule has the id "{printable(one, 80)}"; {allowed(one, known)}' for one in missing])
    return [source for source in found.rules if not ids or source.id in ids]


def _test(args: argparse.Namespace) -> int:
    found = configuration(args)
    sources = chosen(found, args.rules)
    tag = open_tagger(Path(found.lexicons), found.settings.extractor)
    return run_tests(sources, tag, sys.stdout, found.vocabulary)


def run_tests(sources: Sequence[RuleSource], tag: Tagger, out: TextIO, vocabulary: Vocabulary = ANYTHING) -> int:
    """Run the tests of these rules and print what came of them; 1 if one failed."""
    total = failed = 0
    for source in sources:
        rule = compile_rule(source, vocabulary)
        run = list(trials(rule, tag))
        wrong = [one for one in run if one.wrong]
        total, failed = total + len(run), failed + len(wrong)
        print(_verdict(source, run, wrong), *(f"  warning: {one}" for one in rule.warnings), sep="\n", file=out)
        print(*(line for one in wrong for line in _wrong(one)), sep="\n", end="\n" if wrong else "", file=out)
    untested = sum(source.tests == RuleTests() for source in sources)
    without = f"; {_counted(untested, 'rule')} without tests" if untested else ""
    print(f"{_counted(total, 'test')} of {_counted(len(sources), 'rule')}, {failed} failed{without}", file=out)
    return int(failed > 0)


def _verdict(source: RuleSource, run: Sequence[Trial], wrong: Sequence[Trial]) -> str:
    passed = f"{len(run) - len(wrong)} passed" if run else "no tests"
    return f"{source.id:28} {passed}{f', {len(wrong)} FAILED' if wrong else ''}"


def _wrong(trial: Trial) -> Iterator[str]:
    yield f'  {trial.key}[{trial.number}] "{printable(trial.title, _LINE)}"'
    yield f"    {printable(trial.wrong or '', _LONGEST)}"


def _backtest(args: argparse.Namespace) -> int:
    found = configuration(args)
    backtest = Backtest(_compiled(found, args.rules), args.examples, _owners(found))
    _over_archive(found, args.since, backtest)
    print(*_span(backtest.span), *_table(backtest, args.warn_over), sep="\n")
    return 0


def _diff(args: argparse.Namespace) -> int:
    found = configuration(args)
    comparison = Comparison(_compiled(found), _compiled(load_configuration(args.other)), args.examples, _owners(found))
    if not comparison.changes:
        print("the rules of both directories hit the same: no id, condition or mode off differs")
        return 0
    _over_archive(found, args.since, comparison)
    print(*_span(comparison.span), *_changes(comparison), sep="\n")
    return 0


def _compiled(found: Configuration, ids: Sequence[str] = ()) -> list[Rule]:
    return [compile_rule(source, found.vocabulary) for source in chosen(found, ids)]


def _owners(found: Configuration) -> dict[str, str]:
    return {outlet.id: outlet.owner for outlet in found.feeds.outlets if outlet.owner}


def _over_archive(found: Configuration, at: datetime, reader: Backtest | Comparison) -> None:
    store = open_database(found.settings)
    try:
        reader.read(progress(archive(store.alerts, at), sys.stderr))
    finally:
        store.close()


def archive(store: AlertStore, at: datetime) -> Iterator[Archived]:
    """Every article tagged at ``at`` or later, with its story, in the order of tagging; a page at a time in memory."""
    last = None
    while page := store.archived(since=at, after=last, limit=_PAGE):
        yield from page
        last = page[-1][0]


def progress(articles: Iterable[Archived], screen: TextIO) -> Iterator[Archived]:
    """The same articles; if ``screen`` is a terminal it shows meanwhile how many were read, and is clean at the end."""
    if not screen.isatty():
        yield from articles
        return
    try:
        for number, one in enumerate(articles):
            if number % _PAGE == 0:
                print(
                    f"\r{number:,} articles read, up to {one[0].tagged_at:%Y-%m-%d %H:%M}",
                    end="",
                    file=screen,
                    flush=True,
                )
            yield one
    finally:
        print("\r\x1b[K", end="", file=screen, flush=True)


def _span(span: Span) -> Iterator[str]:
    if span.first and span.last:
        yield f"{_counted(span.revisions, 'article')} of the archive, tagged {span.first:%Y-%m-%d %H:%M} to {span.last:%Y-%m-%d %H:%M} UTC"
    else:
        yield "nothing in the archive of that time"


def _table(backtest: Backtest, many: float) -> Iterator[str]:
    days = backtest.span.days()
    yield f"{'rule':28} {'hits':>7} {'stories':>8} {'a day':>8} {'most':>6} {'backfill':>9}"
    for ident, hits in backtest.hits.items():
        daily = hits.days.total() / days
        most = max(hits.days.values(), default=0)
        yield f"{ident:28} {len(hits.articles):7} {len(hits.stories):8} {daily:8.1f} {most:6} {hits.backfill:9}"
    for ident, hits in backtest.hits.items():
        yield from _hits(ident, hits, hits.days.total() / days, many)


def _hits(ident: str, hits: Hits, daily: float, many: float) -> Iterator[str]:
    if daily > many:
        yield f"warning: rule {ident} hits {daily:.0f} articles a day, more than anybody reads"
    examples = hits.examples()
    if examples:
        yield f"{ident}:"
        yield from (_example(" ", one) for one in examples)


def _changes(comparison: Comparison) -> Iterator[str]:
    for ident, change in comparison.changes.items():
        old, new = change.counts()
        yield f"{ident}: {_versions(change)}; {old} -> {new} hits, {change.added()} added, {change.removed()} removed"
        more, less = change.examples()
        yield from (_example("+", one) for one in more)
        yield from (_example("-", one) for one in less)


def _versions(change: Change) -> str:
    before, after = change.before, change.after
    if before is None or after is None:
        return "only in the other version" if before is None else "not in the other version"
    told = [
        f"{name} {printable(str(old), 40)} -> {printable(str(new), 40)}"
        for name, old, new in (("version", before.version, after.version), ("mode", before.mode, after.mode))
        if old != new
    ]
    same = (
        " (the same version twice: count it up)"
        if before.version == after.version and before.when != after.when
        else ""
    )
    return (", ".join(told) or f"version {printable(before.version, 40)}") + same


def _example(sign: str, one: Example) -> str:
    return f"  {sign} {one.id}  {one.tagged_at:%Y-%m-%d}  {printable(one.outlet, 40)}: {printable(one.title, _LINE)}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
