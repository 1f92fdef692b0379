"""Tracks each person and vehicle over time, from scans of whole pictures, and finds their faces,
heads and plates.

A wrong link shows a stranger along with a kept person; a missing one costs a click. So a body's
track ends where two bodies may be its continuation, and a face belongs to a body only if no other
can bear it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import Bodies, iou
from ..types import (
    DOUBTFUL,
    INSIDE_SHARE,
    NEARBY_IOU,
    Body,
    Box,
    Boxes,
    Keyframe,
    Keyframes,
    State,
    Target,
    Track,
)
from .bodies import LEAST_BODY_SCANS, BodyScan, fitting, head_places, plates_on_vehicles
from .geometry import Affine, warped
from .sightings import ClipRecord

CLEAR_LEAD: Final = 0.3
"""How much better two must fit each other than anything else: bodies of two scans by IoU, a body
and a face or head by the distance from the head's expected place, in its heights. If two people
stand close or cross, nobody knows which is which, or whose face it is."""

OCCLUDED_SHARE: Final = 0.3
"""Overlap, as a share of the smaller of two bodies, from which one is partly behind the other."""

LARGEST_JUMP: Final = 1.4
"""Ratio of widths or heights in two scans from which they are not clearly one body: people grow by
a tenth between scans, and two in one box are half as large again."""

LONGEST_UNSEEN: Final = 1.0
"""Seconds for which scans may miss a body that then continues at its place: three scans."""


@dataclass(slots=True)
class Followed:
    """A body, as far as it can surely be followed.

    Attributes:
        vehicle: whether it is a vehicle.
        keys: its detection in each scan.
        rows: its row in each scan, by frame.
        box: of the last scan that detected it, moved with the camera since.
        time: of that scan, seconds.
        speed: of its box then, pixels a second.
    """

    vehicle: bool
    box: Boxes
    time: float
    speed: Boxes
    keys: list[Keyframe] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)

    @property
    def body(self) -> Body:
        return Body(self.vehicle, Keyframes(self.keys))

    def carry(self, motion: Affine) -> None:
        """Move the box with the camera since the last scan."""
        self.box = warped(self.box[None], motion)[0]

    def seen(self, scan: BodyScan, row: int) -> None:
        """Continue it with this row of a scan."""
        box = scan.bodies.xyxy[row].astype(np.float64)
        if self.keys:
            self.speed = (box - self.box) / (scan.time - self.time)
        self.box, self.time, self.rows[scan.frame] = box, scan.time, row
        place = Box(*box.tolist())
        score = float(scan.bodies.score[row])
        self.keys.append(Keyframe(scan.frame, place, State.DETECTED, score))


def followed(
    scans: Sequence[BodyScan], cuts: Sequence[int], clip: ClipRecord | None = None
) -> list[Followed]:
    """Each body over time, in order of its first detection.

    Args:
        scans: of a clip, in order.
        cuts: first frames of new scenes, rising.
        clip: its camera motions; None for a camera that stands still.
    """
    every, going, before = list[Followed](), list[Followed](), -1
    for scan in scans:
        cut = bisect_right(cuts, before) < bisect_right(cuts, scan.frame)
        going = [g for g in going if not cut and scan.time - g.time <= LONGEST_UNSEEN]
        if clip is not None and going:
            motion = clip.motion(before, scan.frame)
            for one in going:
                one.carry(motion)
        before = scan.frame
        rows = _distinct(scan.bodies)
        likeness = _likeness(scan, rows, going)
        clear = _clear(likeness, NEARBY_IOU)
        steady = {a: b for a, b in clear if not _jumps(scan.bodies.xyxy[rows[a]], going[b].box)}
        pairs, ended = _alone(steady, going)
        # Bodies that are met but not clearly continued may be somebody else from here on.
        ended |= set(np.nonzero(likeness >= NEARBY_IOU)[1].tolist())
        # A body detected by one scan alone may be a mistake, and needs no continuation.
        now = [g for n, g in enumerate(going) if n not in ended and len(g.keys) > 1]
        for n, row in enumerate(rows):
            if n in pairs:
                here = going[pairs[n]]
            else:
                vehicle = bool(scan.bodies.vehicle[row])
                here = Followed(vehicle, np.zeros(4), scan.time, np.zeros(4))
                every.append(here)
            here.seen(scan, row)
            now.append(here)
        going = now
    return every


def _alone(pairs: dict[int, int], going: Sequence[Followed]) -> tuple[dict[int, int], set[int]]:
    """The pairs of a scan without those of bodies that were partly behind, or in front of, somebody
    who is not detected now: the detected one may be either. And the bodies of these pairs, which
        both
    end."""
    places = [Box(*g.box.tolist()) for g in going]
    seen = set(pairs.values())
    lost = {n for n, g in enumerate(going) if n not in seen and (g.keys[-1].score or 0) >= DOUBTFUL}
    ended = set[int]()
    for n in seen:
        mine = places[n]
        on = {
            m
            for m in lost
            if mine.common(places[m]) >= OCCLUDED_SHARE * min(mine.area, places[m].area)
        }
        ended |= {n, *on} if on else set()
    return {row: n for row, n in pairs.items() if n not in ended}, ended


def _likeness(scan: BodyScan, rows: Sequence[int], going: Sequence[Followed]) -> Boxes:
    """[M, N] IoU of each of M bodies of a scan with the last place of each of N continuing ones, or
    with the place where it would be at its last speed, whichever fits better."""
    boxes = scan.bodies.xyxy[rows].astype(np.float64)
    vehicle = np.array([g.vehicle for g in going], np.bool_)
    still = np.array([g.box for g in going]).reshape(-1, 4)
    moved = [g.box + g.speed * (scan.time - g.time) for g in going]
    best = np.maximum(iou(boxes, still), iou(boxes, np.array(moved).reshape(-1, 4)))
    return np.asarray(best * (scan.bodies.vehicle[rows][:, None] == vehicle[None]))


def _jumps(box: NDArray[np.floating], before: Boxes) -> bool:
    """Whether a body's size changed so much that it may be two bodies, or another one."""
    size, old = (np.maximum(x[2:] - x[:2], 1) for x in (box, before))
    return bool(np.abs(np.log(size / old)).max() > np.log(LARGEST_JUMP))


def _distinct(bodies: Bodies) -> list[int]:
    """Rows without parts of a surer body, such as legs, and without boxes that contain a surer one,
    such as two people in one box."""
    boxes, kept = bodies.xyxy.astype(np.float64), list[int]()
    for row in np.argsort(-bodies.score, kind="stable").tolist():
        mine = Box(*boxes[row].tolist())
        others = (Box(*boxes[n].tolist()) for n in kept if bodies.vehicle[n] == bodies.vehicle[row])
        if all(mine.common(o) < INSIDE_SHARE * min(mine.area, o.area) for o in others):
            kept.append(row)
    return sorted(kept)


def _clear(likeness: Boxes, least: float) -> set[tuple[int, int]]:
    """Row and column of each pair whose likeness exceeds `least`, and exceeds by `CLEAR_LEAD` the
    likeness of either to anything else."""
    found = set()
    for row, column in np.argwhere(likeness > least).tolist():
        along, down = np.delete(likeness[row], column), np.delete(likeness[:, column], row)
        rivals = np.concatenate([along, down])
        if rivals.max(initial=-np.inf) <= likeness[row, column] - CLEAR_LEAD:
            found.add((row, column))
    return found


def owned(
    scans: Sequence[BodyScan], bodies: Sequence[Followed], tracks: Sequence[Track]
) -> list[tuple[int, ...]]:
    """Numbers of the tracks that surely belong to each body, rising: at least two scans say so, and
    none contradicts.

    Only scans that detected the track count: a followed track may be on somebody else.

    Args:
        scans: for bodies, of the clip.
        bodies: see `followed`.
        tracks: of the clip.
    """
    frames = [scan.frame for scan in scans]
    at: dict[int, list[tuple[Track, Box]]] = defaultdict(list)
    for track in tracks:
        for frame in frames[bisect_left(frames, track.first) : bisect_right(frames, track.last)]:
            key = track.at(frame)
            if key is not None and key.state is State.DETECTED:
                at[frame].append((track, key.box))
    of = {(frame, row): n for n, body in enumerate(bodies) for frame, row in body.rows.items()}
    for_it, against = Counter[tuple[int, int]](), set[tuple[int, int]]()
    for scan in scans:
        here = at.get(scan.frame, [])
        if not here or not len(scan.bodies):
            continue
        boxes = np.array([box for _, box in here], np.float64)
        targets = np.array([track.target for track, _ in here], np.int8)
        near = _at_head(boxes, targets, scan.bodies)
        on = _on_vehicle(boxes, targets, scan.bodies)
        sure = _clear(near, -np.inf) | _clear(on, 0)
        taken = {row for row, _ in sure}, {column for _, column in sure}
        for row, column in np.ndindex(near.shape):
            if (scan.frame, row) not in of:
                continue
            pair = of[scan.frame, row], here[column][0].id
            if (row, column) in sure:
                for_it[pair] += 1
            elif (
                row in taken[0]
                or column in taken[1]
                or (near[row, column] == -np.inf and not on[row, column])
            ):
                against.add(pair)
    found = [list[int]() for _ in bodies]
    for (n, number), count in for_it.items():
        if count >= LEAST_BODY_SCANS and (n, number) not in against:
            found[n].append(number)
    return [tuple(sorted(numbers)) for numbers in found]


def _at_head(heads: Boxes, targets: NDArray[np.int8], bodies: Bodies) -> Boxes:
    """[M, N] how near each of N faces and heads is to the expected place of the head of each of M
    bodies: minus the distance of their middles, in heights of that place; -inf if it cannot be its
        head."""
    places = head_places(bodies.xyxy.astype(np.float64))
    tall = np.maximum(places[:, 3] - places[:, 1], 1e-6)
    off = _middles(heads)[None] - _middles(places)[:, None]
    away = np.hypot(off[..., 0], off[..., 1]) / tall[:, None]
    return np.asarray(np.where(fitting(heads, targets, bodies), -away, -np.inf))


def _middles(boxes: Boxes) -> Boxes:
    """[N, 2] middles of boxes [N, 4]."""
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)


def _on_vehicle(plates: Boxes, targets: NDArray[np.int8], bodies: Bodies) -> Boxes:
    """[M, N] 1 if each of M bodies is a vehicle that can bear each of N plates, else 0."""
    on = plates_on_vehicles(bodies.xyxy.astype(np.float64), plates)
    return np.asarray(on & bodies.vehicle[:, None] & (targets == Target.PLATE)[None], np.float64)
