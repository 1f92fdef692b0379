"""The eye: CenterFace with a branch for plates and heads, trained on as lab/training/eye says.

redact uses it for heads, which none of its other networks detects from behind or above; for the
head that a face should be on; and for plates that fill the picture (`close_up`). Its training
material and accuracy are described in `redact/models/MODEL_CARD.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Target
from .centerface import CenterFace, decoded, padded
from .networks import EYE

EYE_CHANNELS: Final = (Target.FACE, Target.PLATE, Target.HEAD)
"""What each channel of its maps stands for."""

EYE_OUTPUTS: Final = ("heat", "geometry")
"""Heat [1, channels, H/4, W/4] and geometry [1, channels, 4, H/4, W/4]: log of height and width,
offsets down and to the right; names in the file."""


class Eye(CenterFace):
    """The network, loaded once; see `CenterFace`.

    Args:
        threads: processors for one picture.
    """

    row = EYE

    def run(self, rgb: NDArray[np.uint8]) -> Detections:
        """All heads of one image, uint8 [H, W, 3], before suppression, boxes in its pixels."""
        return self.see(rgb, Target.HEAD)

    def see(self, rgb: NDArray[np.uint8], target: Target) -> Detections:
        """The same for one of `EYE_CHANNELS`."""
        return self._of([target], rgb)

    def heads_and_faces(self, rgb: NDArray[np.uint8]) -> Detections:
        """The same for heads and faces, in one run."""
        return self._of([Target.HEAD, Target.FACE], rgb)

    def _of(self, targets: Sequence[Target], rgb: NDArray[np.uint8]) -> Detections:
        heat, geometry = self._network.run(padded(rgb), *EYE_OUTPUTS)
        return Detections.concat(
            [
                decoded(heat[0, n], geometry[0, n, :2], geometry[0, n, 2:], target)
                for target in targets
                for n in [EYE_CHANNELS.index(target)]
            ]
        )
