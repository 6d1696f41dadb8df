"""The stories one transaction works on: those of the store, and over them what this batch has changed already."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.core.ports.store import AlertTransaction
from services.core.story import Story

_MOST = 40  # candidates looked at per article
_OF_ONE_KEY = 60  # stories looked at for one key, the youngest: what many share says little


class Shelf:
    """Answers as if every article before had been written: how records fall into batches changes nothing."""

    def __init__(self, transaction: AlertTransaction, window: float) -> None:
        self._transaction = transaction
        self._window = timedelta(seconds=window)
        self._changed: dict[str, Story] = {}
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._placed: dict[str, str] = {}

    @property
    def changed(self) -> tuple[Story, ...]:
        """Stories to save."""
        return tuple(self._changed.values())

    def of(self, article_id: str) -> Story | None:
        """The story that an earlier revision of the article is in, if it is still kept."""
        story_id = self._placed.get(article_id) or self._transaction.story_of(article_id)
        if story_id is None:
            return None
        return self._changed.get(story_id) or self._transaction.stories([story_id]).get(story_id)

    def candidates(self, keys: Mapping[str, int], at: datetime) -> tuple[Story, ...]:
        """Stories that share keys and are not too old: those whose shared keys say most, then the youngest."""
        shared, ages = self._shared(keys, at - self._window)
        best = sorted(shared, key=lambda ident: (shared[ident], ages[ident], ident), reverse=True)[:_MOST]
        stored = self._transaction.stories([ident for ident in best if ident not in self._changed])
        return tuple(self._changed.get(ident) or stored[ident] for ident in best)

    def _shared(self, keys: Mapping[str, int], since: datetime) -> tuple[Counter[str], dict[str, datetime]]:
        """What the shared keys of each story say together, and when it was told last."""
        # As many more as can have lost a key in this batch: so the answer is as if each change had been written.
        stored = self._transaction.sharing(keys, since, _OF_ONE_KEY + len(self._changed))
        shared: Counter[str] = Counter()
        ages: dict[str, datetime] = {}
        for key, worth in keys.items():
            here = [(self._changed[ident].last_at, ident) for ident in self._by_key.get(key, ())]
            other = [one for one in stored.get(key, ()) if one[1] not in self._changed]
            young = [one for one in (*here, *other) if one[0] >= since]
            young.sort(reverse=True)
            for last_at, ident in young[:_OF_ONE_KEY]:
                shared[ident] += worth
                ages[ident] = last_at
        return shared, ages

    def put(self, story: Story, article_id: str) -> None:
        """The story with the article in it."""
        before = self._changed.get(story.id)
        for key in set(before.keys if before else ()).difference(story.keys):
            self._by_key[key].discard(story.id)
        for key in story.keys:
            self._by_key[key].add(story.id)
        self._changed[story.id] = story
        self._placed[article_id] = story.id
