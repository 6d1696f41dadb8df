"""Articles that recall: anniversaries, "on this day", acts of long ago, and what came before the news of the day."""

import re

from services.core.act import Act, Certainty
from services.core.ledger import Fate
from services.core.mention import Span
from services.core.printable import printable
from services.core.rules.compile import Rule
from services.core.rules.reading import Reading

# "anniversary" alone is no sign: arms are sent and sanctions imposed on anniversaries.
_LOOKS_BACK = re.compile(
    r"\b(?:on this day|this (?:day|week|month) in (?:history|(?:19|20)\d\d)|years ago (?:today|this (?:week|month))|flashback|"
    r"from the archives?|throwback)\b",
    re.IGNORECASE,
)
# "It comes a day after", "His comments came after": what follows is why the news is news, and older than it.
_CAME_AFTER = re.compile(r"\b(?:comes?|came|coming)\s(?:[\w-]+\s){0,4}?after\b", re.IGNORECASE)


def recalled(rule: Rule, met: tuple[Act, ...], reading: Reading) -> tuple[Fate, str] | None:
    """Why an article tells a rule nothing of today, if so. Of a rule that asks for acts, those count that ``met`` it."""
    acts = met or reading.tagged.acts
    if acts and all(_long_past(act, reading) for act in acts) and (rule.asks_for_acts or _looks_back(reading)):
        when = next(str(act.when) for act in acts if act.when)
        return Fate.PAST, f"tells only of what is long past: {when}"
    if acts and rule.asks_for_acts and all(_came_before(act, reading) for act in acts):
        return Fate.PAST, f"tells only of what came before its news: “{printable(acts[0].trigger.quote)}”"
    if not acts and _looks_back(reading):
        return Fate.PAST, "looks back, and tells of no act of today"
    return None


def _long_past(act: Act, reading: Reading) -> bool:
    """Dated more than a year back, and told as history: what somebody claims, denies or says of it now is news."""
    told_now = act.certainty != Certainty.ASSERTED or act.attribution is not None
    return act.when is not None and not told_now and act.when.before(reading.tagged.article.published_at.date())


def _came_before(act: Act, reading: Reading) -> bool:
    """Told in no headline, and only behind a "comes after"."""
    title = len(reading.tagged.article.title)
    return bool(act.evidence) and all(span.start >= title and _behind(span, act.trigger) for span in act.evidence)


def _behind(sentence: Span, trigger: Span) -> bool:
    """Whether "comes after" stands in the sentence, and before the trigger where that is one of its words."""
    found = _CAME_AFTER.search(sentence.quote)
    elsewhere = not sentence.start <= trigger.start < sentence.end
    return found is not None and (elsewhere or sentence.start + found.end() <= trigger.start)


def _looks_back(reading: Reading) -> bool:
    return _LOOKS_BACK.search(reading.tagged.article.title) is not None
