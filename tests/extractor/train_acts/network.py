"""The network in JAX: the encoder of MiniLM (arXiv:2002.10957, a BERT, arXiv:1810.04805) and heads over pairs of parties."""

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file

from services.extractor.act_model import LOOK, LOOKS
from services.extractor.pairs import CERTAINTIES, KINDS, MOST_PARTIES, SANCTIONS, STAGES, sizes

HIDDEN, HEADS, LAYERS = 384, 12, 6
JOINT, BILINEAR = 192, 64  # numbers a pair is judged by
TOPICS = 8
_LINEAR = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "o": "attention.output.dense",
    "i": "intermediate.dense", "f": "output.dense",
}  # fmt: skip
_NORMS = {"l1": "attention.output.LayerNorm", "l2": "output.LayerNorm"}

Weights = dict[str, Any]


def pretrained(path: Path) -> Weights:
    """The published weights: ``words`` stay as they are, the rest is tuned."""
    given = load_file(path)
    found: Weights = {
        "words": given["embeddings.word_embeddings.weight"],
        "places": given["embeddings.position_embeddings.weight"] + given["embeddings.token_type_embeddings.weight"][0],
        "lnw": given["embeddings.LayerNorm.weight"],
        "lnb": given["embeddings.LayerNorm.bias"],
        "layers": [],
    }
    for number in range(LAYERS):
        at = f"encoder.layer.{number}."
        layer = {short + "w": given[f"{at}{name}.weight"].T.copy() for short, name in _LINEAR.items()}
        layer |= {short + "b": given[f"{at}{name}.bias"] for short, name in _LINEAR.items()}
        layer |= {short + "w": given[f"{at}{name}.weight"] for short, name in _NORMS.items()}
        layer |= {short + "b": given[f"{at}{name}.bias"] for short, name in _NORMS.items()}
        found["layers"].append(layer)
    return found


def fresh(seed: int) -> Weights:
    """Heads that know nothing yet, and the marks of kinds of parties."""
    rng = np.random.default_rng(seed)

    def dense(rows: int, columns: int, scale: float = 1.0) -> Any:
        return (rng.standard_normal((rows, columns)) * np.sqrt(1 / rows) * scale).astype("float32")

    def zeros(*shape: int) -> Any:
        return np.zeros(shape, "float32")

    found: Weights = {
        "marks": zeros(SANCTIONS + 1, HIDDEN), "topics": dense(HIDDEN, TOPICS, 0.1), "topics_bias": zeros(TOPICS) - 1, "null": zeros(HIDDEN),
    }  # fmt: skip
    for kind in KINDS:
        known, stages, sure = sizes(kind), len(STAGES[kind]), len(CERTAINTIES)
        found[kind] = {
            "x": dense(HIDDEN, JOINT), "y": dense(HIDDEN, JOINT), "c": dense(HIDDEN, JOINT), "f": dense(known, JOINT, 0.5),
            "b": zeros(JOINT), "o": zeros(JOINT), "ob": np.float32(-2.5), "fo": zeros(known),
            "bx": dense(HIDDEN, BILINEAR), "by": dense(HIDDEN, BILINEAR),
            "lx": dense(HIDDEN, LOOKS * LOOK), "ly": dense(HIDDEN, LOOKS * LOOK), "lk": dense(HIDDEN, LOOKS * LOOK),
            "lv": dense(HIDDEN, JOINT, 0.5),
            "st": dense(JOINT, stages, 0.1), "stb": zeros(stages), "stf": zeros(known, stages),
            "ce": dense(JOINT, sure, 0.1), "ceb": zeros(sure), "cef": zeros(known, sure),
        }  # fmt: skip
    return found


def normed(x: Any, weight: Any, bias: Any) -> Any:
    mean = x.mean(-1, keepdims=True)
    spread = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(spread + 1e-12) * weight + bias


def dropped(x: Any, key: Any, rate: float) -> Any:
    return x if key is None else x * jax.random.bernoulli(key, 1 - rate, x.shape) / (1 - rate)


def encoded(w: Weights, words: Any, batch: Weights, key: Any) -> Any:
    """Hidden states of every word piece. ``key`` None: without dropout."""
    pieces, mask = batch["pieces"], batch["mask"]
    count, length = pieces.shape
    x = normed(words[pieces] + w["places"][:length] + w["marks"][batch["marks"]], w["lnw"], w["lnb"])
    hide = jnp.where(mask[:, None, None, :] > 0, 0.0, -1e9)

    def split(y: Any) -> Any:
        return y.reshape(count, length, HEADS, HIDDEN // HEADS).transpose(0, 2, 1, 3)

    for number, layer in enumerate(w["layers"]):
        keys = jax.random.split(jax.random.fold_in(key, number), 2) if key is not None else (None, None)
        q, k, v = (split(x @ layer[part + "w"] + layer[part + "b"]) for part in "qkv")
        share = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(HIDDEN // HEADS) + hide, -1)
        seen = (share @ v).transpose(0, 2, 1, 3).reshape(count, length, HIDDEN)
        x = normed(x + dropped(seen @ layer["ow"] + layer["ob"], keys[0], 0.1), layer["l1w"], layer["l1b"])
        inner = jax.nn.gelu(x @ layer["iw"] + layer["ib"], approximate=False)
        x = normed(x + dropped(inner @ layer["fw"] + layer["fb"], keys[1], 0.1), layer["l2w"], layer["l2b"])
    return x


def looked(h: Weights, x: Any, parties: Any, mask: Any) -> Any:
    """What each pair sees of the window: every word weighs as much as giver and taker together look at it.

    After the localized context pooling of Zhou et al., arXiv:2010.11304.
    """
    count, length, _ = x.shape

    def split(y: Any) -> Any:
        return y.reshape(count, y.shape[1], LOOKS, LOOK)

    keys, givers, takers = split(x @ h["lk"]), split(parties @ h["lx"]), split(parties @ h["ly"])
    by_giver, by_taker = (jnp.einsum("bpld,btld->blpt", own, keys) / np.sqrt(LOOK) for own in (givers, takers))
    hide = jnp.where(mask[:, None, None, None, :] > 0, 0.0, -1e9)
    share = jax.nn.softmax(by_giver[:, :, :, None] + by_taker[:, :, None] + hide, -1)
    values = (x @ h["lv"]).reshape(count, length, LOOKS, JOINT // LOOKS)
    return jnp.einsum("blxyt,btlv->bxylv", share, values).reshape(count, *share.shape[2:4], JOINT)


def judged(w: Weights, words: Any, batch: Weights, key: Any = None) -> Weights:
    """Log-odds of pairs and topics, scores of stages and certainties."""
    x = encoded(w, words, batch, key)
    whole = (x * batch["mask"][..., None]).sum(1) / batch["mask"].sum(1, keepdims=True)
    parties = jnp.einsum("bpt,bth->bph", batch["places"], x).at[:, MOST_PARTIES].set(w["null"])
    out = {"topics": whole @ w["topics"] * 4 + w["topics_bias"]}
    if key is not None:
        parties = dropped(parties, jax.random.fold_in(key, 77), 0.2)
    for place, kind in enumerate(KINDS):
        h, known = w[kind], batch[kind]["known"]
        if key is not None:  # now and then without what the rules say
            known = known * jax.random.bernoulli(jax.random.fold_in(key, 99), 0.9, (known.shape[0], 1, 1, 1))
        joint = (parties @ h["x"])[:, :, None] + (parties @ h["y"])[:, None] + (whole @ h["c"])[:, None, None]
        joint = jnp.tanh(joint + looked(h, x, parties, batch["mask"]) + known @ h["f"] + h["b"])
        if key is not None:
            joint = dropped(joint, jax.random.fold_in(key, 100 + place), 0.2)
        together = jnp.einsum("bxh,byh->bxy", parties @ h["bx"], parties @ h["by"]) / 8
        out[kind] = joint @ h["o"] + together + h["ob"] + known @ h["fo"]
        out[kind + " stage"] = joint @ h["st"] + h["stb"] + known @ h["stf"]
        out[kind + " certainty"] = joint @ h["ce"] + h["ceb"] + known @ h["cef"]
    return out
