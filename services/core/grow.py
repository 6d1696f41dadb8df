"""How a story changes by one more article."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b

from msgspec import Struct, structs

from services.core.act import Certainty
from services.core.article import Article
from services.core.gist import Gist, Told, act_keys, text_keys
from services.core.headline import Corrected, contradicts, headline, in_title, remembered
from services.core.near import NEAR, similarity
from services.core.story import MAX_OUTLETS, MAX_TEXTS, ActThread, Headline, Story, Text
from services.core.threads import compatible, follow

_SAME_TEXT = 0.9  # so like a text remembered already that it would find nothing more


class Grown(Struct, frozen=True, kw_only=True):
    """The story with the article in it, and the acts of the article that count as news, each with its thread's ident.

    ``moved``: idents of threads that this article has brought to a stage not told before, with the stage before it.
    ``headline``: a mark of what the article's headline says; ``corrected``: that it said something else before.
    ``copied``: the words of the article were in the story before. ``pause``: how long the story had not been told.
    """

    story: Story
    acts: tuple[tuple[Told, str], ...]
    moved: dict[str, str] = {}
    headline: str | None = None
    corrected: Corrected | None = None
    copied: bool = False
    pause: timedelta = timedelta()


def digest(*parts: str) -> str:
    """A short id of these parts, the same for the same parts."""
    return blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def opened(article: Article, gist: Gist) -> Story:
    """A new story, without the article in it yet. Its id follows from the article, so the same input gives the same ids."""
    return Story(id=f"st{digest(article.id)}", title=article.title, first_at=gist.at, last_at=gist.at, articles=0)


def grown(story: Story, article: Article, gist: Gist, *, again: bool = False) -> Grown:
    """The story with the article in it. ``again``: with a further revision of an article that is in it."""
    threads, acts, count = _followed(story, gist)
    texts = _remembered(story, gist.text)
    copied = same_text(gist.text, story, NEAR)
    said = headline(article, acts)
    outlets = story.outlets if article.outlet in story.outlets else (*story.outlets, article.outlet)[:MAX_OUTLETS]
    changed = structs.replace(
        story,
        first_at=min(story.first_at, gist.at),
        last_at=max(story.last_at, gist.at),
        articles=story.articles + (not again),
        outlets=outlets,
        copiers=_copiers(story, article.outlet, copied=copied),
        wires=_wires(story, article.outlet, gist.wire),
        headlines=remembered(story.headlines, said),
        texts=texts,
        acts=threads,
        acts_opened=count,
        keys=_keys(texts, threads),
    )
    return Grown(
        story=changed, acts=acts, moved=_moved(story.acts, threads), copied=copied, pause=gist.at - story.last_at,
        headline=None if said is None else f"headline:{digest(article.id, repr(said.claims))}",
        corrected=_corrected(story, article, said, acts) if again else None,
    )  # fmt: skip


def independent(story: Story, owners: Mapping[str, str]) -> int:
    """How many owners stand behind a story in words of their own. An outlet without a known owner is its own.

    The words of a news agency are the agency's, whoever prints them.
    """
    tellers = [story.wires.get(outlet, outlet) for outlet in story.outlets if outlet not in story.copiers]
    return max(1, len({owners.get(teller) or teller for teller in tellers}))


def _copiers(story: Story, outlet: str, *, copied: bool) -> tuple[str, ...]:
    """An outlet is a copier from a copy that is its first text in the story to a text of its own."""
    if outlet in story.outlets and (copied or outlet not in story.copiers):
        return story.copiers
    others = tuple(one for one in story.copiers if one != outlet)
    return (*others, outlet)[:MAX_OUTLETS] if copied else others


def _wires(story: Story, outlet: str, wire: str | None) -> dict[str, str]:
    """An outlet tells a story in an agency's words from its first text in it to one that credits none."""
    if outlet in story.outlets and (wire or outlet not in story.wires):
        return story.wires
    others = {one: agency for one, agency in story.wires.items() if one != outlet}
    return others | {outlet: wire} if wire and wire != outlet and len(others) < MAX_OUTLETS else others


def _corrected(
    story: Story, article: Article, now: Headline | None, acts: tuple[tuple[Told, str], ...]
) -> Corrected | None:
    was = next((one for one in story.headlines if one.article == article.id), None)
    if was is None or now is None or not contradicts(now, was):
        return None
    return Corrected(was=was.title, idents=frozenset(ident for told, ident in acts if in_title(told, article)))


def _followed(story: Story, gist: Gist) -> tuple[tuple[ActThread, ...], tuple[tuple[Told, str], ...], int]:
    """What stands beyond the lead is background and opens no thread; a denial counts wherever it stands."""
    threads, count = story.acts, story.acts_opened
    found: list[tuple[Told, str]] = []
    for act in gist.acts:
        denial = act.act.certainty == Certainty.DENIED and any(compatible(act, thread) for thread in threads)
        if not act.lead and not denial:
            continue
        threads, ident = follow(act, threads, count, gist.at)
        count = max(count, int(ident))
        found.append((act, ident))
    return threads, tuple(found), count


def _moved(before: tuple[ActThread, ...], after: tuple[ActThread, ...]) -> dict[str, str]:
    known = {thread.ident: thread.stages for thread in before if thread.stages}
    return {one.ident: known[one.ident][-1] for one in after if one.ident in known and one.stages != known[one.ident]}


def same_text(text: Text, story: Story, least: float = _SAME_TEXT) -> bool:
    """Whether the story has been told in these very words, as far as it remembers, or in words so like them that it is all one.

    ``least`` is the similarity from which on they are: as given, nobody would tell them apart; from NEAR on, one is a copy.
    """
    return any(one.copy == text.copy or similarity(one.signature, text.signature) >= least for one in story.texts)


def _remembered(story: Story, text: Text) -> tuple[Text, ...]:
    texts = story.texts
    if same_text(text, story):
        return texts
    return (*texts[:1], *texts[1:][-(MAX_TEXTS - 2) :], text)


def _keys(texts: tuple[Text, ...], threads: tuple[ActThread, ...]) -> tuple[str, ...]:
    of_texts = [key for text in texts for key in text_keys(text)]
    of_acts = [key for one in threads for key in act_keys(one.kind, one.course, one.giver, one.taker)]
    return tuple(dict.fromkeys([*of_texts, *of_acts]))
