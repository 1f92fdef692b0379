"""Looks at a source now and then without decoding all of it: at its key pictures, and where they
are rare at about one picture a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import av

from ..errors import InputError, UnsafeError, UsageError
from ..types import Frame
from ..words import problem
from .damage import LoggedErrors, errors_counted
from .decode import Decode, use_threads
from .info import SourceInfo
from .pyav import UNDECODABLE
from .source import opened_video, packets_of

SECONDS_BETWEEN_GLANCES: Final = 0.9
"""Seconds between two glances, at least. Many cameras record a key picture a second, and people
stay in view for longer."""

MOST_KEY_SECONDS: Final = 2.1
"""Seconds after a glance by which a key picture must come; else all pictures are decoded up to the
next one. Most other cameras record one every two seconds."""

_MOST_HELD: Final = 1000
"""Packets that wait for the next key picture, in a file whose times do not rise."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One picture that was looked at.

    Attributes:
        time: seconds after the first picture of the video.
        frame: the picture; None if it cannot be decoded, or has another size than the first.
        damaged: an error was reported in it, or between the last glance and this one.
    """

    time: float
    frame: Frame | None
    damaged: bool


def glances(info: SourceInfo) -> Iterator[Glance]:
    """Yield pictures in order, `SECONDS_BETWEEN_GLANCES` or more apart. Where key pictures are near
    enough, nothing between them is decoded, so damage there may go unnoticed.

    Args:
        info: of a whole video.

    Raises:
        UsageError: the source is a photograph.
        InputError: the file cannot be opened, or has no picture that can be decoded.
    """
    if info.photograph:
        raise problem(UsageError, "photo_not_surveyed", path=info.path)
    zero = next(iter(Decode(info))).pts
    with errors_counted(), opened_video(info) as (container, stream):
        yield from _Glances(info, zero, stream.codec_context).of(_packets(container, stream))


class _Glances:
    def __init__(self, info: SourceInfo, zero: int, context: Any) -> None:
        self._frames, self._base, self._zero = Decode(info), info.video.time_base, zero
        self._context = context
        self._complaints = LoggedErrors()
        self._damaged = False
        self._last = -1.0
        use_threads(context)
        # Pictures to which none refers, and what makes pictures smoother, cost a third of the time.
        context.skip_frame = "NONREF"
        context.options = {"skip_loop_filter": "all"}

    def of(self, packets: Iterator[Any]) -> Iterator[Glance]:
        held, begun, late = list[Any](), False, 0.0
        for packet in packets:
            if packet is None:
                self._damaged = True
                continue
            late = self._seconds(packet.pts) - self._last
            if packet.is_keyframe:
                if begun:
                    yield from self._ended()
                held, begun = [packet], False
                if late >= SECONDS_BETWEEN_GLANCES:
                    before = self._last
                    yield from self._decoded(packet)
                    yield from self._ended()
                    late = 0.0 if self._last > before else MOST_KEY_SECONDS + 1
            elif not begun:
                held.append(packet)
            if begun:
                yield from self._decoded(packet)
            elif late > MOST_KEY_SECONDS or len(held) > _MOST_HELD:
                begun = True
                for one in held:
                    yield from self._decoded(one)
        if not begun and (self._last < 0 or late >= SECONDS_BETWEEN_GLANCES):
            for one in held:
                yield from self._decoded(one)
        yield from self._ended()
        if self._last < 0:
            raise problem(InputError, "no_frame", path=self._frames.info.path)
        if self._damaged:
            yield Glance(self._last, None, True)

    def _ended(self) -> Iterator[Glance]:
        """What the decoder holds back; afterwards it is as new."""
        yield from self._decoded(None)
        self._context.flush_buffers()

    def _decoded(self, packet: Any) -> Iterator[Glance]:
        self._damaged |= packet is not None and packet.is_corrupt
        try:
            pictures = self._context.decode(packet)
        except UNDECODABLE:
            pictures, self._damaged = [], True
        self._damaged |= self._complaints.new()
        for picture in pictures:
            time = self._seconds(picture.pts)
            if time >= 0 and (self._last < 0 or time - self._last >= SECONDS_BETWEEN_GLANCES):
                yield self._glance(picture, time)

    def _glance(self, picture: av.VideoFrame, time: float) -> Glance:
        harmed, self._damaged, self._last = self._damaged or picture.is_corrupt, False, time
        try:
            frame = self._frames.upright_frame(picture, 0, picture.pts or 0, harmed)
        except UnsafeError:
            return Glance(time, None, True)
        return Glance(time, frame, harmed)

    def _seconds(self, pts: int | None) -> float:
        """Seconds after the first picture; -1 if it is not known."""
        return -1.0 if pts is None else float((pts - self._zero) * self._base)


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Packets with data, each with a time; None in place of what cannot be read."""
    try:
        for number, packet in enumerate(packets_of(container, stream)):
            if packet.pts is None:
                packet.pts = number if packet.dts is None else packet.dts
            if packet.size:
                yield packet
    except av.FFmpegError:
        yield None
