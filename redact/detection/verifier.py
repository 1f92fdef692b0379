"""The verifier: is the object in the middle of a small picture a face, a plate, or neither?

A detector searches a whole picture for small objects. This network is shown one place, enlarged,
and was trained on the detector's mistakes (`lab/training/README.md`). It detects nothing by itself;
it judges plates that others have detected (`close_up`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Target
from .device import OpenNetwork, default_threads
from .networks import VERIFIER
from .weights_for_processor import read_network

VERIFIER_CHANNELS: Final = (Target.FACE, Target.PLATE)
"""What each of its two scores stands for (model card)."""

VERIFIER_SIDE: Final = 160
"""Side in pixels of the square pictures that it takes: as it was trained."""


class Verifier:
    """The verifying network.

    Args:
        threads: processors to use, None for all that this process may use, at most 8.

    Attributes:
        name: for reports.
        weights_sha256: of the network's file in 8 bits.

    Raises:
        ModelError: if the weights are missing or are not the pinned ones.
        DependencyError: if the engine contacts a server.
    """

    name: Final = VERIFIER.name
    weights_sha256: Final = VERIFIER.weights_sha256

    def __init__(self, threads: int | None = None) -> None:
        weights = read_network(VERIFIER.file)
        self._network = OpenNetwork(weights, threads or default_threads(), self.name)

    def scores(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Scores of a face and of a plate in the middle of each picture.

        Args:
            pictures: uint8 [N, VERIFIER_SIDE, VERIFIER_SIDE, 3], RGB, the thing in question in the
                middle, its longer side between a fifth and two thirds of VERIFIER_SIDE.

        Returns:
            float32 [N, 2] from 0 to 1, in the order of `VERIFIER_CHANNELS`.

        Raises:
            UnsafeError: if the network fails or answers with numbers that are not finite.
        """
        (scores,) = self._network.run(pictures, "scores")
        return scores
