"""Our detector: our face and plate network on several views of a picture, merged into one
answer."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import DEFAULT_TARGETS, Detections, Frame, Rect, Target
from .device import OpenNetwork, default_threads
from .networks import FACE_PLATE, LEAST_SCORE
from .nms import NMS_IOU, cluster
from .scaling import Picture, Scaler
from .views import Scale, clipped, scan_view, to_source, views
from .weights_for_processor import read_network

CANDIDATE_SCORE: Final = 0.06
"""Candidates with a lower score are dropped before any weighing: above the noise that the network
returns all over a picture, and just above `LEAST_SCORE`, which the mean of the scales may reach.
The calibration decides what a score is worth."""

CHANNELS: Final = (Target.FACE, Target.PLATE)
"""What each channel of the network's scores stands for (model card)."""

STRIDES: Final = (8, 16, 32)
"""Output grids in the order in which the network lists them (model card): pixels of its
picture per point of the grid."""

PAD: Final = 114
"""Grey that fills the image up to a multiple of the largest stride: as in training."""


KEPT_SIZES: Final = 8
"""Picture sizes for which working arrays are kept in memory: those of all scales and tiles of a
clip; parts of a picture have many sizes."""


def grid(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centres of all output points of a width × height input.

    Returns:
        x and y, float32 [N] each, in input pixels; strides 8, 16, 32, rows first.
    """
    xs, ys = [], []
    for stride in STRIDES:
        x = (np.arange(width // stride, dtype=np.float32) + 0.5) * stride
        y = (np.arange(height // stride, dtype=np.float32) + 0.5) * stride
        xs.append(np.tile(x, len(y)))
        ys.append(np.repeat(y, len(x)))
    return np.concatenate(xs), np.concatenate(ys)


class OurNetwork:
    """Our network, loaded once and shared by all detectors that use it: each copy would keep its
    own working memory.

    Args:
        targets: faces, plates or both.
        threads: processors to use, None for all that this process may use, at most 8.
        keep_memory: see `redact.detection.device.open_network`.

    Raises:
        ModelError: if weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
        ValueError: if `targets` is empty, since no answer would then count as a scan, or contains
            an unknown kind.
    """

    def __init__(
        self, targets: Sequence[Target], threads: int | None = None, keep_memory: bool = False
    ) -> None:
        if not targets or not set(targets) <= set(CHANNELS):
            raise ValueError("the face and plate network needs a target that it knows")
        self._asked = [(n, t) for n, t in enumerate(CHANNELS) if t in targets]
        weights = read_network(FACE_PLATE.file)
        name = FacePlateDetector.name
        self._network = OpenNetwork(
            weights, threads or default_threads(), name, keep_memory=keep_memory
        )
        self._one_at_a_time = Lock()
        self._grids: dict[
            tuple[int, int],
            tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]],
        ] = {}

    def detector(self, *scales: Scale, sample_aspect: float = 1.0) -> FacePlateDetector:
        """A detector that scans every picture at these sizes; its scores are the network's own.

        Args:
            scales: see `Scale`.
            sample_aspect: width of a source pixel divided by its height.
        """
        return FacePlateDetector(self, scales, sample_aspect)

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All boxes of the requested targets in one image, before suppression of duplicates.

        Args:
            rgb: uint8 [H, W, 3]; padded here to multiples of 32 on the right and below.

        Returns:
            Boxes in pixels of `rgb`, not clipped to it.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        height, width = rgb.shape[:2]
        with self._one_at_a_time:  # there is one array for each size
            image, x, y = self._prepared(width, height)
            image[0, :height, :width] = rgb
            scores, distances = self._network.run(image, "scores", "distances")
        parts = [_decoded(scores[0, n], distances[0], x, y, t) for n, t in self._asked]
        return Detections.concat(parts)

    def _prepared(
        self, width: int, height: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
        """Padded input image and point centres for a size, kept for the next frame."""
        if (width, height) not in self._grids:
            if len(self._grids) >= KEPT_SIZES:
                self._grids.pop(next(iter(self._grids)))
            largest = STRIDES[-1]
            padded_w, padded_h = -(-width // largest) * largest, -(-height // largest) * largest
            image = np.full((1, padded_h, padded_w, 3), PAD, np.uint8)
            self._grids[width, height] = (image, *grid(padded_w, padded_h))
        return self._grids[width, height]


def _decoded(
    score: NDArray[np.float32],
    distances: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    target: Target,
) -> Detections:
    which = np.flatnonzero(score >= LEAST_SCORE)
    left, top, right, bottom = distances[:, which]
    x, y = x[which], y[which]
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=1)
    return Detections(boxes, score[which], np.full(len(which), target, np.int8))


ABSENT: Final = 0.4
"""A scale that detected nothing counts as having given this share of the best score.

Chosen on every second annotated still; 0.3 to 0.5 move average precision by less than .005
(`lab/training/README.md`, "Two scales and agreement")."""

EXPECTED: Final[dict[Target, tuple[float, float]]] = {
    Target.FACE: (10.0, 250.0),
    Target.PLATE: (0.0, 150.0),
}
"""Heights, in pixels of the scaled picture, at which a scale can be expected to detect an object:
about the sizes that the network was trained on; a judgement, not fitted."""

FUSE_IOU: Final = 0.6
"""Candidates with at least this IoU with the kept box contribute to the box: enough that they frame
the same object; a judgement, not fitted."""


def agree(
    found: Detections,
    scale: NDArray[np.intp],
    zooms: Sequence[float],
    least: Sequence[float] | None = None,
) -> Detections:
    """Merge the candidates of all scales into one detection per object.

    Plain suppression would take the best score of every object and of every false positive. Objects
    show at several scales, false positives seldom do: the score becomes the mean over the scales of
    the best that each gave, at least `ABSENT` times the best of all; a scale at which the object is
    too small or too large to be expected counts as agreeing. The box becomes the mean of its
    candidates, weighted by IoU and squared score (after Solovyev et al., arXiv:1910.13302). The set
    of detected objects does not change, only their ranking. A scale with a least height (`least`)
    does not count for or against smaller objects.

    Args:
        found: candidates of all scales in source pixels, before any suppression.
        scale: intp [N], the scale that each came from, an index into `zooms`.
        zooms: pixels of the scaled picture per source pixel, vertically, for every scale.
        least: see `Scale.least`, for every scale; None: 0 for all.

    Returns:
        One detection per object, by falling score.
    """
    least = least or [0.0] * len(zooms)
    tall = (found.xyxy[:, 3] - found.xyxy[:, 1]) * np.asarray(zooms, np.float32)[scale]
    heard = tall >= np.asarray(least, np.float32)[scale]
    found, scale = found.select(heard), scale[heard]
    parts = []
    for target in (Target(t) for t in np.unique(found.target)):
        which = np.flatnonzero(found.target == target)
        parts.append(_one_target(found.select(which), scale[which], zooms, least, target))
    if not parts:
        return found
    merged = Detections.concat(parts)
    return merged.select(np.argsort(-merged.score, kind="stable"))


def _one_target(
    found: Detections,
    scale: NDArray[np.intp],
    zooms: Sequence[float],
    least: Sequence[float],
    target: Target,
) -> Detections:
    # A candidate belongs to the box that suppressed it, the best one that it overlaps: otherwise a
    # duplicate at the edge of an object would inherit the score of its middle.
    kept, owner, overlap = cluster(found.xyxy, found.score, NMS_IOU)
    weight = np.where(overlap >= FUSE_IOU, overlap * found.score**2, 0.0)
    total = np.bincount(owner, weight, len(kept))[:, None]
    sums = np.stack([np.bincount(owner, weight * side, len(kept)) for side in found.xyxy.T], 1)
    # An empty box overlaps nothing, not even itself.
    xyxy = np.where(total > 0, sums / np.maximum(total, 1e-9), found.xyxy[kept])
    best = found.score[kept]
    tall = xyxy[:, 3] - xyxy[:, 1]
    low, high = EXPECTED[target]
    seen, asked = [], []
    for number, zoom in enumerate(zooms):
        here, of_scale = np.zeros(len(kept), np.float32), scale == number
        np.maximum.at(here, owner[of_scale], found.score[of_scale])
        able = (tall * zoom >= low) & (tall * zoom <= high)
        seen.append(np.where(able, np.maximum(here, ABSENT * best), best))
        asked.append(tall * zoom >= least[number])
    # The box may be a mean that lies outside every scale's range: then the scales that gave it
    # count.
    none = ~np.any(asked, axis=0)
    score = np.average(seen, axis=0, weights=np.asarray(asked) | none).astype(np.float32)
    return Detections(xyxy.astype(np.float32), score, found.target[kept])


class FacePlateDetector:
    """Faces and plates by our own network; see `Detector`.

    Args:
        network: the loaded network.
        scales: sizes at which every picture is scanned.
        sample_aspect: width of a source pixel divided by its height.
    """

    name: Final = FACE_PLATE.name
    weights_sha256: Final = FACE_PLATE.weights_sha256
    targets: Final = DEFAULT_TARGETS

    def __init__(
        self, network: OurNetwork, scales: tuple[Scale, ...], sample_aspect: float = 1.0
    ) -> None:
        self._network, self._scales, self._aspect = network, scales, sample_aspect
        self._scaler = Scaler()

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        return self.scan(self._scaler.array(rgb))

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        return self.scan(self._scaler.frame(frame.picture, only))

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """Detections of the network in one image, in its pixels, before suppression."""
        return self._network.run(rgb)

    def scan(self, picture: Picture) -> Detections:
        """The same for a picture that has been decoded already."""
        width, height = picture.size
        parts, scale = [], []
        zooms: dict[int, float] = {}
        for view in views(width, height, self._scales, self._aspect):
            found = scan_view(picture, view, self._network.run)
            found = clipped(to_source(found, view), width, height)
            # A scale whose only view was already scanned for an earlier scale is no second witness.
            zooms.setdefault(view.scale, view.zoom)
            parts.append(found)
            scale.append(np.full(len(found), list(zooms).index(view.scale), np.intp))
        least = [self._scales[number].least for number in zooms]
        merged = agree(Detections.concat(parts), np.concatenate(scale), list(zooms.values()), least)
        merged = clipped(merged, width, height)  # a mean is exact only to some digits
        return merged.select(merged.score >= CANDIDATE_SCORE)
