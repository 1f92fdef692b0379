"""Was a mask drawn? If not, luma and chroma of the source are visible."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from redact.auditing.mask_drawn import not_drawn, shows_colour, shows_source
from redact.auditing.planes import Both, Plane
from redact.types import COLUMNS, ROWS, Box, Region, Silhouette, State, Target

BOX = Region(1, Target.REGION, Box(100, 60, 160, 140), State.DETECTED)
HEIGHT, WIDTH = 200, 300


def _textured(seed: int = 0, step: int = 10, low: int = 40, high: int = 210) -> Plane:
    """Blobs of about `step` pixels."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(low, high, (HEIGHT // step, WIDTH // step), np.uint8)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def _smooth(seed: int) -> Plane:
    return np.asarray(cv2.GaussianBlur(_textured(seed), (0, 0), 30), np.uint8)


def _chroma(*, shown: bool, right: int, down: int, swing: int = 12) -> Both:
    """Luma is hidden everywhere; chroma shows the source or is smooth."""
    u, v = (_textured(s, 10, 128 - swing, 128 + swing)[::down, ::right] for s in (1, 2))
    hidden = [np.asarray(cv2.GaussianBlur(p, (0, 0), 20), np.uint8) for p in (u, v)]
    out = (u, v) if shown else hidden
    return Both((_textured(3), _smooth(4)), ((u, out[0]), (v, out[1])), right, down)


def test_untouched_area_shows_the_source() -> None:
    same, telling = shows_source(_textured(), _textured(), BOX)
    assert same == telling >= 12


def test_an_untouched_area_is_recognised_under_codec_noise() -> None:
    noisy = _textured() + np.random.default_rng(1).normal(0, 5, (HEIGHT, WIDTH))
    same, telling = shows_source(_textured(), np.clip(noisy, 0, 255).astype(np.uint8), BOX)
    assert same >= 0.8 * telling


def test_fill_does_not_show_the_source() -> None:
    source, output = _textured(), _textured()
    output[50:150, 90:170] = _smooth(7)[50:150, 90:170]
    same, telling = shows_source(source, output, BOX)
    assert telling >= 12 and same <= 1


def test_a_flat_area_is_no_evidence() -> None:
    """The trap: over a plain wall, a correct fill equals the source."""
    ramp = np.tile(np.linspace(80, 160, WIDTH).astype(np.uint8), (HEIGHT, 1))
    assert shows_source(ramp, ramp, BOX) == (0, 0)


@pytest.mark.parametrize("height", [6, 7])
@pytest.mark.parametrize("turned", [False, True])
def test_even_the_smallest_reported_plates_are_tested(height: int, turned: bool) -> None:
    source = _textured(5, step=4)
    box = Box(100, 60, 124, 60 + height)
    box = Box(box.y1, box.x1, box.y2, box.x2) if turned else box
    place = Region(1, Target.PLATE, box, State.DETECTED)
    assert not_drawn(Both((source, source)), place)
    assert not not_drawn(Both((source, _smooth(6))), place)
    # Of so few cells every one must show the source: one of four may do so by chance.
    part = _smooth(6).copy()
    (x1, y1, x2, y2) = (int(v) for v in box)
    part[y1 : (y1 + y2) // 2, x1 : (x1 + x2) // 2] = source[
        y1 : (y1 + y2) // 2, x1 : (x1 + x2) // 2
    ]
    assert not not_drawn(Both((source, part)), place)


def test_only_the_hidden_part_of_a_silhouettes_box_is_tested() -> None:
    """Beside the person's shape the source must be visible."""
    cells = np.zeros((ROWS, COLUMNS), np.bool_)
    cells[:, 5:15] = True
    shape = Silhouette.of(cells)
    place = Region(1, Target.PERSON, Box(60, 20, 180, 180), State.DETECTED, silhouette=shape)
    source = _textured()
    drawn = source.copy()
    drawn[20:180, 88:152] = _smooth(7)[20:180, 88:152]
    assert not not_drawn(Both((source, drawn)), place)
    assert not_drawn(Both((source, source)), place)
    half = drawn.copy()
    half[20:100] = source[20:100]
    assert not_drawn(Both((source, half)), place)


def test_where_a_mask_spares_a_face_the_source_may_be_visible() -> None:
    opened = replace(BOX, opened=(Box(100, 60, 160, 100),))  # two of four rows
    same, telling = shows_source(_textured(), _textured(), opened)
    assert same == telling == 8
    assert not not_drawn(Both((_textured(), _smooth(4))), opened)


def test_a_box_of_less_than_four_cells_is_no_evidence() -> None:
    source = _textured(5, step=4)
    for box in (Box(100, 60, 107, 69), Box(100, 60, 115, 67), Box(100, 60, 140, 63)):
        place = Region(1, Target.PLATE, box, State.DETECTED)
        assert shows_source(source, source, place) == (0, 0)


@pytest.mark.parametrize("step", [(2, 2), (2, 1), (1, 1)])
def test_visible_chroma_means_that_the_mask_was_not_drawn(step: tuple[int, int]) -> None:
    right, down = step
    both = _chroma(shown=True, right=right, down=down)
    same, telling = shows_source(*both.luma, BOX)
    assert telling >= 12 and same <= 1
    assert not_drawn(both, BOX)
    assert not not_drawn(_chroma(shown=False, right=right, down=down), BOX)


def test_faint_chroma_and_grey_pictures_are_no_evidence() -> None:
    both = _chroma(shown=True, right=2, down=2, swing=1)
    assert shows_colour(both, BOX).telling == 0
    assert shows_colour(Both((_textured(), _textured())), BOX) == (0, 0)


def test_the_corners_of_a_faces_box_are_outside_its_mask() -> None:
    """An ellipse leaves them open, so the source is visible there, as it should be."""
    source, hidden = _textured(), _smooth(7)
    output = hidden.copy()
    x1, y1, x2, y2 = (int(v) for v in BOX.box)
    for x in (x1, x2 - 15):
        for y in (y1, y2 - 20):
            output[y : y + 20, x : x + 15] = source[y : y + 20, x : x + 15]
    face = Region(1, Target.FACE, BOX.box, State.DETECTED)
    assert shows_source(source, output, face).same == 0
    assert shows_source(source, output, BOX).same == 4
