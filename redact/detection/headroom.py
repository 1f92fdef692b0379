"""8-bit networks that give the same answer on every processor.

Processors without VNNI or its like (most before 2019, some until 2022) multiply bytes by filters'
weights and add two products in 16 bits, where what does not fit is cut off (VPMADDUBSW, which
onnxruntime uses there). With weights up to 127 it often does not fit: CenterFace's log odds then
lie 1.3 apart (rms), 1.0 too low on average, and what is plainly a face may be missed. Weights up to
64 always fit, for 2 x 255 x 64 < 2^15.

Measured with `qemu-x86_64 -cpu Haswell` beside a processor with VNNI on 14 frames of dev clips:
with weights up to 64 both give the same bytes; our network's log odds move by .12 (rms) for it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .onnx_file import Graph, Model, NodeParts, Tensor, array, node_parts, tensor
from .protobuf import fields, first, part, within

LARGEST: Final = 64
"""Meaning: of a weight, so that two products with bytes fit 16 bits."""

_WEIGHTS, _SCALE, _OFFSETS = 3, 4, 8
"""Meaning: which inputs of QLinearConv these are (ONNX's operators)."""


def with_headroom(model: bytes) -> bytes:
    """The same 8-bit network with weights half as large, and their scales twice.

    Args:
        model: contents of an ONNX file with QLinearConv, or with DequantizeLinear after constants.

    Raises:
        ModelError: if this is no such file.
    """
    try:
        return within(model, (Model.GRAPH,), _graph)
    except (LookupError, ValueError) as error:
        raise ModelError("a model file is not a whole ONNX file", "install redact again") from error


def _graph(graph: bytes) -> bytes:
    found = list(fields(graph))
    tensors = {
        first(payload, Tensor.NAME).decode(): payload
        for number, _, payload in found
        if number == Graph.INITIALIZER
    }
    nodes = [node_parts(whole, payload) for number, whole, payload in found if number == Graph.NODE]
    halved, doubled = _touched(nodes, tensors)
    changed = {name: tensor(name, _half(array(tensors[name]))) for name in halved}
    changed |= {name: tensor(name, array(tensors[name]) * np.float32(2)) for name in doubled}
    return b"".join(
        part(Graph.INITIALIZER, changed[name])
        if number == Graph.INITIALIZER and (name := first(payload, Tensor.NAME).decode()) in changed
        else whole
        for number, whole, payload in found
    )


def _touched(nodes: list[NodeParts], tensors: dict[str, bytes]) -> tuple[set[str], set[str]]:
    """Names of the weights and offsets, and of their scales."""
    halved: set[str] = set()
    doubled: set[str] = set()
    for node in nodes:
        inputs = node.inputs
        if node.kind == "QLinearConv":
            halved |= {inputs[_WEIGHTS], *inputs[_OFFSETS:]}
            doubled.add(inputs[_SCALE])
        elif node.kind == "DequantizeLinear" and inputs[0] in tensors:
            halved.add(inputs[0])
            doubled.add(inputs[1])
    return halved, doubled


def _half(whole: NDArray[np.generic]) -> NDArray[np.generic]:
    """Rounded to the nearest, a half to the even one."""
    return np.rint(whole.astype(np.float64) / 2).astype(whole.dtype)
