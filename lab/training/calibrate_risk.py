"""Fits the probability that somebody is open at a place of a plan: writes `calibration.json`.

    python -m lab.training.calibrate_risk LABELS... --clips FOLDER... --plans FOLDER

Labelled frames show what a plan leaves open, but too little to learn from. So tracks are lost on
purpose, as searches lose them: never detected, detected too faintly, begun late, ended early, or
with a gap. Everything else stays: bodies, other masks, the picture. Such plans are weighted so that
one track in thirty is lost overall. Places within half a second of a labelled frame count: 1 if an
open face or plate lies on the place, .3 if only a head without a face does, 0 if nothing does.
Plans are stored in the folder.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lab.moments import FOLLOWED, KINDS, SAME, WITHIN, Open, judged, left_open, plan_for
from lab.real.labels import Labels, find_clips
from lab.training import calibration_file
from lab.training.labelled import dev_labels
from lab.training.regression import logistic
from redact.plan import Plan, uncovered
from redact.risk import Place, all_places, bare_heads
from redact.types import Box, Doubt, Keyframe, Track

HEAD = 0.3
"""Value of a head that is turned away, beside a face: few people recognise it."""

LOST, REAL = 0.3, 0.03
"""Share of the tracks lost in a plan with losses, and the weight of such plans: as if this share
were lost. About as many of the labelled faces of dev are open."""

TIMES = 6
"""Plans with losses made from each clip."""

FAINT = (0.003, 0.09)
"""Least and most probability of what is detected too faintly to be hidden."""

RIDGE = 0.0005


@dataclass(frozen=True)
class Row:
    """A place whose truth is known, and its weight."""

    clip: str
    place: Place
    truth: float
    weight: float


def with_losses(whole: Plan, chance: random.Random) -> Plan:
    """The plan of a search that lost some tracks, with what that search would still know."""
    tracks, doubts = list[Track](), list(whole.doubts)
    for track in whole.tracks:
        way = chance.choice(("unseen", "faint", "late", "early", "hole"))
        if chance.random() >= LOST:
            tracks.append(track)
            continue
        length = track.last - track.first + 1
        a, b = sorted(chance.randint(0, length) + track.first for _ in range(2))
        if way == "faint":
            best = track.best
            doubts.append(Doubt(best.frame, track.target, best.box, chance.uniform(*FAINT)))
        elif way == "late":
            tracks += _part(track, a, track.last, track.id)
        elif way == "early":
            tracks += _part(track, track.first, a - 1, track.id)
        elif way == "hole":
            number = max(t.id for t in whole.tracks) + track.id
            tracks += _part(track, track.first, a - 1, track.id)
            tracks += _part(track, b, track.last, number)
    plan = replace(whole, tracks=tuple(tracks), subjects=(), doubts=())
    return replace(plan, doubts=uncovered(plan, doubts))


def _part(track: Track, first: int, last: int, number: int) -> list[Track]:
    """The part of a track within some frames; nothing if it has none there."""
    ends = [track.at(frame) for frame in (first, last)]
    if first > last or None in ends:
        return []
    inner = [k for k in track.keyframes if first < k.frame < last]
    keys = [k for k in (ends[0], *inner, ends[1] if last > first else None) if k is not None]
    return [replace(track, id=number, keyframes=tuple(keys), shapes=())]


def truth_of(plan: Plan, place: Place, gaps: list[Open], labelled: list[int]) -> float | None:
    """Whether somebody is open at a place; None if no label shows it."""
    time = plan.seconds(place.frame)
    kinds = {gap.kind for gap in gaps if any(_is_at(place, time, *at) for at in gap.places)}
    if KINDS[0] in kinds:
        return 1.0
    if KINDS[1] in kinds:
        return HEAD
    near = any(abs(plan.seconds(frame) - time) <= WITHIN for frame in labelled)
    return 0.0 if near else None


def truth_of_body(
    plan: Plan, place: Place, gaps: list[Open], labelled: list[int], bare: list[list[Keyframe]]
) -> float | None:
    """The same for a body, over all the time in which its head is not hidden: a person who looks
    at it once sees who it is, and follows it."""
    own = next(
        seen for seen in bare if any((k.frame, k.box) == (place.frame, place.box) for k in seen)
    )
    told = list[float]()
    for frame in labelled:
        near = min(own, key=lambda key: abs(key.frame - frame))
        if abs(plan.seconds(near.frame) - plan.seconds(frame)) <= WITHIN:
            head = replace(place, frame=frame, box=near.box)
            now = [g for g in gaps if any(t == plan.seconds(frame) for t, _ in g.places)]
            told.append(truth_of(plan, head, now, labelled) or 0.0)
    return max(told, default=None)


def _is_at(place: Place, time: float, then: float, box: Box) -> bool:
    apart = abs(time - then)
    if apart > WITHIN:
        return apart <= FOLLOWED / 2 and place.box is not None and place.box.iou(box) >= SAME
    if place.box is None:
        return True
    alike = place.box.area <= 9 * box.area
    return alike and place.box.grown(0.5).common(box) >= 0.5 * box.area


def rows(name: str, whole: Plan, labels: Labels) -> Iterator[Row]:
    """Every place of the plans of a clip for which a label decides. From a plan with losses, only
    places that the whole plan does not have: the others were counted there."""
    labelled = [f.frame for f in labels.of(name).frames if f.frame < len(whole.source.timeline)]
    chance, before = random.Random(name), set[tuple[str, int, Box | None]]()
    for n in range(TIMES + 1):
        plan = with_losses(whole, chance) if n else whole
        gaps = left_open(plan, name, labels)
        bare = [seen for _, seen in bare_heads(plan)]
        for place in all_places(plan):
            key = place.why, place.frame, place.box
            if place.why == "body":
                truth = truth_of_body(plan, place, gaps, labelled, bare)
            else:
                truth = truth_of(plan, place, gaps, labelled)
            if place.clues and truth is not None and not (n and key in before):
                yield Row(name, place, truth, REAL / LOST / TIMES if n else 1.0)
            if not n:
                before.add(key)


def fitted(known: Sequence[Row], names: Sequence[str]) -> dict[str, float]:
    """Weights of the clues with these names."""
    columns = np.array([[row.place.clues.get(n, 0.0) for n in names] for row in known])
    truth, counts = (np.array([getattr(r, n) for r in known]) for n in ("truth", "weight"))
    weights = logistic(columns, truth, counts, RIDGE)
    return calibration_file.rounded(("bias", *names), weights)


def _without(clip: str, known: Sequence[Row], names: Sequence[str]) -> dict[str, float]:
    """Weights that are fitted without a clip."""
    return fitted([row for row in known if row.clip != clip], names)


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.calibrate_risk", description=__doc__)
    ap.add_argument("labels", type=Path, nargs="+")
    ap.add_argument("--clips", type=Path, nargs="+", required=True)
    ap.add_argument("--plans", type=Path, required=True, help="folder of CLIP.plan.json")
    ap.add_argument("--out", type=Path, default=calibration_file.FILE)
    a = ap.parse_args()
    a.plans.mkdir(parents=True, exist_ok=True)
    labels = dev_labels(a.labels)
    clips = find_clips(labels.clips(), a.clips)
    plans = {name: plan_for(path, a.plans) for name, path in clips.items()}
    known = [row for name, plan in plans.items() for row in rows(name, plan, labels)]
    numbers = fitted(known, sorted({name for row in known for name in row.place.clues}))
    print(numbers)
    names = sorted(numbers.keys() - {"bias"})
    print("\n".join(judged(plans, labels, lambda clip: _without(clip, known, names))))
    opened = sum(row.truth == 1 for row in known)
    on = f"{len(clips)} clips, {len(known)} places, {opened} of them open"
    calibration_file.write(a.out, {"risk": numbers}, "risk", on, ())


if __name__ == "__main__":
    main()
