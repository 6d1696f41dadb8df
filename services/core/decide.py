"""What becomes of one article: its story, its alerts, and a line in the ledger for each decision. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from services.core.act import Act
from services.core.alert import Alert
from services.core.assign import Assignment
from services.core.develop import STORY, Around, changes, chosen, facts, first_report, sentence, unwanted
from services.core.gist import Gist, Told
from services.core.grow import Grown, grown, independent, opened
from services.core.headline import stance
from services.core.ledger import Fate, LedgerEntry
from services.core.recall import recalled
from services.core.rule import Mode
from services.core.rules.compile import Rule
from services.core.rules.reading import Reading
from services.core.settings import AlerterSettings
from services.core.stated import stated
from services.core.story import MAX_FACTS, Story
from services.core.telling import alert

_NAMED = 5  # rules named in a reason


class Circumstances(Struct, frozen=True, kw_only=True):
    """What a decision depends on besides the article and its story.

    ``owners``: outlet to owner, where it has one; ``official``: outlets that are official bodies.
    """

    now: datetime
    settings: AlerterSettings
    owners: Mapping[str, str]
    official: Collection[str] = ()


class Decision(Struct, frozen=True, kw_only=True):
    """What becomes of an article. ``story`` is None for one that no rule and no act makes worth remembering."""

    story: Story | None = None
    alerts: tuple[Alert, ...] = ()
    entries: tuple[LedgerEntry, ...] = ()


def worth_remembering(reading: Reading, matched: Sequence[Rule], waiting: Sequence[Rule] = ()) -> bool:
    """Whether an article gets a story: a rule matches, or waits for more outlets to tell it, or it tells of an act."""
    return bool(matched or waiting or reading.tagged.acts)


def plain(reading: Reading, fate: Fate, reason: str, now: datetime) -> Decision:
    """An article that ends here."""
    return Decision(entries=(_entry(reading, now, fate, reason),))


def decide(
    reading: Reading, matched: Sequence[Rule], gist: Gist, joined: Assignment | Story | None, given: Circumstances,
    *, waiting: Sequence[Rule] = (),
) -> Decision:  # fmt: skip
    """Decide an article. ``joined``: the assignment, the story of an earlier revision, or None for a new story.

    ``waiting``: rules that may match now that it is known how many outlets tell the story.
    """
    article = reading.tagged.article
    before = joined.story if isinstance(joined, Assignment) else joined
    after = grown(before or opened(article, gist), article, gist, again=isinstance(joined, Story))
    placed = _placed(joined)
    around = _around(after, reading, given)
    told = reading.of_story(around.outlets)
    matched = [*matched, *(rule for rule in waiting if rule.holds(told))]
    if not matched:
        why = f"no rule matched{_waits(waiting, told)}; {placed}"
        entry = _entry(reading, given.now, Fate.NO_RULE, why, story=after.story, placed=placed)
        return Decision(story=after.story, entries=(entry,))
    story, alerts, entries = after.story, [], []
    for rule in matched:
        story, found, entry = _for_rule(told, rule, structs.replace(after, story=story), around, given)
        entries.append(structs.replace(entry, placed=placed))
        if found:
            alerts.append(found)
    return Decision(story=story, alerts=tuple(alerts), entries=tuple(entries))


def _for_rule(
    reading: Reading, rule: Rule, after: Grown, around: Around, given: Circumstances
) -> tuple[Story, Alert | None, LedgerEntry]:
    article, story, met = reading.tagged.article, after.story, rule.acts(reading)
    name = rule.id if rule.source.mode is Mode.ALERT else f"{rule.id} ({rule.source.mode})"
    told, kept = story.told.get(name, ()), story.kept.get(name, ())
    known = (*kept, *told) if article.revision > 1 else told
    acts = stated(_news(met, after.acts), reading, official=article.outlet in given.official)
    found = changes(known, acts, around) if known else first_report(acts, around, known=story.articles > 1)
    new = facts(acts, around)

    def entry(fate: Fate, reason: str, alert_id: str | None = None) -> LedgerEntry:
        return _entry(reading, given.now, fate, reason, story=story, rule=rule.id, alert_id=alert_id)

    late = _late(reading, after, given) or recalled(rule, met, reading)
    if late is not None:
        return _with(story, kept=story.kept | {name: remembered_facts(kept, new)}), None, entry(*late)
    if not found:
        return story, None, entry(Fate.NOT_NEW, _nothing_new(reading, after, around.outlets))
    story = _with(story, told=story.told | {name: remembered_facts(told, new)})
    wanted, others = chosen(found, rule.source.notify_on)
    if not wanted:
        return story, None, entry(Fate.UNWANTED, f"{sentence(others)}; {unwanted(others)}")
    aside = f"; {unwanted(others)}" if others else ""
    if rule.source.mode is Mode.SHADOW:
        return story, None, entry(Fate.SHADOW, sentence(wanted) + aside)
    made = alert(rule.source, rule.evidence(reading), reading, story=story, found=wanted, now=given.now)
    return story, made, entry(Fate.ALERTED, made.development.why + aside, made.id)


def _around(after: Grown, reading: Reading, given: Circumstances) -> Around:
    story, article = after.story, reading.tagged.article
    return Around(
        stance=None if reading.tagged.acts else stance(article),
        threads=story.acts, moved=after.moved, outlets=independent(story, given.owners), steps=given.settings.outlet_steps,
        headline=after.headline, corrected=after.corrected,
    )  # fmt: skip


def _news(met: Collection[Act], acts: tuple[tuple[Told, str], ...]) -> tuple[tuple[Told, str], ...]:
    """The acts that are news to a rule: those that meet its conditions, or all where none does or it has none on acts."""
    return tuple(pair for pair in acts if pair[0].act in met) if met else acts


def _waits(waiting: Sequence[Rule], told: Reading) -> str:
    if not waiting:
        return ""
    names = ", ".join(rule.id for rule in waiting[:_NAMED])
    more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
    return f"; {names}{more} would with another number of outlets, and {told.outlets} told it so far"


def _late(reading: Reading, after: Grown, given: Circumstances) -> tuple[Fate, str] | None:
    article, limit = reading.tagged.article, given.settings.max_age
    if article.backfill:
        return Fate.BACKFILL, "stood in the feed when it was first polled"
    age = given.now - article.published_at
    if age > timedelta(seconds=limit):
        return Fate.OLD, f"published {_days(age.total_seconds())} ago; alerted up to {_days(limit)}"
    pause = after.pause.total_seconds()
    if after.copied and article.revision == 1 and pause > given.settings.story_window:
        return Fate.OLD, f"the text of {_days(pause)} ago, come up again"
    return None


def _nothing_new(reading: Reading, after: Grown, outlets: int) -> str:
    if reading.tagged.article.revision > 1:
        why = "an edit without a new fact"
    else:
        why = "a copy of a text told before" if after.copied else "nothing new in a story told before"
    return f"{why}: {after.story.articles} articles, {outlets} independent outlets"


def _placed(joined: Assignment | Story | None) -> str:
    if joined is None:
        return "a new story"
    return joined.reason if isinstance(joined, Assignment) else "a revision"


def _entry(
    reading: Reading, now: datetime, fate: Fate, reason: str, *, story: Story | None = None, placed: str | None = None,
    rule: str | None = None, alert_id: str | None = None,
) -> LedgerEntry:  # fmt: skip
    article = reading.tagged.article
    return LedgerEntry(
        article_id=article.id, revision=article.revision, at=now, fate=fate, reason=reason,
        story_id=story.id if story else None, placed=placed, rule=rule, alert_id=alert_id,
    )  # fmt: skip


def remembered_facts(known: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """What a rule has told, with what it tells now. Bounded: acts and outlets stay first, then the latest of all else."""
    merged = tuple(dict.fromkeys((*known, *new)))
    if len(merged) <= MAX_FACTS:
        return merged
    first = [mark for mark in merged if mark.startswith(_FIRM)][-(MAX_FACTS - 1) :]
    rest = [mark for mark in merged if not mark.startswith(_FIRM) and mark != STORY]
    kept = {STORY, *first, *rest[len(rest) - max(0, MAX_FACTS - 1 - len(first)) :]}
    return tuple(mark for mark in merged if mark in kept)


_FIRM = ("act:", "outlets:", "independent", "party:")


def _with(story: Story, **fields: dict[str, tuple[str, ...]]) -> Story:
    return structs.replace(story, **fields)


def _days(seconds: float) -> str:
    return f"{seconds / 86400:.1f} days" if seconds >= 86400 else f"{seconds / 3600:.1f} hours"
