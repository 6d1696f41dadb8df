"""A linear model over clues: each clue weighs, whoever is named. Clues find their weights by hashing.

Feature hashing as in Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", arXiv:0902.2206: no table of
clues to keep, and what was never seen weighs next to nothing.
"""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

import numpy as np

SIZE = 1 << 18  # weights of a kind


def place(clue: str) -> int:
    """Where the weight of a clue stands; two clues seldom share one."""
    return crc32(clue.encode()) % SIZE


def places(clues: Iterable[str]) -> list[int]:
    """Each once, in order, so that a sum of them is the same however the clues came."""
    return sorted({place(clue) for clue in clues})


def weighed(weights: Any, clues: Iterable[str]) -> float:
    """The sum of the weights of the clues, in log-odds."""
    return float(np.asarray(weights)[places(clues)].sum())
