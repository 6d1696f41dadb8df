"""What an article is about as one vector, by which the same event is recognised in other words.

A sentence encoder (Reimers and Gurevych, "Sentence-BERT", arXiv:1908.10084) reads title and lead; two articles that tell of one event
point in one direction. Run by onnxruntime on one thread, for articles that get a story only. What it was trained on and what it is worth
stands in ``card.md`` beside the weights and in docs/decisions/0011-stories.md.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from services.core.article import Article
from services.core.sense import MARK, SCALE
from services.core.word_pieces import WordPieces
from services.encoder import Encoder, model_directory

Sense = Callable[[Article], bytes]  # empty where nothing is known

LENGTH = 128  # word pieces read
_TITLE, _LEAD = 48, 700  # word pieces of a title, code points of a text
_BEGIN, _STOP = 101, 102  # [CLS] and [SEP] of the vocabulary
FILES = ("encoder.onnx", "vocabulary.txt", "card.json")


def senseless(_article: Article) -> bytes:
    """Knows nothing: stories are told apart by their words alone."""
    return b""


def sense_of(setting: str) -> Sense:
    """What ``alerter.story_model`` names. Raises ConfigInvalid where a file is missing."""
    directory = model_directory(setting, "stories")
    return StoryModel(directory).sense if directory else senseless


class StoryModel:
    """Immutable after it is built, but for the session, which is for one thread. The same text gives the same bytes."""

    def __init__(self, directory: Path) -> None:
        """Raises ConfigInvalid where a file is missing."""
        self._encoder = Encoder(directory, FILES, "stories")
        self._mark = hashlib.sha256((directory / "encoder.onnx").read_bytes()).digest()[:MARK]

    def sense(self, article: Article) -> bytes:
        """As services.core.sense compares them, 384 numbers; empty for an article without words."""
        pieces = read_pieces(self._encoder.pieces, article)
        if len(pieces) <= 3:
            return b""
        mean = self._encoder.hidden(pieces, [0] * len(pieces)).mean(axis=0)
        vector = (mean * (SCALE / (mean @ mean) ** 0.5)).round().clip(-127, 127)
        return self._mark + bytes(vector.astype("int8").tobytes())


def read_pieces(pieces: WordPieces, article: Article) -> list[int]:
    """The word pieces of title and lead that are read."""
    text = "\n\n".join(part for part in (article.summary, article.body) if part)
    named = pieces.encode(article.title[:_LEAD]).ids[:_TITLE]
    read = [_BEGIN, *named, _STOP, *pieces.encode(text[:_LEAD]).ids]
    return [*read[: LENGTH - 1], _STOP]
