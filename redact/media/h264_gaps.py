"""Finds pictures that are missing from an H.264 stream, which FFmpeg silently replaces by others.

FFmpeg logs some of these gaps ("Frame num gap", at debug level), but not the most common: a lost P
picture followed by B pictures (`tests/media/test_missing_pictures.py`).
"""

from __future__ import annotations

from typing import Any

from ..formats.nal_units import parameter_sets, units
from .h264_headers import (
    HEADER_BYTES,
    PictureParameters,
    SequenceParameters,
    Slice,
    picture_parameters_of,
    sequence_parameters_of,
    slice_of,
)

_SLICES, _SEQUENCE, _PICTURE = (1, 2, 5), 7, 8
"""NAL unit types; 2 is the first of three partitions of a slice."""


class Gaps:
    """Follows `frame_num`, which counts the reference pictures.

    Each reference picture has the number after the last one's. A non-reference picture has that
    number too, but does not use it up (ITU-T H.264, 7.4.3). If a number is skipped, a picture is
    missing, and everything up to the next key picture is predicted from the wrong pictures. Headers
    that cannot be parsed never count as a gap.

    Three kinds of loss go unnoticed: non-reference pictures, which spoil no other; a loss after
    which the number happens to fit, of a key picture or of as many pictures as the counter can
    count; and any loss in a stream that is allowed to skip numbers.

    Args:
        extradata: of the codec context, with the stream's parameter sets; None if there is none.
    """

    def __init__(self, extradata: bytes | None) -> None:
        self._sequences: dict[int, SequenceParameters] = {}
        self._pictures: dict[int, PictureParameters | None] = {}
        self._length = 0
        self._last: tuple[int, ...] = ()
        self._fields = 0
        self._configure(extradata or b"")

    def _configure(self, head: bytes) -> None:
        if head[:1] == b"\1" and len(head) > 6:
            self._length = (head[4] & 3) + 1
            for unit in parameter_sets(head):
                self._unit(unit)
        else:
            self._read(head)

    def before(self, packet: Any) -> bool:
        """Whether a picture is missing before this packet or within it."""
        if packet.has_sidedata("new_extradata"):
            self._configure(bytes(packet.get_sidedata("new_extradata")))
        if packet.is_discard and packet.is_keyframe:
            self._last = ()  # an edit list jumps to here
        self._fields = 0
        return self._read(bytes(packet))

    @property
    def half(self) -> bool:
        """Whether the last packet holds only one of a picture's two fields."""
        return self._fields == 1

    def _read(self, packet: bytes) -> bool:
        return sum(map(self._unit, units(packet, self._length, HEADER_BYTES))) > 0

    def _unit(self, unit: bytes) -> bool:
        kind = unit[0] & 31 if unit else 0
        try:
            if kind == _SEQUENCE:
                number, sequence = sequence_parameters_of(unit)
                self._sequences[number] = sequence
            elif kind == _PICTURE:
                which, picture = picture_parameters_of(unit)
                self._pictures[which] = picture
            elif kind in _SLICES:
                first = slice_of(unit, self._sequences, self._pictures)
                self._fields += first is not None and first.field
                return first is not None and self._follows_gap(first)
        except (ValueError, KeyError):
            self._last = ()
        return False

    def _follows_gap(self, picture: Slice) -> bool:
        sequence, number = picture.sequence, picture.number
        if picture.idr:
            self._last = (0,)
            return False
        top = 1 << sequence.frame_bits
        known = {n for last in self._last for n in (last, (last + 1) % top)}
        gap = bool(known) and number not in known
        if picture.reference:
            # Further slices of a picture that restarts the count still have its old number.
            restarted = picture.restarts or self._last == (number, 0)
            self._last = (number, 0) if restarted else (number,)
        elif gap:
            self._last = ((number - 1) % top,)
        return gap and not sequence.gaps


def gaps_in(context: Any) -> Gaps | None:
    """`Gaps` for the stream of a decoder; None if it is not H.264."""
    return Gaps(context.extradata) if context.name == "h264" else None
