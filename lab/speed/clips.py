"""The clips whose cost is measured, made from the shared footage with redact's own reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.media import Decode, probe

Rgb = NDArray[np.uint8]

FEW_FACES, CROWD = "aiguy__test.mp4", "dlib_mot__MOT20-08-raw_shorter.h264"
CAMERA = "intel_sample__one-by-one-person-detection.mp4"
EMPTY = 5
"""Seconds at the beginning of that clip in which the room is empty."""


@dataclass(frozen=True)
class Clip:
    """A clip to be measured.

    Attributes:
        name: in the tables.
        path: of the file.
        frames, width, height: of its picture.
    """

    name: str
    path: Path
    frames: int
    width: int
    height: int


def few_faces(shared: Path, folder: Path, frames: int) -> Clip:
    """1080p from a camera over a street: fifteen people, few faces large enough to be detected."""
    source = pictures(shared / FEW_FACES, frames)
    path = folder / f"few_faces_{frames}.mp4"
    return _written("1080p, few faces", path, source, Fraction(30), 20)


def crowd(shared: Path, folder: Path, frames: int) -> Clip:
    """The crowd of MOT20-08, enlarged to 1080p's width, grey above and below."""

    def shown() -> Iterator[Rgb]:
        for rgb in pictures(shared / CROWD, frames):
            large = cv2.resize(rgb, (1920, 732), interpolation=cv2.INTER_CUBIC)
            picture = np.full((1080, 1920, 3), 128, np.uint8)
            picture[174:906] = large
            yield picture

    path = folder / f"crowd_{frames}_100.mp4"
    return _written("1080p, crowd", path, shown(), Fraction(25), 20)


def uhd(shared: Path, folder: Path, frames: int) -> Clip:
    """4K: the street, enlarged to twice its size, for want of a real clip."""
    large = (
        cv2.resize(rgb, (3840, 2160), interpolation=cv2.INTER_CUBIC)
        for rgb in pictures(shared / FEW_FACES, frames)
    )
    return _written("4K", folder / f"uhd_{frames}.mp4", large, Fraction(30), 20)


def still_camera(shared: Path, folder: Path, seconds: int, quiet: int = 0) -> Clip:
    """432p from a wall camera, not re-encoded: within 139 s six people cross the room, one by one;
    then nobody does for `quiet` seconds; repeated for `seconds`. The empty part repeats the
    camera's own first seconds."""
    path = folder / f"still_{seconds}_{quiet}.mp4"
    if not path.exists():
        part = path.with_suffix(".part.mp4")
        with av.open(str(shared / CAMERA)) as source, av.open(str(part), "w") as out:
            _repeated(source, out, seconds, quiet)
        part.replace(path)
    video = probe(path).video
    name = f"432p, still camera, {seconds} s"
    return Clip(name, path, video.frames or 0, *video.upright_size)


def _repeated(source: Any, out: Any, seconds: int, quiet: int) -> None:
    """Coded pictures of a clip, from one keyframe to the next, repeated at later times."""
    camera = source.streams.video[0]
    stream = out.add_stream_from_template(camera)
    frame = round(1 / (camera.average_rate * camera.time_base))
    packets = [packet for packet in source.demux(video=0) if packet.size]
    begins = [n for n, packet in enumerate(packets) if packet.is_keyframe]
    stretches = [packets[a:b] for a, b in zip(begins, [*begins[1:], len(packets)], strict=True)]
    empty = [s for s in stretches if s[0].pts * camera.time_base < EMPTY]
    times = round(quiet / EMPTY)
    begin = 0
    for stretch in cycle([*stretches, *(times * empty)]):
        if begin * camera.time_base >= seconds:
            break
        move = begin - min(packet.pts for packet in stretch)
        for packet in stretch:
            again: Any = av.Packet(bytes(packet))
            again.pts, again.dts = packet.pts + move, packet.dts + move
            again.duration, again.time_base = frame, camera.time_base
            again.is_keyframe, again.stream = packet.is_keyframe, stream
            out.mux(again)
        begin += frame * len(stretch)


def pictures(path: Path, frames: int) -> Iterator[Rgb]:
    """The first `frames` pictures of a clip, upright, uint8 [H, W, 3]."""
    for frame in islice(Decode(probe(path)), frames):
        yield np.asarray(frame.picture.to_ndarray(format="rgb24"), np.uint8)


def _written(name: str, path: Path, source: Iterator[Rgb], rate: Fraction, crf: int) -> Clip:
    """A clip in H.264 as a camera or phone would write it; an existing one is reused."""
    if not path.exists():
        part = path.with_suffix(".part.mp4")
        with av.open(str(part), "w") as out:
            stream: Any = None
            for number, rgb in enumerate(source):
                if stream is None:
                    options = {"preset": "veryfast", "crf": str(crf)}
                    stream = out.add_stream("libx264", rate=rate, options=options)
                    stream.height, stream.width = rgb.shape[:2]
                    stream.pix_fmt = "yuv420p"
                picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
                picture.pts, picture.time_base = number, 1 / rate
                out.mux(stream.encode(picture))
            out.mux(stream.encode(None))
        part.replace(path)
    video = probe(path).video
    return Clip(name, path, video.frames or 0, *video.upright_size)
