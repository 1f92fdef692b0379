"""A person who is in the picture for a tenth of a second is hidden in every frame of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import redact
from lab.short_faces import hidden, portrait, shown, written
from redact.types import Target

RATE, SIZE = 30, (640, 360)


def test_a_face_visible_for_a_moment_is_hidden(tmp_path: Path) -> None:
    """The camera pans, so that nothing in the picture stands still."""
    noise = np.random.default_rng(3).integers(60, 190, (9, 24, 3), np.uint8)
    import cv2

    wide = cv2.resize(noise, (SIZE[0] + 400, SIZE[1]), interpolation=cv2.INTER_CUBIC)
    pictures = [np.ascontiguousarray(wide[:, 6 * n : 6 * n + SIZE[0]]) for n in range(34)]
    made, places = shown(pictures, portrait(), 60, first=13, count=2)
    path = tmp_path / "a.mp4"
    written(made, RATE, path)
    plan = redact.detect(path, redact.DetectSettings(targets=(Target.FACE,)))
    assert [n for n, face in places.items() if not hidden(plan, n, face)] == []
