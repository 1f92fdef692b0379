"""Nothing survives under a mask: the drawing does not depend on it, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from redact.render import Renderer, drawn_area_of, stamp_box
from redact.render.shapes import Shape
from redact.render.styles import Blur, Canvas
from redact.render.surroundings import Cells, Field, Surroundings
from redact.settings import RenderSettings, Stamp, Style
from redact.types import Rect

from .pictures import Scene, crowded_scenes, planes, scenes

RELEASE = list(Style)
STAMP = Stamp("copy 7")
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))
"""One hidden pixel that tints the fill is found after 4 to 6 of them."""
FOUND = (Phase.generate,)
"""To find one case is enough where it need not be the smallest."""


def renderer(style: Style, margin: float) -> Renderer:
    """Everything that can be drawn: labels on masks, and a stamp beside them."""
    label = "{target} {track}"
    return Renderer(RenderSettings(style=style, margin=margin, label=label, stamp=STAMP))


def same(one: av.VideoFrame, other: av.VideoFrame) -> bool:
    return all(map(np.array_equal, planes(one), planes(other)))


def depends_on_inside(draw_with: Renderer, again_with: Renderer, scene: Scene, seed: int) -> bool:
    one = draw_with.draw(scene.frame(), scene.regions)
    other = again_with.draw(scene.frame(inside=seed), scene.regions)
    return not same(one.picture, other.picture)


@pytest.mark.parametrize("style", RELEASE)
@QUICK
@given(scene=scenes(), seed=st.integers(0, 2**20))
def test_any_replacement_under_the_masks_draws_the_same_picture(
    style: Style, scene: Scene, seed: int
) -> None:
    assert not depends_on_inside(
        renderer(style, scene.margin), renderer(style, scene.margin), scene, seed
    )


@pytest.mark.parametrize("style", RELEASE)
@QUICK
@given(scene=scenes(), seed=st.integers(0, 2**20))
def test_a_sequence_carries_nothing_from_earlier_frames(
    style: Style, scene: Scene, seed: int
) -> None:
    one, other = renderer(style, scene.margin), renderer(style, scene.margin)
    for step in range(4):
        now = scene.moved(step)
        drawn = one.draw(now.frame(index=step), now.regions)
        again = other.draw(now.frame(seed + step, index=step), now.regions)
        assert same(drawn.picture, again.picture)


@pytest.mark.parametrize("style", RELEASE)
@QUICK
@given(scene=scenes())
def test_everything_outside_the_drawn_area_is_unchanged(style: Style, scene: Scene) -> None:
    before = planes(scene.frame().picture)
    drawn = renderer(style, scene.margin).draw(scene.frame(), scene.regions).picture
    area = drawn_area_of(scene.regions, scene.width, scene.height, scene.margin)
    x1, y1, x2, y2 = map(int, stamp_box(STAMP, scene.width, scene.height))
    # A sample of colour is as large as up to 4 pixels.
    area[max(0, y1 - 3) : y2 + 3, max(0, x1 - 3) : x2 + 3] = True
    form = drawn.format
    for number, (old, new) in enumerate(zip(before, planes(drawn), strict=True)):
        sub_x, sub_y = 1, 1
        if number in (1, 2) and not form.is_rgb:
            sub_x, sub_y = 1024 // form.chroma_width(1024), 1024 // form.chroma_height(1024)
        rows, columns = np.nonzero(old != new)
        # Every changed sample lies, with all its pixels, inside the drawn area.
        for dy in range(sub_y):
            for dx in range(sub_x):
                y = np.minimum(rows * sub_y + dy, scene.height - 1)
                x = np.minimum(columns * sub_x + dx, scene.width - 1)
                assert area[y, x].all()


@contextmanager
def sparse_backgrounds(change: Callable[[Cells, Surroundings], Cells]) -> Iterator[list[int]]:
    """Frames filled meanwhile from a sparse sample of the whole: how sparse, as a share 1/n.

    Args:
        change: what becomes of each of these backgrounds.
    """
    found: list[int] = []
    sealed = Surroundings._coarse

    def coarse(self: Surroundings) -> Cells:
        cells = sealed(self)
        found.append(cells.step[0])
        return change(cells, self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Surroundings, "_coarse", coarse)
        yield found


@pytest.mark.parametrize("style", [Style.BLUR, Style.MOSAIC])
@QUICK
@given(scene=crowded_scenes(), seed=st.integers(0, 2**20))
def test_the_sparse_background_of_crowded_masks_holds_nothing_either(
    style: Style, scene: Scene, seed: int
) -> None:
    one, other = renderer(style, scene.margin), renderer(style, scene.margin)
    with sparse_backgrounds(lambda cells, _: cells) as steps:
        assert not depends_on_inside(one, other, scene, seed)
    assert len(steps) == 2 and min(steps) > 1, "the scene does not reach what it is made for"


def test_the_property_catches_a_sparse_background_that_forgets_the_masks() -> None:
    """Mutation check, as below, with the sparse sample also taken from hidden samples."""

    def forgetful(cells: Cells, around: Surroundings) -> Cells:
        step = cells.step[0]
        bare = around._planes[-1 if around.layout.channels > 1 else 0][::step, ::step]
        colour = cells.colour.copy()
        rows, columns = min(len(bare), len(colour)), min(bare.shape[1], colour.shape[1])
        colour[:rows, :columns, -1] += 0.5 * bare[:rows, :columns]
        return replace(cells, colour=colour)

    def leaks(case: tuple[Scene, int]) -> bool:
        scene, seed = case
        one, other = (renderer(Style.BLUR, scene.margin) for _ in range(2))
        with sparse_backgrounds(forgetful):
            return depends_on_inside(one, other, scene, seed)

    cases = st.tuples(crowded_scenes(), st.integers(0, 2**20))
    find(cases, leaks, settings=settings(QUICK, max_examples=25, database=None, phases=FOUND))


class Leaky(Blur):
    """A blur by a careless author: one hidden pixel tints the fill."""

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        fill = super().paint(canvas, shape, grid).copy()
        x, y = (int(v) for v in shape.box.centre)
        x, y = min(max(x, 0), canvas.hidden.width - 1), min(max(y, 0), canvas.hidden.height - 1)
        fill[..., 0] += (float(canvas.planes[0][y, x]) - fill[..., 0]) * 0.05
        return fill


def leaky(margin: float) -> Renderer:
    made = renderer(Style.BLUR, margin)
    made._style = Leaky()
    return made


def test_the_property_catches_a_style_that_uses_one_hidden_pixel() -> None:
    """Mutation check: the same property, on a leaky style, finds the leak."""

    def leaks(case: tuple[Scene, int]) -> bool:
        scene, seed = case
        return depends_on_inside(leaky(scene.margin), leaky(scene.margin), scene, seed)

    cases = st.tuples(scenes(), st.integers(0, 2**20))
    find(cases, leaks, settings=settings(QUICK, max_examples=60, database=None, phases=FOUND))
