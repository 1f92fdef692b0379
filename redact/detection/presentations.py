"""Scans a picture in several ways if the file may be wrong about its pixel aspect or rotation.

A file may claim that a pixel is sixteen times as wide as tall: shown like that, no network detects
a face, but a player that ignores the claim shows all of them. So everything is scanned in every way
in which it may be shown, and a detection in any of them counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..media import Orientation, upright
from ..types import Detections, Frame, PerKind, Presentation, Rect, Target
from .detector import Detector
from .ensemble import SAME_FACE
from .nms import suppress
from .scaling import turned_boxes

SAME_OBJECT_IOU: Final = PerKind(
    "detection/presentations: SAME_OBJECT_IOU",
    {
        Target.FACE: SAME_FACE,
        Target.PLATE: SAME_FACE,
        Target.HEAD: SAME_FACE,
        Target.PERSON: 0.7,
    },
)
"""IoU from which detections in two presentations are one object. Meaning: people in a crowd stand
half in front of each other, and each of them must be hidden."""


def turned(frame: Frame, turns: int) -> Frame:
    """The same frame, rotated clockwise by a number of quarters."""
    picture, how = frame.picture, Orientation(turns=turns)
    # In its own format if that loses nothing: with an odd side, subsampled chroma could be one
    # pixel off.
    form = "" if turns % 2 else picture.format.name
    return replace(frame, picture=upright(picture, how, form))


def seen_turned(
    frame: Frame,
    only: Sequence[Rect] | None,
    scan: Callable[[Frame, Sequence[Rect] | None], Detections],
    turns: int,
) -> Detections:
    """Scan a frame, or parts of it, rotated, and return the boxes in the upright frame."""
    shown = turned(frame, turns)
    if only is not None:
        parts = turned_boxes(np.array(only, np.int64).reshape(-1, 4), frame.size, turns)
        only = [Rect(*part) for part in parts.tolist()]
    return _turned_back(scan(shown, only), shown.size, turns)


def _turned_back(found: Detections, size: tuple[int, int], turns: int) -> Detections:
    """Boxes of a rotated picture in the coordinates of the original one."""
    back = -turns % 4
    return Detections(turned_boxes(found.xyxy, size, back), found.score, found.target)


def with_turns(
    presentations: Sequence[Presentation], degrees: Sequence[int]
) -> tuple[Presentation, ...]:
    """Some presentations of a picture, and the first of them also rotated by some degrees."""
    first = presentations[0]
    more = (replace(first, turns=turn // 90 % 4) for turn in degrees)
    return tuple(dict.fromkeys((*presentations, *more)))


def together(found: Sequence[Detections]) -> Detections:
    """Merge detections of several presentations; of one object detected in several, the surest is
    kept."""
    if len(found) == 1:
        return found[0]
    every = Detections.concat(found)
    kinds = [Target(t) for t in np.unique(every.target).tolist()]
    return Detections.concat([suppress(every.only([t]), SAME_OBJECT_IOU[t]) for t in kinds])


class InEveryWay:
    """Runs a detector on every presentation of a picture; see `Detector`.

    Args:
        presentations: at least one.
        make: makes the detector for a pixel aspect (width divided by height).

    Attributes:
        first: the detector of the first presentation.
        presentations: see above.
    """

    def __init__(
        self, presentations: Sequence[Presentation], make: Callable[[float], Detector]
    ) -> None:
        self.presentations = tuple(presentations)
        shapes = dict.fromkeys(p.shown_aspect for p in presentations)
        self._made = {aspect: make(aspect) for aspect in shapes}
        self.first = self._made[presentations[0].shown_aspect]
        self.name, self.weights_sha256 = self.first.name, self.first.weights_sha256
        self.targets = self.first.targets

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        """See `Detector`."""
        found = []
        for shown in self.presentations:
            detector = self._made[shown.shown_aspect]
            if shown.turns:
                other = np.ascontiguousarray(np.rot90(rgb, -shown.turns))
                size = other.shape[1], other.shape[0]
                found.append(_turned_back(detector.detect(other), size, shown.turns))
            else:
                found.append(detector.detect(rgb))
        return together(found)

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """See `Detector`; `only`: see `Ensemble.detect_frame`, for detectors that know it."""
        found = []
        for shown in self.presentations:
            scan: Any = self._made[shown.shown_aspect].detect_frame

            def asked(picture: Frame, parts: Sequence[Rect] | None, scan: Any = scan) -> Detections:
                seen: Detections = scan(picture) if parts is None else scan(picture, parts)
                return seen

            found.append(
                seen_turned(frame, only, asked, shown.turns) if shown.turns else asked(frame, only)
            )
        return together(found)


def in_every_way(
    presentations: Sequence[Presentation], make: Callable[[float], Detector]
) -> Detector:
    """A detector that is run on every presentation; with only one presentation, the detector
    itself.

    Args:
        presentations, make: see `InEveryWay`.
    """
    if len(presentations) == 1 and not presentations[0].turns:
        return make(presentations[0].aspect)
    return InEveryWay(presentations, make)
