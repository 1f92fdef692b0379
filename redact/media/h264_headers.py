"""Parses the headers of an H.264 stream (ITU-T H.264, clause 7.3) as far as needed to follow
`frame_num`, see `h264_gaps`.
"""

from __future__ import annotations

from typing import NamedTuple

HEADER_BYTES = 512
"""Bytes of a NAL unit to read: the longest headers have a weight for each of 64 references."""

_HIGH_PROFILES = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))
"""Profiles whose sequence parameter set states the chroma format."""

_P, _B, _I, _SP, _SI = range(5)


class Bits:
    """Reads the payload of a NAL unit bit by bit. Raises ValueError at its end."""

    def __init__(self, unit: bytes) -> None:
        # A 3 after two zeros only prevents a false start code (emulation prevention).
        data = unit[:HEADER_BYTES].replace(b"\0\0\3", b"\0\0")
        self._value = int.from_bytes(data)
        self._left = len(data) * 8

    def u(self, count: int) -> int:
        """Read an unsigned number of this many bits."""
        self._left -= count
        if self._left < 0:
            raise ValueError("the header ends too soon")
        return (self._value >> self._left) & ((1 << count) - 1)

    def ue(self) -> int:
        """Read an unsigned number in Exp-Golomb code."""
        zeros = 0
        while not self.u(1):
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """Read a signed number in Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)


class SequenceParameters(NamedTuple):
    """The values of a sequence parameter set that are needed to parse slice headers.

    Attributes:
        planes: the three colour planes are coded separately.
        colour: there is chroma, coded together with luma.
        frame_bits: bits of `frame_num`.
        order_bits: bits of the picture order count if it is of type 0; else 0.
        order_deltas: slice headers contain differences of the picture order count (type 1).
        gaps: the encoder may skip frame numbers.
        fields: pictures may be single fields.
    """

    planes: bool
    colour: bool
    frame_bits: int
    order_bits: int
    order_deltas: bool
    gaps: bool
    fields: bool


class PictureParameters(NamedTuple):
    """The values of a picture parameter set that are needed to parse slice headers.

    Attributes:
        sequence: number of its sequence parameter set.
        bottom: frames have a picture order count for the bottom field.
        references: default numbers of references in lists 0 and 1.
        weights: whether P slices and B slices have explicit weights.
        redundant: slice headers contain a count of redundant pictures.
    """

    sequence: int
    bottom: bool
    references: tuple[int, int]
    weights: tuple[bool, bool]
    redundant: bool


class Slice(NamedTuple):
    """The first slice of a picture.

    Attributes:
        number: `frame_num`.
        idr: the picture is an IDR picture.
        reference: the picture is a reference picture.
        restarts: the next pictures count it as number 0 (memory management operation 5).
        field: the picture is a single field.
        sequence: its sequence parameter set.
    """

    number: int
    idr: bool
    reference: bool
    restarts: bool
    field: bool
    sequence: SequenceParameters


def sequence_parameters_of(unit: bytes) -> tuple[int, SequenceParameters]:
    """Number and values of a sequence parameter set. Raises ValueError if it is too short."""
    bits = Bits(unit[1:])
    profile = bits.u(8)
    bits.u(16)
    number = bits.ue()
    chroma, planes = 1, False
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        planes = chroma == 3 and bool(bits.u(1))
        bits.ue(), bits.ue(), bits.u(1)
        if bits.u(1):
            for index in range(12 if chroma == 3 else 8):
                if bits.u(1):
                    _pass_scaling(bits, 16 if index < 6 else 64)
    frame_bits = bits.ue() + 4
    kind, order_bits, order_deltas = bits.ue(), 0, False
    if kind == 0:
        order_bits = bits.ue() + 4
    elif kind == 1:
        order_deltas = not bits.u(1)
        bits.se(), bits.se()
        for _ in range(bits.ue()):
            bits.se()
    bits.ue()
    gaps = bool(bits.u(1))
    bits.ue(), bits.ue()
    fields = not bits.u(1)
    colour = chroma != 0 and not planes
    return number, SequenceParameters(
        planes, colour, frame_bits, order_bits, order_deltas, gaps, fields
    )


def _pass_scaling(bits: Bits, count: int) -> None:
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def picture_parameters_of(unit: bytes) -> tuple[int, PictureParameters | None]:
    """Number and values of a picture parameter set; None instead of values if it has slice groups,
    which no camera uses. Raises ValueError if it is too short."""
    bits = Bits(unit[1:])
    number, sequence = bits.ue(), bits.ue()
    bits.u(1)
    bottom = bool(bits.u(1))
    if bits.ue():
        return number, None
    references = bits.ue() + 1, bits.ue() + 1
    weights = bool(bits.u(1)), bits.u(2) == 1
    bits.se(), bits.se(), bits.se()
    bits.u(2)
    return number, PictureParameters(sequence, bottom, references, weights, bool(bits.u(1)))


def slice_of(
    unit: bytes,
    sequences: dict[int, SequenceParameters],
    pictures: dict[int, PictureParameters | None],
) -> Slice | None:
    """The slice, if it is the first of its picture; else None. Raises ValueError if it is too
    short, KeyError if its parameter sets are unknown."""
    idr, reference = unit[0] & 31 == 5, bool(unit[0] & 0x60)
    bits = Bits(unit[1:])
    if bits.ue():
        return None
    kind = bits.ue() % 5
    picture = pictures[bits.ue()]
    if picture is None:
        raise KeyError("groups of slices")
    sequence = sequences[picture.sequence]
    if sequence.planes:
        bits.u(2)
    number = bits.u(sequence.frame_bits)
    restarts, field = False, sequence.fields and bool(bits.u(1))
    if reference and not idr:
        _pass_order(bits, sequence, picture, field)
        _pass_references(bits, kind, sequence, picture)
        restarts = _restarts(bits)
    return Slice(number, idr, reference, restarts, field, sequence)


def _pass_order(
    bits: Bits, sequence: SequenceParameters, picture: PictureParameters, field: bool
) -> None:
    """Skip the part after the field flag, up to and including the count of redundant pictures, in a
    slice that is not IDR."""
    if field:
        bits.u(1)
    if sequence.order_bits:
        bits.u(sequence.order_bits)
    deltas = bool(sequence.order_bits) and picture.bottom and not field
    if sequence.order_deltas:
        bits.se()
        deltas = picture.bottom and not field
    if deltas:
        bits.se()
    if picture.redundant:
        bits.ue()


def _pass_references(
    bits: Bits, kind: int, sequence: SequenceParameters, picture: PictureParameters
) -> None:
    """Skip up to and including the prediction weights."""
    if kind in (_I, _SI):
        return
    lists = 2 if kind == _B else 1
    if kind == _B:
        bits.u(1)
    counts = picture.references[:lists]
    if bits.u(1):
        counts = tuple(bits.ue() + 1 for _ in range(lists))
    for _ in range(lists):
        if bits.u(1):
            while bits.ue() != 3:
                bits.ue()
    if picture.weights[kind == _B]:
        bits.ue()
        if sequence.colour:
            bits.ue()
        for _ in range(sum(counts)):
            for values in (2, 4) if sequence.colour else (2,):
                if bits.u(1):
                    for _ in range(values):
                        bits.se()


def _restarts(bits: Bits) -> bool:
    """Whether the reference picture marking, which comes next, contains operation 5."""
    found = False
    if bits.u(1):
        while operation := bits.ue():
            found = found or operation == 5
            for _ in range((0, 1, 1, 2, 1, 0, 1)[operation] if operation < 7 else 0):
                bits.ue()
    return found
