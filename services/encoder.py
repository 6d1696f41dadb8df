"""The transformers that wirewatch comes with: where one stands, and a pass of it.

Run by onnxruntime on one thread, in 8-bit integers; word pieces as it was trained on them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.core.errors import ConfigInvalid
from services.core.word_pieces import WordPieces

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ROOT = Path(__file__).parent
_PLACES = (_ROOT.parent / "deploy" / "models", _ROOT / "models")  # of a checkout, of an installation


def model_directory(setting: str, name: str) -> Path | None:
    """Where the model ``name`` stands that a setting names: the one that wirewatch comes with, none, or a directory."""
    if setting == "off":
        return None
    if setting != "default":
        return Path(setting)
    return next((place / name for place in _PLACES if (place / name).is_dir()), None)


class Encoder:
    """Immutable after it is built, but for the session, which is for one thread. The same pieces give the same states."""

    def __init__(self, directory: Path, files: Sequence[str], what: str) -> None:
        """``files``: what the model of ``what`` consists of. Raises ConfigInvalid where one is missing."""
        missing = [name for name in files if not (directory / name).is_file()]
        if missing:
            lacks = f"{directory}: the model of {what} lacks {', '.join(missing)}"
            raise ConfigInvalid([f"{lacks}; allowed is a directory with {', '.join(files)}"])
        import numpy  # both take a while to import; commands would wait for them
        import onnxruntime

        self._numpy = numpy
        self.pieces = WordPieces.of((directory / "vocabulary.txt").read_text("utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(directory / "encoder.onnx"), options, providers=["CPUExecutionProvider"],
            disabled_optimizers=["SkipLayerNormFusion"],  # joined, the two take seven times as long as one after the other
        )  # fmt: skip

    def hidden(self, pieces: Sequence[int], marks: Sequence[int]) -> "npt.NDArray[np.float32]":
        """The states of the last layer, a row for each piece. ``marks``: of what kind each piece is, 0 where of none."""
        given = {name: self._numpy.array([own], dtype="int64") for name, own in (("pieces", pieces), ("marks", marks))}
        found: npt.NDArray[np.float32] = self._session.run(None, given)[0][0]
        return found
