"""Fits what the networks' scores of one picture mean, and writes `calibration.json`.

    python -m lab.training.calibrate_looks LABELS... --clips FOLDER... [--eval FOLDER] [--thorough]

LABELS are label files of real footage (`lab/real/labels_dev*.json`), --clips folders with the
clips, --eval the folder of annotated stills. Only the dev half is used. Fitted are the weights of
every network's log odds, of the size and of the constant, for

* "face": our network and CenterFace, as `balanced` scans;
* "face without plates": our network's small scans and CenterFace, where no plate is expected;
* "plate": our network;
* "face thorough", with --thorough only: all networks as `thorough` scans, tilted pictures included;
* "head" and "person", with --heads only: the eye, beside the weighed score of faces, and the person
  detector, whose box is right if the middle of a labelled head lies in its upper half.

The detections come from the product itself: `redact.detection.ensemble` joins the boxes, and the
scores that it passes to its calibration are those that are fitted. No witness can get a negative
weight, so a network that becomes more certain never makes an object less probable.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from lab.training import calibration_file
from lab.training.labelled import Boxes, holds_centre, overlaps
from lab.training.looks import (
    OURS_FEWER,
    Kept,
    LookedAt,
    Networks,
    look_at_footage,
    look_at_stills,
)
from lab.training.regression import F64, answers, false_at_recall, logistic, reliability
from redact.detection.calibration import NOT_DETECTED, Calibration, score_odds, size_units
from redact.detection.ensemble import (
    CENTERFACE_LARGE as LARGE,
)
from redact.detection.ensemble import (
    CENTERFACE_SMALL as SMALL,
)
from redact.detection.ensemble import (
    CENTERFACE_TILTED as TILTED,
)
from redact.detection.ensemble import (
    EYE_LARGE,
    EYE_SMALL,
    FACES,
    HEAD_SHARE,
    OURS,
    PEOPLE,
    as_wholes,
    weighed,
    weighed_people,
    weighed_plates,
)
from redact.settings import Sensitivity
from redact.types import Detections, Target

SAME = 0.35
"""IoU from which a box is on a labelled face or plate; as in `lab/detect` for faces."""

ON_IGNORED = 0.3
"""IoU from which a box is on something that counts neither way."""

RIDGE = 5e-4
"""So little that it only keeps weights finite if a column separates the classes perfectly."""

JUDGED_FROM = {"face": 16.0, "plate": 8.0, "head": 16.0, "person": 16.0}
"""Pixels of height from which a missed object counts; as in `lab/real`."""

BOX_FROM = 20.0
"""Pixels of height of faces from which a network's boxes are measured."""

WITNESSES = {
    "face": (OURS, LARGE, SMALL),
    "face without plates": (OURS_FEWER, LARGE, SMALL),
    "plate": (OURS,),
    "face thorough": (OURS, LARGE, SMALL, TILTED),
    "head": (FACES, EYE_LARGE, EYE_SMALL),
    "person": (PEOPLE,),
}


class Listener:
    """Stands in for a `Calibration`, and records what it was asked about."""

    def __init__(self, known: Calibration) -> None:
        self._real = known
        self.scores: Mapping[str, NDArray[np.float32]] = {}
        self.height = np.zeros(0, np.float32)

    def corrected(self, witness: str, xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._real.corrected(witness, xyxy)

    def odds(
        self, kind: str, scores: Mapping[str, NDArray[np.float32]], height: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        self.scores, self.height = scores, height
        return np.zeros(len(height), np.float32)


@dataclass
class Rows:
    """Detected objects: log odds of each witness and the size, and whether they are real.

    Attributes:
        columns: [N, 1 + witnesses], the size first.
        missed: heights of labelled objects that no witness detected.
    """

    columns: list[F64] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    pictures: int = 0
    labelled: int = 0


def rows_of(pictures: Iterable[LookedAt], kind: str, known: Calibration) -> Rows:
    """All objects of one kind in all pictures in which that kind was labelled.

    Args:
        known: the corrections of each network's boxes and, for heads, the weights for faces.
    """
    rows, word = Rows(), kind.split()[0]
    for picture in pictures:
        truth = picture.label.of("head" if word == "person" else word)
        if truth is None:
            continue
        rows.pictures += 1
        rows.labelled += len(truth)
        found, listener = _seen(picture, kind, known)
        ignored = picture.label.ignored if word == "face" else np.zeros((0, 4))
        judge = of_a_head if word == "person" else judged
        verdict, missed = judge(found.xyxy.astype(np.float64), truth, ignored)
        rows.missed += missed
        columns = [size_units(listener.height)]
        columns += [score_odds(np.maximum(s, NOT_DETECTED)) for s in listener.scores.values()]
        for row in np.flatnonzero(verdict >= 0):
            rows.columns.append(np.array([c[row] for c in columns], np.float64))
            rows.truth.append(float(verdict[row]))
            rows.weight.append(picture.label.weight)
    return rows


def _seen(picture: LookedAt, kind: str, known: Calibration) -> tuple[Detections, Listener]:
    listener = Listener(known)
    asked = cast(Calibration, listener)
    if kind == "plate":
        return weighed_plates(picture.seen[OURS].only([Target.PLATE]), asked), listener
    if kind == "person":
        return weighed_people(picture.seen[PEOPLE], asked), listener
    of = "face" if kind == "head" else kind
    seen = {
        OURS if name == OURS_FEWER else name: picture.seen[name].only([Target.FACE])
        for name in WITNESSES[of]
    }
    if kind == "head":
        faces = as_wholes(weighed(seen, "face", known))
        seen = {
            FACES: faces,
            EYE_LARGE: picture.seen[EYE_LARGE],
            EYE_SMALL: picture.seen[EYE_SMALL],
        }
    found = weighed(seen, kind, asked)
    if not len(found):
        listener.scores = {name: np.zeros(0, np.float32) for name in seen}
    return found, listener


def judged(found: Boxes, truth: Boxes, ignored: Boxes) -> tuple[NDArray[np.int8], list[float]]:
    """What each box is: 1 a labelled object, 0 a mistake, -1 neither (a second box, a head).

    Args:
        found: [N, 4], the surest first.

    Returns:
        int8 [N], and the heights of the labelled objects that no box is on.
    """
    verdict = np.zeros(len(found), np.int8)
    taken = np.zeros(len(truth), np.bool_)
    for row, box in enumerate(found):
        on = overlaps(box, truth)
        if len(on) and on.max() >= SAME:
            best = int(on.argmax())
            verdict[row] = -1 if taken[best] else 1
            taken[best] = True
        elif len(ignored) and (
            overlaps(box, ignored).max() >= ON_IGNORED or holds_centre(box, ignored)
        ):
            verdict[row] = -1
    return verdict, [float(b[3] - b[1]) for b in truth[~taken]]


def of_a_head(found: Boxes, heads: Boxes, ignored: Boxes) -> tuple[NDArray[np.int8], list[float]]:
    """Which boxes of bodies, the most certain first, hold the middle of a labelled head in their
    upper half; as `judged`: a further box around the same head counts neither way."""
    middle = (heads[:, :2] + heads[:, 2:]) / 2
    low, high = found[:, None, :2], found[:, None, 2:].copy()
    high[:, :, 1] = low[:, :, 1] + HEAD_SHARE * (high[:, :, 1] - low[:, :, 1])
    holds = ((middle > low) & (middle < high)).all(axis=2)
    verdict, taken = np.zeros(len(found), np.int8), np.zeros(len(heads), np.bool_)
    for row in np.flatnonzero(holds.any(axis=1)):
        verdict[row] = 1 if (holds[row] & ~taken).any() else -1
        taken |= holds[row]
    return verdict, [float(b[3] - b[1]) for b in heads[~taken]]


def fitted(rows: Rows, kind: str) -> tuple[dict[str, float], F64]:
    """The weights of one kind by name, and the log odds that they give to the rows."""
    columns = np.array(rows.columns).reshape(-1, 1 + len(WITNESSES[kind]))
    truth, weight = np.array(rows.truth), np.array(rows.weight)
    rising = [False] + [True] * len(WITNESSES[kind])
    weights = logistic(columns, truth, weight, RIDGE, rising)
    names = ("bias", "size", *(OURS if n == OURS_FEWER else n for n in WITNESSES[kind]))
    return calibration_file.rounded(names, weights), answers(columns, weights)


def measured_box(pictures: Iterable[LookedAt], witness: str) -> dict[str, float]:
    """Correction of each side of a network's boxes of faces, or of the eye's boxes of heads: the
    median, in shares of their size."""
    sides, target = [], Target.HEAD if witness in (EYE_LARGE, EYE_SMALL) else Target.FACE
    for picture in pictures:
        truth = picture.label.of(target.word)
        own = picture.seen[witness].only([target])
        for face in np.zeros((0, 4)) if truth is None else truth:
            on = overlaps(face, own.xyxy.astype(np.float64))
            if face[3] - face[1] >= BOX_FROM and len(on) and on.max() >= SAME:
                box = own.xyxy[int(on.argmax())].astype(np.float64)
                size = np.tile(box[2:] - box[:2], 2)
                sides.append(np.array([-1, -1, 1, 1]) * (face - box) / size)
    middle = np.median(sides, axis=0) if sides else np.zeros(4)
    return {s: round(float(m), 2) for s, m in zip(SIDES, middle, strict=True)}


SIDES = ("left", "top", "right", "bottom")


def report(rows: Rows, odds: F64, kind: str, numbers: Mapping[str, float]) -> None:
    """The fit on the rows that it was made from: a check of the fit, not an accuracy."""
    least = JUDGED_FROM[kind.split()[0]]
    truth = np.array(rows.truth)
    real = int(truth.sum()) + sum(h >= least for h in rows.missed)
    print(f"{kind}: {int(truth.sum())} real, {int((1 - truth).sum())} false, {numbers}")
    for recall, false in false_at_recall(odds, truth, real).items():
        said = "not reached" if false is None else f"{false / max(rows.pictures, 1):.2f}"
        print(f"  recall {recall:.2f}: false boxes a picture {said}")
    for low, high, count, says, is_real in reliability(odds, truth):
        print(
            f"  log odds {low:g} to {high:g}: {count} objects, said {says:.3f}, real {is_real:.3f}"
        )


def fit_all(
    pictures: Sequence[LookedAt], kinds: Sequence[str], file: dict[str, Any]
) -> dict[str, dict[str, float]]:
    """Weights of every kind. Box corrections that are missing are measured first."""
    for witness in {w for kind in kinds for w in WITNESSES[kind]} - {OURS_FEWER}:
        if witness not in file["boxes"]:
            joined = witness in (FACES, PEOPLE)  # heads derived from faces; bodies have no labels
            measured = dict.fromkeys(SIDES, 0.0) if joined else measured_box(pictures, witness)
            file["boxes"][witness] = measured
    file["boxes"].setdefault(f"{OURS} plate", dict.fromkeys(SIDES, 0))
    boxes = {n: np.array([b[s] for s in SIDES], np.float32) for n, b in file["boxes"].items()}
    # The corrections in the file still belong to other weights than those being fitted.
    known = Calibration(file["looks"], boxes, {})
    looks = {}
    for kind in kinds:
        rows = rows_of(pictures, kind, known)
        if not 0 < sum(rows.truth) < len(rows.truth):
            raise SystemExit(f"{kind}: real and false objects are both needed to fit weights")
        looks[kind], odds = fitted(rows, kind)
        report(rows, odds, kind, looks[kind])
    return looks


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.calibrate_looks", description=__doc__)
    ap.add_argument("labels", type=Path, nargs="+", help="label files of real footage")
    ap.add_argument("--clips", type=Path, nargs="+", required=True, help="folders of the clips")
    ap.add_argument("--eval", type=Path, help="folder of annotated stills")
    ap.add_argument("--thorough", action="store_true", help="fit 'face thorough', and only that")
    ap.add_argument("--heads", action="store_true", help="fit 'head' and 'person', and only those")
    ap.add_argument("--every", type=int, default=1, help="of the labelled frames one in so many")
    ap.add_argument("--keep", type=Path, help="file in which looks are kept between runs")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--out", type=Path, default=calibration_file.FILE)
    a = ap.parse_args()
    sensitivity = Sensitivity.THOROUGH if a.thorough else Sensitivity.BALANCED
    networks = Networks(sensitivity, a.threads, people=a.heads)
    kept = Kept(a.keep, networks.weights)
    pictures: list[LookedAt] = []
    for number, picture in enumerate(look_at_footage(a.labels, a.clips, networks, kept, a.every)):
        pictures.append(picture)
        if sys.stderr.isatty():
            print(f"\r{number + 1} frames, {picture.label.name}   ", end="", file=sys.stderr)
    frames = len(pictures)
    if a.eval:
        pictures += look_at_stills(a.eval, networks, kept)
    file = calibration_file.read(a.out)
    kinds: tuple[str, ...] = ("face", "face without plates", "plate")
    if a.thorough or a.heads:
        kinds = ("face thorough",) if a.thorough else ("head", "person")
    looks = fit_all(pictures, kinds, file)
    on = f"{frames} frames, {len(pictures) - frames} stills, {counted(pictures)}"
    name = "looks, thorough" if a.thorough else "looks, heads" if a.heads else "looks"
    numbers = {"looks": looks, "boxes": file["boxes"]}
    calibration_file.write(a.out, numbers, name, on, networks.weights)


def counted(pictures: Iterable[LookedAt]) -> str:
    """How many faces, plates and heads are labelled in the pictures."""
    labels = [p.label for p in pictures]
    faces = sum(len(x.faces) for x in labels if x.faces is not None)
    plates = sum(len(x.plates) for x in labels if x.plates is not None)
    heads = sum(len(x.heads) for x in labels if x.heads is not None)
    return f"{faces} faces, {plates} plates, {heads} heads"


if __name__ == "__main__":
    main()
