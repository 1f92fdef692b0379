"""The eye: CenterFace with a branch for plates and heads, trained on by `training.eye`.

redact asks it about heads, which no other of its networks knows from behind or from above. What it
was trained on, and how good it is, is said in `redact/models/MODEL_CARD.md`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsafeError
from ..types import Detections, Target
from ..words import problem
from .centerface import CenterFace, decoded, padded
from .device import open_network
from .processor import read_network
from .weights import EYE, EYE_SHA256

CHANNELS: Final = (Target.FACE, Target.PLATE, Target.HEAD)
"""What each channel of its maps stands for: `training.eye.targets.TARGETS`."""

OUTPUTS: Final = ("heat", "geometry")
"""Heat [1, channels, H/4, W/4] and geometry [1, channels, 4, H/4, W/4]: log of height and width,
offsets down and to the right; names in the file."""


class Eye(CenterFace):
    """The network, loaded once.

    Args:
        threads: processors for one picture.
        targets: what of `CHANNELS` is asked for.

    Attributes:
        name, weights_sha256: see `redact.detection.Detector`.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    name: str = "redact eye"
    weights_sha256: str = EYE_SHA256[EYE]

    def __init__(self, threads: int, targets: tuple[Target, ...] = (Target.HEAD,)) -> None:
        self._asked = [(n, t) for n, t in enumerate(CHANNELS) if t in targets]
        self._session = open_network(read_network(EYE), threads, self.name, keep_memory=True)

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All peaks of one image, uint8 [H, W, 3], before suppression, boxes in its pixels."""
        try:
            heat, geometry = self._session.run(list(OUTPUTS), {"image": padded(rgb)})
        except Exception as error:  # onnxruntime has no common base class for its errors
            raise problem(UnsafeError, "eye_failed", name=self.name, error=error) from error
        if heat.shape[1] != len(CHANNELS) or not all(
            np.isfinite(p).all() for p in (heat, geometry)
        ):
            raise problem(UnsafeError, "eye_answer", name=self.name)
        return Detections.concat(
            [decoded(heat[0, n], geometry[0, n, :2], geometry[0, n, 2:], t) for n, t in self._asked]
        )
