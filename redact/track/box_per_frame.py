"""A box for every frame of a track: between sightings, before the first and after the last;
and as keyframes whose interpolation loses no pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..mask_size import BEYOND_MEAN, KEYFRAME_SLACK
from ..types import (
    DOUBTFUL,
    OUTWARD,
    Box,
    Boxes,
    Keyframe,
    State,
    Target,
    union,
)
from .sightings import ClipRecord, Rows
from .smoother import smoothed
from .track_settings import TrackSettings


@dataclass(frozen=True, slots=True)
class Dense:
    """Attributes:
    first: frame of row 0.
    boxes: float64 [N, 4], one per frame.
    states: [N].
    scores: float32 [N], NaN where not detected.
    """

    first: int
    boxes: Boxes
    states: list[State]
    scores: NDArray[np.float32]

    def divided(self, frames: list[int]) -> list[Dense]:
        """Consecutive parts that begin with these frames (rising); frames outside are ignored."""
        inside = [f - self.first for f in frames if 0 < f - self.first < len(self.boxes)]
        return [
            Dense(self.first + a, self.boxes[a:b], self.states[a:b], self.scores[a:b])
            for a, b in pairwise([0, *inside, len(self.boxes)])
        ]


def keyframes_of(dense: Dense) -> tuple[Keyframe, ...]:
    """Keyframes whose interpolation contains the box of every frame."""
    first, boxes, states, scores = dense.first, dense.boxes, dense.states, dense.scores
    size = np.maximum(np.tile(boxes[:, 2:] - boxes[:, :2], 2), 0.0)
    # Even for a box of less than a pixel: far more than interpolation in float64 can lose.
    step = np.maximum(size, 1.0) * KEYFRAME_SLACK
    # All four sides count outward, so that larger always means a larger box.
    inner = boxes * OUTWARD
    outer = inner + step
    room = 3 * step
    changes = [i for i in range(1, len(states)) if states[i] is not states[i - 1]]
    # The best sighting is kept exactly: reviewers and the audit use a track's score.
    best = [int(np.nanargmax(scores))] if np.isfinite(scores).any() else []
    stops = sorted({*changes, *best, len(states) - 1})
    chosen = [0]
    for stop in stops:
        while chosen[-1] < stop:
            chosen.append(_farthest(chosen[-1], stop, inner, outer, room))
    return tuple(
        Keyframe(
            first + i,
            Box(*map(float, outer[i] * OUTWARD)),
            states[i],
            float(scores[i]) if np.isfinite(scores[i]) else None,
        )
        for i in chosen
    )


def _farthest(start: int, stop: int, inner: Boxes, outer: Boxes, room: Boxes) -> int:
    """Last row up to `stop` that can be the next keyframe after `start`: doubling, halving."""
    good, step = start + 1, 2
    bad = None
    while good < stop:
        end = min(start + step, stop)
        if not _holds(start, end, inner, outer, room):
            bad = end
            break
        good, step = end, step * 2
    while bad is not None and bad - good > 1:
        middle = (good + bad) // 2
        if _holds(start, middle, inner, outer, room):
            good = middle
        else:
            bad = middle
    return good


def _holds(start: int, end: int, inner: Boxes, outer: Boxes, room: Boxes) -> bool:
    """Whether interpolation from `start` to `end` contains every box and is not much larger."""
    steps = end - start
    if steps < 2:
        return True
    line = outer[start] + (outer[end] - outer[start]) * (np.arange(1, steps)[:, None] / steps)
    spare = line - inner[start + 1 : end]
    return bool(spare.min() >= 1e-6) and bool((spare <= room[start + 1 : end]).all())


def box_in_each_frame(
    rows: Rows,
    target: Target,
    floor: int,
    ceiling: int,
    clip: ClipRecord,
    settings: TrackSettings,
) -> Dense:
    """Boxes and states of one object from its sightings. Here a track gets its first and last
    frame: shortly before the first sighting and after the last (`TrackSettings.late`, `grace`).

    Args:
        rows: sightings, one per frame, rising.
        target: of the object.
        floor, ceiling: first and last frame that may be used (of the scene).
    """
    first, last = int(rows["frame"][0]), int(rows["frame"][-1])
    # Where something was long before it was seen for a moment, nobody knows.
    known = settings.grace + (clip.time(last) - clip.time(first))
    start = clip.frame_before(first, min(settings.late, known), floor)
    end = clip.frame_after(last, settings.grace, ceiling)
    at = rows["frame"] - start
    frames = np.arange(start, end + 1)
    detected = rows["box"].astype(np.float64)
    score = rows["score"].astype(np.float64)
    times = clip.times(start, end)
    seen = smoothed(times, at, clip.fixed(rows["frame"], detected), score)
    boxes = clip.seen(frames, seen.grown(*BEYOND_MEAN[target]))
    # Whom the camera follows does not go along with the background: where it pans unevenly between
    # two detections, the straight way through the picture is covered, too.
    between = (frames > first) & (frames < last)
    between[at] = False
    straight = np.stack([np.interp(times, times[at], side) for side in detected.T], axis=1)
    boxes[between] = union(boxes[between], straight[between])
    # A detection that is as likely as not is hidden whole.
    firm = rows["score"] >= DOUBTFUL
    boxes[at[firm]] = union(boxes[at[firm]], detected[firm])
    scores = np.full(len(boxes), np.nan, np.float32)
    sure = rows["score"] > 0
    scores[at[sure]] = rows["score"][sure]
    return Dense(start, boxes, _states(len(boxes), at, at[sure]), scores)


def _states(count: int, at: NDArray[np.intp], detected: NDArray[np.intp]) -> list[State]:
    states = [State.PADDED] * count
    states[at[0] : at[-1] + 1] = [State.INTERPOLATED] * int(at[-1] - at[0] + 1)
    for i in at:
        states[i] = State.FOLLOWED
    for i in detected:
        states[i] = State.DETECTED
    return states
