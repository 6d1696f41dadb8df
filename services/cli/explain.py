"""``wirewatch explain ARTICLE``: what was read in an article, which rules match it or why not, and what was decided."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence

from services.cli.arguments import add_config, configuration
from services.core.alert import Alert
from services.core.article import TaggedArticle
from services.core.grow import independent
from services.core.ledger import LedgerEntry
from services.core.printable import printable
from services.core.rule import Mode
from services.core.rules.compile import Match, Rule, compile_rule
from services.core.rules.reading import Reading
from services.core.rules.why import describe, why_not
from services.openers import open_database

Archived = tuple[TaggedArticle, str | None]

_SHOWN = 12
_LINE = 300


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command."""
    own = subparsers.add_parser("explain", help="show which rules match an article, or why not, and what was decided")
    add_config(own)
    own.add_argument("article", help="the article's id, as alerts, logs and the ledger show it")
    own.add_argument("--rule", metavar="ID", help="only this rule")
    own.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the explanation. Rules are those of the configuration as it is now."""
    loaded = configuration(args)
    sources = [source for source in loaded.rules if args.rule in {None, source.id}]
    if not sources:
        known = ", ".join(source.id for source in loaded.rules) or "none"
        print(f"no rule {printable(args.rule or '')}; the configuration has: {known}", file=sys.stderr)
        return 1
    store = open_database(loaded.settings)
    try:
        archived = store.alerts.articles(args.article)
        ledger = store.alerts.ledger(article_id=args.article)
        alerts = store.alerts.alerts(article_id=args.article)
        stories = [story for _, ident in archived if ident and (story := store.alerts.story(ident)) is not None]
    finally:
        store.close()
    if not archived:
        print(f"no article {printable(args.article)} in the archive: not decided yet, or forgotten", file=sys.stderr)
        return 1
    owners = {outlet.id: outlet.owner for outlet in loaded.feeds.outlets if outlet.owner}
    told = {story.id: independent(story, owners) for story in stories}
    print(explain(archived, [compile_rule(source, loaded.vocabulary) for source in sources], ledger, alerts, told))
    return 0


def explain(
    archived: Sequence[Archived], rules: Sequence[Rule], ledger: Sequence[LedgerEntry], alerts: Sequence[Alert],
    outlets: Mapping[str, int] | None = None,
) -> str:  # fmt: skip
    """Each revision with what was read in it, what each rule says of it now, and what was decided about it then.

    ``outlets``: how many independent ones tell a story by now, by its id.
    """
    told = outlets or {}
    return "\n".join(line for one in archived for line in _revision(one, rules, ledger, alerts, told.get(one[1] or "")))


def _revision(
    archived: Archived,
    rules: Sequence[Rule],
    ledger: Sequence[LedgerEntry],
    alerts: Sequence[Alert],
    outlets: int | None,
) -> Iterator[str]:
    tagged, story = archived
    article = tagged.article
    yield f"{article.id} revision {article.revision}, {article.outlet}, published {article.published_at:%Y-%m-%d %H:%M} UTC"
    yield f"  title     {_shown(article.title)}"
    yield f"  url       {_shown(article.url)}"
    yield f"  language  {tagged.language or 'not known'}{f'; passed on unread: {tagged.skipped}' if tagged.skipped else ''}"
    yield f"  story     {story or 'none: no rule matched it and it tells of no act'}"
    yield f"  topics    {_topics(tagged)}"
    yield from (f"  act       {_shown(describe(act))}" for act in tagged.acts)
    yield "  rules, as they are now"
    mine = [entry for entry in ledger if entry.revision == article.revision]
    age = (mine[0].at - article.published_at).total_seconds() if mine else None
    reading = Reading(tagged, age, outlets)
    yield from (f"    {line}" for rule in rules for line in _rule(rule, reading))
    yield "  decided"
    yield from (f"    {_entry(entry)}" for entry in mine)
    if not mine:
        yield "    nothing in the ledger; it may have been forgotten"
    yield from (f"  {line}" for alert in alerts if alert.revision == article.revision for line in _alert(alert))


def _rule(rule: Rule, reading: Reading) -> Iterator[str]:
    off = "" if rule.source.mode is Mode.ALERT else f" (mode {rule.source.mode})"
    found = rule.match(reading)
    if found is not None:
        yield f"{rule.id}{off} matches: {_evidence(found)}"
        return
    yield f"{rule.id}{off} does not match"
    for failure in why_not(rule, reading)[:_SHOWN]:
        sort = "not known" if failure.unknown else "fails"
        yield f"  {sort}: {_shown(failure.clause)}"
        yield f"    {_shown(failure.reason)}"


def _evidence(found: Match) -> str:
    quotes = [f'"{_shown(span.quote)}"' for span in found.spans[:_SHOWN]]
    more = f" and {len(found.spans) - _SHOWN} more" if len(found.spans) > _SHOWN else ""
    return (", ".join(quotes) or "by what it excludes, by its outlet or language, or by a figure") + more


def _topics(tagged: TaggedArticle) -> str:
    named = [f"{one.id} {one.score:.2f}{'' if one.about else ' (only mentioned)'}" for one in tagged.topics]
    return ", ".join(named) or "none"


def _entry(entry: LedgerEntry) -> str:
    rule = f" {entry.rule}" if entry.rule else ""
    alert = f" ({entry.alert_id})" if entry.alert_id else ""
    return f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.fate}{rule}: {_shown(entry.reason)}{alert}"


def _alert(alert: Alert) -> Iterator[str]:
    yield f"alert {alert.id} by {alert.rule} version {_shown(alert.rule_version)}, {alert.severity}"
    yield f"  why       {_shown(alert.development.why)}"
    yield f"  sentence  {_shown(alert.sentence.quote)}"


def _shown(text: str) -> str:
    return printable(text, _LINE)
