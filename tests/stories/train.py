"""Tunes the encoder of stories: texts of one story come close, others do not (supervised contrast, Khosla et al., arXiv:2004.11362).

On half of the roundups, without the stories that are also among those of one spring: so every figure of ``python -m tests.stories`` is of
stories that it has not seen, but for half of its first row. The same seed, data and machine give the same weights.
"""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from services.alerter.sense import read_pieces
from services.core.word_pieces import WordPieces
from tests.extractor.train_acts import export, network
from tests.stories import labelled

TARGET = Path(__file__).parents[2] / "deploy" / "models" / "stories"
EPOCHS, AT_ONCE, SEED = 3, 24, 0  # stories a step, half of them alike
RATE, WARMTH = 5e-5, 0.05
_LENGTHS = (64, 96, 128)  # of batches: each is compiled once
Texts = dict[str, list[list[int]]]  # word pieces by story


def texts(pieces: WordPieces) -> Texts:
    """The stories to learn from that have at least two texts."""
    measured = {one.article.title.strip().lower() for one in labelled.articles("roundups of one spring")}
    found: Texts = defaultdict(list)
    seen = set()
    for one in labelled.articles("roundups"):
        if one.article.title.strip().lower() in measured:
            seen.add(one.story)
        if labelled.half(one.story) == 0:
            found[one.story].append(read_pieces(pieces, one.article))
    return {story: each for story, each in sorted(found.items()) if len(each) > 1 and story not in seen}


def padded(chosen: Sequence[list[int]]) -> dict[str, Any]:
    """As arrays, padded to one of the lengths."""
    length = next(size for size in _LENGTHS if size >= max(map(len, chosen)))
    found = {name: np.zeros((len(chosen), length), kind) for name, kind in (("pieces", "int32"), ("mask", "float32"))}
    for row, own in enumerate(chosen):
        found["pieces"][row, : len(own)] = own
        found["mask"][row, : len(own)] = 1
    return found | {"marks": np.zeros_like(found["pieces"])}


def vectors(weights: network.Weights, words: Any, given: dict[str, Any], key: Any = None) -> Any:
    """Of length 1, the mean of the hidden states."""
    hidden = network.encoded(weights, words, given, key)
    mean = (hidden * given["mask"][..., None]).sum(1) / given["mask"].sum(1, keepdims=True)
    return mean / jnp.linalg.norm(mean, axis=1, keepdims=True)


def loss(weights: network.Weights, words: Any, given: dict[str, Any], key: Any) -> Any:
    """How unlikely each text finds the others of its story among all others of the batch."""
    found = vectors(weights, words, given, key)
    own = jnp.eye(len(found), dtype=bool)
    odds = jax.nn.log_softmax(jnp.where(own, -1e9, found @ found.T / WARMTH), axis=1)
    same = (given["story"][:, None] == given["story"][None]) & ~own
    return -((odds * same).sum(1) / jnp.maximum(same.sum(1), 1)).mean()


def fit(stories: Texts, base: network.Weights) -> network.Weights:
    """The tuned weights."""
    words = jnp.asarray(base["words"])
    fixed = {"marks": jnp.zeros((1, network.HIDDEN))}
    weights = jax.tree.map(jnp.asarray, {name: part for name, part in base.items() if name != "words"})
    steps = EPOCHS * -(-len(stories) // AT_ONCE)
    plan = optax.warmup_cosine_decay_schedule(0, RATE, steps // 10, steps)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(plan, weight_decay=0.01))
    state, key = optimiser.init(weights), jax.random.PRNGKey(SEED)

    @jax.jit
    def step(weights: Any, state: Any, given: Any, key: Any) -> Any:
        value, slope = jax.value_and_grad(lambda own: loss(own | fixed, words, given, key))(weights)
        change, state = optimiser.update(slope, state, weights)
        return optax.apply_updates(weights, change), state, value

    embed = jax.jit(lambda weights, given: vectors(weights | fixed, words, given))
    for epoch in range(EPOCHS):
        begun, values = time.perf_counter(), []
        for chosen in _batches(stories, partial(embed, weights), random.Random(SEED * 100 + epoch)):
            key, own = jax.random.split(key)
            given = padded([text for story in chosen for text in stories[story]])
            given["story"] = np.array([at for at, story in enumerate(chosen) for _ in stories[story]])
            weights, state, value = step(weights, state, given, own)
            values.append(float(value))
        seconds = time.perf_counter() - begun
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {np.mean(values):.3f}, {seconds:.0f} s", flush=True)
    return dict(jax.tree.map(np.asarray, weights | fixed)) | {"words": base["words"]}


def _batches(stories: Texts, embed: Any, rng: random.Random) -> list[list[str]]:
    """Every story once: half of a batch alike, by the weights as they are, the others by chance; the last is filled up."""
    names = [*stories]
    firsts = [stories[name][0] for name in names]
    alike = np.concatenate([np.asarray(embed(padded(part))) for part in _portions(firsts, 64)])[: len(names)]
    left, found = [*range(len(names))], []
    rng.shuffle(left)
    while left:
        near = sorted(left, key=lambda at: -float(alike[at] @ alike[left[0]]))[: AT_ONCE // 2]
        others = [at for at in left if at not in near][: AT_ONCE - len(near)]
        left = [at for at in left if at not in near and at not in others]
        found.append([names[at] for at in (*near, *others)])
    more = rng.sample([name for name in names if name not in found[-1]], AT_ONCE - len(found[-1]))
    found[-1] += more
    rng.shuffle(found)
    return found


def _portions(texts: list[list[int]], size: int) -> list[list[list[int]]]:
    """Filled up with the first, so that all have one size."""
    whole = texts + texts[:1] * (-len(texts) % size)
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def main() -> None:
    """Tune and write the files of the model."""
    pieces = export.base_pieces()
    stories = texts(pieces)
    assert stories, "the roundups are missing beside the repository"
    weights = fit(stories, export.base_weights())
    export.write_model(TARGET, weights, {"stories": len(stories), "seed": SEED, "epochs": EPOCHS})


if __name__ == "__main__":
    main()
