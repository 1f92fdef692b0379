"""`python -m lab.detect.filling`: what fills the picture, with the tiny look and without it.

Stills of the half dev are moved so that their one object has a chosen size, up to the whole
picture; the table says how many of them our network sees as at least `SEEN` likely. Then, on
labelled dev frames, it counts boxes that cover a large share of the picture and hit nothing.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lab.detect.metrics import F32
from lab.halves import in_half
from lab.real.labels import default_files, find_clips, read_labels
from lab.real.measure import read_frames

RGB = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
SEEN = 0.1
"""Probability from which something is followed."""
SHARES = (0.25, 0.35, 0.5, 0.7, 0.85, 1.0)
LARGE = 0.03
"""Share of the picture from which a false box counts."""
AT = (0.02, 0.1, 0.3, 0.5)


@dataclass(frozen=True)
class Still:
    """A picture with its one object: x1, y1, x2, y2."""

    rgb: RGB
    box: tuple[float, float, float, float]


def largest(folder: Path, target: str, count: int, wide: bool = False) -> list[Still]:
    """Stills of the half dev whose only object has the most pixels: they stand enlarging.

    Args:
        wide: objects at least 2.5 times as wide as high, plates of one line.
    """
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    found = []
    for name, entry in labels.items():
        if not in_half(entry["source"], "dev"):
            continue
        mine = [b["box"] for b in entry["boxes"] if b["target"] == target and not b["ignore"]]
        if len(mine) != 1:
            continue
        x1, y1, x2, y2 = mine[0]
        if not wide or x2 - x1 >= 2.5 * (y2 - y1):
            found.append(((x2 - x1) * (y2 - y1), name, (x1, y1, x2, y2)))
    stills = []
    for _, name, box in sorted(found, reverse=True)[:count]:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        stills.append(Still(np.ascontiguousarray(bgr[:, :, ::-1]), box))
    return stills


def moved(
    still: Still, share: float, place: tuple[float, float], scene: RGB
) -> tuple[RGB, tuple[float, float, float, float]]:
    """The still with its object as large as `share` of the picture, and the object's box.

    Args:
        share: 1: the object touches two opposite borders.
        place: of the object in the room that the picture leaves it, from (0, 0), upper left.
        scene: what is seen where the still does not reach.
    """
    x1, y1, x2, y2 = still.box
    zoom = share * min(WIDTH / (x2 - x1), HEIGHT / (y2 - y1))
    left = place[0] * (WIDTH - zoom * (x2 - x1))
    top = place[1] * (HEIGHT - zoom * (y2 - y1))
    rgb, own = still.rgb, zoom
    if zoom < 0.5:  # without aliasing
        rgb = np.asarray(
            cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8
        )
        own = 1.0
    move = np.array([[own, 0, left - zoom * x1], [0, own, top - zoom * y1]])
    picture = np.asarray(cv2.resize(scene, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR))
    cv2.warpAffine(
        rgb,
        move,
        (WIDTH, HEIGHT),
        dst=picture,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    box = (left, top, left + zoom * (x2 - x1), top + zoom * (y2 - y1))
    return np.asarray(picture, np.uint8), box


def iou(a: tuple[float, ...], boxes: F32) -> F32:
    """IoU of one box with others [N, 4]."""
    one = np.asarray(a, np.float32)
    low, high = np.maximum(one[:2], boxes[:, :2]), np.minimum(one[2:], boxes[:, 2:])
    common = np.clip(high - low, 0, None).prod(axis=1)
    every = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) + (one[2:] - one[:2]).prod()
    return np.asarray(common / (every - common + 1e-9), np.float32)


class Alone:
    """Our network at the scales of `balanced`, with the tiny one or without: probabilities."""

    def __init__(self, tiny: bool) -> None:
        from redact.detection import SIZES, OurNetwork
        from redact.detection.calibration import load_calibration
        from redact.detection.loader import FILLING
        from redact.settings import Sensitivity
        from redact.types import Target

        scales = SIZES[Sensitivity.BALANCED].ours
        if not tiny:
            scales = tuple(s for s in scales if s != FILLING)
        self._net = OurNetwork((Target.FACE, Target.PLATE)).detector(*scales)
        self._calibration = load_calibration()

    def __call__(self, rgb: RGB) -> dict[str, tuple[F32, F32]]:
        from redact.detection.several_networks import OURS, weighed, weighed_plates
        from redact.types import Target

        seen = self._net.detect(rgb)
        faces = weighed({OURS: seen.only([Target.FACE])}, "face alone", self._calibration)
        plates = weighed_plates(seen.only([Target.PLATE]), self._calibration)
        return {"face": (faces.xyxy, faces.score), "plate": (plates.xyxy, plates.score)}


def seen_of(look: Alone, stills: list[Still], target: str, share: float) -> int:
    """How many stills are seen whose object fills a share of the picture, in its middle."""
    count = 0
    for still in stills:
        scene = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        picture, box = moved(still, share, (0.5, 0.5), scene)
        boxes, scores = look(picture)[target]
        count += bool(((iou(box, boxes) >= 0.4) & (scores >= SEEN)).any())
    return count


def frames(shared: Path, more: list[Path]) -> Iterator[tuple[RGB, dict[str, F32]]]:
    """Labelled dev frames with everything that a large box may be of, by target."""
    split = Path(__file__).parents[1] / "real" / "split.json"
    labels = read_labels(default_files(shared), "dev", split)
    for clip, path in find_clips(labels.clips(), [shared / "clips", *more]).items():
        mine = labels.of(clip).frames
        pictures = read_frames(path, {f.frame for f in mine})
        for f in mine:
            if f.frame in pictures:
                rgb = np.ascontiguousarray(pictures[f.frame][:, :, ::-1])
                real = {"face": f.faces + f.heads + f.dups, "plate": f.plates}
                yield rgb, {t: np.asarray(b, np.float32).reshape(-1, 4) for t, b in real.items()}


def false_and_large(found: tuple[F32, F32], real: F32, size: tuple[int, int]) -> F32:
    """Scores of large boxes that touch nothing real."""
    boxes, scores = found
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / (size[0] * size[1])
    good = [bool((iou(tuple(b), real) > 0).any()) for b in boxes]
    return np.asarray(scores[(area > LARGE) & ~np.asarray(good, bool)], np.float32)


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    ap = argparse.ArgumentParser(prog="python -m lab.detect.filling", description=__doc__)
    shared = Path(os.environ.get("REDACT_SHARED", root.parent / "shared"))
    ap.add_argument("--shared", type=Path, default=shared)
    ap.add_argument("--clips", type=Path, action="append", default=[], help="further clips")
    ap.add_argument("--stills", type=int, default=14, help="of each target")
    args = ap.parse_args()
    looks = {"without": Alone(False), "with the tiny look": Alone(True)}
    print("| seen, of stills whose object fills | " + " | ".join(map(str, SHARES)) + " |")
    print("|---|" + "---|" * len(SHARES))
    for target in ("plate", "face"):
        stills = largest(args.shared / "eval", target, args.stills)
        for name, look in looks.items():
            cells = [f"{seen_of(look, stills, target, s)} of {len(stills)}" for s in SHARES]
            print(f"| {target}s, {name} | " + " | ".join(cells) + " |", flush=True)
    false: dict[tuple[str, str], list[float]] = {}
    count = 0
    for rgb, real in frames(args.shared, args.clips):
        count += 1
        size = (rgb.shape[1], rgb.shape[0])
        for name, look in looks.items():
            for target, found in look(rgb).items():
                scores = false_and_large(found, real[target], size)
                false.setdefault((target, name), []).extend(map(float, scores))
    print(f"\n| false boxes over {LARGE:.0%} of {count} pictures, from a probability of | ", end="")
    print(" | ".join(map(str, AT)) + " |\n|---|" + "---|" * len(AT))
    for (target, name), scores in sorted(false.items()):
        cells = [str(sum(s >= least for s in scores)) for least in AT]
        print(f"| {target}s, {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
