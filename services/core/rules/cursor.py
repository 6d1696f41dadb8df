"""Where the parser stands, what it has found wrong, and how much of the rule's budget is left."""

from typing import NoReturn

from services.core.rules.lexer import Sort, Token
from services.core.rules.problem import Place, Problem, problem_at
from services.core.rules.vocabulary import Vocabulary


class Stop(Exception):
    """The form is wrong: what follows cannot be read."""


class Cursor:
    """Moves over the tokens of one rule."""

    def __init__(self, source: str, tokens: list[Token], vocabulary: Vocabulary, terms: int) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self._tokens = tokens
        self._at = 0
        self._terms = terms
        self._limit = terms

    @property
    def token(self) -> Token:
        """The token to read next."""
        return self._tokens[self._at]

    @property
    def before(self) -> Token:
        """The token read last."""
        return self._tokens[max(0, self._at - 1)]

    @property
    def ended(self) -> bool:
        """True when everything is read."""
        return self.token.sort is Sort.END

    def next(self) -> Token:
        """Read a token; END stays."""
        token = self.token
        if token.sort is not Sort.END:
            self._at += 1
        return token

    def sign(self, *texts: str) -> Token | None:
        """Read a sign if it is one of these."""
        wanted = self.token.sort is Sort.SIGN and self.token.text in texts
        return self.next() if wanted else None

    def spend(self, place: Place) -> None:
        """Count a condition, value or argument against the bound."""
        self._terms -= 1
        if self._terms < 0:
            self.stop(place, f"the rule has more than {self._limit} conditions and values; split it into several rules")

    def wrong(self, place: Place, message: str) -> None:
        """Note a mistake of meaning and read on."""
        self.problems.append(problem_at(self.source, place, message))

    def stop(self, place: Place, message: str) -> NoReturn:
        """Note a mistake of form and end the reading."""
        self.wrong(place, message)
        raise Stop

    def warn(self, place: Place, message: str) -> None:
        """Note something that is allowed and may not be meant."""
        found = problem_at(self.source, place, message)
        self.warnings.append(f"line {found.line}, column {found.column}: {message}")
