"""The appearance of the styles, in numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.errors import UnsafeError, UsageError
from redact.render import Renderer, mask_of
from redact.settings import RenderSettings, Style
from redact.types import Box, Frame, Region, State, Target

from .pictures import planes

SEALED = [Style.BLUR, Style.MOSAIC]


def face(x: float, y: float, w: float, h: float, track: int = 1) -> Region:
    return Region(track, Target.FACE, Box(x, y, x + w, y + h), State.DETECTED)


def plate(x: float, y: float, w: float, h: float, track: int = 1) -> Region:
    return replace(face(x, y, w, h, track), target=Target.PLATE)


def grey(luma: NDArray[np.uint8]) -> Frame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(luma), format="gray")
    return Frame(0, 0, Fraction(1, 25), picture)


def scenery(seed: int, width: int, height: int) -> np.ndarray:
    """Large soft patches of light and dark."""
    rng = np.random.default_rng(seed)
    scene = cv2.GaussianBlur(rng.uniform(0, 255, (height, width)).astype(np.float32), (0, 0), 25)
    return cv2.normalize(scene, None, 30, 220, cv2.NORM_MINMAX).astype(np.uint8)


def covered(region: Region, width: int, height: int) -> NDArray[np.bool_]:
    """What a mask with the default margin hides of the box itself: not a face's corners."""
    mask = mask_of([region], width, height, RenderSettings().margin)
    box = mask_of([replace(region, target=Target.PLATE)], width, height, 0.0)
    return mask & box


def drawn(frame: Frame, regions: list[Region], style: Style) -> list[NDArray[np.uint16]]:
    return planes(Renderer(RenderSettings(style=style)).draw(frame, regions).picture)


@pytest.mark.parametrize("style", SEALED)
def test_a_plain_wall_continues_plain(style: Style) -> None:
    wall = np.full((200, 300), 77, np.uint8)
    region = face(100, 80, 50, 50)
    wall[covered(region, 300, 200)] = 255
    assert (drawn(grey(wall), [region], style)[0] == 77).all()


@pytest.mark.parametrize("corner", [(0, 0), (170, 0), (0, 140), (170, 140), (-20, 60)])
def test_at_the_border_nothing_dark_or_bright_bleeds_in(corner: tuple[int, int]) -> None:
    wall = np.full((200, 230), 140, np.uint8)
    region = face(*corner, 60, 60)
    wall[covered(region, 230, 200)] = 0
    assert (drawn(grey(wall), [region], Style.BLUR)[0] == 140).all()


def test_the_fill_continues_its_surroundings_within_their_range() -> None:
    ramp = np.tile(np.linspace(40, 200, 400), (300, 1)).astype(np.uint8)
    hidden = ramp.copy()
    region = face(150, 90, 100, 120)
    mask = mask_of([region], 400, 300, RenderSettings().margin)
    hidden[mask] = 0
    out = drawn(grey(hidden), [region], Style.BLUR)[0].astype(float)
    assert out[mask].min() >= 40 and out[mask].max() <= 200
    edge = mask & ~cv2.erode(mask.astype(np.uint8), np.ones((5, 5))).astype(bool)
    # 160 levels over 400 pixels: the fill meets the ramp within a few levels at the edge.
    assert np.abs(out - ramp)[edge].max() < 14
    assert np.abs(out - ramp)[mask].mean() < 14


@pytest.mark.parametrize("style", [Style.COVER, Style.BLUR, Style.MOSAIC, Style.SOLID])
@pytest.mark.parametrize("inner", [face(190, 110, 40, 50, 2), plate(200, 120, 60, 20, 2)])
def test_a_mask_within_a_mask_leaves_no_trace(style: Style, inner: Region) -> None:
    outer, scene = face(120, 60, 220, 260, 1), scenery(5, 500, 400)
    alone = drawn(grey(scene), [outer], style)
    for regions in ([outer, inner], [inner, outer], [inner, outer, inner]):
        for a, b in zip(alone, drawn(grey(scene), regions, style), strict=True):
            assert (a == b).all()


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p10le", "gray"])
def test_a_mask_over_the_whole_frame_is_neutral_grey(form: str) -> None:
    picture = av.VideoFrame.from_ndarray(
        np.random.default_rng(1).integers(0, 255, (90, 120, 3), dtype=np.uint8), format="rgb24"
    ).reformat(format=form)
    middle = 1 << (picture.format.components[0].bits - 1)
    frame = Frame(0, 0, Fraction(1, 25), picture)
    for plane in drawn(frame, [face(-40, -40, 200, 200)], Style.BLUR):
        assert (plane == middle).all()


def test_the_mosaic_has_flat_blocks_that_stay_while_a_box_trembles() -> None:
    rng = np.random.default_rng(7)
    scene = np.tile(np.linspace(0, 255, 400), (300, 1)).astype(np.uint8)
    renderer = Renderer(RenderSettings(style=Style.MOSAIC))
    edges = []
    for _ in range(12):
        x, y = 150 + rng.normal(0, 0.6), 100 + rng.normal(0, 0.6)
        out = renderer.draw(grey(scene), [face(x, y, 90, 110)])
        row = planes(out.picture)[0][155, 165:225].astype(int)
        edges.append(tuple(np.flatnonzero(np.diff(row))))
    assert 2 <= len(edges[0]) <= 6
    assert len(set(edges)) <= 2


def rgb_of(form: str, rgb: tuple[int, int, int]) -> tuple[int, ...]:
    blank = av.VideoFrame.from_ndarray(np.full((120, 160, 3), 60, np.uint8), format="rgb24")
    picture = blank.reformat(format=form)
    settings = RenderSettings(style=Style.SOLID, colour=rgb)
    out = (
        Renderer(settings)
        .draw(Frame(0, 0, Fraction(1, 25), picture), [face(50, 40, 40, 40)])
        .picture
    )
    return tuple(int(v) for v in out.to_ndarray(format="rgb24")[60, 70])


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p", "yuv422p10le", "gray"])
@pytest.mark.parametrize("around", range(0, 256, 15))
def test_a_cover_stands_out_on_every_background(around: int, form: str) -> None:
    """By its tone, or, if the background has the same tone, by the line around it."""
    blank = np.full((240, 320, 3), around, np.uint8)
    picture = av.VideoFrame.from_ndarray(blank, format="rgb24").reformat(format=form)
    region = face(100, 60, 80, 100)
    out = Renderer(RenderSettings()).draw(Frame(0, 0, Fraction(1, 25), picture), [region])
    shown = out.picture.to_ndarray(format="gray").astype(int)
    core = mask_of([region], 320, 240, RenderSettings().margin).astype(np.uint8)
    ring = core.astype(bool) & ~cv2.erode(core, np.ones((3, 3), np.uint8)).astype(bool)
    middle, line = shown[110, 140], np.median(shown[ring])
    assert max(abs(middle - around), abs(line - around)) > 45
    assert abs(middle - line) > 80


def test_a_cover_does_not_depend_on_its_surroundings() -> None:
    """So nothing in it moves while the surroundings do, and nobody takes it for part of the
    scene."""
    regions = [face(60, 60, 70, 90, 1), plate(110, 100, 90, 30, 2)]
    mask = mask_of(regions, 300, 200, RenderSettings().margin)
    one, other = (drawn(grey(scenery(n, 300, 200)), regions, Style.COVER)[0] for n in (3, 4))
    assert (one[mask] == other[mask]).all()
    assert len(np.unique(one[mask])) == 2


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p", "yuv422p10le"])
@pytest.mark.parametrize("rgb", [(128, 128, 128), (200, 30, 60), (0, 0, 255), (255, 255, 0)])
def test_a_solid_mask_has_the_colour_that_was_asked_for(
    form: str, rgb: tuple[int, int, int]
) -> None:
    assert rgb_of(form, rgb) == pytest.approx(rgb, abs=4)


def test_a_label_is_written_inside_the_mask_only() -> None:
    wall = np.full((200, 300), 77, np.uint8)
    region = face(60, 60, 120, 70, track=12)
    plain = drawn(grey(wall), [region], Style.SOLID)[0]
    settings = RenderSettings(style=Style.SOLID, label="{target} {track}")
    labelled = planes(Renderer(settings).draw(grey(wall), [region]).picture)[0]
    changed = plain != labelled
    mask = mask_of([region], 300, 200, settings.margin)
    assert changed.sum() > 100
    assert not (changed & ~mask).any()


@pytest.mark.parametrize("label", ["{face}", "{track", "{track:d}", "Zoë", "{track.real}"])
def test_labels_that_cannot_be_drawn_are_refused(label: str) -> None:
    with pytest.raises(UsageError, match="label"):
        Renderer(RenderSettings(style=Style.SOLID, label=label))


def test_a_packed_format_stops_the_run() -> None:
    packed = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
    with pytest.raises(UnsafeError, match="rgb24"):
        Renderer(RenderSettings()).draw(Frame(0, 0, Fraction(1, 25), packed), [face(9, 9, 20, 20)])


def test_a_mask_that_reaches_over_the_edge_of_another_is_drawn() -> None:
    """Everything under a mask is hidden, however close to other masks it lies."""
    scene = np.full((300, 400), 220, np.uint8)
    for x in range(150, 290, 3):
        regions = [face(100, 60, 160, 180, 1), face(x, 130, 40, 44, 2), plate(x, 180, 44, 14, 3)]
        mask = mask_of(regions, 400, 300, RenderSettings().margin)
        scene[:] = 220
        scene[mask] = 20
        out = drawn(grey(scene), regions, Style.BLUR)[0]
        assert np.abs(out[mask].astype(int) - 220).max() <= 1, x
