"""Decodes a source into frames: upright, in presentation order, each with its own time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av

from ..errors import InputError, UnsafeError
from ..formats.containers import Structure, read_as
from ..types import Frame, clock
from ..words import Message, problem
from .coded_pictures import CodedPictures
from .colour import numbers
from .completeness import EARLY_SECONDS, holds_unlisted, stated_end
from .conversion import fits, join
from .damage import Damage, Harm, KeyPictures, LoggedErrors, concealed, errors_counted
from .for_web import web_pictures
from .frame_planes import upright
from .frame_times import FrameTimes
from .h264_gaps import gaps_in
from .info import SourceInfo
from .photographs import picture_of
from .pixel_formats import chroma_blocks, working_format, working_notes
from .pyav import UNDECODABLE
from .source import (
    NO_TIMESTAMPS,
    LateStreamsError,
    opened_video,
    packets_of,
)

MAX_THREADS = 8
"""More decoding threads would hold more frames in memory and gain little."""

MOST_B_PICTURES = 8
"""Most B pictures between two reference pictures; encoders use 2 to 7."""

_PICTURES_EARLY = 6
"""Pictures at the video's rate by which its last one may end before the declared end, if that is
less than `EARLY_SECONDS`. If it ends earlier, pictures are missing."""


_EARLIER = 2
"""Seconds before an excerpt at which decoding starts: containers seek by decoding time, and
pictures refer to earlier ones."""

_MOST_WAITING = 256 << 20
"""Bytes of packets that wait for a later key picture to make them superfluous."""


def use_threads(context: Any, most: int = MAX_THREADS) -> None:
    """Let a decoder use several threads, up to the number of processors."""
    context.thread_type = "AUTO"
    context.thread_count = min(most, os.cpu_count() or 1)


class _RefusedError(Exception):
    """A decoder with several threads met an error; decode again with one."""


class _LateError(Exception):
    """Decoding began midway, and its first picture is already one of the excerpt, so others may be
    missing before it, or one seems damaged, perhaps for that reason alone; decode again from the
    beginning of the file."""


class Decode:
    """Iterable of the frames of a source; every iteration starts over and yields the same frames.

    Their pixel format is `info.video.frame_format`. The decoder may predict later frames from their
    planes, so call `VideoFrame.make_writable` before writing into them.

    Args:
        info: of the source, or of a part of it.
        known: indices of the damaged frames, if an earlier decoding has found them; no others
            count as damaged. This saves holding frames back to judge them by later ones, 100 MB
            in 4K. None: find the damage.

    Attributes:
        errors: number of packets in this iteration that could not be decoded or that follow a
            missing one.
        moved: number of frames whose time is not their own, see `FrameTimes`.
        lost: number of pictures in the packets that the decoder did not return.
        torn: parts of the file could not be read, so the number of lost pictures is unknown.
        warnings: of this iteration, for the user; each occurs once.
    """

    def __init__(self, info: SourceInfo, known: Collection[int] | None = None) -> None:
        self.info = info
        self._known = known
        self._midway = info.part is not None and info.video.timestamps
        self._shown = None if info.video.stored is None else web_pictures(info.video)
        self.warnings: list[Message] = []
        self._reset()

    def _reset(self) -> None:
        self.errors = self.moved = self.lost = self._given = 0
        self.torn = self._skipped = False
        self._stated: Fraction | None = None
        self._lasts = 1

    def __iter__(self) -> Iterator[Frame]:
        """Decode from the start, or the part that `info` names.

        Raises:
            InputError: the file cannot be read, or its timestamps jump backwards.
            UnsafeError: the picture size changes midway, or the pixel format changes to one that
                does not fit into the first.
        """
        self.warnings = []
        if self.info.photograph:
            yield self.upright_frame(picture_of(self.info.path), 0, 0, False)
            return
        threads = 1 if self._known else min(MAX_THREADS, os.cpu_count() or 1)
        index, last = 0, None
        while True:
            try:
                for picture, pts, harm in self._timed(threads):
                    if last is not None and pts <= last:
                        continue  # yielded already, before the threads met the error
                    last = pts
                    if self._known is not None:
                        harm = Harm.DOUBTFUL if index in self._known else Harm.NONE
                    frame = self.upright_frame(picture, index, pts, harm > Harm.NONE)
                    yield replace(frame, broken=harm is Harm.BROKEN)
                    index += 1
                break
            except _RefusedError:
                # With several threads, an error also loses intact pictures that are in flight.
                threads = 1
            except _LateError:
                self._midway = False
        if index == 0 and self.info.part is not None:
            raise problem(InputError, "no_picture_in_part", path=self.info.path)
        if index == 0:
            raise problem(InputError, "no_frame", path=self.info.path)
        self._conclude(index, last or 0)

    def found(self) -> SourceInfo:
        """The source as the last complete iteration found it: `torn` is updated, and so is the
        number of frames, from the packets, if the headers declare none and some were lost."""
        video = self.info.video
        if video.frames is None and self.lost and self.info.part is None:
            video = replace(video, frames=self._given + self.lost)
        return replace(self.info, video=video, torn=self.torn or self.info.torn)

    def _timed(self, threads: int) -> Iterator[tuple[av.VideoFrame, int, Harm]]:
        """Yield decoded pictures, each with its PTS and its damage."""
        self._reset()
        frame_times, part, before = FrameTimes(self.info), self.info.part, False
        for picture, harm in self._judged(frame_times, threads):
            pts = frame_times.next_pts(
                picture.pts, picture.dts, picture.duration, picture.key_frame
            )
            self.moved = frame_times.moved
            self._lasts = max(1, picture.duration)
            if part is not None:
                if pts < part.first:
                    before = True
                    continue
                doubtful = harm > Harm.NONE and self._known is None
                if self._skipped and (doubtful or not before):
                    raise _LateError
                if part.last is not None:
                    if pts >= part.last:
                        return
                    picture.duration = min(picture.duration, part.last - pts)
                pts -= part.begin
            yield picture, pts, harm

    def _judged(
        self, frame_times: FrameTimes, threads: int
    ) -> Iterator[tuple[av.VideoFrame, Harm]]:
        """Yield decoded pictures, each with its damage.

        A damaged picture is often shown after the B pictures that were predicted from it, so
        pictures are held back until the following ones have been judged.
        """
        damage = Damage()
        held: deque[tuple[av.VideoFrame, Harm]] = deque()
        with ExitStack() as opening:
            opening.enter_context(errors_counted())
            complaints = LoggedErrors()
            container, stream = opening.enter_context(opened_video(self.info))
            # FFmpeg's demuxer skips bytes near the beginning that it does not understand here.
            kind = read_as(container.format.name)
            self.torn |= complaints.any() and kind.structure is Structure.ELEMENTS
            if self._midway:
                self._go_near(container, stream)
            use_threads(stream.codec_context, threads)
            self._stated = stated_end(self.info.path, container, stream)
            keys = KeyPictures(stream.codec_context)
            pictures = self._pictures(container, stream, damage, frame_times, keys)
            for number, picture in enumerate(pictures):
                corrupt = picture.is_corrupt
                if corrupt and threads != 1:
                    raise _RefusedError  # only a single thread tells how much was made up
                harm = damage.frame(picture.pts, number, keys.is_key(picture), corrupt)
                if corrupt:
                    self._error(Message("decoder_filled_in"))
                    held = deque((earlier, max(harm, before)) for earlier, before in held)
                held.append((picture, harm))
                waits = self._known is None and stream.codec_context.reorder_depth > 0
                while len(held) > (MOST_B_PICTURES if waits else 0):
                    yield held.popleft()
            yield from held
            if self.info.part is None and self.info.video.frames is None:
                self.torn |= holds_unlisted(self.info.path, container)

    def _pictures(
        self,
        container: Any,
        stream: Any,
        damage: Damage,
        frame_times: FrameTimes,
        keys: KeyPictures,
    ) -> Iterator[av.VideoFrame]:
        context = stream.codec_context
        complaints, gaps, coded = LoggedErrors(), gaps_in(context), CodedPictures(context)
        no_times = bool(container.format.flags & NO_TIMESTAMPS)
        guessed = no_times or read_as(container.format.name).cut_by_ffmpeg
        packets = self._packets(container, stream, damage)
        for packet in self._from_key(packets) if self._midway else packets:
            # With a single thread no decoder runs here, so errors come from the demuxer.
            self.torn |= context.thread_count == 1 and complaints.any()
            frame_times.packet(packet.pts)
            keys.packet(packet)
            if gaps is not None and gaps.before(packet):
                self._error(Message("pictures_missing"))
                damage.missing()
            before = self.errors
            pictures = self._decoded(context, packet, damage, complaints)
            if packet.size:
                coded.packet(packet, gaps is not None and gaps.half)
            if self.errors > before:
                self.torn |= packet.is_corrupt or (guessed and coded.begun)
                if context.thread_count != 1:
                    raise _RefusedError
            for picture in pictures:
                coded.picture(picture)
                yield picture
        self.lost = coded.lost(self.errors > 0)
        if coded.undecodable and self.info.part is None:
            self._warn(Message("before_key", count=coded.undecodable))

    def _go_near(self, container: Any, stream: Any) -> None:
        """Seek to a key picture before an excerpt if the container seeks reliably."""
        before = self._before
        if before > 0 and read_as(self.info.container).structure is not None:
            container.seek(before, stream=stream, backward=True)
            self._skipped = True

    @property
    def _before(self) -> int:
        """PTS before which an excerpt's decoding starts."""
        part = self.info.part
        assert part is not None
        return part.first - round(_EARLIER / self.info.video.time_base)

    def _from_key(self, packets: Iterator[Any]) -> Iterator[Any]:
        """The packets, without those that come before the last key picture that is early enough for
        an excerpt. Reading them costs little; decoding hours of them does not."""
        waiting, size, before = list[Any](), 0, self._before
        for packet in packets:
            time = packet.dts if packet.pts is None else packet.pts
            if waiting and packet.is_keyframe and time is not None and time <= before:
                waiting, size, self._skipped = [], 0, True
            waiting.append(packet)
            size += packet.size
            if time is None or time > before or size > _MOST_WAITING:
                break
        yield from waiting
        yield from packets

    def _packets(self, container: Any, stream: Any, damage: Damage) -> Iterator[Any]:
        """Yield the packets of a stream, and last an empty one that flushes the decoder."""
        packets = packets_of(container, stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError as error:
                # Keep what was read so far, and report the damage.
                late = isinstance(error, LateStreamsError)
                self._error(Message("streams_midway") if late else Message("reading_stopped"))
                damage.error()
                self.torn = True
                yield av.Packet()
                return
            if packet is None:
                return
            yield packet

    def _decoded(
        self, context: Any, packet: Any, damage: Damage, complaints: LoggedErrors
    ) -> list[av.VideoFrame]:
        damage.packet(packet.pts, packet.is_corrupt)
        failed = False
        # Complete for a single thread; with more threads, the first error ends the iteration.
        with av.logging.Capture() as log:
            try:
                pictures: list[av.VideoFrame] = context.decode(packet if packet.size else None)
            except UNDECODABLE:
                failed = True
                pictures = []
        complained = complaints.new()
        share = concealed(log, context.width, context.height)
        if failed:
            self._error(Message("not_decodable"))
        elif packet.is_corrupt:
            self._error(Message("packets_damaged"))
        elif complained or share is not None:
            self._error(Message("decoder_filled_in"))
        if failed or packet.is_corrupt:
            damage.error()
        elif complained or share is not None:
            damage.error(share)
        elif packet.is_discard and packet.is_keyframe and not packet.is_corrupt:
            damage.hidden_key()
        return pictures

    def _error(self, what: Message) -> None:
        self.errors += 1
        self._warn(what)

    def _warn(self, what: Message) -> None:
        if what not in self.warnings:
            self.warnings.append(what)

    def _conclude(self, frames: int, last: int) -> None:
        ends = (last + self._lasts) * self.info.video.time_base
        early = min(EARLY_SECONDS, _PICTURES_EARLY / (self.info.video.rate or 1))
        if self.info.part is None and self._stated and self._stated - ends > early:
            self.torn = True
        self._given = frames
        if self.moved:
            self._warn(Message("frames_moved", count=self.moved))
        video = self.info.video
        if video.cut:
            self._warn(Message("frames_cut", count=video.cut, declared=video.frames))
        if video.shown is not None and frames < video.shown:
            self._warn(Message("frames_not_shown", declared=video.shown, shown=frames))
        elif video.shown is None and self.lost and self.info.part is None:
            self._warn(Message("frames_lost", coded=frames + self.lost, shown=frames))
        if self.torn:
            self._warn(Message("file_torn"))

    def upright_frame(self, picture: av.VideoFrame, index: int, pts: int, damaged: bool) -> Frame:
        """The frame for a decoded picture, upright and in `info.video.frame_format`.

        Args:
            picture: as the decoder returned it.
            index: of the frame, from 0.
            pts: of the frame, in units of `info.video.time_base`.
            damaged: see `Frame`.

        Raises:
            UnsafeError: see `__iter__`.
        """
        video = self.info.video
        self._require_same(picture, index, pts)
        picture.time_base = video.time_base
        blocks = chroma_blocks(picture.format.name, video.orientation.turns)
        picture = self._plain(picture)
        if self._shown is not None:
            picture = self._shown(picture)
        picture.pts = pts
        # The decoder's frame type would force the encoder's choice.
        picture.pict_type = 0
        primaries, transfer, matrix, full = numbers(video.colour)
        picture.color_primaries = primaries
        picture.color_trc = transfer
        picture.colorspace = matrix
        picture.color_range = full
        return Frame(index, pts, video.time_base, picture, damaged, blocks=blocks)

    def _require_same(self, picture: av.VideoFrame, index: int, pts: int) -> None:
        """Raise UnsafeError if a picture's size or format does not match the first one's."""
        video, stored = self.info.video, picture.format.name
        if (picture.width, picture.height) != (video.width, video.height):
            raise problem(
                UnsafeError,
                "size_changes",
                path=self.info.path,
                before=f"{video.width}x{video.height}",
                after=f"{picture.width}x{picture.height}",
                at=clock(float(pts * video.time_base)),
                frame=index,
            )
        if stored == video.pixel_format:
            return
        if not fits(stored, video.pixel_format):
            raise problem(
                UnsafeError,
                "format_changes",
                path=self.info.path,
                before=video.pixel_format,
                after=stored,
                frame=index,
            )
        for note in working_notes(stored):
            self._warn(note)

    def _plain(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture upright, in the working format, with rows stored from top to bottom."""
        video = self.info.video
        stored, target = picture.format.name, working_format(video.pixel_format)
        if stored != target:
            picture = join(picture, video.pixel_format)
        plain = video.orientation.identity and all(p.line_size > 0 for p in picture.planes)
        if not plain or picture.format.name != video.upright_format:
            picture = upright(picture, video.orientation, video.upright_format)
        return picture
