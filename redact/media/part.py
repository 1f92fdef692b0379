"""A part of a video, read as if it were all of it: for previews."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from .decode import Decode
from .info import Part, SourceInfo


def part_of(info: SourceInfo, start: float, end: float | None) -> SourceInfo:
    """The same source, of which `Decode` gives the pictures of a span only.

    Its times begin where those of the whole video begin, so that players show the first picture of
    the span at once. It has no sound and no declared number of frames.

    Args:
        info: of the whole video.
        start, end: seconds after the first picture; None: to the end.

    Raises:
        InputError: the video cannot be read, or has no picture in the span.
    """
    zero = next(iter(Decode(info))).pts
    base = info.video.time_base
    first = zero + _units(start, base)
    part = Part(first, None if end is None else zero + _units(end, base), first - zero)
    narrowed = replace(
        info,
        part=part,
        video=replace(info.video, frames=None),
        audio=(),
        missing=0,
        duration=_length(info, start, end),
    )
    next(iter(Decode(narrowed)))  # raises where there is none
    return narrowed


def _units(seconds: float, base: Fraction) -> int:
    return round(Fraction(seconds) / base)


def _length(info: SourceInfo, start: float, end: float | None) -> Fraction | None:
    until = info.duration if end is None else Fraction(end)
    if until is not None and info.duration is not None:
        until = min(until, info.duration)
    return None if until is None else max(Fraction(0), until - Fraction(start))
