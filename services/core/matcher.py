"""Conditions on the labels of an alert, as routes, silences and inhibition rules write them.

::

    severity="critical"      equal            desk!="sports"      not equal
    topic=~"arms.*|sanctions"                 outlet!~"test.*"

Each means what it means in Alertmanager (https://prometheus.io/docs/alerting/latest/configuration/#matcher). Of its
regular expressions only words between bars are taken, each with ``.*`` before or after it, so that no matcher can take
long whatever the label holds.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

MAX_LENGTH = 1000  # code points of one matcher
_SHAPE = re.compile(r"\s*(?P<label>[A-Za-z_][A-Za-z0-9_.-]*)\s*(?P<sign>=~|!~|!=|=)\s*(?P<value>.*?)\s*", re.DOTALL)
_SPECIAL = set(r".^$*+?()[]{}")
_ANYTHING = [".", "*"]
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n"}
_ALLOWED = 'allowed: label="value", label!="value", label=~"one|two.*", label!~"one|two.*"'


class MatcherError(ValueError):
    """A matcher that cannot be read; says what is wrong and what is allowed."""


class Word(Struct, frozen=True):
    """One alternative: the text, and whether anything may stand before or after it."""

    text: str
    before: bool = False
    after: bool = False

    def fits(self, value: str) -> bool:
        """Whether the whole of ``value`` is this."""
        if self.before and self.after:
            return self.text in value
        if self.after:
            return value.startswith(self.text)
        return value.endswith(self.text) if self.before else value == self.text


class Matcher(Struct, frozen=True, kw_only=True):
    """A label that has, or if ``negated`` has not, one of the values. An absent label has the empty value."""

    label: str
    words: tuple[Word, ...]
    negated: bool = False

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels fulfil it."""
        value = labels.get(self.label, "")
        return any(word.fits(value) for word in self.words) is not self.negated


@lru_cache(maxsize=4096)
def matcher(text: str) -> Matcher:
    """The matcher that ``text`` writes. Raises MatcherError."""
    found = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if found is None:
        raise MatcherError(f"not a matcher; {_ALLOWED}")
    sign, value = found["sign"], _unquoted(found["value"])
    words = tuple(map(_word, _alternatives(value))) if sign.endswith("~") else (Word(value),)
    return Matcher(label=found["label"], words=words, negated=sign.startswith("!"))


def all_match(texts: Iterable[str], labels: Mapping[str, str]) -> bool:
    """Whether the labels fulfil every one of these matchers. Raises MatcherError."""
    return all(matcher(text).matches(labels) for text in texts)


def equality(label: str, value: str) -> str:
    """The matcher for a label with exactly this value."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{label}="{quoted}"'


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        if re.search(r'[\s",{}]', value):
            raise MatcherError(f"a value with spaces, commas, quotes or braces stands in double quotes; {_ALLOWED}")
        return value
    inner = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value, re.DOTALL)
    if inner is None:
        raise MatcherError(f"the double quotes do not close at the end; {_ALLOWED}")
    return re.sub(r"\\(.)", _escaped, inner[1], flags=re.DOTALL)


def _escaped(found: re.Match[str]) -> str:
    if found[1] not in _ESCAPES:
        raise MatcherError(f'unknown escape \\{found[1]} within double quotes; allowed: \\" \\\\ \\n')
    return _ESCAPES[found[1]]


def _alternatives(value: str) -> list[str]:
    """Parted at the bars that no backslash stands before."""
    return re.findall(r"(?:^|\|)((?:[^|\\]|\\.|\\$)*)", value, re.DOTALL)


def _word(written: str) -> Word:
    signs = re.findall(r"\\.|.", written, re.DOTALL)
    before = signs[:2] == _ANYTHING
    signs = signs[2:] if before else signs
    after = signs[-2:] == _ANYTHING
    signs = signs[:-2] if after else signs
    for sign in signs:
        if sign in _SPECIAL or (sign[0] == "\\" and (len(sign) == 1 or sign[1].isalnum())):
            raise MatcherError(
                f"{sign} is not taken after =~ and !~; allowed: words between |, each with .* before or after it, "
                "other signs with a backslash before them"
            )
    return Word("".join(sign[-1] for sign in signs), before, after)
