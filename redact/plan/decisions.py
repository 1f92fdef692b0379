"""Decides about subjects: functions from plan to plan, for commands, the page and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from ..errors import PlanError
from ..types import SURE, UNDECIDED, Action, Confirmed, Decided, Keyframe, Track
from ..words import problem
from .plan import Plan
from .same_subject import all_subjects, with_all_subjects
from .subject import Decision, Subject


def decide(
    plan: Plan,
    ids: Iterable[int],
    decision: Decision,
    decided: Decided = UNDECIDED,
    *,
    looked_at_all: bool = False,
) -> Plan:
    """Decide about subjects. If the decision changes, what a person confirmed for the earlier one
    is cleared.

    Args:
        plan: before.
        ids: of tracks; each stands for its whole subject.
        decision: `Decision.NONE` takes back the decision and its reason.
        decided: why, by whom and when.
        looked_at_all: the person has viewed all pictures of these subjects, and each shows the same
            person or thing throughout.

    Raises:
        PlanError: there is no track with such a number.
    """

    def of(subject: Subject) -> tuple[Decision, Decided]:
        if decision is Decision.NONE:
            return decision, UNDECIDED
        before = subject.code if subject.decision is Decision.NONE else ""
        return decision, decided._replace(code=decided.code or before)

    return _changed(plan, ids, of, looked_at_all)


def change(
    plan: Plan,
    ids: Iterable[int],
    decision: Decision | None = None,
    *,
    reason: str | None = None,
    by: str | None = None,
    at: str = "",
    code: str | None = None,
    looked_at_all: bool = False,
) -> Plan:
    """Change parts of the decisions about subjects; None leaves a part as it is. An undecided
    subject becomes hidden by decision.

    If the decision itself changes, the earlier reason, name, time and code no longer apply, so
    those not given are cleared.

    Args:
        plan, ids, looked_at_all: see `decide`.
        decision, reason, by, at, code: what is decided, and see `Decided`; an `at` of "": unknown.

    Raises:
        PlanError: there is no track with such a number.
    """

    def of(subject: Subject) -> tuple[Decision, Decided]:
        before = subject.decision
        now = decision or (Decision.HIDE if before is Decision.NONE else before)
        same = now.action is before.action
        kept = subject.said if same else UNDECIDED
        given = {"reason": reason, "by": by, "at": at or None, "code": code}
        return now, kept._replace(**{name: v for name, v in given.items() if v is not None})

    return _changed(plan, ids, of, looked_at_all)


def give_reason(plan: Plan, ids: Iterable[int], decided: Decided) -> Plan:
    """Set reason and code of the decisions about subjects. An undecided subject stays undecided,
    and they will belong to its next decision. Raises PlanError as `decide` does."""

    def of(subject: Subject) -> tuple[Decision, Decided]:
        old = subject.said
        kept = "" if old.code == old.reason else old.code  # a reason that is a code takes it along
        new = decided._replace(code=decided.code or kept)
        if (old.reason, old.code) == (new.reason, new.code):
            return subject.decision, old
        if subject.decision is Decision.NONE:
            return subject.decision, Decided(new.reason, code=new.code)
        return subject.decision, new._replace(by=new.by or old.by)

    return _changed(plan, ids, of)


def tracks_decided_with(plan: Plan, ids: Iterable[int]) -> list[int]:
    """Numbers, ascending, of the other tracks that belong to the same subjects: a decision about
    one track holds for all of them."""
    named = set(ids)
    subjects = [set(s.tracks) for s in all_subjects(plan)]
    return sorted({n for tracks in subjects if tracks & named for n in tracks - named})


_PICTURES: Final = 3
"""Number of pictures of a track on the page: the surest of each third of it."""


def sure_alarms(plan: Plan, ids: Iterable[int]) -> list[Track]:
    """Tracks of these subjects of which the networks were sure, without those that a person has
    already called a false alarm after viewing their pictures."""
    wanted = set(ids)
    numbers = {n for s in all_subjects(plan) if wanted & set(s.tracks) for n in s.tracks}
    return [t for t in plan.tracks if t.id in numbers and is_sure(t) and not _confirmed_alarm(t)]


def is_sure(track: Track) -> bool:
    """Whether the networks were sure that a track is its target."""
    return track.certainty is not None and track.certainty >= SURE


def surest_frames(track: Track) -> list[int]:
    """Indices, ascending, of the frames with the highest score in each third of a track."""
    length = track.last - track.first + 1
    best: dict[int, Keyframe] = {}
    for key in track.keyframes:
        part = _PICTURES * (key.frame - track.first) // length
        if (key.score or 0.0) > (best[part].score or 0.0 if part in best else 0.0):
            best[part] = key
    return sorted(key.frame for key in best.values()) or [track.best.frame]


def _confirmed_alarm(track: Track) -> bool:
    return track.action is Action.FALSE_ALARM and any(said.same for said in track.confirmed)


def _changed(
    plan: Plan,
    ids: Iterable[int],
    of: Callable[[Subject], tuple[Decision, Decided]],
    looked_at_all: bool = False,
) -> Plan:
    """The plan with the decisions that `of` returns for the subjects of the tracks."""
    wanted = set(ids)
    for number in sorted(wanted - {track.id for track in plan.tracks}):
        raise problem(PlanError, "no_track", number=number)
    before = with_all_subjects(plan)
    subjects, unchanged = list[Subject](), dict[int, bool]()
    for subject in before.subjects:
        if wanted & set(subject.tracks):
            decision, said = of(subject)
            unchanged |= dict.fromkeys(subject.tracks, decision is subject.decision)
            subject = subject.saying(decision, said)
        subjects.append(subject)
    tracks = [
        track if unchanged.get(track.id, True) else replace(track, confirmed=())
        for track in before.tracks
    ]
    after = before.with_subjects(subjects, tracks)
    if not looked_at_all:
        return after
    whole = (_looked_at(track) if track.id in unchanged else track for track in after.tracks)
    return replace(after, tracks=tuple(whole))


def _looked_at(track: Track) -> Track:
    """The track, confirmed from start to end by the person who decided."""
    said = Confirmed(track.first, track.last, True, track.decided_by, track.decided_at)
    return replace(track, confirmed=(said,))
