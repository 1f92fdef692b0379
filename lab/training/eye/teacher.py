"""Detections of CenterFace and a person network in the pictures of sets: one line of JSON a
picture.

    python -m lab.training.eye.teacher CONVERTED SEEN.jsonl --centerface centerface.onnx \\
        --people nanodet-person-416.onnx --sets camera_clips hardhat_groups ... [--at-most 900]

A line: {"key", "faces": [[x1, y1, x2, y2, score], ...] or null, "people": [...] or null}, pixels of
the converted picture; null if that network is not given. Pictures that are in SEEN.jsonl already
are skipped. CenterFace scans at two sizes, and at the smaller one a mirrored copy as well. A face's
score is the mean of the scans' log odds, so a face is sure only if several scans detect it.

    python -m lab.training.eye.teacher CONVERTED SEEN.jsonl --compare

prints how far heads that were labelled by eye extend beyond the faces detected in them.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lab.detect.centerface import CenterFace
from lab.training.eye.index import BY_EYE, Box
from lab.training.prepare import chosen, held_out, image_key

SIZES = (960, 640)
LOW, UNSEEN = 0.05, 0.02
#: Least IoU of the boxes of one face in different scans.
SAME = 0.4
MEAN = np.array([103.53, 116.28, 123.675], np.float32)
STD = np.array([57.375, 57.12, 58.395], np.float32)

Rgb = NDArray[np.uint8]


def iou(a: Box, b: Box) -> float:
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return w * h / max(both - w * h, 1e-6)


def joined(looks: list[list[Box]]) -> list[Box]:
    """Faces of several scans [x1, y1, x2, y2, score], each once: mean box, mean of log odds."""
    left = sorted((b for look in looks for b in look), key=lambda b: -b[4])
    found = []
    while left:
        first = left.pop(0)
        group = [first]
        for look in looks:
            rivals = [b for b in look if b is not first and iou(first, b) >= SAME]
            if rivals and first not in look:
                group.append(max(rivals, key=lambda b: b[4]))
        left = [b for b in left if iou(first, b) < SAME]
        scores = np.clip([b[4] for b in group] + [UNSEEN] * (len(looks) - len(group)), 0.01, 0.99)
        odds = float(np.log(scores / (1 - scores)).mean())
        weight = np.array([b[4] for b in group])
        box = (np.array([b[:4] for b in group]) * weight[:, None]).sum(0) / weight.sum()
        found.append([*(round(float(v), 1) for v in box), round(1 / (1 + np.exp(-odds)), 3)])
    return found


class People:
    """NanoDet-g 416 (Apache-2.0, RangiLyu/nanodet): boxes of people."""

    def __init__(self, file: Path, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.net = onnxruntime.InferenceSession(str(file), options)

    def __call__(self, rgb: Rgb, low: float = 0.05) -> list[Box]:
        h, w = rgb.shape[:2]
        k = 416 / max(h, w)
        nh, nw = round(h * k), round(w * k)
        field = np.zeros((416, 416, 3), np.float32)
        field[:nh, :nw] = cv2.resize(rgb[:, :, ::-1], (nw, nh), interpolation=cv2.INTER_AREA)
        x = np.ascontiguousarray(((field - MEAN) / STD).transpose(2, 0, 1)[None])
        out = self.net.run(None, {self.net.get_inputs()[0].name: x})
        boxes, scores = [], []
        for cls, reg in zip(out[:3], out[3:], strict=True):
            n = cls.shape[1]
            side = round(n**0.5)
            stride = 416 / side
            score = cls[0, :, 0]
            r = reg[0].reshape(n, 4, 11)
            r = np.exp(r - r.max(-1, keepdims=True))
            d = (r / r.sum(-1, keepdims=True) * np.arange(11)).sum(-1) * stride
            yy, xx = np.mgrid[:side, :side]
            cx, cy = (xx.ravel() + 0.5) * stride, (yy.ravel() + 0.5) * stride
            m = score > low
            lt_rb = np.stack([cx - d[:, 0], cy - d[:, 1], cx + d[:, 2], cy + d[:, 3]], 1) / k
            boxes.append(lt_rb[m])
            scores.append(score[m])
        b, s = np.concatenate(boxes), np.concatenate(scores)
        if not len(b):
            return []
        rects = np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], 1)
        keep = np.asarray(cv2.dnn.NMSBoxes(rects.tolist(), s.astype(float).tolist(), 0.0, 0.5))
        return [[*(round(float(v), 1) for v in b[i]), round(float(s[i]), 3)] for i in keep.ravel()]


def look(rgb: Rgb, eyes: list[CenterFace]) -> list[Box]:
    """Faces found by all scans together."""
    looks = []
    for number, eye in enumerate(eyes):
        for mirrored in (False, True)[: 1 + (number == len(eyes) - 1)]:
            boxes, scores, _ = eye(np.ascontiguousarray(rgb[:, ::-1]) if mirrored else rgb)
            if mirrored:
                boxes = boxes.copy()
                boxes[:, [0, 2]] = rgb.shape[1] - boxes[:, [2, 0]]
            pairs = zip(boxes, scores, strict=True)
            looks.append([[*(float(v) for v in b), float(s)] for b, s in pairs])
    return joined(looks)


def compare(seen: dict[str, Any]) -> None:
    """Quartiles of how far heads labelled by eye extend beyond faces, in shares of their sides."""
    found = []
    for key, label in json.loads(BY_EYE.read_text())["pictures"].items():
        for *f, score in seen[key]["faces"] or () if key in seen else ():
            w, h = f[2] - f[0], f[3] - f[1]
            cx, cy = (f[0] + f[2]) / 2, (f[1] + f[3]) / 2
            for x1, y1, x2, y2 in label["heads"]:
                if score > 0.3 and x1 < cx < x2 and y1 < cy < y2:
                    sides = (f[0] - x1) / w, (x2 - f[2]) / w
                    found.append((*sides, (f[1] - y1) / h, (y2 - f[3]) / h))
    q = np.percentile(np.array(found), (25, 50, 75), axis=0)
    print(f"{len(found)} heads; left, right, above, below at the quartiles:\n{q.round(2)}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("converted", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--centerface", type=Path)
    ap.add_argument("--people", type=Path)
    ap.add_argument("--sets", nargs="*", default=[])
    ap.add_argument("--at-most", type=int, default=0)
    ap.add_argument("--compare", action="store_true")
    args = ap.parse_args()
    rows = [json.loads(r) for r in args.out.read_text().splitlines()] if args.out.exists() else []
    seen = {r["key"]: r for r in rows}
    if args.compare:
        compare(seen)
        return
    cv2.setNumThreads(1)
    eyes = [CenterFace(args.centerface, side, LOW, 1) for side in SIZES if args.centerface]
    people = People(args.people) if args.people else None
    by_eye = json.loads(BY_EYE.read_text())["pictures"] if BY_EYE.exists() else {}
    with args.out.open("a") as out:
        for name in args.sets:
            (labels,) = args.converted.glob(f"*/{name}/labels.json")
            for file in chosen(json.loads(labels.read_text()), name, args.at_most):
                key = image_key(name, file)
                # Frames come in pairs; only the first of a pair is scanned.
                second = re.search(r"_f(\d{5})$", key) and key not in by_eye and _second(key)
                if key in seen or held_out(key) or second:
                    continue
                bgr = cv2.imread(str(labels.parent / "images" / file), cv2.IMREAD_COLOR)
                if bgr is None:
                    continue
                rgb = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
                row = {"key": key, "faces": look(rgb, eyes) if eyes else None}
                row["people"] = people(rgb) if people else None
                out.write(json.dumps(row) + "\n")
                out.flush()


def _second(key: str) -> bool:
    """Whether a frame is the later one of its pair (`lab.training.films.PAIR`)."""
    number = int(key[-5:])
    return number % 2 == 0 and (number - 2) % 22 == 2


if __name__ == "__main__":
    main()
