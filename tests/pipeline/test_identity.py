"""Outside the masks, a lossless output is the source, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redact.media import Decode, VideoWriter, probe
from redact.plan import Plan, SourceRef
from redact.render import Renderer, drawn_area_of
from redact.settings import (
    Audio,
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Style,
)
from redact.types import Box, Keyframe, Region, State, Target, Timeline, Track

from .conftest import STREET_FRAMES

LOSSLESS = EncodeSettings(codec="ffv1", audio=Audio.MUTE)


def some_tracks(width: int, height: int, last: int) -> tuple[Track, ...]:
    """A face that crosses the picture and leaves it, and a plate at odd positions."""
    w, h = width / 6, height / 5
    face = (
        Keyframe(0, Box(-w / 2, 5.3, w / 2, 5.3 + h), State.DETECTED),
        Keyframe(last, Box(width - w / 3, height - h, width + w, height + 3), State.DETECTED),
    )
    plate = (Keyframe(last // 3, Box(31, 17, 31 + w, 17 + h / 2), State.DETECTED),)
    return (Track(1, Target.FACE, face), Track(2, Target.PLATE, plate))


def check(source: Path, tmp_path: Path, style: Style, limit: int | None = None) -> int:
    """Redact losslessly and compare every pixel outside the drawn area; returns the number of
    frames."""
    info = probe(source)
    frames = [f.pts for f in Decode(info)][:limit]
    width, height = info.video.upright_size
    plan = Plan(
        SourceRef("x", "0" * 64, 0, width, height, Timeline(info.video.time_base, tuple(frames))),
        DetectSettings((Target.FACE,), Sensitivity.BALANCED),
        some_tracks(width, height, len(frames) - 1),
    )
    settings = RenderSettings(style=style)
    output = tmp_path / f"{style.value}.mkv"
    renderer = Renderer(settings)
    with VideoWriter(output, info, LOSSLESS) as writer:
        for frame in Decode(info):
            if frame.index < len(frames):
                writer.write(renderer.draw(frame, plan.regions_at(frame.index)))
    compared = 0
    for before, after in zip(Decode(info), Decode(probe(output)), strict=False):
        outside = ~drawn(plan.regions_at(before.index), width, height, settings.margin)
        a, b = luma(before.picture), luma(after.picture)
        assert np.array_equal(a[outside], b[outside]), f"frame {before.index}"
        compared += 1
    assert compared == len(frames)
    return compared


def drawn(regions: list[Region], width: int, height: int, margin: float) -> np.ndarray:
    return drawn_area_of(regions, width, height, margin)


def luma(picture) -> np.ndarray:
    plane = picture.planes[0]
    deep = plane.line_size // max(1, plane.width) >= 2
    row = np.frombuffer(plane, np.uint16 if deep else np.uint8)
    return row.reshape(plane.height, -1)[:, : plane.width].copy()


@pytest.mark.parametrize("style", [Style.COVER, Style.BLUR, Style.MOSAIC, Style.SOLID])
def test_every_pixel_outside_the_masks_equals_the_source(
    street: Path, tmp_path: Path, style: Style
) -> None:
    assert check(street, tmp_path, style) == STREET_FRAMES


@pytest.mark.parametrize(
    "name",
    ["torchcodec__h265_10bits.mp4", "metadata_extractor__with-gps.mov", "mmaction2__demo.mp4"],
)
def test_every_pixel_of_real_clips(shared_clips: Path, tmp_path: Path, name: str) -> None:
    assert check(shared_clips / name, tmp_path, Style.BLUR, limit=60) > 0
