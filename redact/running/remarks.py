"""What a run tells its user, and the record, about the source and the plan."""

from __future__ import annotations

from collections.abc import Sequence

from ..media import Decode, SourceInfo
from ..messages import Message
from ..plan import DAMAGED, Plan
from ..settings import Audio, EncodeSettings
from ..types import OWN, Action, State, Target, Timeline, Track, audited_for
from .journal import Journal

DOUBTFUL = 0.5
"""Probability below which a plate is as likely something else. Meaning: an even guess."""

STANDING_TIME = 1
"""Seconds in which a plate that moves would be seen to. Meaning: a car that drives at a walking
pace has gone its plate's width; a judgement."""

STANDING_SHARE = 0.25
"""Share of its height by which a standing thing's boxes differ. Meaning: what detections of a thing
that stands differ by."""


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


def standing_plates(plan: Plan) -> list[Track]:
    """Tracks that may be a clock or a caption: doubtful plates that never move in the picture."""
    return [
        track
        for track in plan.tracks
        if track.target is Target.PLATE
        and track.action is Action.REDACT
        and track.certainty is not None
        and track.certainty < DOUBTFUL
        and _stands(track, plan.source.timeline)
    ]


def _stands(track: Track, timeline: Timeline) -> bool:
    seen = [k.box for k in track.keyframes if k.state is State.DETECTED]
    if not seen or timeline.time(track.last) - timeline.time(track.first) < STANDING_TIME:
        return False
    across = [(b.x1 + b.x2) / 2 for b in seen]
    down = [(b.y1 + b.y2) / 2 for b in seen]
    least = min(b.height for b in seen)
    return max(max(across) - min(across), max(down) - min(down)) <= STANDING_SHARE * least


def remark_on_run(info: SourceInfo, plan: Plan, encode: EncodeSettings, journal: Journal) -> None:
    for warning in info.warnings:
        journal.warn(warning)
    remark_on_lasting_damage(plan, journal)
    for target in OWN:
        if target not in audited_for(plan.settings.targets):
            journal.warn(Message("target_not_looked_for", target=target.word))
    for limit in plan.settings.not_searched:
        journal.warn(limit)
    if standing := standing_plates(plan):
        first = standing[0]
        seconds = float(plan.source.timeline.time(first.first))
        numbers = ",".join(str(t.id) for t in standing)
        journal.warn(
            Message("standing_plates", count=len(standing), tracks=numbers, seconds=seconds)
        )
    if info.audio and encode.audio is Audio.KEEP:
        journal.warn(Message("sound_kept"))
