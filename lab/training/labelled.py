"""Pictures with all their faces and plates labelled, from the half on which numbers are chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lab.halves import in_half
from lab.leak.truth import Truth
from lab.real.labels import LabelledFrame, Labels, read_labels
from redact.types import Target, widened

SPLIT = Path(__file__).parents[1] / "real" / "split.json"

STILL_WEIGHT = 0.35
"""Weight of a still, relative to a frame of footage: stills are sharper, better lit and more alike
than what users film, and there are as many of them."""

Boxes = NDArray[np.float64]
"""[N, 4]: x1, y1, x2, y2 in pixels of the picture."""


@dataclass(frozen=True)
class Labelled:
    """The labels of one picture.

    Attributes:
        name: of the clip or the still; frame: decoded pictures from 0.
        faces, plates: must be hidden; None if they were not labelled.
        ignored: heads and further boxes on faces, which count neither way.
        weight: of the picture.
        heads: with a visible face or without; None if they were not labelled.
    """

    name: str
    frame: int
    faces: Boxes | None
    plates: Boxes | None
    ignored: Boxes
    weight: float = 1.0
    heads: Boxes | None = None

    def of(self, word: str) -> Boxes | None:
        """The labelled "face"s, "plate"s or "head"s; heads include those of faces."""
        return {"face": self.faces, "plate": self.plates, "head": self.heads}[word]


def dev_labels(files: Sequence[Path]) -> Labels:
    """Labels of real footage, from the dev half only, whatever the files hold."""
    return read_labels(files, "dev", SPLIT)


def of_frame(label: LabelledFrame) -> Labelled:
    """A labelled frame of a clip."""
    return Labelled(
        label.clip,
        label.frame,
        boxes(label.faces),
        boxes(label.plates),
        boxes(label.heads + label.dups + label.ignored),
        heads=np.concatenate(
            [boxes(label.heads), widened(boxes(label.faces), Target.FACE).astype(np.float64)]
        ),
    )


def of_truth(truth: Truth) -> list[Labelled]:
    """Every third frame of a clip made from annotated stills.

    In such a clip all objects of one target are labelled; of the other, some may be unlabelled.
    """
    found = []
    for frame in range(0, truth.frames, 3):
        own = {
            target: boxes([t.instances[frame].box for t in mine if frame in t.instances])
            if (mine := [t for t in truth.tracks if t.target == target])
            else None
            for target in ("face", "plate")
        }
        ignored = boxes(truth.ignore.get(frame, []))
        found.append(Labelled(truth.clip, frame, own["face"], own["plate"], ignored, STILL_WEIGHT))
    return found


def dev_stills(folder: Path) -> list[Labelled]:
    """The annotated stills of the dev half; for the format see `lab/detect/evalset.py`."""
    found = []
    for name, entry in sorted(json.loads((folder / "labels.json").read_text()).items()):
        if not in_half(entry["source"], "dev"):
            continue
        kept = [b for b in entry["boxes"] if not b["ignore"]]
        own = {
            t: boxes([b["box"] for b in kept if b["target"] == t])
            if entry[f"{t}s_labelled"]
            else None
            for t in ("face", "plate")
        }
        left_out = boxes([b["box"] for b in entry["boxes"] if b["ignore"]])
        found.append(Labelled(name, 0, own["face"], own["plate"], left_out, STILL_WEIGHT))
    return found


def boxes(rows: Sequence[Sequence[float]]) -> Boxes:
    """[N, 4], also of none."""
    return np.asarray(rows, np.float64).reshape(-1, 4)


def overlaps(box: Boxes, others: Boxes) -> NDArray[np.float64]:
    """[N] IoU of one box [4] with others [N, 4]."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    area = (box[2:] - box[:2]).prod()
    every = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return np.asarray(common / (area + every - common + 1e-9))


def holds_centre(box: Boxes, others: Boxes) -> bool:
    """Whether the centre of any of `others` lies in `box`."""
    middle = (others[:, :2] + others[:, 2:]) / 2
    return bool(((middle > box[:2]) & (middle < box[2:])).all(axis=1).any())
