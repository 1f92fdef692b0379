"""Which moments of a video are worth a person's look: those at which somebody is open with a
probability that makes looking pay, the most probable first. An empty list is a good list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from ..detection import load_calibration
from ..plan import Decision, Plan, answered_here
from ..types import Box, Origin, State, Track
from .places import Place, all_places, covers, places_of_clip, places_of_subject
from .probability import Weights, probability_of, speaks_most

SECONDS_BETWEEN_MOMENTS: Final = 1.0
"""Seconds between two moments, at least: who looks at one has seen what is nearer."""

WORTH_A_LOOK: Final = 0.06
"""Probability from which a look pays: one in sixteen. On dev, in clips in which nothing is open,
2.7 moments a minute are as likely; half as likely are 11 (`lab/README.md`, "Risky moments")."""

FINDING_PROBABILITY, DRAWN_PROBABILITY, KEPT_PROBABILITY = 0.9, 0.2, 0.1
"""Probability that somebody is open at a finding of the audit that nobody has answered; where a
mask ends that follows one box which a person drew; where somebody is visible by decision. No label
tells: judgements, which say in what order these come."""

EXPLAINED: Final = {
    "doubted": ("on_body",),
    "begins": ("on_body",),
    "ends": ("on_body",),
}
"""Clues that have a sentence of their own on the page where they speak for a place most."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame worth a look.

    Attributes:
        frame: to look at.
        why: finding, drawn, visible, or why of the `Place`.
        track: see `Place.track`.
        shown: frame in which that one has a box, for a picture.
        chance: that somebody is open there, 0 to 1.
        box: the place, upright source pixels; None: all of the picture.
        because: the clue that speaks for it most, of those that have a sentence; "": none does.
        beside: other moments that lie within a second and are seen with it, the likeliest first.
    """

    frame: int
    why: str
    track: int
    shown: int
    chance: float
    box: Box | None = None
    because: str = ""
    beside: tuple[Moment, ...] = ()

    @property
    def sentence(self) -> str:
        """Key of the sentence that tells the viewer what to look for."""
        return f"{self.why}.{self.because}" if self.because else self.why


def risky_moments(plan: Plan, moments: Iterable[Moment]) -> list[Moment]:
    """The ranking, the most probable first; at most one a second beside what was drawn, and none
    of which a look does not pay.

    Args:
        plan: with the findings of an audit.
        moments: see `clip_moments` and `subject_moments`, in any order.
    """
    if not plan.source.timeline:
        return []
    every = [m for m in (*_findings(plan), *moments) if m.chance >= WORTH_A_LOOK]
    every = [m for m in every if not _is_hidden_now(plan, m)]
    chosen: list[Moment] = []
    by_second: dict[int, list[int]] = {}
    for moment in sorted(every, key=lambda m: (-m.chance, m.frame, m.track)):
        time = plan.seconds(moment.frame)
        second = int(time / SECONDS_BETWEEN_MOMENTS)
        near = [n for s in (second - 1, second, second + 1) for n in by_second.get(s, ())]
        beside = [
            n for n in near if abs(plan.seconds(chosen[n].frame) - time) < SECONDS_BETWEEN_MOMENTS
        ]
        # What a person drew is asked about for itself: masks of one scene end together, and each
        # may have gone astray.
        if beside and moment.why != "drawn":
            at = min(beside, key=lambda n: abs(chosen[n].frame - moment.frame))
            one = chosen[at]
            both = 1 - (1 - one.chance) * (1 - moment.chance)
            chosen[at] = replace(one, chance=both, beside=(*one.beside, moment))
        else:
            by_second.setdefault(second, []).append(len(chosen))
            chosen.append(moment)
    return sorted(chosen, key=lambda m: (-m.chance, m.frame, m.track))


def rated_places(plan: Plan, weights: Weights | None = None) -> list[tuple[float, Place]]:
    """Every place of a plan at which somebody may be open with its probability, the most probable
    first.

    Args:
        weights: those of the installed models if None.
    """
    weights = load_calibration().risk if weights is None else weights
    rated = [(probability_of(place, weights), place) for place in all_places(plan)]
    return sorted(rated, key=lambda r: (-r[0], r[1].frame, r[1].track))


def clip_moments(plan: Plan, weights: Weights | None = None) -> list[Moment]:
    """Moments worth a look that belong to no track: doubts, bodies, damage and cuts.

    Args:
        weights: those of the installed models if None.
    """
    weights = load_calibration().risk if weights is None else weights
    return [_moment(place, weights) for place in places_of_clip(plan)]


def _findings(plan: Plan) -> Iterator[Moment]:
    for f in plan.review.findings if plan.review else ():
        if not answered_here(plan, f):
            middle = (f.first + f.last) // 2
            yield Moment(middle, "finding", f.track or 0, middle, FINDING_PROBABILITY)


def _is_hidden_now(plan: Plan, moment: Moment) -> bool:
    """Whether a mask lies by now where there was none when the clip was searched."""
    box = moment.box
    if moment.track >= 0 or box is None:
        return False
    return any(covers(region.box, box) for region in plan.regions_at(moment.frame))


def _moment(place: Place, weights: Weights) -> Moment:
    return Moment(
        place.frame,
        place.why,
        place.track,
        place.shown,
        probability_of(place, weights),
        place.box,
        speaks_most(place, weights, EXPLAINED.get(place.why, ())),
    )


def undecided_moments(
    plan: Plan, tracks: Sequence[Track], weights: Weights | None = None
) -> list[Moment]:
    """What is worth a look of a subject that is hidden.

    Args:
        plan: its picture, cuts and other tracks.
        tracks: of the subject.
        weights: those of the installed models if None.
    """
    weights = load_calibration().risk if weights is None else weights
    found = [_moment(place, weights) for place in places_of_subject(plan, tracks)]
    drawn = ((track, end) for track in tracks for end in sorted(follows_to(track)))
    return found + [
        Moment(end, "drawn", track.id, end, DRAWN_PROBABILITY, key.box)
        for track, end in drawn
        if (key := track.at(end)) is not None
    ]


def subject_moments(
    decision: Decision,
    undecided: list[Moment],
    visible: Sequence[tuple[int, tuple[int, int]]],
) -> list[Moment]:
    """What is worth a look of one subject, once its decision is known; nothing of what has no mask.

    Args:
        decision: that holds of the subject.
        undecided: see `undecided_moments`.
        visible: track, and first and last frame of each span in which it is visible by decision.
    """
    if decision.action.unmasked:
        return []
    if decision is not Decision.KEEP:
        return undecided
    # Of somebody who is to be seen, it is no leak where he has no mask.
    return [
        Moment(frame, "visible", track, frame, KEPT_PROBABILITY)
        for track, (first, last) in visible
        for frame in (first, (first + last) // 2, last)
    ]


def follows_to(track: Track) -> set[int]:
    """The ends of a mask that pixels carried on from one box, none of another: if it went astray,
    it is there that it is farthest from its thing; and where that was found again."""
    if track.origin is not Origin.MANUAL:
        return set()
    set_by_hand = [key.frame for key in track.keyframes if key.state is State.MANUAL]
    followed = any(key.state is State.FOLLOWED for key in track.keyframes)
    if not followed or len(set_by_hand) != 1:
        return set()
    states = [(key.frame, key.state) for key in track.keyframes]
    sides = {State.FOLLOWED, State.INTERPOLATED}
    # Where it was covered and found again: on either side, as it may have been followed backwards.
    again = {
        a[0] if a[1] is State.FOLLOWED else b[0]
        for a, b in pairwise(states)
        if {a[1], b[1]} == sides
    }
    return ({track.first, track.last} | again) - set(set_by_hand)
