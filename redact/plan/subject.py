"""Subjects: which tracks are one person, plate or thing, and what was decided about it.

Subjects decide, and tracks derive: whatever a track of a plan says of a decision was filled in from
its subject (`settled`), so that a command, the page, a program and the record read the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from ..types import Action, Positive, Track, UtcOrNone, Value


class Decision(StrEnum):
    """A person's decision about a subject."""

    NONE = ""
    """Nobody decided yet: it is hidden by rule."""
    HIDE = "hide"
    KEEP = "keep"
    FALSE_ALARM = "false alarm"
    """It is no face and no plate: it has no mask, so that the picture stays as it was."""
    CUT_OFF = "cut off"
    """A person took the mask away there, and said nothing of what it is."""

    @property
    def action(self) -> Action:
        """What is done with the tracks of such a subject."""
        return _ACTIONS[self]

    @classmethod
    def of(cls, action: Action) -> Decision:
        """To do that with a subject."""
        return _DECISIONS[action]


_ACTIONS: Final = {
    Decision.NONE: Action.REDACT,
    Decision.HIDE: Action.REDACT,
    Decision.KEEP: Action.KEEP,
    Decision.FALSE_ALARM: Action.FALSE_ALARM,
    Decision.CUT_OFF: Action.CUT_OFF,
}
_DECISIONS: Final = {action: decision for decision, action in _ACTIONS.items()}


class Subject(Value, frozen=True):
    """Tracks of one person, vehicle, plate or thing.

    Attributes:
        tracks: their numbers, rising, at least one.
        decision: what a person decided about all of them.
        name: what a person calls it, "" for its number.
        reason, decided_by, decided_at: why, who and when (UTC); "" where nobody says. A reason may
            be given before anybody decides.
        bodies: numbers of the plan's bodies that are surely its own, rising: a person's, or the
            vehicle's that bears a plate. None where none was seen.
    """

    tracks: Annotated[tuple[Positive, ...], Meta(min_length=1)]
    decision: Decision = Decision.NONE
    name: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: UtcOrNone = ""
    bodies: tuple[Positive, ...] = ()

    @property
    def by_person(self) -> bool:
        """Whether a person decided about it, even if the decision was to hide it."""
        return self.decision is not Decision.NONE

    @property
    def told(self) -> tuple[Action, str, str, str]:
        """The decision as its tracks record it: action, reason, who, when."""
        return self.decision.action, self.reason, self.decided_by, self.decided_at


def settled(
    subjects: Iterable[Subject], tracks: Sequence[Track]
) -> tuple[tuple[Subject, ...], tuple[Track, ...]]:
    """Subjects in order of their first track, and tracks that say what their subjects decide. A
    track of none of them that says something becomes a subject of its own; tracks that are gone
    leave theirs.

    Raises:
        ValueError: a track says something else than its subject. Whoever meant to change a decision
            so would see it undone.
    """
    there = {track.id for track in tracks}
    known = tuple(only for subject in subjects for only in _of_those(subject, there))
    listed = {number for subject in known for number in subject.tracks}
    found = (_said_by(track) for track in tracks if track.id not in listed)
    known = in_order((*known, *(subject for subject in found if subject is not None)))
    of = {number: subject for subject in known for number in subject.tracks}
    derived = (_derived(track, of[track.id]) if track.id in of else track for track in tracks)
    return known, tuple(derived)


def _of_those(subject: Subject, there: set[int]) -> tuple[Subject, ...]:
    """The subject with those of its tracks that are there, none if there is none of them."""
    left = tuple(number for number in subject.tracks if number in there)
    if len(left) == len(subject.tracks):
        return (subject,)
    return (subject.but(tracks=left),) if left else ()


def in_order(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """In order of their first track's number."""
    return tuple(sorted(subjects, key=lambda s: s.tracks[0]))


def undecided(track: Track) -> Track:
    """The same track of an undecided subject."""
    return replace(without_decision(track), confirmed=())


def without_decision(track: Track) -> Track:
    """The same track before it is filled in what its subject says."""
    if decision_of(track) == _NOTHING:
        return track
    return replace(track, action=Action.REDACT, reason="", decided_by="", decided_at="")


def _said_by(track: Track) -> Subject | None:
    """A track as a subject of its own, if it says anything of a decision."""
    by, at = track.decided_by, track.decided_at
    decision = Decision.of(track.action)
    if decision is Decision.HIDE and not (by or at):
        if not track.reason:
            return None
        decision = Decision.NONE
    return Subject((track.id,), decision, "", track.reason, by, at)


def decision_of(track: Track) -> tuple[Action, str, str, str]:
    """All that a track says of a decision."""
    return track.action, track.reason, track.decided_by, track.decided_at


_NOTHING: Final = (Action.REDACT, "", "", "")


def _derived(track: Track, subject: Subject) -> Track:
    if decision_of(track) == subject.told:
        return track
    if decision_of(track) != _NOTHING:
        raise ValueError(f"track {track.id}: what is decided about it is changed in its subject")
    action, reason, by, at = subject.told
    return replace(track, action=action, reason=reason, decided_by=by, decided_at=at)
