"""redact's own weights, run plainly: letterbox, one or more scales, merge.

A reference for what the weights can do, independent of `redact.detection`, and the place where
recipes for merging scales are compared. `redact.detection` itself is judged by `--via package`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from lab.detect.metrics import F32, iou_matrix

STRIDES = (8, 16, 32)
PAD = 114
NMS_IOU = 0.5
I64 = NDArray[np.int64]
#: Boxes f32 [N, 4] in source pixels, scores f32 [N], targets i64 [N], scale number i64 [N].
Candidates = tuple[F32, F32, I64, I64]


def session(model: Path | bytes, threads: int = 2) -> ort.InferenceSession:
    """A session on the processor with a fixed number of threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else str(model)
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def letterbox(rgb: NDArray[np.uint8], long_side: int) -> tuple[NDArray[np.uint8], float]:
    """Scale so that the long side fits, pad right and below to multiples of 32.

    Returns uint8 [1, H, W, 3] and the scale (network pixels per source pixel).
    """
    h, w = rgb.shape[:2]
    scale = long_side / max(h, w)
    nw, nh = max(1, round(w * scale)), max(1, round(h * scale))
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(rgb, (nw, nh), interpolation=mode)
    out = np.full((-(-nh // 32) * 32, -(-nw // 32) * 32, 3), PAD, np.uint8)
    out[:nh, :nw] = small
    return out[None], scale


def points(height: int, width: int) -> F32:
    """Centres f32 [N, 2] of the network's locations in input pixels."""
    parts = []
    for s in STRIDES:
        y, x = np.mgrid[0 : height // s, 0 : width // s]
        parts.append((np.stack([x.ravel(), y.ravel()], 1) + 0.5) * s)
    return np.concatenate(parts).astype(np.float32)


def run_scale(
    net: ort.InferenceSession, rgb: NDArray[np.uint8], long_side: int, low: float, number: int = 0
) -> Candidates:
    """Candidates of one scale with score >= low, before any merging."""
    x, scale = letterbox(rgb, long_side)
    scores, dist = net.run(["scores", "distances"], {"image": x})
    target, at = np.nonzero(scores[0] >= low)
    c = points(x.shape[1], x.shape[2])[at]
    d = dist[0].T[at]
    boxes = np.concatenate([c - d[:, :2], c + d[:, 2:]], 1) / scale
    h, w = rgb.shape[:2]
    boxes[:, [0, 2]] = boxes[:, [0, 2]].clip(0, w)
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(0, h)
    return (
        boxes.astype(np.float32),
        scores[0][target, at].astype(np.float32),
        target.astype(np.int64),
        np.full(len(at), number, np.int64),
    )


def nms(boxes: F32, scores: F32, limit: float = NMS_IOU) -> I64:
    """Greedy suppression; indices kept, best score first."""
    order = np.argsort(-scores, kind="stable")[:3000]
    kept: list[int] = []
    while len(order):
        i = int(order[0])
        kept.append(i)
        over = iou_matrix(boxes[i : i + 1], boxes[order[1:]])[0] if len(order) > 1 else np.zeros(0)
        order = order[1:][over <= limit]
    return np.asarray(kept, np.int64)


def merge(
    found: Candidates, sides: tuple[int, ...], long_source: int, how: str = "agree"
) -> tuple[F32, F32, I64]:
    """Merge the candidates of all scales (long sides `sides` of a source `long_source` long).

    nms: plain suppression by score. agree: the same boxes are kept, then boxes and scores are
    recomputed from what every scale saw, see `agreement`. Recall over all candidates is the same.
    """
    boxes, scores, targets, number = found
    out_b, out_s, out_t = [], [], []
    for t in (0, 1):
        at = np.flatnonzero(targets == t)
        keep = nms(boxes[at], scores[at])
        b, s = boxes[at][keep], scores[at][keep]
        if how == "agree" and len(at):
            cluster = (boxes[at], scores[at], number[at])
            b, s = agreement(b, s, cluster, [side / long_source for side in sides], t)
        out_b.append(b)
        out_s.append(s)
        out_t.append(np.full(len(s), t, np.int64))
    return np.concatenate(out_b), np.concatenate(out_s), np.concatenate(out_t)


#: A scale that found nothing is taken to have seen this share of the best score.
ABSENT = 0.4
#: Heights (pixels of the scaled image) at which a scale can be expected to see a face, a plate.
EXPECTED = ((10.0, 250.0), (0.0, 150.0))
FUSE_IOU = 0.6


def agreement(
    kept: F32, best: F32, cluster: tuple[F32, F32, I64], scales: list[float], target: int
) -> tuple[F32, F32]:
    """Boxes and scores of kept detections from all candidates around them.

    A false alarm seldom shows at both scales, an object does: the score becomes the mean over
    the scales of the best each gave, at least ABSENT of the overall best; a scale at which the
    object would be too small or too large to be expected counts as agreeing. The box becomes the
    mean of the cluster weighted by IoU and squared score (after Solovyev et al.,
    arXiv:1910.13302). A candidate belongs to the kept box that suppresses it first, the one of
    the highest score: otherwise a duplicate at the edge would inherit the score of the middle.
    """
    boxes, scores, number = cluster
    iou = iou_matrix(kept, boxes)
    owner = np.argmax(iou > NMS_IOU, 0)
    mine = (owner[None] == np.arange(len(kept))[:, None]) & (iou > NMS_IOU)
    weight = np.where(mine & (iou >= FUSE_IOU), iou * scores[None] ** 2, 0.0)
    total = weight.sum(1, keepdims=True)
    fused = np.where(total > 0, (weight @ boxes) / np.maximum(total, 1e-9), kept)
    low, high = EXPECTED[target]
    tall = fused[:, 3] - fused[:, 1]
    per = []
    for k, scale in enumerate(scales):
        seen = np.where(mine & (number == k)[None], scores[None], 0.0).max(1)
        able = (tall * scale >= low) & (tall * scale <= high)
        per.append(np.where(able, np.maximum(seen, ABSENT * best), best))
    return fused.astype(np.float32), np.mean(per, 0).astype(np.float32)


class Reference:
    """A detector callable for `evalset.judge`."""

    def __init__(
        self,
        model: Path | bytes,
        sides: tuple[int, ...] = (960, 416),
        low: float = 0.05,
        how: str = "agree",
        threads: int = 2,
    ) -> None:
        self.net = session(model, threads)
        self.sides, self.low, self.how = sides, low, how

    def __call__(self, rgb: NDArray[np.uint8]) -> tuple[F32, F32, I64]:
        parts = [run_scale(self.net, rgb, side, self.low, k) for k, side in enumerate(self.sides)]
        joined = tuple(np.concatenate(p) for p in zip(*parts, strict=True))
        return merge(joined, self.sides, max(rgb.shape[:2]), self.how)  # type: ignore[arg-type]
