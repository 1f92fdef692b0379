"""How probable it is that a whole track is a real face, or plate: one number from all its clues.

A single scan may take a lantern for a face, but a face is detected again and again, by several
networks and in close scans, and a plate can be read. A logistic regression weighs these clues; its
weights are in `redact/models/calibration.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..types import DETECTED_TARGETS, Boxes, PerKind, Target, probability
from .arrays import Arrays
from .geometry import areas

MISSED_LOG_ODDS: Final = -4.0
"""Log odds of a scan that missed the object: about the least that a scan returns."""

STRONGEST: Final = 6.0
"""Log odds beyond which a single scan counts no more (a probability of .9975)."""

MOST_CLOSE_SCANS: Final = 3
"""Most close scans of one tracklet: more of them add no evidence."""

LEAST_BODY_SHARE: Final = 0.5
"""Share of the body scans in which a body must bear a head, or a vehicle a plate, to count as its
bearer."""

MOST_SCANS: Final = 16
"""Scans, or body scans without a body that bears the object, beyond which more of them add no
evidence."""

ORDINARY_SHARE: Final = PerKind(
    "track/belief: ORDINARY_SHARE",
    {Target.FACE: 0.005, Target.PLATE: 0.005, Target.HEAD: 0.005, Target.PERSON: 0.05},
)
"""Share of the picture that may be hidden for nothing at the ordinary cost; a mask ten times as
large hides ten times as much of the event. It is the usual size of each kind: of 1,572 labelled
faces and heads in camera clips of dev, half take up .14 %, nine in ten at most .8 %. A body is
twenty times a head, and gets half of that: with less, somebody who bent down stayed open on a dev
clip."""

MOST_COSTED_SHARE: Final = 0.25
"""Share of the picture beyond which hiding costs no more: the event is lost either way. Without
this limit a plate that filled the picture of a moved still of dev stayed open, although every scan
detected it; twice the `ORDINARY_SHARE` for plates hid that one too, and a sixth more for
nothing."""

TargetWeights = Mapping[str, float]

AS_DETECTED: Final[Mapping[str, TargetWeights]] = {
    target.word: {"bias": 0.0, "best": 1.0} for target in DETECTED_TARGETS
}
"""Weights that make a track as probable as its best detection, whatever the other clues."""


@dataclass
class Clues(Arrays):
    """The evidence about N tracks, one row each; struct of arrays.

    Attributes:
        target: int8 [N].
        scans: float64 [N], from the first to the last sighting.
        hits: float64 [N], scans that detected it.
        best: float64 [N], highest log odds of a scan.
        total: float64 [N], sum of the log odds of all scans, `MISSED_LOG_ODDS` for each that
            missed it.
        close: float64 [N], sum of the log odds of close scans of its best pictures.
        close_scans: float64 [N], their number.
        latest: float64 [N], log odds of the last scan that detected it.
        share: float64 [N], its box's share of the picture's area in the best scan.
        read: float64 [N], 1 where a plate's number could be read in it, .5 where half of it could,
            else 0.
        on_body: float64 [N], body scans in which a body bears it, or a vehicle the plate.
        body_scans: float64 [N], body scans while it was sighted.
        oversize: float64 [N], sum over the scans of `on_body` of how many times as large it is as
            the head of that body should be, at least 1 each (`bodies.head_area_ratio`).
        bodywork: float64 [N], body scans in which nobody bears it, and it lies on a vehicle below
            the panes.
    """

    target: NDArray[np.int8]
    scans: NDArray[np.float64]
    hits: NDArray[np.float64]
    best: NDArray[np.float64]
    total: NDArray[np.float64]
    close: NDArray[np.float64]
    close_scans: NDArray[np.float64]
    latest: NDArray[np.float64]
    share: NDArray[np.float64]
    read: NDArray[np.float64]
    on_body: NDArray[np.float64]
    body_scans: NDArray[np.float64]
    oversize: NDArray[np.float64]
    bodywork: NDArray[np.float64]

    @classmethod
    def of_new(
        cls, target: NDArray[np.int8], odds: NDArray[np.float32], boxes: Boxes, picture: float
    ) -> Clues:
        """Clues of objects that were detected once, in a picture of this area (square pixels)."""
        one, zero = np.ones(len(target)), np.zeros(len(target))
        strong = np.minimum(odds.astype(np.float64), STRONGEST)
        return cls(
            target=target,
            scans=one,
            hits=one.copy(),
            best=strong,
            total=strong.copy(),
            close=zero,
            close_scans=zero.copy(),
            latest=strong.copy(),
            share=areas(boxes) / picture,
            read=zero.copy(),
            on_body=zero.copy(),
            body_scans=zero.copy(),
            oversize=zero.copy(),
            bodywork=zero.copy(),
        )

    def as_one(self) -> Clues:
        """One row for tracks that are one object."""
        best = int(self.best.argmax())

        def added(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.array([values.sum()])

        return Clues(
            self.target[:1],
            added(self.scans),
            added(self.hits),
            self.best[best : best + 1],
            added(self.total),
            added(self.close),
            added(self.close_scans),
            self.latest[-1:],
            self.share[best : best + 1],
            self.read.max(keepdims=True),
            added(self.on_body),
            added(self.body_scans),
            added(self.oversize),
            added(self.bodywork),
        )

    def missed(self, rows: NDArray[np.intp]) -> None:
        """Note that a scan of the places of `rows` detected none of them."""
        self.scans[rows] += 1
        self.total[rows] += MISSED_LOG_ODDS

    def hit(
        self, rows: NDArray[np.intp], odds: NDArray[np.float32], boxes: Boxes, picture: float
    ) -> None:
        """Note that a scan detected `rows`."""
        strong = np.minimum(odds.astype(np.float64), STRONGEST)
        self.scans[rows] += 1
        self.hits[rows] += 1
        self.latest[rows] = strong
        self.total[rows] += strong
        better = strong > self.best[rows]
        self.best[rows] = np.maximum(self.best[rows], strong)
        self.share[rows] = np.where(better, areas(boxes) / picture, self.share[rows])

    def scanned_closely(self, rows: NDArray[np.intp], odds: NDArray[np.float32]) -> None:
        """Add the log odds of close scans at `rows`."""
        self.close[rows] += odds
        self.close_scans[rows] += 1

    def scanned_for_bodies(
        self,
        rows: NDArray[np.intp],
        on_body: NDArray[np.bool_],
        oversize: NDArray[np.float64],
        bodywork: NDArray[np.bool_],
    ) -> None:
        """Note whether a body, or vehicle, bears each of `rows` in one body scan, how many times as
        large each is as that body's head should be, and whether it lies on bodywork."""
        self.bodywork[rows] += bodywork & ~on_body
        self.on_body[rows] += on_body
        self.body_scans[rows] += 1
        self.oversize[rows] += oversize * on_body

    def trimmed(self, since: NDArray[np.float64]) -> Clues:
        """Without the last `since` [N] scans, those after the last sighting."""
        return replace(self, scans=self.scans - since, total=self.total - MISSED_LOG_ODDS * since)

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """The columns of the regression, by name, [N] each."""
        return {
            "best": self.best,
            "mean": self.total / np.maximum(self.scans, 1),
            "hits": np.log2(np.minimum(self.hits, MOST_SCANS)),
            "close": self.close / np.maximum(self.close_scans, 1),
            "read": self.read,
            "without_body": -np.log1p(self._body_scans()) * self._without_body(),
        }

    def _body_scans(self) -> NDArray[np.float64]:
        """[N] body scans that speak for or against each."""
        return np.where(self._lamps(), MOST_SCANS, np.minimum(self.body_scans, MOST_SCANS))

    def _lamps(self) -> NDArray[np.bool_]:
        """[N] whether each face was seen once, as in a photograph, on a vehicle below its panes,
        where nobody is: a lamp, wheel or badge. Of 59 faces hidden on 46 stills of dev with cars,
        looked at by eye, this leaves out six of 19 false ones and no real one."""
        once = (self.scans == 1) & (self.bodywork > 0)
        return np.asarray(once & (self.target == Target.FACE))

    def _without_body(self) -> NDArray[np.float64]:
        """[N] how strongly the body scans speak against each, 0 to 1.

        The fewer of the scans show a body, or vehicle, that bears it, the more.
        """
        return np.maximum(1 - self.on_body / np.maximum(self.body_scans, 1) / LEAST_BODY_SHARE, 0)


def probability_of(clues: Clues, weights: Mapping[str, TargetWeights]) -> NDArray[np.float64]:
    """[N] probability that each track is a real object of its target.

    Args:
        weights: `Calibration.tracks`, by the target's word.

    Raises:
        LookupError: there are no weights for a target among them.
    """
    columns = clues.columns()
    odds = np.zeros(len(clues))
    for target in map(Target, np.unique(clues.target).tolist()):
        if target.word not in weights:
            raise LookupError(f"track/belief: no weights for {target.word}")
        mine, rows = weights[target.word], clues.target == target
        total = mine["bias"] + sum(mine[n] * v[rows] for n, v in columns.items() if n in mine)
        odds[rows] = total
    return probability(odds)


def worth_hiding(
    clues: Clues, weights: Mapping[str, TargetWeights], leak_cost: float
) -> NDArray[np.bool_]:
    """[N] whether leaving each track open would cost more than hiding it.

    Args:
        clues, weights: see `probability_of`.
        leak_cost: the cost of leaving it open, if hiding an object of ordinary size for nothing
            costs 1; a larger one costs more. A plate that was read counts as of ordinary size,
            however large: the plainest to read must not stay open. A head on a body counts only as
            much as it is larger than that body's head should be, so a head close to the camera
            costs 1 and a torso more. Faces are judged by their size alone: with the same rule for
            them a fifth more was hidden for nothing, and none fewer were open on 16 clips.
    """
    p = probability_of(clues, weights)
    share = np.minimum(clues.share, MOST_COSTED_SHARE) / ORDINARY_SHARE.of(clues.target)
    on_body = (clues.body_scans > 0) & (clues.on_body >= LEAST_BODY_SHARE * clues.body_scans)
    own = np.where(on_body, clues.oversize / np.maximum(clues.on_body, 1), np.inf)
    share = np.where(clues.target == Target.HEAD, np.minimum(share, own), share)
    in_vain = np.where(clues.read > 0, 1.0, np.maximum(1.0, share))
    return np.asarray(p * leak_cost >= in_vain * (1 - p))
