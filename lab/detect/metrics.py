"""Average precision and recall at one IoU, by target, above a least height.

Boxes are f32 [N, 4] x1, y1, x2, y2 in source pixels, scores f32 [N]. Matching follows PASCAL VOC
(Everingham et al., IJCV 88(2), 2010): detections in order of score take the best free truth;
precision is made monotone and integrated over recall. Ignored truths and lower ones absorb
detections without counting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from redact.detection import iou

F32 = NDArray[np.float32]
#: Box conventions for faces differ between sets (forehead, ears, chin), hence the lower bar.
MATCH_IOU = {"face": 0.35, "plate": 0.5}
#: Height in source pixels from which an object counts.
LEAST_HEIGHT = {"face": 24.0, "plate": 8.0}


@dataclass
class ImageResult:
    """Truth and detections of one target in one image."""

    truth: F32
    ignore: NDArray[np.bool_]
    boxes: F32
    scores: F32


@dataclass
class Tally:
    """Scored detections: hit or miss, and the number of truths."""

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


def tally(results: list[ImageResult], match_iou: float, low: float) -> Tally:
    """Match truths that are at least `low` high. Lower detections that hit nothing do not count."""
    out = Tally()
    for r in results:
        counted = ~r.ignore & (height(r.truth) >= low)
        out.truths += int(counted.sum())
        over = iou(r.boxes, r.truth) if len(r.truth) else None
        free = np.ones(len(r.truth), bool)
        own = height(r.boxes)
        for i in np.argsort(-r.scores, kind="stable"):
            best = -1
            if over is not None:
                row = np.where(free, over[i], -1.0)
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
            if over is not None and _inside_ignored(r, int(i)):
                continue
            if own[i] >= low:
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
