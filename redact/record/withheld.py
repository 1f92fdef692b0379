"""How much was withheld under each code: of how many people, in how many pictures, for how long."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ..plan import Plan
from ..types import Action, Runs, Target, count_of, frames_in, joined, runs_of
from .manifest_parts import MutedPart, SubjectPart, TrackPart, WithheldPart


def kind_of(track: TrackPart, subjects: Iterable[SubjectPart]) -> str:
    """What the subject of a track is counted as: person, vehicle, text or area."""
    known = {part.subject: part.kind for part in subjects}
    return known.get(track.subject or track.track) or Target.from_word(track.target).spec.subject


def hidden_frames(track: TrackPart) -> Runs:
    """Spans of frames in which a track is hidden."""
    there = {n for span in track.spans for n in range(span.first, span.last + 1)}
    return runs_of(sorted(there.difference(frames_in(track.shown))))


def withheld_parts(
    plan: Plan,
    tracks: Sequence[TrackPart],
    subjects: Sequence[SubjectPart],
    muted: Sequence[MutedPart],
) -> list[WithheldPart]:
    """One part for each code, and for each reason without one; most pictures first.

    Whoever is shown by decision, and hidden in some pictures all the same, is not withheld.
    """
    whose = defaultdict[tuple[str, str], list[TrackPart]](list)
    for track in tracks:
        if track.action is Action.REDACT:
            whose[_heading(track)].append(track)
    silent = defaultdict[tuple[str, str], float](float)
    for span in muted:
        silent[_heading(span)] += span.end_seconds - span.start_seconds
    parts = []
    for code, reason in {**whose, **silent}:
        own = whose.get((code, reason), [])
        frames: Runs = ()
        for track in own:
            frames = joined(frames, hidden_frames(track))
        first = {track.subject or track.track: track for track in own}
        kinds = Counter(kind_of(track, subjects) for track in first.values())
        sound = round(silent.get((code, reason), 0.0), 3)
        seconds = round(sum(_seconds(plan, *run) for run in frames), 3)
        part = WithheldPart(code, reason, dict(kinds), count_of(frames), seconds, sound)
        parts.append(part)
    return sorted(parts, key=lambda p: (-p.frames, -p.sound_seconds, p.code, p.reason))


def _heading(part: TrackPart | MutedPart) -> tuple[str, str]:
    return part.code, "" if part.code else part.reason


def _seconds(plan: Plan, first: int, last: int) -> float:
    """For how long frames are shown, the last of them until the next; the clip's last as long as
    the one before it."""
    timeline = plan.source.timeline
    begin = timeline.time(first)
    if last + 1 < len(timeline):
        return float(timeline.time(last + 1) - begin)
    return float(timeline.time(0) + (timeline.length or 0) - begin)
