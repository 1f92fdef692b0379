"""The proof of drawing finds every defect of drawing, in every frame, and asks no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import redact
from redact.auditing import AuditSettings
from redact.auditing.audit_detectors import mirrored
from redact.auditing.compared import Compared, TimeCheck, pairs
from redact.auditing.planes import Both
from redact.media import Decode, VideoWriter, plane_array, probe, sha256_of
from redact.pipeline import audit_settings, record_beside
from redact.plan import Plan
from redact.render import Renderer
from redact.settings import DrawSettings, EncodeSettings, RenderSettings, Style
from redact.types import Box, Frame, Region

from .conftest import FRAMES, Clip, face_box, scenery, write_video

AT = 17
"""The frame that is drawn wrong."""

MASKS = RenderSettings()


def proved(
    clip: Clip, output: Path, plan: Plan, render: RenderSettings = MASKS
) -> tuple[list[int], list[str]]:
    """Frames with a mask that was not drawn, and checks that fail."""
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


@pytest.mark.parametrize("crf", [None, 40])
@pytest.mark.parametrize("defect", DEFECTS)
def test_a_mask_that_is_drawn_wrong_in_one_frame_is_found(
    clip: Clip, defect: str, crf: int | None
) -> None:
    def wrong(frame: int, regions: list[Region]) -> list[Region]:
        return DEFECTS[defect](regions[0]) if frame == AT else regions

    plan = clip.plan()
    output = clip.render(plan, f"{defect} {crf}.mp4", wrong, crf)
    assert proved(clip, output, plan)[0] == [AT]


@pytest.mark.parametrize("style", [Style.COVER, Style.BLUR, Style.MOSAIC])
@pytest.mark.parametrize("crf", [None, 40, 51])
def test_masks_that_are_drawn_as_planned_pass(clip: Clip, style: Style, crf: int | None) -> None:
    plan, settings = clip.plan(), RenderSettings(style=style)
    output = clip.render(plan, f"{style.value} {crf}.mp4", crf=crf, settings=settings)
    assert proved(clip, output, plan, settings) == ([], [])


def test_verify_draws_again_as_the_record_says(clip: Clip, tmp_path: Path) -> None:
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


def planes(frame: Frame) -> list[np.ndarray]:
    return [plane_array(frame.picture, i) for i in range(len(frame.picture.planes))]
