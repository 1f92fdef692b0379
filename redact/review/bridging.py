"""Masks in the gap between two tracks that a person joined: joining alone hides nothing there."""

from __future__ import annotations

from itertools import pairwise

from ..follow_drawn import Frames, GoOn, follow
from ..mask_size import unseen
from ..plan import Plan
from ..risk import Gap
from ..types import Keyframe, State, Track


def held_across(plan: Plan, before: Keyframe, after: Keyframe) -> tuple[Keyframe, ...]:
    """The mask between two sightings, moving from one place to the other, a little larger.

    At a cut it jumps. Its state is "in between", which counts as a guess: a decision to show
    somebody never uncovers it.
    """
    first, last = before.frame + 1, after.frame - 1
    left, right = unseen(before.box), unseen(after.box)
    boxes = {first: left, last: right} if first < last else {first: left.union(right)}
    cut = next((c for c in plan.cuts if first <= c <= last + 1), None)
    if cut is not None:
        boxes = {n: left if n < cut else right for n in (first, cut - 1, cut, last)}
        boxes = {n: box for n, box in boxes.items() if first <= n <= last}
    return tuple(Keyframe(n, boxes[n], State.INTERPOLATED) for n in sorted(boxes))


def followed_across(
    frames: Frames, plan: Plan, before: Track, after: Track, gap: Gap, go_on: GoOn
) -> tuple[Keyframe, ...]:
    """The mask followed by the pixel tracker from both ends to the middle, and held where that
    does not reach.

    Args:
        frames, plan: of the source.
        before, after, gap: see `gaps_of`.
        go_on: as in `follow`.
    """
    left, right = before.keyframes[-1], after.keyframes[0]
    middle = (gap.first + gap.last) // 2

    def until_middle(key: Keyframe) -> bool:
        return go_on(key) and key.frame not in (middle, middle + 1)

    ahead = follow(frames, plan, left.frame, left.box, until_middle, back=False)
    back = follow(frames, plan, right.frame, right.box, until_middle, ahead=False)
    found = {k.frame: k for k in ahead if gap.first <= k.frame <= middle}
    found |= {k.frame: k for k in back if middle < k.frame <= gap.last}
    known = [left, *(found[n] for n in sorted(found)), right]
    for one, other in pairwise(known):
        if other.frame - one.frame > 1:
            found |= {key.frame: key for key in held_across(plan, one, other)}
    return tuple(found[n] for n in sorted(found))
