"""An ONNX network that was exported for one picture size, made to take any size.

CenterFace's file fixes its input at 32 x 32 pixels and lists its weights among its inputs, which
keeps onnxruntime from folding them: 297 ms instead of 77 for a picture of 1280 x 736. Both are
matters of a few fields of the file. They are changed in memory, so that the file on disk stays the
one whose SHA-256 is known, and without the `onnx` package, which nothing else here would need.

The format is Protocol Buffers (protobuf.dev/programming-guides/encoding) after ONNX's schema
(onnx/onnx.proto); the field numbers below are from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..errors import ModelError

GRAPH: Final = 7
"""Meaning: field number of ModelProto.graph."""

INITIALIZER, INPUT, OUTPUT, VALUE_INFO = 5, 11, 12, 13
"""Meaning: field numbers of GraphProto's weights, inputs, outputs, and the shapes of what lies
between."""

TENSOR_NAME: Final = 8
"""Meaning: field number of TensorProto.name."""

VALUE_NAME, VALUE_TYPE = 1, 2
"""Meaning: field numbers of ValueInfoProto.name and .type."""

TENSOR_TYPE, SHAPE, DIM, DIM_NAME = 1, 2, 1, 2
"""Meaning: field numbers of TypeProto.tensor_type, its .shape, TensorShapeProto.dim and
Dimension.dim_param."""

CHANNELS: Final = 1
"""Which dimension keeps its size. Meaning: the others are batch, height and width."""

_LENGTH_DELIMITED: Final = 2
_FIXED: Final = {1: 8, 5: 4}
"""Meaning: the wire types of Protocol Buffers, and bytes of those of fixed length."""

Field = tuple[int, bytes, bytes]
"""Number, the field's own bytes with its key, and its payload where it has a length."""


def with_free_size(model: bytes) -> bytes:
    """The same network, its weights constant and its picture size free.

    Args:
        model: contents of an ONNX file with inputs [batch, channels, height, width].

    Raises:
        ModelError: if this is no ONNX file.
    """
    try:
        return b"".join(
            _message(GRAPH, _free_graph(payload)) if number == GRAPH else whole
            for number, whole, payload in _fields(model)
        )
    except (IndexError, ValueError, UnicodeDecodeError) as error:
        raise ModelError("a model file is not a whole ONNX file", "install redact again") from error


def _free_graph(graph: bytes) -> bytes:
    fields = list(_fields(graph))
    weights = {_first(payload, TENSOR_NAME) for n, _, payload in fields if n == INITIALIZER}
    out = []
    for number, whole, payload in fields:
        if number == VALUE_INFO:
            continue
        if number == INPUT and _first(payload, VALUE_NAME) in weights:
            continue
        out.append(_message(number, _free_value(payload)) if number in (INPUT, OUTPUT) else whole)
    return b"".join(out)


def _free_value(value: bytes) -> bytes:
    """A ValueInfoProto whose dimensions but the channels have names instead of sizes."""
    name = _first(value, VALUE_NAME).decode()
    return _within(value, (VALUE_TYPE, TENSOR_TYPE, SHAPE), lambda shape: _free_shape(shape, name))


def _free_shape(shape: bytes, name: str) -> bytes:
    dims = [payload for number, _, payload in _fields(shape) if number == DIM]
    free = [
        dim if i == CHANNELS else _message(DIM_NAME, f"{name}_{i}".encode())
        for i, dim in enumerate(dims)
    ]
    return b"".join(_message(DIM, dim) for dim in free)


def _within(message: bytes, path: tuple[int, ...], change: object) -> bytes:
    """`message` with the part at `path` replaced by what `change` makes of it."""
    if not path:
        assert callable(change)
        return bytes(change(message))
    return b"".join(
        _message(number, _within(payload, path[1:], change)) if number == path[0] else whole
        for number, whole, payload in _fields(message)
    )


def _first(message: bytes, wanted: int) -> bytes:
    return next((payload for number, _, payload in _fields(message) if number == wanted), b"")


def _fields(message: bytes) -> Iterator[Field]:
    at = 0
    while at < len(message):
        start = at
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        payload = b""
        if kind == _LENGTH_DELIMITED:
            length, at = _varint(message, at)
            payload = message[at : at + length]
            if len(payload) != length:
                raise ValueError("cut off")
            at += length
        elif kind == 0:
            _, at = _varint(message, at)
        else:
            at += _FIXED[kind] if kind in _FIXED else _unknown(kind)
        yield number, message[start:at], payload


def _unknown(kind: int) -> int:
    raise ValueError(f"wire type {kind}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def _message(number: int, payload: bytes) -> bytes:
    return _written(number << 3 | _LENGTH_DELIMITED) + _written(len(payload)) + payload


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
