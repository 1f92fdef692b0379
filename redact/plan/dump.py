"""A plan as the bytes of its file, one keyframe a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from ..types import Keyframe, Timeline, Track
from .file_fields import (
    FORMAT,
    FORMAT_VERSION,
    KeyframeRecord,
    PlanRecord,
    SourceRecord,
    TrackRecord,
)
from .plan import Plan
from .review_file import muted_records, review_record, subject_records
from .settings_file import settings_record


class Dumped:
    """Parts of a file that were written before, by the identity of what they were made of.

    A decision makes a new track of the old keyframes, whose lines are most of a file.
    """

    def __init__(self) -> None:
        self.heads: dict[int, tuple[Track, bytes]] = {}
        self.lines: dict[int, tuple[Sequence[Keyframe], bytes]] = {}
        self.times: tuple[Timeline, list[list[int]]] | None = None

    def runs_of(self, timeline: Timeline) -> list[list[int]]:
        """Its run lengths; a plan that is changed keeps the timeline that it had."""
        if self.times is None or self.times[0] is not timeline:
            self.times = (timeline, timeline.to_runs())
        return self.times[1]


def dump_plan(plan: Plan, known: Dumped | None = None) -> bytes:
    """The bytes that `write_plan` writes: the same plan always gives the same bytes.

    Args:
        plan: to write.
        known: tracks that were dumped before are taken from here, and others added; those that
            the plan does not have any more are dropped. For whoever saves after every change.
    """
    known = known or Dumped()
    record = _record_of(replace(plan, tracks=()), known)
    head = msgspec.json.format(msgspec.json.encode(record), indent=1)
    assert head.endswith(b'"tracks": []\n}')
    pieces = [head[: -len(b"[]\n}")], b"["]
    for number, (first, lines) in enumerate(_dump_tracks(plan.tracks, known)):
        pieces += [b",\n" if number else b"\n", first, lines, b"]}"]
    return b"".join([*pieces, b"\n " if plan.tracks else b"", b"]\n}\n"])


def _dump_tracks(tracks: Sequence[Track], known: Dumped) -> list[tuple[bytes, bytes]]:
    """Beginning of each track, and the lines of its keyframes."""
    before, known.heads = known.heads, {}
    old, known.lines = known.lines, {}
    for track in tracks:
        keys = track.keyframes
        known.heads[id(track)] = before.get(id(track)) or (track, _dump_head(track))
        known.lines[id(keys)] = old.get(id(keys)) or (keys, _dump_keys(keys))
    return [(known.heads[id(t)][1], known.lines[id(t.keyframes)][1]) for t in tracks]


def _dump_head(track: Track) -> bytes:
    head = msgspec.json.encode(_track_record(track, []))
    return b"  " + head[: -len(b"[]}")] + b"[\n    "


def _dump_keys(keys: Sequence[Keyframe]) -> bytes:
    records = map(_keyframe_record, keys)
    return b",\n    ".join(msgspec.json.encode(record) for record in records)


def _record_of(plan: Plan, known: Dumped) -> PlanRecord:
    source = plan.source
    return PlanRecord(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        redact_version=plan.version,
        source=SourceRecord(
            name=source.name,
            sha256=source.sha256,
            size=source.size,
            width=source.width,
            height=source.height,
            time_base=f"{source.timeline.time_base.numerator}/{source.timeline.time_base.denominator}",
            pts=known.runs_of(source.timeline),
        ),
        settings=settings_record(plan.settings),
        cuts=list(plan.cuts),
        unchecked=list(plan.unchecked),
        subjects=subject_records(plan.subjects),
        muted=muted_records(plan.muted),
        review=review_record(plan.review),
        tracks=[_track_record(t, list(map(_keyframe_record, t.keyframes))) for t in plan.tracks],
    )


def _track_record(track: Track, keyframes: list[KeyframeRecord]) -> TrackRecord:
    return TrackRecord(
        id=track.id,
        target=track.target.word,
        action=track.action,
        origin=track.origin,
        reason=track.reason,
        decided_by=track.decided_by,
        certainty=track.certainty,
        keyframes=keyframes,
    )


def _keyframe_record(key: Keyframe) -> KeyframeRecord:
    return KeyframeRecord(frame=key.frame, box=key.box, state=key.state, score=key.score)
