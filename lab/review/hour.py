"""A made-up hour: a small video of 90,000 pictures, and a plan with 2,900 people in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from redact.media import probe, sha256_of
from redact.plan import Plan, SourceRef, write_plan
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

HOUR, RATE, PEOPLE = 3600, 25, 2900
WIDTH, HEIGHT, STEP = 320, 192, 512


def made_hour(folder: Path) -> tuple[Path, Path]:
    """Write both into a folder; the paths of the video and of the plan."""
    video, plan_file = folder / "hour.mp4", folder / "hour.plan.json"
    _film(video)
    info = probe(video)
    times = tuple(range(0, HOUR * RATE * STEP, STEP))
    timeline = Timeline(info.video.time_base, times)
    assert info.video.time_base == Fraction(1, RATE * STEP)
    source = SourceRef(video.name, sha256_of(video), info.size, WIDTH, HEIGHT, timeline)
    settings = DetectSettings((Target.FACE,), Sensitivity.BALANCED)
    write_plan(Plan(source, settings, tuple(person(n) for n in range(PEOPLE))), plan_file)
    return video, plan_file


def _film(path: Path) -> None:
    """A bright square that wanders over a coarse pattern."""
    dice = np.random.default_rng(1)
    ground = dice.integers(40, 160, (HEIGHT // 16, WIDTH // 16)).repeat(16, 0).repeat(16, 1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", RATE, options={"preset": "ultrafast", "g": "50"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for number in range(HOUR * RATE):
            planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
            planes[:HEIGHT] = ground
            x, y = number % (WIDTH - 24), number // 7 % (HEIGHT - 24)
            planes[y : y + 24, x : x + 24] = 235
            frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def person(number: int) -> Track:
    """Somebody who walks through for ten seconds, seen and followed in turn."""
    first = number * (HOUR * RATE - 300) // PEOPLE
    keys = []
    for k in range(0, 250, 2):
        seen = k % 20 < 10
        state, score = (State.DETECTED, 0.8) if seen else (State.FOLLOWED, None)
        keys.append(Keyframe(first + k, Box(k, 10, k + 20, 35), state, score))
    return Track(number + 1, Target.FACE, keys, certainty=0.9)
