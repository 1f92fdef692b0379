"""Makes tracks from sightings, once the whole clip has passed. Pieces of one object on both sides
of a gap are joined by one global assignment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import INSIDE_SHARE, Box, Boxes, Doubt, Target, Track
from .active_tracklets import Retired
from .associate import LEAST_LIKENESS, MOST_REACH, REACH, SIZE_RATIO, Pairs, assign
from .belief import MISSED_LOG_ODDS, Clues, TargetWeights, probability_of, worth_hiding
from .box_per_frame import box_in_each_frame, keyframes_of
from .geometry import Index, areas
from .sightings import SPEED_TIME, ClipRecord, Rows, SightingLog
from .track_settings import TrackSettings


@dataclass(frozen=True, slots=True)
class Piece:
    """Sightings of one object within one scene.
    tracklet: id of the tracklet it comes from.
    target: of the object.
    rows: in rising frame order, one per frame.
    floor, ceiling: first and last frame of the scene.
    patches: float32 [2, cells, cells], at its start and at its end.
    """

    tracklet: int
    target: Target
    rows: Rows
    floor: int
    ceiling: int
    patches: NDArray[np.float32]

    @property
    def first(self) -> int:
        return int(self.rows["frame"][0])

    @property
    def last(self) -> int:
        return int(self.rows["frame"][-1])


def stitched(pieces: list[Piece], clip: ClipRecord, longest: float) -> list[list[Piece]]:
    """Groups of pieces that are one object, each in order of time.

    Args:
        pieces: of all scenes, in order of their first frame.
        longest: seconds; longer gaps are not closed.
    """
    first, second = _possible(pieces, clip, longest)
    after = dict(zip(first.tolist(), second.tolist(), strict=True))
    groups = []
    for start in sorted(set(range(len(pieces))) - set(after.values())):
        group = [start]
        while group[-1] in after:
            group.append(after[group[-1]])
        groups.append([pieces[i] for i in group])
    return groups


def _possible(pieces: list[Piece], clip: ClipRecord, longest: float) -> tuple[Index, Index]:
    """The pairs (earlier, later) that are joined: of one scene and kind, with a gap of at most
    `longest` seconds."""
    if not pieces:
        none = np.zeros(0, np.intp)
        return none, none
    ends = [_end(piece, clip, at_start=False) for piece in pieces]
    starts = [_end(piece, clip, at_start=True) for piece in pieces]
    time_a, place_a, speed_a = (np.array(column) for column in zip(*ends, strict=True))
    time_b, place_b, speed_b = (np.array(column) for column in zip(*starts, strict=True))
    kind = np.array([(int(p.target), p.floor) for p in pieces])
    low = np.searchsorted(time_b, time_a, side="right")
    count = np.searchsorted(time_b, time_a + longest, side="right") - low
    a = np.repeat(np.arange(len(pieces)), count)
    b = np.arange(len(a)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    fits = (kind[a] == kind[b]).all(axis=1)
    a, b = a[fits], b[fits]
    gap = time_b[b] - time_a[a]
    drift = speed_a[a] + speed_b[b]
    distance, ratio = _apart(place_a[a], place_b[b], drift, gap)
    reach = REACH + MOST_REACH * gap
    fits = (distance <= reach) & (ratio <= np.log(SIZE_RATIO))
    a, b, distance, ratio, reach = a[fits], b[fits], distance[fits], ratio[fits], reach[fits]
    looks = np.stack([p.patches for p in pieces])
    alike = (looks[a, 1] * looks[b, 0]).sum(axis=(1, 2))
    # A plate looks the same from all sides: another look is another car's.
    fits = (kind[a, 0] != Target.PLATE) | (alike >= LEAST_LIKENESS)
    cost = distance / reach + 0.5 * (ratio + (1 - alike))
    return assign(Pairs(a[fits], b[fits], cost[fits]))


LAST_DETECTIONS = 8
"""Detections among which those of the last `SPEED_TIME` are searched for."""


def _end(
    piece: Piece, clip: ClipRecord, at_start: bool
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Time of the first or last sighting, its place as if the camera stood still, and the speed
    there."""
    rows = piece.rows
    near = rows[:LAST_DETECTIONS] if at_start else rows[-LAST_DETECTIONS:]
    time = np.array([clip.time(int(f)) for f in near["frame"]])
    place = clip.fixed(near["frame"], near["box"].astype(np.float64))
    mine = 0 if at_start else -1
    away = np.abs(time - time[mine])
    other = np.flatnonzero(away <= SPEED_TIME)[-1 if at_start else 0]
    span = time[other] - time[mine]
    speed = np.zeros(2) if span == 0 else (place[other, :2] - place[mine, :2]) / span
    return float(time[mine]), place[mine], speed


def _apart(
    left: Boxes, right: Boxes, drift: NDArray[np.float64], gap: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Distance in sizes, and logarithm of the ratio of sizes, of the ends of pieces and the
    beginnings of others. An end is moved over its gap at half the sum of both speeds: as if it went
    on all the time, or stopped soon, whichever fits better."""
    size = np.sqrt(np.maximum(left[:, 2:], 1) * np.maximum(right[:, 2:], 1))
    size = np.maximum(size, size.max(axis=1, keepdims=True, initial=0.0) / 2)
    off = left[:, :2] - right[:, :2]
    ways = [off + drift * (t / 2)[:, None] for t in (gap, np.minimum(gap, SPEED_TIME))]
    distance = np.minimum(*(np.hypot(*(way / size).T) for way in ways))
    ratio = np.abs(np.log(np.maximum(left[:, 2:], 1) / np.maximum(right[:, 2:], 1)))
    return distance, ratio.max(axis=1, initial=0.0)


STACKED_SHARE = 0.5
"""Share of the shorter track's sightings in which two tracks on one object were both seen: people
who cross part again."""


class Object(NamedTuple):
    """One object over time.

    Attributes:
        group: its pieces, in order of time.
        rows: all its sightings.
        chance: its probability of being real.
    """

    group: list[Piece]
    rows: Rows
    chance: float


def assemble(
    log: SightingLog,
    retired: Mapping[int, Retired],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    settings: TrackSettings,
    weights: Mapping[str, TargetWeights],
) -> tuple[Track, ...]:
    """All tracks of the clip, in order of appearance.

    Args:
        log: every sighting.
        retired: tracklets, by id.
        clip: times and camera motions.
        cuts: first frames of new scenes.
        settings, weights: see `Tracker`.
    """
    parts, jumps = [], defaultdict[int, set[int]](set)
    for tracklet, frame in log.jumps:
        jumps[tracklet].add(frame)
    for group, rows, p in objects_of(log, retired, clip, cuts, settings, weights):
        first = group[0]
        dense = box_in_each_frame(rows, first.target, first.floor, first.ceiling, clip, settings)
        begins = first.first
        for part in dense.divided(_jumps(group, jumps)):
            parts.append((begins, first.target, keyframes_of(part), round(p, 4)))
            begins = part.first + len(part.boxes)
    parts.sort(key=lambda part: part[0])
    return tuple(
        Track(number, target, keyframes, certainty=p)
        for number, (_, target, keyframes, p) in enumerate(parts, start=1)
    )


def objects_of(
    log: SightingLog,
    retired: Mapping[int, Retired],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    settings: TrackSettings,
    weights: Mapping[str, TargetWeights],
) -> list[Object]:
    """Everything that is worth hiding, each once; for arguments see `assemble`."""
    if not retired:
        return []
    rows_of = log.by_tracklet()
    clues = Clues.concat([over.clues for over in retired.values()])
    chances = dict(zip(retired, probability_of(clues, weights).tolist(), strict=True))
    worth = dict(zip(retired, worth_hiding(clues, weights, settings.leak_cost), strict=True))
    pieces = [
        piece
        for tracklet, over in retired.items()
        if worth[tracklet] or chances[tracklet] >= LEAST_PIECE
        for piece in _split(tracklet, over, rows_of[tracklet], cuts, len(clip))
    ]
    pieces.sort(key=lambda p: (p.first, int(p.target), *p.rows["box"][0].tolist()))
    objects = []
    for group in stitched(pieces, clip, settings.stitch_time):
        joint = _joint(group, retired, clip, settings.scan_every)
        if worth_hiding(joint, weights, settings.leak_cost)[0]:
            rows = _joined([piece.rows for piece in group])
            objects.append(Object(group, rows, float(probability_of(joint, weights)[0])))
        else:
            alone = [piece for piece in group if worth[piece.tracklet]]
            objects += [Object([one], one.rows, chances[one.tracklet]) for one in alone]
    return _without_stacks(objects)


LEAST_PIECE: Final = 0.05
"""Probability from which a tracklet may be a piece of an object: half of what is hidden by itself.
On 43 labelled clips, as many faces and plates are open, at a stray of .31 instead of .33 %, as if
only what is hidden by itself could be one, and of .42 % if everything could (`python -m
lab.core`)."""


def _joint(
    group: list[Piece], retired: Mapping[int, Retired], clip: ClipRecord, scan_every: float
) -> Clues:
    """The evidence of all pieces of one object, and of the scans that missed it between them."""
    members = dict.fromkeys(piece.tracklet for piece in group)
    joint = Clues.concat([retired[tracklet].clues for tracklet in members]).as_one()
    gaps = [clip.time(b.first) - clip.time(a.last) for a, b in pairwise(group)]
    missed = sum(max(0.0, gap / scan_every - 1) for gap in gaps)
    joint.scans = joint.scans + missed
    joint.total = joint.total + missed * MISSED_LOG_ODDS
    return joint


def _jumps(group: list[Piece], jumps: Mapping[int, set[int]]) -> list[int]:
    """Frames from which an object may be somebody else, because it looks different from before. A
    track ends there, so that a decision about one person does not extend to another; hiding covers
    both alike."""
    frames = set[int]().union(*(jumps.get(piece.tracklet, ()) for piece in group))
    for before, after in pairwise(group):
        if (before.patches[1] * after.patches[0]).sum() < LEAST_LIKENESS:
            frames.add(after.first)
    return sorted(frames)


def seen_best(
    rows_of: Mapping[int, Rows],
    retired: Mapping[int, Retired],
    weights: Mapping[str, TargetWeights],
) -> Iterator[Doubt]:
    """The best sighting of each tracklet, hidden or not; the caller knows which are hidden.

    Args:
        rows_of: sightings by tracklet.
        retired: tracklets, by id.
        weights: see `Tracker`.
    """
    if not retired:
        return
    chances = probability_of(Clues.concat([over.clues for over in retired.values()]), weights)
    for (tracklet, over), chance in zip(retired.items(), chances.tolist(), strict=True):
        rows = rows_of[tracklet]
        best = rows[rows["score"].argmax()]
        yield Doubt(int(best["frame"]), over.target, Box(*best["box"].tolist()), chance)


def _joined(parts: list[Rows]) -> Rows:
    """Rows of pieces of one object, one per frame, the strongest kept."""
    rows = np.concatenate(parts)
    order = np.lexsort((-rows["score"], rows["frame"]))
    rows = rows[order]
    fresh = np.concatenate([[True], rows["frame"][1:] != rows["frame"][:-1]])
    return np.asarray(rows[fresh])


def _without_stacks(
    objects: list[Object],
) -> list[Object]:
    """Merge tracks that lie on each other, such as a head, and a head with shoulders, into the
    likelier one."""
    order = sorted(range(len(objects)), key=lambda i: (-objects[i].chance, i))
    # One array, because there are thousands in an hour, each compared with all before it.
    reach = np.array([_reach(objects[i].rows) for i in order]).reshape(-1, 6)
    kept = np.ones(len(order), np.bool_)
    extra: dict[int, list[int]] = defaultdict(list)
    for n, i in enumerate(order):
        met = (reach[:n, :3] <= reach[n, 3:]) & (reach[:n, 3:] >= reach[n, :3])
        near = (order[k] for k in np.flatnonzero(met.all(axis=1) & kept[:n]))
        host = next((k for k in near if _stacked(objects[k], objects[i])), None)
        if host is None:
            continue
        kept[n] = False
        # Where the likelier one was not detected, the other shows where the head is.
        extra[host].append(i)
    out = []
    for i in sorted(order[n] for n in np.flatnonzero(kept)):
        group, rows, p = objects[i]
        for k in extra[i]:
            more = objects[k].rows
            detected = rows["frame"][rows["score"] > 0]
            rows = _joined([rows, more[~np.isin(more["frame"], detected)]])
        out.append(Object(group, rows, p))
    return out


def _reach(rows: Rows) -> NDArray[np.float64]:
    """[6] first frame, left and top, last frame, right and bottom of an object's whole life:
    objects that do not meet here never lie on each other."""
    low, high = rows["box"][:, :2].min(axis=0), rows["box"][:, 2:].max(axis=0)
    return np.array([rows["frame"][0], *low, rows["frame"][-1], *high])


def _stacked(host: Object, other: Object) -> bool:
    if host.group[0].target is not other.group[0].target:
        return False
    mine, rows = host.rows, other.rows
    _, i, j = np.intersect1d(mine["frame"], rows["frame"], assume_unique=True, return_indices=True)
    if len(i) < STACKED_SHARE * len(rows):
        return False
    ours, theirs = mine["box"][i].astype(np.float64), rows["box"][j].astype(np.float64)
    # In every frame: otherwise one of them would be open where they part.
    return bool((_shares(ours, theirs) >= INSIDE_SHARE).all())


def _shares(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """[N] overlap of boxes, as a share of the smaller one."""
    low, high = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    return np.asarray(common / np.maximum(np.minimum(areas(a), areas(b)), 1e-6))


def _split(
    tracklet: int, over: Retired, rows: Rows, cuts: tuple[int, ...], frames: int
) -> list[Piece]:
    """A tracklet's sightings, one piece per scene."""
    edges = [0, *cuts, frames]
    scene = np.searchsorted(np.array(edges), rows["frame"], side="right") - 1
    return [
        Piece(tracklet, over.target, rows[scene == s], edges[s], edges[s + 1] - 1, over.patches)
        for s in np.unique(scene)
    ]
