"""Several networks on one picture, weighed into one answer.

Where one network doubts, another is often sure, and they seldom take the same lantern for a face.
Each look of each network is a witness: candidates that overlap are one object, every witness gives
its log odds for it (or that of having seen nothing), and their weighted sum is the object's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import Detections, Frame, Target
from .calibration import Calibration, probability
from .close_up import LookAtImage
from .network import FacePlateDetector, clipped
from .nms import cluster
from .scaling import Area, Picture, Scaler

SAME_FACE: Final = 0.35
"""IoU from which boxes of different networks are one face: one frames the head from the eyebrows
down, another from the hair. Meaning: as matching in `benchmarks/detect`."""

LEAST_PROBABILITY: Final = 0.005
"""Meaning: candidates below this are not worth keeping for anybody."""

OURS, LARGE, SMALL, TILTED = "ours", "centerface", "centerface small", "centerface tilted"
"""Names of the witnesses in `calibration.json`."""

Look = Callable[[Picture], Detections]
"""All faces that a witness sees in a picture, in its pixels, its own duplicates removed."""


class Witnesses:
    """Our network and others together; see `Detector`. Scores are probabilities.

    Args:
        ours: our detector, which alone knows plates.
        others: further witnesses for faces, by their name in `calibration.json`.
        kind: which weights of the calibration hold for these witnesses.
        calibration: what scores mean.
        name, weights_sha256: for reports.
        look_closely: the network that knows faces best, for close looks at them.
    """

    def __init__(
        self,
        ours: FacePlateDetector,
        others: Mapping[str, Look],
        kind: str,
        calibration: Calibration,
        name: str,
        weights_sha256: str,
        look_closely: LookAtImage,
    ) -> None:
        self.name, self.weights_sha256 = name, weights_sha256
        self.look_closely = look_closely
        self._ours, self._others = ours, dict(others)
        self._kind, self._calibration = kind, calibration
        self._scaler = Scaler()
        # What our network says is sorted while the others look: that keeps one processor busy,
        # and all of them are busy only while networks run.
        self._beside = ThreadPoolExecutor(1, "looking") if others else None

    def detect(self, rgb: NDArray[np.uint8], only: Sequence[Area] | None = None) -> Detections:
        """See `Detector`; `only` as in `detect_frame`."""
        return self._weigh(self._scaler.array(rgb, only))

    def detect_frame(self, frame: Frame, only: Sequence[Area] | None = None) -> Detections:
        """See `Detector`.

        Args:
            frame: upright.
            only: parts of it. What lies in them is seen as in a look at all of the frame; what
                lies elsewhere may be seen or not. None: all of it.
        """
        return self._weigh(self._scaler.frame(frame.picture, only))

    def _weigh(self, picture: Picture) -> Detections:
        ours, others = self._looks(picture)
        faces = {OURS: ours.only([Target.FACE])} | others
        parts = [
            weighed(faces, self._kind, self._calibration),
            weighed_plates(ours.only([Target.PLATE]), self._calibration),
        ]
        found = clipped(Detections.concat(parts), *picture.size)
        found = found.select(found.score >= LEAST_PROBABILITY)
        return found.select(np.argsort(-found.score, kind="stable"))

    def _looks(self, picture: Picture) -> tuple[Detections, dict[str, Detections]]:
        """What our network sees, and each of the others; two of them look at a time."""
        if self._beside is None:
            return self._ours.look(picture), {}
        waiting = deque(self._others.items())

        def next_ones() -> dict[str, Detections]:
            seen: dict[str, Detections] = {}
            while True:
                try:
                    name, look = waiting.popleft()
                except IndexError:  # the other thread took the last one
                    return seen
                seen[name] = look(picture)

        ours = self._beside.submit(self._ours.look, picture)
        rest = self._beside.submit(next_ones)  # in the same thread, once our network has looked
        try:
            seen = next_ones()
        finally:
            wait([rest])  # whoever goes on, or fails, finds nobody at work
        seen |= rest.result()
        return ours.result(), {name: seen[name] for name in self._others}


def weighed(seen: Mapping[str, Detections], kind: str, calibration: Calibration) -> Detections:
    """Faces of one picture from what each witness saw of it.

    Args:
        seen: candidates of every witness, faces only, duplicates within each removed.
        kind: see `Calibration.odds`.

    Returns:
        One detection an object: its box the mean of the witnesses' corrected boxes, weighted
        by squared score, its score the probability that it is a face.
    """
    names = list(seen)
    every = Detections.concat(list(seen.values()))
    if not len(every):
        return every
    witness = np.repeat(np.arange(len(names)), [len(seen[n]) for n in names])
    boxes = np.concatenate([calibration.corrected(n, seen[n].xyxy) for n in names])
    kept, owner, overlap = cluster(boxes, every.score, SAME_FACE)
    count = len(kept)
    weight = np.where(overlap > 0, every.score**2, 0.0) + 1e-9
    total = np.bincount(owner, weight, count)
    box = np.stack([np.bincount(owner, weight * side, count) / total for side in boxes.T], 1)
    scores = {}
    for number, name in enumerate(names):
        best = np.zeros(count, np.float32)
        mine = witness == number
        np.maximum.at(best, owner[mine], every.score[mine])
        scores[name] = best
    height = (box[:, 3] - box[:, 1]).astype(np.float32)
    odds = calibration.odds(kind, scores, height)
    return Detections(box.astype(np.float32), probability(odds), every.target[kept])


def weighed_plates(found: Detections, calibration: Calibration) -> Detections:
    """Plates of one picture as our network alone saw them, scores made probabilities."""
    height = found.xyxy[:, 3] - found.xyxy[:, 1]
    odds = calibration.odds("plate", {OURS: found.score}, height)
    boxes = calibration.corrected("ours plate", found.xyxy)
    return Detections(boxes, probability(odds), found.target)
