"""A network that was trained in 32-bit floats, computed in 8 bits: half the time, the same answers
up to a little noise (redact/models/MODEL_CARD.md says how much).

The file on disk stays the one whose SHA-256 is known. When it is loaded, its convolutions get 8-bit
weights, one scale per filter, and between them stand pairs of QuantizeLinear and DequantizeLinear,
which onnxruntime melts into 8-bit convolutions. What 8 bits must span is in a file of numbers that
`training.centerface_8bit` made: for each value its range, and for each of its channels a factor, by
which it is divided where it is made and multiplied where it is used, so that all channels of a
value use the same range (after Nagel et al., "Data-Free Quantization Through Weight Equalization
and Bias Correction", 2019, and Xiao et al., "SmoothQuant", 2023). Without these factors the
answers in 8 bits are worth little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .onnx_file import (
    OPSET,
    Element,
    Graph,
    Model,
    NodeParts,
    Opset,
    Tensor,
    Type,
    Value,
    array,
    new_node,
    node_parts,
    tensor,
    with_inputs,
)
from .protobuf import fields, first, integer, part, within

STEPS: Final = 8
"""Factors of channels are powers of the eighth root of 2. Meaning: whole numbers in the file."""

LARGEST: Final = 127
"""Meaning: of signed 8-bit weights."""

F32 = NDArray[np.float32]


class Conv(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which values a convolution takes and gives, by their names in `Numbers.channels`, if any; and
    whether it is computed in floats all the same, as is quicker for the first ones."""

    takes: str = ""
    gives: str = ""
    exact: bool = False


class Numbers(msgspec.Struct, frozen=True):
    """How a network is brought to 8 bits.

    Attributes:
        made: the command that made the numbers, and on what.
        weights: SHA-256 of the file that they belong to.
        outputs: what the network is asked for; all else is left out.
        ranges: what each value that is quantised spans, (lowest, highest); lowest is 0 or below.
        channels: for each value, its channels' factors as powers (see `STEPS`).
        convolutions: those that are quantised, by the name of their output.
    """

    made: str
    weights: str
    outputs: list[str]
    ranges: dict[str, tuple[float, float]]
    channels: dict[str, list[int]]
    convolutions: dict[str, Conv]


def in_8_bits(model: bytes, numbers: Numbers) -> bytes:
    """The same network in 8 bits; its input is uint8 instead of float32.

    Args:
        model: contents of an ONNX file whose weights are no inputs (`free_size`).
        numbers: made for this network.

    Raises:
        ModelError: if the numbers do not fit the network.
    """
    try:
        return b"".join(
            part(number, _graph(payload, numbers))
            if number == Model.GRAPH
            else part(number, integer(Opset.VERSION, OPSET))
            if number == Model.OPSET_IMPORT
            else whole
            for number, whole, payload in fields(model)
        )
    except (ArithmeticError, LookupError, ValueError) as error:
        raise ModelError(
            "a model file and the numbers for its 8-bit form do not belong together",
            "install redact again",
        ) from error


def _graph(graph: bytes, numbers: Numbers) -> bytes:
    found = list(fields(graph))
    weights = {
        first(tensor, Tensor.NAME).decode(): tensor
        for number, _, tensor in found
        if number == Graph.INITIALIZER
    }
    (image,) = [value for number, _, value in found if number == Graph.INPUT]
    outputs = {
        first(value, Value.NAME).decode(): whole
        for number, whole, value in found
        if number == Graph.OUTPUT
    }
    making = _Making(weights, numbers, first(image, Value.NAME).decode())
    left = set(numbers.convolutions)
    for number, raw, payload in found:
        if number == Graph.NODE:
            node = node_parts(raw, payload)
            if node.outputs[0] not in outputs.keys() - set(numbers.outputs):
                making.add(node)
                left.discard(node.outputs[0])
    if left - outputs.keys():
        raise ValueError(f"no convolution gives {min(left)}")
    return b"".join(
        [
            *making.nodes,
            *(part(Graph.INITIALIZER, tensor) for tensor in making.tensors.values()),
            part(Graph.INPUT, _of_bytes(image)),
            *(outputs[name] for name in numbers.outputs),
        ]
    )


class _Making:
    """The new graph while it is made.

    Attributes:
        nodes: as fields of the graph.
        tensors: the new graph's weights, by name.
    """

    def __init__(self, weights: Mapping[str, bytes], numbers: Numbers, image: str) -> None:
        self._weights, self._numbers, self._image = weights, numbers, image
        self._scales: dict[str, float] = {}
        self.nodes: list[bytes] = []
        self.tensors: dict[str, bytes] = {}

    def add(self, node: NodeParts) -> None:
        """A node of the old graph: what it takes, and a convolution's weights, in 8 bits."""
        inputs = [self._read(name) for name in node.inputs]
        if node.outputs[0] in self._numbers.convolutions:
            inputs[1:] = self._weigh(node)
        self.nodes.append(with_inputs(node, inputs))

    def _read(self, name: str) -> str:
        """The value as a node is to read it."""
        if name in self._weights:
            self.tensors.setdefault(name, self._weights[name])
        elif name == self._image or name in self._numbers.ranges:
            return self._in_8_bits(name)
        return name

    def _in_8_bits(self, name: str) -> str:
        """Through 8 bits and back."""
        if name not in self._scales:
            is_image = name == self._image
            low, high = (0.0, 255.0) if is_image else self._numbers.ranges[name]
            scale = self._scales[name] = (high - low) / 255
            self._constant(f"{name}_scale", np.float32(scale))
            self._constant(f"{name}_zero", np.uint8(round(-low / scale)))
            there = name if is_image else f"{name}_quantised"
            scaled = [f"{name}_scale", f"{name}_zero"]
            if not is_image:
                self.nodes.append(new_node("QuantizeLinear", [name, *scaled], there))
            self.nodes.append(new_node("DequantizeLinear", [there, *scaled], f"{name}_8bit"))
        return f"{name}_8bit"

    def _weigh(self, node: NodeParts) -> tuple[str, str]:
        """Names of a convolution's filters and offsets, quantised for what it takes and gives."""
        taken, filters, offsets = node.inputs
        for name in (filters, offsets):
            del self.tensors[name]
        conv = self._numbers.convolutions[node.outputs[0]]
        w, b = (array(self._weights[name]) for name in (filters, offsets))
        give = self._factors(conv.gives, len(w))
        if w.shape[1] == 1:  # each filter looks at one channel
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
        return (2.0 ** (powers / STEPS)).astype(np.float32)

    def _dequantised(self, name: str, whole: NDArray[np.generic], scale: F32) -> str:
        self._constant(f"{name}_whole", whole)
        self._constant(f"{name}_scale", scale)
        self._constant(f"{name}_zero", np.zeros(len(scale), whole.dtype))
        inputs = [f"{name}_whole", f"{name}_scale", f"{name}_zero"]
        self.nodes.append(new_node("DequantizeLinear", inputs, f"{name}_8bit", axis=0))
        return f"{name}_8bit"

    def _constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self.tensors[name] = tensor(name, np.asarray(value))
        return name


def _of_bytes(image: bytes) -> bytes:
    """The input, a ValueInfoProto, with elements of uint8."""
    return within(
        image,
        (Value.TYPE, Type.TENSOR_TYPE),
        lambda tensor: b"".join(
            integer(Type.ELEMENT, Element.UINT8) if number == Type.ELEMENT else whole
            for number, whole, _ in fields(tensor)
        ),
    )
