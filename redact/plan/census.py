"""Counts people, vehicles, texts and areas. Every number of them that redact shows comes from here,
on the page, in the report, the index, the table and the terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..types import Action
from .plan import Plan
from .presence import presence
from .same_subject import all_subjects


class Census(NamedTuple):
    """How many there are, by what was decided; each counts once, however many tracks it has.

    Attributes:
        hidden, kept: kind (person, vehicle, text, area) → number of those that are hidden, and of
            those that a person keeps visible.
        cut_off: parts of masks that a person took off, without saying what is there.
        false_alarms: what a person called a false alarm.
    """

    hidden: dict[str, int]
    kept: dict[str, int]
    cut_off: int
    false_alarms: int


def counted(subjects: Iterable[tuple[str, Action]]) -> Census:
    """The census of subjects, each given by its kind and what is done with it."""
    counts = Counter(subjects)

    def by_kind(wanted: Action) -> dict[str, int]:
        return {kind: n for (kind, action), n in sorted(counts.items()) if action is wanted}

    cut_off, alarms = by_kind(Action.CUT_OFF), by_kind(Action.FALSE_ALARM)
    return Census(
        by_kind(Action.REDACT), by_kind(Action.KEEP), sum(cut_off.values()), sum(alarms.values())
    )


def census(plan: Plan) -> Census:
    """The census of a plan."""
    tracks = {track.id: track for track in plan.tracks}
    return counted(
        (presence(subject, tracks, plan.bodies).kind, subject.decision.action)
        for subject in all_subjects(plan)
    )
