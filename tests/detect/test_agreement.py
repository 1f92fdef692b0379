"""Scales that agree: the same objects as plain suppression, other scores, boxes in between."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from redact.detection.face_plate import ABSENT, agree
from redact.detection.nms import NMS_IOU, cluster
from redact.types import Detections, Target

ZOOMS = [1.0, 0.4]


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Detections, np.ndarray]:
    """Candidates of two scales in clumps, so that many of them overlap."""
    seed = draw(st.integers(0, 2**32 - 1))
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(seed)
    middle = rng.uniform(50, 600, (max(1, n // 8), 2))[rng.integers(0, max(1, n // 8), n)]
    middle = middle + rng.normal(0, 6, (n, 2))
    size = np.exp(rng.uniform(np.log(4), np.log(700), max(1, n // 8)))
    half = size[rng.integers(0, len(size), n), None] * rng.uniform(0.4, 0.6, (n, 2))
    xyxy = np.concatenate([middle - half, middle + half], axis=1).astype(np.float32)
    # No two scores alike: which of two equal boxes wins is not part of the promise.
    score = (rng.permutation(n) + 1).astype(np.float32) / (n + 1)
    target = np.array([Target.FACE, Target.PLATE], np.int8)[rng.integers(0, 2, n)]
    return Detections(xyxy, score, target), rng.integers(0, 2, n).astype(np.intp)


@given(candidates())
def test_objects_stay_and_scores_fall_within_bounds(given_: tuple[Detections, np.ndarray]) -> None:
    found, scale = given_
    merged = agree(found, scale, ZOOMS)
    for target in (Target.FACE, Target.PLATE):
        some = found.only([target])
        best = some.score[cluster(some.xyxy, some.score, NMS_IOU).kept]
        mine = np.sort(merged.only([target]).score)[::-1]
        assert len(mine) == len(best)
        assert (mine <= best + 1e-6).all()
        assert mine.sum() >= (0.5 + ABSENT / 2) * best.sum() - 1e-4


def test_a_lone_witness_counts_less_unless_the_other_could_not_see() -> None:
    box = np.array([[0, 0, 50, 50], [300, 0, 312, 15]], np.float32)
    found = Detections(box, np.array([0.5, 0.5], np.float32), np.full(2, Target.FACE, np.int8))
    merged = agree(found, np.zeros(2, np.intp), ZOOMS)
    # 15 px × 0.4 are too few for a face, 50 px × 0.4 are not.
    np.testing.assert_allclose(merged.score, [0.5, 0.5 * (1 + ABSENT) / 2])
    assert merged.xyxy[0, 0] == 300
