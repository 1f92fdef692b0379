"""Writes the sound of the output: copies the packets, or encodes them again if the container does
not take them or they must not be copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, Final, Protocol

import av
from av.audio.frame import AudioFrame
from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.stream import Disposition

from ..errors import OutputError
from ..formats import sound_headers
from ..formats.containers import Writable
from ..types import Muted
from ..words import Message, problem
from .damage import errors_ignored
from .info import AudioInfo, SourceInfo
from .muting import mute_samples
from .pyav import UNDECODABLE, fraction
from .read_sound import go_to_excerpt, is_early, within
from .sound_formats import (
    INTERLEAVED,
    ConstantFormat,
    aac_rate,
    frame_of,
    plain_layout,
    samples_of,
    usual_layout,
)
from .source import opened, packets_of, select_streams


class _Track(Protocol):
    ended: bool

    def packet(self, packet: Any) -> Iterator[Any]:
        """Yield output packets for an input packet; an empty packet ends the track, and so does one
        well after the end of an excerpt."""


_AFTER: Final = 1
"""Seconds after the end of an excerpt whose packets are decoded, too: decoders return sound late,
and a packet's decoding time may differ from that of its sound."""

_FARTHEST_APART: Final = 60
"""Seconds that sound of one time may lie apart in a file. A stream of which nothing comes for so
long after the end of an excerpt has ended."""


NOTHING = (Fraction(), Fraction())
"""Start and end of sound of which nothing was read."""


class AudioFeed:
    """Reads the audio of a source in step with its video.

    Args:
        info: of the source; its `audio` lists the streams.
        output: the streams are added on construction, before the header is written.
        container: of the output.
        copy: False to encode all sound again, so that no coded byte of the source gets through.
        muted: spans to mute; if there are any, all sound is encoded again. So is that of an
            excerpt, because packets at its ends also hold what is heard before and after it.

    Attributes:
        notes: reasons for which sound was not copied, and damage met in it.
        read: index of each stream → start and end, in seconds, of what has been read of it; empty
            for an excerpt.

    Raises:
        OutputError: the sound must be encoded again, and nobody knows how.
    """

    def __init__(
        self,
        info: SourceInfo,
        output: OutputContainer,
        container: Writable,
        copy: bool = True,
        muted: Sequence[Muted] = (),
    ) -> None:
        self._info, self._muted = info, tuple(muted)
        self.notes: list[Message] = []
        self.read = {} if info.part else {audio.index: NOTHING for audio in info.audio}
        self._stack = ExitStack()
        self._output = output
        source = self._stack.enter_context(opened(info.path))
        select_streams(source, {a.index for a in info.audio})
        go_to_excerpt(source, info)
        self._tracks: dict[int, _Track] = {}
        for number, audio in enumerate(info.audio, 1):
            track = self._track(source, audio, number, container, copy)
            self._tracks[audio.index] = track
        self._packets = self._read(source, [source.streams[a.index] for a in info.audio])
        self._next: Any = None

    def _track(
        self,
        source: InputContainer,
        audio: AudioInfo,
        number: int,
        container: Writable,
        copy: bool,
    ) -> _Track:
        stream: Any = source.streams[audio.index]
        allowed = container.takes(audio.codec)
        track: _CopiedTrack | _CodedTrack
        header = sound_headers.bare_header(audio.codec, stream.codec_context.extradata or b"")
        cut = cut_by_edits(stream)
        plain = copy and not self._muted and self._info.part is None
        if plain and allowed and header is not None and not cut:
            track = _CopiedTrack(stream, self._output, header)
        else:
            encoder = container.sound_encoder
            _place_channels(stream.codec_context, self._info, audio)
            track = _CodedTrack(stream, self._output, encoder, audio, self._info, self._muted)
            self._note(audio, number, encoder.removeprefix("lib"), plain, cut)
        if audio.language:
            track.stream.metadata["language"] = audio.language
        track.stream.disposition = stream.disposition & Disposition.default
        return track

    def _note(self, audio: AudioInfo, number: int, name: str, copy: bool, cut: bool) -> None:
        """Note why a track is encoded again; a reason that holds for all tracks is noted once."""
        every = not copy
        why = Message("audio_coded_for_release")
        if self._info.part is not None:
            why = Message("audio_coded_for_excerpt")
        if self._muted:
            why = Message("audio_coded_anew")
        if every and why not in self.notes:
            self.notes.append(why)
        if cut and not every:
            self.notes.append(Message("audio_cut", track=number))
        if not (every or cut) or name != audio.codec:
            self.notes.append(
                Message("audio_converted", track=number, codec=audio.codec, name=name)
            )

    def _read(self, source: InputContainer, streams: list[Any]) -> Iterator[Any]:
        try:
            yield from packets_of(source, streams)
        except av.FFmpegError:
            self.notes.append(Message("audio_stops_early"))

    def until(self, time: Fraction | None) -> None:
        """Write all audio up to `time`, in seconds; None for the rest."""
        with errors_ignored():  # broken sound does not count as damage of the picture
            self._until(None if time is None else time + self._info.begins)

    def _until(self, time: Fraction | None) -> None:
        end = self._info.ends
        while True:
            over = all(track.ended for track in self._tracks.values())
            packet = None if over else self._next or next(self._packets, None)
            self._next = None
            if packet is None:
                for number, track in enumerate(self._tracks.values(), 1):
                    if isinstance(track, _CodedTrack) and track.damaged:
                        self.notes.append(Message("audio_damaged", track=number))
                return
            if time is not None and _starts_after(packet, time):
                self._next = packet
                return
            if packet.stream.index in self.read:
                self._measure(packet)
            tracks = [self._tracks[packet.stream.index]]
            if end is not None and _starts_after(packet, end + _FARTHEST_APART):
                tracks = list(self._tracks.values())
            for track in tracks:
                for ready in track.packet(packet):
                    self._output.mux(ready)

    def _measure(self, packet: Any) -> None:
        if packet.size and packet.pts is not None:
            index, base = packet.stream.index, Fraction(packet.time_base)
            begin, end = packet.pts * base, (packet.pts + (packet.duration or 0)) * base
            first, last = self.read[index]
            nothing = first == last
            self.read[index] = (begin, end) if nothing else (min(first, begin), max(last, end))

    @property
    def sounded(self) -> tuple[Fraction, Fraction] | None:
        """Start and end, in seconds, of the sound in which spans were muted; None if there was no
        sound, or no span to mute."""
        tracks = [track for track in self._tracks.values() if isinstance(track, _CodedTrack)]
        heard = [track.heard for track in tracks if track.heard is not None]
        if not heard:
            return None
        return min(begin for begin, _ in heard), max(end for _, end in heard)

    def close(self) -> None:
        self._packets = iter(())
        self._stack.close()


def _place_channels(context: Any, info: SourceInfo, audio: AudioInfo) -> None:
    """Give a decoder the usual layout if its stream only declares how many channels it has, as PCM
    often does. Raises OutputError if there is none for that number."""
    if not context.layout.name.endswith("channels"):
        return
    usual = usual_layout(audio.channels)
    if not usual:
        raise problem(OutputError, "sound_unplaced", path=info.path, channels=audio.channels)
    context.layout = usual


PADDING_PACKETS = 2
"""Most inaudible whole packets at either end of a track that a copy may contain. Encoders pad both
ends with up to 2112 silent samples (two AAC packets and part of a third), which decoders need. More
packets than that are sound that was cut off."""


def cut_by_edits(stream: Any) -> bool:
    """Whether an edit list cuts off sound of a stream. Copied packets would bring it back: only MP4
    can hide it again, and only at the beginning."""
    heard = [not entry.is_discard for entry in stream.index_entries]
    if True not in heard:
        return False in heard
    first, last = heard.index(True), heard[::-1].index(True)
    return max(first, last) > PADDING_PACKETS or not all(heard[first : len(heard) - last])


def _starts_after(packet: Any, time: Fraction) -> bool:
    dts = packet.dts
    return bool(packet.size) and dts is not None and dts * Fraction(packet.time_base) > time


class _CopiedTrack:
    """A track of copied packets with their own times; comments are removed from its header."""

    ended = False

    def __init__(self, source: Any, output: OutputContainer, header: bytes) -> None:
        self.stream: Any = output.add_stream_from_template(source, opaque=True)
        if self.stream.codec_context.extradata:
            self.stream.codec_context.extradata = header
        self.stream.metadata.clear()
        self._last: int | None = None

    def packet(self, packet: Any) -> Iterator[Any]:
        if not packet.size:
            return
        dts = packet.dts if packet.dts is not None else packet.pts
        if dts is None:
            dts = 0 if self._last is None else self._last + (packet.duration or 1)
        if self._last is not None and dts <= self._last:
            dts = self._last + 1  # a container refuses two packets with the same time
        if packet.pts is None or packet.pts < dts:
            packet.pts = dts
        packet.dts = self._last = dts
        packet.stream = self.stream
        yield packet


class _CodedTrack:
    """A track that is decoded and encoded again; silence fills gaps, so that it stays in sync.

    Attributes:
        heard: start and end, in seconds, of the sound so far, if spans are muted in it; else None.
        damaged: parts of it could not be decoded.
    """

    def __init__(
        self,
        source: Any,
        output: OutputContainer,
        encoder: str,
        audio: AudioInfo,
        info: SourceInfo,
        muted: Sequence[Muted] = (),
    ) -> None:
        self._muted, self._info = muted, info
        self.ended = self.damaged = False
        self.heard: tuple[Fraction, Fraction] | None = None
        rate = 48000 if encoder == "libopus" else aac_rate(audio.sample_rate)
        self._source = source
        # A decoder with threads could log errors that would count as damage of the picture.
        source.codec_context.thread_count = 1
        stream: Any = output.add_stream(encoder, rate=rate)
        self.stream = stream
        context: Any = self.stream.codec_context
        context.layout = plain_layout(source.codec_context.layout.name, audio.channels, encoder)
        context.bit_rate = min(96000, 4 * rate) * audio.channels
        context.flags |= Flags.bitexact  # otherwise the encoder writes its version into the sound
        context.time_base = Fraction(1, rate)
        context.open()  # now, so that a layout that cannot be encoded fails before the work
        self._graph: av.filter.Graph | None = None
        self._format = ConstantFormat()
        self._rate = rate

    def packet(self, packet: Any) -> Iterator[Any]:
        if self.ended or is_early(packet, self._info):
            return
        after = self._info.ends
        end = not packet.size or (after is not None and _starts_after(packet, after + _AFTER))
        self.ended = end
        try:
            frames = self._source.codec_context.decode(None if end else packet)
        except UNDECODABLE:
            frames = []  # silence fills the gap
            self.damaged = True
        for frame in frames:
            frame.time_base = self._source.time_base
            for same in self._format.converted(frame):
                for even in self._evened(same):
                    yield from self.stream.encode(even)
        if end:
            for last in (*self._format.flush(), None):
                for even in self._evened(last):
                    yield from self.stream.encode(even)
            yield from self.stream.encode(None)

    def _evened(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        """Yield frames without gaps or overlaps, at the encoder's rate; None flushes the filter."""
        if self._graph is None:
            if frame is None:
                return
            self._graph = self._build(frame)
        self._graph.push(frame)
        while True:
            try:
                even: Any = self._graph.pull()
            except (BlockingIOError, EOFError):
                return
            if self._info.part is not None or self._muted:
                even = self._trimmed_and_muted(even)
            if even is not None:
                yield even

    def _trimmed_and_muted(self, frame: AudioFrame) -> AudioFrame | None:
        """A new frame of those samples that belong to the excerpt, with the spans muted in them, so
        that nothing else is encoded; None if there are none."""
        samples = samples_of(frame)
        time = Fraction(frame.pts or 0) * (fraction(frame.time_base) or Fraction(1, self._rate))
        samples, time = within(self._info, samples, time, self._rate)
        if not samples.shape[1]:
            return None
        mute_samples(samples, time, self._rate, self._muted)
        begin = time if self.heard is None else self.heard[0]
        self.heard = begin, time + Fraction(samples.shape[1], self._rate)
        return frame_of(samples, frame.layout.name, self._rate, time)

    def _build(self, frame: AudioFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        resample = graph.add("aresample", f"{self._rate}:async=1:min_hard_comp=0.05")
        sink = graph.add("abuffersink")
        source.link_to(resample)
        if self._muted or self._info.part is not None:
            floats = graph.add("aformat", f"sample_fmts={INTERLEAVED}")
            resample.link_to(floats)
            resample = floats
        resample.link_to(sink)
        graph.configure()
        return graph
