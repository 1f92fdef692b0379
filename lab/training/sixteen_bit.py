"""Stores a network's weights in 16 bits: half the file size, the same answers up to rounding.

    python -m lab.training.sixteen_bit WHOLE.onnx redact/models/ppocr/text-detection.onnx

The files are those in the wheel of `rapidocr-onnxruntime` 1.4.4, ch_PP-OCRv4_det_infer.onnx and
ch_PP-OCRv4_rec_infer.onnx. Computation stays in 32 bits, because onnxruntime converts the weights
back when it loads the network.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, numpy_helper
from onnx.helper import make_node

LEAST: int = 256
"""Elements of the smallest constant that is stored in 16 bits; smaller ones would save nothing."""


def with_small_weights(model: ModelProto) -> ModelProto:
    """The same network with its large constants stored in 16 bits. Raises ValueError if one of them
    contains a number that 16 bits cannot hold."""
    graph = model.graph
    nodes = []
    for node in graph.node:
        value = node.attribute[0].t if node.op_type == "Constant" else None
        if value is None or value.data_type != TensorProto.FLOAT:
            nodes.append(node)
            continue
        array = numpy_helper.to_array(value)
        if array.size < LEAST:
            nodes.append(node)
            continue
        half = array.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{node.output[0]} does not fit 16 bits")
        name = node.output[0]
        graph.initializer.append(numpy_helper.from_array(half, f"{name} half"))
        nodes.append(make_node("Cast", [f"{name} half"], [name], to=TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def write(model: ModelProto, out: Path) -> None:
    """Write a network, reproducibly, and print its size and SHA-256."""
    data = model.SerializeToString(deterministic=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, {hashlib.sha256(data).hexdigest()}")


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.sixteen_bit", description=__doc__)
    ap.add_argument("whole", type=Path)
    ap.add_argument("out", type=Path)
    a = ap.parse_args()
    write(with_small_weights(onnx.load(str(a.whole))), a.out)


if __name__ == "__main__":
    main()
