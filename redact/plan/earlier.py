"""Plans in the format of earlier versions, in which every track told a decision of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from msgspec import Meta, structs

from ..settings import OptionalNetwork
from ..types import Action, UtcOrNone
from .file_fields import PLAN_FORMAT_VERSION, PlanRecord, SettingsRecord, TrackRecord
from .subject import Decision, Subject, in_order

CUT_OFF: Final = "cut off by hand"
"""Reason of a false alarm that was none, but a part that a person cut off."""


class EarlierTrack(TrackRecord, frozen=True, kw_only=True):
    action: Action
    reason: str
    decided_by: str
    decided_at: UtcOrNone = ""

    @property
    def cut_off(self) -> bool:
        return self.action is Action.FALSE_ALARM and self.reason == CUT_OFF

    @property
    def said(self) -> bool:
        """Whether somebody decided about it, or gave a reason."""
        told = self.reason or self.decided_by or self.decided_at
        return self.action is not Action.REDACT or bool(told)


class EarlierSettings(SettingsRecord, frozen=True, kw_only=True):
    centerface: bool = True


class EarlierPlan(PlanRecord, frozen=True, kw_only=True):
    format_version: Annotated[int, Meta(ge=1, le=1)]
    settings: EarlierSettings
    tracks: tuple[EarlierTrack, ...]


def converted(record: EarlierPlan) -> PlanRecord:
    """In today's format. A subject whose tracks were decided in different ways becomes several, so
    that each track stays hidden, or shown, by whoever said so."""
    listed = {number for subject in record.subjects for number in subject.tracks}
    # A track that the file does not have is told where all subjects are checked.
    by_number = {track.id: track for track in record.tracks}
    subjects = [
        part
        for subject in record.subjects
        for part in _parts(subject, [by_number[n] for n in subject.tracks if n in by_number])
    ]
    for track in record.tracks:
        if track.id not in listed and track.said:
            subjects += _parts(Subject((track.id,)), [track])
    names = TrackRecord.__struct_fields__
    tracks = (TrackRecord(**{n: getattr(track, n) for n in names}) for track in record.tracks)
    told = {n: getattr(record, n) for n in PlanRecord.__struct_fields__}
    asked = {n: getattr(record.settings, n) for n in SettingsRecord.__struct_fields__}
    if not record.settings.centerface:
        asked["without"] = (OptionalNetwork.CENTERFACE,)
    told["settings"] = SettingsRecord(**asked)
    told |= {"format_version": PLAN_FORMAT_VERSION, "subjects": in_order(subjects)}
    return PlanRecord(**told | {"tracks": tuple(tracks)})


def _parts(subject: Subject, tracks: Sequence[EarlierTrack]) -> Iterator[Subject]:
    """The subject, once for each decision about its tracks."""
    if len(tracks) < len(subject.tracks):
        yield subject
        return
    by_decision: dict[Decision, list[EarlierTrack]] = {}
    for track in tracks:
        by_decision.setdefault(_decision(track, subject.decision), []).append(track)
    for decision, alike in by_decision.items():
        reasons = dict.fromkeys(t.reason for t in alike if t.reason and not t.cut_off)
        names = dict.fromkeys(t.decided_by for t in alike if t.decided_by)
        yield structs.replace(
            subject,
            tracks=tuple(sorted(t.id for t in alike)),
            decision=decision,
            reason="; ".join(reasons),
            decided_by=", ".join(names),
            decided_at=max(t.decided_at for t in alike),
        )


def _decision(track: EarlierTrack, of_subject: Decision) -> Decision:
    if track.cut_off:
        return Decision.CUT_OFF
    decided = of_subject is not Decision.NONE or track.decided_by or track.decided_at
    if track.action is Action.REDACT and not decided:
        return Decision.NONE
    return Decision.of(track.action)
