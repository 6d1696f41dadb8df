"""Articles with other countries in them: who acts must be read from the words around a name, not from the name.

Each country of an article becomes another one of the lexicons, in the same form: name, adjective, people, seat. Labels follow
the actors.
"""

import random
from collections.abc import Sequence
from typing import Any

import msgspec

from services.core.article import Article
from services.core.mention import EntityKind, Mention
from services.extractor.entities import Form, Name
from services.extractor.lexicons import Lexicons
from tests.extractor.train_acts.examples import Example

_LONGEST = 20_000  # code points of a body that are swapped


class Swapper:
    """Draws countries. The same seed draws the same."""

    def __init__(self, lexicons: Lexicons, seed: int) -> None:
        self._random = random.Random(seed)
        self._forms: dict[str, dict[Form, str]] = {}
        self._names: dict[str, Name] = {}
        for name in lexicons.names:
            self._names[name.text] = name
            if name.entity.kind is EntityKind.COUNTRY and name.text.isascii():
                self._forms.setdefault(name.entity.id, {}).setdefault(name.form, name.text)
        self._drawn = sorted(key for key, forms in self._forms.items() if len(forms) == len(Form))

    def swapped(self, article: Article, mentions: Sequence[Mention]) -> tuple[Article, dict[str, str]]:
        """The article with other countries, and which id became which."""
        present = dict.fromkeys(m.id for m in mentions if m.kind is EntityKind.COUNTRY and m.id)
        free = [key for key in self._drawn if key not in present]
        became = dict(zip(present, self._random.sample(free, min(len(present), len(free))), strict=False))
        text = article.text
        parts: list[str] = []
        at = 0
        for mention in mentions:
            name = self._names.get(mention.span.quote)
            if mention.id not in became or name is None or mention.span.start < at:
                continue
            parts += [text[at : mention.span.start], self._forms[became[mention.id]][name.form]]
            at = mention.span.end
        changed = "".join([*parts, text[at:]])
        title, _, body = changed.partition("\n\n") if article.title else ("", "", changed)
        return msgspec.structs.replace(article, title=title, summary="", body=body[:_LONGEST]), became


def follow(example: Example, model: Example, became: dict[str, str]) -> None:
    """Give ``example`` the labels of ``model``, actor by actor."""
    for kind, table in example.labels.items():
        told = {
            tuple(became.get(party.key, party.key) if party else None for party in pair): (row, column)
            for *pair, row, column in model.pairs[kind]
        }
        for giver, taker, row, column in example.pairs[kind]:
            same = told.get((giver.key if giver else None, taker.key if taker else None))
            for part in ("act", "weight", "stage", "certainty"):
                table[part][row, column] = _value(model.labels[kind][part], same, part)


def _value(table: Any, place: tuple[int, int] | None, part: str) -> Any:
    if place is None:  # nobody judged this pair
        return 0 if part in {"act", "weight"} else -1
    return table[place]
