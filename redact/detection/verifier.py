"""The verifier: is what lies in the middle of a small picture a face, a plate, or neither?

A detector looks for small things all over a picture. This network is shown one place, enlarged, and
was trained on what the detector takes for faces and plates by mistake (`training/README.md`). It
finds nothing by itself: the audit asks it about what others have found.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..types import Frame, Target
from .calibration import log_odds
from .device import open_network
from .headroom import for_this_processor
from .network import PAD, default_threads
from .opencv import load_opencv
from .scaling import Area, Scaler
from .weights import VERIFIER, VERIFIER_SHA256, read_weights

SIDE: Final = 160
"""Pixels of the square pictures that it is shown. Meaning: as it was trained."""

WINDOWS: Final[dict[Target, tuple[float, ...]]] = {
    Target.FACE: (2.8, 3.5, 4.8),
    Target.PLATE: (1.8, 4.8),
}
"""Sides of the squares around a thing, in its longer side: a face is told by the head and shoulders
around it, a plate by its letters and, as burnt-in text has letters too, by the car around it.
Chosen in `training/README.md`, "The verifier"."""

LEAST_WINDOW: Final = 12.0
"""Least side of such a square in source pixels. Meaning: it learnt from things of 6 pixels."""


class Verifier:
    """The verifying network.

    Args:
        threads: processors to use, None for all that this process may use, at most 8.

    Attributes:
        name: for reports.
        weights_sha256: of the file that runs.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    name: Final = "redact verifier"
    weights_sha256: Final = VERIFIER_SHA256[VERIFIER]

    def __init__(self, threads: int | None = None) -> None:
        weights = for_this_processor(read_weights(VERIFIER))
        self._session = open_network(weights, threads or default_threads(), "the verifying network")

    def scores(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How surely there is a face, and how surely a plate, in the middle of each picture.

        Args:
            pictures: uint8 [N, SIDE, SIDE, 3], RGB, the thing in question in the middle, its
                longer side between a fifth and two thirds of SIDE.

        Returns:
            float32 [N, 2] from 0 to 1, in the order of `Target.FACE` and `Target.PLATE`.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        try:
            (scores,) = self._session.run(["scores"], {"image": pictures})
        except Exception as error:  # onnxruntime has no common base class for its errors
            raise UnsafeError(f"the verifying network failed: {error}") from error
        if scores.shape != (len(pictures), 2) or not np.isfinite(scores).all():
            raise UnsafeError("the verifying network gave an unusable answer")
        return np.asarray(scores, np.float32)


class CloseUp:
    """Asks the verifier about places in a decoded frame.

    Args:
        verifier: the network.
    """

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier
        self._scaler = Scaler()

    def ask(
        self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """Log odds that each box holds what it is taken for, mean over several windows.

        Args:
            frame: upright.
            boxes: [N, 4], upright source pixels.
            target: [N], values of `Target`, faces and plates only.

        Raises:
            UnsafeError: if the frame cannot be converted or the network fails.
        """
        if not len(boxes):
            return np.zeros(0, np.float32)
        width, height = frame.size
        picture = self._scaler.frame(frame.picture)
        rgb = picture.view(Area(0, 0, width, height), (width, height))
        windows, owner = [], []
        for row, (box, kind) in enumerate(zip(boxes, target, strict=True)):
            for times in WINDOWS[Target(int(kind))]:
                windows.append(square_around(rgb, box, times))
                owner.append(row)
        kinds = np.asarray(target, np.intp)[owner]
        odds = log_odds(self._verifier.scores(np.stack(windows))[np.arange(len(owner)), kinds])
        count = np.bincount(owner, minlength=len(boxes))
        return np.asarray(np.bincount(owner, odds, len(boxes)) / count, np.float32)


def square_around(
    rgb: NDArray[np.uint8], box: NDArray[np.float64], times: float
) -> NDArray[np.uint8]:
    """A square around a box as the verifier wants it: uint8 [SIDE, SIDE, 3].

    Args:
        rgb: the whole picture, uint8 [H, W, 3]; grey is shown where the square leaves it.
        box: [4], left, top, right, bottom in its pixels.
        times: side of the square in the box's longer side.
    """
    cv2 = load_opencv()  # not at the top: without its libraries it must be refused in clear words
    x1, y1, x2, y2 = (float(v) for v in box)
    side = max(LEAST_WINDOW, times * max(x2 - x1, y2 - y1))
    zoom = SIDE / side
    left, top = (x1 + x2 - side) / 2, (y1 + y2 - side) / 2
    move = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]])
    if zoom >= 1:
        flags = cv2.INTER_LINEAR
        return np.asarray(
            cv2.warpAffine(rgb, move, (SIDE, SIDE), flags=flags, borderValue=(PAD,) * 3), np.uint8
        )
    # Shrinking by interpolation would alias: average the square first, then place it.
    height, width = rgb.shape[:2]
    a, b = max(0, int(left)), max(0, int(top))
    c, d = min(width, int(left + side) + 1), min(height, int(top + side) + 1)
    out = np.full((SIDE, SIDE, 3), PAD, np.uint8)
    if c <= a or d <= b:
        return out
    x, y = max(0, round((a - left) * zoom)), max(0, round((b - top) * zoom))
    w, h = min(SIDE - x, round((c - a) * zoom)), min(SIDE - y, round((d - b) * zoom))
    if w > 0 and h > 0:
        part = rgb[b:d, a:c]
        out[y : y + h, x : x + w] = cv2.resize(part, (w, h), interpolation=cv2.INTER_AREA)
    return out
