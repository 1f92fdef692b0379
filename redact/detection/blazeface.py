"""MediaPipe's BlazeFace models (Bazarevsky et al., "BlazeFace", 2019) as a face detector, for
comparison: `--detector mediapipe`.

Both models see small square inputs (full range 192, short range 128 pixels), so they find few small
faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import DependencyError, ModelError, UnsafeError
from ..libraries import refusal
from ..settings import Sensitivity
from ..types import Detections, Frame, Rect, Target
from ..words import problem
from .mediapipe import closed_at_exit, load_mediapipe, quietly
from .network import clipped, to_source
from .nms import suppress
from .scaling import Picture, Scaler
from .views import Scale, View, views
from .weights import FULL_RANGE, NMS_IOU, SHORT_RANGE, WEIGHTS, read_weights

LEAST_SCORE: Final = 0.3
"""Detections below this are not returned: its scores are near 0 or near 1, and below this nearly
all are no faces."""

FOREHEAD: Final = 0.15
"""Added above BlazeFace's boxes, share of their height: BlazeFace frames from the eyebrows
down, the labels from the hairline."""

SCALE: Final = Scale(640)
"""How large both look at the whole picture."""


def make(
    *, sensitivity: Sensitivity, targets: Sequence[Target], sample_aspect: float
) -> BlazeFaces:
    """The detector that `--detector mediapipe` asks for; see `redact.detection.load_plugin`.

    Args:
        sensitivity: makes no difference.
        targets: faces alone.
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        ValueError: for targets that it does not know, so that nobody takes this for a search.
        ModelError, DependencyError: see `BlazeFace`.
    """
    if set(targets) != {Target.FACE}:
        raise ValueError("MediaPipe finds faces alone: add --targets face")
    return BlazeFaces(sample_aspect)


class BlazeFace:
    """One BlazeFace model on single images.

    Args:
        weights: name of the model file, see `redact.detection.weights`.

    Raises:
        ModelError: if the file is missing, not the pinned one, or MediaPipe refuses it.
        DependencyError: if MediaPipe or a library it needs is missing.
    """

    def __init__(self, weights: str) -> None:
        data = read_weights(weights)
        self._mediapipe = load_mediapipe()
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=data),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=LEAST_SCORE,
            min_suppression_threshold=0.3,
        )
        try:
            self._task: Any = quietly(lambda: vision.FaceDetector.create_from_options(options))
            # Its first image makes the engine log; that belongs to loading.
            quietly(lambda: self.run(np.full((192, 192, 3), 114, np.uint8)))
        except OSError as error:
            raise refusal("MediaPipe", error) from error
        except UnsafeError as error:
            raise problem(DependencyError, "mediapipe_broken", error=error) from error
        except (RuntimeError, ValueError) as error:
            raise problem(ModelError, "mediapipe_weights", weights=weights, error=error) from error
        closed_at_exit(self._task)

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """Faces in one image, uint8 [H, W, 3], boxes in its pixels.

        Raises:
            UnsafeError: if MediaPipe fails.
        """
        image_format = self._mediapipe.ImageFormat.SRGB
        try:
            image = self._mediapipe.Image(image_format, np.ascontiguousarray(rgb))
            found = self._task.detect(image).detections
            boxes = [d.bounding_box for d in found]
            xyxy = [
                (b.origin_x, b.origin_y, b.origin_x + b.width, b.origin_y + b.height) for b in boxes
            ]
            return Detections(
                np.array(xyxy, np.float32).reshape(-1, 4),
                np.array([d.categories[0].score for d in found], np.float32),
                np.full(len(found), Target.FACE, np.int8),
            )
        except Exception as error:  # whatever it was, the picture was not checked
            raise problem(UnsafeError, "mediapipe_failed", error=error) from error


class BlazeFaces:
    """Both models on the whole picture; see `Detector`.

    Args:
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        ModelError, DependencyError: see `BlazeFace`.
    """

    name: Final = "MediaPipe BlazeFace full range sparse + short range"

    def __init__(self, sample_aspect: float = 1.0) -> None:
        self.weights_sha256 = "+".join(WEIGHTS[w].sha256 for w in (FULL_RANGE, SHORT_RANGE))
        self._models = BlazeFace(FULL_RANGE), BlazeFace(SHORT_RANGE)
        self._aspect = sample_aspect
        self._scaler = Scaler()

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return self.look(self._scaler.array(rgb))

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """Looks at all of the frame, whatever is asked for."""
        return self.look(self._scaler.frame(frame.picture))

    def look(self, picture: Picture) -> Detections:
        """The same for a picture that has been decoded already."""
        width, height = picture.size
        parts = []
        for view in views(width, height, (SCALE,), self._aspect):
            image = picture.view(view.area, view.size)
            parts += [_whole_face(model.run(image), view) for model in self._models]
        return suppress(clipped(Detections.concat(parts), width, height), NMS_IOU)


def _whole_face(found: Detections, view: View) -> Detections:
    """Source boxes of whole faces; BlazeFace's squares leave out the forehead."""
    boxes = to_source(found, view)
    height = boxes.xyxy[:, 3] - boxes.xyxy[:, 1]
    xyxy = boxes.xyxy.copy()
    xyxy[:, 1] -= FOREHEAD * height
    return Detections(xyxy, boxes.score, boxes.target)
