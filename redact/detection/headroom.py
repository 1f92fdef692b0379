"""8-bit networks on processors that cut off what does not fit 16 bits.

Processors without VNNI or its like (most before 2019, some until 2022) multiply bytes by filters'
weights and add two products in 16 bits, where what does not fit is cut off (VPMADDUBSW, which
onnxruntime uses there). With weights up to 127 it often does not fit: CenterFace's log odds are
then 1.3 off (rms), 1.0 too low on average, and what is plainly a face may be missed. Weights up to
64 always fit, for 2 x 255 x 64 < 2^15. So on such a processor, and only there, weights are halved
and their scales doubled when a network is loaded.

Measured with `qemu-x86_64 -cpu Haswell` beside a processor with VNNI on 14 frames of dev clips:
with halved weights both give the same bytes, and log odds lie .22 (CenterFace) and .12 (our
network) from those of whole weights, rms.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .device import CPU, PROVIDERS, load_engine
from .onnx_file import (
    IR_VERSION,
    OPSET,
    Element,
    Graph,
    Model,
    NodeParts,
    Opset,
    Tensor,
    array,
    new_node,
    node_parts,
    tensor,
    value,
)
from .protobuf import fields, first, integer, part, within

LARGEST: Final = 64
"""Meaning: of a weight, so that two products with bytes fit 16 bits."""

CHANNELS: Final = 64
"""Of the smallest network that shows it. Meaning: a whole number of the steps in which kernels
add."""

_WEIGHTS, _SCALE, _OFFSETS = 3, 4, 8
"""Meaning: which inputs of QLinearConv these are (ONNX's operators)."""


def for_this_processor(model: bytes) -> bytes:
    """An 8-bit network as it is to be computed here: as it is, or with headroom.

    Raises:
        ModelError: see `with_headroom`; or the processor could not be tried.
        DependencyError: if the engine contacts a server.
    """
    return with_headroom(model) if products_are_cut_off() else model


@cache
def products_are_cut_off() -> bool:
    """Whether sums of two products that need more than 16 bits come out too small here.

    Tried on a convolution with the largest bytes and weights, whose answer is known.
    """
    ort = load_engine()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    bright = np.full((1, CHANNELS, 8, 8), 255, np.uint8)
    try:
        session = ort.InferenceSession(_trial(), options, providers=[PROVIDERS[CPU]])
        (found,) = session.run(None, {"taken": bright})
    except Exception as error:  # onnxruntime has no common base class for its errors
        raise ModelError(
            f"onnxruntime {ort.__version__} cannot compute in 8 bits: {error}",
            "install redact again (pip install --force-reinstall)",
        ) from error
    return bool((found != 255 * 127 * CHANNELS // _TRIAL_SCALE).any())


_TRIAL_SCALE: Final = 255 * 127
"""Meaning: then the trial's answer is the number of its channels."""


def _trial() -> bytes:
    """A network of one 8-bit convolution that adds `CHANNELS` products of 255 and 127."""
    constants = {
        "one": np.float32(1),
        "scale": np.float32(_TRIAL_SCALE),
        "zero": np.uint8(0),
        "weights": np.full((16, CHANNELS, 1, 1), 127, np.int8),
        "scales": np.ones(16, np.float32),
        "zeros": np.zeros(16, np.int8),
    }
    inputs = ["taken", "one", "zero", "weights", "scales", "zeros", "scale", "zero"]
    graph = new_node("QLinearConv", inputs, "given")
    for name, constant in constants.items():
        graph += part(Graph.INITIALIZER, tensor(name, np.asarray(constant)))
    graph += part(Graph.INPUT, value("taken", Element.UINT8, 4))
    graph += part(Graph.OUTPUT, value("given", Element.UINT8, 4))
    opset = part(Model.OPSET_IMPORT, integer(Opset.VERSION, OPSET))
    return integer(Model.IR_VERSION, IR_VERSION) + opset + part(Model.GRAPH, graph)


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
