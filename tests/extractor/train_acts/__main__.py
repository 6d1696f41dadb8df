"""Trains the learned reader of acts on labelled news, on excerpts of public collections and on items that we wrote.

``--check`` trains on four fifths and prints what the fifth reaches with that model in place; without it the model in
``deploy/models/acts`` is written. ``--words`` fits the linear half alone, a few minutes, and leaves the transformer as it is:
after a change of rules or lexicons. The same seed, data and machine give the same weights.
"""

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from services.cli.evaluate import article_of, lexicon_parties, read_labels, read_parties
from services.config.load import default_directory
from services.core.measure.labels import Labelled
from services.core.measure.parties import Parties
from services.core.measure.score import judge, results
from services.core.settings import ExtractorSettings
from services.extractor.act_model import TOPICS
from services.extractor.lexicons import load_lexicons
from services.extractor.pairs import KINDS
from services.extractor.tagger import SpacyTagger
from tests.extractor.gold import SHARED
from tests.extractor.train_acts import export, network, words
from tests.extractor.train_acts.examples import Example, Read, batch, examples
from tests.extractor.train_acts.excerpts import excerpts, written
from tests.extractor.train_acts.swap import Swapper, follow

TARGET = Path(__file__).parents[3] / "deploy" / "models" / "acts"
EPOCHS, BATCH, SEED = 4, 16, 0
_KEPT = 0.995  # of the mean of the weights with each step
BODY_RATE, HEAD_RATE = 1e-4, 1e-3
# See docs/decisions/0010-learned-acts.md: told from here on, and doubted of the rules below it.
_ASKED = {
    "thresholds": {"arms_transfer": 0.5, "sanction": 0.75},
    "doubts": {"arms_transfer": 0.2, "sanction": 0.06},
}


def loss(weights: network.Weights, words: Any, given: dict[str, Any], key: Any) -> Any:
    """Of pairs, of stages and certainties of those that are acts, and of topics."""
    out = network.judged(weights, words, given, key)
    total = 0.5 * (optax.sigmoid_binary_cross_entropy(out["topics"], given["topics"]) * given["topical"]).sum()
    for kind in KINDS:
        own = given[kind]
        total += (optax.sigmoid_binary_cross_entropy(out[kind], own["act"]) * own["weight"]).sum()
        for part, share in (("stage", 1.0), ("certainty", 0.5)):
            sure = jax.nn.log_softmax(out[f"{kind} {part}"])
            picked = jnp.take_along_axis(sure, jnp.maximum(own[part], 0)[..., None], -1)[..., 0]
            total -= share * jnp.where(own[part] >= 0, picked, 0).sum()
    return total / given["pieces"].shape[0]


def fit(found: list[Example], base: network.Weights, seed: int) -> network.Weights:
    """The tuned weights: their moving mean over the last few hundred steps."""
    words = jnp.asarray(base["words"])
    start = {name: part for name, part in base.items() if name != "words"} | network.fresh(seed)
    weights = jax.tree.map(jnp.asarray, start)
    steps = EPOCHS * -(-len(found) // BATCH)
    tuned = {name: "body" if name in base else "head" for name in weights}
    optimiser = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.multi_transform({"head": _rate(HEAD_RATE, steps), "body": _rate(BODY_RATE, steps)}, tuned),
    )
    state = optimiser.init(weights)

    @jax.jit
    def step(weights: Any, mean: Any, state: Any, given: Any, key: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(weights, words, given, key)
        change, state = optimiser.update(slope, state, weights)
        weights = optax.apply_updates(weights, change)
        return weights, optax.incremental_update(weights, mean, 1 - _KEPT), state, value

    key, mean = jax.random.PRNGKey(seed), weights
    for epoch in range(EPOCHS):
        begun, total = time.perf_counter(), 0.0
        batches = _batches(found, seed * 100 + epoch)
        for chosen in batches:
            key, own = jax.random.split(key)
            weights, mean, state, value = step(weights, mean, state, batch(chosen), own)
            total += float(value)
        print(
            f"epoch {epoch + 1} of {EPOCHS}: loss {total / len(batches):.3f}, {time.perf_counter() - begun:.0f} s",
            flush=True,
        )
    return dict(jax.tree.map(np.asarray, mean)) | {"words": base["words"]}


def _rate(peak: float, steps: int) -> Any:
    plan = optax.warmup_cosine_decay_schedule(0, peak, steps // 10, steps, peak * 0.05)
    return optax.adamw(plan, weight_decay=0.01)


def _batches(found: list[Example], seed: int) -> list[list[Example]]:
    """Examples of like length together, the batches in random order; the last is filled up."""
    rng = random.Random(seed)
    order = list(found)
    rng.shuffle(order)
    order.sort(key=lambda example: len(example.window.pieces) // 32)
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    batches[-1] += rng.choices(order, k=BATCH - len(batches[-1]))
    rng.shuffle(batches)
    return batches


def write(weights: network.Weights, linear: dict[str, Any], count: int, target: Path) -> None:
    """The files of the model."""
    export.write_model(target, weights, {"articles": count, "seed": SEED, "epochs": EPOCHS} | _ASKED)
    export.write_heads(target / "heads.npz", weights, linear)


def write_words(linear: dict[str, Any], count: int, target: Path) -> None:
    """Another linear half in a model that is there."""
    heads = dict(np.load(target / "heads.npz"))
    np.savez_compressed(target / "heads.npz", **heads | {f"{kind}.words": own for kind, own in linear.items()})
    export.write_card(target, json.loads((target / "card.json").read_text("utf-8")) | {"linear_half": count} | _ASKED)


class Bench:
    """What turns labelled articles into examples: the rules as they are, and the base of the transformer."""

    def __init__(self) -> None:
        self._lexicons = load_lexicons(default_directory() / "lexicons")
        self._tagger = SpacyTagger(self._lexicons, ExtractorSettings(model="off"))
        self._pieces = export.base_pieces()
        self._rank = {code: place for place, code in enumerate(self._lexicons.transfer.exporters)}

    def plain(self, labels: list[Labelled], parties: Parties, topical: float = 1.0) -> list[Example]:
        """The labelled articles as the rules read them. ``topical`` 0: without labels of topics."""
        found = (Read(label, *self._tagger.lines(article_of(label))) for label in labels)
        return examples((read for read in found if read.lines), self._pieces, self._rank, parties, topical)

    def swapped(self, found: list[Example], parties: Parties) -> list[Example]:
        """The same articles with other countries, where they name any."""
        swapper = Swapper(self._lexicons, SEED)
        copies = []
        for example in found:
            article = article_of(example.read.label)
            other, became = swapper.swapped(article, self._tagger.tag(article, article.published_at).mentions)
            [copy] = examples([Read(example.read.label, *self._tagger.lines(other))], self._pieces, self._rank, parties)
            follow(copy, example, became)
            copies += [copy] if became and copy.read.lines else []
        return copies

    def own(self) -> list[Example]:
        """What we labelled and wrote ourselves."""
        parties = lexicon_parties(default_directory() / "lexicons")
        topical = [*excerpts(SHARED / "data", topical=True), *written("acts"), *written("topics")]
        return [
            *self.plain(excerpts(SHARED / "data", topical=False), parties, topical=0.0),
            *self.plain(topical, parties),
        ]


def report(weights: network.Weights, linear: dict[str, Any], held: list[Labelled], parties: Parties) -> None:
    """Print what the whole extractor reaches on articles that the weights have not seen."""
    with tempfile.TemporaryDirectory() as directory:
        write(weights, linear, 0, Path(directory))
        tagger = SpacyTagger(default_directory() / "lexicons", ExtractorSettings(model=directory))
        judged = [judge(label, tagger.tag(article_of(label), datetime.now(UTC)), parties) for label in held]
    for measure, result in results(judged, TOPICS).items():
        print(*measure, f"{result.count.f1:.3f} of {result.n}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="train on four fifths, measure on the fifth")
    options.add_argument("--words", action="store_true", help="fit the linear half alone")
    args = options.parse_args()
    labels, problems = read_labels(SHARED / "gold" / "train.jsonl", TOPICS)
    assert not problems, problems
    rng = random.Random(1)
    held = [label for label in labels if args.check and rng.randrange(5) == 0]
    parties = read_parties(SHARED / "gold" / "parties.json")
    bench = Bench()
    found = bench.plain([label for label in labels if label not in held], parties)
    once = [*found, *bench.own()]
    linear = {kind: words.fit(once, kind) for kind in KINDS}
    if args.words:
        write_words(linear, len(once), TARGET)
        return
    both = [*once, *bench.swapped(found, parties)]
    weights = fit(both, export.base_weights(), SEED)
    if args.check:
        report(weights, linear, held, parties)
    else:
        write(weights, linear, len(both), TARGET)


if __name__ == "__main__":
    main()
