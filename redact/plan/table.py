"""Lists the tracks of a plan as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..types import Track, clock, count_of
from .plan import Plan
from .presence import presence
from .same_subject import with_all_subjects
from .subject import Subject


def table_of(plan: Plan) -> list[dict[str, Any]]:
    """One row per track of a plan, in order of id, for `csv`, pandas and similar tools.

    A row has the track's subject (number of its first track, name, kind, and number of further
    pictures with only its body), target, time, certainty, best view ("best": frame, time, and box
    in upright source pixels) and decision. Times count from the first picture.
    """
    tracks = {track.id: track for track in plan.tracks}
    rows = {
        track: _subject(plan, subject, tracks)
        for subject in with_all_subjects(plan).subjects
        for track in subject.tracks
    }
    return [rows[track.id] | _row(plan, track) for track in plan.tracks]


def _subject(plan: Plan, subject: Subject, tracks: Mapping[int, Track]) -> dict[str, Any]:
    kind, _, body = presence(subject, tracks, plan.bodies)
    return {
        "subject": subject.tracks[0],
        "name": subject.name,
        "kind": kind,
        "body_frames": count_of(body),
    }


def _row(plan: Plan, track: Track) -> dict[str, Any]:
    return {
        "track": track.id,
        "target": track.target.word,
        "from": clock(plan.seconds(track.first)),
        "to": clock(plan.seconds(track.last)),
        "frames": track.last - track.first + 1,
        "score": None if track.score is None else round(track.score, 2),
        "certainty": track.certainty,
        "best": _best(plan, track),
        "origin": track.origin.value,
        "action": track.action.value,
        "reason": track.reason,
        "code": track.code,
        "by": track.decided_by,
    }


def _best(plan: Plan, track: Track) -> dict[str, Any]:
    """Frame, time and box (upright source pixels) of the best view of a track."""
    key = track.best
    box = key.box
    return {
        "frame": key.frame,
        "time": clock(plan.seconds(key.frame)),
        "x": round(box.x1),
        "y": round(box.y1),
        "width": round(box.width),
        "height": round(box.height),
    }
