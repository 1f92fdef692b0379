"""Moments of a video that a person should look at: those at which somebody is probably enough
unmasked, the most probable first. An empty list is a good list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..detection import load_calibration
from ..plan import Decision, Plan, all_subjects, answered_here
from ..types import Box, Origin, State, Track, frames_in
from .places import Place, all_places, covers, places_of_clip, same_head
from .probability import BY_RULE, Weights, chance_of

SECONDS_BETWEEN_MOMENTS: Final = 1.0
"""Shortest time between two moments: a person who looks at one also sees what is closer to it."""

WORTH_A_LOOK: Final = 0.1
"""Probability from which a moment is worth a look: one in ten. On footage of three sets, clips in
which nothing is open then have 3.2 moments a minute; with .08 they have 6.0 (`lab/README.md`,
"Risky moments")."""

SECONDS_SEEN_AROUND: Final = SECONDS_BETWEEN_MOMENTS / 2
"""Seconds before and after a moment that its viewer also sees: the page shows the whole picture,
and a person steps or plays a little back and forth."""

MOST_TOLD: Final = 10
"""Most places that are told: whoever reads a list reads its beginning."""

LIKELY: Final = 0.2
"""Probability from which a run ends with saying that somebody may be open: one in five."""

UNHIDDEN: Final = ("body", "doubted", "rider")
"""Kinds of places without any mask. One of them is seldom worth a look, but one look shows all
that are in the picture at once."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame worth a look.

    Attributes:
        frame: to look at.
        why: finding, drawn, visible, doubted, body, rider or damaged.
        track: see `Place.track`.
        shown: frame in which that track has a box, for its picture.
        chance: probability that somebody is unmasked there.
        box: the place, upright source pixels; None for the whole picture.
        on_body: whether it is a doubt about a face on somebody's body.
        beside: other moments within a second, which one sees along with it, most probable first.
    """

    frame: int
    why: str
    track: int
    shown: int
    chance: float
    box: Box | None = None
    on_body: bool = False
    beside: tuple[Moment, ...] = ()

    @property
    def sentence(self) -> str:
        """Key of the sentence that tells the viewer what to look for."""
        return f"{self.why}.on_body" if self.on_body else self.why


def risky_moments(plan: Plan, moments: Iterable[Moment]) -> list[Moment]:
    """The moments worth a look, the most probable first, at most one a second besides those of
    drawn masks.

    A moment is worth a look by itself, or together with other unhidden ones that the same look
    shows.

    Args:
        plan: with the findings of an audit.
        moments: see `clip_moments` and `subject_moments`, in any order.
    """
    if not plan.source.timeline:
        return []
    every = [m for m in (*_findings(plan), *moments) if not _is_hidden_now(plan, m)]
    every.sort(key=lambda m: (-m.chance, m.frame, m.track))
    chosen, left = _Chosen(plan), list[Moment]()
    for moment in every:
        if moment.chance < WORTH_A_LOOK:
            left += [moment] if moment.why in UNHIDDEN else []
        # Each drawn mask is a moment of its own: masks of one scene end together, and any of them
        # may have drifted.
        elif moment.why == "drawn" or not chosen.with_one_near(moment):
            chosen.add(moment)
    left = _one_for_each(plan, left)
    times = np.array([plan.seconds(m.frame) for m in left])
    for total, n in _together(times, left):
        if not chosen.with_one_near(left[n]) and total >= WORTH_A_LOOK:
            chosen.add(left[n])
    return sorted(chosen.moments, key=lambda m: (-m.chance, m.frame, m.track))


def moments_worth_a_look(plan: Plan, weights: Weights | None = None) -> list[Moment]:
    """`risky_moments` of a whole plan, by its present decisions.

    Args:
        weights: those of the installed models if None.
    """
    tracks = {track.id: track for track in plan.tracks}
    moments = clip_moments(plan, weights)
    for subject in all_subjects(plan):
        own = [tracks[number] for number in subject.tracks]
        visible = [(track.id, span) for track in own for span in plan.shown_spans(track)]
        moments += subject_moments(subject.decision, own, visible)
    return risky_moments(plan, moments)


def told(plan: Plan) -> list[Moment]:
    """The one list of places where somebody may be open that is printed after a run, shown by `plan
    show`, and stored in the record: the first of `moments_worth_a_look`."""
    return moments_worth_a_look(plan)[:MOST_TOLD]


class _Chosen:
    """The moments chosen so far, each with those that the same look shows."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_second: dict[int, list[int]] = {}
        self.moments: list[Moment] = []

    def add(self, moment: Moment) -> None:
        second = int(self._plan.seconds(moment.frame) / SECONDS_BETWEEN_MOMENTS)
        self._by_second.setdefault(second, []).append(len(self.moments))
        self.moments.append(moment)

    def with_one_near(self, moment: Moment) -> bool:
        """Add a moment to the nearest chosen one; False if none is near."""
        time = self._plan.seconds(moment.frame)
        second = int(time / SECONDS_BETWEEN_MOMENTS)
        near = {
            n: apart
            for s in (second - 1, second, second + 1)
            for n in self._by_second.get(s, ())
            if (apart := abs(self._plan.seconds(self.moments[n].frame) - time))
            < SECONDS_BETWEEN_MOMENTS
        }
        if not near:
            return False
        at = min(near, key=lambda n: near[n])
        one = self.moments[at]
        both = 1 - (1 - one.chance) * (1 - moment.chance)
        self.moments[at] = replace(one, chance=both, beside=(*one.beside, moment))
        return True


def _together(times: NDArray[np.float64], moments: Sequence[Moment]) -> list[tuple[float, int]]:
    """For each moment, the probability that somebody is unmasked at any of the moments that the
    same look shows, and its index; the most probable first."""
    order = np.argsort(times, kind="stable")
    rising = times[order]
    found = list[tuple[float, int]]()
    for n, time in enumerate(times):
        low, high = np.searchsorted(
            rising, [time - SECONDS_SEEN_AROUND, time + SECONDS_SEEN_AROUND + 1e-9]
        )
        shown = (moments[i].chance for i in order[low:high])
        found.append((1 - prod(1 - chance for chance in shown), n))
    return sorted(found, key=lambda one: (-one[0], one[1]))


def _one_for_each(plan: Plan, moments: Sequence[Moment]) -> list[Moment]:
    """Of moments within a second that mark one person, only the surest: a doubt about a face and
    the body without a mask below it are one person.

    Args:
        moments: the most probable first.
    """
    kept, by_second = list[Moment](), defaultdict[int, list[tuple[float, Moment]]](list)
    for moment in moments:
        time = plan.seconds(moment.frame)
        second = int(time / SECONDS_BETWEEN_MOMENTS)
        near = (
            other
            for s in (second - 1, second, second + 1)
            for at, other in by_second.get(s, ())
            if abs(at - time) <= SECONDS_BETWEEN_MOMENTS
        )
        if not any(_marks_same(other, moment) for other in near):
            kept.append(moment)
            by_second[second].append((time, moment))
    return kept


def _marks_same(one: Moment, other: Moment) -> bool:
    if (one.why, one.track) == (other.why, other.track):
        return True
    return one.box is not None and other.box is not None and same_head(one.box, other.box)


def rated_places(plan: Plan, weights: Weights | None = None) -> list[tuple[float, Place]]:
    """Every place of a plan at which somebody may be unmasked, and its probability, the most
    probable first.

    Args:
        weights: those of the installed models if None.
    """
    weights = load_calibration().risk if weights is None else weights
    rated = [(chance_of(place, weights), place) for place in all_places(plan)]
    return sorted(rated, key=lambda r: (-r[0], r[1].frame, r[1].track))


def clip_moments(plan: Plan, weights: Weights | None = None) -> list[Moment]:
    """Moments that belong to no track: doubts, bodies, riders and damage.

    Args:
        weights: those of the installed models if None.
    """
    weights = load_calibration().risk if weights is None else weights
    return [
        Moment(
            place.frame,
            place.why,
            place.track,
            place.shown,
            chance_of(place, weights),
            place.box,
            place.why == "doubted" and bool(place.clues["on_body"]),
        )
        for place in places_of_clip(plan)
    ]


def _findings(plan: Plan) -> Iterator[Moment]:
    for f in plan.review.findings if plan.review else ():
        if not answered_here(plan, f):
            middle = (f.first + f.last) // 2
            yield Moment(middle, "finding", f.track or 0, middle, BY_RULE["finding"])


def _is_hidden_now(plan: Plan, moment: Moment) -> bool:
    """Whether a mask has since been added where the search left none."""
    box = moment.box
    if moment.track >= 0 or box is None:
        return False
    return any(covers(region.box, box) for region in plan.regions_at(moment.frame))


def subject_moments(
    decision: Decision,
    tracks: Iterable[Track],
    visible: Iterable[tuple[int, tuple[int, int]]],
) -> list[Moment]:
    """Moments of a subject, by its decision. A subject without masks has none.

    While it is hidden, these are the frames in which a mask that was followed from one drawn box
    may have drifted. Where other masks begin and end, nobody is as probably open as
    `WORTH_A_LOOK`.

    Args:
        decision: about the subject.
        tracks: of the subject.
        visible: (track, (first, last)) of each span of frames in which it is visible by decision.
    """
    if decision.action.unmasked:
        return []
    if decision is not Decision.KEEP:
        return [
            Moment(end, "drawn", track.id, end, BY_RULE["drawn"], key.box)
            for track in tracks
            for end in sorted(follows_to(track))
            if (key := track.at(end)) is not None
        ]
    # Where somebody may be seen, a missing mask is no leak.
    spans = list(visible)
    return [
        Moment(frame, "visible", track.id, frame, BY_RULE["visible"], key.box)
        for track in tracks
        for frame in _to_be_sure(track, [span for number, span in spans if number == track.id])
        if (key := track.at(frame)) is not None
    ]


def _to_be_sure(track: Track, visible: Sequence[tuple[int, int]]) -> list[int]:
    """Frames of a visible track at which to ask whether it is still on the same subject: the first
    and the last, or one of somebody who stays in one place. What a person has confirmed is not
    asked again."""
    seen = [
        n for n in frames_in(visible) if (said := track.confirmed_at(n)) is None or not said.same
    ]
    ends = list(dict.fromkeys((seen[0], seen[-1]))) if seen else []
    return ends[-1:] if len(ends) == 2 and _stays(track, *ends) else ends


def _stays(track: Track, one: int, other: int) -> bool:
    """Whether a track is in the same place in two frames."""
    here, there = track.at(one), track.at(other)
    return here is not None and there is not None and here.box.lies_on(there.box)


def follows_to(track: Track) -> set[int]:
    """Frames at which to check a track that was followed from one drawn box: its ends, where the
    mask is farthest off if it drifted, and where the object was found again. Empty for any other
    track."""
    if track.origin is not Origin.MANUAL:
        return set()
    set_by_hand = [key.frame for key in track.keyframes if key.state is State.MANUAL]
    followed = any(key.state is State.FOLLOWED for key in track.keyframes)
    if not followed or len(set_by_hand) != 1:
        return set()
    states = [(key.frame, key.state) for key in track.keyframes]
    sides = {State.FOLLOWED, State.INTERPOLATED}
    # Found again after it was covered: either side of the gap, for it may have been followed
    # backwards.
    again = {
        a[0] if a[1] is State.FOLLOWED else b[0]
        for a, b in pairwise(states)
        if {a[1], b[1]} == sides
    }
    return ({track.first, track.last} | again) - set(set_by_hand)
