"""Why a place in a frame is hidden, or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from redact.detection import load_calibration
from redact.schedule import schedule_of
from redact.track import probability_of
from redact.track.assemble import objects_of
from redact.track.belief import worth_hiding
from redact.types import Box, Target, log_odds

from .replay import Stored

NEAR = 1.5
"""Sizes of a box around its middle within which it is about a place."""


def explained(stored: Stored, frame: int, x: float, y: float) -> str:
    """What was observed near a place, what it was linked to, and what that costs.

    Args:
        stored: the clip.
        frame: of the clip.
        x, y: in upright source pixels.
    """
    return "\n".join(_lines(stored, frame, x, y))


def _lines(stored: Stored, frame: int, x: float, y: float) -> Iterator[str]:
    plan, tracker = stored.searched()
    # Only the lab needs the tracklets themselves, so the tracker gives no public access to them.
    log, clip, retired = tracker._log, tracker._clip, tracker._active.retired
    settings = schedule_of(stored.settings.sensitivity).tracking
    weights = load_calibration().tracks
    scan, areas = stored.scans[frame]
    if scan is None:
        yield f"frame {frame} was not scanned"
    else:
        yield f"frame {frame} was scanned {'whole' if areas is None else f'in {areas}'}:"
        for i in np.flatnonzero([_near(scan.box(n), x, y) for n in range(len(scan))]).tolist():
            odds = float(log_odds(scan.score[i : i + 1].astype(np.float64))[0])
            kind = Target(int(scan.target[i])).word
            yield f"  {kind} {_place(scan.box(i))}, log odds {odds:+.1f}"
    for tracklet, rows in log.by_tracklet().items():
        over = retired[tracklet]
        boxes = [Box(*row.tolist()) for row in rows["box"]]
        apart = np.abs(rows["frame"] - frame)
        if not any(_near(box, x, y) for box, far in zip(boxes, apart, strict=True) if far <= 15):
            continue
        first, last = int(rows["frame"][0]), int(rows["frame"][-1])
        chance = float(probability_of(over.clues, weights)[0])
        good = bool(worth_hiding(over.clues, weights, settings.leak_cost)[0])
        told = ", ".join(f"{n} {float(v[0]):+.2f}" for n, v in over.clues.columns().items())
        yield (
            f"tracklet {tracklet}: {over.target.word}, frames {first} to {last}, {len(rows)} "
            f"detections, P(real) {chance:.2f} ({told}): {'hidden' if good else 'not worth hiding'}"
        )
        for one in objects_of(log, retired, clip, plan.cuts, settings, weights):
            ids = [piece.tracklet for piece in one.group]
            if tracklet in ids:
                yield f"  part of an object of tracklets {ids}, P(real) {one.chance:.2f}"
    for region in plan.regions_at(frame):
        if _near(region.box, x, y):
            yield f"hidden by track {region.track} ({region.state.value}) at {_place(region.box)}"


def _near(box: Box, x: float, y: float) -> bool:
    (u, v), side = box.centre, max(box.width, box.height)
    return max(abs(u - x), abs(v - y)) <= NEAR * side


def _place(box: Box) -> str:
    return ", ".join(f"{v:.0f}" for v in box)
