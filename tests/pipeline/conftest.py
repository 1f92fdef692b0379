"""Clips for whole runs: short cuts of the sample, so that a run takes seconds."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from redact.media.encoders import AVX512
from redact.pipeline import Delivery
from redact.record import EvidenceChoice

from ..program import ROOT, program

SAMPLE = ROOT / "samples" / "street.mp4"
STREET_FRAMES = 16
"""Of the clip that most whole runs take: every frame costs each of them."""


def alone(output: Path) -> Delivery:
    """No file besides the video."""
    return Delivery(output, keep_plan=False, evidence=EvidenceChoice(manifest=False))


PART = (48, 28, 224, 144)
"""Of the sample in 320x180: left, top, width and height of the part that shows two faces and two
plates. A scan of it costs half as much as one of the whole picture."""


def shorten(source: Path, target: Path, frames: int, skip: int = 0, size: str = "") -> Path:
    """The first `frames` frames of `source` after `skip`, with sound and a GPS position.

    Args:
        size: of the whole picture; without it the video shows `PART`.
    """
    wide, tall = map(int, (size or "320x180").split("x"))
    left, top, width, height = (0, 0, wide, tall) if size else PART
    with av.open(str(source)) as src, av.open(str(target), "w") as out:
        out.metadata["location"] = "+48.8584+002.2945/"
        rate = src.streams.video[0].average_rate
        options = {"crf": "16", "preset": "veryfast"}
        if cv2.checkHardwareSupport(AVX512):
            # As redact's own encoder, so that each session has the same file: one in ten differed,
            # and damage at one place of it spoilt other pictures.
            options["x264-params"] = "asm=AVX2"
        video = out.add_stream("libx264", rate=rate, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        sounds = src.streams.audio[:1]
        sound = out.add_stream_from_template(sounds[0]) if sounds else None
        end, last = Fraction(frames) / rate, Fraction(skip + frames + 1) / rate
        for packet in src.demux(src.streams.video[0], *sounds):
            if packet.dts is not None and packet.dts * packet.time_base > last + 1:
                break  # decoding all of the sample takes longer than the rest
            if packet.stream.type == "audio":
                if packet.dts is not None and packet.pts * packet.time_base < end:
                    packet.stream = sound
                    out.mux(packet)
                continue
            for frame in packet.decode():
                number = round(frame.time * rate) - skip
                if 0 <= number < frames:
                    small = frame.reformat(wide, tall)
                    if not size:
                        rgb = small.to_ndarray(format="rgb24")[top : top + height]
                        rgb = np.ascontiguousarray(rgb[:, left : left + width])
                        small = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p")
                    small.pts, small.time_base = number, 1 / rate
                    out.mux(video.encode(small))
        out.mux(video.encode(None))
    return target


@pytest.fixture
def redact() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line as a user does, in its own process."""

    def call(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        limit = 1500 if os.environ.get("REDACT_ALL_CLIPS") else 280
        return program(*arguments, cwd=cwd, limit=limit)

    return call
