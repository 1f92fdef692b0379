"""What a run tells its user, and the record, about the source and the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ..media import Decode, SourceInfo
from ..plan import DAMAGED, Plan
from ..settings import Audio, EncodeSettings
from ..types import Target, counted
from .journal import Journal


def remark_on_damage(frames: Decode, unchecked: Sequence[int], journal: Journal) -> None:
    for warning in frames.warnings:
        journal.warn(warning)
    if unchecked:
        journal.warn(
            f"damaged, so that they could not be checked: {counted(len(unchecked), 'frame')}; "
            "masks near them are held and enlarged"
        )


def remark_on_lasting_damage(plan: Plan, journal: Journal) -> None:
    hidden = [t for t in plan.tracks if t.reason == DAMAGED]
    if hidden:
        frames = sum(t.last - t.first + 1 for t in hidden)
        journal.warn(
            f"the whole picture is hidden in {counted(frames, 'frame')} that are damaged for too "
            f"long to know who is in them ({counted(len(hidden), 'region')} in the plan)"
        )


def remark_on_run(info: SourceInfo, plan: Plan, encode: EncodeSettings, journal: Journal) -> None:
    for warning in info.warnings:
        journal.warn(warning)
    remark_on_lasting_damage(plan, journal)
    for target in (Target.FACE, Target.PLATE):
        if target not in plan.settings.targets:
            journal.warn(
                f"{target.word}s were not looked for, and the audit does not look for them: the "
                "plan does not name them as targets"
            )
    if info.audio and encode.audio is Audio.KEEP:
        journal.warn("the sound is kept: voices identify people (--audio mute drops it)")
