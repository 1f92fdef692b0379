"""The tracker's tracklets on labelled clips: their clues, and whether they are real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.leak.redact_tools import Sightings
from lab.leak.tools import cache_folder
from lab.training.labelled import Boxes, Labelled, holds_centre, overlaps
from redact.media import Decode, probe, sha256_of
from redact.pipeline import Journal
from redact.pipeline.search_detectors import detectors_for
from redact.progress import Silent
from redact.settings import DetectSettings
from redact.track import IncrementalScanner, Tracker, scanned
from redact.track.active_tracklets import Retired
from redact.track.belief import AS_DETECTED
from redact.track.sightings import Rows
from redact.track.track_settings import TrackSettings
from redact.types import DEFAULT_TARGETS, Target

SAME = 0.3
"""IoU from which a tracklet is on a labelled face or plate: lower than for detections, because its
box is interpolated between two scans."""

ON_IGNORED = 0.2
"""IoU from which it is on an ignored region."""

BELIEVE_MOST = 50.0
"""Cost of a leak for the tracklets of the fit: so high that nearly all are followed to their end,
and the fit does not depend on the current belief."""


@dataclass(frozen=True)
class Tracklet:
    """One object in the tracker.

    Attributes:
        clip: its name; word: of the target; frame: of the first detection.
        verdict: 1 a labelled object, 0 a mistake, -1 neither.
        clues: columns of the belief, see `redact.track.belief.Clues.columns`.
        weight: of its clip's labels.
    """

    clip: str
    word: str
    frame: int
    verdict: int
    clues: dict[str, float]
    weight: float = 1.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def tracklets_of(
    path: Path,
    labels: Sequence[Labelled],
    targets: tuple[Target, ...] = DEFAULT_TARGETS,
    *,
    as_searched: bool = False,
) -> list[Tracklet]:
    """All tracklets of a clip that are present in one of its labelled frames.

    Detections are cached as in `lab.leak`, so a change of the tracker, or of when it calls the
    verifier, needs no new ones.

    Args:
        as_searched: with the present weights, as `balanced` searches; else with next to everything
            believed.
    """
    info = probe(path)
    aspect = float(info.video.upright_sample_aspect)
    detectors = detectors_for(info, DetectSettings(targets), None, ())
    shape = f"{sha256_of(path, Journal(Silent()))} {aspect} {tuple(t.word for t in targets)}"
    seen = Sightings(detectors.detector, shape, cache_folder() / "detections")
    settings = TrackSettings()
    tracker = Tracker(
        # Otherwise the weights are still to be fitted.
        weights=None if as_searched else AS_DETECTED,
        ask=detectors.close_up.ask,
        body_scanners=detectors.body_scanners,
        settings=settings if as_searched else replace(settings, leak_cost=BELIEVE_MOST),
    )
    small_scans = detectors.small_scans if as_searched else None
    scanner = IncrementalScanner(seen.searching(tracker), tracker.settings.whole_every)
    for frame in Decode(info):
        tracker.observe(frame, *scanned(frame, tracker, scanner, small_scans))
    tracker.finish()
    seen.keep()
    # Only this fit needs the tracklets themselves, so the tracker has no public access to them.
    retired, sightings = tracker._active.retired, tracker._log.by_tracklet()
    found = []
    for number, over in retired.items():
        verdict = verdict_of(over, sightings[number], labels)
        if verdict is not None:
            first = int(sightings[number]["frame"][0])
            clues = {name: float(v[0]) for name, v in over.clues.columns().items()}
            word, weight = over.target.word, labels[0].weight
            found.append(Tracklet(path.name, word, first, verdict, clues, weight))
    return found


def verdict_of(over: Retired, rows: Rows, labels: Sequence[Labelled]) -> int | None:
    """1: on a labelled object in any labelled frame; -1: on an ignored region; 0: on nothing
    labelled; None: not present in any labelled frame."""
    first, last = rows["frame"][0] - 1, rows["frame"][-1] + 1
    there = [label for label in labels if first <= label.frame <= last]
    verdicts = [_verdict(box_at(rows, x.frame), over.target.word, x) for x in there]
    if 1 in verdicts:
        return 1
    return None if not verdicts else min(verdicts)


def _verdict(box: Boxes, word: str, label: Labelled) -> int:
    truth = label.of(word)
    if truth is None:
        return -1
    if overlaps(box, truth).max(initial=0) >= SAME:
        return 1
    if word != "face":
        return -1 if overlaps(box, label.ignored).max(initial=0) >= ON_IGNORED else 0
    around = np.concatenate([label.ignored, truth])
    middle = np.concatenate([(box[:2] + box[2:]) / 2] * 2)
    on_known = overlaps(box, label.ignored).max(initial=0) >= ON_IGNORED
    inside = any(holds_centre(known, middle[None]) for known in around)
    return -1 if on_known or inside or holds_centre(box, label.ignored) else 0


def box_at(rows: Rows, frame: int) -> Boxes:
    """[4], the box of a tracklet in a frame, interpolated linearly between its detections."""
    frames = rows["frame"].astype(np.float64)
    sides = rows["box"].astype(np.float64).T
    return np.array([np.interp(frame, frames, side) for side in sides])
