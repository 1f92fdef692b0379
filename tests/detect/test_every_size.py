"""Objects from twelve pixels (faces: 24) to the whole picture, in its middle and at a border, are
detected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redact.detection import load_detector
from redact.types import Target

pytest.importorskip("cv2", reason="stills are moved with OpenCV")
data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")

from .filling import HEIGHT, SEEN, WIDTH, Still, iou, largest, moved  # noqa: E402

PLAIN = 0.3
"""Probability from which a still, its object a fifth of the picture, shows a plain case."""
FILLS = 0.3
"""Share of the picture from which one plain case in twenty may be missed, of all one in ten."""
PLACES = ((0.5, 0.5), (0.0, 0.5), (1.0, 0.5), (0.5, 0.0), (0.5, 1.0))
"""Middle, left, right, above, below."""


def looked(
    stills: list[Still], target: Target, least: float, steps: int
) -> list[tuple[int, float, tuple[float, float], float]]:
    """Number of each still, share of the picture, place, and the probability of the detection."""
    detector = load_detector(targets=(target,))
    scene = data.rocket()

    def probability(still: Still, share: float, place: tuple[float, float]) -> float:
        picture, box = moved(still, share, place, scene)
        found = detector.detect(picture)
        return float(max(found.score[iou(box, found.xyxy) >= 0.4], default=0.0))

    plain = [s for s in stills if probability(s, 0.2, PLACES[0]) >= PLAIN]
    assert len(plain) >= len(stills) / 2
    rows = []
    for number, still in enumerate(plain):
        x1, y1, x2, y2 = still.box
        most = min(WIDTH / (x2 - x1), HEIGHT / (y2 - y1)) * (y2 - y1)
        for step, share in enumerate(np.geomspace(least / most, 1.0, steps)):
            for place in (PLACES[0], PLACES[1 + (number + step) % 4]):
                p = probability(still, float(share), place)
                rows.append((number, round(float(share), 3), place, round(p, 3)))
    return rows


def check(rows: list[tuple[int, float, tuple[float, float], float]]) -> None:
    for least, share in ((0.0, 0.1), (FILLS, 0.05)):
        mine = [r for r in rows if r[1] >= least]
        missed = [r for r in mine if r[3] < SEEN]
        assert len(missed) <= share * len(mine), missed


@pytest.mark.slow
def test_plates_of_one_line(shared_eval: Path) -> None:
    check(looked(largest(shared_eval, "plate", 4, wide=True), Target.PLATE, 12.0, 7))


@pytest.mark.slow
def test_plates_of_two_lines(shared_eval: Path) -> None:
    check(looked(largest(shared_eval, "plate", 4), Target.PLATE, 30.0, 6))


@pytest.mark.slow
def test_faces(shared_eval: Path) -> None:
    check(looked(largest(shared_eval, "face", 4), Target.FACE, 24.0, 4))
