"""Looking at a picture in more than one way, where the file may lie about its shape or its top.

A pixel may be said to be sixteen times as wide as it is tall: shown like that, no network knows a
face, and a player that ignores what was said shows all of them. So everything is looked at in every
way in which it may be shown, and whatever is seen in one of them was seen.
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
from .nms import suppress
from .scaling import turned_boxes
from .several_networks import SAME_FACE

SAME: Final = PerKind(
    "detection/presentations: SAME",
    {
        Target.FACE: SAME_FACE,
        Target.PLATE: SAME_FACE,
        Target.HEAD: SAME_FACE,
        Target.PERSON: 0.7,
    },
)
"""IoU from which what was seen in two ways is one thing. Meaning: people in a crowd stand half
before one another, and each of them is to be hidden."""


def turned(frame: Frame) -> Frame:
    """The same frame upside down."""
    picture, how = frame.picture, Orientation(turns=2)
    # In its own format: chroma of an odd side may then lie a pixel beside its place.
    return replace(frame, picture=upright(picture, how, picture.format.name))


def seen_turned(
    frame: Frame,
    only: Sequence[Rect] | None,
    look: Callable[[Frame, Sequence[Rect] | None], Detections],
) -> Detections:
    """What somebody sees in a frame, or in parts of it, when it is shown upside down."""
    width, height = frame.size
    if only is not None:
        only = [Rect(width - a.x2, height - a.y2, width - a.x1, height - a.y1) for a in only]
    found = look(turned(frame), only)
    return _upside_down(found, frame.size)


def _upside_down(found: Detections, size: tuple[int, int]) -> Detections:
    """What was seen in a picture of some width and height, as it lies in the picture turned."""
    other_side = np.roll(found.fringe, 2, axis=1)
    return Detections(turned_boxes(found.xyxy, size), found.score, found.target, other_side)


def together(found: Sequence[Detections]) -> Detections:
    """What was seen in several ways; of one thing that was seen in more than one, the surest."""
    if len(found) == 1:
        return found[0]
    every = Detections.concat(found)
    kinds = [Target(t) for t in np.unique(every.target).tolist()]
    return Detections.concat([suppress(every.only([t]), SAME[t]) for t in kinds])


class InEveryWay:
    """Asks a detector about every presentation of a picture; see `Detector`.

    Args:
        presentations: at least one.
        make: makes the detector for a pixel's width over its height.

    Attributes:
        first: the detector of the first presentation.
        presentations: see above.
    """

    def __init__(
        self, presentations: Sequence[Presentation], make: Callable[[float], Detector]
    ) -> None:
        self.presentations = tuple(presentations)
        self._made = {p.aspect: make(p.aspect) for p in presentations}
        self.first = self._made[presentations[0].aspect]
        self.name, self.weights_sha256 = self.first.name, self.first.weights_sha256

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        """See `Detector`."""
        found = []
        for shown in self.presentations:
            detector = self._made[shown.aspect]
            if shown.upside_down:
                seen = detector.detect(np.ascontiguousarray(rgb[::-1, ::-1]))
                found.append(_upside_down(seen, (rgb.shape[1], rgb.shape[0])))
            else:
                found.append(detector.detect(rgb))
        return together(found)

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """See `Detector`; `only`: see `Witnesses.detect_frame`, for detectors that know it."""
        found = []
        for shown in self.presentations:
            look: Any = self._made[shown.aspect].detect_frame

            def asked(picture: Frame, parts: Sequence[Rect] | None, look: Any = look) -> Detections:
                seen: Detections = look(picture) if parts is None else look(picture, parts)
                return seen

            found.append(
                seen_turned(frame, only, asked) if shown.upside_down else asked(frame, only)
            )
        return together(found)


def in_every_way(
    presentations: Sequence[Presentation], make: Callable[[float], Detector]
) -> Detector:
    """A detector that is asked about every presentation; where there is only one, that itself.

    Args:
        presentations, make: see `InEveryWay`.
    """
    if len(presentations) == 1 and not presentations[0].upside_down:
        return make(presentations[0].aspect)
    return InEveryWay(presentations, make)
