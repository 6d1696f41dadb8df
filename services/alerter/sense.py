"""What an article is about as one vector, by which the same event is recognised in other words.

A sentence encoder (Reimers and Gurevych, "Sentence-BERT", arXiv:1908.10084) reads title and lead; two articles that tell of one event
point in one direction. Run by onnxruntime on one thread, for articles that get a story only. What it was trained on and what it is worth
stands in ``card.md`` beside the weights and in docs/decisions/0011-stories.md.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.core.article import Article
from services.core.errors import ConfigInvalid
from services.core.sense import MARK, SCALE
from services.core.word_pieces import WordPieces

Sense = Callable[[Article], bytes]  # empty where nothing is known

LENGTH = 128  # word pieces read
_TITLE, _LEAD = 48, 700  # word pieces of a title, code points of a text
_BEGIN, _STOP = 101, 102  # [CLS] and [SEP] of the vocabulary
FILES = ("encoder.onnx", "vocabulary.txt", "card.json")


def senseless(_article: Article) -> bytes:
    """Knows nothing: stories are told apart by their words alone."""
    return b""


def model_directory(setting: str) -> Path | None:
    """Where the encoder stands that ``alerter.story_model`` names: the one that wirewatch comes with, none, or a directory."""
    if setting == "off":
        return None
    if setting != "default":
        return Path(setting)
    places = (
        Path(__file__).parents[2] / "deploy" / "models" / "stories",
        Path(__file__).parents[1] / "models" / "stories",
    )
    return next((place for place in places if place.is_dir()), None)


def sense_of(setting: str) -> Sense:
    """What ``alerter.story_model`` names. Raises ConfigInvalid where a file is missing."""
    directory = model_directory(setting)
    return StoryModel(directory).sense if directory else senseless


class StoryModel:
    """Immutable after it is built, but for the session, which is for one thread. The same text gives the same bytes."""

    def __init__(self, directory: Path) -> None:
        """Raises ConfigInvalid where a file is missing."""
        missing = [name for name in FILES if not (directory / name).is_file()]
        if missing:
            lacks = f"{directory}: the model of stories lacks {', '.join(missing)}"
            raise ConfigInvalid([f"{lacks}; allowed is a directory with {', '.join(FILES)}"])
        import numpy  # both take a while to import; commands would wait for them
        import onnxruntime

        self._numpy: Any = numpy
        self._mark = hashlib.sha256((directory / "encoder.onnx").read_bytes()).digest()[:MARK]
        self._pieces = WordPieces.read(directory / "vocabulary.txt")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(directory / "encoder.onnx"), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"],
        )  # fmt: skip  # as for the model of acts

    def sense(self, article: Article) -> bytes:
        """As services.core.sense compares them, 384 numbers; empty for an article without words."""
        np = self._numpy
        pieces = read_pieces(self._pieces, article)
        if len(pieces) <= 3:
            return b""
        given = np.array([pieces], dtype=np.int64)
        hidden = self._session.run(None, {"pieces": given, "marks": np.zeros_like(given)})[0][0]
        mean = hidden.mean(axis=0)
        vector = np.rint(mean * (SCALE / np.linalg.norm(mean)))
        return self._mark + bytes(np.clip(vector, -127, 127).astype(np.int8).tobytes())


def read_pieces(pieces: WordPieces, article: Article) -> list[int]:
    """The word pieces of title and lead that are read."""
    text = "\n\n".join(part for part in (article.summary, article.body) if part)
    named = pieces.encode(article.title[:_LEAD]).ids[:_TITLE]
    read = [_BEGIN, *named, _STOP, *pieces.encode(text[:_LEAD]).ids]
    return [*read[: LENGTH - 1], _STOP]
