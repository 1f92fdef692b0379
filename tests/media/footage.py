"""Small real files for the tests, made with real encoders and muxers."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.codec.context import Flags

from redact.media import Decode, SourceInfo, VideoWriter, plane_array, probe
from redact.media.info import Colour
from redact.media.pixel_formats import layout
from redact.settings import EncodeSettings

FAST = EncodeSettings(preset="ultrafast")
ADVANCE = 3
"""Pixels by which the picture moves per frame."""


@dataclass
class Sound:
    """One audio track: a sine tone of `hertz`, `seconds` long, starting at `start`; 1 is full.

    `said`: from when to when it has another pitch, and which.
    """

    codec: str = "aac"
    rate: int = 48000
    layout: str = "stereo"
    language: str = ""
    hertz: float = 440
    seconds: float = 1.0
    start: Fraction = Fraction(0)
    level: float = 0.366
    said: tuple[float, float, float] | None = None


@dataclass
class Clip:
    """What to make; the defaults give twelve frames of moving noise."""

    codec: str = "libx264"
    fmt: str = "yuv420p"
    size: tuple[int, int] = (160, 96)
    pts: Sequence[int] = field(default_factory=lambda: range(12))
    time_base: Fraction = Fraction(1, 25)
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast"})
    colour: tuple[int, int, int, int] = (2, 2, 2, 0)
    fields: str = ""
    aspect: Fraction | None = None
    sounds: Sequence[Sound] = ()
    container_options: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Any, Any], None] | None = None


def picture(fmt: str, size: tuple[int, int], shift: int) -> av.VideoFrame:
    """A frame of smooth noise, the same for the same arguments."""
    frame = av.VideoFrame(*size, fmt)
    rng = np.random.default_rng(7)
    top = 255 if layout(fmt).bits == 8 else 1023
    for index in range(len(frame.planes)):
        plane = plane_array(frame, index)
        coarse = rng.integers(0, top, (plane.shape[0] // 8 + 2, plane.shape[1] // 8 + 2))
        full = np.kron(coarse, np.ones((8, 8), int))[: plane.shape[0], : plane.shape[1]]
        plane[...] = np.roll(full, shift, axis=1)
    return frame


def make(path: Path, clip: Clip) -> Path:
    """Write `clip` to `path`."""
    with av.open(str(path), "w", container_options=clip.container_options) as output:
        output.metadata.update(clip.tags)
        rate = Fraction(25)
        video: Any = output.add_stream(clip.codec, rate=rate, options=dict(clip.options))
        context = video.codec_context
        context.width, context.height = clip.size
        context.pix_fmt = clip.fmt
        context.time_base = video.time_base = clip.time_base
        (
            context.color_primaries,
            context.color_trc,
            context.colorspace,
            context.color_range,
        ) = clip.colour
        if clip.fields:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
            context.field_order = {"tt": 2, "bb": 3}[clip.fields]
        if clip.aspect is not None:
            context.sample_aspect_ratio = clip.aspect
        sounds = [(_add(output, s), s) for s in clip.sounds]
        if clip.prepare is not None:
            clip.prepare(output, video)
        for number, pts in enumerate(clip.pts):
            frame = picture(clip.fmt, clip.size, ADVANCE * number)
            frame.pts, frame.time_base = pts, clip.time_base
            if clip.fields:
                frame = interlaced(frame, clip.fields)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for stream, sound in sounds:
            _play(output, stream, sound)
    return path


def _add(output: Any, sound: Sound) -> Any:
    # FFmpeg calls its encoder of Vorbis experimental.
    options = {"strict": "experimental"} if sound.codec == "vorbis" else {}
    stream = output.add_stream(sound.codec, rate=sound.rate, options=options)
    stream.codec_context.layout = sound.layout
    stream.codec_context.time_base = Fraction(1, sound.rate)
    if sound.language:
        stream.metadata["language"] = sound.language
    return stream


def _play(output: Any, stream: Any, sound: Sound) -> None:
    count = round(sound.seconds * sound.rate)
    wave = np.sin(2 * np.pi * sound.hertz * np.arange(count) / sound.rate)
    if sound.said is not None:
        a, b = (round(at * sound.rate) for at in sound.said[:2])
        wave[a:b] = np.sin(2 * np.pi * sound.said[2] * np.arange(a, b) / sound.rate)
    channels = av.AudioLayout(sound.layout).nb_channels
    samples = np.repeat((wave * sound.level * 32767).astype(np.int16)[None], channels, axis=0)
    for at in range(0, count, 1024):
        # Packed, because PyAV makes no planes for more than eight channels.
        block = np.ascontiguousarray(samples[:, at : at + 1024].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(block, format="s16", layout=sound.layout)
        frame.sample_rate = sound.rate
        frame.time_base = Fraction(1, sound.rate)
        frame.pts = at + round(sound.start * sound.rate)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def changing_sound(folder: Path) -> Path:
    """A second of a tone in mono and then, in the same track, one in stereo: recordings of
    television do so, and some AAC does after its first packets."""
    clip, source = Clip(pts=range(50)), folder / "changing.mkv"
    mono, stereo = (
        make(folder / f"{layout}.mkv", replace(clip, sounds=[Sound("ac3", layout=layout)]))
        for layout in ("mono", "stereo")
    )
    with av.open(str(mono)) as old, av.open(str(stereo)) as other, av.open(str(source), "w") as new:
        streams = {s.index: new.add_stream_from_template(s, opaque=True) for s in old.streams}
        later: list[Any] = [packet for packet in other.demux(audio=0) if packet.size]
        for packet in later:
            packet.pts = packet.dts = packet.pts + round(1 / packet.time_base)
        for packet in [*(packet for packet in old.demux() if packet.size), *later]:
            packet.stream = streams[packet.stream.index]
            new.mux(packet)
    return source


def commented(plain: Path, path: Path, said: dict[str, str]) -> Path:
    """The file `plain`, whose sound is Vorbis, as a recorder writes it that says who made it."""

    def text(data: bytes) -> bytes:
        return len(data).to_bytes(4, "little") + data

    with av.open(str(plain)) as source, av.open(str(path), "w") as output:
        streams = {s.index: output.add_stream_from_template(s) for s in source.streams}
        voice: Any = streams[source.streams.audio[0].index]
        old = bytes(voice.codec_context.extradata)
        first, setup = old[old.index(b"\1vorbis") :][:30], old[old.index(b"\5vorbis") :]
        lines = b"".join(text(f"{k}={v}".encode()) for k, v in said.items())
        vendor = text(b"AcmeBodycam serial 4711" + b"-" * 300)
        new = b"\3vorbis" + vendor + len(said).to_bytes(4, "little") + lines + b"\1"
        sizes = b"\x1e" + b"\xff" * (len(new) // 255) + bytes((len(new) % 255,))
        voice.codec_context.extradata = b"\2" + sizes + first + new + setup
        for packet in source.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return path


def interlaced(frame: av.VideoFrame, order: str) -> av.VideoFrame:
    """The same picture, marked as two fields."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    mark = graph.add("setfield", "tff" if order == "tt" else "bff")
    graph.link_nodes(source, mark, graph.add("buffersink")).configure()
    graph.push(frame)
    marked: Any = graph.pull()
    return marked


def field_order_of(frame: av.VideoFrame) -> str:
    """What the frame itself says: "tt", "bb" or "progressive"."""
    kinds = {"tt": "TOPFIRST", "bb": "BOTTOMFIRST", "progressive": "PROGRESSIVE"}
    for name, kind in kinds.items():
        graph = av.filter.Graph()
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
        )
        # The filter lets a frame through only if its fields are of the kind asked for.
        select = graph.add("select", f"eq(interlace_type,{kind})")
        graph.link_nodes(source, select, graph.add("buffersink")).configure()
        graph.push(frame)
        graph.push(None)
        try:
            graph.pull()
        except (EOFError, BlockingIOError):
            continue
        return name
    return ""


def rewrite(
    source: Path | SourceInfo, path: Path, settings: EncodeSettings = FAST, **kw: Any
) -> VideoWriter:
    """Decode and write again, nothing drawn; the finished writer."""
    info = source if isinstance(source, SourceInfo) else probe(source)
    with VideoWriter(path, info, settings, **kw) as writer:
        for frame in Decode(info):
            writer.write(frame)
    return writer


def times(path: Path) -> list[Fraction]:
    """Presentation time of each frame in seconds."""
    return [frame.time for frame in Decode(probe(path))]


def samples(frame: av.VideoFrame) -> list[np.ndarray]:
    """Copies of the planes."""
    return [plane_array(frame, i).copy() for i in range(len(frame.planes))]


def decoded(path: Path) -> list[list[np.ndarray]]:
    return [samples(f.picture) for f in Decode(probe(path))]


def same(left: Iterable[list[np.ndarray]], right: Iterable[list[np.ndarray]]) -> bool:
    return all(
        len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(left, right, strict=True)
    )


def shown(colour: Colour) -> Colour:
    """How players take it: a range that is unset means limited."""
    return replace(colour, range=colour.range or "tv")


def audio_packets(path: Path) -> list[list[tuple[Fraction, bytes]]]:
    """Start and payload of every packet, per audio track."""
    with av.open(str(path)) as container:
        tracks: dict[int, list[tuple[Fraction, bytes]]] = {
            s.index: [] for s in container.streams.audio
        }
        for packet in container.demux():
            if packet.size and packet.stream.type == "audio":
                start = packet.pts * packet.time_base
                tracks[packet.stream.index].append((start, bytes(packet)))
        return list(tracks.values())


def matrix(picture_frame: av.VideoFrame) -> tuple[int, ...]:
    """The display matrix on a frame as its demuxer gives it."""
    items: Any = picture_frame.side_data
    for i in range(len(items)):
        if items[i].type.name == "DISPLAYMATRIX":
            return struct.unpack("=9i", bytes(items[i])[:36])
    return (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)


Change = Callable[[int, bytes], bytes | None]
"""What becomes of a coded picture, by its number in order of decoding; None: it is left out."""


def unchanged(number: int, data: bytes) -> bytes:
    return data


def remux(
    source: Path,
    path: Path,
    change: Change = unchanged,
    *,
    skip: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """The coded pictures of a file in another one, without coding them again.

    Args:
        source, path: of the two files.
        change: what becomes of each.
        skip: pictures at the beginning that an edit list of the new MP4 or MOV cuts off.
        options: of the new container.
    """
    with (
        av.open(str(source)) as old,
        av.open(str(path), "w", container_options=options or {}) as new,
    ):
        video = old.streams.video[0]
        stream: Any = new.add_stream_from_template(video)
        stream.time_base = video.time_base
        back = round(skip / (video.average_rate or 25) / (video.time_base or 1))
        for number, packet in enumerate(p for p in old.demux(video) if p.size):
            whole = bytes(packet)
            if (data := change(number, whole)) is None:
                continue
            fresh: Any = packet
            if data != whole:
                fresh = av.Packet(data)
                fresh.time_base, fresh.is_keyframe = packet.time_base, packet.is_keyframe
            fresh.pts, fresh.dts = (packet.pts or 0) - back, (packet.dts or 0) - back
            fresh.stream = stream
            new.mux(fresh)
    return path
