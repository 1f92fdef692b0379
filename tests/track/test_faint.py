"""A followed box takes in what was faintly seen at its place, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from redact.track.faint import OVERLAP, with_faint

from redact.track.neighbours import paired_iou
from redact.track.observe import observations_of
from redact.track.settings import settings_of
from redact.types import Detections, Target

SETTINGS = settings_of("balanced")


def _seen(boxes: np.ndarray, target: Target = Target.PLATE):
    count = len(boxes)
    found = Detections(
        boxes.astype(np.float32),
        np.full(count, max(SETTINGS.candidate) + 0.02, np.float32),
        np.full(count, target, np.int8),
    )
    return observations_of(found, SETTINGS, 640)


def test_box_beside_the_followed_one_is_taken_in() -> None:
    followed = np.array([[25.0, 236, 73, 258]])
    kind = np.array([Target.PLATE], np.int8)
    beside = np.array([[12.0, 240, 49, 257]])
    (both,) = with_faint(followed, kind, _seen(beside))
    np.testing.assert_allclose(both, [12, 236, 73, 258])
    (alone,) = with_faint(followed, kind, _seen(beside, Target.FACE))
    np.testing.assert_allclose(alone, followed[0])
    np.testing.assert_allclose(with_faint(followed, kind, None), followed)


@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 12))
def test_contains_itself_and_all_that_overlap(seed: int, count: int, others: int) -> None:
    rng = np.random.default_rng(seed)
    corner, other = rng.uniform(0, 90, (count, 2)), rng.uniform(0, 90, (others, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 60, (count, 2))], axis=1)
    faint = np.concatenate([other, other + rng.uniform(5, 60, (others, 2))], axis=1)
    kind = np.full(count, Target.PLATE, np.int8)
    seen = _seen(faint)
    hulls = with_faint(boxes, kind, seen)
    for box, hull in zip(boxes, hulls, strict=True):
        near = seen.boxes[paired_iou(np.repeat(box[None], len(seen), 0), seen.boxes) >= OVERLAP]
        expected = np.concatenate([box[None], near])
        np.testing.assert_allclose(hull[:2], expected[:, :2].min(axis=0))
        np.testing.assert_allclose(hull[2:], expected[:, 2:].max(axis=0))
