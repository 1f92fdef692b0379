"""A box for every frame of a track: between sightings, before the first and after the last;
enlarged by the steps of `redact.mask_size`; and as keyframes whose interpolation loses no pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..mask_size import KEYFRAME_SLACK, Sighted, cut_by_border, enlarged
from ..types import DOUBTFUL, OUTWARD, Box, Boxes, Keyframe, State, Target, union
from .bodies import SURE
from .geometry import to_boxes, to_centres, warped
from .sensitivities import TrackSettings
from .sightings import SPEED_TIME, ClipRecord, How, Rows, end_speed
from .tracklets import START_SPEED


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


def fill(
    rows: Rows,
    target: Target,
    floor: int,
    ceiling: int,
    clip: ClipRecord,
    settings: TrackSettings,
    certainty: float,
) -> Dense:
    """Boxes and states of one object from its sightings. They contain every detected box, except
    that those of a head or plate are limited by those around (`_as_large_as_detected`).

    Args:
        rows: sightings, one per frame, rising.
        target: of the object.
        floor, ceiling: first and last frame that may be used (of the scene).
        certainty: see `Sighted`.
    """
    first, last = int(rows["frame"][0]), int(rows["frame"][-1])
    # What is hardly believed, and so most often nobody, is hidden for less time as well. But plates
    # that drive up are believed late: one of 50 on street footage was open where it began.
    grace = settings.grace * (min(1.0, certainty / SURE) if target.spec.round else 1.0)
    start = clip.frame_before(first, grace, floor)
    end = clip.frame_after(last, grace, ceiling)
    at = rows["frame"] - start
    boxes = np.zeros((end - start + 1, 4))
    rows = _as_large_as_detected(rows, target, clip)
    boxes[at] = rows["box"]
    scores = np.full(len(boxes), np.nan, np.float32)
    detected = at[rows["how"] == How.DETECTED]
    scores[detected] = rows["score"][rows["how"] == How.DETECTED]
    _between(boxes, at, start, clip)
    _beyond(boxes, at, start, clip, rows)
    fringe = rows["fringe"][rows["how"] == How.DETECTED]
    times = clip.times(start, end)
    seen = Sighted(target, boxes, times, detected, scores, fringe, clip.size, certainty)
    return Dense(start, enlarged(seen), _states(len(boxes), at, detected), scores)


ONE_SIZE: Final = 2.0
"""Seconds before and after a detection of a head in which its size hardly changes. 1, 1.5 and 2.5
did about the same on twelve dev clips; a judgement between them."""


def _no_larger_than_around(
    sizes: NDArray[np.float64], scores: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sizes of a head's detections, with doubtful ones no larger than those around them: a doubtful
    box includes the shoulders, and then the whole body. Likely detections keep their size, as heads
    come nearer.

    Args:
        sizes: [N, 2] width and height.
        scores: [N] probabilities.
        times: [N] seconds, rising.
    """
    out = sizes.copy()
    logs, weights = np.log(np.maximum(sizes, 1.0)), np.maximum(scores, 1e-3) ** 2
    first = np.searchsorted(times, times - ONE_SIZE)
    last = np.searchsorted(times, times + ONE_SIZE, side="right")
    for i in np.flatnonzero(scores < DOUBTFUL).tolist():
        near = slice(first[i], last[i])
        mean = np.average(logs[near], axis=0, weights=weights[near])
        out[i] = np.minimum(sizes[i], np.exp(mean))
    return out


EVEN_GROWTH: Final = 0.8
"""Seconds before and after a detection of a plate in which its size grows or shrinks evenly. With
.5 as much is hidden for nothing, and one more of 162 labelled plates is open by a twentieth."""

FILLS_PICTURE: Final = 0.05
"""Share of the picture from which a plate's detections keep their size: of a plate that fills the
picture most scans frame a part. Without this 28 of 1,488 frames of photographs that move were open
in addition; with .01 a twentieth more is hidden for nothing."""


def _no_larger_than_growing_evenly(
    boxes: Boxes, scores: NDArray[np.float64], times: NDArray[np.float64], picture: tuple[int, int]
) -> NDArray[np.float64]:
    """[N, 2] width and height of a plate's detections, those that are not sure no larger than a
    line through all around them: a scan often frames the plate's holder, or the bumper, as well,
    which is no evidence that the plate grew. One that the border of the picture cuts keeps its
    size, and says nothing of others.

    Args:
        boxes: [N, 4].
        scores, times: see `_no_larger_than_around`.
        picture: width and height.
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    logs, whole = np.log(np.maximum(sizes, 1.0)), ~cut_by_border(boxes, picture).any(axis=1)
    weights = np.maximum(scores, 1e-3) * whole
    first = np.searchsorted(times, times - EVEN_GROWTH)
    last = np.searchsorted(times, times + EVEN_GROWTH, side="right")
    limited = whole & (scores < SURE) & (sizes.prod(axis=1) < FILLS_PICTURE * np.prod(picture))
    for i in np.flatnonzero(limited).tolist():
        near = slice(first[i], last[i])
        since, weight = times[near] - times[i], weights[near]
        if np.count_nonzero(weight) < 3:
            continue
        # Least squares of the logarithms, at `since` 0.
        w, wt, wtt = weight.sum(), weight @ since, weight @ since**2
        line = wtt * (weight @ logs[near]) - wt * ((weight * since) @ logs[near])
        sizes[i] = np.minimum(sizes[i], np.exp(line / (w * wtt - wt**2)))
    return sizes


def _as_large_as_detected(rows: Rows, target: Target, clip: ClipRecord) -> Rows:
    """Sightings, with followed ones given the size of the detections before and after: pixels show
    where an object went, but hardly where it ends. A plate gets the larger of both sizes, since
    detections differ in how much of it they frame.
    """
    seen = np.flatnonzero(rows["how"] == How.DETECTED)
    if not len(seen):
        return rows
    centres = to_centres(rows["box"].astype(np.float64))
    times = np.array([clip.time(frame) for frame in rows["frame"].tolist()])
    if target is Target.HEAD:
        centres[seen, 2:] = _no_larger_than_around(
            centres[seen, 2:], rows["score"][seen].astype(np.float64), times[seen]
        )
    elif target is Target.PLATE:
        centres[seen, 2:] = _no_larger_than_growing_evenly(
            rows["box"][seen].astype(np.float64),
            rows["score"][seen].astype(np.float64),
            times[seen],
            clip.size,
        )
    size = centres[seen, 2:]
    if target.spec.round:
        told = np.stack([np.interp(times, times[seen], line) for line in size.T], axis=1)
    else:
        after = np.searchsorted(seen, np.arange(len(rows)))
        later = size[np.minimum(after, len(seen) - 1)]
        told = np.maximum(size[np.maximum(after - 1, 0)], later)
    followed = rows["how"] != How.DETECTED
    centres[followed, 2:] = told[followed]
    rows = rows.copy()
    rows["box"] = to_boxes(centres)
    return rows


def _states(count: int, at: NDArray[np.intp], detected: NDArray[np.intp]) -> list[State]:
    states = [State.PADDED] * count
    states[at[0] : at[-1] + 1] = [State.INTERPOLATED] * int(at[-1] - at[0] + 1)
    for i in at:
        states[i] = State.FOLLOWED
    for i in detected:
        states[i] = State.DETECTED
    return states


def _between(boxes: Boxes, at: NDArray[np.intp], start: int, clip: ClipRecord) -> None:
    """Interpolate gaps, moving with the camera."""
    for a, b in pairwise(at.tolist()):
        if b - a < 2:
            continue
        times = clip.times(start + a, start + b)
        share = (times - times[0]) / max(times[-1] - times[0], 1e-9)
        from_a = clip.between(start + a, start + b)
        from_b = clip.between(start + b, start + a)[::-1]
        for i in range(1, b - a):
            left = warped(boxes[a : a + 1], from_a[i])
            right = warped(boxes[b : b + 1], from_b[i])
            boxes[a + i] = (left + (right - left) * share[i])[0]


FASTEST: Final = START_SPEED[0]
"""Speed, in its own sizes per second, beyond which a box did not move but jumped: as assumed for an
object that was detected once (`tracklets.START_SPEED`). Nobody on dev, nor on its moved stills, was
open for it; without it masks at the ends of tracks were up to eleven times the box."""


def _beyond(boxes: Boxes, at: NDArray[np.intp], start: int, clip: ClipRecord, rows: Rows) -> None:
    """Before the first and after the last sighting the object may have stayed, or gone on, slower
    and slower: both places, and all between, are hidden."""
    for edge, stop, at_start in ((at[0], 0, True), (at[-1], len(boxes) - 1, False)):
        if edge == stop:
            continue
        size = np.sqrt(np.maximum(boxes[edge, 2:] - boxes[edge, :2], 1.0).prod())
        speed = end_speed(rows, clip, at_start)
        speed = speed * min(1.0, FASTEST * size / max(float(np.hypot(*speed)), 1e-9))
        path = clip.between(start + edge, start + stop)
        turn = -1 if at_start else 1
        for i in range(1, len(path)):
            away = clip.time(start + edge + turn * i) - clip.time(start + edge)
            gone = turn * SPEED_TIME * (1 - np.exp(-abs(away) / SPEED_TIME))
            box = boxes[edge] + np.tile(speed * gone, 2)
            both = union(box[None], boxes[edge][None])
            boxes[edge + turn * i] = warped(both, path[i])[0]
