"""Clips whose cost is measured, made from the shared footage with redact's own reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from redact.media import Decode, probe

Rgb = NDArray[np.uint8]

FEW_FACES, CROWD = "aiguy__test.mp4", "dlib_mot__MOT20-08-raw_shorter.h264"
CAMERA = ("intel_sample__walk.mkv", "intel_sample__again.mkv")
NOISE = 1.5
"""Standard deviation in grey levels of the noise of a still camera: that of an indoor
camera by day."""

STILL_FOR = 17.0
"""Seconds between two visits of people in the still clip: twenty in six minutes."""


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
    """1080p from a phone: a person or two in view."""
    source = pictures(shared / FEW_FACES, frames)
    path = folder / f"few_faces_{frames}.mp4"
    return _written("1080p, few faces", path, source, Fraction(30), 20)


def crowd(shared: Path, folder: Path, frames: int, share: float = 1.0) -> Clip:
    """The crowd of MOT20-08, enlarged to 1080p's width; the rest greyed if `share` is below 1."""
    name = "1080p, crowd" if share == 1 else f"1080p, {share:.0%} of the crowd"
    path = folder / f"crowd_{frames}_{round(100 * share)}.mp4"

    def shown() -> Iterator[Rgb]:
        for rgb in pictures(shared / CROWD, frames):
            large = cv2.resize(rgb, (1920, 732), interpolation=cv2.INTER_CUBIC)
            picture = np.full((1080, 1920, 3), 128, np.uint8)
            wide = round(1920 * share)
            picture[174:906, :wide] = large[:, :wide]
            yield picture

    return _written(name, path, shown(), Fraction(25), 20)


def uhd(shared: Path, folder: Path, frames: int) -> Clip:
    """4K: the phone's clip enlarged twice, for want of one of its own."""
    large = (
        cv2.resize(rgb, (3840, 2160), interpolation=cv2.INTER_CUBIC)
        for rgb in pictures(shared / FEW_FACES, frames)
    )
    return _written("4K", folder / f"uhd_{frames}.mp4", large, Fraction(30), 20)


def still_camera(shared: Path, folder: Path, seconds: float) -> Clip:
    """480p from a camera on a wall: nobody for `STILL_FOR`, then somebody comes through, again and
    again for `seconds`. The still stretches are one picture with a camera's noise."""
    rate = Fraction(25)
    path = folder / f"still_{round(seconds)}.mp4"
    name = f"480p, still camera, {seconds:g} s"
    return _written(name, path, _visits(shared, round(seconds * rate), rate), rate, 26)


def _visits(shared: Path, count: int, rate: Fraction) -> Iterator[Rgb]:
    rng = np.random.default_rng(1)
    made, turn = 0, 0
    while made < count:
        visit = list(pictures(shared / CAMERA[turn % len(CAMERA)], 10**6))
        turn += 1
        stretch = [visit[0]] * round(STILL_FOR * rate) + visit
        for rgb in stretch[: count - made]:
            noise = rng.normal(0, NOISE, rgb.shape[:2])[..., None]
            yield np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)
        made += len(stretch)


def pictures(path: Path, frames: int) -> Iterator[Rgb]:
    """The first `frames` pictures of a clip, upright, uint8 [H, W, 3]."""
    for frame in islice(Decode(probe(path)), frames):
        yield np.asarray(frame.picture.to_ndarray(format="rgb24"), np.uint8)


def _written(name: str, path: Path, source: Iterator[Rgb], rate: Fraction, crf: int) -> Clip:
    """A clip in H.264 as a camera or phone would write it; one that is there is used again."""
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
