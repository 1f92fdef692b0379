"""Decodes part of a file: either from its middle, yielding the same frames as from the start or
none; or as if the part were the whole video, for previews.
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
"""PTS, DTS and size in bytes of a packet, which identify it."""

_MOST_PACKETS = 2000
"""Most packets to read after a seek before giving up on the one to start at."""


def decode_from(
    info: SourceInfo, timeline: Timeline, first: int, seek: int, mark: Mark
) -> Iterator[Frame]:
    """Yield the frames from `first` on, up to the first whose time is not that of the timeline.

    Pictures shown before `first` are left out, because they refer to pictures that were not
    decoded. No frame is marked as damaged; the plan knows which ones are.

    Args:
        info: of the source.
        timeline: of its plan.
        first: index of the frame that `mark` contains.
        seek: time to seek to, in units of the time base.
        mark: the packet to start at; if it is not found, nothing is yielded.

    Raises:
        InputError: the file cannot be opened.
        UnsafeError: the picture size or pixel format changes midway.
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
    """A copy of a frame whose planes may be drawn on."""
    return replace(frame, picture=upright(frame.picture, Orientation(), frame.picture.format.name))


def part_of(info: SourceInfo, start: float, end: float | None) -> SourceInfo:
    """The source, limited to a span: `Decode` yields only its pictures.

    They are shifted in time to the start of the whole video, so that players show the first one at
    once. The part has no sound and no declared number of frames.

    Args:
        info: of the whole video.
        start, end: in seconds after the first picture; `end` None for the end of the video.

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
    next(iter(Decode(narrowed)))  # raises InputError if the span has no picture
    return narrowed


def _units(seconds: float, base: Fraction) -> int:
    return round(Fraction(seconds) / base)


def _length(info: SourceInfo, start: float, end: float | None) -> Fraction | None:
    until = info.duration if end is None else Fraction(end)
    if until is not None and info.duration is not None:
        until = min(until, info.duration)
    return None if until is None else max(Fraction(0), until - Fraction(start))
