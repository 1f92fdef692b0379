"""The promise of the default: a 20-pixel face in 1080p is detected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from redact.detection import BALANCED_SIZES, THOROUGH_SIZES, Sizes, load_detector
from redact.types import Box, Target

from .pasted import real_faces, scenes

data = pytest.importorskip("skimage.data", reason="needs scikit-image's pictures")


def hits(sizes: Sizes, folder: Path, height: float) -> list[bool]:
    """Whether each face, masked and turned ones included, is detected at the candidate score."""
    detector = load_detector(sizes, (Target.FACE,))
    faces = list(real_faces(folder))[::5]
    found_all = []
    for scene, truth in scenes(data.rocket(), faces, height, 60, seed=3):
        found = detector.detect(scene)
        found_all += [
            any(found.box(i).iou(Box(*box)) >= 0.35 for i in range(len(found))) for box in truth
        ]
    return found_all


@pytest.mark.slow
def test_twenty_pixel_faces(shared_eval: Path) -> None:
    found = hits(BALANCED_SIZES, shared_eval, 20)
    assert len(found) >= 40 and np.mean(found) >= 0.7


@pytest.mark.slow
def test_thorough_detects_more_of_them(shared_eval: Path) -> None:
    assert np.mean(hits(THOROUGH_SIZES, shared_eval, 20)) >= 0.85
