"""From sightings to tracks: what is done once the whole clip has passed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..types import Track
from .active import Retired
from .belief import Clues, TargetWeights, probability_of, worth_hiding
from .clip import ClipRecord
from .fill import fill
from .geometry import areas
from .keyframes import keyframes_of
from .settings import TrackSettings
from .sightings import Rows, SightingLog
from .stitch import Piece, stitched

DOUBTED = 0.25
"""Factor on the odds from which a tracklet takes part in stitching: pieces of one person may each
be doubtful and together be believed. Meaning: two doublings."""

STACKED = 0.8
"""Share of the smaller box from which two tracks that lie on each other are one. Meaning: nearly
all of it; of a face that looks over a shoulder more sticks out, and that must stay hidden."""

STACKED_FRAMES = 0.5
"""Share of the shorter track's sightings in which both were seen. Meaning: half of its life; two
who cross part again."""


def weave(
    log: SightingLog,
    retired: Mapping[int, Retired],
    links: list[tuple[int, int]],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    settings: TrackSettings,
    weights: Mapping[str, TargetWeights],
    ablate: frozenset[str],
) -> tuple[Track, ...]:
    """All tracks of the clip, in order of appearance.

    Args:
        log: every sighting.
        retired: tracklets, by id.
        links: pairs of tracklets (later, earlier) that are one object.
        clip: times and camera motions.
        cuts: first frames of new scenes.
        settings, weights, ablate: see `Tracker`.
    """
    rows_of = log.by_tracklet()
    likely = _likely(retired, weights, settings.leak_cost)
    pieces = [
        piece
        for tracklet in likely
        for piece in _split(tracklet, retired[tracklet], rows_of[tracklet], cuts, len(clip))
    ]
    pieces.sort(key=lambda p: (p.first, int(p.target), *p.rows["box"][0].tolist()))
    if "stitch" in ablate:
        groups = [[piece] for piece in pieces]
    else:
        groups = stitched(pieces, set(links), clip, settings.stitch_time)
    objects = []
    for group in groups:
        members = dict.fromkeys(piece.tracklet for piece in group)
        clues = Clues.concat([retired[tracklet].clues for tracklet in members]).as_one()
        if worth_hiding(clues, weights, settings.leak_cost)[0]:
            p = float(probability_of(clues, weights)[0])
            objects.append((group, _joined([piece.rows for piece in group]), p))
    if "merge" not in ablate:
        objects = _without_stacks(objects)
    tracks = []
    for number, (group, rows, p) in enumerate(objects, start=1):
        first = group[0]
        dense = fill(rows, first.floor, first.ceiling, clip, settings, ablate)
        keyframes = keyframes_of(dense.first, dense.boxes, dense.states, dense.scores)
        tracks.append(Track(number, first.target, keyframes, certainty=round(p, 4)))
    return tuple(tracks)


def _likely(
    retired: Mapping[int, Retired], weights: Mapping[str, TargetWeights], leak_cost: float
) -> list[int]:
    """Tracklets that are worth hiding, or might be together with others."""
    if not retired:
        return []
    clues = Clues.concat([over.clues for over in retired.values()])
    likely = worth_hiding(clues, weights, leak_cost, DOUBTED)
    return [tracklet for tracklet, good in zip(retired, likely, strict=True) if good]


def _joined(parts: list[Rows]) -> Rows:
    """Rows of pieces of one object, one per frame, the strongest kept."""
    rows = np.concatenate(parts)
    order = np.lexsort((-rows["score"], -rows["how"], rows["frame"]))
    rows = rows[order]
    fresh = np.concatenate([[True], rows["frame"][1:] != rows["frame"][:-1]])
    return np.asarray(rows[fresh])


def _without_stacks(
    objects: list[tuple[list[Piece], Rows, float]],
) -> list[tuple[list[Piece], Rows, float]]:
    """Tracks that lie on each other, head on head and shoulders, become the likelier one."""
    order = sorted(range(len(objects)), key=lambda i: (-objects[i][2], i))
    kept: list[int] = []
    extra: dict[int, list[Rows]] = {}
    for i in order:
        host = next((k for k in kept if _stacked(objects[k], objects[i])), None)
        if host is None:
            kept.append(i)
            continue
        # Where the likelier one was not seen, the other still tells where the head is.
        extra.setdefault(host, []).append(objects[i][1])
    out = []
    for i in sorted(kept):
        group, rows, p = objects[i]
        for more in extra.get(i, ()):
            missing = ~np.isin(more["frame"], rows["frame"])
            rows = _joined([rows, more[missing]])
        out.append((group, rows, p))
    return out


def _stacked(host: tuple[list[Piece], Rows, float], other: tuple[list[Piece], Rows, float]) -> bool:
    if host[0][0].target is not other[0][0].target:
        return False
    mine, rows = host[1], other[1]
    if rows["frame"][-1] < mine["frame"][0] or mine["frame"][-1] < rows["frame"][0]:
        return False
    _, i, j = np.intersect1d(mine["frame"], rows["frame"], assume_unique=True, return_indices=True)
    if len(i) < STACKED_FRAMES * len(rows):
        return False
    share = _shares(mine["box"][i].astype(np.float64), rows["box"][j].astype(np.float64))
    # In every frame: where they part in one, that one would be open.
    return bool((share >= STACKED).all())


def _shares(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """[N] overlap of boxes, share of the smaller one."""
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
        Piece(tracklet, over.target, rows[scene == s], edges[s], edges[s + 1] - 1, over.looks)
        for s in np.unique(scene)
    ]
