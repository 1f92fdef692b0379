"""What the networks' scores mean: as probabilities, and corrections of their boxes.

The numbers are in `redact/models/calibration.json`, beside the weights they were fitted for, with
the command and material of the fit. New weights need a new file, and no change of any threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..types import DETECTED_TARGETS, log_odds
from ..words import problem
from .weights import SHA256

FILE: Final = "calibration.json"

NOT_DETECTED: Final = 0.03
"""Score that stands for "not detected": the least that any network here returns."""

SIZE_UNIT: Final = 32.0
"""Pixels of height at which the size term is zero; each doubling adds one unit. Any other would do,
as the fitted weights follow it."""

MOST_SIZE: Final = 3.0
"""Units of size beyond which there was nothing to learn from."""


class _File(msgspec.Struct, frozen=True):
    fitted: dict[str, str]
    weights: dict[str, str]
    looks: dict[str, dict[str, float]]
    boxes: dict[str, dict[Literal["left", "top", "right", "bottom"], float]]
    tracks: dict[str, dict[str, float]]
    risk: dict[str, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted numbers.

    Attributes:
        looks: for every kind of target, "face without plates" (with our network's small scans
            alone) and "face thorough": the weights of each witness's log odds and of the size,
            and "bias".
        boxes: for each witness, the correction of (left, top, right, bottom), in shares of the
            size.
        tracks: for every kind of target, the weights of a whole track's clues (`redact.track`).
        risk: the weights of clues that somebody is open at a place (`redact.risk`).
    """

    looks: Mapping[str, Mapping[str, float]]
    boxes: Mapping[str, NDArray[np.float32]]
    tracks: Mapping[str, Mapping[str, float]]
    risk: Mapping[str, float] = field(default_factory=dict)

    def odds(
        self, kind: str, scores: Mapping[str, NDArray[np.float32]], height: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Log odds that each candidate of one picture is real.

        Args:
            kind: a key of `looks`.
            scores: of each witness, [N], 0 where it detected nothing.
            height: of the candidates, source pixels, [N].
        """
        weights = self.looks[kind]
        total = weights["bias"] + weights["size"] * size_units(height)
        for name, score in scores.items():
            total = total + weights[name] * score_odds(np.maximum(score, NOT_DETECTED))
        return np.asarray(total, np.float32)

    def corrected(self, witness: str, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes corrected by the average error of this witness: float32 [N, 4]."""
        size = np.tile(xyxy[:, 2:] - xyxy[:, :2], 2)
        outward = np.array([-1, -1, 1, 1], np.float32)
        return np.asarray(xyxy + outward * self.boxes[witness] * size, np.float32)


def score_odds(score: NDArray[np.floating]) -> NDArray[np.float32]:
    """Log odds of a network's scores, clipped as they were when the weights were fitted."""
    return log_odds(score, 1e-3).astype(np.float32)


def size_units(height: NDArray[np.float32]) -> NDArray[np.float32]:
    """Doublings of `SIZE_UNIT` by which a height exceeds it (negative: by which it is below)."""
    units = np.log2(np.maximum(height, 1.0) / SIZE_UNIT)
    return np.asarray(np.clip(units, -MOST_SIZE, MOST_SIZE), np.float32)


@cache
def load_calibration() -> Calibration:
    """The numbers for the installed weights.

    Raises:
        ModelError: if the file is missing, malformed, belongs to other weights, or lacks a kind of
            target.
    """
    try:
        data = resources.files("redact.models").joinpath(FILE).read_bytes()
        file = msgspec.json.decode(data, type=_File)
    except (OSError, msgspec.MsgspecError) as error:
        raise problem(ModelError, "no_calibration") from error
    strange = [name for name, digest in file.weights.items() if SHA256.get(name) != digest]
    if strange:
        raise problem(ModelError, "calibration_of_others", name=strange[0])
    if missing := [
        t.word for t in DETECTED_TARGETS if t.word not in file.looks or t.word not in file.tracks
    ]:
        raise problem(ModelError, "calibration_lacks", targets=", ".join(missing))
    boxes = {
        name: np.array([sides[s] for s in ("left", "top", "right", "bottom")], np.float32)
        for name, sides in file.boxes.items()
    }
    return Calibration(file.looks, boxes, file.tracks, file.risk)
