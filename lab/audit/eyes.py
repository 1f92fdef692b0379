"""What does the eye see that plans leave open? `python -m lab.audit.eyes --plans DIR CLIPS…`

On frames that people labelled the eye looks at the whole picture at three sizes. Of its boxes on
which no mask of the plan lies: how many of each score and more are there, and how many labelled
things that are open do they find?
Plans are those that `lab.review.moments` makes and keeps.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.real.labels import HALVES, HOME, LabelledFrame, default_files, find_clips
from lab.real.labels import read_labels as labels_of
from lab.real.measure import LEAK, MaskView
from redact.detection import Scale, iou
from redact.detection.centerface import decoded, padded
from redact.detection.eye import CHANNELS, OUTPUTS, Eye
from redact.detection.scaling import Scaler
from redact.media import Decode, probe
from redact.plan import Plan, read_plan
from redact.plan.build import COVERED
from redact.render import mask_of
from redact.settings import RenderSettings
from redact.types import Detections, Target

SIZES = (416, 640, 960)
SCORES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
LEAST = {Target.FACE: 12.0, Target.PLATE: 8.0, Target.HEAD: 12.0}
"""Pixels of height from which what is open counts; smaller ones nobody knows."""

SAME = 0.3
"""IoU from which a box is that of a labelled thing."""

LIES_IN, LARGER = 0.6, 8.0
"""Share of a face that lies in a head that is seen, and times by which that may be larger."""


def mask_in(plan: Plan, frame: int) -> NDArray[np.uint8]:
    """1 where a frame is hidden, uint8 [H, W]."""
    size = plan.source.width, plan.source.height
    return mask_of(plan.regions_at(frame), *size, RenderSettings().margin).astype(np.uint8)


def uncovered(found: Detections, mask: NDArray[np.uint8]) -> Detections:
    """Boxes on which no mask lies, the surest first."""
    bare = []
    for x1, y1, x2, y2 in found.xyxy:
        part = mask[max(0, int(y1)) : int(np.ceil(y2)), max(0, int(x1)) : int(np.ceil(x2))]
        bare.append(bool(part.size) and float(part.mean()) < COVERED)
    found = found.select(np.array(bare, np.bool_))
    return found.select(np.argsort(-found.score, kind="stable"))


def open_in(label: LabelledFrame, target: Target, view: MaskView) -> NDArray[np.float64]:
    """[N, 4] what is labelled and open: of heads, the faces that a head would lead to."""
    word = "face" if target is Target.HEAD else target.word
    boxes = [
        box
        for kind, box in label.targets()
        if kind == word
        and box[3] - box[1] >= LEAST[target]
        and view.open_share(box, kind) > LEAK[kind]
    ]
    return np.array(boxes, np.float64).reshape(-1, 4)


def hits(found: Detections, target: Target, things: NDArray[np.float64]) -> NDArray[np.float64]:
    """[N] score of the surest box on each thing, 0 where there is none."""
    if not len(found) or not len(things):
        return np.zeros(len(things))
    seen = found.xyxy.astype(np.float64)
    same = iou(things, seen) >= SAME
    if target is Target.HEAD:
        low, high = (
            np.maximum(things[:, None, :2], seen[:, :2]),
            np.minimum(things[:, None, 2:], seen[:, 2:]),
        )
        common = np.clip(high - low, 0, None).prod(axis=2)
        area = (things[:, 2:] - things[:, :2]).prod(axis=1)[:, None]
        large = (seen[:, 2:] - seen[:, :2]).prod(axis=1)[None] <= LARGER * area
        same |= (common >= LIES_IN * area) & large
    return np.asarray(np.where(same, found.score, 0.0).max(axis=1))


class WholeEye(Eye):
    """The eye, asked for faces and plates as well."""

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        heat, geometry = self._network.run(padded(rgb), *OUTPUTS)
        maps = zip(heat[0], geometry[0], CHANNELS, strict=True)
        return Detections.concat([decoded(h, g[:2], g[2:], t) for h, g, t in maps])


def main() -> None:
    """Look at every labelled frame and print a table."""
    parser = argparse.ArgumentParser(prog="python -m lab.audit.eyes", description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+", help="folders that hold the clips")
    parser.add_argument("--plans", type=Path, required=True, help="folder of CLIP.plan.json")
    parser.add_argument("--half", choices=HALVES, default="dev")
    args = parser.parse_args()
    labels = labels_of(default_files(args.clips[0]), args.half, HOME / "split.json")
    eye, scaler = WholeEye(1), Scaler()
    boxes, found_open, is_open = Counter[tuple[Target, int, float]](), Counter[object](), Counter()
    frames = 0
    for name, path in find_clips(labels.clips(), args.clips).items():
        planned = args.plans / f"{name}.plan.json"
        if not planned.exists():
            continue
        plan, info = read_plan(planned), probe(path)
        mine = labels.of(name).sized((plan.source.width, plan.source.height))
        wanted = {f.frame: f for f in mine.frames if f.frame < len(plan.source.timeline)}
        for frame in Decode(info):
            if frame.index > max(wanted, default=-1):
                break
            label = wanted.get(frame.index)
            if label is None:
                continue
            frames += 1
            mask = mask_in(plan, frame.index)
            things = {t: open_in(label, t, MaskView(mask)) for t in CHANNELS}
            is_open.update({t: len(things[t]) for t in CHANNELS})
            aspect = float(info.video.upright_sample_aspect)
            for size in SIZES:
                seen = eye.look(scaler.frame(frame.picture), Scale(size), aspect)
                seen = seen.select(seen.score >= SCORES[0])
                for target in CHANNELS:
                    bare = uncovered(seen.only([target]), mask)
                    best = hits(bare, target, things[target])
                    for score in SCORES:
                        boxes[target, size, score] += int((bare.score >= score).sum())
                        found_open[target, size, score] += int((best >= score).sum())
    print(f"{frames} frames: open things that are found of all, and boxes without a mask")
    print("| | " + " | ".join(f"≥ {score}" for score in SCORES) + " |")
    print("|---|" + "---|" * len(SCORES))
    for target in CHANNELS:
        for size in SIZES:
            keys = [(target, size, score) for score in SCORES]
            cells = (f"{found_open[k]} of {is_open[target]}, {boxes[k]}" for k in keys)
            print(f"| {target.word} at {size} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
