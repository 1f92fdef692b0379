"""From twelve pixels to the whole picture, in the middle and beside a border: it is seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.halves import in_half
from redact.detection import load_detector
from redact.detection.witnesses import Witnesses
from redact.types import Box, Target

cv2 = pytest.importorskip("cv2", reason="stills are moved with OpenCV")
data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")

RGB = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
SEEN = 0.1
"""Probability from which something is followed."""
PLAIN = 0.3
"""Probability from which a still shows a plain case."""
PLACES = ((0.5, 0.5), (0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))
"""Of the object in the room that the picture leaves it: middle, left, right, above, below."""


@dataclass(frozen=True)
class Still:
    """A picture with one of its objects: x1, y1, x2, y2."""

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
        for box in mine[: len(mine) == 1]:
            if wide and box[2] - box[0] < 2.5 * (box[3] - box[1]):
                continue
            found.append(((box[2] - box[0]) * (box[3] - box[1]), name, box))
    stills = []
    for _, name, box in sorted(found, reverse=True)[:count]:
        bgr = cv2.imread(str(folder / "images" / name), cv2.IMREAD_COLOR)
        stills.append(Still(np.ascontiguousarray(bgr[:, :, ::-1]), tuple(box)))
    return stills


def moved(still: Still, share: float, place: tuple[float, float]) -> tuple[RGB, Box]:
    """The still with its object as large as `share` of the picture, at a place of it; where the
    still does not reach there is a rocket."""
    x1, y1, x2, y2 = still.box
    zoom = share * min(WIDTH / (x2 - x1), HEIGHT / (y2 - y1))
    left = place[0] * (WIDTH - zoom * (x2 - x1))
    top = place[1] * (HEIGHT - zoom * (y2 - y1))
    # libswscale's way of shrinking: no aliasing, whatever the zoom.
    rgb, own = still.rgb, zoom
    if zoom < 0.5:
        rgb = cv2.resize(rgb, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        own = 1.0
    move = np.array([[own, 0, left - zoom * x1], [0, own, top - zoom * y1]])
    picture = cv2.resize(data.rocket(), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    mode = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_TRANSPARENT}
    cv2.warpAffine(rgb, move, (WIDTH, HEIGHT), dst=picture, **mode)
    width, height = zoom * (x2 - x1), zoom * (y2 - y1)
    return picture, Box(left, top, left + width, top + height)


def probability(detector: Witnesses, picture: RGB, box: Box, target: Target) -> float:
    """Of what is seen where something is."""
    found = detector.detect(picture).only([target])
    hits = [found.score[i] for i in range(len(found)) if found.box(i).iou(box) >= 0.4]
    return float(max(hits, default=0.0))


Missed = tuple[int, int, tuple[float, float], float]
"""Number of the still, pixels of the object's height, place, probability."""


def missed(stills: list[Still], target: Target, least: float, steps: int) -> list[Missed]:
    """What is not seen of stills that are plain: seen for sure where they fill a fifth."""
    detector = load_detector("balanced", (target,))
    found, plain = [], 0
    for number, still in enumerate(stills):
        if probability(detector, *moved(still, 0.2, PLACES[0]), target) < PLAIN:
            continue
        plain += 1
        x1, y1, x2, y2 = still.box
        most = min(WIDTH / (x2 - x1), HEIGHT / (y2 - y1)) * (y2 - y1)
        for step, share in enumerate(np.geomspace(least / most, 1.0, steps)):
            for place in (PLACES[0], PLACES[1 + (number + step) % 4]):
                p = probability(detector, *moved(still, float(share), place), target)
                if p < SEEN:
                    found.append((number, round(float(share) * most), place, round(p, 3)))
    assert plain >= len(stills) / 2
    return found


def test_plates_of_one_line(shared_eval: Path) -> None:
    stills = largest(shared_eval, "plate", 8, wide=True)
    assert not missed(stills, Target.PLATE, 12.0, 9)


def test_plates_of_two_lines(shared_eval: Path) -> None:
    stills = largest(shared_eval, "plate", 8)
    assert not missed(stills, Target.PLATE, 30.0, 7)


def test_faces(shared_eval: Path) -> None:
    assert not missed(largest(shared_eval, "face", 6), Target.FACE, 14.0, 9)
