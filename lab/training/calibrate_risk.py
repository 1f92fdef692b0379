"""Fits how probable it is that somebody is open at a place of a plan: writes `calibration.json`.

    python -m lab.training.calibrate_risk LABELS... --clips FOLDER... --plans FOLDER

What a plan leaves open is known in labelled frames, and is too little to learn from. So tracks are
lost on purpose, as searches lose them: one that was never seen, seen too faintly, begun late, ended
early, or with a hole. What else is known stays: bodies, other masks, the picture. Such plans count
for so little that one track in thirty is lost, all told. Places within half a second of a labelled
frame count: 1 where a face or plate that is open lies on the place, .3 where only a head without a
face does, 0 where nothing does. Plans are kept in the folder.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lab.moments import (
    DRAWS,
    FOLLOWED,
    KINDS,
    SAME,
    WITHIN,
    Look,
    Open,
    count,
    left_open,
    plan_for,
)
from lab.real.labels import Labels, find_clips
from lab.training import calibration_file
from lab.training.labelled import dev_labels
from lab.training.regression import logistic
from redact.plan import Plan, uncovered
from redact.risk import Place, all_places, bare_heads, moments_worth_a_look
from redact.types import Box, Doubt, Keyframe, Track

HEAD = 0.3
"""What a head that is turned away counts as, beside a face: it is known by few."""

LOST, REAL = 0.3, 0.03
"""Share of the tracks that are lost in a plan that is made for learning, and how often such plans
count: as if this share were. Of labelled faces of dev about so many are open."""

TIMES = 6
"""Plans that lose tracks, of each clip."""

FAINT = (0.003, 0.09)
"""Probability of what was seen too faintly to be hidden, least and most."""

RIDGE = 0.0005


@dataclass(frozen=True)
class Row:
    """A place whose truth is known, and how much it counts."""

    clip: str
    place: Place
    truth: float
    weight: float


def with_losses(whole: Plan, chance: random.Random) -> Plan:
    """The plan of a search that lost some tracks, and knows what it would."""
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
    """A track in some of its frames only; none where there are none."""
    ends = [track.at(frame) for frame in (first, last)]
    if first > last or None in ends:
        return []
    inner = [k for k in track.keyframes if first < k.frame < last]
    keys = [k for k in (ends[0], *inner, ends[1] if last > first else None) if k is not None]
    return [replace(track, id=number, keyframes=tuple(keys), shapes=())]


def truth_of(plan: Plan, place: Place, gaps: list[Open], labelled: list[int]) -> float | None:
    """Whether somebody is open at a place, None where no label tells."""
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
    """The same of a body, in all of the time in which its head is not hidden: a person who looks at
    it once sees who it is, and follows it."""
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
    """Every place of the plans of a clip that a label tells of. Of a plan with losses only what is
    not a place of the plan as it was: the others were counted there."""
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
    """Weights of the clues of these names."""
    columns = np.array([[row.place.clues.get(n, 0.0) for n in names] for row in known])
    truth, counts = (np.array([getattr(r, n) for r in known]) for n in ("truth", "weight"))
    weights = logistic(columns, truth, counts, RIDGE)
    return calibration_file.rounded(("bias", *names), weights)


def judged(plans: dict[str, Plan], known: Sequence[Row], labels: Labels) -> Iterator[str]:
    """How much of what is open the first moments of a clip find, by weights that were fitted
    without the clip, beside as many seconds by chance; and how many moments a minute there are."""
    names = sorted({name for row in known for name in row.place.clues})
    hits, totals = Counter[tuple[str, str, int]](), Counter[str]()
    draw, listed, empty = random.Random(0), list[float](), list[tuple[int, float]]()
    for clip, plan in plans.items():
        weights = fitted([row for row in known if row.clip != clip], names)
        moments = moments_worth_a_look(plan, weights)
        gaps = left_open(plan, clip, labels)
        length = plan.seconds(len(plan.source.timeline) - 1)
        listed.append(len(moments) / max(length, 1) * 60)
        if not gaps:
            empty.append((len(moments), length))
        totals.update(gap.kind for gap in gaps)
        looks = [Look(clip, plan.seconds(m.frame), m.box) for m in moments]
        seconds = [Look(clip, n + 0.5) for n in range(math.ceil(length))]
        for first in (5, 10):
            some = looks[:first]
            for kind, n in count(gaps, some).items():
                hits["ranked", kind, first] += n
            for _ in range(DRAWS):
                for kind, n in count(
                    gaps, draw.sample(seconds, min(len(some), len(seconds)))
                ).items():
                    hits["by chance", kind, first] += n / DRAWS
    for kind in KINDS:
        for first in (5, 10):
            told = ", ".join(f"{w} {hits[w, kind, first]:.1f}" for w in ("ranked", "by chance"))
            yield f"{kind}, first {first} of a clip: {told} of {totals[kind]}"
    minutes, most = sum(length for _, length in empty) / 60, sum(n for n, _ in empty)
    yield f"{np.mean(listed):.1f} moments a minute; where nothing is open {most} in {minutes:.1f}"


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
    for line in judged(plans, known, labels):
        print(line)
    opened = sum(row.truth == 1 for row in known)
    on = f"{len(clips)} clips, {len(known)} places, {opened} of them open"
    calibration_file.write(a.out, {"risk": numbers}, "risk", on, ())


if __name__ == "__main__":
    main()
