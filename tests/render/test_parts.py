"""Single parts of a mask, each tested against its description."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redact.errors import UnsafeError
from redact.render import Renderer, mask_of
from redact.render.shapes import Shape
from redact.render.styles import Blur, Canvas
from redact.render.styles.mosaic import _block_centres
from redact.render.surroundings import Cells, Field
from redact.settings import RenderSettings, Style
from redact.types import Box, Rect, Region, State, Target

from .pictures import Scene, frame_of, noise, planes


@given(data=st.data(), step=st.sampled_from([(1, 1), (2, 2), (4, 2), (8, 8)]))
def test_the_fill_of_a_part_is_that_part_of_the_fill(
    data: st.DataObject, step: tuple[int, int]
) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    colour = rng.uniform(0, 255, (12, 15, 3)).astype(np.float32)
    whole = Rect(8, 16, 8 + 15 * step[0], 16 + 12 * step[1])
    x1 = data.draw(st.integers(whole.x1, whole.x2 - 1))
    y1 = data.draw(st.integers(whole.y1, whole.y2 - 1))
    x2 = data.draw(st.integers(x1 + 1, whole.x2))
    y2 = data.draw(st.integers(y1 + 1, whole.y2))
    cells = Cells(whole, step, colour)
    part = cells.at(whole)[y1 - whole.y1 : y2 - whole.y1, x1 - whole.x1 : x2 - whole.x1]
    assert np.allclose(cells.at(Rect(x1, y1, x2, y2)), part, atol=1e-2)


def test_every_sample_of_a_block_takes_the_colour_of_its_middle() -> None:
    found = _block_centres(20, 60, 1, 10.0, 40.0)
    assert found.tolist() == [5] * 10 + [15] * 10 + [25] * 10 + [35] * 10
    # On a grid of half the columns; at either end the middle may lie outside, and is cut.
    found = _block_centres(12, 30, 2, 10.0, 40.0)
    assert found.tolist() == [0] * 3 + [5] * 5 + [10] * 5 + [15] * 5
    assert set(_block_centres(0, 4, 1, 100.0, 0.0).tolist()) == {3}


@pytest.mark.parametrize("style", [Style.COVER, Style.MOSAIC, Style.SOLID])
def test_a_hard_edge_is_hard(style: Style) -> None:
    before = noise(90, 70, "yuv420p", 3)
    region = Region(1, Target.FACE, Box(30, 20, 60, 50), State.DETECTED)
    renderer = Renderer(RenderSettings(style=style))
    after = planes(renderer.draw(frame_of(before, 90, 70, "yuv420p"), [region]).picture)
    outside = ~mask_of([region], 90, 70, RenderSettings().margin)
    assert np.array_equal(before[0][outside], after[0][outside])


@pytest.mark.parametrize("margin", [math.nan, math.inf])
def test_a_margin_that_is_not_finite_stops_the_run(margin: float) -> None:
    with pytest.raises(UnsafeError):
        mask_of([Region(1, Target.FACE, Box(9, 9, 20, 20), State.DETECTED)], 60, 60, margin)


class Curious(Blur):
    """Another package's style that copies one hidden sample of every plane into its fill."""

    def paint(self, canvas: Canvas, shape: Shape, grid: Rect) -> Field:
        fill = super().paint(canvas, shape, grid).copy()
        x, y = (int(v) for v in shape.box.centre)
        for number, plane in enumerate(canvas.planes[: canvas.layout.channels]):
            sub = (canvas.layout.sub_x, canvas.layout.sub_y) if number else (1, 1)
            fill[..., number] += plane[y // sub[1], x // sub[0]]
        return fill


@pytest.mark.parametrize("form", ["yuv420p", "yuv444p10le", "gray"])
def test_another_packages_style_gets_no_hidden_pixels(form: str) -> None:
    region = Region(1, Target.FACE, Box(30, 20, 60, 50), State.DETECTED)
    scene = Scene(90, 70, form, [region], 0.15, 5)
    settings = RenderSettings(style=Curious(), margin=0.15)  # type: ignore[arg-type]
    pictures = [
        planes(Renderer(settings).draw(scene.frame(inside), [region]).picture)
        for inside in (None, 7, 8)
    ]
    for other in pictures[1:]:
        assert all(map(np.array_equal, pictures[0], other))
