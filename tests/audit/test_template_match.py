"""What a track hides is recognised beside it by its pixels, and other things are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from redact.auditing.limits import LIMITS
from redact.auditing.template_match import TemplateMatcher
from redact.types import Action, Box, Keyframe, State, Target, Track

HEIGHT, WIDTH = 240, 320


def _picture(seed: int) -> NDArray[np.uint8]:
    """Blobs of the size of eyes and noses, with sensor noise."""
    rng = np.random.default_rng(seed)
    blobs = cv2.GaussianBlur(rng.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), 4)
    noisy = 128 + 40 * blobs / blobs.std() + rng.normal(0, 2, blobs.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _track(
    first: int, last: int, box: Box, state: State = State.DETECTED, action: Action = Action.REDACT
) -> Track:
    keyframes = (Keyframe(first, box, state, 0.9), Keyframe(last, box, state, 0.9))
    return Track(1, Target.FACE, keyframes, action)


@pytest.mark.parametrize("side", [20, 48, 90])
@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (3, -2), (8, 8)])
def test_subject_is_found_after_its_mask_where_it_moved(side: int, dx: int, dy: int) -> None:
    source = _picture(1)
    box = Box(100, 80, 100 + side, 80 + side)
    looks = TemplateMatcher([_track(5, 9, box)])
    for index in range(5, 10):
        looks.see(index, source)
    moved = np.roll(source, (dy, dx), axis=(0, 1))
    looks.search(1, 10, box, moved)
    found = looks.match(1, 10)
    assert found is not None and found.value >= LIMITS.alike
    assert found.box.iou(Box(box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)) > 0.8


def test_subject_is_found_before_its_mask() -> None:
    source, box = _picture(2), Box(40, 40, 80, 90)
    looks = TemplateMatcher([_track(5, 9, box)])
    looks.search(1, 3, box, source)
    looks.see(3, source)
    assert looks.match(1, 3) is None
    looks.see(5, source)
    found = looks.match(1, 3)
    assert found is not None and found.value >= LIMITS.alike


def test_other_things_and_flat_ones_are_not_alike() -> None:
    box = Box(40, 40, 80, 90)
    for source, output in (
        (_picture(3), _picture(4)),
        (_picture(3), cv2.GaussianBlur(_picture(3), (0, 0), 20)),
        (np.full((HEIGHT, WIDTH), 90, np.uint8),) * 2,
    ):
        looks = TemplateMatcher([_track(5, 9, box)])
        looks.see(5, source)
        looks.see(9, source)
        looks.search(1, 11, box, output)
        found = looks.match(1, 11)
        assert found is not None and found.value < LIMITS.alike


def test_compared_with_the_last_detection_not_with_grace_time() -> None:
    source, box = _picture(5), Box(40, 40, 80, 90)
    gone = Box(200, 150, 240, 200)
    track = Track(
        1,
        Target.FACE,
        (
            Keyframe(0, box, State.DETECTED, 0.8),
            Keyframe(1, box, State.PADDED),
            Keyframe(8, gone, State.PADDED),
        ),
    )
    looks = TemplateMatcher([track])
    looks.see(0, source)
    looks.search(1, 9, gone, source)
    found = looks.match(1, 9)
    assert found is not None and found.value < LIMITS.alike


def test_subjects_that_stay_visible_and_places_at_the_border() -> None:
    source = _picture(6)
    kept = TemplateMatcher([_track(5, 9, Box(40, 40, 80, 90), action=Action.KEEP)])
    kept.see(5, source)
    kept.search(1, 10, Box(40, 40, 80, 90), source)
    assert kept.match(1, 10) is None
    edge = Box(-20, 200, 30, 260)
    looks = TemplateMatcher([_track(5, 9, edge)])
    looks.see(9, source)
    looks.search(1, 10, edge, source)
    found = looks.match(1, 10)
    assert found is not None and found.value >= LIMITS.alike
