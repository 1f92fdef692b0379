"""The silhouette of a person over time, from scans of single frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Shaped, Silhouette, State, Target, Track
from .belief import LEAST_BODY_SHARE, ORDINARY_SHARE
from .bodies import LEAST_BODY_SCANS

ShapeScan = tuple[int, Silhouette | None]
"""A frame, and the silhouette of a person in it; None if the network found none."""

MOST_MISSED_SCANS: Final = 3
"""Most scans in a row without a silhouette, between two with one, that are bridged: half a
second."""

MOST_LOOSENESS: Final = 1.1
"""Largest ratio of a silhouette to the needed one for which it stays unchanged: one that changes at
every scan draws every eye, and only a rim is hidden for nothing."""

LEAST_SILHOUETTE_SHARE: Final = 0.8
"""Share of a person's scans that must find a silhouette, for silhouettes to show where the person
is."""

NO_SILHOUETTE_COST: Final = 0.12
"""Cost of leaving a person without a silhouette open, as a share of the ordinary cost; and a box of
twice the ordinary size costs twice as much, however large. A network that finds no body in a box is
evidence that nobody is there. On 66 frames of 33 clips of dev, with 125 labelled heads and faces,
this leaves one open, at the border, and hides 21 % of the pictures where boxes hid 45 %; with .2 23
%. Of eleven heads that only such a mask hides, .1 would open the first."""


def worth_its_box(
    track: Track, scans: Sequence[ShapeScan], leak_cost: float, picture: float
) -> bool:
    """Whether a person stays hidden, given the scans that found silhouettes.

    Args:
        track: of a person.
        scans: for its silhouette.
        leak_cost: see `redact.track.TrackSettings`.
        picture: area of the picture, square pixels.
    """
    p = track.certainty
    told = sum(shape is not None for _, shape in scans)
    if p is None or told >= LEAST_SILHOUETTE_SHARE * max(1, len(scans)):
        return True
    if track.score is not None:  # a part after a jump has the certainty of the whole
        p = min(p, track.score)
    share = median(key.box.area for key in track.keyframes) / picture
    return p * NO_SILHOUETTE_COST * leak_cost >= max(1.0, share / ORDINARY_SHARE[Target.PERSON]) * (
        1 - p
    )


def without_empty_ends(track: Track, scans: Sequence[ShapeScan]) -> Track:
    """A person's track without followed or padded ends where nobody is: before the first and after
    the last frame in which somebody was detected or a silhouette found.

    One scan without a silhouette may have missed somebody; with two in a row up to the end of the
    track, it ends at the first of them. A track without silhouettes even where it was detected
    keeps both ends.

    Args:
        track: of a person.
        scans: for its silhouette, in rising order of frame.
    """
    detected = [key.frame for key in track.keyframes if key.state is State.DETECTED]
    if not detected:
        return track
    seen = [shape is not None for frame, shape in scans if detected[0] <= frame <= detected[-1]]
    if sum(seen) < LEAST_BODY_SHARE * max(1, len(seen)):
        return track
    frames = np.array([frame for frame, _ in scans])
    there = np.array([shape is not None for _, shape in scans], np.bool_)
    last = _gone_from(frames, there, detected[-1], track.last)
    first = -_gone_from(-frames[::-1], there[::-1], -detected[0], -track.first)
    ends = [key for frame in (first, last) if (key := track.found_at(frame)) is not None]
    inner = [key for key in track.keyframes if first < key.frame < last]
    before = [shaped for shaped in track.shapes if shaped.frame <= first]
    shapes = [shaped.but(frame=first) for shaped in before[-1:]]
    shapes += [shaped for shaped in track.shapes if first < shaped.frame <= last]
    keys = {key.frame: key for key in (ends[0], *inner, ends[-1])}
    return replace(track, keyframes=tuple(keys.values()), shapes=tuple(shapes))


def _gone_from(frames: NDArray[np.intp], there: NDArray[np.bool_], detected: int, end: int) -> int:
    """The first frame from which a followed person was gone; `end` if unknown.

    Args:
        frames: that were scanned, rising.
        there: whether each scan found the person.
        detected: the last frame in which the person was detected.
        end: the last frame in which they were followed.
    """
    later = frames > detected
    tail = np.flatnonzero(later & ~there)
    found = np.flatnonzero(later & there)
    if len(found):
        tail = tail[tail > found[-1]]
    return int(frames[tail[0]]) if len(tail) >= LEAST_BODY_SCANS else end


def shapes_between(scans: Sequence[ShapeScan], last: int) -> tuple[Shaped, ...]:
    """Silhouettes of a track from scans for them.

    Between two scans the union of both silhouettes is hidden, relative to the box, which moves with
    the person. If one of them has none, and after the last scan, the box is hidden. A few scans
    without a silhouette between two with one are bridged by the union and a cell around it: boxes
        that come and
    go draw every eye.

    Args:
        scans: in rising order of frame, one at least.
        last: the last frame of the track.
    """
    scans = _bridged(scans)
    shapes: list[Shaped] = []
    before: Silhouette | None = None
    end = (last, scans[-1][1] if scans[-1][0] == last else None)
    for (frame, here), (_, there) in pairwise([*scans, end]):
        both = None if here is None or there is None else here.union(there)
        if both is not None and before is not None and _still_fits(before, both):
            both = before
        if not shapes or both != before:
            shapes.append(Shaped.at(frame, both))
        before = both
    return tuple(shapes) if any(shaped.cells for shaped in shapes) else ()


def _bridged(scans: Sequence[ShapeScan]) -> list[ShapeScan]:
    """Scans, with those briefly between two that found a silhouette counted as finding one, too."""
    found = list(scans)
    sure = [n for n, (_, shape) in enumerate(scans) if shape is not None]
    for a, b in pairwise(sure):
        before, after = scans[a][1], scans[b][1]
        assert before is not None and after is not None
        if 1 < b - a <= MOST_MISSED_SCANS + 1:
            between = before.union(after).grown()
            found[a + 1 : b] = [(frame, between) for frame, _ in scans[a + 1 : b]]
    return found


def _still_fits(shape: Silhouette, needed: Silhouette) -> bool:
    """Whether a silhouette contains another one, and little more."""
    return shape.union(needed) == shape and shape.share <= MOST_LOOSENESS * needed.share
