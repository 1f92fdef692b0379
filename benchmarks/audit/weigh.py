"""From a census to the weights of `redact.audit.belief`: `python -m benchmarks.audit.weigh`.

The weights printed are fitted on all stills. What they are worth is told by cross-validation: each
fifth of the stills is judged with weights and limit from the other four, so that no still is judged
by what was learnt from it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from redact.audit.belief import Clues, belief
from redact.audit.judge import clues_of
from redact.audit.limits import BELIEVED, EXTENT
from redact.audit.recheck import Evidence
from redact.audit.suspects import Suspect
from redact.types import Target

from .bench import FOUND_IOU, Case, load
from .plant import STRETCH, Leak
from .scenes import FRAMES, RATE

FOLDS = 5
RIDGE = 0.02
RATES = (0.25, 0.5, 0.75, 1.0, 1.5)
MEASURES = ("constant", "detector", "second detector", "verifier", "size", "turned")
LEFT_OUT = ("verifier", "second detector", "detector")
LEAST = {Target.FACE: 24.0, Target.PLATE: 24.0}


@dataclass(frozen=True)
class Row:
    """One suspect of a census: what it is, and of which subject (-1: of none)."""

    still: str
    clean: bool
    clues: Clues
    target: Target
    subject: int
    height: float


def rows_of(case: Case) -> Iterator[Row]:
    """Suspects of one output that can be called right or wrong.

    Those on subjects that are hidden, or that nobody is sure of, are left out: they are neither.
    """
    still, variant = case.name.rsplit(" #", 1)
    for suspect, evidence in case.seen.suspects:
        if suspect.misfit or not any(e.ours > 0 or e.second > 0 for e in evidence):
            continue
        shown = [n for n, k in enumerate(case.leaks) if on(suspect, evidence, k.subject.boxes)]
        same = [n for n in shown if case.leaks[n].subject.target is suspect.target]
        hidden = any(
            on(suspect, evidence, tuple(_at(t, f) for f in range(FRAMES)))
            for t in case.plan.tracks
            if t.target is suspect.target
        )
        if same or not hidden:
            subject = same[0] if same else -1
            height = case.leaks[subject].subject.height if same else suspect.best.box.height
            clues = clues_of(suspect, evidence)
            yield Row(still, variant == "0", clues, suspect.target, subject, height)


def _at(track: object, frame: int):  # type: ignore[no-untyped-def]
    found = track.at(frame)  # type: ignore[attr-defined]
    return None if found is None else found.box


def on(suspect: Suspect, evidence: Sequence[Evidence], boxes: Sequence[object]) -> bool:
    """Whether a suspect lies on a subject in one of its frames."""
    for e in evidence:
        box = boxes[e.frame] if e.frame < FRAMES else None
        if box is not None and box.iou(e.box) >= FOUND_IOU:  # type: ignore[attr-defined]
            return True
    return False


def fit(rows: Iterable[Row], target: Target, without: str = "") -> NDArray[np.float64]:
    """Ridge-penalised logistic regression by Newton's method; every still weighs the same.

    Args:
        without: name of a measure to leave out.
    """
    chosen = [r for r in rows if r.target is target]
    x, y = measured(chosen, target, without), np.array([float(r.subject >= 0) for r in chosen])
    groups = [(r.still, r.subject >= 0) for r in chosen]
    weight = 1 / np.array([groups.count(g) for g in groups])
    spread = np.maximum(x.std(0), 1e-6)
    spread[0] = 1.0
    z, w = x / spread, np.zeros(x.shape[1])
    penalty = RIDGE * len(set(groups)) * np.diag([0.0] + [1.0] * (len(w) - 1))
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ w))
        slope = z.T @ (weight * (y - p)) - penalty @ w
        bend = (z * (weight * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ z + penalty
        w += np.linalg.solve(bend + 1e-9 * np.eye(len(w)), slope)
    return np.asarray(w / spread, np.float64)


def measured(rows: Sequence[Row], target: Target, without: str = "") -> NDArray[np.float64]:
    """What is weighed, f64 [len(rows), len(MEASURES)]; 0 in the column that is left out."""
    x = np.array([r.clues.measures(target) for r in rows])
    if without:
        x[:, MEASURES.index(without)] = 0.0
    return x


def held_out(rows: Sequence[Row], target: Target, without: str = "") -> NDArray[np.float64]:
    """Log odds of each row from weights that were fitted without its still, f64 [len(rows)]."""
    odds, folds = np.zeros(len(rows)), np.array([fold_of(r.still) for r in rows])
    for fold in range(FOLDS):
        learn = [r for r, f in zip(rows, folds, strict=True) if f != fold]
        here = np.flatnonzero(folds == fold)
        x = measured([rows[n] for n in here], target, without)
        odds[here] = x @ fit(learn, target, without)
    return odds


def judged(planted: Leak) -> bool:
    """Whether a subject counts: large enough, and in view long enough."""
    subject = planted.subject
    first, last = subject.whole
    return subject.height >= LEAST[subject.target] and last - first >= STRETCH


def fold_of(still: str) -> int:
    return zlib.crc32(still.encode()) % FOLDS


def print_target(cases: Sequence[Case], rows: Sequence[Row], target: Target) -> None:
    """Subjects that would be missed at so many false suspects a minute, and the weights."""
    wanted = {
        (case.name.rsplit(" #", 1)[0], n)
        for case in cases
        for n, k in enumerate(case.leaks)
        if k.subject.target is target and judged(k)
    }
    mine = [r for r in rows if r.target is target]
    minutes = len({r.still for r in rows}) * FRAMES / RATE / 60
    print(f"\n{target.word}: {len(wanted)} subjects, {minutes:.1f} minutes of clean output")
    print("| false a minute | limit | missed | " + " | ".join(f"no {w}" for w in LEFT_OUT) + " |")
    print("|---|---|---|" + "---|" * len(LEFT_OUT))
    odds = {w: held_out(mine, target, w) for w in ("", *LEFT_OUT)}
    for rate in RATES:
        missed = []
        for without in odds:
            false = [
                o for r, o in zip(mine, odds[without], strict=True) if r.clean and r.subject < 0
            ]
            limit = sorted(false, reverse=True)[int(rate * minutes)]
            found = {
                (r.still, r.subject)
                for r, o in zip(mine, odds[without], strict=True)
                if r.subject >= 0 and o > limit
            }
            missed.append((limit, len(wanted - found)))
        limit = missed[0][0]
        print(f"| {rate} | {limit:.2f} | " + " | ".join(str(m) for _, m in missed) + " |")
    print("weights on all stills:", [round(float(v), 2) for v in fit(mine, target)])
    print_moments(cases, target)


def print_moments(cases: Sequence[Case], target: Target) -> None:
    """How many suspects on subjects are believed by all their frames, and by one alone.

    The one is drawn among those that the verifier was asked about, as it would be of a subject
    that shows for one frame; limits are those of the audit.
    """
    rng, whole, alone, total = random.Random(1), 0, 0, 0
    for case in cases:
        for suspect, evidence in case.seen.suspects:
            asked = [e for e in evidence if e.verified > 0 and e.ours >= EXTENT]
            shown = any(
                k.subject.target is target and judged(k) and on(suspect, evidence, k.subject.boxes)
                for k in case.leaks
            )
            if suspect.target is not target or suspect.misfit or not asked or not shown:
                continue
            total += 1
            whole += belief(target, clues_of(suspect, evidence)) >= BELIEVED[target]
            alone += belief(target, clues_of(suspect, [rng.choice(asked)])) >= BELIEVED[target]
    print(f"suspects on subjects: {total}; believed {whole}, by one frame alone {alone}")


def main() -> None:
    """Fit, cross-validate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "bench-census")
    args = parser.parse_args()
    cases = [c for path in sorted(args.work.glob("*.pickle")) for c in load(path)]
    rows = [r for case in cases for r in rows_of(case)]
    for target in (Target.FACE, Target.PLATE):
        print_target(cases, rows, target)


if __name__ == "__main__":
    main()
