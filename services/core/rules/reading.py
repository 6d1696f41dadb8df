"""A tagged article, prepared once for all rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property

from services.core.act import Act, ArmsTransfer, Attribution, Party
from services.core.article import TaggedArticle
from services.core.mention import Mention, Span
from services.core.rules.expression import Phrase, Sort, Value
from services.core.words import Word, keys, words

_MOST_SPANS = 20  # of one phrase; more add nothing for a reader


class Reading:
    """What rules ask of an article, each answer worked out at most once. Not thread-safe."""

    def __init__(self, tagged: TaggedArticle) -> None:
        self.tagged = tagged
        self.text = tagged.article.text
        self.title_end = len(tagged.article.title)
        self._names: dict[str, str] = {}

    @cached_property
    def words(self) -> list[Word]:
        """The words of the text. An empty word parts title, summary and body, so that no phrase crosses over."""
        article = self.tagged.article
        found: list[Word] = []
        at = 0
        for part in (article.title, article.summary, article.body):
            if part:
                found += [*words(self.text, at, at + len(part)), Word("", at + len(part), at + len(part))]
                at += len(part) + 2
        return found

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each word stands in :attr:`words`."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for index, word in enumerate(self.words):
            found[word.key].append(index)
        found.pop("", None)
        return dict(found)

    @cached_property
    def ids(self) -> dict[str, list[Mention]]:
        """Mentions by entity id."""
        return self._grouped(lambda mention: (mention.id,))

    @cached_property
    def names(self) -> dict[str, list[Mention]]:
        """Mentions by folded name, by the words in the text, and by the last part of their id."""
        return self._grouped(self._calls)

    @cached_property
    def countries(self) -> dict[str, list[Mention]]:
        """Mentions by the country they stand or act for."""
        return self._grouped(lambda mention: (mention.country,) if mention.country else ())

    def mentions(self, value: Value) -> list[Mention]:
        """Mentions of a country, an entity or a name."""
        by = {Sort.COUNTRY: self.countries, Sort.ID: self.ids, Sort.NAME: self.names}
        return by[value.sort].get(value.text, [])

    def find(self, phrase: Phrase) -> tuple[Span, ...]:
        """Where the phrase stands, the first few places."""
        last = len(phrase.keys) - 1
        found: list[Span] = []
        for index in self._starts(phrase):
            run = self.words[index : index + last + 1]
            if phrase.title and run[-1].end > self.title_end:
                break
            if len(run) > last and self._fits(run, phrase):
                found.append(self._span(run[0].start, run[-1].end))
                if len(found) == _MOST_SPANS:
                    break
        return tuple(found)

    def folded(self, name: str) -> str:
        """The name as rules compare it."""
        if name not in self._names:
            self._names[name] = " ".join(keys(name))
        return self._names[name]

    def _starts(self, phrase: Phrase) -> list[int]:
        first = phrase.keys[0]
        if len(phrase.keys) > 1 or not phrase.prefix:
            return self.places.get(first, [])
        return sorted(place for key, at in self.places.items() if key.startswith(first) for place in at)

    @staticmethod
    def _fits(run: list[Word], phrase: Phrase) -> bool:
        *head, tail = phrase.keys
        if any(word.key != key for word, key in zip(run, head, strict=False)):
            return False
        return run[-1].key.startswith(tail) if phrase.prefix else run[-1].key == tail

    def _span(self, start: int, end: int) -> Span:
        return Span(start=start, end=end, quote=self.text[start:end])

    def _calls(self, mention: Mention) -> set[str]:
        return {self.folded(name) for name in (mention.name, mention.span.quote, mention.id.rpartition(":")[2])}

    def _grouped(self, by: Callable[[Mention], Iterable[str]]) -> dict[str, list[Mention]]:
        found: defaultdict[str, list[Mention]] = defaultdict(list)
        for mention in self.tagged.mentions:
            for key in by(mention):
                found[key].append(mention)
        return dict(found)


def kind_of(act: Act) -> str:
    """``arms_transfer`` or ``sanction``."""
    return "arms_transfer" if isinstance(act, ArmsTransfer) else "sanction"


def fillers(act: Act, role: str) -> tuple[Party | Attribution, ...]:
    """Who or what fills a role of the act; empty where the text does not say."""
    filler = getattr(act, role, None)
    if filler is None:
        return ()
    return filler if isinstance(filler, tuple) else (filler,)
