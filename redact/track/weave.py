"""From sightings to tracks: what is done once the whole clip has passed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..types import Target, Track
from .belief import Ends
from .clip import ClipRecord
from .fill import fill
from .keyframes import keyframes_of
from .log import Rows, SightingLog
from .settings import TrackSettings
from .stitch import Piece, stitched


def weave(
    log: SightingLog,
    kept: Mapping[int, Ends],
    links: list[tuple[int, int]],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    settings: TrackSettings,
    ablate: frozenset[str],
) -> tuple[Track, ...]:
    """All tracks of the clip, in order of appearance.

    Args:
        log: every sighting.
        kept: tracklets that are protected, by id: what they are and their looks at both ends.
        links: pairs of tracklets (later, earlier) that are one object.
        clip: times and camera motions.
        cuts: first frames of new scenes.
        settings, ablate: see `Tracker`.
    """
    pieces = [
        piece
        for tracklet, rows in log.by_tracklet().items()
        if tracklet in kept
        for piece in _split(tracklet, *kept[tracklet], rows, cuts, len(clip))
    ]
    pieces.sort(key=lambda p: (p.first, int(p.target), *p.rows["box"][0].tolist()))
    if "stitch" in ablate:
        groups = [[piece] for piece in pieces]
    else:
        groups = stitched(pieces, set(links), clip, settings.stitch_time)
    tracks = []
    for number, group in enumerate(groups, start=1):
        rows = np.concatenate([piece.rows for piece in group])
        first = group[0]
        dense = fill(rows, first.target, first.floor, first.ceiling, clip, settings, ablate)
        keyframes = keyframes_of(dense.first, dense.boxes, dense.states, dense.scores)
        tracks.append(Track(number, group[0].target, keyframes))
    return tuple(tracks)


def _split(
    tracklet: int,
    target: Target,
    looks: NDArray[np.float32],
    rows: Rows,
    cuts: tuple[int, ...],
    frames: int,
) -> list[Piece]:
    """A tracklet's sightings, one piece per scene."""
    edges = [0, *cuts, frames]
    scene = np.searchsorted(np.array(edges), rows["frame"], side="right") - 1
    return [
        Piece(tracklet, target, rows[scene == s], edges[s], edges[s + 1] - 1, looks)
        for s in np.unique(scene)
    ]
