"""From sightings to tracks: what is done once the whole clip has passed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Target, Track
from .clip import ClipRecord
from .fill import fill
from .keyframes import keyframes_of
from .log import How, Rows, SightingLog
from .settings import TrackSettings


@dataclass(frozen=True, slots=True)
class Piece:
    """Sightings of one object within one scene.

    Attributes:
        target: what it is.
        rows: in rising frame order, one per frame.
        floor, ceiling: first and last frame of the scene.
    """

    target: Target
    rows: Rows
    floor: int
    ceiling: int

    @property
    def first(self) -> int:
        return int(self.rows["frame"][0])

    @property
    def last(self) -> int:
        return int(self.rows["frame"][-1])


def weave(
    log: SightingLog,
    kinds: list[int],
    clip: ClipRecord,
    cuts: tuple[int, ...],
    settings: TrackSettings,
    ablate: frozenset[str],
) -> tuple[Track, ...]:
    """All tracks of the clip, in order of appearance.

    Args:
        log: every sighting.
        kinds: target of every tracklet, by its id.
        clip: times and camera motions.
        cuts: first frames of new scenes.
        settings, ablate: see `Tracker`.
    """
    pieces = [
        piece
        for tracklet, rows in log.by_tracklet().items()
        for piece in _split(Target(kinds[tracklet]), rows, cuts, len(clip))
    ]
    pieces = [piece for piece in pieces if _kept(piece, settings)]
    pieces.sort(key=lambda p: (p.first, int(p.target), *p.rows["box"][0].tolist()))
    tracks: list[Track] = []
    for piece in pieces:
        dense = fill(piece.rows, piece.floor, piece.ceiling, clip, settings, ablate)
        keyframes = keyframes_of(dense.first, dense.boxes, dense.states, dense.scores)
        tracks.append(Track(len(tracks) + 1, piece.target, keyframes))
    return tuple(tracks)


def _split(target: Target, rows: Rows, cuts: tuple[int, ...], frames: int) -> list[Piece]:
    """A tracklet's sightings, one piece per scene."""
    edges = [0, *cuts, frames]
    scene = np.searchsorted(np.array(edges), rows["frame"], side="right") - 1
    return [Piece(target, rows[scene == s], edges[s], edges[s + 1] - 1) for s in np.unique(scene)]


def _kept(piece: Piece, settings: TrackSettings) -> bool:
    """Whether the evidence is enough to hide the object."""
    if settings.keep_all:
        return True
    score = piece.rows["score"][piece.rows["how"] == How.DETECTED]
    return bool(
        (score >= settings.sure[int(piece.target)]).any() or score.sum() >= settings.support
    )
