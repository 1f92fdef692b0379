"""Our detector: the network on several views of a picture, merged into one answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, Target
from .agreement import agree
from .network import Network
from .parts import look_at_view
from .scaling import Area, Picture, Scaler
from .thresholds import CANDIDATE_SCORE
from .tiles import Scale, View, views


class FacePlateDetector:
    """Faces and plates by our own network; see `Detector`.

    Args:
        network: the loaded network.
        name, weights_sha256: see `Detector`.
        scales: sizes at which every picture is looked at.
        sample_aspect: width of a source pixel divided by its height.
    """

    def __init__(
        self,
        network: Network,
        name: str,
        weights_sha256: str,
        scales: tuple[Scale, ...],
        sample_aspect: float = 1.0,
    ) -> None:
        self.name = name
        self.weights_sha256 = weights_sha256
        self._network = network
        self._scales = scales
        self._aspect = sample_aspect
        self._scaler = Scaler()
        self._least = np.array([CANDIDATE_SCORE.get(t, 0.0) for t in Target], np.float32)

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return self.look(self._scaler.array(rgb))

    def detect_frame(self, frame: Frame, only: Sequence[Area] | None = None) -> Detections:
        return self.look(self._scaler.frame(frame.picture, only))

    def look(self, picture: Picture) -> Detections:
        """The same for a picture that has been decoded already."""
        width, height = picture.size
        parts, scale = [], []
        zooms: dict[int, float] = {}
        for view in views(width, height, self._scales, self._aspect):
            found = look_at_view(picture, view, self._network.run)
            found = clipped(to_source(found, view), width, height)
            # A scale whose only view an earlier one had already is no second witness.
            zooms.setdefault(view.scale, view.zoom)
            parts.append(found)
            scale.append(np.full(len(found), list(zooms).index(view.scale), np.intp))
        merged = agree(Detections.concat(parts), np.concatenate(scale), list(zooms.values()))
        merged = clipped(merged, width, height)  # a mean is exact to some digits only
        return merged.select(merged.score >= self._least[merged.target])


def to_source(found: Detections, view: View) -> Detections:
    """Boxes from pixels of a view to source pixels."""
    scale_x = view.area.width / view.size[0]
    scale_y = view.area.height / view.size[1]
    factor = np.array([scale_x, scale_y, scale_x, scale_y], np.float32)
    origin = np.array([view.area.left, view.area.top] * 2, np.float32)
    return Detections(found.xyxy * factor + origin, found.score, found.target)


def clipped(found: Detections, width: int, height: int) -> Detections:
    """Boxes cut to the picture; what lies wholly outside (in the padding) goes."""
    limit = np.array([width, height, width, height], np.float32)
    xyxy = np.clip(found.xyxy, 0, limit).astype(np.float32)
    inside = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    return Detections(xyxy[inside], found.score[inside], found.target[inside])
