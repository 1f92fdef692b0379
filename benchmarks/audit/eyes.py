"""Do the audit's eyes err where the plan's erred? `python -m benchmarks.audit.eyes CLIPS…`

On frames that people labelled (the *dev* half of `benchmarks/real`), the look of a balanced run and
the audit's look at the same picture, each by itself: of what the one does not see, how much does
the other see? Single looks: what tracking adds is not in these numbers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.real.labels import HOME, LabelledFrame, default_files, find_clips, read_labels
from redact.auditing import Limits
from redact.auditing.audit_detectors import AuditDetectors
from redact.detection import iou, load_detector
from redact.media import Decode, probe
from redact.types import Detections, Target

TARGETS = (Target.FACE, Target.PLATE)
SAME = {Target.FACE: 0.35, Target.PLATE: 0.35}
HIDDEN = 0.2
"""Probability of one look from which a plan would hide it, if that look were all."""


def best(found: Detections, target: Target, boxes: np.ndarray) -> np.ndarray:
    """[N] highest probability of a detection on each labelled box."""
    mine = found.only([target])
    if not len(boxes) or not len(mine):
        return np.zeros(len(boxes))
    return np.where(iou(boxes, mine.xyxy) >= SAME[target], mine.score, 0.0).max(axis=1)


def stray(found: Detections, label: LabelledFrame, least: float) -> int:
    """Detections of so high a probability that nothing labelled touches."""
    sure = found.select(found.score >= least)
    known = np.array([*label.known, *label.osd], np.float64).reshape(-1, 4)
    touched = iou(sure.xyxy.astype(np.float64), known) > 0
    return int((~touched.any(axis=1)).sum())


def main() -> None:
    """Look at every labelled frame twice and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit.eyes", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+", help="folders that hold the clips")
    args = parser.parse_args()
    labels = read_labels(default_files(args.clips[0]), "dev", HOME / "split.json")
    limits = Limits()
    count, strays, frames = Counter[tuple[str, ...]](), Counter[str](), 0
    for name, path in find_clips(labels.clips(), args.clips).items():
        info = probe(path)
        aspect = float(info.video.upright_sample_aspect)
        plan = load_detector(sample_aspect=aspect)
        audit = AuditDetectors(TARGETS, info.video.presentations, limits)
        wanted = {f.frame: f for f in labels.of(name).frames}
        for frame in Decode(info):
            if frame.index > max(wanted, default=-1):
                break
            label = wanted.get(frame.index)
            if label is None:
                continue
            frames += 1
            seen = plan.detect_frame(frame), audit.look(frame)
            for who, found in zip(("plan", "audit"), seen, strict=True):
                strays[who] += stray(found, label, limits.believed)
            for target, rows in zip(TARGETS, (label.faces, label.plates), strict=True):
                boxes = np.array(rows, np.float64).reshape(-1, 4)
                for a, b in zip(*(best(s, target, boxes) for s in seen), strict=True):
                    count[target.word, "all"] += 1
                    count[target.word, "missed by the plan's look"] += a < HIDDEN
                    count[target.word, "missed by the audit's look"] += b < HIDDEN
                    count[target.word, "of the plan's misses, seen by the audit"] += a < HIDDEN <= b
                    count[target.word, "and followed"] += a < HIDDEN and b >= limits.candidate
    print(f"{frames} frames; more probable than not, and on nothing labelled: {dict(strays)}")
    for (target, what), number in count.items():
        print(f"{target}: {what}: {number}")


if __name__ == "__main__":
    main()
