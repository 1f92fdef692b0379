"""`redact mask`: the same masks as drawn, on the same frames, or none."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from redact.errors import ExitCode, UnsafeError
from redact.media import Colour, Decode, plane_array, probe, sha256_of
from redact.pipeline import CheckedFrames
from redact.plan import Plan, SourceRef, build_plan, write_plan
from redact.progress import Silent
from redact.render import mask_of
from redact.settings import DetectSettings, RenderSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

MARGIN = RenderSettings().margin


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
    settings = DetectSettings((Target.FACE,), Sensitivity.FAST)
    return build_plan(ref, settings, [Track(1, Target.FACE, keys)], (), ())


def masks(path: Path) -> list[np.ndarray]:
    """The masks as booleans; every value in the file is white or black."""
    decoded = [plane_array(f.picture, 0) for f in Decode(probe(path))]
    assert {int(v) for mask in decoded for v in np.unique(mask)} == {0, 255}
    return [mask == 255 for mask in decoded]


@pytest.fixture
def torn(street: Path, tmp_path: Path) -> Path:
    path = tmp_path / "torn.mp4"
    data = bytearray(street.read_bytes())
    start = data.index(b"mdat") + 8
    # Late: of damage that lasts, the plan has to know, or drawing stops.
    late = start + (len(data) - start) * 17 // 20
    for at in range(late, late + 90, 7):
        data[at] ^= 0x5A
    path.write_bytes(data)
    return path


def test_masks_of_damaged_frames_equal_the_drawn_ones(
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


def film(path: Path, pixel_format: str, colour: tuple[int, int, int, int]) -> Path:
    """A few grey frames at 24000/1001 a second, tagged with primaries, transfer, matrix, range."""
    with av.open(str(path), "w", options={"video_track_timescale": "24000"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(24000, 1001))
        stream.width, stream.height, stream.pix_fmt = 320, 240, pixel_format
        context = stream.codec_context
        context.time_base = Fraction(1, 24000)
        context.color_primaries, context.color_trc = colour[:2]
        context.colorspace, context.color_range = colour[2:]
        for n in range(4):
            frame = av.VideoFrame(320, 240, pixel_format)
            for index in range(3):
                plane_array(frame, index)[...] = 128
            frame.pts, frame.time_base = 1001 * n, Fraction(1, 24000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("pixel_format", "colour"),
    [
        ("yuv420p", (1, 1, 1, 1)),
        ("yuv420p", (1, 1, 1, 2)),
        ("yuv420p10le", (1, 1, 1, 1)),
        ("yuv420p10le", (9, 16, 9, 1)),  # HDR10: BT.2020 and PQ
    ],
)
def test_masks_are_black_and_white_whatever_the_source(
    redact, tmp_path: Path, pixel_format: str, colour: tuple[int, int, int, int]
) -> None:
    source = film(tmp_path / "film.mp4", pixel_format, colour)
    assert probe(source).video.frame_format == pixel_format
    plan = plan_of(source)
    write_plan(plan, tmp_path / "p.json")
    done = redact("mask", source, tmp_path / "p.json", "-o", tmp_path / "masks.mkv")
    assert done.returncode == ExitCode.DONE, done.stderr
    assert "times are rounded" in done.stderr  # 1001/24000 s is no whole millisecond
    written = probe(tmp_path / "masks.mkv")
    assert written.video.pixel_format == "gray"
    assert written.video.colour == Colour(range="pc")
    with av.open(str(tmp_path / "masks.mkv")) as container:
        (first, *_) = container.decode(video=0)
        values = set(np.unique(first.to_ndarray()).tolist())
        assert (first.format.name, first.color_range, values) == ("gray", 2, {0, 255})
    shown = mask_of(plan.regions_at(0), 320, 240, MARGIN)
    for mask, there, frame in zip(
        masks(written.path), Decode(written), Decode(probe(source)), strict=True
    ):
        assert np.array_equal(mask, shown)
        assert abs(there.time - frame.time) <= Fraction(1, 2000)


@pytest.mark.parametrize("change", ["another time", "one frame less", "one frame more"])
def test_no_masks_are_written_if_other_frames_are_decoded(
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
        replace(t, keyframes=(t.keyframes[0], t.keyframes[1].but(frame=len(pts) - 2)))
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
