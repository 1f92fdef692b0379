"""How often following a drawn mask finds its object again: `python -m lab.found_again PLAN VIDEO`.

For each long track that a detector saw, a box is taken at its first detection and followed. A
second later, another piece of the picture is pasted over the object for `--covered` seconds. Half a
second after it reappears, the follower is on the same track, on something else, or lost; the counts
of each are printed, beside those of the former rule, which gave an object up as soon as it was
lost.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from av.video.reformatter import VideoReformatter

from redact.follow_drawn import follow_box
from redact.media import Decode, probe
from redact.plan import Plan, read_plan
from redact.track import SmallFrame, shrink
from redact.types import Box, State, Track

BEFORE, AFTER = 1.0, 0.5
"""Seconds the box is followed before the object is covered, and seconds it has to be found
again."""

SAME, OTHER = 0.3, 0.1
"""IoU from which the box is on the same track, and up to which it is on something else."""


def covered(small: SmallFrame, box: Box, piece: Box) -> SmallFrame:
    """The picture with the content of `piece` pasted over `box`."""
    levels = []
    for level in small.levels:
        factor = small.scale * level.shape[1] / small.levels[0].shape[1]
        picture = level.copy()
        rows, columns = _pixels(box, factor, level.shape)
        over = picture[_pixels(piece, factor, level.shape)]
        if over.size and picture[rows, columns].size:
            ys = np.arange(rows.stop - rows.start) % over.shape[0]
            xs = np.arange(columns.stop - columns.start) % over.shape[1]
            picture[rows, columns] = level[_pixels(piece, factor, level.shape)][np.ix_(ys, xs)]
        levels.append(picture)
    return replace(small, levels=tuple(levels))


def _pixels(box: Box, factor: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    x1, y1, x2, y2 = (max(0, round(side * factor)) for side in box)
    return slice(min(y1, shape[0]), min(y2, shape[0])), slice(min(x1, shape[1]), min(x2, shape[1]))


def outcome(pictures: Sequence[SmallFrame], plan: Plan, track: Track, seconds: float) -> str:
    """How following ended for an object covered this long; "" if it cannot be tried."""
    first = next((k.frame for k in track.keyframes if k.state is State.DETECTED), None)
    if first is None:
        return ""
    rate = len(pictures) / max(plan.seconds(len(pictures) - 1), 0.1)
    begins, ends = first + round(BEFORE * rate), first + round((BEFORE + seconds) * rate)
    asked = ends + round(AFTER * rate)
    there = track.at(asked)
    if there is None or there.state is State.PADDED or any(first < c <= asked for c in plan.cuts):
        return ""
    start = track.at(first)
    assert start is not None
    piece = Box(0, plan.source.height * 0.6, plan.source.width * 0.2, plan.source.height)

    def shown() -> Iterator[SmallFrame]:
        for number in range(first, min(asked + 20, len(pictures))):
            here = track.at(number)
            if begins <= number < ends and here is not None:
                yield covered(pictures[number], here.box.grown(0.4), piece)
            else:
                yield pictures[number]

    keys = {key.frame: key for key in follow_box._followed(shown(), start.box)}
    before, found = keys.get(begins - 1), keys.get(asked)
    was = track.at(begins - 1)
    if before is None or was is None or before.box.iou(was.box) < SAME:
        return ""  # it had been lost before
    if found is None:
        return "not found"
    overlap = found.box.iou(there.box)
    return "same" if overlap >= SAME else "something else" if overlap <= OTHER else "beside it"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="PLAN VIDEO")
    parser.add_argument("--covered", type=float, nargs="+", default=[0.3, 0.6, 1.2])
    options = parser.parse_args()
    total: Counter[tuple[float, str]] = Counter()
    for plan_file, video in zip(options.files[::2], options.files[1::2], strict=True):
        plan, scaler = read_plan(plan_file), VideoReformatter()
        pictures = [shrink(frame, scaler) for frame in Decode(probe(video))]
        for track in plan.tracks:
            for seconds in options.covered:
                total[seconds, outcome(pictures, plan, track, seconds)] += 1
        for seconds in options.covered:
            told = {what: n for (of, what), n in sorted(total.items()) if of == seconds and what}
            print(f"{video.name}, covered for {seconds} s, so far: {told}", flush=True)


if __name__ == "__main__":
    main()
