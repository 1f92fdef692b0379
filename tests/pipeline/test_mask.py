"""`redact mask`: the very masks that are drawn, on the very frames, or none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from redact.checked import CheckedFrames
from redact.errors import ExitCode, UnsafeError
from redact.media import Decode, plane_array, probe, sha256_of
from redact.plan import DetectionSettings, Plan, SourceRef, build_plan, write_plan
from redact.progress import Silent
from redact.render import mask_of
from redact.settings import Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

MARGIN = 0.15


def plan_of(source: Path) -> Plan:
    """One face that stands still from the first to the last frame; no damage is known."""
    info = probe(source)
    pts = tuple(f.pts for f in Decode(info))
    keys = tuple(
        Keyframe(n, Box(100, 80, 180, 190), State.DETECTED, 0.9) for n in (0, len(pts) - 1)
    )
    video = info.video
    ref = SourceRef(
        source.name,
        sha256_of(source, Silent()),
        info.size,
        *video.upright_size,
        Timeline(video.time_base, pts),
    )
    settings = DetectionSettings((Target.FACE,), Sensitivity.FAST, ())
    return build_plan(ref, settings, [Track(1, Target.FACE, keys)], (), ())


def masks(path: Path) -> list[np.ndarray]:
    return [plane_array(f.picture, 0) > 0 for f in Decode(probe(path))]


@pytest.fixture
def torn(street: Path, tmp_path: Path) -> Path:
    path = tmp_path / "torn.mp4"
    data = bytearray(street.read_bytes())
    start = data.index(b"mdat") + 8
    middle = start + (len(data) - start) // 2
    for at in range(middle, middle + 400, 7):
        data[at] ^= 0x5A
    path.write_bytes(data)
    return path


def test_masks_of_damaged_frames_are_those_that_are_drawn(
    redact, street: Path, torn: Path, tmp_path: Path
) -> None:
    plan = plan_of(torn)
    write_plan(plan, tmp_path / "p.json")
    done = redact("mask", torn, tmp_path / "p.json", "-o", tmp_path / "masks.mkv")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "damaged" in done.stderr
    width, height = plan.source.width, plan.source.height
    spoilt = 0
    written = masks(tmp_path / "masks.mkv")
    assert len(written) == len(plan.source.timeline)
    frames = zip(written, Decode(probe(torn)), Decode(probe(street)), strict=True)
    for index, (mask, there, whole) in enumerate(frames):
        plain, held = (
            mask_of(plan.regions_at(index, damaged), width, height, MARGIN)
            for damaged in (False, True)
        )
        assert held.sum() > plain.sum()
        differs = not np.array_equal(plane_array(there.picture, 0), plane_array(whole.picture, 0))
        spoilt += differs
        # Around the damage two passes may mark other frames, but never less than what is spoilt.
        assert np.array_equal(mask, held) or (not differs and np.array_equal(mask, plain))
    assert spoilt


@pytest.mark.parametrize("change", ["another time", "one frame less", "one frame more"])
def test_no_masks_where_other_frames_are_decoded(
    redact, street: Path, tmp_path: Path, change: str
) -> None:
    plan = plan_of(street)
    line = plan.source.timeline
    pts = {
        "another time": (*line.pts[:14], line.pts[14] + 1, *line.pts[15:]),
        "one frame less": line.pts[:-1],
        "one frame more": (*line.pts, line.pts[-1] + 1),
    }[change]
    tracks = tuple(
        replace(t, keyframes=(t.keyframes[0], replace(t.keyframes[1], frame=len(pts) - 2)))
        for t in plan.tracks
    )
    wrong = replace(
        plan,
        source=replace(plan.source, timeline=Timeline(line.time_base, pts)),
        tracks=tracks,
    )
    with pytest.raises(UnsafeError):
        list(CheckedFrames(probe(street), wrong))
    write_plan(wrong, tmp_path / "p.json")
    done = redact("mask", street, tmp_path / "p.json", "-o", tmp_path / "masks.mkv")
    assert done.returncode == ExitCode.UNSAFE, done.stderr
    assert str(street) in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["p.json"]
