"""Where an object is between its detections, and how surely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from redact.track import TrackSettings
from redact.track.box_per_frame import box_in_each_frame
from redact.track.geometry import IDENTITY, to_centres
from redact.track.sightings import ROW, ClipRecord
from redact.track.smoother import Smoothed, smoothed
from redact.types import DOUBTFUL, Box, Boxes, Target

RATE = 20
TIMES = np.arange(41) / RATE


def walk(speed: float, at: NDArray[np.intp]) -> Boxes:
    """Boxes of somebody who walks evenly."""
    x = 100 + speed * TIMES[at]
    return np.stack([x, 0 * x + 50, x + 30, 0 * x + 90], axis=1)


def found(at: list[int], scores: list[float] | float = 0.99, speed: float = 60.0) -> Smoothed:
    rows = np.array(at, np.intp)
    score = np.broadcast_to(np.array(scores, np.float64), rows.shape)
    return smoothed(TIMES, rows, to_centres(walk(speed, rows)), score)


@pytest.mark.parametrize("speed", [0.0, 60.0, -150.0])
def test_who_walks_evenly_is_found_between_and_beyond_detections(speed: float) -> None:
    seen = found([8, 12, 16, 28, 32], speed=speed)
    truth = to_centres(walk(speed, np.arange(41)))
    assert np.abs(seen.centres - truth).max() < 0.1 * 30


def test_doubt_is_least_at_detections_and_grows_with_the_time_nothing_was_seen() -> None:
    spread = found([8, 12, 16, 28, 32]).spread[:, 0]
    assert spread[16] < spread[18] < spread[22] > spread[26] > spread[28]
    assert (np.diff(spread[32:]) > 0).all() and (np.diff(spread[:9]) < 0).all()
    assert spread[14] < spread[22], "a longer gap leaves more doubt"


def test_a_doubtful_detection_moves_the_object_less_and_leaves_more_doubt() -> None:
    rows = np.array([10, 14, 18], np.intp)
    boxes = to_centres(walk(0.0, rows))
    boxes[1, 0] += 20
    sure, doubtful = (smoothed(TIMES, rows, boxes, np.array([0.99, p, 0.99])) for p in (0.99, 0.02))
    assert sure.centres[14, 0] > doubtful.centres[14, 0] + 1
    assert sure.spread[14, 0] < doubtful.spread[14, 0]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=12, unique=True),
    st.integers(0, 2**16),
)
def test_any_detections_give_finite_boxes_of_positive_size(at: list[int], seed: int) -> None:
    rows, rng = np.array(sorted(at), np.intp), np.random.default_rng(seed)
    corner = rng.uniform(-50, 2000, (len(rows), 2))
    boxes = np.concatenate([corner, rng.uniform(0.5, 900, (len(rows), 2))], axis=1)
    seen = smoothed(TIMES, rows, boxes, rng.uniform(0, 1, len(rows)))
    grown = seen.grown(0.5, 0.06)
    assert np.isfinite(grown).all() and (grown[:, 2:] > 0).all()


def filled(rows: list[tuple[int, float, Box]], clip: ClipRecord) -> object:
    table = np.zeros(len(rows), ROW)
    for n, (frame, score, box) in enumerate(rows):
        table[n] = (0, frame, score, tuple(box))
    settings = TrackSettings()
    return box_in_each_frame(table, Target.FACE, 0, len(clip) - 1, clip, settings)


def still(count: int, move: float = 0.0) -> ClipRecord:
    clip = ClipRecord()
    for i in range(count):
        motion = IDENTITY.copy()
        motion[0, 2] = move if i else 0
        clip.add(i / RATE, motion, (640, 360))
    return clip


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.floats(0, 1), st.floats(-40, 40), st.floats(4, 90)),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[0],
    )
)
def test_a_detection_as_likely_as_not_is_hidden_whole(
    rows: list[tuple[int, float, float, float]],
) -> None:
    seen = [(f, p, Box(100 + x, 80, 100 + x + w, 80 + w)) for f, p, x, w in sorted(rows)]
    dense = filled(seen, still(21))
    for frame, score, box in seen:
        if np.float32(score) >= DOUBTFUL:
            mask = Box(*dense.boxes[frame - dense.first])  # type: ignore[attr-defined]
            assert mask.contains(box, 1e-3)


def test_between_detections_a_mask_moves_with_the_camera() -> None:
    """The camera pans by 10 pixels a frame past somebody who stands still."""
    clip = still(13, move=-10.0)
    at = {frame: Box(300 - 10 * frame, 80, 340 - 10 * frame, 130) for frame in range(13)}
    dense = filled([(f, 0.95, at[f]) for f in (0, 12)], clip)
    for frame in range(13):
        mask = Box(*dense.boxes[frame - dense.first])  # type: ignore[attr-defined]
        assert mask.contains(at[frame], 1e-3), frame
        assert mask.width < 3 * 40


def test_whom_the_camera_follows_is_covered_while_it_pans_unevenly() -> None:
    """A face stays in place in the picture, while the background jumps between two detections: the
    straight way through the picture is covered, too."""
    clip = ClipRecord()
    for index in range(11):
        pan = IDENTITY.copy()
        pan[0, 2] = -80.0 if index == 3 else 0.0
        clip.add(index / RATE, pan, (640, 360))
    rows = np.zeros(2, ROW)
    rows["frame"], rows["score"], rows["box"] = [0, 10], 0.9, [200, 100, 230, 140]
    dense = box_in_each_frame(rows, Target.FACE, 0, 10, clip, TrackSettings())
    assert dense.first == 0 and len(dense.boxes) == 11
    assert all(Box(*box).contains(Box(200, 100, 230, 140), 1.0) for box in dense.boxes.tolist())
