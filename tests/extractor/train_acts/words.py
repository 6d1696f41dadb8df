"""Fits the linear half of the learned reader: logistic regression over the clues of every pair (services/extractor/clues.py)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from services.extractor.clues import Clues
from services.extractor.pairs import actors
from services.extractor.word_weights import SIZE, places
from tests.extractor.train_acts.examples import Example

_LEAST = 3  # pairs that a clue must stand at
_KEEP = 0.1  # inverse strength of the L2 penalty


def rows(example: Example, kind: str) -> list[list[int]]:
    """Places of the clues of each pair, in the order of ``example.pairs[kind]``."""
    read = example.read
    clues = Clues(kind, read.lines, read.acts, actors(read.lines, read.acts))
    givers = {actor.key: list(clues.of_party(actor, "giver")) for actor in example.window.actors}
    takers = {actor.key: list(clues.of_party(actor, "taker")) for actor in example.window.actors}
    return [
        places(
            [*(givers[giver.key] if giver else ()), *(takers[taker.key] if taker else ()), *clues.of_pair(giver, taker)]
        )
        for giver, taker, _, _ in example.pairs[kind]
    ]


def fit(found: Sequence[Example], kind: str) -> Any:
    """The weights of a kind, half precision."""
    each, wanted = [], []
    for example in found:
        table = example.labels[kind]
        for (_, _, row, column), own in zip(example.pairs[kind], rows(example, kind), strict=True):
            if table["weight"][row, column]:
                each.append(own)
                wanted.append(table["act"][row, column] * 2 - 1)
    counted = np.bincount(np.concatenate([np.array(own) for own in each]), minlength=SIZE) >= _LEAST
    kept = [[at for at in own if counted[at]] for own in each]
    used, columns = np.unique(np.concatenate([np.array(own) for own in kept]), return_inverse=True)
    starts = np.cumsum([0, *(len(own) for own in kept)])
    given = csr_array((np.ones(len(columns)), columns, starts), shape=(len(kept), len(used)))
    sides = np.array(wanted)

    def loss(weights: Any) -> tuple[float, Any]:
        margin = sides * (given @ weights)
        slope = -sides / (1 + np.exp(margin))
        value = np.logaddexp(0, -margin).sum() + weights @ weights / (2 * _KEEP)
        return float(value), given.T @ slope + weights / _KEEP

    result = minimize(loss, np.zeros(len(used)), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = np.zeros(SIZE, "float16")
    weights[used] = result.x
    return weights
