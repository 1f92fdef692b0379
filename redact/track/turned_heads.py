"""Finds heads that look different from one scan to the next, but have only turned.

A track ends where its face or head no longer looks like before, because somebody else may have come
in its place. Nobody has if both scans surely show a head in that place, so soon after each other
that two people cannot pass, and nobody else was near enough to change places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from ..types import DOUBTFUL, PASSING_SECONDS, SAME_PLACE_IOU, Box, Target
from .associate import MOST_REACH
from .clothes import Sight
from .geometry import warped
from .sightings import ClipRecord, How, Rows, end_speed


def turned_heads(
    jumps: Iterable[tuple[int, int]],
    rows_of: Mapping[int, Rows],
    targets: Mapping[int, Target],
    jolts: Sequence[int],
    clip: ClipRecord,
) -> Iterator[tuple[Sight, Sight]]:
    """Yield pairs of sights (before, after) of heads that turned.

    Args:
        jumps: tracklets, and frames from which they no longer look like before.
        rows_of: sightings by tracklet.
        targets: by tracklet.
        jolts: frames in which much moved at once, so that places prove nothing.
        clip: times and camera motions.
    """
    sights, seen_in = dict[int, list[Sight]](), defaultdict[int, list[Sight]](list)
    for tracklet, rows in rows_of.items():
        if targets[tracklet] in (Target.FACE, Target.HEAD):
            sights[tracklet] = [*_sure_sights(tracklet, targets[tracklet], rows)]
            for sight in sights[tracklet]:
                seen_in[sight.frame].append(sight)
    for tracklet, frame in sorted(jumps):
        earlier = [sight for sight in sights.get(tracklet, ()) if sight.frame < frame]
        later = [sight for sight in sights.get(tracklet, ()) if sight.frame >= frame]
        if not (earlier and later):
            continue
        before, after = earlier[-1], later[0]
        if (
            clip.time(after.frame) - clip.time(before.frame) <= PASSING_SECONDS
            and not any(before.frame < jolt <= after.frame for jolt in jolts)
            and _goes_on(rows_of[tracklet], before, after, clip)
            and not any(_is_near(o, s) for s in (before, after) for o in seen_in[s.frame])
        ):
            yield before, after


def _sure_sights(tracklet: int, target: Target, rows: Rows) -> Iterator[Sight]:
    """Detections that are more likely right than not: a fainter one may be of somebody else."""
    for row in rows[(rows["how"] == How.DETECTED) & (rows["score"] >= DOUBTFUL)]:
        yield Sight(tracklet, target, int(row["frame"]), Box(*row["box"].tolist()))


def _goes_on(rows: Rows, before: Sight, after: Sight, clip: ClipRecord) -> bool:
    """Whether a head is later where it was, or where its speed led it."""
    until = rows[rows["frame"] <= before.frame]
    stays = warped(np.array([before.box]), clip.between(before.frame, after.frame)[-1])
    way = end_speed(until, clip, at_start=False)
    way *= clip.time(after.frame) - clip.time(before.frame)
    places = (Box(*place) for place in (*stays.tolist(), *(stays + np.tile(way, 2)).tolist()))
    return any(place.iou(after.box) >= SAME_PLACE_IOU for place in places)


def _is_near(other: Sight, sight: Sight) -> bool:
    """Whether somebody else is so near that the two may change places."""
    one, two = other.box, sight.box
    reach = MOST_REACH * max(one.width, one.height, two.width, two.height)
    near = all(abs(one[i] + one[i + 2] - two[i] - two[i + 2]) / 2 <= reach for i in (0, 1))
    return near and other.tracklet != sight.tracklet and not one.lies_on(two)
