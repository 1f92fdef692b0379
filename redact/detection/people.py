"""NanoDet: another project's detector of people and vehicles.

The bodies that it detects say where to search for faces, heads and plates, and which of them to
doubt; for `--targets people` it detects the people to hide.

NanoDet-g 416 (github.com/RangiLyu/nanodet, Apache-2.0), trained by its authors on COCO, in 8 bits
by `lab.training.people_8bit`. It takes pictures of one fixed size; larger ones are cut into tiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Target
from .device import OpenNetwork
from .networks import LEAST_SCORE, NANODET, PEOPLE_SIDE
from .nms import NMS_IOU, suppress
from .scaling import Picture
from .views import Scale, View, clipped, scan_view, to_source, views
from .weights_for_processor import read_network

PERSON_CHANNEL: Final = 0
"""Its channel of people: COCO's first class."""

VEHICLES: Final = (1, 2, 3, 5, 7)
"""Its channels of vehicles that may bear a plate: bicycle, car, motorcycle, bus, truck."""

LEAST_WITNESS_SCORE: Final = 0.25
"""Score from which a body or vehicle is evidence for or against others."""

BINS: Final = 11
"""Bins of the distribution of each side's distance: the network's structure."""

TILE_EDGE: Final = 6.0
"""Distance in pixels from a tile's edge at which a body may continue beyond it: about the error of
its boxes."""

_MEAN: Final = np.array([123.675, 116.28, 103.53], np.float32)
_SPREAD: Final = np.array([58.395, 57.12, 57.375], np.float32)
"""Mean and standard deviation of red, green and blue in ImageNet, by which pictures are
normalised."""

_LEVELS: Final = ((np.arange(256, dtype=np.uint8)[:, None] - _MEAN) / _SPREAD).T.copy()
"""[3, 256], every level of each colour, normalised: a look-up takes half the time."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """People and vehicles detected in one picture, struct of arrays.

    Attributes:
        xyxy: float32 [N, 4], upright source pixels.
        score: float32 [N], the network's own, at least `LEAST_WITNESS_SCORE`.
        vehicle: bool [N], whether it is a vehicle rather than a person.
    """

    xyxy: NDArray[np.float32]
    score: NDArray[np.float32]
    vehicle: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.score)


class People:
    """The network, loaded once.

    Args:
        threads: processors for one picture.

    Attributes:
        name, weights_sha256: see `redact.detection.Detector`.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    name: Final = NANODET.name
    weights_sha256: Final = NANODET.weights_sha256

    def __init__(self, threads: int) -> None:
        weights = read_network(NANODET.file)
        self._network = OpenNetwork(weights, threads, self.name, keep_memory=True)

    def scan(
        self, picture: Picture, scales: tuple[Scale, ...], sample_aspect: float = 1.0
    ) -> Detections:
        """People in a picture, boxes in its pixels, duplicates removed.

        Args:
            scales: sizes at which it is scanned, in tiles no larger than `PEOPLE_SIDE`.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        width, height = picture.size
        found = [
            whole_in(to_source(scan_view(picture, view, self.run), view), view, picture.size)
            for view in views(width, height, scales, sample_aspect)
        ]
        return suppress(clipped(Detections.concat(found), width, height), NMS_IOU)

    def bodies(self, picture: Picture, sample_aspect: float = 1.0) -> Bodies:
        """People and vehicles in one scan of a whole picture.

        Args:
            sample_aspect: width of a source pixel divided by its height.

        Raises:
            UnsafeError: see `scan`.
        """
        width, height = picture.size
        (view,) = views(width, height, (Scale(PEOPLE_SIDE, tile=PEOPLE_SIDE),), sample_aspect)
        given = self._network.run(prepared(picture.view(view.area, view.size)))
        kinds = [
            suppress(
                clipped(
                    to_source(decoded(given, channels, LEAST_WITNESS_SCORE), view), width, height
                ),
                NMS_IOU,
            )
            for channels in ((PERSON_CHANNEL,), VEHICLES)
        ]
        return Bodies(
            np.concatenate([k.xyxy for k in kinds]),
            np.concatenate([k.score for k in kinds]),
            np.repeat([False, True], [len(k) for k in kinds]),
        )

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All people in one image, uint8 [H, W, 3], at most `PEOPLE_SIDE` on each side, boxes in
        its pixels, with duplicates."""
        return decoded(self._network.run(prepared(rgb)))


def whole_in(found: Detections, view: View, size: tuple[int, int]) -> Detections:
    """Drop bodies that end at an edge of a tile inside the picture: a larger scale, or the next
    tile, contains them whole.

    Args:
        found: of one view, source pixels.
        size: width and height of the picture.
    """
    area, near = view.area, TILE_EDGE / view.zoom
    x1, y1, x2, y2 = found.xyxy.T
    cut = (x1 < area.x1 + near) & (area.x1 > 0) | (x2 > area.x2 - near) & (area.x2 < size[0])
    cut |= (y1 < area.y1 + near) & (area.y1 > 0) | (y2 > area.y2 - near) & (area.y2 < size[1])
    return found.select(~cut)


def prepared(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """An image [H, W, 3] as the network takes it: blue, green, red, float32
    [1, 3, PEOPLE_SIDE, PEOPLE_SIDE]."""
    height, width = rgb.shape[:2]
    out = np.zeros((1, 3, PEOPLE_SIDE, PEOPLE_SIDE), np.float32)
    for colour, channel in enumerate(cv2.split(rgb)):
        cv2.LUT(channel, _LEVELS[colour], out[0, 2 - colour, :height, :width])
    return out


def decoded(
    given: list[NDArray[np.float32]],
    channels: Sequence[int] = (PERSON_CHANNEL,),
    least: float = LEAST_SCORE,
) -> Detections:
    """Decode the network's output into people, or the objects of `channels`. The output has, for
    each of three grids, scores [1, N, classes], and then, for each, distances of the sides from the
    points [1, N, 4 · BINS]."""
    boxes, scores = [], []
    for score, sides in zip(given[:3], given[3:], strict=True):
        likely = score[0][:, channels].max(axis=1)
        which = np.flatnonzero(likely >= least)
        across = round(score.shape[1] ** 0.5)
        stride = PEOPLE_SIDE / across
        bins = sides[0, which].reshape(-1, 4, BINS)
        bins = np.exp(bins - bins.max(axis=2, keepdims=True))
        far = (bins @ np.arange(BINS, dtype=np.float32)) / bins.sum(axis=2) * stride
        row, column = np.divmod(which, across)
        x, y = (column + 0.5) * stride, (row + 0.5) * stride
        boxes.append(np.stack([x - far[:, 0], y - far[:, 1], x + far[:, 2], y + far[:, 3]], axis=1))
        scores.append(likely[which])
    every = np.concatenate(scores).astype(np.float32)
    xyxy = np.concatenate(boxes).astype(np.float32)
    return Detections(xyxy, every, np.full(len(every), Target.PERSON, np.int8))
