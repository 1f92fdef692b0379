"""MediaPipe's BlazeFace models (Bazarevsky et al., "BlazeFace", 2019) as a face detector, for
comparison: `--detector mediapipe`.

Both models see small square inputs (full range 192, short range 128 pixels), so they find few small
faces.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import DependencyError, ModelError, UnsafeError
from ..libraries import refusal
from ..settings import Sensitivity
from ..types import Detections, Frame, Rect, Target
from ..words import problem
from .network import clipped, to_source
from .nms import suppress
from .scaling import Picture, Scaler
from .views import Scale, View, views
from .weights import FULL_RANGE, NMS_IOU, SHORT_RANGE, WEIGHTS, read_weights

MEDIAPIPE_VERSION: Final = "0.10.33"
"""The one version that may run: newer ones contact a server, older ones lack the model."""

LEAST_SCORE: Final = 0.3
"""Detections below this are not returned: its scores are near 0 or near 1, and below this nearly
all are no faces."""

FOREHEAD: Final = 0.15
"""Added above BlazeFace's boxes, share of their height: BlazeFace frames from the eyebrows
down, the labels from the hairline."""

SCALE: Final = Scale(640)
"""How large both look at the whole picture."""

_T = TypeVar("_T")


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


def load_mediapipe() -> ModuleType:
    """The mediapipe module, in the version that makes no network calls.

    Raises:
        DependencyError: if it or a library it needs is missing, or it is another version.
    """
    try:
        mediapipe = importlib.import_module("mediapipe")
    except (ImportError, OSError) as error:
        raise refusal("MediaPipe", error) from error
    found = str(getattr(mediapipe, "__version__", "unknown"))
    if found != MEDIAPIPE_VERSION:
        raise problem(DependencyError, "mediapipe_version", found=found)
    return mediapipe


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
            self._task: Any = _quietly(lambda: vision.FaceDetector.create_from_options(options))
            # Its first image makes the engine log; that belongs to loading.
            _quietly(lambda: self.run(np.full((192, 192, 3), 114, np.uint8)))
        except OSError as error:
            raise refusal("MediaPipe", error) from error
        except UnsafeError as error:
            raise problem(DependencyError, "mediapipe_broken", error=error) from error
        except (RuntimeError, ValueError) as error:
            raise problem(ModelError, "mediapipe_weights", weights=weights, error=error) from error
        _open.append(self._task)

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


_open: Final[list[Any]] = []
"""Tasks, which live until the process ends: closed by the garbage collector, one waits for its own
thread, be it in a thread that holds what that waits for."""


@atexit.register
def _close_all() -> None:
    """Free tasks while the interpreter is still whole; later, MediaPipe prints a traceback."""
    for task in _open:
        try:
            task.close()
        except RuntimeError:
            # MediaPipe's own thread may be gone by now; the system frees all.
            task._handle = None


def _quietly(action: Callable[[], _T]) -> _T:
    """Run an action with the process's standard error set aside: native libraries write to it.

    If the action fails, what they wrote is let through, for it may say why.
    """
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # no standard error at all: nothing to keep clean
        return action()
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            return action()
        except BaseException:
            os.dup2(saved, 2)
            aside.seek(0)
            os.write(2, aside.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)
