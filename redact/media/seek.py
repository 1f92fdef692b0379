"""Decoding a stretch: from the middle of a file, the same frames as from its start or none; and a
part of a video, read as if it were all of it, for previews.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..types import Frame, Timeline
from .decode import Decode, use_threads
from .frame_planes import upright
from .info import Excerpt, Orientation, SourceInfo
from .pyav import UNDECODABLE
from .source import opened_video, packets_of

Mark = tuple[int | None, int | None, int]
"""Pts, dts and size of a packet."""

_MOST_PACKETS = 2000
"""Packets after a jump among which the one to start at must be."""


def decode_from(
    info: SourceInfo, timeline: Timeline, first: int, seek: int, mark: Mark
) -> Iterator[Frame]:
    """Frames from `first` on; ends early at the first one whose time is not the timeline's.

    Pictures that are shown before `first` refer to what was not decoded, and are left out. The
    frames say nothing of damage: the plan knows.

    Args:
        info: the source.
        timeline: of its plan.
        first: frame of the packet `mark`.
        seek: where to send the demuxer, in time base units.
        mark: the packet to start at; nothing is given where it is not met.

    Raises:
        InputError: the file cannot be opened.
        UnsafeError: the picture changes its size or format midway.
    """
    frames = Decode(info)
    with opened_video(info) as (container, stream):
        context = stream.codec_context
        use_threads(context)
        wanted = first
        try:
            container.seek(seek, stream=stream, backward=True)
            for packet in _from_mark(packets_of(container, stream), mark):
                for picture in context.decode(packet if packet.size else None):
                    if picture.pts is None:
                        return
                    if picture.pts < timeline.pts[first]:
                        continue
                    if wanted >= len(timeline) or picture.pts != timeline.pts[wanted]:
                        return
                    yield frames.upright_frame(picture, wanted, picture.pts, False)
                    wanted += 1
        except UNDECODABLE:
            return


def _from_mark(packets: Iterator[Any], mark: Mark) -> Iterator[Any]:
    met = False
    for number, packet in enumerate(packets):
        met = met or (packet.pts, packet.dts, packet.size) == mark
        if met:
            yield packet
        elif number > _MOST_PACKETS:
            return


def copy_of(frame: Frame) -> Frame:
    """A frame with planes of its own, to be drawn on."""
    return replace(frame, picture=upright(frame.picture, Orientation(), frame.picture.format.name))


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
    part = Excerpt(first, None if end is None else zero + _units(end, base), first - zero)
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
