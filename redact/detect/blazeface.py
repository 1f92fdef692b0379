"""MediaPipe's two face networks as one detector: a second opinion that errs differently.

BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047) full range, sparse, for the whole room, and
short range for faces that fill the picture. Both were trained by others on other data, so that
what they miss is not what ours misses.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import DependencyError, UnsafeError
from ..types import Detections, Frame, Target
from .nms import suppress
from .scaling import Area, Picture, Scaler
from .thresholds import NMS_IOU
from .weights import MEDIAPIPE_SHA256, read_weights

LEAST_SCORE: Final = 0.30
"""Below this MediaPipe's own suppression leaves mostly noise."""

_SIDE: Final = 640
"""Longest side of the picture that is handed over; the networks read 192 and 128 pixels."""


class BlazeFace:
    """Both BlazeFace networks on one picture; see `Detector`. Faces only.

    Raises:
        ModelError: if a model is missing or is not the pinned one.
        DependencyError: if MediaPipe cannot be loaded.
    """

    name = "mediapipe blazeface (full range sparse + short range)"

    def __init__(self) -> None:
        models = {name: read_weights(f"mediapipe/{name}") for name in sorted(MEDIAPIPE_SHA256)}
        self.weights_sha256 = "+".join(MEDIAPIPE_SHA256[name] for name in models)
        self._mediapipe, self._options, self._vision = _mediapipe()
        with _quiet():
            self._networks = [self._network(data) for data in models.values()]
        # MediaPipe's own clean-up fails with a traceback if the interpreter is already half
        # gone; a finaliser runs before that.
        self._close = weakref.finalize(self, _close, self._networks)
        self._scaler = Scaler()
        self._warm = False

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return self._detect(self._scaler.array(rgb))

    def detect_frame(self, frame: Frame) -> Detections:
        return self._detect(self._scaler.frame(frame.picture))

    def _network(self, data: bytes) -> Any:
        options = self._vision.FaceDetectorOptions(
            base_options=self._options(model_asset_buffer=data),
            running_mode=self._vision.RunningMode.IMAGE,
            min_detection_confidence=LEAST_SCORE,
        )
        return self._vision.FaceDetector.create_from_options(options)

    def _detect(self, picture: Picture) -> Detections:
        width, height = picture.size
        zoom = min(1.0, _SIDE / max(width, height))
        size = max(1, round(width * zoom)), max(1, round(height * zoom))
        rgb = np.ascontiguousarray(picture.view(Area(0, 0, width, height), size))
        image = self._mediapipe.Image(self._mediapipe.ImageFormat.SRGB, rgb)
        boxes: list[tuple[float, float, float, float]] = []
        scores: list[float] = []
        try:
            for network in self._networks:
                for found in self._run(network, image):
                    box = found.bounding_box
                    x, y, w, h = box.origin_x, box.origin_y, box.width, box.height
                    boxes.append((x, y, x + w, y + h))
                    scores.append(float(found.categories[0].score))
        except (RuntimeError, ValueError) as error:
            raise UnsafeError(
                f"MediaPipe could not look at a picture: {error}",
                "Run again; report it if it stays.",
            ) from error
        if not boxes:
            return Detections.empty()
        scale = np.array([width / size[0], height / size[1]] * 2, np.float32)
        found_all = Detections(
            np.asarray(boxes, np.float32) * scale,
            np.asarray(scores, np.float32),
            np.full(len(boxes), Target.FACE, np.int8),
        )
        return suppress(found_all, NMS_IOU)

    def _run(self, network: Any, image: Any) -> list[Any]:
        # The first pictures make TensorFlow Lite announce its delegates on standard error.
        if self._warm:
            return list(network.detect(image).detections)
        with _quiet():
            found = list(network.detect(image).detections)
        self._warm = network is self._networks[-1]
        return found


def _close(networks: list[Any]) -> None:
    for network in networks:
        try:
            network.close()
        except RuntimeError:
            # At the end of the process the thread that would free the network is gone
            # already, and the system frees everything.
            network._handle = None


def _mediapipe() -> tuple[Any, Any, Any]:
    """The package itself, its `BaseOptions` and its `vision` module.

    Raises:
        DependencyError: with what to install; the usual reason is OpenCV's display library.
    """
    try:
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
    except ImportError as error:
        raise DependencyError(
            f"mediapipe cannot be loaded: {error}",
            "apt-get install libgl1, or: pip uninstall opencv-contrib-python && "
            "pip install opencv-contrib-python-headless",
        ) from error
    return mediapipe, BaseOptions, vision


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep C++ log lines off standard error; Python's own messages are not affected."""
    saved = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nothing)
