"""Protocol Buffers, as far as an ONNX file needs them: reading fields, and writing them again.

Networks of others are changed in memory before they are loaded (`free_size`, `eight_bit`), so that
the file on disk stays the one whose SHA-256 is known, and without the `onnx` package, which nothing
else here would need. The format: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

_VARINT, _LENGTH_DELIMITED = 0, 2
_FIXED: Final = {1: 8, 5: 4}
"""Meaning: the wire types of Protocol Buffers, and bytes of those of fixed length."""

Field = tuple[int, bytes, bytes]
"""Number, the field's own bytes with its key, and its payload where it has a length."""


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message in their order.

    Raises:
        IndexError, ValueError: if this is no whole message.
    """
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
        elif kind == _VARINT:
            _, at = _varint(message, at)
        else:
            at += _FIXED[kind] if kind in _FIXED else _unknown(kind)
        yield number, message[start:at], payload


def first(message: bytes, wanted: int) -> bytes:
    """Payload of the first field of a number, empty for none."""
    return next((payload for number, _, payload in fields(message) if number == wanted), b"")


def texts(message: bytes, wanted: int) -> list[str]:
    """All fields of a number as text."""
    return [payload.decode() for number, _, payload in fields(message) if number == wanted]


def integers(message: bytes, wanted: int) -> list[int]:
    """All whole numbers of a field, whether they stand one by one or packed."""
    found = []
    for number, whole, payload in fields(message):
        if number != wanted:
            continue
        at = 0
        if not payload:
            _, at = _varint(whole, 0)
            payload = whole
        while at < len(payload):
            value, at = _varint(payload, at)
            found.append(value)
    return found


def within(message: bytes, path: tuple[int, ...], change: Callable[[bytes], bytes]) -> bytes:
    """`message` with the part at `path` replaced by what `change` makes of it."""
    if not path:
        return change(message)
    return b"".join(
        part(number, within(payload, path[1:], change)) if number == path[0] else whole
        for number, whole, payload in fields(message)
    )


def part(number: int, payload: bytes | str) -> bytes:
    """A field with a length."""
    data = payload.encode() if isinstance(payload, str) else payload
    return _written(number << 3 | _LENGTH_DELIMITED) + _written(len(data)) + data


def integer(number: int, value: int) -> bytes:
    """A field that is a whole number, not below 0."""
    return _written(number << 3 | _VARINT) + _written(value)


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


def _written(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
