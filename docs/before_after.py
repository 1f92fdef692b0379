"""Makes `docs/images/before-after.jpg`: `python -m docs.before_after`.

Three moments of the demo, above as they were filmed, below as `redact run` hands them over.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "samples" / "demo.mp4"
PICTURE = ROOT / "docs" / "images" / "before-after.jpg"

MOMENTS = (0.8, 3.4, 7.0)
"""Seconds: a picture of each part of the demo (`samples/CREDITS.md`)."""

WIDTH = 420
"""Pixels of one picture."""


def row(path: Path) -> NDArray[np.uint8]:
    """The moments of a video side by side, uint8 [H, W, 3] BGR."""
    video = cv2.VideoCapture(str(path))
    shown = []
    for seconds in MOMENTS:
        video.set(cv2.CAP_PROP_POS_MSEC, 1000 * seconds)
        _, picture = video.read()
        height = round(WIDTH * picture.shape[0] / picture.shape[1])
        shown.append(cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA))
    return np.hstack(shown).astype(np.uint8)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.mp4")
        command = [sys.executable, "-m", "redact", "run", DEMO, "-o", result]
        subprocess.run(command, check=True)
        both = np.vstack([row(DEMO), row(result)])
    cv2.imwrite(str(PICTURE), both, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
