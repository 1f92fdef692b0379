"""Finds the frames in which a subject appears, even if only its body is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..types import Body, Runs, State, Track, runs_of
from .subject import Subject


class Presence(NamedTuple):
    """The frames in which a subject appears.

    Attributes:
        kind: person, vehicle, text or area.
        tracks: spans of frames with its tracks, such as its face, head or plate.
        body: spans of frames with only its body, as of a person who is turned away.
    """

    kind: str
    tracks: Runs
    body: Runs


def presence(subject: Subject, tracks: Mapping[int, Track], bodies: Sequence[Body]) -> Presence:
    """The frames in which a subject appears.

    Args:
        subject: of a plan.
        tracks: of the plan, by number.
        bodies: of the plan.
    """
    parts = [tracks[number] for number in subject.tracks]
    own = [bodies[number - 1] for number in subject.bodies]
    there = {n for track in parts for n in range(track.first, track.last + 1)}
    seen = {n for body in own for n in range(body.first, body.last + 1)}
    kind = ("person", "vehicle")[own[0].vehicle] if own else parts[0].target.spec.subject
    return Presence(kind, runs_of(sorted(there)), runs_of(sorted(seen - there)))


def lies_on(track: Track, body: Body) -> bool:
    """Whether in some frame both a track and a body were detected, with the track's centre on the
    body."""
    for seen in body.keyframes:
        key = track.at(seen.frame)
        if key is not None and key.state is State.DETECTED and seen.box.holds_centre_of(key.box):
            return True
    return False
