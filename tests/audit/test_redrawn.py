"""The comparison with a second drawing finds every defect of drawing, in every frame, without a
network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import redact
from redact.auditing import AuditSettings
from redact.auditing.audit_detectors import mirrored
from redact.auditing.compared import Compared, TimeCheck, pairs
from redact.auditing.mask_drawn import not_drawn
from redact.auditing.planes import Both
from redact.media import Decode, PhotoWriter, VideoWriter, copy_of, plane_array, probe, sha256_of
from redact.pipeline import audit_settings, record_beside
from redact.plan import Plan, SourceRef
from redact.render import Canvas, Renderer, Shape
from redact.settings import DetectSettings, DrawSettings, EncodeSettings, RenderSettings, Style
from redact.types import Box, Frame, Keyframe, Rect, Region, State, Target, Timeline, Track

from .conftest import FRAMES, Clip, face_box, scenery, write_video

AT = 17
"""The frame that is drawn wrong."""

MASKS = RenderSettings()


def proved(
    clip: Clip, output: Path, plan: Plan, render: RenderSettings = MASKS
) -> tuple[list[int], list[str]]:
    """Frames whose mask was not drawn, and failed checks."""
    compared = Compared(plan, AuditSettings(render=render), clip.info.video.upright_size)
    clock = TimeCheck()
    for pair in pairs(iter(Decode(clip.info)), iter(Decode(probe(output)))):
        clock.add(pair)
        if pair.source is not None and pair.output is not None:
            both = Both.of(pair.source, pair.output)
            compared.add(pair.source, pair.output, both, lambda: np.zeros((320, 480), np.uint8))
    checks = [*clock.checks(clock.damaged), compared.check()]
    bare = [frame for places in compared.undrawn.values() for frame, _ in places]
    return bare, [check.name for check in checks if not check.passed]


def moved(box: Box, share: float) -> Box:
    return Box(box.x1 + share * box.width, box.y1, box.x2 + share * box.width, box.y2)


DEFECTS: dict[str, Callable[[Region], list[Region]]] = {
    "missing": lambda region: [],
    "late by a frame": lambda region: [replace(region, box=face_box(AT - 1))],
    "moved": lambda region: [replace(region, box=moved(region.box, 0.15))],
    "too small": lambda region: [replace(region, box=region.box.grown(-0.15))],
}


def test_a_rim_whose_colour_a_codec_smeared_passes() -> None:
    """Three chroma samples at the rim, and no luma, look like the source."""
    picture = np.full((180, 320, 3), (200, 40, 40), np.uint8)
    track = Track(1, Target.PLATE, (Keyframe(0, Box(40, 40, 100, 100), State.DETECTED, 0.9),))
    source = SourceRef("a.mp4", "0" * 64, 1, 320, 180, Timeline(Fraction(1, 25), (0,)))
    plan = Plan(source, DetectSettings(), (track,))
    shown = frame_of(picture)
    output = Renderer(MASKS).draw(frame_of(picture), plan.regions_at(0))
    for bare, drawn in zip(planes(shown)[1:], planes(output)[1:], strict=True):
        inside = (drawn != bare).astype(np.uint8)
        rim = (inside == 1) & (cv2.erode(inside, np.ones((7, 7), np.uint8)) == 0)
        drawn[rim] = bare[rim]
    compared = Compared(plan, AuditSettings(render=MASKS), (320, 180))
    compared.add(shown, output, Both.of(shown, output), lambda: np.zeros((180, 320), np.uint8))
    assert not compared.undrawn


def test_a_photograph_in_glaring_colours_passes(tmp_path: Path) -> None:
    """Its rim has colours that RGB cannot store. The result was held back, and nobody could accept
    or fix it."""
    picture = np.full((720, 1280, 3), (255, 200, 0), np.uint8)
    picture.reshape(720, 16, 80, 3)[:, :, :40] = (20, 20, 60)
    Image.fromarray(picture).save(tmp_path / "in.png")
    (shown,) = Decode(probe(tmp_path / "in.png"))
    track = Track(1, Target.FACE, (Keyframe(0, Box(400, 200, 800, 600), State.DETECTED, 0.9),))
    source = SourceRef("in.png", "0" * 64, 1, 1280, 720, Timeline(Fraction(1), (0,)))
    plan = Plan(source, DetectSettings(), (track,))
    with PhotoWriter(tmp_path / "out.png", "png") as writer:
        writer.write(Renderer(MASKS).draw(copy_of(shown), plan.regions_at(0)))
    (output,) = Decode(probe(tmp_path / "out.png"))
    both, mask = Both.of(shown, output), np.zeros((720, 1280), np.uint8)
    for photograph in (True, False):
        compared = Compared(plan, AuditSettings(render=MASKS), (1280, 720), photograph)
        compared.add(shown, output, both, lambda: mask)
        assert not compared.undrawn if photograph else compared.undrawn


class Checks:
    """A style of the caller's own, in light and dark squares."""

    name, soft = "checks", False

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> NDArray[np.float32]:
        fill = np.full((grid.height, grid.width, 3 if canvas.layout else 1), 128, np.float32)
        y, x = np.indices(fill.shape[:2])
        fill[..., 0] = 60 + 140 * ((x // 8 + y // 8) % 2)
        return fill

    def decorate(self, canvas: Canvas, shapes: list[Shape]) -> None:
        """Nothing."""


def test_a_style_of_the_callers_own_is_drawn_again(tmp_path: Path) -> None:
    """A pattern that resembles what it hides was taken for a mask that was not drawn."""
    render = RenderSettings(style=Checks())
    box = Box(40, 40, 104, 104)
    track = Track(1, Target.PLATE, (Keyframe(0, box, State.DETECTED, 0.9),))
    source = SourceRef("a.mp4", "0" * 64, 1, 320, 180, Timeline(Fraction(1, 25), (0,)))
    plan = Plan(source, DetectSettings(), (track,))
    shown = Renderer(render).draw(frame_of(scenery()[:180, :320]), plan.regions_at(0))
    luma = planes(shown)[0]
    luma[...] = np.clip(luma + np.random.default_rng(1).normal(0, 40, luma.shape), 0, 255)
    output = Renderer(render).draw(copy_of(shown), plan.regions_at(0))
    mask = np.zeros((180, 320), np.uint8)
    assert not_drawn(Both.of(shown, output), *plan.regions_at(0)), "the pixels alone are wrong"
    for result in (output, shown):
        compared = Compared(plan, AuditSettings(render=render), (320, 180))
        compared.add(shown, result, Both.of(shown, result), lambda: mask)
        assert bool(compared.undrawn) == (result is shown)


@pytest.mark.parametrize(
    ("defect", "crf"), [(name, (None, 40)[n % 2]) for n, name in enumerate(DEFECTS)]
)
def test_a_mask_drawn_wrong_in_one_frame_is_found(clip: Clip, defect: str, crf: int | None) -> None:
    def wrong(frame: int, regions: list[Region]) -> list[Region]:
        return DEFECTS[defect](regions[0]) if frame == AT else regions

    plan = clip.plan()
    output = clip.render(plan, f"{defect} {crf}.mp4", wrong, crf)
    assert proved(clip, output, plan)[0] == [AT]


@pytest.mark.parametrize(
    ("style", "crf"),
    [(Style.COVER, 51), (Style.BLUR, 51), (Style.MOSAIC, None)],
)
def test_masks_drawn_as_planned_pass(clip: Clip, style: Style, crf: int | None) -> None:
    plan, settings = clip.plan(), RenderSettings(style=style)
    output = clip.render(plan, f"{style.value} {crf}.mp4", crf=crf, settings=settings)
    assert proved(clip, output, plan, settings) == ([], [])


def test_a_mask_whose_rim_resembles_the_surroundings_of_a_plate_passes() -> None:
    """The result was held back, and nobody could accept or fix it."""
    box = Box(40.4, 39.8, 73.7, 49.7)
    picture = np.full((720, 1280, 3), 90, np.uint8)  # so large that the rim has two pixels
    picture[34:60, 30:84] = 20  # a bumper
    picture[40:49, 41:73] = 130
    picture[42:47, 43:71:3] = 90  # letters
    track = Track(1, Target.PLATE, (Keyframe(0, box, State.DETECTED, 0.9),))
    source = SourceRef("a.mp4", "0" * 64, 1, 1280, 720, Timeline(Fraction(1, 25), (0,)))
    plan = Plan(source, DetectSettings(), (track,))
    output = Renderer(MASKS).draw(frame_of(picture), plan.regions_at(0))
    both = Both.of(frame_of(picture), output)
    assert not_drawn(both, *plan.regions_at(0)), "the pixels alone are wrong"
    compared = Compared(plan, AuditSettings(render=MASKS), (1280, 720))
    compared.add(frame_of(picture), output, both, lambda: np.zeros((720, 1280), np.uint8))
    assert not compared.undrawn


def test_a_renderer_that_draws_nothing_twice_is_found(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = clip.plan()
    monkeypatch.setattr(Renderer, "draw", lambda self, frame, regions: frame)
    output = clip.render(plan, "nothing drawn.mp4")
    assert proved(clip, output, plan)[0] == [*range(FRAMES)]


def test_verify_redraws_with_the_settings_of_the_record(clip: Clip, tmp_path: Path) -> None:
    plan, settings = clip.plan(), RenderSettings(style=Style.MOSAIC, margin=0.2)
    plan = replace(plan, source=replace(plan.source, sha256=sha256_of(clip.info.path)))
    output = tmp_path / "out.mp4"
    redact.apply(clip.info.path, plan, output, draw=DrawSettings(settings))
    known = audit_settings(record_beside(output), plan).render
    assert known == settings

    def small(frame: int, regions: list[Region]) -> list[Region]:
        return DEFECTS["too small"](regions[0]) if frame == AT else regions

    wrong = clip.render(plan, "wrong.mp4", small, settings=settings)
    assert proved(clip, wrong, plan, known)[0] == [AT]


def test_another_picture_or_another_time_is_found(clip: Clip, tmp_path: Path) -> None:
    plan = clip.plan()
    other = tmp_path / "other.mp4"
    write_video(other, [scenery()[:, ::-1] for _ in range(FRAMES)])
    assert proved(clip, Clip(probe(other), tmp_path).render(plan, "of_other.mp4"), plan)[1] == [
        "picture_elsewhere"
    ]
    late = tmp_path / "late.mp4"
    renderer = Renderer(MASKS)
    with VideoWriter(late, clip.info, EncodeSettings()) as writer:
        for frame in Decode(clip.info):
            drawn = renderer.draw(frame, plan.regions_at(frame.index))
            if frame.index == AT:
                drawn.picture.pts += round(Fraction(1, 100) / drawn.picture.time_base)
                drawn = replace(drawn, pts=drawn.picture.pts)
            writer.write(drawn)
    assert proved(clip, late, plan)[1] == ["times"]


def test_mirrored_is_the_same_picture_the_other_way_round(clip: Clip) -> None:
    frame = next(iter(Decode(clip.info)))
    for one, two in zip(planes(mirrored(frame)), planes(frame), strict=True):
        assert np.array_equal(one, two[:, ::-1])


def frame_of(rgb: np.ndarray) -> Frame:
    picture = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p")
    return Frame(0, 0, Fraction(1, 25), picture)


def planes(frame: Frame) -> list[np.ndarray]:
    return [plane_array(frame.picture, i) for i in range(len(frame.picture.planes))]
