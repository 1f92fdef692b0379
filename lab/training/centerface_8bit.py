"""Measures the ranges for CenterFace's 8-bit form, and writes `lab/training/centerface_8bit.json`.

    python -m lab.training.centerface_8bit LABELS... --clips FOLDER... --weights FILE [--frames 80]

LABELS are label files of real footage. One frame each of clips of the half dev is shown to the
network, in turn at each of the sizes that redact uses.

Two things are measured. First the range of each channel of every value: from it and from the
weights of the filters that read the channel comes a factor per channel, after which all channels of
a value have about the same range (`BALANCE`). Then, with these factors applied, the minimum and
maximum of every value. `lab.training.eight_bit` makes the 8-bit network from both.

At the end, both forms of the network run on other frames, and the difference between the log odds
of their peaks is printed.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnx.helper import make_empty_tensor_value_info

from lab.real.labels import find_clips
from lab.training.calibration_file import said
from lab.training.eight_bit import NUMBERS, STEPS, Conv, Numbers, in_8_bits, with_free_size
from lab.training.labelled import dev_labels
from redact.detection.calibration import score_odds
from redact.detection.centerface import CENTERFACE_OUTPUTS, SIDE_MULTIPLE
from redact.detection.device import open_network
from redact.media import Decode, probe

SIDES = (960, 416, 1280)
BALANCE = 0.5
"""Between 0 (only the filters' ranges count) and 1 (only the values'). Of .3, .5, .7, .85 and 1, .5
changed the log odds of peaks least on frames of dev clips: by .16 (rms), the others by .19 to
.25."""
EXACT = 6
"""The first convolutions stay in float: they have few channels at half the picture's size, where 8
bits save nothing. With 0, 3, 6 and 12 of them in float, log odds change by .23, .20, .16 and .14
(rms), and of 10,452 face frames of moved dev stills 2,815 (three), 2,790 and 2,768 are open (all in
float: 2,712). With six, a picture of 960 x 544 takes one processor about as long as with none (26
and 25 ms)."""

PEAK = 0.1
"""Peaks with at least this score are compared."""

F32 = NDArray[np.float32]


def pictures(clips: Sequence[Path]) -> Iterator[F32]:
    """The middle frame of each clip as CenterFace's input: f4 [1, 3, H, W]."""
    for number, path in enumerate(clips):
        info = probe(path)
        wanted = (info.video.frames or 2) // 2
        for frame in Decode(info):
            if frame.index == wanted:
                rgb = np.asarray(frame.picture.to_ndarray(format="rgb24"), np.uint8)
                yield shown(rgb, SIDES[number % len(SIDES)])
                break


def shown(rgb: NDArray[np.uint8], side: int) -> F32:
    zoom = side / max(rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    image = np.zeros(
        (
            1,
            3,
            -(-height // SIDE_MULTIPLE) * SIDE_MULTIPLE,
            -(-width // SIDE_MULTIPLE) * SIDE_MULTIPLE,
        ),
        np.float32,
    )
    image[0, :, :height, :width] = small.transpose(2, 0, 1)
    return image


@dataclass
class Stream:
    """One value, or several that must have the same factors because they are added to each other or
    passed through a ReLU; with the nodes that write it and those that read it."""

    name: str
    made_by: list[Any] = field(default_factory=list)
    read_by: list[Any] = field(default_factory=list)
    fixed: bool = False


def streams(graph: Any, fixed: set[str]) -> list[Stream]:
    """Values between convolutions that may have factors; those in `fixed` may not."""
    head: dict[str, str] = {}

    def root(name: str) -> str:
        while head.setdefault(name, name) != name:
            name = head[name]
        return name

    weights = {w.name for w in graph.initializer}
    for node in graph.node:
        if node.op_type in ("Relu", "Add"):
            for name in node.input:
                head[root(name)] = root(node.output[0])
    found: dict[str, Stream] = {}

    def at(name: str) -> Stream:
        return found.setdefault(root(name), Stream(root(name)))

    for node in graph.node:
        taken = [name for name in node.input if name not in weights]
        if node.op_type == "Conv":
            at(node.output[0]).made_by.append(node)
            at(taken[0]).read_by.append(node)
        elif node.op_type not in ("Relu", "Add"):
            for name in (*taken, *node.output):
                at(name).fixed = True
    for name in fixed:
        at(name).fixed = True
    return [s for s in found.values() if s.made_by and s.read_by and not s.fixed]


def largest_weight(read_by: Sequence[Any], weights: dict[str, F32]) -> F32:
    """Largest weight with which the filters read each channel: [channels]."""
    most = []
    for node in read_by:
        w = np.abs(weights[node.input[1]])
        alone = w.shape[1] == 1
        most.append(w.max(axis=(1, 2, 3)) if alone else w.max(axis=(0, 2, 3)))
    return np.max(most, axis=0)


class Measured:
    """Runs the network with further outputs on pictures."""

    def __init__(self, model: onnx.ModelProto, values: Sequence[str]) -> None:
        opened = onnx.ModelProto()
        opened.CopyFrom(model)
        there = {o.name for o in opened.graph.output}
        extra = [make_empty_tensor_value_info(v) for v in values if v not in there]
        opened.graph.output.extend(extra)
        self._values = list(values)
        self._session = open_network(opened.SerializeToString(), 2, "CenterFace")
        self._input = self._session.get_inputs()[0].name

    def on(self, images: Sequence[F32]) -> Iterator[dict[str, F32]]:
        for image in images:
            given = self._session.run(self._values, {self._input: image})
            yield dict(zip(self._values, given, strict=True))


def factors(
    model: onnx.ModelProto, images: Sequence[F32]
) -> tuple[dict[str, list[int]], dict[str, Conv]]:
    """Factors of each channel of each value, as powers of `STEPS`; and the values that each
    convolution reads and writes."""
    graph = model.graph
    weights = {w.name: np.asarray(numpy_helper.to_array(w)) for w in graph.initializer}
    found = streams(graph, {graph.input[0].name, *(o.name for o in graph.output)})
    wanted = list(dict.fromkeys(n.input[0] for s in found for n in s.read_by))
    largest: dict[str, F32] = {}
    for values in Measured(model, wanted).on(images):
        for name, value in values.items():
            now = value[0].max(axis=(1, 2))
            largest[name] = np.maximum(largest.get(name, now), now)
    channels = {}
    for stream in found:
        value = np.max([largest[n.input[0]] for n in stream.read_by], axis=0)
        weight = largest_weight(stream.read_by, weights)
        alone = all(weights[n.input[1]].shape[1] == 1 for n in stream.read_by)
        balance = 1.0 if alone else BALANCE
        seen = (value > 1e-4) & (weight > 1e-8)
        factor = np.where(seen, np.maximum(value, 1e-4) ** balance, 1.0)
        factor = np.where(seen, factor / np.maximum(weight, 1e-8) ** (1 - balance), 1.0)
        powers = np.rint(STEPS * np.log2(factor / np.median(factor)))
        channels[stream.name] = [int(p) for p in np.clip(powers, -10 * STEPS, 10 * STEPS)]
    takes = {n.output[0]: s.name for s in found for n in s.read_by}
    gives = {n.output[0]: s.name for s in found for n in s.made_by}
    convs = [n.output[0] for n in graph.node if n.op_type == "Conv"]
    return channels, {
        c: Conv(takes.get(c, ""), gives.get(c, ""), number < EXACT)
        for number, c in enumerate(convs)
    }


def ranges(
    model: onnx.ModelProto, numbers: Numbers, images: Sequence[F32]
) -> dict[str, tuple[float, float]]:
    """Minimum and maximum of every value that a convolution or an addition reads, with the factors
    applied."""
    graph = model.graph
    inside = {s: s for s in numbers.channels}
    for node in graph.node:  # a value has the factors of its stream
        conv = numbers.convolutions.get(node.output[0])
        if conv and conv.gives:
            inside[node.output[0]] = conv.gives
        elif node.op_type in ("Relu", "Add") and node.input[0] in inside:
            inside[node.output[0]] = inside[node.input[0]]
    in_floats = {name for name, conv in numbers.convolutions.items() if conv.exact}
    convs = [n for n in graph.node if n.op_type == "Conv" and n.output[0] not in in_floats]
    read = [n.input[0] for n in convs]
    read += [name for n in graph.node if n.op_type == "Add" for name in n.input]
    read = [name for name in dict.fromkeys(read) if name != graph.input[0].name]
    low, high = dict.fromkeys(read, 0.0), dict.fromkeys(read, 0.0)
    for values in Measured(model, read).on(images):
        for name, value in values.items():
            if name in inside:
                powers = np.array(numbers.channels[inside[name]], np.float64)
                value = value / (2.0 ** (powers / STEPS))[None, :, None, None]
            low[name] = min(low[name], float(value.min()))
            high[name] = max(high[name], float(value.max()))
    return {name: (round(low[name], 5), round(high[name], 5)) for name in read}


def made(model: onnx.ModelProto, images: Sequence[F32], digest: str, how: str) -> Numbers:
    """All numbers for the network, measured on pictures."""
    channels, convolutions = factors(model, images)
    numbers = Numbers(how, digest, list(CENTERFACE_OUTPUTS), {}, channels, convolutions)
    return msgspec.structs.replace(numbers, ranges=ranges(model, numbers, images))


def apart(model: onnx.ModelProto, numbers: Numbers, images: Sequence[F32]) -> F32:
    """Differences of the log odds of peaks between the two forms."""
    heat_map = numbers.outputs[:1]
    exact = Measured(model, heat_map)
    rough = open_network(in_8_bits(model, numbers).SerializeToString(), 2, "CenterFace")
    name, found = rough.get_inputs()[0].name, []
    for image, given in zip(images, exact.on(images), strict=True):
        before = given[heat_map[0]][0, 0]
        after = rough.run(heat_map, {name: image.astype(np.uint8)})[0][0, 0]
        near = np.ones((3, 3), np.uint8)
        peaks = [cv2.dilate(heat, near) for heat in (before, after)]
        at = (before == peaks[0]) & (before > PEAK) | (after == peaks[1]) & (after > PEAK)
        found.append(score_odds(peaks[1][at]) - score_odds(peaks[0][at]))
    return np.concatenate(found)


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.centerface_8bit", description=__doc__)
    ap.add_argument("labels", type=Path, nargs="+", help="label files of real footage")
    ap.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of the clips")
    ap.add_argument("--weights", type=Path, required=True, help="CenterFace's published file")
    ap.add_argument("--frames", type=int, default=80, help="pictures to measure on")
    ap.add_argument("--out", type=Path, default=NUMBERS)
    a = ap.parse_args()
    published = a.weights.read_bytes()
    model = with_free_size(onnx.load_from_string(published))
    clips = find_clips(dev_labels(a.labels).clips(), a.clips)
    images = list(pictures([clips[name] for name in sorted(clips)]))
    rest, used = images[1::2], images[::2][: a.frames]
    digest = hashlib.sha256(published).hexdigest()
    numbers = made(model, used, digest, f"{said()}: {len(used)} frames of {len(clips)} dev clips")
    a.out.write_text(msgspec.json.encode(numbers).decode() + "\n", encoding="utf-8")
    off = apart(model, numbers, rest)
    print(
        f"{len(rest)} other frames, {len(off)} peaks: log odds {np.abs(off).mean():.3f} apart, "
        f"rms {np.sqrt((off**2).mean()):.3f}, mean {off.mean():+.3f}"
    )


if __name__ == "__main__":
    main()
