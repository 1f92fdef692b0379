"""Decoded frames of a source: upright, in presentation order, each with its own time."""

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
from ..types import Frame
from ..words import Message, problem
from .coded_pictures import CodedPictures
from .colour import numbers
from .conversion import fits, join
from .cut_picture import LastPicture
from .damage import Complaints, Damage, Harm, KeyPictures, concealed, listening
from .for_web import web_pictures
from .frame_planes import upright
from .frame_times import FrameTimes
from .h264_gaps import gaps_in
from .info import Excerpt, SourceInfo
from .photographs import picture_of
from .pixel_formats import working_format, working_notes
from .pyav import UNDECODABLE
from .source import (
    NO_TIMESTAMPS,
    LateStreamsError,
    holds_unlisted,
    opened_video,
    packets_of,
    stated_end,
)

MAX_THREADS = 8
"""More decoding threads each hold frames in memory and gain little."""

B_PICTURES = 8
"""Pictures that may be shown before, and predicted from, a picture that was coded earlier:
encoders use 2 to 7 between two anchors."""


_EARLY, _PICTURES_EARLY = Fraction(1, 2), 6
"""Seconds before the end that a file states at which its last picture may be, and pictures at its
own rate. Meaning: of a video whose last picture stays for a while none is missed."""


def use_threads(context: Any, most: int = MAX_THREADS) -> None:
    """Let a decoder use several processors, where there are any."""
    context.thread_type = "AUTO"
    context.thread_count = min(most, os.cpu_count() or 1)


class _RefusedError(Exception):
    """A decoder with several threads met an error."""


class Decode:
    """Iterable of the frames of a source; every iteration starts anew and yields the same.

    Frames are in the format `info.video.frame_format`. The decoder may predict later ones from
    their planes: nothing may be written into these before `VideoFrame.make_writable`.

    Args:
        info: the source, or a part of it.
        known: frames that are damaged, as an earlier decoding of the same source found them to be:
            these are damaged now, and no others. So none is held back until the ones after it are
            known, which takes 100 MB of 4K. None: damage is found out.

    Attributes:
        errors: packets that could not be decoded or lack one before them, in the iteration so far.
        moved: frames whose time had to be made up, see `FrameTimes`.
        lost: pictures that the file holds, as far as its packets tell, and that did not come out.
        torn: the file could not be read everywhere, so that nobody knows how many are lost.
        warnings: what a person should know about the iteration so far, without repetition.
    """

    def __init__(self, info: SourceInfo, known: Collection[int] | None = None) -> None:
        self.info = info
        self._known = known
        self._shown = None if info.video.stored is None else web_pictures(info.video)
        self.warnings: list[Message] = []
        self._reset()

    def _reset(self) -> None:
        self.errors = self.moved = self.lost = self._given = 0
        self.torn = False
        self._stated: Fraction | None = None
        self._lasts = 1

    def __iter__(self) -> Iterator[Frame]:
        """Decode from the start, or the part that `info` names.

        Raises:
            InputError: if the file cannot be read any more, or its clock jumps backwards.
            UnsafeError: if the picture changes its size midway, or its format to one that holds
                more than that of the first.
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
                        continue  # given already, by the threads
                    last = pts
                    if self._known is not None:
                        harm = Harm.DOUBTFUL if index in self._known else Harm.NONE
                    frame = self.upright_frame(picture, index, pts, harm > Harm.NONE)
                    yield replace(frame, broken=harm is Harm.BROKEN)
                    index += 1
                break
            except _RefusedError:
                # With several threads an error takes sound pictures along that are under way.
                threads = 1
        if index == 0 and self.info.part is not None:
            raise problem(InputError, "no_picture_in_part", path=self.info.path)
        if index == 0:
            raise problem(InputError, "no_frame", path=self.info.path)
        self._conclude(index, last or 0)

    def found(self) -> SourceInfo:
        """The source as the last whole iteration found it: if its headers state no number of
        pictures, and some were lost, with the number of pictures in its packets."""
        video = self.info.video
        if video.frames is None and self.lost and self.info.part is None:
            video = replace(video, frames=self._given + self.lost)
        return replace(self.info, video=video, torn=self.torn or self.info.torn)

    def _timed(self, threads: int) -> Iterator[tuple[av.VideoFrame, int, Harm]]:
        """Decoded pictures, each with its time and what is wrong with it."""
        self._reset()
        frame_times, part = FrameTimes(self.info), self.info.part
        for picture, harm in self._judged(frame_times, threads):
            pts = frame_times.next_pts(
                picture.pts, picture.dts, picture.duration, picture.key_frame
            )
            self.moved = frame_times.moved
            self._lasts = max(1, picture.duration)
            if part is not None:
                if pts < part.first:
                    continue
                if part.end is not None and pts >= part.end:
                    return
                pts -= part.shift
            yield picture, pts, harm

    def _judged(
        self, frame_times: FrameTimes, threads: int
    ) -> Iterator[tuple[av.VideoFrame, Harm]]:
        """Decoded pictures, each with what is wrong with it.

        A spoilt picture is often shown after the B pictures that were predicted from it, so
        pictures are held back until those that follow are known.
        """
        damage = Damage()
        held: deque[tuple[av.VideoFrame, Harm]] = deque()
        with ExitStack() as opening:
            opening.enter_context(listening())
            complaints = Complaints()
            container, stream = opening.enter_context(opened_video(self.info))
            # What it makes no sense of near the beginning FFmpeg's demuxer passes over now.
            kind = read_as(container.format.name)
            self.torn |= complaints.any() and kind.structure is Structure.ELEMENTS
            if self.info.part is not None:
                _go_near(self.info, self.info.part, container, stream)
            use_threads(stream.codec_context, threads)
            self._stated = stated_end(container, stream)
            keys = KeyPictures(stream.codec_context)
            pictures = self._pictures(container, stream, damage, frame_times, keys)
            for number, picture in enumerate(pictures):
                corrupt = picture.is_corrupt
                if corrupt and threads != 1:
                    raise _RefusedError  # of a single thread it is known how much was made up
                harm = damage.frame(picture.pts, number, keys.is_key(picture), corrupt)
                if corrupt:
                    self._error(Message("decoder_filled_in"))
                    held = deque((earlier, max(harm, before)) for earlier, before in held)
                held.append((picture, harm))
                waits = self._known is None and stream.codec_context.reorder_depth > 0
                while len(held) > (B_PICTURES if waits else 0):
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
        complaints, gaps, coded = Complaints(), gaps_in(context), CodedPictures(context)
        no_times = bool(container.format.flags & NO_TIMESTAMPS)
        guessed = no_times or read_as(container.format.name).cut_by_ffmpeg
        latest = LastPicture(context, guessed)
        for packet in self._packets(container, stream, damage):
            # A single thread decodes nothing meanwhile: what complains is the demuxer.
            self.torn |= context.thread_count == 1 and complaints.any()
            frame_times.packet(packet.pts)
            keys.packet(packet)
            latest.packet(packet)
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
        self.torn |= not self.torn and latest.is_cut()
        self.lost = coded.lost(self.errors > 0)
        if coded.undecodable and self.info.part is None:
            self._warn(Message("before_key", count=coded.undecodable))

    def _packets(self, container: Any, stream: Any, damage: Damage) -> Iterator[Any]:
        """The packets of a stream; an empty one last, behind which the decoder keeps nothing."""
        packets = packets_of(container, stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError as error:
                # What was read so far is kept; the damage is said.
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
        self, context: Any, packet: Any, damage: Damage, complaints: Complaints
    ) -> list[av.VideoFrame]:
        damage.packet(packet.pts, packet.is_corrupt)
        failed = False
        # Of a single thread this holds all that is said; with more, the first error ends them.
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
        early = min(_EARLY, _PICTURES_EARLY / (self.info.video.rate or 1))
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
        """A decoded picture as the frame that users of `redact.media` get."""
        video = self.info.video
        self._require_same(picture, index)
        picture.time_base = video.time_base
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
        return Frame(index, pts, video.time_base, picture, damaged)

    def _require_same(self, picture: av.VideoFrame, index: int) -> None:
        """Raise UnsafeError if a picture's size or format does not match the first one's."""
        video, stored = self.info.video, picture.format.name
        if (picture.width, picture.height) != (video.width, video.height):
            raise problem(
                UnsafeError,
                "size_changes",
                path=self.info.path,
                before=f"{video.width}x{video.height}",
                after=f"{picture.width}x{picture.height}",
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
        """The picture upright, in the working format, its rows from top to bottom."""
        video = self.info.video
        stored, target = picture.format.name, working_format(video.pixel_format)
        if stored != target:
            picture = join(picture, video.pixel_format)
        plain = video.orientation.identity and all(p.line_size > 0 for p in picture.planes)
        if not plain or picture.format.name != video.upright_format:
            picture = upright(picture, video.orientation, video.upright_format)
        return picture


_EARLIER = 2
"""Seconds before a part at which reading starts: containers go by the time at which a picture is
decoded, and pictures refer to those before them."""


def _go_near(info: SourceInfo, part: Excerpt, container: Any, stream: Any) -> None:
    """Seek to a key picture before a part, if the container can be trusted to find one; otherwise
    read from the beginning."""
    if info.video.timestamps and read_as(info.container).structure is not None:
        before = part.first - round(_EARLIER / info.video.time_base)
        if before > part.first - part.shift:
            container.seek(before, stream=stream, backward=True)
