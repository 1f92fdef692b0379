"""H.264 streams written bit by bit, with what no encoder at hand writes: single fields, memory
management, every kind of order count. Pictures are 16x32 pixels, grey to begin with, then skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

P, B, I = 0, 1, 2  # noqa: E741  (as the standard calls them)


def ue(value: int) -> str:
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits


def se(value: int) -> str:
    return ue(2 * value - 1 if value > 0 else -2 * value)


def unit(kind: int, importance: int, bits: str) -> bytes:
    """A unit with its start code; `bits` without the trailing ones."""
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    payload = int(bits, 2).to_bytes(len(bits) // 8)
    safe, zeros = bytearray(), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            safe.append(3)
            zeros = 0
        safe.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\0\0\0\1" + bytes([importance << 5 | kind]) + bytes(safe)


@dataclass(frozen=True)
class Stream:
    """Settings of a stream.

    Attributes:
        profile: 77 is Main; 100 and more state the format of the colours.
        chroma: 0 grey to 3 for 4:4:4.
        planes: the colours are coded separately.
        scaling: lists are written, one of them in full.
        frame_bits: of `frame_num`.
        order: kind of the order count, 0 to 2.
        gaps: numbers may be left out.
        fields: pictures may be fields.
        bottom, weighted, bipred, redundant: of the picture parameter set.
        references: of list 0 and 1.
    """

    profile: int = 77
    chroma: int = 1
    planes: bool = False
    scaling: bool = False
    frame_bits: int = 4
    order: int = 0
    gaps: bool = False
    fields: bool = True
    bottom: bool = False
    weighted: bool = False
    bipred: int = 0
    redundant: bool = False
    references: tuple[int, int] = (1, 1)

    @property
    def separate(self) -> bool:
        return self.profile >= 100 and self.chroma == 3 and self.planes

    @property
    def colour(self) -> bool:
        return not self.separate and (self.profile < 100 or self.chroma != 0)

    def head(self) -> bytes:
        """Both parameter sets."""
        bits = f"{self.profile:08b}{0:08b}{40:08b}" + ue(0)
        if self.profile >= 100:
            bits += ue(self.chroma) + (f"{self.planes:b}" if self.chroma == 3 else "")
            bits += ue(0) + ue(0) + "0" + ("1" + self._lists() if self.scaling else "0")
        bits += ue(self.frame_bits - 4) + ue(self.order)
        if self.order == 0:
            bits += ue(2)
        elif self.order == 1:
            bits += "0" + se(-3) + se(2) + ue(2) + se(5) + se(-5)
        bits += ue(4) + f"{self.gaps:b}" + ue(0) + ue(0 if self.fields else 1)
        bits += ("0" + "0" if self.fields else "1") + "1" + "0" + "0"
        picture = ue(0) + ue(0) + "0" + f"{self.bottom:b}" + ue(0)
        picture += ue(self.references[0] - 1) + ue(self.references[1] - 1)
        picture += f"{self.weighted:b}{self.bipred:02b}" + se(0) + se(0) + se(-2)
        picture += "00" + f"{self.redundant:b}"
        return unit(7, 3, bits) + unit(8, 3, picture)

    def _lists(self) -> str:
        small = "1" + se(8) + se(-16)  # ends before its sixteenth number
        full = "1" + "".join(se(1 if n % 2 else -1) for n in range(64))
        count = 12 if self.chroma == 3 else 8
        return small + "0" * 5 + full + "0" * (count - 7)


@dataclass(frozen=True)
class Coded:
    """One coded frame or field.

    Attributes:
        number: `frame_num`.
        kind: `P`, `B` or `I`.
        idr, reference: as in `redact.media.h264_headers.Slice`.
        order: its order count.
        field: 0 for a frame, 1 for a top and 2 for a bottom field; of a stream that has them.
        operations: of memory management, each with its numbers.
        own_references: stated by the slice itself; () for none.
        reordered: numbers by which the lists are changed.
        weights: a weight is written for each reference.
    """

    number: int
    kind: int = P
    idr: bool = False
    reference: bool = True
    order: int = 0
    field: int = 0
    operations: Sequence[tuple[int, ...]] = ()
    own_references: tuple[int, ...] = ()
    reordered: Sequence[tuple[int, int]] = ()
    weights: bool = False

    def written(self, stream: Stream) -> bytes:
        bits = ue(0) + ue(self.kind) + ue(0) + ("00" if stream.separate else "")
        bits += f"{self.number % (1 << stream.frame_bits):0{stream.frame_bits}b}"
        if stream.fields:
            bits += f"1{self.field - 1}" if self.field else "0"
        bits += ue(1) if self.idr else ""
        both = stream.bottom and not (stream.fields and self.field)
        if stream.order == 0:
            bits += f"{self.order % 64:06b}" + (se(1) if both else "")
        elif stream.order == 1:
            bits += se(2) + (se(-1) if both else "")
        bits += ue(0) if stream.redundant else ""
        bits += self._lists(stream) if self.kind != I else ""
        if self.reference:
            bits += "00" if self.idr else self._marking()
        bits += se(0) + (self._grey(stream, bits) if self.kind == I else ue(self._blocks()))
        return unit(5 if self.idr else 1, 2 if self.reference else 0, bits)

    def _blocks(self) -> int:
        return 1 if self.field else 2

    def _lists(self, stream: Stream) -> str:
        lists = 2 if self.kind == B else 1
        bits = "1" if self.kind == B else ""
        counts = self.own_references[:lists]
        bits += "1" + "".join(ue(n - 1) for n in counts) if counts else "0"
        for _ in range(lists):
            change = "".join(ue(how) + ue(value) for how, value in self.reordered)
            bits += "1" + change + ue(3) if self.reordered else "0"
        if stream.weighted if self.kind == P else stream.bipred == 1:
            bits += ue(5) + (ue(4) if stream.colour else "")
            for _ in range(sum(counts or stream.references[:lists])):
                bits += "1" + se(-7) + se(9) if self.weights else "0"
                if stream.colour:
                    bits += "1" + (se(3) + se(-4)) * 2 if self.weights else "0"
        return bits

    def _marking(self) -> str:
        if not self.operations:
            return "0"
        return "1" + "".join("".join(map(ue, one)) for one in self.operations) + ue(0)

    def _grey(self, stream: Stream, before: str) -> str:
        """Uncoded samples; they begin at a byte."""
        bits = ""
        for _ in range(self._blocks()):
            bits += ue(25)
            bits += "0" * (-(len(before) + 1 + len(bits)) % 8)  # +1: the change of the quantiser
            bits += f"{128:08b}" * (384 if stream.colour else 256)
        return bits
