"""The parts of an ONNX file that redact changes: their field numbers (onnx/onnx.proto), and how
nodes and weights are read and made.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .protobuf import fields, first, integer, integers, part, texts


class Model(IntEnum):
    """ModelProto."""

    IR_VERSION = 1
    GRAPH = 7
    OPSET_IMPORT = 8


class Opset(IntEnum):
    """OperatorSetIdProto."""

    VERSION = 2


class Graph(IntEnum):
    """GraphProto; VALUE_INFO are the shapes of what lies between input and output."""

    NODE = 1
    INITIALIZER = 5
    INPUT = 11
    OUTPUT = 12
    VALUE_INFO = 13


class Node(IntEnum):
    """NodeProto."""

    INPUT = 1
    OUTPUT = 2
    NAME = 3
    OP_TYPE = 4
    ATTRIBUTE = 5


class Attribute(IntEnum):
    """AttributeProto."""

    NAME = 1
    WHOLE_NUMBER = 3
    TYPE = 20


class Tensor(IntEnum):
    """TensorProto."""

    DIMS = 1
    DATA_TYPE = 2
    FLOATS = 4
    INTEGERS = 5
    NAME = 8
    RAW_DATA = 9


class Value(IntEnum):
    """ValueInfoProto."""

    NAME = 1
    TYPE = 2


class Type(IntEnum):
    """TypeProto.tensor_type, and below it the type of an element and the shape."""

    TENSOR_TYPE = 1
    ELEMENT = 1
    SHAPE = 2


class Shape(IntEnum):
    """TensorShapeProto.dim, and a name below it that stands for any size."""

    DIM = 1
    DIM_NAME = 2


class Element(IntEnum):
    """TensorProto.DataType."""

    FLOAT = 1
    UINT8 = 2
    INT8 = 3
    INT32 = 6


IR_VERSION = 7
"""Meaning: of the format, which came with operators of `OPSET`."""

OPSET = 13
"""Meaning: the first version of ONNX's operators in which every filter has a scale of its own. What
CenterFace uses means the same in it as in version 9, in which it was written."""

ATTRIBUTE_IS_WHOLE_NUMBER = 2
"""Meaning: AttributeProto.AttributeType.INT."""


class NodeParts(NamedTuple):
    """A node of the graph: the field, its payload, its kind, and the names of what it takes and
    gives."""

    raw: bytes
    payload: bytes
    kind: str
    inputs: list[str]
    outputs: list[str]


def node_parts(raw: bytes, payload: bytes) -> NodeParts:
    kind = first(payload, Node.OP_TYPE).decode()
    return NodeParts(raw, payload, kind, texts(payload, Node.INPUT), texts(payload, Node.OUTPUT))


def with_inputs(node: NodeParts, inputs: Sequence[str]) -> bytes:
    rest = b"".join(w for number, w, _ in fields(node.payload) if number != Node.INPUT)
    return part(Graph.NODE, b"".join(part(Node.INPUT, name) for name in inputs) + rest)


def new_node(kind: str, inputs: Sequence[str], output: str, axis: int | None = None) -> bytes:
    """A node; `axis` is its only attribute."""
    out = b"".join(part(Node.INPUT, name) for name in inputs)
    out += part(Node.OUTPUT, output) + part(Node.NAME, output) + part(Node.OP_TYPE, kind)
    if axis is not None:
        attribute = part(Attribute.NAME, "axis") + integer(Attribute.WHOLE_NUMBER, axis)
        attribute += integer(Attribute.TYPE, ATTRIBUTE_IS_WHOLE_NUMBER)
        out += part(Node.ATTRIBUTE, attribute)
    return part(Graph.NODE, out)


_ELEMENTS: Final[dict[np.dtype[Any], Element]] = {
    np.dtype(np.float32): Element.FLOAT,
    np.dtype(np.uint8): Element.UINT8,
    np.dtype(np.int8): Element.INT8,
    np.dtype(np.int32): Element.INT32,
}


_DTYPES: Final[dict[int, np.dtype[Any]]] = {
    int(element): dtype for dtype, element in _ELEMENTS.items()
}


def tensor(name: str, value: NDArray[np.generic]) -> bytes:
    dims = b"".join(integer(Tensor.DIMS, side) for side in value.shape)
    kind = integer(Tensor.DATA_TYPE, _ELEMENTS[value.dtype])
    return dims + kind + part(Tensor.NAME, name) + part(Tensor.RAW_DATA, value.tobytes())


def value(name: str, element: Element, dims: int) -> bytes:
    """A ValueInfoProto of free size."""
    shape = b"".join(part(Shape.DIM, part(Shape.DIM_NAME, f"{name}_{i}")) for i in range(dims))
    of = integer(Type.ELEMENT, element) + part(Type.SHAPE, shape)
    return part(Value.NAME, name) + part(Value.TYPE, part(Type.TENSOR_TYPE, of))


def array(tensor: bytes) -> NDArray[Any]:
    """Values of a TensorProto: raw bytes, or numbers that are packed or stand one by one.

    Raises:
        KeyError, ValueError: if they are of another kind, or not as many as the shape says.
    """
    (element,) = integers(tensor, Tensor.DATA_TYPE)
    dtype = _DTYPES[element]
    if raw := first(tensor, Tensor.RAW_DATA):
        flat: NDArray[Any] = np.frombuffer(raw, dtype)
    elif element == Element.FLOAT:
        parts = [
            payload or whole[-4:] for n, whole, payload in fields(tensor) if n == Tensor.FLOATS
        ]
        flat = np.frombuffer(b"".join(parts), dtype)
    else:
        # Numbers below 0 stand as what they are in 64 bits without a sign.
        flat = np.array(integers(tensor, Tensor.INTEGERS), np.uint64).view(np.int64).astype(dtype)
    return flat.reshape(integers(tensor, Tensor.DIMS))
