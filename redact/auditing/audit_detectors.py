"""The detectors of the audit: the same networks as in the search.

To avoid repeating the search's errors, they get the picture mirrored and at other sizes. For a
network that narrowly missed something, that is a different picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..detection import (
    DETECTORS,
    NANODET,
    BodyCloseUp,
    Ensemble,
    Networks,
    Scale,
    Sizes,
    Verifier,
    in_every_way,
    in_use,
    load_body_close_up,
    load_close_up,
)
from ..media import Orientation, upright
from ..risk import LEAST_HEIGHTS
from ..types import DOUBTFUL, Detections, Frame, Presentation, Rect, Target, without_nested
from .limits import CANDIDATE

F = TypeVar("F", bound=np.floating[Any])

AUDIT_SIZES: Final = Sizes(
    "audit",
    ours=(Scale(960, up_to=1600, tile=1600), Scale(416)),
    faces=(Scale(720, up_to=1120), Scale(352)),
    people=(Scale(384, tile=416), Scale(640, most_zoom=1.0, tile=416, overlap=96)),
)
"""Sizes at which they scan. A balanced search scans at 1280 (up to 1920) with our network, and at
960 (up to 1280) and 416 with CenterFace and the eye."""


def mirrored(frame: Frame) -> Frame:
    """The frame, mirrored left to right."""
    picture, how = frame.picture, Orientation(mirrored=True)
    # The format stays, so chroma of an odd width may be off by one pixel.
    return replace(frame, picture=upright(picture, how, picture.format.name))


def _other_side(boxes: NDArray[F], width: int) -> NDArray[F]:
    """Mirror boxes [N, 4] in a picture of this width."""
    x1, y1, x2, y2 = boxes.T
    return np.stack([width - x2, y1, width - x1, y2], axis=1)


class AuditDetectors:
    """All networks of one audit.

    Args:
        targets: that are hidden; if empty, only texts are hidden, and nothing is scanned.
        presentations: all shapes and rotations in which to scan a picture, at least one.

    Attributes:
        targets: that are searched for.
        names: name and SHA-256 of the weights of each network.
        scans, close_scans: numbers of whole pictures and of single places scanned so far.

    Raises:
        ModelError: a model is missing or is not the pinned one; all are needed.
    """

    def __init__(
        self,
        targets: tuple[Target, ...],
        presentations: Sequence[Presentation],
    ) -> None:
        self.scans = self.close_scans = 0
        self._body_close_up: BodyCloseUp | None = None
        self.targets, self.names = targets, list[tuple[str, str]]()
        if not targets:
            return
        self.targets = without_nested(targets)
        networks = Networks(self.targets)
        # The audit counts bodies, to see their heads masked, and asks no vehicle for its plate.
        with_heads = [t for t in self.targets if t is not Target.PLATE]
        used = [n for n in in_use(DETECTORS, self.targets) if with_heads or n != NANODET]
        self.names = [(n.name, n.weights_sha256) for n in used]

        def make(aspect: float) -> Ensemble:
            return networks.ensemble(AUDIT_SIZES, aspect)

        self._all: Any = in_every_way(presentations, make)
        self._close_up = load_close_up(self._all, self.targets)
        if with_heads and not any(way.turns for way in presentations):  # bodies only upright
            self._body_close_up = load_body_close_up(
                self._all, with_heads, sample_aspect=presentations[0].aspect
            )
        self.names.append((Verifier.name, Verifier.weights_sha256))

    def scan(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """Detect all targets that are large enough to be reported; scores are probabilities.

        Args:
            frame: upright.
            only: parts to scan, in its pixels; detections elsewhere may be missing. None for all.

        Raises:
            UnsafeError: the picture could not be checked.
        """
        self.scans += 1
        width = frame.size[0]
        if only is not None:
            only = [area._replace(x1=width - area.x2, x2=width - area.x1) for area in only]
        found = self.seen(mirrored(frame), only)
        height = found.xyxy[:, 3] - found.xyxy[:, 1]
        tall = height >= LEAST_HEIGHTS.of(found.target)
        found = found.select((found.score >= CANDIDATE) & tall)
        return Detections(_other_side(found.xyxy, width), found.score, found.target)

    def seen(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """All detections of all networks, however faint, in a picture (or parts of it) that is not
        mirrored."""
        seen: Detections = self._all.detect_frame(frame, only)
        return seen

    @property
    def sought(self) -> Target | None:
        """The target to search for on bodies; None if bodies are not searched for."""
        return None if self._body_close_up is None else self._body_close_up.target

    def bodies(self, frame: Frame) -> NDArray[np.float64]:
        """Boxes [N, 4] of bodies that are more likely people than not; the audit must account for
        all of them."""
        assert self._body_close_up is not None
        found = self._body_close_up.bodies(mirrored(frame))
        people = found.xyxy[~found.vehicle & (found.score >= DOUBTFUL)]
        return _other_side(people.astype(np.float64), frame.size[0])

    def heads(self, frame: Frame, bodies: NDArray[np.float64]) -> Detections:
        """Detect faces, or heads, at the tops of bodies [N, 4]; scores are probabilities."""
        assert self._body_close_up is not None
        self.close_scans += len(bodies)
        width = frame.size[0]
        seen = self._body_close_up.heads(mirrored(frame), _other_side(bodies, width))
        return Detections(_other_side(seen.xyxy, width), seen.score, seen.target)

    def ask(
        self, frame: Frame, boxes: NDArray[np.float64], target: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """Scan boxes [N, 4] closely: log odds [N] that each contains its target [N]."""
        self.close_scans += len(boxes)
        return self._close_up.ask(frame, boxes, target)
