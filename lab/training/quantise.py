"""Fifth step: float32 ONNX -> 8-bit ONNX (QDQ, static, weights per channel).

    python -m lab.training.quantise CACHE face-plate.onnx face-plate.int8.onnx

Activations are unsigned and weights signed 8-bit, as VNNI instructions need them. The first
convolution and the upsampling are made integer afterwards (`lab.training.integer`). Ranges come
from images of the training cache, degraded as in training. Element-wise operations of the heads
(sigmoid, softplus and their scaling) stay in float, because scores near 0 and 1 need its precision.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from lab.detect.reference import letterbox
from lab.training.integer import all_integer
from lab.training.photometric import degrade

#: Operations that are quantised; all others stay in float.
QUANTISED = ["Conv", "Add", "Relu", "Resize"]
SIDES = (416, 640, 960)


class Images(CalibrationDataReader):  # type: ignore[misc]
    """Letterboxed training images at the sizes of inference."""

    def __init__(self, cache: Path, count: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        entries = json.loads((cache / "index.json").read_text())
        self.inputs: list[dict[str, Any]] = []
        for k, i in enumerate(rng.choice(len(entries), min(count, len(entries)), replace=False)):
            bgr = cv2.imread(str(cache / "images" / entries[i]["file"]), cv2.IMREAD_COLOR)
            if bgr is None:
                continue
            rgb = degrade(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8), rng)
            self.inputs.append({"image": letterbox(rgb, SIDES[k % len(SIDES)])[0]})
        self.at = iter(self.inputs)

    def get_next(self) -> dict[str, Any] | None:
        return next(self.at, None)

    def rewind(self) -> None:
        self.at = iter(self.inputs)


def to_8_bit(
    model: Path,
    out: Path,
    images: CalibrationDataReader,
    in_float: Callable[[Sequence[onnx.NodeProto]], list[str]],
) -> None:
    """Quantise the convolutions and the nodes between them, statically.

    Args:
        images: inputs on which the ranges are measured.
        in_float: picks, from all nodes of the graph, the names of those that stay in float.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(model), str(ready), skip_symbolic_shape=True)
        # Exact extremes: other methods would clip the large distances of the box head.
        quantize_static(
            str(ready),
            str(out),
            images,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTISED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=in_float(onnx.load(str(ready)).graph.node),
        )


def first_convolution(nodes: Sequence[onnx.NodeProto]) -> str:
    """Name of the first convolution. Its input is bytes already; `lab.training.integer` handles
    it."""
    return str(next(n.name for n in nodes if n.op_type == "Conv"))


def _first_and_softplus(nodes: Sequence[onnx.NodeProto]) -> list[str]:
    grown = {n.output[0] for n in nodes if n.op_type == "Exp"}
    softplus = [n.name for n in nodes if n.op_type == "Add" and grown & set(n.input)]
    return [first_convolution(nodes), *softplus]


def quantise(model: Path, cache: Path, out: Path, count: int) -> int:
    """Write the 8-bit file; returns its size in bytes."""
    to_8_bit(model, out, Images(cache, count, 1), _first_and_softplus)
    loaded = all_integer(onnx.load(str(out)))
    loaded.doc_string = "redact: faces (0) and licence plates (1) in one pass, 8 bit"
    del loaded.metadata_props[:]
    onnx.save(loaded, str(out))
    return out.stat().st_size


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--count", type=int, default=48)
    args = ap.parse_args()
    print(f"{args.out.name}: {quantise(args.model, args.cache, args.out, args.count)} bytes")


if __name__ == "__main__":
    main()
