"""Is what is hidden before and after a few frames in plain view in them?

The commonest leak of all is a subject that the detector lost for a moment, and an audit with the
same detector may lose it for the same moment. The picture tells: what lies between the two tracks
looks exactly like the end of the one and like the beginning of the other.
"""

from __future__ import annotations

from collections import defaultdict

from ..plan import Plan
from ..types import Action, Box, Track
from .likeness import Looks
from .limits import LIMITS, Limits


def between_tracks(
    plan: Plan, looks: Looks, limits: Limits = LIMITS
) -> dict[int, list[tuple[int, Box]]]:
    """Places between two tracks of one subject where it shows: id of the first → (frame, box).

    Args:
        plan: what is hidden.
        looks: searches around every track's ends, all of them done.
    """
    sure = [t for t in plan.tracks if t.action is not Action.KEEP and _sure(t, limits)]
    begins: dict[int, list[Track]] = defaultdict(list)
    for track in sure:
        begins[track.first].append(track)
    found: dict[int, list[tuple[int, Box]]] = {}
    for track in sure:
        for gap in range(1, limits.edge_frames + 1):
            for other in begins[track.last + gap + 1]:
                if other.target is track.target:
                    places = _shown(plan, looks, (track, other), limits)
                    if places:
                        found[track.id] = places
    return found


def _sure(track: Track, limits: Limits) -> bool:
    return track.certainty is None or track.certainty >= limits.believed


def _shown(
    plan: Plan, looks: Looks, pair: tuple[Track, Track], limits: Limits
) -> list[tuple[int, Box]]:
    """Frames between two tracks in which the subject shows; none unless it is there in all."""
    track, other = pair
    places: list[tuple[int, Box]] = []
    for frame in range(track.last + 1, other.first):
        a, b = looks.likeness(track.id, frame), looks.likeness(other.id, frame)
        if (
            a is None
            or b is None
            or min(a.value, b.value) < limits.alike
            or a.box.iou(b.box) < limits.same
        ):
            return []
        if not any(_share(a.box, r.box) >= limits.covered for r in plan.regions_at(frame)):
            places.append((frame, a.box))
    return places


def _share(box: Box, other: Box) -> float:
    """Share of a box that lies in another one."""
    return box.common(other) / max(box.area, 1e-6)
