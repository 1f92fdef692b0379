"""Makes tracks from sightings, once the whole clip has passed. Pieces of one object on both sides
of a gap are joined by one global assignment.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..types import DOUBTFUL, MOSTLY_INSIDE, NEARLY_ALL, Box, Boxes, Doubt, Target, Track
from .active_tracklets import Retired
from .associate import MOST_REACH, REACH, SIZE_RATIO, Pairs, assign
from .belief import Clues, TargetWeights, probability_of, worth_hiding
from .bodies import SURE
from .box_per_frame import fill, keyframes_of
from .follow import ANCHOR
from .geometry import Index, areas, carried, to_centres
from .sensitivities import TrackSettings
from .sightings import SPEED_TIME, ClipRecord, How, Rows, SightingLog, end_speed


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


def stitched(
    pieces: list[Piece], links: set[tuple[int, int]], clip: ClipRecord, longest: float
) -> list[list[Piece]]:
    """Groups of pieces that are one object, each in order of time.

    Args:
        pieces: of all scenes, in order of their first frame.
        links: (later, earlier) tracklets that are known to be one object.
        longest: seconds; longer gaps are not closed.
    """
    a, b = _possible(pieces, clip, longest)
    if not len(a):
        return [[piece] for piece in pieces]
    cost, fine = _costs(pieces, a, b, clip)
    linked = np.array(
        [(pieces[j].tracklet, pieces[i].tracklet) in links for i, j in zip(a, b, strict=True)]
    )
    # Following its pixels has shown that it is one object: no other pair can fit better.
    cost[linked] = 0.0
    fine |= linked
    first, second = assign(Pairs(a[fine], b[fine], cost[fine]))
    after = dict(zip(first.tolist(), second.tolist(), strict=True))
    groups = []
    for start in sorted(set(range(len(pieces))) - set(after.values())):
        group = [start]
        while group[-1] in after:
            group.append(after[group[-1]])
        groups.append([pieces[i] for i in group])
    return groups


def _possible(pieces: list[Piece], clip: ClipRecord, longest: float) -> tuple[Index, Index]:
    """Pairs (earlier, later) of one scene and kind with a gap of at most `longest` seconds."""
    start = np.array([clip.time(p.first) for p in pieces])
    a: list[int] = []
    b: list[int] = []
    for i, piece in enumerate(pieces):
        end = clip.time(piece.last)
        low = int(np.searchsorted(start, end, side="right"))
        high = int(np.searchsorted(start, end + longest, side="right"))
        for j in range(low, high):
            if pieces[j].target is piece.target and pieces[j].floor == piece.floor:
                a.append(i)
                b.append(j)
    return np.array(a, np.intp), np.array(b, np.intp)


def _costs(
    pieces: list[Piece], a: Index, b: Index, clip: ClipRecord
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cost of joining each pair, and whether it is allowed at all."""
    into = {j: end_speed(pieces[j].rows, clip, at_start=True) for j in set(b.tolist())}
    ends, starts = (
        to_centres(np.array([p.rows["box"][k] for p in pieces], np.float64)) for k in (-1, 0)
    )
    seconds = np.array([clip.time(p.first) for p in pieces])[b]
    seconds -= np.array([clip.time(p.last) for p in pieces])[a]
    left, alike = np.empty((len(a), 4)), np.empty(len(a))
    for i in np.unique(a).tolist():
        pairs, p = np.flatnonzero(a == i), pieces[i]
        after = [pieces[j] for j in b[pairs]]
        path = clip.between(p.last, max(q.first for q in after))
        cameras = np.stack([path[q.first - p.last] for q in after])
        out = end_speed(p.rows, clip, at_start=False)
        drift = cameras[:, :, :2] @ out + [into[j] for j in b[pairs].tolist()]
        ahead = carried(ends[i], cameras)
        left[pairs] = _nearest(ahead, starts[b[pairs]], drift, seconds[pairs])
        alike[pairs] = np.stack([q.patches[0] for q in after]).reshape(len(after), -1) @ (
            p.patches[1].ravel()
        )
    cost, fine = _pair_costs(left, starts[b], seconds, alike)
    # A plate looks the same from all sides: another look is another car's.
    plates = np.array([pieces[i].target is Target.PLATE for i in a])
    return cost, fine & (~plates | (alike >= ANCHOR))


def _nearest(
    ahead: Boxes, back: Boxes, drift: NDArray[np.float64], seconds: NDArray[np.float64]
) -> Boxes:
    """[N, 4] the end of a piece, moved over each gap at half the sum of both speeds: as if it went
    on all the time, or stopped soon, whichever fits better."""
    tries = np.stack([ahead, ahead])
    tries[0, :, :2] += drift * (seconds / 2)[:, None]
    tries[1, :, :2] += drift * (np.minimum(seconds, SPEED_TIME) / 2)[:, None]
    off = np.abs(tries[:, :, :2] - back[None, :, :2]).max(axis=2)
    return np.asarray(np.where((off[0] <= off[1])[:, None], tries[0], tries[1]))


def _pair_costs(
    left: Boxes, right: Boxes, gap: NDArray[np.float64], alike: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Costs and limits as between two scans (`associate`). For every second of the gap, the end may
    be farther away by as much as in the most uncertain scan: a walking head covers one to two of
        its
    sizes a second."""
    size = np.sqrt(np.maximum(left[:, 2:], 1) * np.maximum(right[:, 2:], 1))
    size = np.maximum(size, size.max(axis=1, keepdims=True) / 2)
    distance = np.hypot(*((left[:, :2] - right[:, :2]) / size).T)
    ratio = np.abs(np.log(np.maximum(left[:, 2:], 1) / np.maximum(right[:, 2:], 1))).max(axis=1)
    reach = REACH + MOST_REACH * gap
    cost = distance / reach + 0.5 * (ratio + (1 - alike))
    return cost, (distance <= reach) & (ratio <= np.log(SIZE_RATIO))


STACKED = 0.5
"""Two thresholds for two tracks on one object. As a share of the shorter track's sightings: frames
in which both were seen, since people who cross part again. As a share of the smaller box, in the
middle of these frames: the overlap from which a track without a firm detection frames the other's
object less well (a face with the chest, a plate with the bumper); plates do not lie on each other.
A faint face must also be no smaller: of two boxes on one small face, each held a part that the
other lacked. A plate's track that is larger both ways (`_frames_loosely`) may have firm detections,
but no sure one."""


class _Object(NamedTuple):
    """One object over time.

    Attributes:
        group: its pieces, in order of time.
        rows: all its sightings.
        chance: its probability of being real.
        tracklets: ids of its tracklets.
    """

    group: list[Piece]
    rows: Rows
    chance: float
    tracklets: frozenset[int]


def weave(
    log: SightingLog,
    retired: Mapping[int, Retired],
    links: list[tuple[int, int]],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    jolts: Sequence[int],
    settings: TrackSettings,
    weights: Mapping[str, TargetWeights],
) -> tuple[tuple[Track, ...], dict[int, frozenset[int]]]:
    """All tracks of the clip, in order of appearance; and by id the tracklets that each is made of.

    Args:
        log: every sighting.
        retired: tracklets, by id.
        links: pairs of tracklets (later, earlier) that are one object.
        clip: times and camera motions.
        cuts: first frames of new scenes.
        jolts: frames in which much moved at once (`Jolts`), rising.
        settings, weights: see `Tracker`.
    """
    rows_of = log.by_tracklet()
    believed = _believed(retired, links, weights, settings.leak_cost)
    pieces = [
        piece
        for tracklet in believed
        for piece in _split(tracklet, retired[tracklet], rows_of[tracklet], cuts, len(clip))
    ]
    pieces.sort(key=lambda p: (p.first, int(p.target), *p.rows["box"][0].tolist()))
    if settings.stitch_time:
        groups = stitched(pieces, set(links), clip, settings.stitch_time)
    else:
        groups = [[piece] for piece in pieces]
    objects = [
        _Object(
            group,
            _joined([piece.rows for piece in group]),
            _certainty(group, retired, weights),
            frozenset(piece.tracklet for piece in group),
        )
        for group in groups
    ]
    parts, jumps = [], defaultdict[int, set[int]](set)
    for tracklet, frame in log.jumps:
        jumps[tracklet].add(frame)
    for group, rows, p, tracklets in _without_stacks(objects):
        first = group[0]
        dense = fill(rows, first.target, first.floor, first.ceiling, clip, settings, p)
        begins = first.first
        for part in dense.divided(_jumps(group, jumps, log.held_on, jolts)):
            parts.append((begins, first.target, keyframes_of(part), round(p, 4), tracklets))
            begins = part.first + len(part.boxes)
    parts.sort(key=lambda part: part[0])
    made_of = {number: tracklets for number, (*_, tracklets) in enumerate(parts, start=1)}
    tracks = tuple(
        Track(number, target, keyframes, certainty=p)
        for number, (_, target, keyframes, p, _) in enumerate(parts, start=1)
    )
    return tracks, made_of


def _certainty(
    group: list[Piece], retired: Mapping[int, Retired], weights: Mapping[str, TargetWeights]
) -> float:
    """The probability of one object, from all its pieces together."""
    members = dict.fromkeys(piece.tracklet for piece in group)
    clues = Clues.concat([retired[tracklet].clues for tracklet in members])
    return float(probability_of(clues.as_one(), weights)[0])


def _jumps(
    group: list[Piece],
    jumps: Mapping[int, set[int]],
    held_on: Container[tuple[int, int]],
    jolts: Sequence[int],
) -> list[int]:
    """Frames from which an object may be somebody else: it looks different from before, or much
    moved at once and the object was not seen to go on. A track ends there, so that a decision about
    one person does not extend to another; hiding covers both alike."""
    ours = {piece.tracklet for piece in group}
    frames = set[int]().union(*(jumps.get(t, ()) for t in ours))
    for jolt in jolts[bisect_right(jolts, group[0].first) : bisect_right(jolts, group[-1].last)]:
        if not any((t, jolt) in held_on for t in ours):
            frames.add(jolt)
    for before, after in pairwise(group):
        if (before.patches[1] * after.patches[0]).sum() < ANCHOR:
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
        best = rows[np.where(rows["how"] == How.DETECTED, rows["score"], -1).argmax()]
        yield Doubt(int(best["frame"]), over.target, Box(*best["box"].tolist()), chance)


def _believed(
    retired: Mapping[int, Retired],
    links: Sequence[tuple[int, int]],
    weights: Mapping[str, TargetWeights],
    leak_cost: float,
) -> list[int]:
    """Tracklets that are worth hiding, and those that are one object with a sure one: behind a
    bicycle's wheel a plate went on as another tracklet, doubtful by itself. Other doubtful pieces
    add nothing to an object and hide nothing: most that are believed only together with others are
    false."""
    if not retired:
        return []
    clues = Clues.concat([over.clues for over in retired.values()])
    sure = dict(zip(retired, probability_of(clues, weights) >= SURE, strict=True))
    linked = {one for a, b in links for one, other in ((a, b), (b, a)) if sure.get(other)}
    worth = worth_hiding(clues, weights, leak_cost)
    return [t for t, good in zip(retired, worth, strict=True) if good or t in linked]


def _joined(parts: list[Rows]) -> Rows:
    """Rows of pieces of one object, one per frame, the strongest kept."""
    rows = np.concatenate(parts)
    order = np.lexsort((-rows["score"], -rows["how"], rows["frame"]))
    rows = rows[order]
    fresh = np.concatenate([[True], rows["frame"][1:] != rows["frame"][:-1]])
    return np.asarray(rows[fresh])


def _without_stacks(
    objects: list[_Object],
) -> list[_Object]:
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
        # Where the likelier one was only followed, or not seen, the other shows where the head is.
        extra[host].append(i)
    out = []
    for i in sorted(order[n] for n in np.flatnonzero(kept)):
        group, rows, p, tracklets = objects[i]
        for more in (objects[k] for k in extra[i]):
            seen = rows["frame"][rows["how"] == How.DETECTED]
            rows = _joined([rows, more.rows[~np.isin(more.rows["frame"], seen)]])
            tracklets |= more.tracklets
        out.append(_Object(group, rows, p, tracklets))
    return out


def _reach(rows: Rows) -> NDArray[np.float64]:
    """[6] first frame, left and top, last frame, right and bottom of an object's whole life:
    objects that do not meet here never lie on each other."""
    low, high = rows["box"][:, :2].min(axis=0), rows["box"][:, 2:].max(axis=0)
    return np.array([rows["frame"][0], *low, rows["frame"][-1], *high])


def _stacked(host: _Object, other: _Object) -> bool:
    if host.group[0].target is not other.group[0].target:
        return False
    mine, rows = host.rows, other.rows
    _, i, j = np.intersect1d(mine["frame"], rows["frame"], assume_unique=True, return_indices=True)
    if len(i) < STACKED * len(rows):
        return False
    ours, theirs = mine["box"][i].astype(np.float64), rows["box"][j].astype(np.float64)
    share = _shares(ours, theirs)
    if np.median(share) >= STACKED:
        most = rows["score"].max()
        if host.group[0].target is Target.PLATE:
            same = most < DOUBTFUL or (most < SURE and _frames_loosely(ours, theirs))
        else:
            same = most < DOUBTFUL and np.median(areas(theirs) - areas(ours)) >= 0
        if same:
            return True
    # In every frame: otherwise one of them would be open where they part.
    return bool((share >= MOSTLY_INSIDE).all())


def _frames_loosely(plate: NDArray[np.float64], around: NDArray[np.float64]) -> bool:
    """Whether boxes [N, 4] frame a plate [N, 4] with some of the vehicle around it: they are wider
    and higher than it. What is as wide, or as high, as the other may be all of the plate of which
    the other is a part, such as one of two lines."""
    inner, outer = (boxes[:, 2:] - boxes[:, :2] for boxes in (plate, around))
    share = np.median(inner / np.maximum(outer, 1e-6), axis=0)
    return bool(((share < NEARLY_ALL) & (share > 1 / SIZE_RATIO)).all())


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
