"""Average precision and recall at one IoU, by target and size band.

Boxes are f32 [N, 4] x1, y1, x2, y2 in source pixels, scores f32 [N]. Matching follows PASCAL VOC
(Everingham et al., IJCV 88(2), 2010): detections in order of score take the best free truth;
precision is made monotone and integrated over recall. Ignored truths and truths outside the size
band absorb detections without counting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
#: Box conventions for faces differ between sets (forehead, ears, chin), hence the lower bar.
MATCH_IOU = {"face": 0.35, "plate": 0.5}
#: Height bands in source pixels.
BANDS: dict[str, tuple[tuple[str, float, float], ...]] = {
    "face": (
        ("all >= 24", 24, 1e9),
        ("12-24", 12, 24),
        ("24-48", 24, 48),
        ("48-96", 48, 96),
        ("96-192", 96, 192),
        (">= 192", 192, 1e9),
    ),
    "plate": (
        ("all >= 8", 8, 1e9),
        ("8-16", 8, 16),
        ("16-32", 16, 32),
        ("32-64", 32, 64),
        (">= 64", 64, 1e9),
    ),
}


def iou_matrix(a: F32, b: F32) -> F32:
    """IoU of every pair, f32 [len(a), len(b)]."""
    lt = np.maximum(a[:, None, :2], b[None, :, :2])
    rb = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(rb - lt, 0, None).prod(-1)
    area = [np.clip(x[:, 2:] - x[:, :2], 0, None).prod(-1) for x in (a, b)]
    return np.asarray(
        inter / np.maximum(area[0][:, None] + area[1][None] - inter, 1e-6), np.float32
    )


@dataclass
class ImageResult:
    """Truth and detections of one target in one image."""

    truth: F32
    ignore: NDArray[np.bool_]
    boxes: F32
    scores: F32
    group: str = ""


@dataclass
class Tally:
    """Scored detections of a band: hit or miss, and the number of truths."""

    truths: int = 0
    scores: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)

    def curve(self) -> tuple[F32, F32, F32]:
        """Score thresholds, precision and recall after each detection, best score first."""
        order = np.argsort(-np.asarray(self.scores, np.float32), kind="stable")
        hit = np.asarray(self.hits, np.float32)[order]
        tp = np.cumsum(hit)
        recall = tp / max(self.truths, 1)
        precision = tp / np.arange(1, len(hit) + 1)
        return (
            np.asarray(self.scores, np.float32)[order],
            precision.astype(np.float32),
            recall.astype(np.float32),
        )

    def average_precision(self) -> float:
        if not self.truths or not self.scores:
            return 0.0 if self.truths else float("nan")
        _, precision, recall = self.curve()
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float(np.sum(np.diff(recall, prepend=0.0) * envelope))

    def at(self, score: float) -> tuple[float, float]:
        """Precision and recall of the detections with at least this score."""
        keep = np.asarray(self.scores, np.float32) >= score
        hits = int(np.asarray(self.hits, bool)[keep].sum()) if len(keep) else 0
        precision = hits / int(keep.sum()) if keep.any() else float("nan")
        return precision, hits / self.truths if self.truths else float("nan")


def height(boxes: F32) -> F32:
    return np.asarray(boxes[:, 3] - boxes[:, 1], np.float32)


def tally(results: list[ImageResult], match_iou: float, low: float, high: float) -> Tally:
    """Match one band. Detections outside the band which hit nothing are not counted against it."""
    out = Tally()
    for r in results:
        h = height(r.truth)
        counted = ~r.ignore & (h >= low) & (h < high)
        out.truths += int(counted.sum())
        iou = iou_matrix(r.boxes, r.truth) if len(r.truth) else None
        free = np.ones(len(r.truth), bool)
        # A false alarm belongs to the band of its own size; the band's edges are a bit soft.
        own = height(r.boxes)
        for i in np.argsort(-r.scores, kind="stable"):
            best = -1
            if iou is not None:
                row = np.where(free, iou[i], -1.0)
                # Truths that count are preferred to ignored ones.
                good = np.flatnonzero(counted & (row >= match_iou))
                best = int(good[np.argmax(row[good])]) if len(good) else int(np.argmax(row))
                if row[best] < match_iou:
                    best = -1
            if best >= 0:
                if counted[best]:
                    free[best] = False
                    out.scores.append(float(r.scores[i]))
                    out.hits.append(True)
                continue
            if iou is not None and _inside_ignored(r, int(i)):
                continue
            if own[i] >= low and own[i] < high:
                out.scores.append(float(r.scores[i]))
                out.hits.append(False)
    return out


def _inside_ignored(r: ImageResult, i: int) -> bool:
    """Half of the detection lies in an ignored region, whatever the sizes."""
    if not r.ignore.any():
        return False
    b, g = r.boxes[i], r.truth[r.ignore]
    w = np.minimum(b[2], g[:, 2]) - np.maximum(b[0], g[:, 0])
    h = np.minimum(b[3], g[:, 3]) - np.maximum(b[1], g[:, 1])
    inter = np.clip(w, 0, None) * np.clip(h, 0, None)
    return bool((inter > 0.5 * max(float((b[2] - b[0]) * (b[3] - b[1])), 1e-6)).any())


def summary(t: Tally, score: float) -> dict[str, float]:
    """The figures of one row: AP50, AR (recall over all candidates), recall and precision."""
    precision, recall = t.at(score)
    return {
        "truths": t.truths,
        "ap": t.average_precision(),
        "ar": t.at(0.0)[1],
        "recall": recall,
        "precision": precision,
    }
