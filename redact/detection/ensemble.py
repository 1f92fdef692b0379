"""Several networks scan one picture; their scores are combined into one answer.

Where one network is unsure, another is often certain, and they seldom take the same lantern for a
face. Each scan of each network is a witness: candidates that overlap are one object, every witness
gives its log odds for it (or those of having detected nothing), and their weighted sum is the
object's log odds.

Faces are evidence of heads, and heads of people: each target is weighed from its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import (
    DEFAULT_TARGETS,
    LEAST_PROBABILITY,
    WHOLE_SHARE,
    Detections,
    Frame,
    Rect,
    Target,
    probability,
    widened,
)
from .calibration import Calibration
from .close_up import ScanImage
from .face_plate import FacePlateDetector
from .nms import cluster, common
from .scaling import Picture, Scaler
from .two_at_a_time import TwoAtATime
from .views import clipped

SAME_FACE: Final = 0.35
"""IoU from which boxes of different networks are one face: one frames the head from the eyebrows
down, another from the hair. As matching in `lab/detect/metrics.py`."""

OURS, PEOPLE, FACES = "ours", "people", "faces"
CENTERFACE_LARGE, CENTERFACE_SMALL = "centerface", "centerface small"
CENTERFACE_TILTED = "centerface tilted"
EYE_LARGE, EYE_SMALL, EYE_FACES = "eye", "eye small", "eye faces"
"""Names of the witnesses in `calibration.json`; for heads, the weighed faces are one witness."""

Scan = Callable[[Picture], Detections]
"""A witness: a picture to all its detections of one kind, in its pixels, duplicates removed."""

HOLDS: Final = 0.7
"""Share of a head that lies in the box of its body, which begins at the hair; a judgement."""

HEAD_SHARE: Final = 0.45
"""Share of a body's height above which the middle of its head lies, even if the person bends."""


class Ensemble:
    """Several networks that together are one `Detector`. Scores are probabilities.

    Args:
        ours: our detector, the only one that knows plates.
        others: further witnesses for each kind, by their names in `calibration.json`.
        kind: key of the calibration's weights for these witnesses of faces.
        calibration: the meaning of scores.
        name, weights_sha256: for reports.
        close_networks: the best network for each kind, for close scans.
        targets: what is searched for, none part of another.
        all_but_plates: see below.
        alone: name of the witness that scans after all others, on all processors, because it takes
            longer than they do together; None if there is none.

    Attributes:
        all_but_plates: a detector of all other targets, for less, where no plate is expected; None
            if there is none.
    """

    def __init__(
        self,
        ours: FacePlateDetector,
        others: Mapping[Target, Mapping[str, Scan]],
        kind: str,
        calibration: Calibration,
        name: str,
        weights_sha256: str,
        close_networks: Mapping[Target, ScanImage],
        targets: tuple[Target, ...] = DEFAULT_TARGETS,
        all_but_plates: Ensemble | None = None,
        alone: str | None = None,
    ) -> None:
        self.name, self.weights_sha256 = name, weights_sha256
        self.close_networks, self.all_but_plates = close_networks, all_but_plates
        self._ours, self.targets = ours, targets
        self._names = {target: tuple(scans) for target, scans in others.items()}
        self._others = {n: scan for scans in others.values() for n, scan in scans.items()}
        self._kind, self._calibration = kind, calibration
        self._scaler = Scaler()
        # What scans alone has all processors, and is the largest scan.
        self._alone = alone
        self._two_at_a_time = TwoAtATime()

    def scan_image(self, rgb: NDArray[np.uint8]) -> Detections:
        """Detections of our network in one image, in its pixels, before suppression."""
        return self._ours.run(rgb)

    @property
    def knows_heads(self) -> bool:
        """Whether it has networks for close scans of both faces and heads."""
        return {Target.FACE, Target.HEAD} <= set(self.close_networks)

    def detect(self, rgb: NDArray[np.uint8], only: Sequence[Rect] | None = None) -> Detections:
        """See `Detector`; `only` as in `detect_frame`."""
        return self._weigh(self._scaler.array(rgb, only))

    def detect_frame(self, frame: Frame, only: Sequence[Rect] | None = None) -> Detections:
        """See `Detector`.

        Args:
            frame: upright.
            only: parts of it. Objects in them are detected as in a scan of the whole frame; objects
                elsewhere may be detected or not. None: all of it.
        """
        return self._weigh(self._scaler.frame(frame.picture, only))

    def _weigh(self, picture: Picture) -> Detections:
        ours, others = self._scans(picture)
        parts = [self._weighed(target, ours, others) for target in self.targets]
        found = clipped(Detections.concat(parts), *picture.size)
        found = found.select(found.score >= LEAST_PROBABILITY)
        return found.select(np.argsort(-found.score, kind="stable"))

    def _weighed(
        self, target: Target, ours: Detections, others: Mapping[str, Detections]
    ) -> Detections:
        """Detections of one kind, weighed from those of all witnesses. Raises LookupError for a
        kind that no network here knows."""
        mine = {name: others[name] for name in self._names.get(target, ())}
        if target is Target.FACE:
            seen = {OURS: ours.only([target])} | mine
            return weighed(seen, self._kind, self._calibration)
        if target is Target.PLATE:
            return weighed_plates(ours.only([target]), self._calibration)
        if target is Target.HEAD:
            faces = self._weighed(Target.FACE, ours, others)
            return weighed({FACES: as_wholes(faces)} | mine, "head", self._calibration)
        if target is Target.PERSON:
            heads = self._weighed(Target.HEAD, ours, others)
            heads = heads.select(heads.score >= LEAST_PROBABILITY)
            return with_heads(weighed_people(mine[PEOPLE], self._calibration), heads)
        raise LookupError(f"no network finds {target.word}")

    def _scans(self, picture: Picture) -> tuple[Detections, dict[str, Detections]]:
        """Run our network and the others on a picture, two at a time, and then what scans alone."""
        beside = {name: scan for name, scan in self._others.items() if name != self._alone}
        scans = [partial(scan, picture) for scan in (self._ours.scan, *beside.values())]
        ours, *others = self._two_at_a_time(scans)
        seen = dict(zip(beside, others, strict=True))
        return ours, {n: seen[n] if n in seen else s(picture) for n, s in self._others.items()}


def weighed(seen: Mapping[str, Detections], kind: str, calibration: Calibration) -> Detections:
    """Faces of one picture, from the candidates of each witness.

    Args:
        seen: candidates of every witness, faces only, duplicates within each removed.
        kind: see `Calibration.odds`.

    Returns:
        One detection per object: its box is the mean of the witnesses' corrected boxes, weighted by
        squared score; its score is the probability that it is a face.
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
    """Plates of one picture, as detected by our network alone, with probabilities as scores."""
    return _weighed_alone(found, "plate", OURS, "ours plate", calibration)


def plates_on_vehicle(found: Detections, calibration: Calibration) -> Detections:
    """Plates of one vehicle, closely scanned by our network alone, with probabilities as scores."""
    return _weighed_alone(found, "plate on vehicle", OURS, "ours plate", calibration)


def weighed_people(found: Detections, calibration: Calibration) -> Detections:
    """People of one picture, as detected by NanoDet, with probabilities as scores."""
    return _weighed_alone(found, "person", PEOPLE, PEOPLE, calibration)


def _weighed_alone(
    found: Detections, kind: str, witness: str, box: str, calibration: Calibration
) -> Detections:
    """Detections of a kind that only one witness knows, with probabilities as scores."""
    height = found.xyxy[:, 3] - found.xyxy[:, 1]
    odds = calibration.odds(kind, {witness: found.score}, height)
    return Detections(calibration.corrected(box, found.xyxy), probability(odds), found.target)


def as_wholes(parts: Detections) -> Detections:
    """The wholes that detected parts belong to: heads for faces, bodies for heads."""
    if not len(parts):
        return parts
    (target,) = {Target(t) for t in parts.target.tolist()}
    whole = target.wholes[0]
    return Detections(widened(parts.xyxy, target), parts.score, np.full(len(parts), whole, np.int8))


def with_heads(bodies: Detections, heads: Detections) -> Detections:
    """People of one picture, each box enlarged to hold the whole body and head.

    A head belongs to the surest body that contains it and has no surer head; both are then one
    person, with the higher of both probabilities. A head without a body is a person of usual
    extent.

    Args:
        bodies: boxes of whole people.
        heads: of the same picture.
    """
    heads = heads.select(np.argsort(-heads.score, kind="stable"))
    box, score = bodies.xyxy.copy(), bodies.score.copy()
    inside = common(heads.xyxy, box)
    size = np.clip(heads.xyxy[:, 2:] - heads.xyxy[:, :2], 0, None).prod(axis=1)[:, None]
    middle = (heads.xyxy[:, 1] + heads.xyxy[:, 3])[:, None] / 2
    fits = (inside >= HOLDS * size) & (middle <= box[:, 1] + HEAD_SHARE * (box[:, 3] - box[:, 1]))
    alone = np.ones(len(heads), np.bool_)
    for row in np.flatnonzero(fits.any(axis=1)):
        free = np.flatnonzero(fits[row])
        if not len(free):
            continue
        body = int(free[bodies.score[free].argmax()])
        alone[row], fits[:, body] = False, False
        box[body, :2] = np.minimum(box[body, :2], heads.xyxy[row, :2])
        box[body, 2:] = np.maximum(box[body, 2:], heads.xyxy[row, 2:])
        score[body] = max(score[body], heads.score[row])
    return without_parts(
        Detections.concat([replace(bodies, xyxy=box, score=score), as_wholes(heads.select(alone))])
    )


def without_parts(found: Detections) -> Detections:
    """Drop detections that lie within a surer one, such as an arm or half a body: they are hidden
    with it."""
    found = found.select(np.argsort(-found.score, kind="stable"))
    shared = common(found.xyxy, found.xyxy)
    size = np.maximum(np.diagonal(shared), 1e-6)
    within = np.tril(shared >= WHOLE_SHARE * size[:, None], -1).any(axis=1)
    return found.select(~within)
