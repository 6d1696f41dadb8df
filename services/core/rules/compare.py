"""What rules hit in an archive, and what another version of them hits more or less."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from zlib import crc32

from msgspec import Struct

from services.core.article import TaggedArticle
from services.core.rule import Mode, RuleSource
from services.core.rules.compile import Rule
from services.core.rules.index import RuleIndex
from services.core.rules.reading import Reading

Archived = tuple[TaggedArticle, str | None]  # with the id of its story

_TITLE = 200  # code points of a title kept


class Example(Struct, frozen=True, kw_only=True):
    """An article, for people to look at."""

    id: str
    title: str
    outlet: str
    tagged_at: datetime


class Hits:
    """What one rule hits. Of each article counts the first revision hit. Holds an id per article and ``most`` examples."""

    def __init__(self, most: int) -> None:
        self.articles: set[str] = set()
        self.stories: set[str] = set()  # an article without a story counts as one
        self.backfill = 0  # articles that stood in a feed when it was first polled: they alert nobody
        self.days: Counter[date] = Counter()  # without those; by the day of tagging, in UTC
        self._most = most
        self._examples: dict[int, Example] = {}

    def add(self, tagged: TaggedArticle, story: str | None) -> None:
        """One more article, or one more revision of it."""
        article = tagged.article
        if article.id in self.articles:
            return
        self.articles.add(article.id)
        self.stories.add(story or article.id)
        if article.backfill:
            self.backfill += 1
        else:
            self.days[tagged.tagged_at.astimezone(UTC).date()] += 1
        self._keep(crc32((story or article.id).encode()), tagged)

    def _keep(self, lot: int, tagged: TaggedArticle) -> None:
        """One example per story, drawn by lot over the whole archive; the same archive gives the same ones."""
        if lot in self._examples:
            return
        article = tagged.article
        self._examples[lot] = Example(
            id=article.id, title=article.title[:_TITLE], outlet=article.outlet, tagged_at=tagged.tagged_at
        )
        if len(self._examples) > self._most:
            del self._examples[max(self._examples)]

    def examples(self) -> tuple[Example, ...]:
        """The oldest first."""
        return tuple(sorted(self._examples.values(), key=lambda one: (one.tagged_at, one.id)))


class Span(Struct, kw_only=True):
    """What was read of an archive."""

    revisions: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def days(self) -> float:
        """From the first to the last article; at least one."""
        return max(1.0, (self.last - self.first).total_seconds() / 86400) if self.first and self.last else 1.0

    def count(self, at: datetime) -> None:
        """One more, no older than those before."""
        self.revisions += 1
        self.first = self.first or at
        self.last = at


class Stories:
    """How many outlets have told each story, as an archive is read in order. One set of owners per story."""

    def __init__(self, owners: Mapping[str, str], rules: Iterable[Rule]) -> None:
        self._owners = owners
        self._asked = any(rule.waits_for_outlets for rule in rules)
        self._told: defaultdict[str, set[str]] = defaultdict(set)

    def reading(self, tagged: TaggedArticle, story: str | None) -> Reading:
        """The article at the moment when it was tagged. A story counts the outlets of this archive only, copies too."""
        article = tagged.article
        reading = Reading(tagged, (tagged.tagged_at - article.published_at).total_seconds())
        if not (self._asked and story):
            return reading
        self._told[story].add(self._owners.get(article.outlet, article.outlet))
        return reading.of_story(len(self._told[story]))


class Backtest:
    """Rules over an archive. ``hits`` is by rule id, in the order of the rules."""

    def __init__(self, rules: Sequence[Rule], most: int, owners: Mapping[str, str] | None = None) -> None:
        self._stories = Stories(owners or {}, rules)
        self.hits = {rule.id: Hits(most) for rule in rules}
        self.span = Span()
        self._index = RuleIndex(rules)

    def read(self, archive: Iterable[Archived]) -> "Backtest":
        """Count what the rules hit, whatever their mode. Articles come in the order of tagging."""
        for tagged, story in archive:
            self.span.count(tagged.tagged_at)
            for rule in self._index.matching(self._stories.reading(tagged, story)):
                self.hits[rule.id].add(tagged, story)
        return self


class Change:
    """A rule in two versions, either of which may be absent."""

    def __init__(self, before: RuleSource | None, after: RuleSource | None, most: int) -> None:
        self.before, self.after = before, after
        self._old, self._new = Hits(0), Hits(0)
        self._more, self._less = Hits(most), Hits(most)

    def counts(self) -> tuple[int, int]:
        """Articles hit before and after."""
        return len(self._old.articles), len(self._new.articles)

    def added(self) -> int:
        """Articles hit only after."""
        return len(self._new.articles - self._old.articles)

    def removed(self) -> int:
        """Articles hit only before."""
        return len(self._old.articles - self._new.articles)

    def examples(self) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """Some of those added, and some of those removed."""
        more = tuple(one for one in self._more.examples() if one.id not in self._old.articles)
        less = tuple(one for one in self._less.examples() if one.id not in self._new.articles)
        return more, less

    def add(self, archived: Archived, *, old: bool, new: bool) -> None:
        """One more revision, and which version hits it."""
        if old:
            self._old.add(*archived)
        if new:
            self._new.add(*archived)
        if old != new:
            (self._more if new else self._less).add(
                archived[0], None
            )  # examples by article: another of its story may be no change


class Comparison:
    """Two versions of rules over an archive. ``changes`` is by rule id: those that are not the same in both."""

    def __init__(
        self, before: Sequence[Rule], after: Sequence[Rule], most: int, owners: Mapping[str, str] | None = None
    ) -> None:
        self.span = Span()
        self._stories = Stories(owners or {}, (*before, *after))
        old, new = ({rule.id: rule for rule in rules} for rules in (before, after))
        ids = [one for one in {**old, **new} if _means(old.get(one)) != _means(new.get(one))]
        self.changes = {one: Change(_source(old.get(one)), _source(new.get(one)), most) for one in ids}
        self._old, self._new = (
            RuleIndex([rule for rule in rules if rule.id in self.changes and _means(rule)]) for rules in (before, after)
        )

    def read(self, archive: Iterable[Archived]) -> "Comparison":
        """Count what each version hits; a rule that is off hits nothing. Articles come in the order of tagging."""
        for archived in archive:
            self.span.count(archived[0].tagged_at)
            reading = self._stories.reading(*archived)
            old, new = ({rule.id for rule in index.matching(reading)} for index in (self._old, self._new))
            for one in old | new:
                self.changes[one].add(archived, old=one in old, new=one in new)
        return self


def _means(rule: Rule | None) -> str | None:
    """What decides which articles a rule hits; None where it hits none."""
    if rule is None or rule.source.mode is Mode.OFF:
        return None
    return " ".join(
        [*rule.source.when.split(), *(f"@{name}: {sorted(who)}" for name, who in sorted(rule.lists.items()))]
    )


def _source(rule: Rule | None) -> RuleSource | None:
    return rule.source if rule else None
