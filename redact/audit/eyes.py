"""The detectors of the audit and the ways in which they look at a whole picture."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..detect import (
    SCALES,
    Detector,
    OurNetwork,
    Scale,
    Verifier,
    load_second_opinion,
    require_models,
)
from ..memory import trim
from ..settings import Sensitivity
from ..types import Box, Detections, Frame, Target
from .close import CELL, ROW, Mosaic, turned_back
from .limits import GLIMPSE, GLIMPSE_SECOND, LEAST_SIDE, NARROWEST_PLATE
from .pixels import Painter
from .result import AuditSettings

_TURNED_SCALES: Final = (Scale(960), Scale(416))
"""Sizes at which turned pictures are shown to our network: lying people are seldom far away."""

_TURNED_SIDE: Final = 1280
"""Longer side to which turned pictures are brought first; both detectors shrink them further."""


SAME_IOU: Final = 0.45
"""Overlap from which two detections in one frame are of one thing."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One detection in a whole picture, source pixels.

    `score` is of the detector that made it, `ours` and `second` of ours and of the second one
    (0: not seen by it). `turns` counts the counter-clockwise quarter turns of the picture in
    which it was seen.
    """

    box: Box
    score: float
    target: Target
    ours: float = 0.0
    second: float = 0.0
    turns: int = 0


def require_detectors(targets: Container[Target]) -> None:
    """Stop a run at its start if the audit of these targets could not be done at its end.

    Raises:
        ModelError, DependencyError: see `redact.detect.require_models`.
    """
    require_models(second_opinion=Target.FACE in targets)


class Eyes:
    """All detectors of one audit.

    Args:
        settings: sensitivity and targets.
        sample_aspect: width of a source pixel divided by its height.

    Raises:
        ModelError: a model is missing or is not the pinned one. There is no audit with one eye.
    """

    NAMES: Final = ("redact", "mediapipe", "verifier")
    """Short names of our detector, the second one and the verifier, for findings."""

    def __init__(self, settings: AuditSettings, sample_aspect: float) -> None:
        ours = OurNetwork(settings.targets)
        self.targets = ours.targets
        self._whole = ours.detector(*SCALES[Sensitivity.BALANCED], sample_aspect=sample_aspect)
        self._fine = ours.detector(SCALES[Sensitivity.THOROUGH][0], sample_aspect=sample_aspect)
        self._sideways = ours.detector(*_TURNED_SCALES)
        self.close = Mosaic(ours.detector(Scale(CELL * ROW, most_zoom=1.0)))
        self.verifier = Verifier()
        self.painter = Painter()
        faces = Target.FACE in ours.targets
        self.second: Detector | None = load_second_opinion() if faces else None
        self._second_tiles = load_second_opinion(tiles=True) if faces else None
        others: list[Detector] = [self.second] if self.second else []
        members: list[Detector | Verifier] = [self._whole, *others, self.verifier]
        self.detectors = tuple((m.name, m.weights_sha256) for m in members)

    def look(self, frame: Frame) -> Iterator[Glimpse]:
        """The picture as it is, at the sizes of a balanced run, by both detectors."""
        trim()
        yield from self._ours(self._whole.detect_frame(frame))
        if self.second is not None:
            trim()
            yield from self._others(self.second.detect_frame(frame))

    def look_finely(self, frame: Frame) -> Iterator[Glimpse]:
        """Tiles at full size for both detectors, and the picture turned both ways."""
        trim()  # no moment of a run needs more memory than this one
        rgb = self.painter.rgb(frame)
        yield from self._ours(self._fine.detect_frame(frame))
        if self._second_tiles is not None:
            trim()
            yield from self._others(self._second_tiles.detect_frame(frame))
        for turns in (1, 3):
            trim()
            yield from self._turned(rgb, turns)

    def _turned(self, rgb: NDArray[np.uint8], turns: int) -> Iterator[Glimpse]:
        h, w = rgb.shape[:2]
        zoom = min(1.0, _TURNED_SIDE / max(h, w))
        small = rgb
        if zoom < 1:
            size = (max(1, round(w * zoom)), max(1, round(h * zoom)))
            small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        sh, sw = small.shape[:2]
        picture = np.ascontiguousarray(np.rot90(small, turns))
        found = list(self._ours(self._sideways.detect(picture)))
        if self.second is not None:
            found += self._others(self.second.detect(picture))
        for g in found:
            yield Glimpse(
                _scaled(turned_back(g.box, turns, sw, sh), w / sw, h / sh),
                g.score,
                g.target,
                g.ours,
                g.second,
                turns,
            )

    def _ours(self, found: Detections) -> Iterator[Glimpse]:
        for g in _glimpses(found):
            if g.score >= GLIMPSE[g.target]:
                yield replace(g, ours=g.score)

    def _others(self, found: Detections) -> Iterator[Glimpse]:
        for g in _glimpses(found):
            if g.score >= GLIMPSE_SECOND:
                yield replace(g, second=g.score)


def _glimpses(found: Detections) -> Iterator[Glimpse]:
    for i in range(len(found)):
        box, target = found.box(i), Target(int(found.target[i]))
        narrow = target is Target.PLATE and box.width < NARROWEST_PLATE * box.height
        if box.height >= LEAST_SIDE[target] and not narrow:
            yield Glimpse(box, float(found.score[i]), target)


def distinct(glimpses: Iterable[Glimpse]) -> list[Glimpse]:
    """One glimpse of each thing, however many eyes saw it: best score, upright before turned."""
    kept: list[Glimpse] = []
    for g in sorted(glimpses, key=lambda g: (g.turns != 0, -g.score)):
        same = [
            n for n, k in enumerate(kept) if k.target is g.target and k.box.iou(g.box) >= SAME_IOU
        ]
        if same:
            k = kept[same[0]]
            # How surely it is seen turned says nothing of how it is seen upright.
            ours = max(k.ours, g.ours) if g.turns == k.turns else k.ours
            kept[same[0]] = replace(k, ours=ours, second=max(k.second, g.second))
        else:
            kept.append(g)
    return kept


def _scaled(box: Box, x: float, y: float) -> Box:
    return Box(box.x1 * x, box.y1 * y, box.x2 * x, box.y2 * y)
