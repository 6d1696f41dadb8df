"""Which language a text is in: by its small words, by py3langid, and by what its feed says."""

import re
from functools import cache
from typing import Any

_SAMPLE = 600  # code points looked at
_SHORT = 60
_SURE, _VERY_SURE = 0.9, 0.9999
_LETTERS = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "to",
        "and",
        "in",
        "for",
        "on",
        "with",
        "as",
        "by",
        "from",
        "at",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "will",
        "says",
        "said",
        "after",
        "over",
        "its",
        "his",
        "that",
        "this",
        "who",
        "be",
        "not",
    ]
)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str, declared: str | None) -> str:
    """An ISO 639-1 code. English is known by its small words; a short text is what its feed declares, else English, unless surely other."""
    sample = text[:_SAMPLE]
    found = _LETTERS.findall(sample.lower())
    common = sum(word in _ENGLISH for word in found)
    if common >= 2 and common * 8 >= len(found):
        return "en"
    fallback = (declared or "en").lower().split("-")[0][:2]
    code, sure = _identifier().classify(sample)
    if code == fallback or len(found) < 3:
        return fallback
    return str(code) if sure >= (_SURE if len(sample) > 3 * _SHORT else _VERY_SURE) else fallback


def warm() -> None:
    """Load the model now rather than with the first article."""
    _identifier()
