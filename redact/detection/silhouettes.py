"""MediaPipe's selfie segmentation: which part of a person's box shows the person.

The network (Google, Apache-2.0; `redact/models/MODEL_CARD.md`) separates people near the camera
from their background. In a square around a body's box it does so for whole bodies as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import DependencyError, ModelError, UnsafeError
from ..libraries import refusal
from ..types import COLUMNS, ROWS, Box, Silhouette
from ..words import problem
from .mediapipe import closed_at_exit, load_mediapipe, quietly
from .networks import SELFIE
from .weights import read_weights

SILHOUETTE_SIDE: Final = 256
"""Pixels of the square picture that it takes."""

SILHOUETTE_CONTEXT: Final = 0.15
"""Context around the box, as a share of its longer side: the background helps to find a person's
outline."""

LEAST_PERSON_SHARE: Final = 0.3
"""Score of a pixel, 0 to 1, from which it shows the person, and share of such pixels from which a
cell does: scores are seldom between .1 and .9, and hiding more is the lesser evil."""

_SAMPLES: Final = 4
"""Pixels of the answer that are sampled along each side of a cell."""

LEAST_SILHOUETTE_HEIGHT: Final = 48.0
"""Least height in pixels of a box whose silhouette can be determined."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a shape must agree with the box, which another network detected, to be believed.

    Attributes:
        least: least share of the box that the shape takes up.
        top, bottom: greatest distance of its top and bottom from the box's, in shares of its
            height.
        wide: least share of the box's width that it spans.
        lying: the same for a box wider than high, where the head is at one of its ends.
    """

    least: float = 0.15
    top: float = 0.3
    bottom: float = 0.4
    wide: float = 0.35
    lying: float = 0.75


AGREEMENT: Final = Agreement()


class Selfie:
    """The network, loaded once.

    Attributes:
        name, weights_sha256: see `redact.detection.Detector`.

    Raises:
        ModelError: if the weights are missing, not the pinned ones, or MediaPipe refuses them.
        DependencyError: if MediaPipe or a library it needs is missing.
    """

    name: Final = SELFIE.name
    weights_sha256: Final = SELFIE.weights_sha256

    def __init__(self) -> None:
        data = read_weights(SELFIE.file)
        self._mediapipe = load_mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_buffer=data),
            running_mode=vision.RunningMode.IMAGE,
            output_category_mask=False,
            output_confidence_masks=True,
        )
        try:
            self._task: Any = quietly(lambda: vision.ImageSegmenter.create_from_options(options))
            # Its first image makes the engine log; that belongs to loading.
            quietly(lambda: self.run(np.full((SILHOUETTE_SIDE, SILHOUETTE_SIDE, 3), 114, np.uint8)))
        except OSError as error:
            raise refusal("MediaPipe", error) from error
        except UnsafeError as error:
            raise problem(DependencyError, "mediapipe_broken", error=error) from error
        except (RuntimeError, ValueError) as error:
            raise problem(
                ModelError, "mediapipe_weights", weights=SELFIE.file, error=error
            ) from error
        closed_at_exit(self._task)

    def run(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Scores of each pixel of an image, uint8 [SILHOUETTE_SIDE, SILHOUETTE_SIDE, 3]: float32
        [SILHOUETTE_SIDE, SILHOUETTE_SIDE], 1 where it is certain of a person.

        Raises:
            UnsafeError: if MediaPipe fails, or returns a number that is not finite.
        """
        image_format = self._mediapipe.ImageFormat.SRGB
        try:
            image = self._mediapipe.Image(image_format, np.ascontiguousarray(rgb))
            (said,) = self._task.segment(image).confidence_masks
            person = np.array(said.numpy_view(), np.float32).reshape(
                SILHOUETTE_SIDE, SILHOUETTE_SIDE
            )
        except Exception as error:  # whatever it was, nothing is known about this picture
            raise problem(UnsafeError, "mediapipe_failed", error=error) from error
        if not np.isfinite(person).all():
            raise problem(UnsafeError, "mediapipe_failed", error="not a number")
        return person

    def silhouette(self, rgb: NDArray[np.uint8], box: Box) -> Silhouette | None:
        """The part of a box that shows the person; None if that is doubtful, so that the whole box
        is hidden.

        Other people in the box are part of it.

        Args:
            rgb: the whole picture, uint8 [H, W, 3], pixels as wide as high.
            box: of a person, in its pixels.

        Raises:
            UnsafeError: see `run`.
        """
        height, width = rgb.shape[:2]
        inside = Box(max(0.0, box.x1), max(0.0, box.y1), min(width, box.x2), min(height, box.y2))
        if inside.height < LEAST_SILHOUETTE_HEIGHT or inside.width < LEAST_SILHOUETTE_HEIGHT / 4:
            return None
        image, move = _square_around(rgb, inside)
        person = self.run(image)
        # Samples of the box, cell by cell, from the answer.
        step = box.width / COLUMNS / _SAMPLES, box.height / ROWS / _SAMPLES
        at = np.array(
            [[step[0], 0, box.x1 + step[0] / 2 - 0.5], [0, step[1], box.y1 + step[1] / 2 - 0.5]]
        )
        onto = move @ np.vstack([at, [0, 0, 1]])
        size = COLUMNS * _SAMPLES, ROWS * _SAMPLES
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        read = cv2.warpAffine(person, onto, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        there = (np.asarray(read) >= LEAST_PERSON_SHARE).reshape(ROWS, _SAMPLES, COLUMNS, _SAMPLES)
        cells = np.asarray(there.mean(axis=(1, 3)) >= LEAST_PERSON_SHARE)
        if not agrees(cells & _within(box, inside), box, inside):
            return None
        return Silhouette.of(cells)


def agrees(
    cells: NDArray[np.bool_], box: Box, inside: Box, agreement: Agreement = AGREEMENT
) -> bool:
    """Whether a shape is probably that of the body in the box.

    Args:
        cells: bool [ROWS, COLUMNS] of `box`, those inside the picture.
        box, inside: the whole box, and its part inside the picture.
    """
    area = cells.mean() * box.area / max(inside.area, 1e-6)
    if area < agreement.least:
        return False
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    cell_x, cell_y = box.width / COLUMNS, box.height / ROWS
    begins, ends = box.y1 + rows[0] * cell_y, box.y1 + (rows[-1] + 1) * cell_y
    wide = agreement.lying if box.width > box.height else agreement.wide
    reach = (columns[-1] + 1 - columns[0]) * cell_x
    return bool(
        begins <= inside.y1 + agreement.top * inside.height
        and ends >= inside.y2 - agreement.bottom * inside.height
        and reach >= wide * inside.width
    )


def _within(box: Box, inside: Box) -> NDArray[np.bool_]:
    """bool [ROWS, COLUMNS] cells of a box whose middle lies in another one."""
    x = box.x1 + (np.arange(COLUMNS) + 0.5) * box.width / COLUMNS
    y = box.y1 + (np.arange(ROWS) + 0.5) * box.height / ROWS
    return np.asarray(
        ((inside.y1 <= y) & (y <= inside.y2))[:, None] & ((inside.x1 <= x) & (x <= inside.x2))
    )


def _square_around(
    rgb: NDArray[np.uint8], box: Box
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The square image around a box, uint8 [SILHOUETTE_SIDE, SILHOUETTE_SIDE, 3], and the matrix
    [2, 3] from pixels of the picture to its own. Beyond the border, the picture's edge pixels are
    repeated."""
    height, width = rgb.shape[:2]
    side = (1 + 2 * SILHOUETTE_CONTEXT) * max(box.width, box.height)
    zoom, (x, y), half = SILHOUETTE_SIDE / side, box.centre, side / 2
    x1, y1 = max(0, int(x - half)), max(0, int(y - half))
    x2, y2 = min(width, int(np.ceil(x + half))), min(height, int(np.ceil(y + half)))
    wide, tall = (min(SILHOUETTE_SIDE, max(1, round(n * zoom))) for n in (x2 - x1, y2 - y1))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    part = np.asarray(cv2.resize(rgb[y1:y2, x1:x2], (wide, tall), interpolation=how), np.uint8)
    left = int(np.clip(round((x1 - x + half) * zoom), 0, SILHOUETTE_SIDE - wide))
    top = int(np.clip(round((y1 - y + half) * zoom), 0, SILHOUETTE_SIDE - tall))
    room = (top, SILHOUETTE_SIDE - tall - top), (left, SILHOUETTE_SIDE - wide - left), (0, 0)
    zoom_x, zoom_y = wide / (x2 - x1), tall / (y2 - y1)
    # Centres of pixels onto centres of pixels.
    move = np.array(
        [
            [zoom_x, 0, left + (0.5 - x1) * zoom_x - 0.5],
            [0, zoom_y, top + (0.5 - y1) * zoom_y - 0.5],
        ]
    )
    return np.pad(part, room, mode="edge"), move
