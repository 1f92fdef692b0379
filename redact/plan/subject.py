"""Subjects: which tracks are one person, plate or thing, and the decision about it.

Decisions belong to subjects. The decision in a plan's track is always derived from its subject
(`reconciled`), so that commands, the page, programs and the record agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, Final

from msgspec import Meta

from ..types import UNDECIDED, Action, Decided, Positive, Track, UtcOrNone, Value


class Decision(StrEnum):
    """A person's decision about a subject."""

    NONE = ""
    """Nobody has decided yet: it is hidden by rule."""
    HIDE = "hide"
    KEEP = "keep"
    FALSE_ALARM = "false alarm"
    """It is not a face or plate, so it has no mask and the picture stays as it was."""
    CUT_OFF = "cut off"
    """A person removed the mask there without saying what it is."""

    @property
    def action(self) -> Action:
        """The action for the tracks of such a subject."""
        return _ACTIONS[self]

    @classmethod
    def of(cls, action: Action) -> Decision:
        """The decision to do that with a subject."""
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
        tracks: numbers, ascending, at least one.
        decision: of a person, about all of them.
        name: given by a person; "" to use its number.
        reason, decided_by, decided_at: see `Decided`; "" if unknown. Reason and code may be given
            before a decision.
        bodies: numbers, ascending, of the plan's bodies that are surely its own: of the person, or
            of the vehicle that bears the plate.
        code: of the rule that the decision rests on.
    """

    tracks: Annotated[tuple[Positive, ...], Meta(min_length=1)]
    decision: Decision = Decision.NONE
    name: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: UtcOrNone = ""
    bodies: tuple[Positive, ...] = ()
    code: str = ""

    @property
    def by_person(self) -> bool:
        """Whether a person decided about it, even to hide it."""
        return self.decision is not Decision.NONE

    @property
    def said(self) -> Decided:
        """Why, by whom and when it was decided."""
        return Decided(self.reason, self.decided_by, self.decided_at, self.code)

    def saying(self, decision: Decision, said: Decided) -> Subject:
        """The subject with another decision."""
        return self.but(decision=decision, **_as_fields(said))

    @property
    def track_decision(self) -> TrackDecision:
        """The decision as its tracks store it."""
        return self.decision.action, self.said


TrackDecision = tuple[Action, Decided]


def _as_fields(said: Decided) -> dict[str, Any]:
    """A decision by the fields of a subject or track."""
    return dict(zip(("reason", "decided_by", "decided_at", "code"), said, strict=True))


def reconciled(
    subjects: Iterable[Subject], tracks: Sequence[Track]
) -> tuple[tuple[Subject, ...], tuple[Track, ...]]:
    """Make subjects and tracks consistent: subjects in order of their first track, and tracks with
    the decisions of their subjects. A track with a decision but without a subject becomes a subject
    of its own; missing tracks are dropped from subjects.

    Raises:
        ValueError: a track has another decision than its subject: somebody tried to change the
            decision in the track, which would be undone.
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
    """The subject without missing tracks, in a tuple; an empty tuple if all are missing."""
    left = tuple(number for number in subject.tracks if number in there)
    if len(left) == len(subject.tracks):
        return (subject,)
    return (subject.but(tracks=left),) if left else ()


def in_order(subjects: Iterable[Subject]) -> tuple[Subject, ...]:
    """The subjects in order of their first track's number."""
    return tuple(sorted(subjects, key=lambda s: s.tracks[0]))


def undecided(track: Track) -> Track:
    """The track without decision and confirmations."""
    return replace(without_decision(track), confirmed=())


def without_decision(track: Track) -> Track:
    """The track without the decision of its subject."""
    if decision_of(track) == _NOTHING:
        return track
    return replace(track, action=Action.REDACT, **_as_fields(UNDECIDED))


def _said_by(track: Track) -> Subject | None:
    """A subject for a track alone, if the track has a decision or a reason."""
    decision, (_, said) = Decision.of(track.action), decision_of(track)
    if decision is Decision.HIDE and not (said.by or said.at):
        if not (said.reason or said.code):
            return None
        decision = Decision.NONE
    return Subject((track.id,)).saying(decision, said)


def decision_of(track: Track) -> TrackDecision:
    """The decision that a track stores."""
    return track.action, Decided(track.reason, track.decided_by, track.decided_at, track.code)


_NOTHING: Final = (Action.REDACT, UNDECIDED)


def _derived(track: Track, subject: Subject) -> Track:
    if decision_of(track) == subject.track_decision:
        return track
    if decision_of(track) != _NOTHING:
        raise ValueError(f"track {track.id}: what is decided about it is changed in its subject")
    action, said = subject.track_decision
    return replace(track, action=action, **_as_fields(said))
