"""Places at which somebody may be unmasked, with the clues that a logistic regression weighs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, log1p
from typing import Final

import numpy as np

from ..mask_size import AT_BORDER
from ..plan import HIDDEN_SHARE, Plan, all_subjects, state_runs
from ..track import LEAST_BODY_SCANS, LEAST_VEHICLE, TWO_WHEELER, head_places, plates_on_vehicles
from ..types import Box, Keyframe, PerKind, State, Target, Track, log_odds, runs_of

LONG_STRETCH_FRAMES: Final = 8
"""Fewest frames of a followed or guessed stretch that make it a place."""

LIKELY_BODY_SCORE: Final = 0.3
"""Raw score from which a body counts as a person; the score itself is a clue."""

LEAST_HEIGHTS: Final = PerKind(
    "risk/places: LEAST_HEIGHTS",
    {Target.FACE: 10.0, Target.PLATE: 6.0, Target.HEAD: 14.0, Target.PERSON: 24.0},
)
"""Least height in pixels of a place. Nobody can be recognised by a face of 10 pixels, in a head of
14 or on a body of 100; the letters of a plate of 6 pixels are 4 high. How small a recognisable
silhouette can be is not known, but a body of 24 pixels is a speck."""

FARTHEST_FROM_HEAD: Final = 0.8
"""Farthest that the centre of a mask may lie from the expected place of the head that it hides, in
heights of the head. In labelled frames of dev, 8 of 187 hidden and 12 of 23 open heads are then
reported as open; if any mask at the upper end counted, 6 and 9."""

RIDER_SHARE: Final = 0.3
"""Share of a two-wheeler's box that lies in the box of a person who rides it; a judgement."""

GUESSED_STATES: Final = (State.FOLLOWED, State.INTERPOLATED, State.HELD)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a frame at which somebody may be visible without a mask.

    Attributes:
        frame: to look at.
        why: the kind of evidence: body, rider, doubted, begins, ends, gap, guessed, damaged, cut.
        track: id of its track; 0 for none; negative for one of the plan's doubts, of which -1 is
            the first, or, after the doubts, one of its bodies.
        shown: frame in which that track, doubt or body has a box.
        box: the place, upright source pixels; None for the whole picture.
        clues: name → value; empty for damage and cuts.
    """

    frame: int
    why: str
    track: int
    shown: int
    box: Box | None
    clues: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames between two tracks of a subject, in which it has no mask.

    Attributes:
        before, after: ids of the tracks.
        first, last: frames, both included.
    """

    before: int
    after: int
    first: int
    last: int


def gaps_of(tracks: Iterable[Track]) -> list[Gap]:
    """Gaps between the tracks of a subject, in order of time."""
    gaps: list[Gap] = []
    end: Track | None = None
    for track in sorted(tracks, key=lambda t: t.first):
        if end is not None and track.first > end.last + 1:
            gaps.append(Gap(end.id, track.id, end.last + 1, track.first - 1))
        if end is None or track.last > end.last:
            end = track
    return gaps


def all_places(plan: Plan) -> Iterator[Place]:
    """Every place of a plan, except those of subjects that have no mask by decision."""
    yield from places_of_clip(plan)
    tracks = {track.id: track for track in plan.tracks}
    for subject in all_subjects(plan):
        if not subject.decision.action.unmasked:
            yield from places_of_subject(plan, [tracks[n] for n in subject.tracks])


def places_of_clip(plan: Plan) -> Iterator[Place]:
    """Places that belong to no track: doubts, bodies, damage and cuts."""
    for number, doubt in enumerate(plan.doubts, 1):
        if doubt.box.height < LEAST_HEIGHTS[doubt.target]:
            continue
        clues = {"doubted": 1.0, "seen": float(log_odds(doubt.chance))}
        clues |= _there(plan, doubt.frame, doubt.box, doubt.target)
        yield Place(doubt.frame, "doubted", -number, doubt.frame, doubt.box, clues)
    for n, seen in bare_heads(plan):
        nearest = max(seen, key=lambda look: look.box.height)
        number = -len(plan.doubts) - n
        surely = sum(look.score or 0.0 for look in seen) / len(seen)
        clues = {"body": 1.0, "surely": surely, "border": _border(plan, nearest.box)}
        yield Place(nearest.frame, "body", number, nearest.frame, nearest.box, clues)
    for n, at in bare_riders(plan):
        yield Place(at.frame, "rider", -len(plan.doubts) - n, at.frame, at.box, {})
    for first, _ in runs_of(plan.unchecked):
        yield Place(first, "damaged", 0, first, None, {})
    for cut in plan.cuts:
        for frame in (cut - 1, cut):
            yield Place(frame, "cut", 0, frame, None, {})


def bare_heads(plan: Plan) -> Iterator[tuple[int, list[Keyframe]]]:
    """Runs of detections of a person's body in which no mask lies on its head: the body's number,
    from 1, and the expected place of the head in each detection."""
    least = LEAST_HEIGHTS[Target.HEAD]
    for number, heads in heads_of_people(plan):
        bare = [n for n, head in enumerate(heads) if not _is_hidden(plan, head.frame, head.box)]
        for first, last in runs_of(bare):
            seen = heads[first : last + 1]
            if len(seen) >= LEAST_BODY_SCANS and max(h.box.height for h in seen) >= least:
                yield number, seen


def bare_riders(plan: Plan) -> Iterator[tuple[int, Keyframe]]:
    """Two-wheelers that somebody rides towards the camera, or away from it, near enough for a plate
    to be read, which bear no hidden plate in most of their detections: the body's number, from 1,
    and its largest detection. In some of them the hidden plate of a car behind may lie there."""
    if Target.PLATE not in plan.settings.targets:
        return
    for number, body in enumerate(plan.bodies, 1):
        keys = [k for k in body.keyframes if k.box.width < TWO_WHEELER * k.box.height]
        if not body.vehicle or len(keys) < LEAST_BODY_SCANS:
            continue
        near = max(keys, key=lambda k: k.box.width)
        people = plan.people_at(near.frame)
        ridden = any(p.common(near.box) >= RIDER_SHARE * near.box.area for p in people)
        if near.box.width < LEAST_VEHICLE or not ridden:
            continue
        bearing = sum(_bears_hidden_plate(plan, key) for key in body.keyframes)
        if bearing < len(body.keyframes) / 2:
            yield number, near


def _bears_hidden_plate(plan: Plan, vehicle: Keyframe) -> bool:
    """Whether a plate that is hidden, or visible by decision, lies on a vehicle."""
    plates = [
        key.box
        for track in plan.tracks_near(vehicle.frame)
        if track.target is Target.PLATE and not track.action.unmasked
        if (key := track.at(vehicle.frame)) is not None
    ]
    return bool(plates_on_vehicles(np.array([vehicle.box]), np.array(plates).reshape(-1, 4)).any())


def heads_of_people(plan: Plan) -> Iterator[tuple[int, list[Keyframe]]]:
    """Bodies that count as people: the body's number, from 1, and the expected place of the head in
    each detection."""
    for number, body in enumerate(plan.bodies, 1):
        seen = [key for key in body.keyframes if (key.score or 0.0) >= LIKELY_BODY_SCORE]
        if not body.vehicle and len(seen) >= LEAST_BODY_SCANS:
            yield number, [Keyframe(k.frame, head_of(k.box), k.state, k.score) for k in seen]


@dataclass(frozen=True, slots=True)
class HeadsInView:
    """Counts of detections of people's bodies.

    Attributes:
        seen: detections, several a second of each person.
        bare: those with no mask on a head that is large enough to be recognised.
        small: those with no mask on a smaller head.
    """

    seen: int
    bare: int
    small: int


def heads_in_view(plan: Plan) -> HeadsInView:
    """Count the detections of people's bodies, and those without a mask on the head."""
    heads = [head for _, seen in heads_of_people(plan) for head in seen]
    bare = [head.box for head in heads if not _is_hidden(plan, head.frame, head.box)]
    small = sum(box.height < LEAST_HEIGHTS[Target.HEAD] for box in bare)
    return HeadsInView(len(heads), len(bare) - small, small)


def head_of(body: Box) -> Box:
    """Expected place of the head of a body."""
    return Box(*head_places(np.array([body]))[0].tolist())


def _is_hidden(plan: Plan, frame: int, head: Box) -> bool:
    """Whether a mask, or a face that is visible by decision, lies on the place of a head."""
    faces = (
        key.box
        for track in plan.tracks_near(frame)
        if track.target is not Target.PLATE and not track.action.unmasked
        if (key := track.at(frame)) is not None
    )
    return any(
        covers(face, head) or _apart(face, head) <= FARTHEST_FROM_HEAD * head.height
        for face in faces
    )


def _apart(one: Box, other: Box) -> float:
    """Distance between the centres of two boxes, in pixels."""
    return hypot(one.x1 + one.x2 - other.x1 - other.x2, one.y1 + one.y2 - other.y1 - other.y2) / 2


def places_of_subject(plan: Plan, tracks: Sequence[Track]) -> Iterator[Place]:
    """Places at which the masks of a subject begin, end, are missing, or were only guessed.

    Args:
        plan: for the size of the picture, cuts and other tracks.
        tracks: of the subject.
    """
    for track in tracks:
        yield from _ends(plan, track)
        yield from _guesses(plan, track)
    by_number = {track.id: track for track in tracks}
    for gap in gaps_of(tracks):
        before, after = by_number[gap.before], by_number[gap.after]
        middle = (gap.first + gap.last) // 2
        box = before.keyframes[-1].box.lerp(after.keyframes[0].box, 0.5)
        # No labelled plan had a gap to fit a weight on: weighed as two ends in succession.
        clues = {"ends": 1.0, **_there(plan, middle, box, before.target)}
        yield Place(middle, "gap", gap.before, before.last, box, clues)


def _ends(plan: Plan, track: Track) -> Iterator[Place]:
    """The frames before a mask begins and after it ends; not at cuts, at the ends of the video, or
    where another mask covers the place."""
    last, cuts = len(plan.source.timeline) - 1, set(plan.cuts)
    for why, at, beyond in (
        ("begins", track.first, track.first - 1),
        ("ends", track.last, track.last + 1),
    ):
        if not 0 <= beyond <= last or max(at, beyond) in cuts:
            continue
        here = track.at(at)
        assert here is not None
        there = (t.at(beyond) for t in plan.tracks_near(beyond) if t.id != track.id)
        if not any(key is not None and covers(key.box, here.box) for key in there):
            clues = {why: 1.0, "fast": _pace(plan, track, at)}
            clues |= _there(plan, beyond, here.box, track.target)
            yield Place(beyond, why, track.id, at, here.box, clues)


def _guesses(plan: Plan, track: Track) -> Iterator[Place]:
    for start, end, state in state_runs(track.first, track.last, track.keyframes):
        if state in GUESSED_STATES and end - start >= LONG_STRETCH_FRAMES:
            middle = (start + end) // 2
            here = track.at(middle)
            assert here is not None
            pace = _pace(plan, track, middle)
            clues = {"guessed": 1.0, "fast": pace}
            clues |= _there(plan, middle, here.box, track.target)
            yield Place(middle, "guessed", track.id, middle, here.box, clues)


def _there(plan: Plan, frame: int, box: Box, target: Target) -> dict[str, float]:
    """Clues about a place that is not that of a body."""
    people = [] if target is Target.PLATE else plan.people_at(frame)
    heads = (head_of(body) for body in people)
    near = any(same_head(head, box) for head in heads)
    return {"border": _border(plan, box), "on_body": float(near)}


def same_head(one: Box, other: Box) -> bool:
    """Whether two places at one time are probably the head, or face, of one person."""
    return _apart(one, other) <= FARTHEST_FROM_HEAD * max(one.height, other.height)


def _border(plan: Plan, box: Box) -> float:
    return float(at_border(box, plan.source.width, plan.source.height))


def _pace(plan: Plan, track: Track, frame: int) -> float:
    """Speed of a mask around a frame: log(1 + its own sizes a second)."""
    a, b = max(track.first, frame - 3), min(track.last, frame + 3)
    one, other = track.at(a), track.at(b)
    seconds = plan.seconds(min(b, len(plan.source.timeline) - 1)) - plan.seconds(a)
    if one is None or other is None or seconds <= 0:
        return 0.0
    x, y = (abs(one.box[i] + one.box[i + 2] - other.box[i] - other.box[i + 2]) / 2 for i in (0, 1))
    size = max(one.box.height, other.box.height, 1.0)
    return log1p(min(max(x, y) / size / seconds, 20.0))


def covers(mask: Box, box: Box) -> bool:
    """Whether a mask covers enough of a place (`HIDDEN_SHARE`)."""
    return mask.common(box) >= HIDDEN_SHARE * box.area


def at_border(box: Box, width: int, height: int) -> bool:
    """Whether a box touches the border of the picture."""
    x, y = AT_BORDER * box.width, AT_BORDER * box.height
    return box.x1 < x or box.y1 < y or box.x2 > width - x or box.y2 > height - y
