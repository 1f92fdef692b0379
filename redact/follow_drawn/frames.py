"""Reads exact frames of a source in any order: the very frame that was asked for, or an error.

All packets are read once, without decoding them. Decoding may start in the middle only if every
frame of the plan has its own packet time, all times differ, and the file gives the same packets
after a jump as it did when it was read through. Otherwise decoding starts at the beginning.

The decoder is that of `redact.media`. Decoded frames are kept up to a limit of bytes, those nearest
to the last request. The newest request wins: an older one that still waits raises `Superseded`.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import av

from ..errors import UnsafeError
from ..media import LEAD_SECONDS, Decode, SourceInfo, decode_from, opened_video, packets_of
from ..plan import Plan
from ..types import Frame
from ..words import problem

SETTLING_FRAMES: Final = 16
"""Frames before a starting point that must be undamaged: decoders report an error some frames after
its packet, and the formats let pictures refer to a few before them."""


@dataclass(frozen=True, slots=True)
class Start:
    """A packet at which decoding can start.

    Attributes:
        frame: index of its frame.
        seek: where to seek, in units of the stream's time base.
        mark: pts, dts and size of the packet, to recognise it.
    """

    frame: int
    seek: int
    mark: tuple[int | None, int | None, int]


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """The points at which decoding can start.

    Attributes:
        starts: in rising order; the first is always the beginning of the file.
        direct: whether packet times identify frames. If not, the beginning is the only start.
    """

    starts: tuple[Start, ...]
    direct: bool

    def start_for(self, frame: int) -> Start:
        """The last starting point at or before a frame."""
        frames = [s.frame for s in self.starts]
        return self.starts[max(0, bisect_right(frames, frame) - 1)]


BEGINNING: Final = Start(0, 0, (None, None, -1))


def index_packets(
    info: SourceInfo, plan: Plan, advance: Callable[[int], None] = lambda n: None
) -> PacketIndex:
    """Read all packets of the video of a source.

    Args:
        info, plan: the source and a plan made for it.
        advance: called for each packet.

    Raises:
        InputError: the file cannot be opened.
    """
    nowhere = PacketIndex((BEGINNING,), False)
    if info.photograph or not info.video.timestamps:
        return nowhere
    times, keys = _read(info, advance)
    known = {pts for pts in times if pts is not None}
    zero = 0 if info.part is None else info.part.begin
    frame_of = {zero + pts: n for n, pts in enumerate(plan.source.timeline.pts)}
    if len(known) < len(times) or not known.issuperset(frame_of):
        return nowhere
    spoilt = plan.unchecked
    starts = [BEGINNING]
    for pts, dts, size in keys:
        frame = frame_of.get(pts) if pts is not None else None
        if frame is None or frame <= starts[-1].frame or pts is None:
            continue
        at = bisect_right(spoilt, frame)
        if at and frame - spoilt[at - 1] <= SETTLING_FRAMES:
            continue
        starts.append(Start(frame, pts, (pts, dts, size)))
    return PacketIndex(tuple(starts), True)


def _read(
    info: SourceInfo, advance: Callable[[int], None]
) -> tuple[list[int | None], list[tuple[int | None, int | None, int]]]:
    times: list[int | None] = []
    keys: list[tuple[int | None, int | None, int]] = []
    with opened_video(info) as (container, stream):
        try:
            for packet in packets_of(container, stream):
                if not packet.size:
                    continue
                if _is_past(packet, info):
                    break
                times.append(packet.pts)
                if packet.is_keyframe:
                    keys.append((packet.pts, packet.dts, packet.size))
                advance(1)
        except av.FFmpegError:
            pass  # the plan was made of what can be read; the rest has no frame in it
    return times, keys


def _is_past(packet: Any, info: SourceInfo) -> bool:
    """Whether a packet comes well after an excerpt."""
    return info.ends is not None and (
        packet.dts is not None and packet.dts * info.video.time_base > info.ends + LEAD_SECONDS
    )


MOST_DECODED_BYTES: Final = 192 << 20
"""Of decoded pictures that one reader keeps: some sixty of 1080p, two seconds and a half."""


class Superseded(Exception):  # noqa: N818 - no error: a newer request replaced this one
    """A newer request came before this one was answered."""


class Frames:
    """Decoded frames by index. Thread-safe.

    Args:
        info, plan: the source and a plan made for it.
        index: of its packets.
        most_bytes: limit of kept frames, besides the one that was asked for.

    Attributes:
        direct: as of the index, until the file contradicts it.
        jumps: how often decoding was restarted, for tests and benchmarks.
    """

    def __init__(
        self, info: SourceInfo, plan: Plan, index: PacketIndex, most_bytes: int = MOST_DECODED_BYTES
    ) -> None:
        self._info = info
        self._timeline = plan.source.timeline
        self._unchecked = frozenset(plan.unchecked)
        self._index = index
        self._most = most_bytes
        self._kept: dict[int, Frame] = {}
        self._bytes = 0
        self._decoding: Iterator[Frame] | None = None
        self._next = 0
        self._lock = threading.Lock()
        self._tickets = threading.Lock()
        self._newest = 0
        self.direct = index.direct
        self.jumps = 0

    def get(self, frame: int, *, newest_wins: bool = False) -> Frame:
        """A frame. Its planes are shared and must not be written to.

        Args:
            frame: index, within the clip.
            newest_wins: give up as soon as a newer request arrives.

        Raises:
            Superseded: a newer request arrived.
            UnsafeError: the file no longer gives the frame that the plan was made on.
            InputError: the file can no longer be read.
        """
        with self._tickets:
            self._newest += 1
            ticket = self._newest
        with self._lock:
            if newest_wins and ticket != self._newest:
                raise Superseded
            here = self._kept.get(frame)
            if here is not None:
                return here
            return self._decoded(frame, ticket if newest_wins else None)

    def close(self) -> None:
        with self._lock:
            self._stop()
            self._kept.clear()
            self._bytes = 0

    def _decoded(self, wanted: int, ticket: int | None) -> Frame:
        start = self._index.start_for(wanted) if self.direct else BEGINNING
        if self._decoding is None or not start.frame <= self._next <= wanted:
            self._jump(start.frame)
        assert self._decoding is not None
        while True:
            if ticket is not None and ticket != self._newest:
                raise Superseded
            frame = next(self._decoding, None)
            if frame is None or not self._is_expected(frame):
                frame = self._from_the_beginning()
            self._next = frame.index + 1
            # Only the plan knows all damage: a decoder that starts in the middle sees less of it.
            frame = replace(frame, damaged=frame.index in self._unchecked)
            self._keep(frame, wanted)
            if frame.index == wanted:
                return frame

    def _is_expected(self, frame: Frame) -> bool:
        pts = self._timeline.pts
        return (
            frame.index == self._next and frame.index < len(pts) and (frame.pts == pts[frame.index])
        )

    def _from_the_beginning(self) -> Frame:
        """Restart at the beginning and never jump again: the file contradicted its packets."""
        if self.direct:
            self.direct = False
            self._jump(0)
            assert self._decoding is not None
            frame = next(self._decoding, None)
            if frame is not None and self._is_expected(frame):
                return frame
        self._stop()
        raise problem(UnsafeError, "lost_frame", path=self._info.path, frame=self._next)

    def _jump(self, frame: int) -> None:
        self._stop()
        self.jumps += 1
        start = self._index.start_for(frame) if self.direct else BEGINNING
        if start.frame == 0:
            self._decoding = iter(Decode(self._info))
        else:
            first = start.frame
            self._decoding = decode_from(self._info, self._timeline, first, start.seek, start.mark)
        self._next = start.frame

    def _stop(self) -> None:
        decoding: Any = self._decoding
        self._decoding = None
        if decoding is not None:
            with suppress(Exception):
                decoding.close()

    def _keep(self, frame: Frame, wanted: int) -> None:
        if frame.index in self._kept:
            return
        self._kept[frame.index] = frame
        self._bytes += bytes_of(frame)
        while self._bytes > self._most and len(self._kept) > 1:
            farthest = max(self._kept, key=lambda n: (abs(n - wanted), n < wanted))
            if farthest == wanted:
                break
            self._bytes -= bytes_of(self._kept.pop(farthest))


def bytes_of(frame: Frame) -> int:
    """Size of its planes in bytes."""
    return sum(plane.buffer_size for plane in frame.picture.planes)
