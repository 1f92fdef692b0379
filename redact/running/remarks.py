"""What a run tells its user, and the record, about the source and the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ..media import Decode, SourceInfo
from ..messages import Message
from ..plan import DAMAGED, Plan
from ..settings import Audio, EncodeSettings
from ..types import OWN, audited_for
from .journal import Journal


def remark_on_damage(frames: Decode, unchecked: Sequence[int], journal: Journal) -> None:
    for warning in frames.warnings:
        journal.warn(warning)
    if unchecked:
        journal.warn(Message("damaged_unchecked", count=len(unchecked)))


def remark_on_lasting_damage(plan: Plan, journal: Journal) -> None:
    hidden = [t for t in plan.tracks if t.reason == DAMAGED]
    if hidden:
        frames = sum(t.last - t.first + 1 for t in hidden)
        journal.warn(Message("damage_lasts", count=frames, regions=len(hidden)))


def remark_on_run(info: SourceInfo, plan: Plan, encode: EncodeSettings, journal: Journal) -> None:
    for warning in info.warnings:
        journal.warn(warning)
    remark_on_lasting_damage(plan, journal)
    for target in OWN:
        if target not in audited_for(plan.settings.targets):
            journal.warn(Message("target_not_looked_for", target=target.word))
    if info.audio and encode.audio is Audio.KEEP:
        journal.warn(Message("sound_kept"))
