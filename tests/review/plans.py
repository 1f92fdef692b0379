"""Plans of an invented clip for tests of the page and of editing."""

from __future__ import annotations

from fractions import Fraction

from redact.plan import Plan, SourceRef
from redact.settings import DetectSettings, Sensitivity
from redact.types import Box, Keyframe, State, Target, Timeline, Track

FRAMES = 100


def track(
    number: int, *stretches: tuple[int, int, State, Box], target: Target = Target.FACE
) -> Track:
    """A track with a keyframe in each frame of each stretch (first, last, state, box)."""
    keys = [
        Keyframe(n, box, state, 0.9 if state is State.DETECTED else None)
        for first, last, state, box in stretches
        for n in range(first, last + 1)
    ]
    return Track(number, target, keys)


def plan_of(*tracks: Track, frames: int = FRAMES) -> Plan:
    timeline = Timeline(Fraction(1, 25), tuple(range(frames)))
    source = SourceRef("clip.mp4", "0" * 64, 1000, 640, 360, timeline)
    settings = DetectSettings((Target.FACE, Target.PLATE), Sensitivity.BALANCED)
    return Plan(source, settings, tracks)


HERE, BESIDE, AWAY = Box(100, 100, 150, 160), Box(104, 102, 154, 162), Box(300, 100, 350, 160)


def three() -> Plan:
    """Two faces and a plate."""
    return plan_of(
        track(1, (0, 60, State.DETECTED, HERE)),
        track(2, (10, 80, State.DETECTED, AWAY)),
        track(3, (0, 99, State.DETECTED, Box(200, 300, 260, 320)), target=Target.PLATE),
    )


def halves() -> Plan:
    """The same, but the second face appears only after the first: they may be one person."""
    return three().with_track(track(2, (61, 80, State.DETECTED, AWAY)))
