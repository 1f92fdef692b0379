"""A mask that loses its subject is found by the pixels alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from redact.auditing.let_go import LetGo
from redact.types import Box, Region, State, Target

HEIGHT, WIDTH, COUNT = 180, 320, 20
RNG = np.random.default_rng(3)
GROUND = RNG.integers(60, 200, (HEIGHT, WIDTH)).astype(np.uint8)
PATCH = np.kron(RNG.integers(20, 235, (12, 10)), np.ones((5, 5))).astype(np.uint8)  # 60 × 50


def subject(frame: int) -> Box:
    x = 60.0 + 2 * frame
    return Box(x, 50, x + 50, 110)


def picture(box: Box) -> NDArray[np.uint8]:
    """A patch on the ground."""
    out = GROUND.copy()
    out[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = PATCH
    return out


def found(
    boxes: list[Box],
    states: list[State] | None = None,
    place: Callable[[int], Box] = subject,
) -> dict[int, list[tuple[int, Box]]]:
    """Findings if the masks are at `boxes` and the subject is at its place."""
    look = LetGo()
    states = states or [State.DETECTED] * len(boxes)
    for frame, (box, state) in enumerate(zip(boxes, states, strict=True)):
        region = Region(7, Target.FACE, box, state)

        def mask(box: Box = box) -> NDArray[np.uint8]:
            out = np.zeros((HEIGHT, WIDTH), np.uint8)
            grown = box.grown(0.15)
            out[int(grown.y1) : int(grown.y2), int(grown.x1) : int(grown.x2)] = 255
            return out

        look.see(frame, picture(place(frame)), [region], mask)
    return dict(look.places)


def shrunk(box: Box) -> Box:
    return box.grown(-0.3)


def aside(box: Box) -> Box:
    return Box(box.x1 + 30, box.y1 + 18, box.x2 + 30, box.y2 + 18)


@pytest.mark.parametrize("wrong", [shrunk, aside])
@pytest.mark.parametrize("length", [1, 5, 12])
def test_every_frame_without_its_mask_is_found(wrong: Callable[[Box], Box], length: int) -> None:
    bad = range(6, 6 + length)
    places = found([wrong(subject(n)) if n in bad else subject(n) for n in range(COUNT)])
    assert [frame for frame, _ in places[7]] == list(bad)
    for frame, box in places[7]:
        assert box.iou(subject(frame)) > 0.8


def test_a_mask_that_fits_is_not_a_finding() -> None:
    assert found([subject(n) for n in range(COUNT)]) == {}


def test_a_mask_that_moves_with_its_subject_is_not_a_finding() -> None:
    """The subject itself jumps, by as much as the mask in the test above."""
    jump = [aside(subject(n)) if n >= 6 else subject(n) for n in range(COUNT)]
    assert found(jump, place=lambda n: jump[n]) == {}


def test_a_lookalike_of_a_subject_that_moves_with_its_mask_is_no_finding() -> None:
    """The camera jolts, and where the subject was something looks nearly like it, as the road does
    beside a small plate."""
    noisy = PATCH + RNG.normal(0, 25, PATCH.shape)
    look, here, there = LetGo(), subject(0), subject(0).moved(80, 40)
    for box in (here, there):
        luma = picture(there)
        luma[50:110, 60:110] = PATCH if box is here else noisy.clip(0, 255)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = 255
        region = Region(7, Target.PLATE, box, State.DETECTED)
        look.see(int(box is there), luma, [region], lambda mask=mask: mask)
    assert look.places == {}


def test_a_guessed_mask_that_slips_off_its_subject_is_found() -> None:
    boxes = [subject(n) if n < 6 else aside(subject(n)) for n in range(COUNT)]
    places = found(boxes, [State.DETECTED] * 6 + [State.FOLLOWED] * (COUNT - 6))
    assert [frame for frame, _ in places[7]] == list(range(6, COUNT))


def test_a_mask_that_was_too_large_may_shrink() -> None:
    wide = [subject(n).grown(0.6) for n in range(6)]
    boxes = [*wide, *(subject(n) for n in range(6, COUNT))]
    states = [State.PADDED] * 6 + [State.DETECTED] * (COUNT - 6)
    assert found(boxes, states) == {}
    # Even if it was not guessed: a covered object is no finding.
    assert found([b.grown(-0.05) for b in boxes]) == {}


@pytest.mark.parametrize("target", list(Target))
def test_every_kind_of_mask_is_checked(target: Target) -> None:
    look = LetGo()
    for frame in range(COUNT):
        here = subject(frame)
        box = here if frame < 10 else Box(here.x1 + 45, here.y1, here.x2 + 45, here.y2)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] = 1
        region = Region(1, target, box, State.DETECTED)
        look.see(frame, picture(here), [region], lambda mask=mask: mask)
    assert look.places[1] and look.places[1][0][0] == 10
