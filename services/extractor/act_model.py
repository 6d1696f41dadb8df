"""The learned reader: a small transformer and a linear model judge every pair of parties together.

The encoder is a fine-tuned MiniLM (Wang et al., "MiniLM", arXiv:2002.10957) in 8-bit integers, run by onnxruntime on one
thread; it reads the window of an article once, with heads over it. The linear model weighs clues by the lexicons and by the
order of words (:mod:`services.extractor.clues`). A pair's log-odds are a mean of the two: they err on different articles.
How both were trained, on what, and what they score stands in ``card.md`` beside the weights.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from services.core.act import READ, Act, Certainty, SanctionStage, sides
from services.core.errors import ConfigInvalid
from services.core.rules.reading import kind_of
from services.encoder import Encoder
from services.extractor.clues import Clues
from services.extractor.pairs import (
    CERTAINTIES,
    KINDS,
    MOST_PARTIES,
    STAGES,
    Actor,
    Facts,
    Line,
    Stage,
    actors,
    possible,
)
from services.extractor.vocabulary import SANCTIONING
from services.extractor.window import Window, window
from services.extractor.word_weights import weighed

Array = npt.NDArray[np.float32]
_Word = TypeVar("_Word")
TOPICS = (
    "arms_transfer", "sanctions", "export_controls", "nuclear_missile", "armed_conflict", "diplomacy", "military_posture",
    "defence_industry",
)  # fmt: skip  # in the order of the weights
_SELDOM = frozenset({SanctionStage.REFUSED, SanctionStage.VIOLATED})  # in a few dozen of the labelled acts
_RULED = {
    "arms_transfer": 2.5,
    "sanction": 3.5,
}  # what a stage that the rules read is ahead of the others, in log-probability
_SAID = {"arms_transfer": 2.0, "sanction": 4.0}  # the same for certainties
_LINEAR = np.float32(0.3)  # the share of the linear model, chosen on labels that neither half had seen
_SPOKEN = {"arms_transfer": frozenset({"aid", "loose"}), "sanction": SANCTIONING | {"penalty"}}  # tags of words
LOOKS, LOOK = 4, 32  # how often a pair looks over the window, and by how many numbers
_PARTS = (
    "x", "y", "c", "f", "b", "o", "ob", "fo", "bx", "by", "lx", "ly", "lk", "lv", "st", "stb", "stf", "ce", "ceb", "cef", "words",
)  # fmt: skip  # of the heads of a kind
FILES = ("encoder.onnx", "heads.npz", "vocabulary.txt", "card.json")


class Judged(Struct, frozen=True):
    """A pair that the model takes for an act, or of which the rules told one: ``told``.

    ``stages``, ``certainties``: the log-probability of each, if it is an act. ``doubted``: the rules told it, and the model takes it for none.
    """

    kind: str
    giver: Actor | None
    taker: Actor | None
    probability: float
    stages: dict[Stage, float]
    certainties: dict[Certainty, float]
    told: Act | None
    doubted: bool

    def stage(self, ruled: Stage | None) -> Stage:
        """How far it has got. ``ruled``: what the rules read, which the model must contradict with some certainty, or may not where it has seen little of it."""
        if ruled in _SELDOM:
            return ruled
        return _likeliest(_ahead(self.stages, ruled, _RULED[self.kind]))

    def certainty(self, ruled: Certainty | None) -> Certainty:
        """Whether it is stated, claimed or denied; ``ruled`` as for the stage."""
        return _likeliest(_ahead(self.certainties, ruled, _SAID[self.kind]))

    def confidence(self, stage: Stage, ruled: Stage | None) -> float:
        """How probable it is that the text tells the act between these two, and at this stage. ``ruled``: as for the stage."""
        likely = _ahead(self.stages, ruled, _RULED[self.kind])
        return round(self.probability * float(np.exp(likely[stage] - np.logaddexp.reduce([*likely.values()]))), 2)


def _ahead(words: dict[_Word, float], ruled: _Word | None, lead: float) -> dict[_Word, float]:
    """Log-probabilities, up to a constant, where what the rules read is ``lead`` more likely."""
    return {word: value + lead * (word == ruled) for word, value in words.items()}


def _likeliest(words: dict[_Word, float]) -> _Word:
    return max(words, key=lambda word: words[word])


class Hidden(NamedTuple):
    """What the encoder makes of each party, the last row for nobody, of the window as a whole, and of each word piece."""

    parties: Array
    whole: Array
    pieces: Array


class Judgement(Struct, frozen=True):
    """What the model makes of an article.

    ``pairs``: those whose probability reaches the threshold of its kind (where the card has one) and those of which the rules told an act, the surest first.
    ``topics``: the log-odds that a desk wants the article.
    """

    pairs: tuple[Judged, ...] = ()
    topics: dict[str, float] = {}


class ActModel:
    """Immutable after it is built, but for the session, which is for one thread. The same window gives the same answer."""

    def __init__(self, directory: Path, rank: dict[str, int]) -> None:
        """``rank``: countries by how likely they supply arms. Raises ConfigInvalid where a file is missing or of another version."""
        self._rank = rank
        self._encoder = Encoder(directory, FILES, "acts")
        self._heads = _heads(directory / "heads.npz")
        self._judges = {
            kind: {name.partition(".")[2]: part for name, part in self._heads.items() if name.startswith(f"{kind}.")}
            for kind in KINDS
        }
        card = json.loads((directory / "card.json").read_text())
        self.thresholds: dict[str, float] = card["thresholds"]
        self.doubts: dict[str, float] = card["doubts"]
        self.digest = digest(directory)

    def judge(self, lines: Sequence[Line], acts: Sequence[Act]) -> Judgement:
        """What the model makes of the lines. ``acts``: what the rules told of them.

        One pass of the encoder, whatever the number of pairs.
        """
        found_actors = actors(lines, acts)
        seen = window(lines, found_actors, self._encoder.pieces)
        if not seen.actors:
            return Judgement()
        hidden = self._encoder.hidden(seen.pieces, seen.marks)
        whole = hidden.mean(axis=0)
        parties = np.zeros((MOST_PARTIES + 1, hidden.shape[1]), dtype=np.float32)
        for at, places in enumerate(seen.places):
            parties[at] = hidden[places].mean(axis=0)
        parties[MOST_PARTIES] = self._heads["null"]
        found = [
            judged
            for kind in KINDS
            if _spoken(kind, lines) or any(kind_of(act) == kind for act in acts)
            for judged in self._pairs(
                kind, seen, Hidden(parties, whole, hidden), Facts(kind, lines, acts, self._rank),
                Clues(kind, lines, acts, found_actors),
            )
        ]  # fmt: skip
        odds = whole @ self._heads["topics"] * 4 + self._heads["topics_bias"]
        return Judgement(
            tuple(sorted(found, key=lambda judged: -judged.probability)),
            {topic: float(value) for topic, value in zip(TOPICS, odds, strict=True)},
        )

    def _pairs(self, kind: str, seen: Window, hidden: Hidden, facts: Facts, clues: Clues) -> Iterator[Judged]:
        place = {id(actor): at for at, actor in enumerate(seen.actors)}
        pairs = list(possible(seen.actors, kind))
        if not pairs:
            return
        known = np.stack([facts.vector(giver, taker) for giver, taker in pairs])
        givers = np.array([place[id(giver)] if giver else MOST_PARTIES for giver, _ in pairs])
        takers = np.array([place[id(taker)] if taker else MOST_PARTIES for _, taker in pairs])
        odds, stages, certainties = self._scores(kind, hidden, (givers, takers), known)
        odds = (1 - _LINEAR) * odds + _LINEAR * self._weighed(kind, seen.actors, pairs, clues)
        least = _odds(self.thresholds[kind]) if kind in self.thresholds else np.inf
        doubt = self.doubts.get(kind, 0.0)
        for at, (giver, taker) in enumerate(pairs):
            told = facts.act(giver, taker)
            if told is None and odds[at] < least:
                continue
            yield Judged(
                kind, giver, taker, float(1 / (1 + np.exp(-odds[at]))), _probabilities(STAGES[kind], stages[at]),
                _probabilities(CERTAINTIES, certainties[at]), told, bool(told and odds[at] < _odds(doubt * _trusted(told))),
            )  # fmt: skip

    def _weighed(
        self, kind: str, found: Sequence[Actor], pairs: Sequence[tuple[Actor | None, Actor | None]], clues: Clues
    ) -> Array:
        """Log-odds of each pair by the linear model: what weighs for each party is summed once."""
        weights = self._judges[kind]["words"]
        gives = {actor.key: weighed(weights, clues.of_party(actor, "giver")) for actor in found}
        takes = {actor.key: weighed(weights, clues.of_party(actor, "taker")) for actor in found}
        return np.array(
            [
                (gives[giver.key] if giver else 0.0)
                + (takes[taker.key] if taker else 0.0)
                + weighed(weights, clues.of_pair(giver, taker))
                for giver, taker in pairs
            ],
            dtype=np.float32,
        )

    def _scores(
        self, kind: str, hidden: Hidden, pairs: tuple[npt.NDArray[Any], npt.NDArray[Any]], known: Array
    ) -> tuple[Array, Array, Array]:
        """Log-odds of each pair, scores of its stages and of its certainties. ``pairs``: rows of the givers and of the takers."""
        w, (givers, takers) = self._judges[kind], pairs
        seen, party = _looked(w, hidden, pairs), hidden.parties
        alone = (party @ w["x"])[givers] + (party @ w["y"])[takers] + hidden.whole @ w["c"]
        joint = np.tanh(alone + seen + known @ w["f"] + w["b"])
        together = np.einsum("nh,nh->n", (party @ w["bx"])[givers], (party @ w["by"])[takers]) / 8
        odds = joint @ w["o"] + together + w["ob"] + known @ w["fo"]
        return odds, joint @ w["st"] + w["stb"] + known @ w["stf"], joint @ w["ce"] + w["ceb"] + known @ w["cef"]


def _heads(path: Path) -> dict[str, Array]:
    """Raises ConfigInvalid where a part is missing, as in a model that another version was made for."""
    found = {name: part.astype(np.float32) for name, part in np.load(path).items()}
    wanted = {f"{kind}.{part}" for kind in KINDS for part in _PARTS} | {"null", "topics", "topics_bias"}
    if missing := sorted(wanted - found.keys()):
        what = f"lacks {', '.join(missing[:3])}{' and others' if len(missing) > 3 else ''}"
        raise ConfigInvalid([f"{path}: {what}; it was made for another version of wirewatch: train it anew"])
    return found


def _looked(w: dict[str, Array], hidden: Hidden, pairs: tuple[npt.NDArray[Any], npt.NDArray[Any]]) -> Array:
    """What each pair sees of the window: every word piece weighs as much as giver and taker together look at it."""
    keys = hidden.pieces @ w["lk"]
    values = np.split(hidden.pieces @ w["lv"], LOOKS, axis=1)
    by = [hidden.parties @ w[part] for part in ("lx", "ly")]
    found = []
    for look, value in enumerate(values):
        own = slice(look * LOOK, (look + 1) * LOOK)
        by_giver, by_taker = (part[:, own] @ keys[:, own].T / np.sqrt(np.float32(LOOK)) for part in by)
        scores = by_giver[pairs[0]] + by_taker[pairs[1]]
        share = np.exp(scores - scores.max(axis=1, keepdims=True))
        found.append(share / share.sum(axis=1, keepdims=True) @ value)
    return np.concatenate(found, axis=1)


def _probabilities(words: Sequence[_Word], scores: Array) -> dict[_Word, float]:
    """The log-probability of each of these words."""
    return dict(zip(words, (scores - np.logaddexp.reduce(scores)).tolist(), strict=True))


def digest(directory: Path) -> str:
    """Stands for the files of a model in the version of the extractor."""
    made = hashlib.sha256()
    for name in FILES:
        made.update((directory / name).read_bytes())
    return made.hexdigest()[:12]


def _spoken(kind: str, lines: Sequence[Line]) -> bool:
    """Whether a word stands there without which nothing of the kind is told."""
    words, arms = _SPOKEN[kind], kind == "arms_transfer"
    return any(node.tags & words or (arms and node.is_item) for line in lines for node in line.sentence.nodes)


def _trusted(told: Act) -> float:
    """The share of the threshold below which an act of the rules falls: guessed sides fall first.

    Where the words that join both to the act name somebody whom no lexicon knows, of whom the model knows little, it never falls.
    """
    if any(party is None or party.method not in READ for party in sides(told)):
        return 1.0
    return 0.5 if all(party and (party.id or party.country) for party in sides(told)) else 0.0


def _odds(probability: float) -> float:
    return float(np.log(probability / (1.0 - probability))) if probability else -np.inf
