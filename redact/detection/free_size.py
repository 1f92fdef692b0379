"""An ONNX network that was exported for one picture size, made to take any size.

CenterFace's file fixes its input at 32 x 32 pixels and lists its weights among its inputs, which
keeps onnxruntime from folding them: 297 ms instead of 77 for a picture of 1280 x 736. Both are
matters of a few fields of the file, changed in memory (`protobuf`).
"""

from __future__ import annotations

from typing import Final

from ..errors import ModelError
from .onnx_file import Graph, Model, Shape, Tensor, Type, Value
from .protobuf import fields, first, part, within

CHANNELS: Final = 1
"""Which dimension keeps its size. Meaning: the others are batch, height and width."""


def with_free_size(model: bytes) -> bytes:
    """The same network, its weights constant and its picture size free.

    Args:
        model: contents of an ONNX file with inputs [batch, channels, height, width].

    Raises:
        ModelError: if this is no ONNX file.
    """
    try:
        return b"".join(
            part(Model.GRAPH, _free_graph(payload)) if number == Model.GRAPH else whole
            for number, whole, payload in fields(model)
        )
    except (IndexError, ValueError, UnicodeDecodeError) as error:
        raise ModelError("a model file is not a whole ONNX file", "install redact again") from error


def _free_graph(graph: bytes) -> bytes:
    found = list(fields(graph))
    weights = {first(payload, Tensor.NAME) for n, _, payload in found if n == Graph.INITIALIZER}
    out = []
    for number, whole, payload in found:
        if number == Graph.VALUE_INFO:
            continue
        if number == Graph.INPUT and first(payload, Value.NAME) in weights:
            continue
        out.append(
            part(number, _free_value(payload)) if number in (Graph.INPUT, Graph.OUTPUT) else whole
        )
    return b"".join(out)


def _free_value(value: bytes) -> bytes:
    """A ValueInfoProto whose dimensions but the channels have names instead of sizes."""
    name = first(value, Value.NAME).decode()
    return within(
        value, (Value.TYPE, Type.TENSOR_TYPE, Type.SHAPE), lambda shape: _free_shape(shape, name)
    )


def _free_shape(shape: bytes, name: str) -> bytes:
    dims = [payload for number, _, payload in fields(shape) if number == Shape.DIM]
    free = [
        dim if i == CHANNELS else part(Shape.DIM_NAME, f"{name}_{i}".encode())
        for i, dim in enumerate(dims)
    ]
    return b"".join(part(Shape.DIM, dim) for dim in free)
