"""Masks contain what they must, a face's ellipse or the whole margin box, and little more."""

from __future__ import annotations

import math
from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import UnsafeError
from redact.mask_size import with_margin
from redact.media import Layout
from redact.render import ROUNDING, drawn_area_of, mask_of, rim_of, visible_share
from redact.render.hidden import SOFT, Hidden
from redact.render.samples import layout_of
from redact.render.shapes import shape_of
from redact.types import COLUMNS, ROWS, Box, Outline, Rect, Region, Silhouette, State, Target

from .pictures import regions

WIDTH, HEIGHT = 90, 70


def touched(box: Box) -> tuple[slice, slice]:
    """Index of the pixels [rows, columns] that a box touches."""
    rows = slice(max(0, math.floor(box.y1)), max(0, math.ceil(box.y2)))
    return rows, slice(max(0, math.floor(box.x1)), max(0, math.ceil(box.x2)))


def ellipse_in(box: Box) -> np.ndarray:
    """Pixels whose centres lie in the ellipse in a box."""
    (cx, cy), a, b = box.centre, max(box.width / 2, 1e-9), max(box.height / 2, 1e-9)
    xs, ys = np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5
    return np.asarray(((xs - cx) / a)[None] ** 2 + ((ys - cy) / b)[:, None] ** 2 <= 1)


def of_cells(region: Region) -> np.ndarray:
    """Pixels whose centres lie in the cells of a silhouette."""
    (x1, y1, x2, y2), silhouette = region.box, region.silhouette
    assert silhouette is not None
    column = (np.arange(WIDTH) + 0.5 - x1) / max(x2 - x1, 1e-9) * COLUMNS
    row = (np.arange(HEIGHT) + 0.5 - y1) / max(y2 - y1, 1e-9) * ROWS
    across, down = (column >= 0) & (column < COLUMNS), (row >= 0) & (row < ROWS)
    found = np.zeros((HEIGHT, WIDTH), np.bool_)
    found[np.ix_(down, across)] = silhouette.cells[
        np.ix_(row[down].astype(int), column[across].astype(int))
    ]
    return found


@given(found=regions(WIDTH, HEIGHT), margin=st.floats(0, 0.6))
def test_what_must_be_hidden_is_masked(found: list[Region], margin: float) -> None:
    """For a face or head, the ellipse in the margin box; for a person, the silhouette, or all but
    rounded corners; for anything else, every pixel that the box touches. If the mask spares a face,
    the same for the box without a margin."""
    for region in found:
        mask = mask_of([region], WIDTH, HEIGHT, margin)
        box = with_margin(region.box, 0 if region.spared else margin, region.target)
        if region.silhouette is not None:
            assert mask[of_cells(region)].all()
        elif region.target.spec.outline is Outline.ROUNDED:
            bend = ROUNDING * min(box.width, box.height) + 1
            tall = Box(box.x1 + bend, box.y1, box.x2 - bend, box.y2)
            wide = Box(box.x1, box.y1 + bend, box.x2, box.y2 - bend)
            assert mask[ellipse_in(box)].all()
            assert mask[touched(tall)].all() and mask[touched(wide)].all()
        elif region.target.spec.outline is Outline.ELLIPSE:
            assert mask[ellipse_in(box)].all()
        else:
            assert mask[touched(box)].all()


@given(found=regions(WIDTH, HEIGHT), margin=st.floats(0, 0.6))
def test_a_mask_hides_nothing_beyond_its_margin_box(found: list[Region], margin: float) -> None:
    """It may exceed it by half a pixel, for pixels that it only touches."""
    for region in found:
        mask = mask_of([region], WIDTH, HEIGHT, margin)
        drawn = drawn_area_of([region], WIDTH, HEIGHT, margin)
        box = with_margin(region.box, margin, region.target)
        allowed, rim = np.zeros_like(mask), np.zeros_like(mask)
        allowed[
            touched(Box(*(v + d for v, d in zip(box, (-0.5, -0.5, 0.5, 0.5), strict=True))))
        ] = 1
        reach = (-rim_of() - 0.5, -rim_of() - 0.5, rim_of() + 0.5, rim_of() + 0.5)
        rim[touched(Box(*(v + d for v, d in zip(box, reach, strict=True))))] = 1
        assert not (mask & ~allowed).any() and not (drawn & ~rim).any()


@given(found=regions(WIDTH, HEIGHT), margin=st.floats(0.01, 0.6))
def test_a_mask_spares_a_shown_face_except_under_its_own_box(
    found: list[Region], margin: float
) -> None:
    for region in found:
        whole = mask_of([replace(region, spared=())], WIDTH, HEIGHT, margin)
        own = mask_of([replace(region, spared=())], WIDTH, HEIGHT, 0.0)
        faces = np.zeros_like(whole)
        for box in region.spared:
            faces |= ellipse_in(box)
        expected = whole & (own | ~faces)
        assert np.array_equal(mask_of([region], WIDTH, HEIGHT, margin), expected)


@given(found=regions(WIDTH, HEIGHT), margin=st.floats(0, 0.6))
def test_a_mask_hides_everything_except_the_faces_that_it_spares(
    found: list[Region], margin: float
) -> None:
    for region in found:
        faces = np.zeros((HEIGHT, WIDTH), np.uint8)
        for box in region.spared:
            faces |= ellipse_in(box)
        whole = mask_of([replace(region, spared=())], WIDTH, HEIGHT, margin)
        opened = replace(region, spared=(), opened=region.spared)
        assert np.array_equal(mask_of([opened], WIDTH, HEIGHT, margin), whole & ~faces)


def test_the_visible_share_of_a_face_is_counted_in_pixels() -> None:
    """A neighbour's box does not touch it, but its margin covers an eye."""
    face = Region(1, Target.FACE, Box(100, 100, 140, 150), State.DETECTED)
    beside = Region(2, Target.FACE, Box(140, 100, 180, 150), State.DETECTED)
    assert visible_share(face, [], 0.12) == 1 and visible_share(face, [face], 0.12) == 0
    assert visible_share(face, [beside], 0.0) > 0.98
    assert 0.6 < visible_share(face, [beside], 0.4) < 0.9
    spares = replace(beside, spared=(face.box,))
    assert visible_share(face, [spares], 0.4) > 0.98
    plate = Region(3, Target.PLATE, Box(100, 100, 120, 150), State.DETECTED)
    assert visible_share(face, [plate], 0.0) == pytest.approx(0.5, abs=0.05)


@given(found=regions(WIDTH, HEIGHT), radius=st.integers(0, SOFT))
def test_a_soft_edge_never_thins_the_core_and_ends_within_the_rim(
    found: list[Region], radius: int
) -> None:
    shapes = [shape_of(r, 0.1) for r in found]
    picture = planes_of_nothing()
    hidden = Hidden(shapes, picture, WIDTH, HEIGHT)
    opacity = hidden.opacity(Rect(0, 0, WIDTH, HEIGHT), radius)
    assert (opacity[hidden.core > 0] == 255).all()
    assert not opacity[~drawn_area_of(found, WIDTH, HEIGHT, 0.1)].any()


def planes_of_nothing() -> Layout:
    return layout_of(av.VideoFrame(WIDTH, HEIGHT, "yuv420p"))


@given(found=regions(WIDTH, HEIGHT), more=regions(WIDTH, HEIGHT))
def test_a_mask_is_the_union_of_its_regions(found: list[Region], more: list[Region]) -> None:
    both = mask_of(found + more, WIDTH, HEIGHT, 0.1)
    apart = mask_of(found, WIDTH, HEIGHT, 0.1) | mask_of(more, WIDTH, HEIGHT, 0.1)
    assert np.array_equal(both, apart)


@pytest.mark.parametrize(
    ("target", "least", "most"), [(Target.FACE, 0.78, 0.82), (Target.PLATE, 1, 1.35)]
)
def test_a_mask_hides_little_more_than_it_must(target: Target, least: float, most: float) -> None:
    box = Box(100, 100, 200, 230)
    mask = mask_of([Region(1, target, box, State.DETECTED)], 400, 400, 0.15)
    assert least <= mask.sum() / with_margin(box, 0.15, target).area <= most


def test_a_face_is_round_and_a_plate_is_not() -> None:
    box = Box(100, 100, 300, 200)
    face = mask_of([Region(1, Target.FACE, box, State.DETECTED)], 400, 300, 0.0)
    plate = mask_of([Region(1, Target.PLATE, box, State.DETECTED)], 400, 300, 0.0)
    assert plate.any(axis=0).sum() > face.any(axis=0).sum() >= 200
    # A face has less of its bounding rectangle than a plate.
    share = [m.sum() / (m.any(axis=0).sum() * m.any(axis=1).sum()) for m in (face, plate)]
    assert share[0] < 0.8 < 0.95 < share[1]


def test_the_drawn_area_is_the_mask_and_its_rim() -> None:
    found = [Region(1, Target.FACE, Box(40, 30, 50, 40), State.DETECTED)]
    mask, drawn = mask_of(found, 90, 70, 0), drawn_area_of(found, 90, 70, 0)
    assert drawn[mask].all()
    assert drawn.any(axis=0).sum() == mask.any(axis=0).sum() + 2 * rim_of()


def test_a_box_with_swapped_edges_is_masked_too() -> None:
    there = mask_of([Region(1, Target.PLATE, Box(10, 20, 30, 40), State.MANUAL)], 60, 60, 0.1)
    back = mask_of([Region(1, Target.PLATE, Box(30, 40, 10, 20), State.MANUAL)], 60, 60, 0.1)
    assert np.array_equal(there, back)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e12])
def test_a_box_that_cannot_be_drawn_stops_the_run(bad: float) -> None:
    with pytest.raises(UnsafeError, match="track 7"):
        mask_of([Region(7, Target.FACE, Box(0, 0, bad, 10), State.DETECTED)], 60, 60, 0.1)


@pytest.mark.parametrize("target", [Target.FACE, Target.PERSON])
def test_a_margin_that_is_not_finite_stops_the_run(target: Target) -> None:
    shape = Silhouette(bytes([255]) * (ROWS * COLUMNS // 8)) if target is Target.PERSON else None
    with pytest.raises(UnsafeError, match="track 7"):
        mask_of([Region(7, target, Box(5, 5, 40, 40), State.DETECTED, shape)], 60, 60, math.nan)


@pytest.mark.parametrize("cell", [1.3, 3.0, 8.7, 21.0])
@pytest.mark.parametrize("at", [(0, 0), (4, 5), (ROWS - 1, COLUMNS - 1)])
def test_an_isolated_cell_is_hidden_to_its_corners(cell: float, at: tuple[int, int]) -> None:
    """Such as a raised hand; without a margin, every pixel of it is hidden."""
    told = np.zeros((ROWS, COLUMNS), np.uint8)
    told[at] = 1
    box = Box(7.3, 4.6, 7.3 + cell * COLUMNS, 4.6 + cell * ROWS)
    width, height = math.ceil(box.x2) + 3, math.ceil(box.y2) + 3
    region = Region(1, Target.PERSON, box, State.DETECTED, Silhouette(np.packbits(told).tobytes()))
    x, y = box.x1 + cell * at[1], box.y1 + cell * at[0]
    mask = mask_of([region], width, height, 0.0)
    assert mask[touched(Box(x, y, x + cell, y + cell).grown(-0.02))].all()


def test_a_silhouette_has_a_margin_of_its_own() -> None:
    """A tenth of a box's margin, on every side."""
    whole = Silhouette(bytes([255]) * (ROWS * COLUMNS // 8))
    region = Region(1, Target.PERSON, Box(40, 40, 100, 120), State.DETECTED, whole)
    mask = mask_of([region], 140, 160, 0.5)
    for row, column in ((80, 37), (80, 102), (37, 70), (122, 70)):
        assert mask[row, column]
    for row, column in ((80, 34), (80, 105), (34, 70), (125, 70)):
        assert not mask[row, column]


def test_gaps_within_a_mask_do_not_count_as_hidden() -> None:
    """Otherwise a mask inside the gap would be left out."""
    large = Region(1, Target.PERSON, Box(0, 0, 80, 60), State.DETECTED)
    small = shape_of(Region(2, Target.FACE, Box(35, 25, 45, 35), State.DETECTED), 0.0)
    assert shape_of(large, 0.0).holds(small)
    legs = Silhouette(bytes([0b10101010]) * (ROWS * COLUMNS // 8))
    assert not shape_of(replace(large, silhouette=legs), 0.0).holds(small)
    for gaps in ("spared", "opened"):
        apart = replace(large, **{gaps: (Box(30, 20, 50, 40),)})
        assert not shape_of(apart, 0.0).holds(small)
