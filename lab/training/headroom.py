"""Makes 8-bit networks for processors that saturate sums at 16 bits.

    python -m lab.training.headroom redact/models/*.int8.onnx redact/models/centerface/*.int8.onnx

Processors without VNNI or a similar extension (most before 2019, some until 2022) multiply bytes by
weights and add two products in 16 bits with saturation (VPMADDUBSW, which onnxruntime uses there).
With weights up to 127 the sum often saturates: CenterFace's log odds are then wrong by 1.3 (rms),
too low by 1.0 on average, and clear faces may be missed. Weights up to 64 are safe, because
2 x 255 x 64 < 2^15. So for every `NAME.int8.onnx` this writes a `NAME.int7.onnx` with halved
weights and doubled scales; redact loads the one that the processor computes correctly
(`redact.detection.weights_for_processor`). It also writes the small network with which redact tests
the processor.

Measured with `qemu-x86_64 -cpu Haswell` and on a processor with VNNI on 14 frames of dev clips:
with halved weights both give the same bytes, and log odds differ by .22 (CenterFace) and .12 (our
network), rms, from those with whole weights.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.helper import (
    make_graph,
    make_model,
    make_node,
    make_opsetid,
    make_tensor_value_info,
)

from lab.training.eight_bit import LARGEST, OPSET
from redact.detection.weights import TRIAL, in_7_bits
from redact.detection.weights_for_processor import LARGEST_PRODUCT, TRIAL_CHANNELS

MODELS = Path(__file__).parents[2] / "redact" / "models"
IR_VERSION = 7
"""Version of the ONNX format that came with the operators of `OPSET`."""

FILTERS = 16
"""Filters of the trial's convolution, a multiple of what kernels compute together."""

_WEIGHTS, _SCALE, _OFFSETS = 3, 4, 8
"""Indices of these inputs of QLinearConv (ONNX's operators)."""


def with_headroom(model: ModelProto) -> ModelProto:
    """The same 8-bit network with halved weights and doubled scales.

    Args:
        model: with QLinearConv, or with DequantizeLinear after constants.
    """
    made = ModelProto()
    made.CopyFrom(model)
    tensors = {t.name: t for t in made.graph.initializer}
    halved: set[str] = set()
    doubled: set[str] = set()
    for node in made.graph.node:
        if node.op_type == "QLinearConv":
            halved |= {node.input[_WEIGHTS], *node.input[_OFFSETS:]}
            doubled.add(node.input[_SCALE])
        elif node.op_type == "DequantizeLinear" and node.input[0] in tensors:
            halved.add(node.input[0])
            doubled.add(node.input[1])
    for name in halved:
        value = _half(numpy_helper.to_array(tensors[name]))
        tensors[name].CopyFrom(numpy_helper.from_array(value, name))
    for name in doubled:
        value = numpy_helper.to_array(tensors[name]) * np.float32(2)
        tensors[name].CopyFrom(numpy_helper.from_array(value, name))
    return made


def _half(whole: NDArray[np.generic]) -> NDArray[np.generic]:
    """Halved, rounded to the nearest integer, ties to even."""
    return np.rint(whole.astype(np.float64) / 2).astype(whole.dtype)


def trial() -> ModelProto:
    """A network of one 8-bit convolution that adds `TRIAL_CHANNELS` products of 255 and 127. Its
    scale makes the correct answer equal the number of channels."""
    constants = {
        "one": np.float32(1),
        "scale": np.float32(LARGEST_PRODUCT),
        "zero": np.uint8(0),
        "weights": np.full((FILTERS, TRIAL_CHANNELS, 1, 1), LARGEST, np.int8),
        "scales": np.ones(FILTERS, np.float32),
        "zeros": np.zeros(FILTERS, np.int8),
    }
    inputs = ["taken", "one", "zero", "weights", "scales", "zeros", "scale", "zero"]
    bytes_ = [
        make_tensor_value_info(name, TensorProto.UINT8, [f"{name}_{i}" for i in range(4)])
        for name in ("taken", "given")
    ]
    tensors = [numpy_helper.from_array(np.asarray(c), name) for name, c in constants.items()]
    node = make_node("QLinearConv", inputs, ["given"])
    graph = make_graph([node], "trial", bytes_[:1], bytes_[1:], tensors)
    return make_model(graph, ir_version=IR_VERSION, opset_imports=[make_opsetid("", OPSET)])


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.headroom", description=__doc__)
    ap.add_argument("networks", type=Path, nargs="+", help="files NAME.int8.onnx")
    a = ap.parse_args()
    made = {p.with_name(in_7_bits(p.name)): with_headroom(onnx.load(p)) for p in a.networks}
    for path, model in {**made, MODELS / TRIAL: trial()}.items():
        data = model.SerializeToString()
        path.write_bytes(data)
        print(f"{path.name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
