"""Decodes part of a file: either from its middle, yielding the same frames as from the start or
none; or as if the part were the whole video, as for an excerpt.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from ..errors import InputError, UsageError
from ..types import Frame, Scope, Timeline, clock
from ..words import problem
from .decode import Decode, use_threads
from .frame_planes import upright
from .info import Excerpt, Orientation, SourceInfo, exactly
from .probe import probe
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
                    pts = picture.pts - (0 if info.part is None else info.part.begin)
                    if pts < timeline.pts[first]:
                        continue
                    if wanted >= len(timeline) or pts != timeline.pts[wanted]:
                        return
                    yield frames.upright_frame(picture, wanted, pts, False)
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


LEAD_SECONDS: Final = 3
"""Seconds before and after an excerpt that a search knows, too: about the length of a shot. Whoever
is in the picture at the cut was then detected before or after it."""


def excerpt(info: SourceInfo, start: float, end: float | None) -> SourceInfo:
    """The source, limited to a span: `Decode` yields only its pictures, `read_sound` only its
    samples, and the times of both count from its first picture.

    That is the first one shown at or after `start`. What is shown or heard at `end` or later does
    not belong to it.

    Args:
        info: of the whole video.
        start, end: in seconds after the first picture of the video; `end` None for its end.

    Raises:
        UsageError: the source is a photograph, or the span ends before it begins.
        InputError: the video cannot be read, or has no picture in the span.
    """
    path = info.path
    if info.photograph:
        raise problem(UsageError, "photo_has_no_part", path=path)
    if end is not None and not start < end:
        raise problem(UsageError, "part_backwards", path=path, start=clock(start), end=clock(end))
    base, zero = info.video.time_base, next(iter(Decode(info))).pts
    first = zero + math.ceil(exactly(start) / base)
    after = None if end is None else zero + math.ceil(exactly(end) / base)
    part = Excerpt(first, after, (start, end), zero, info.duration)
    wanted = replace(info, part=part, video=replace(info.video, frames=None, cut=0))
    begin = first + _first_of(wanted)
    offset = begin * base
    ends = None if wanted.ends is None else wanted.ends - offset
    rest = None if info.duration is None else info.duration - (begin - zero) * base
    lasts = min((length for length in (ends, rest) if length is not None), default=None)
    return replace(
        wanted,
        part=replace(part, begin=begin),
        duration=None if lasts is None else max(Fraction(0), lasts),
        audio=tuple(
            replace(
                audio,
                begins=None if audio.begins is None else max(Fraction(0), audio.begins - offset),
                stated=None,
                ends=None if audio.ends is None else min(audio.ends - offset, ends or audio.ends),
            )
            for audio in info.audio
        ),
    )


def _first_of(wanted: SourceInfo) -> int:
    """PTS of the first picture of an excerpt, from its start. Raises InputError if it has none."""
    part, path = wanted.part, wanted.path
    assert part is not None
    try:
        return next(iter(Decode(wanted))).pts
    except InputError as error:
        if error.code != "no_picture_in_part":
            raise
    start, base = clock(part.span[0]), wanted.video.time_base
    later = replace(wanted, part=replace(part, end=None))
    try:
        after = (part.begin - part.zero + next(iter(Decode(later))).pts) * base
    except InputError:
        length = "?" if part.whole is None else clock(float(part.whole))
        raise problem(
            InputError, "no_picture_after", path=path, start=start, length=length
        ) from None
    end, following = clock(part.span[1] or 0), clock(float(after))
    raise problem(InputError, "no_picture_between", path=path, start=start, end=end, next=following)


def probe_excerpt(path: Path, scope: Scope) -> SourceInfo:
    """`probe` of a file, limited to the excerpt that a scope names, if any. Raises as `probe` and
    `excerpt` do."""
    info = probe(path)
    return info if scope.cut is None else excerpt(info, *scope.cut)


def with_lead(info: SourceInfo) -> SourceInfo:
    """An excerpt with the pictures up to `LEAD_SECONDS` before and after it, whose times are below
    zero and past its end; any other source as it is."""
    if info.part is None:
        return info
    lead = round(LEAD_SECONDS / info.video.time_base)
    duration = None if info.duration is None else info.duration + 2 * LEAD_SECONDS
    return replace(info, part=replace(info.part, lead=lead), duration=duration)
