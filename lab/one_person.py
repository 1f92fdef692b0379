"""Of pairs of faces labelled as one person or two, how many a plan takes for one subject.

    python -m lab.one_person --plans FOLDER --clips FOLDER...

Pairs (`lab/real/one_person.json`) are the last sight of a track and the first of another that
begins near it, of people who turn, are covered for a moment, or pass each other; judged by eye.
Plans are read from the folder (CLIP.plan.json); missing ones are made and stored there.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from lab.moments import plan_for
from lab.real.labels import HOME, find_clips
from redact.plan import Plan, subject_of
from redact.types import LOOSELY_SAME_IOU, Box, Target


def subject_at(plan: Plan, frame: int, box: Box) -> tuple[int, ...] | None:
    """Tracks of the subject whose face or head is in a place; None if nothing is hidden there."""
    found = {
        key.box.iou(box): track.id
        for track in plan.tracks
        if track.target in (Target.FACE, Target.HEAD) and (key := track.at(frame)) is not None
    }
    best = max(found, default=0.0)
    return subject_of(plan, found[best]).tracks if best >= LOOSELY_SAME_IOU else None


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.one_person", description=__doc__)
    ap.add_argument("--plans", type=Path, required=True)
    ap.add_argument("--clips", type=Path, nargs="+", required=True)
    a = ap.parse_args()
    a.plans.mkdir(parents=True, exist_ok=True)
    pairs = json.loads((HOME / "one_person.json").read_text())
    clips = find_clips(sorted({pair["clip"] for pair in pairs}), a.clips)
    plans = {name: plan_for(path, a.plans) for name, path in clips.items()}
    counts = Counter[tuple[bool, str]]()
    for pair in pairs:
        if pair["clip"] in plans:
            before, after = (
                subject_at(plans[pair["clip"]], frame, Box(*box)) for frame, box in pair["sights"]
            )
            what = "one" if before == after else "two"
            counts[pair["one"], "open" if None in (before, after) else what] += 1
    for one, title in ((True, "one person"), (False, "two people")):
        said = (f"{counts[one, what]} {what}" for what in ("one", "two", "open"))
        print(f"pairs of {title}: {', '.join(said)}")


if __name__ == "__main__":
    main()
