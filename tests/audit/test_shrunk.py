"""A mask that lets go of what it hid is found by the pixels alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.audit.shrunk import Shrinkage
from redact.types import Box, Region, State, Target

HEIGHT, WIDTH, COUNT = 180, 320, 20
RNG = np.random.default_rng(3)
GROUND = RNG.integers(60, 200, (HEIGHT, WIDTH)).astype(np.uint8)
PATCH = np.kron(RNG.integers(20, 235, (12, 10)), np.ones((5, 5))).astype(np.uint8)  # 60 × 50


def subject(frame: int) -> Box:
    x = 60.0 + 2 * frame
    return Box(x, 50, x + 50, 110)


def picture(frame: int) -> NDArray[np.uint8]:
    """A patch that moves over the ground."""
    out = GROUND.copy()
    box = subject(frame)
    out[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = PATCH
    return out


def found(boxes: list[Box], states: list[State] | None = None) -> dict[int, list[tuple[int, Box]]]:
    look = Shrinkage()
    states = states or [State.DETECTED] * len(boxes)
    for frame, (box, state) in enumerate(zip(boxes, states, strict=True)):
        region = Region(7, Target.FACE, box, state)

        def mask(box: Box = box) -> NDArray[np.uint8]:
            out = np.zeros((HEIGHT, WIDTH), np.uint8)
            grown = box.grown(0.15)
            out[int(grown.y1) : int(grown.y2), int(grown.x1) : int(grown.x2)] = 255
            return out

        look.see(frame, picture(frame), [region], mask)
    return dict(look.places)


def shrunk_in(frames: range) -> Iterator[Box]:
    for n in range(COUNT):
        yield subject(n).grown(-0.3) if n in frames else subject(n)


@pytest.mark.parametrize("length", [1, 5, 12])
def test_every_frame_of_a_shrunk_mask_is_found(length: int) -> None:
    places = found(list(shrunk_in(range(6, 6 + length))))
    assert [frame for frame, _ in places[7]] == list(range(6, 6 + length))
    for frame, box in places[7]:
        assert box.iou(subject(frame)) > 0.8


def test_a_mask_that_fits_is_no_finding() -> None:
    assert found([subject(n) for n in range(COUNT)]) == {}


def test_a_mask_that_was_guessed_large_may_become_small() -> None:
    wide = [subject(n).grown(0.6) for n in range(6)]
    boxes = [*wide, *(subject(n) for n in range(6, COUNT))]
    states = [State.PADDED] * 6 + [State.DETECTED] * (COUNT - 6)
    assert found(boxes, states) == {}
    # Even if it was not guessed: what is still covered is no finding.
    assert found([b.grown(-0.05) for b in boxes]) == {}
