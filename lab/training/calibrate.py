"""Sixth step: the class scores of finished ONNX files raised or lowered, per target.

    python -m lab.training.calibrate face-plate.onnx face-plate.int8.onnx --face 0.15

Adds to the bias of the last class convolution, in logits. The order of the scores stays, so recall
over all candidates and precision at a given recall do too; what moves is the score at which a
candidate is worth handing on. Float32 and 8-bit files are changed in place and alike.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, numpy_helper

from lab.training.integer import Graph


def raise_scores(model: onnx.ModelProto, by: tuple[float, float]) -> onnx.ModelProto:
    """Add `by` (face, plate) to the logits of a float32 or 8-bit network; the model itself."""
    graph = Graph(model)
    nodes = graph.graph.node
    outputs = [n for n in nodes if n.op_type == "Conv" and n.name.startswith("/cls_out")]
    if len(outputs) != 3:
        raise ValueError(f"{len(outputs)} class convolutions instead of one for each stride")
    makers = {name: n for n in nodes for name in n.output}
    for name in sorted({conv.input[2] for conv in outputs}):
        _add(graph, name, makers.get(name), np.asarray(by, np.float32))
    return model


def _add(graph: Graph, name: str, maker: NodeProto | None, by: np.ndarray) -> None:
    """Add to one bias: float, or integers behind a DequantizeLinear."""
    scale = np.ones(len(by), np.float32)
    if maker is not None:
        if maker.op_type != "DequantizeLinear":
            raise ValueError(f"a bias comes from {maker.op_type}")
        name, scale = maker.input[0], np.asarray(graph.array(maker.input[1]), np.float32)
    stored = next(i for i in graph.graph.initializer if i.name == name)
    value = numpy_helper.to_array(stored)
    step = by / scale
    new = value + (np.rint(step) if value.dtype == np.int32 else step)
    stored.CopyFrom(numpy_helper.from_array(new.astype(value.dtype), name))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("models", type=Path, nargs="+")
    ap.add_argument("--face", type=float, default=0.0, help="added to the logits of faces")
    ap.add_argument("--plate", type=float, default=0.0, help="added to the logits of plates")
    args = ap.parse_args()
    for path in args.models:
        onnx.save(raise_scores(onnx.load(str(path)), (args.face, args.plate)), str(path))
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
