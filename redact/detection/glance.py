"""A glance at all of a picture by a network that takes no part in the search: what may have escaped
all others.

The networks of the search overlook the same things again and again, and so does whoever asks them
once more. The eye was trained on other labels than our network, and knows plates that this one does
not see. One of its boxes alone is no reason to hide anything. Where no mask lies, it is a reason
for a person to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, Rect, Target, hidden_with
from .calibration import Calibration, load_calibration, probability
from .eye import CHANNELS, Eye
from .network import default_threads
from .scaling import Picture, Scaler
from .several_networks import EYE
from .views import Scale
from .weights import WEIGHTS

SCALE: Final = Scale(640)
"""Of three sizes (416, 640, 960) that at which it knows most of what dev plans leave open
(`python -m benchmarks.audit.eyes`)."""

EVERY: Final = 1.0
"""Seconds from one glance to the next: a tenth of what the search of a small video takes."""

LEAST: Final = 0.02
"""Probability from which something is told: as of what was followed and given up."""


def glanced_at(targets: Sequence[Target], *, centerface: bool = True) -> tuple[Target, ...]:
    """Kinds that a glance is worth it for: of those that `calibration.json` has numbers for.

    Args:
        targets: what is hidden.
        centerface: False: networks that began as others' do not look.
    """
    known, looks = hidden_with(targets), load_calibration().looks
    return tuple(t for t in CHANNELS if centerface and t in known and _kind(t) in looks)


def _kind(target: Target) -> str:
    return f"{target.word} glance"


class Glance:
    """Glances at pictures; see `Detector`. Scores are probabilities that what no other network saw
    is there.

    Args:
        targets: see `glanced_at`, at least one.
        sample_aspect: width of a source pixel divided by its height.
        threads: processors, None for all that this process may use, at most 8.

    Raises:
        ModelError, DependencyError: see `Eye`.
    """

    name: str = Eye.name
    weights_sha256: str = WEIGHTS[Eye.file].sha256

    def __init__(
        self, targets: tuple[Target, ...], sample_aspect: float = 1.0, threads: int | None = None
    ) -> None:
        self._eye = Eye(threads or default_threads(), targets)
        self._targets, self._aspect = targets, sample_aspect
        self._calibration, self._scaler = load_calibration(), Scaler()

    def detect(self, rgb: NDArray[np.uint8]) -> Detections:
        """See `Detector`."""
        return self._seen(self._scaler.array(rgb))

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """See `Detector`; a glance is at all of the picture, whatever `only` is."""
        return self._seen(self._scaler.frame(frame.picture))

    def _seen(self, picture: Picture) -> Detections:
        found = self._eye.look(picture, SCALE, self._aspect)
        weighed = [chances(found.only([t]), t, self._calibration) for t in self._targets]
        every = Detections.concat(weighed)
        return every.select(every.score >= LEAST)


def chances(found: Detections, target: Target, calibration: Calibration) -> Detections:
    """What the eye saw of one kind, its scores made probabilities."""
    height = (found.xyxy[:, 3] - found.xyxy[:, 1]).astype(np.float32)
    odds = calibration.odds(_kind(target), {EYE: found.score}, height)
    return Detections(found.xyxy, probability(odds), found.target)
