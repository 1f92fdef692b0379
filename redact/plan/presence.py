"""In which pictures somebody is, be it that only his body is seen: what page, record and report say
of a subject, and of whom nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..types import Body, Runs, State, Track, runs_of
from .plan import Plan
from .subject import Subject

SURELY_SOMEBODY: Final = 0.5
"""Score of a body's surest look from which somebody is there, or a vehicle."""


SOMEBODY: Final = ("person", "vehicle")
"""Kinds of subjects that are known by their bodies."""


class Presence(NamedTuple):
    """Where a subject is.

    Attributes:
        kind: one of `SOMEBODY` where a body of it is known; else the word of its target.
        tracks: frames in which its face, head or plate is, or what else its tracks are.
        body: frames in which only its body is seen: who is turned away, say.
    """

    kind: str
    tracks: Runs
    body: Runs


def presence(plan: Plan, subject: Subject) -> Presence:
    """Where a subject of a plan is."""
    chosen = set(subject.tracks)
    tracks = [track for track in plan.tracks if track.id in chosen]
    bodies = [plan.bodies[number - 1] for number in subject.bodies]
    there = {n for track in tracks for n in range(track.first, track.last + 1)}
    seen = {n for body in bodies for n in range(body.first, body.last + 1)}
    kind = tracks[0].target.word
    if bodies:
        kind = SOMEBODY[bodies[0].vehicle]
    return Presence(kind, runs_of(sorted(there)), runs_of(sorted(seen - there)))


def lies_on(track: Track, body: Body) -> bool:
    """Whether a track was detected in some look that saw a body, with its middle on it."""
    for look in body.looks:
        key = track.at(look.frame)
        if key is not None and key.state is State.DETECTED:
            x, y = key.box.centre
            if look.box.x1 <= x <= look.box.x2 and look.box.y1 <= y <= look.box.y2:
                return True
    return False


def unhidden(plan: Plan) -> Iterator[tuple[int, Body]]:
    """Number and body of each person of whom nothing is known to be hidden: no subject's."""
    known = {number for subject in plan.subjects for number in subject.bodies}
    for number, body in enumerate(plan.bodies, 1):
        if number not in known and not body.vehicle and body.score >= SURELY_SOMEBODY:
            yield number, body
