"""Risky moments: what a person who looks at one sees marked."""

from __future__ import annotations

from dataclasses import replace

from lab.moments import looks_of
from redact.types import Body, Box, Keyframe, Keyframes, State
from tests.review.plans import plan_of, track

STANDING = [Box(left, 95, left + 60, 345) for left in range(0, 400, 70)]


def test_of_people_of_whom_nothing_is_hidden_the_heads_are_marked() -> None:
    keys = [[Keyframe(n, box, State.DETECTED, 0.9) for n in (70, 80, 90)] for box in STANDING]
    bodies = tuple(Body(False, Keyframes(one)) for one in keys)
    far = track(1, (0, 5, State.DETECTED, Box(600, 0, 620, 20)))
    looks = looks_of(replace(plan_of(far), bodies=bodies), "clip")
    places = [look.place for look in looks if look.place is not None]
    assert places and all(any(b.common(p) > 0.5 * p.area for b in STANDING) for p in places)
