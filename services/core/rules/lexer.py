"""A rule's text as tokens, each with its place."""

import re
from enum import StrEnum

from msgspec import Struct

from services.core.rules.problem import Place, RuleError, problem_at


class Sort(StrEnum):
    """What a token is."""

    WORD = "word"
    TEXT = "text"  # in quotation marks
    SIGN = "sign"  # one of ( ) , : ~ = >= <= > <
    END = "end"


class Token(Struct, frozen=True):
    """``text`` is the word, the text without its quotation marks, or the sign."""

    sort: Sort
    text: str
    place: Place

    def follows(self, other: "Token") -> bool:
        """True where nothing, not even space, stands between ``other`` and this one."""
        return self.place.start == other.place.end


_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“"}  # curly ones come from word processors
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<sign>[<>]=|[(),:~=<>])|(?P<quote>[\"“”„])|(?P<word>[^\s(),:~=<>\"“”„]+)",
)


def tokens(source: str) -> list[Token]:
    """The tokens of a rule, the last one END. Raises RuleError for a quotation that does not end."""
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        assert match is not None  # every character is in one of the classes
        if match.lastgroup == "quote":
            token = _quotation(source, at)
            found.append(token)
            at = token.place.end
            continue
        if match.lastgroup != "space":
            found.append(Token(Sort(match.lastgroup or ""), match.group(), Place(at, match.end())))
        at = match.end()
    return [*found, Token(Sort.END, "", Place(len(source), len(source)))]


def _quotation(source: str, start: int) -> Token:
    ends = {_QUOTES[source[start]], '"'} if source[start] != '"' else {'"'}
    for at in range(start + 1, len(source)):
        if source[at] in ends:
            return Token(Sort.TEXT, source[start + 1 : at], Place(start, at + 1))
    message = "this quotation does not end; close it with a quotation mark"
    raise RuleError([problem_at(source, Place(start, start + 1), message)])
