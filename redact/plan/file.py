"""Plans as JSON files: strict to read, stable to write; and what a file is that is no plan."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import msgspec

from ..errors import PlanError
from ..files import FOOTAGE_ENDINGS, write_whole
from ..formats import matroska
from ..messages import problem, reason_of
from ..types import Box, Keyframe, Origin, Target, Timeline, Track
from .dump import dump_plan
from .file_fields import PlanRecord, TrackRecord
from .plan import Plan, SourceRef, is_box
from .review_file import muted_of, review_of, subjects_of
from .settings_file import settings_of


def read_plan(path: Path) -> Plan:
    """Read and validate a plan.

    Raises:
        PlanError: the file cannot be read, is not JSON, or a field is missing, unknown, of the
            wrong type or out of range; the message names the file and the field.
    """
    try:
        with path.open("rb") as file:
            data = file.read(HEAD)
            if not what_else(data, path.name):  # else it could be gigabytes of video
                data += file.read()
    except OSError as error:
        reason = reason_of(error)
        raise problem(PlanError, "no_plan", path=f"{path}", reason=reason) from error
    return parse_plan(data, str(path))


def parse_plan(data: bytes, name: str) -> Plan:
    """Like `read_plan`, from memory; `name` stands for the file in messages."""
    other = what_else(data[:HEAD], name)
    if other:
        raise PlanError(
            f"{name}: {other}",
            "Give the file that 'redact detect' wrote; beside a video, the order is SOURCE PLAN.",
        )
    try:
        record = msgspec.json.decode(data, type=PlanRecord)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise problem(PlanError, "bad_field", path=name, text=f"{error}") from error
    try:
        return _plan_of(record)
    except ValueError as error:
        raise problem(PlanError, "bad_field", path=name, text=f"{error}") from error


def write_plan(plan: Plan, path: Path, *, force: bool = False, never: Iterable[Path] = ()) -> None:
    """Write a plan in a stable layout, one keyframe a line, whole or not at all.

    Args:
        plan, path: what, and where.
        force, never: see `redact.files.OutputFile`.

    Raises:
        OutputExistsError, OutputError: nothing was written.
    """
    write_whole(path, dump_plan(plan), force=force, never=never)


def _plan_of(record: PlanRecord) -> Plan:
    source = record.source
    count = 1 + sum(run[1] for run in source.pts[1:] if len(run) == 2) if source.pts else 0
    # A forged count must not make us allocate without bound.
    if count > 100_000_000:
        raise ValueError(f"$.source.pts: {count} frames are more than any real clip has")
    try:
        timeline = Timeline.from_runs(Fraction(source.time_base), source.pts)
    except ValueError as error:
        raise ValueError(f"$.source.pts: {error}") from None
    _check_frames("$.cuts", record.cuts, len(timeline))
    _check_frames("$.unchecked", record.unchecked, len(timeline))
    reference = SourceRef(
        source.name, source.sha256, source.size, source.width, source.height, timeline
    )
    return Plan(
        source=reference,
        settings=settings_of(record.settings, len(timeline)),
        tracks=tuple(
            _track_of(t, i, reference, record.settings.targets) for i, t in enumerate(record.tracks)
        ),
        cuts=tuple(record.cuts),
        unchecked=tuple(record.unchecked),
        version=record.redact_version,
        subjects=subjects_of(record.subjects, frozenset(t.id for t in record.tracks)),
        muted=muted_of(record.muted),
        review=review_of(record.review, len(timeline)),
    )


def _check_frames(where: str, frames: list[int], count: int) -> None:
    if frames != sorted(set(frames)):
        raise ValueError(f"{where}: frames must rise strictly")
    if frames and frames[-1] >= count:
        raise ValueError(f"{where}: frame {frames[-1]} is past the last frame {count - 1}")


def _track_of(record: TrackRecord, number: int, source: SourceRef, looked_for: list[str]) -> Track:
    where, count = f"$.tracks[{number}]", len(source.timeline)
    for i, key in enumerate(record.keyframes):
        if not is_box(key.box):
            raise ValueError(f"{where}.keyframes[{i}].box: {list(key.box)} is not a box")
        if key.frame >= count:
            raise ValueError(
                f"{where}.keyframes[{i}].frame: {key.frame} is past the last frame {count - 1}"
            )
    if record.origin is Origin.AUTO and record.target not in looked_for:
        raise ValueError(
            f"{where}.target: a detector found this {record.target}, but $.settings.targets says "
            "that none was looked for"
        )
    if not any(source.shows(Box(*key.box)) for key in record.keyframes):
        raise ValueError(
            f"{where}.keyframes: no box lies in the picture, {source.width}×{source.height} "
            "pixels, so the track would hide nothing"
        )
    try:
        return Track(
            id=record.id,
            target=Target.from_word(record.target),
            keyframes=tuple(
                Keyframe(k.frame, Box(*k.box), k.state, k.score) for k in record.keyframes
            ),
            action=record.action,
            origin=record.origin,
            reason=record.reason,
            decided_by=record.decided_by,
            certainty=record.certainty,
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


HEAD = 4096
"""Bytes from the start of a file that show what it is."""

_BOM = b"\xef\xbb\xbf"


def what_else(head: bytes, name: str) -> str:
    """What a file is instead of a plan, "" if it could be one that is damaged.

    Args:
        head: the first bytes of the file.
        name: of the file.
    """
    if head.removeprefix(_BOM).lstrip()[:1] == b"{":
        return ""
    if not head:
        return "is empty, no plan"
    return "is a video, not a plan" if _is_video(head, name) else "is not a plan"


def _is_video(head: bytes, name: str) -> bool:
    marks = head[4:8] == b"ftyp", head.startswith(matroska.MAGIC), head[8:12] == b"AVI "
    return any(marks) or FOOTAGE_ENDINGS.search(name) is not None
