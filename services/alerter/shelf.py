"""The stories one transaction works on: those of the store, and over them what this batch has changed already."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from services.core.ports.store import AlertTransaction
from services.core.story import Story

_MOST = 30  # candidates looked at per article


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

    def candidates(self, keys: Collection[str], at: datetime) -> tuple[Story, ...]:
        """Stories that share a key and are not too old, those that share most first, then the youngest."""
        since = at - self._window
        shared = Counter(story_id for key in keys for story_id in self._by_key.get(key, ()))
        here = [story for story_id in shared if (story := self._changed[story_id]).last_at >= since]
        stored = self._transaction.candidates(keys, since, _MOST)
        wanted = set(keys)
        found = here + [story for story in stored if story.id not in self._changed]
        found.sort(key=lambda story: story.id)
        found.sort(key=lambda story: (len(wanted.intersection(story.keys)), story.last_at), reverse=True)
        return tuple(found[:_MOST])

    def put(self, story: Story, article_id: str) -> None:
        """The story with the article in it."""
        before = self._changed.get(story.id)
        for key in set(before.keys if before else ()).difference(story.keys):
            self._by_key[key].discard(story.id)
        for key in story.keys:
            self._by_key[key].add(story.id)
        self._changed[story.id] = story
        self._placed[article_id] = story.id
