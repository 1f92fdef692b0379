"""What does the audit find of what a run missed, and what besides?

    python -m lab.audit.footage --plans FOLDER [--labels FILE... --clips FOLDER...]

Real clips of the *dev* half of `lab/real`, or of further labels, go through a whole run, and the
audit judges its own run's output. Plans are taken from the folder (CLIP.plan.json), and made and
kept there where one is missing. A labelled face or plate is missed where the plan's masks leave its
middle open; it is found where a finding of its kind lies on it within half a second. A finding that
is in view in a labelled frame and touches nothing labelled is false. Every finding is printed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lab.moments import plan_for
from lab.real.__main__ import chosen_labels
from lab.real.labels import LabelledFrame
from redact.auditing import AuditSettings, audit_file, finding_in_words
from redact.auditing.what_is_hidden import share_of_middle
from redact.media import probe
from redact.pipeline import Delivery, Journal, order_to_apply
from redact.pipeline.draw import draw as write
from redact.plan import Plan
from redact.progress import Silent
from redact.record import EvidenceChoice
from redact.render import mask_of
from redact.risk import LEAST_HEIGHTS
from redact.settings import DrawSettings
from redact.types import INSIDE_SHARE, Box, Finding, Target

SOON = 0.5
"""Seconds between a finding and the labelled frame in which it counts: a person who reviews the
finding sees the face."""

TOUCHES = 0.1
"""IoU from which a finding lies on a label: as in `lab.audit`."""


def missed(plan: Plan, label: LabelledFrame) -> list[tuple[Target, Box]]:
    """Labelled objects of a frame that its masks leave open."""
    width, height = plan.source.width, plan.source.height
    mask = mask_of(plan.regions_at(label.frame), width, height, DrawSettings().render.margin)
    found = []
    for word, corners in label.targets():
        box, target = Box(*corners), Target.from_word(word)
        covered = share_of_middle(mask, box, target)
        if box.height >= LEAST_HEIGHTS[target] and covered < INSIDE_SHARE:
            found.append((target, box))
    return found


def finds(finding: Finding, target: Target, box: Box, frame: int, plan: Plan) -> bool:
    """Whether a finding lies on a label, at that moment or shortly before or after."""
    time = plan.source.timeline.time
    return finding.target is target and any(
        abs(time(f) - time(frame)) <= SOON and there.iou(box) >= TOUCHES
        for f, there in finding.path
    )


def false(finding: Finding, labels: Iterable[LabelledFrame]) -> bool:
    """Whether a finding is in view in a labelled frame and touches no label in any."""
    there = dict(finding.path)
    seen = [f for f in labels if f.frame in there]
    touched = any(there[f.frame].common(Box(*b)) > 0 for f in seen for b in f.known)
    return bool(seen) and not touched


def main() -> None:
    """Run and audit clip by clip, and print the counts so far."""
    parser = argparse.ArgumentParser(prog="python -m lab.audit.footage", description=__doc__)
    parser.add_argument("--plans", type=Path, required=True, help="folder of CLIP.plan.json")
    parser.add_argument("--labels", type=Path, nargs="+", help="instead of lab/real/labels_*")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="further folders")
    parser.add_argument("--only", help="only clips whose name contains one of these (commas)")
    parser.set_defaults(half="dev")
    args = parser.parse_args()
    labels, paths = chosen_labels(args)
    count, seconds = Counter[str](), 0.0
    for name, path in paths.items():
        info, journal, draw = probe(path), Journal(Silent()), DrawSettings()
        frames = labels.of(name).frames
        plan = plan_for(path, args.plans)
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "output.mp4"
            delivery = Delivery(output, keep_plan=False, evidence=EvidenceChoice(manifest=False))
            write(order_to_apply(info, draw, delivery), plan, output, journal)
            settings = AuditSettings.of_plan(plan, draw.render)
            result = audit_file(info, output, plan, settings=settings, progress=Silent())
        seconds += float(plan.source.timeline.time(len(plan.source.timeline) - 1))
        for label in frames:
            count["labelled"] += len(label.targets())
            for target, box in missed(plan, label):
                count[f"{target.word}: missed by the run"] += 1
                hit = any(finds(f, target, box, label.frame, plan) for f in result.findings)
                count[f"{target.word}: of these found by the audit"] += hit
        for finding in result.findings:
            print("  " + finding_in_words(finding), flush=True)
        count["findings"] += len(result.findings)
        count["false in a labelled frame"] += sum(false(f, frames) for f in result.findings)
        count["clips"] += 1
        count["clips with a finding"] += bool(result.findings)
        print(f"{name}: {dict(sorted(count.items()))}, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
