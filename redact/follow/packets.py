"""Where decoding can start in a file, and whether a start in the middle gives the same pictures.

All packets are read once, without decoding them. A start in the middle is trusted only where every
frame of the plan has a packet of its own time, all times differ, and after a jump the file gives
the very packets that it gave when it was read through. Elsewhere decoding starts at the beginning.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import av

from ..media import SourceInfo, opened
from ..plan import Plan

SETTLED: Final = 16
"""Frames before a starting point that must be sound: an error is reported up to some frames after
its packet, and pictures refer to a few before them."""


@dataclass(frozen=True, slots=True)
class Start:
    """A packet at which decoding can start.

    Attributes:
        frame: index of its frame.
        seek: where to send the demuxer, in time base units of the stream.
        mark: pts, dts and size of the packet, to know it again.
    """

    frame: int
    seek: int
    mark: tuple[int | None, int | None, int]


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """Starting points, rising; the first is the beginning, whatever the file is like.

    Attributes:
        starts: at least the beginning.
        direct: frames are known by their packets' times; else only the beginning is one.
    """

    starts: tuple[Start, ...]
    direct: bool

    def start_for(self, frame: int) -> Start:
        """The last starting point that is not after a frame."""
        frames = [s.frame for s in self.starts]
        return self.starts[max(0, bisect_right(frames, frame) - 1)]

    def end_of(self, start: Start) -> int | None:
        """First frame of the next group, None where it lasts to the end."""
        frames = [s.frame for s in self.starts]
        at = bisect_right(frames, start.frame)
        return frames[at] if at < len(frames) else None


BEGINNING: Final = Start(0, 0, (None, None, -1))


def index_packets(
    info: SourceInfo, plan: Plan, advance: Callable[[int], None] = lambda n: None
) -> PacketIndex:
    """Read all packets of the video of a source.

    Args:
        info, plan: the source and a plan that was made for it.
        advance: told about each packet.

    Raises:
        InputError: the file cannot be opened.
    """
    nowhere = PacketIndex((BEGINNING,), False)
    if not info.video.timestamps:
        return nowhere
    times, keys = _read(info, advance)
    known = {pts for pts in times if pts is not None}
    if len(known) < len(times) or not known.issuperset(plan.source.timeline.pts):
        return nowhere
    frame_of = {pts: n for n, pts in enumerate(plan.source.timeline.pts)}
    spoilt = plan.unchecked
    starts = [BEGINNING]
    for pts, dts, size in keys:
        frame = frame_of.get(pts) if pts is not None else None
        if frame is None or frame <= starts[-1].frame or pts is None:
            continue
        at = bisect_right(spoilt, frame)
        if at and frame - spoilt[at - 1] <= SETTLED:
            continue
        starts.append(Start(frame, pts, (pts, dts, size)))
    return PacketIndex(tuple(starts), True)


def _read(
    info: SourceInfo, advance: Callable[[int], None]
) -> tuple[list[int | None], list[tuple[int | None, int | None, int]]]:
    times: list[int | None] = []
    keys: list[tuple[int | None, int | None, int]] = []
    with opened(info.path) as container:
        stream: Any = container.streams[info.video.index]
        try:
            for packet in container.demux(stream):
                if not packet.size:
                    continue
                times.append(packet.pts)
                if packet.is_keyframe:
                    keys.append((packet.pts, packet.dts, packet.size))
                advance(1)
        except av.FFmpegError:
            pass  # the plan was made of what can be read; the rest has no frame in it
    return times, keys
