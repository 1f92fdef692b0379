"""Reads plans from JSON files, strictly, and writes them in a stable layout, with one keyframe per
line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import msgspec
from msgspec import structs

from ..errors import PlanError
from ..files import (
    FOOTAGE_ENDINGS,
    is_own,
    open_file,
    own_mark,
    read_file,
    write_whole,
)
from ..formats import matroska
from ..types import TEXT_TARGETS, Keyframe, Origin, Target, Timeline, Track, is_text, with_nested
from ..words import Message, problem, reason_of
from .file_fields import (
    PLAN_FORMAT,
    PLAN_FORMAT_VERSION,
    PlanRecord,
    SourceRecord,
    TrackRecord,
    bodies_of,
    body_record,
    check_muted,
    check_review,
    check_subjects,
    doubt_records,
    doubts_of,
    search_settings,
    settings_record,
)
from .found_text import check_texts
from .plan import Plan, SourceRef, is_box
from .spoken import check_spoken

EncodedKeys = dict[int, tuple[Sequence[Keyframe], bytes]]
"""Encoded keyframes by their identity, for callers that save after every change: keyframes make up
most of a file, and a decision makes a new track with the same ones."""


def dump_plan(plan: Plan, known: EncodedKeys | None = None) -> bytes:
    """Encode a plan, without a mark. Equal plans give equal bytes.

    Args:
        plan: to encode.
        known: cache; it is updated.
    """
    before = known or {}
    lines = {
        id(keys): before.get(id(keys)) or (keys, _dump_keys(keys))
        for keys in (track.keyframes for track in plan.tracks)
    }
    if known is not None:
        known.clear()
        known.update(lines)
    record = _without_tracks(plan)
    head = msgspec.json.format(msgspec.json.encode(record), indent=1)
    assert head.endswith(_EMPTY)
    bodies = b",\n  ".join(msgspec.json.encode(body_record(body)) for body in plan.bodies)
    pieces = [head[: -len(_EMPTY)], b'"bodies": [', b"\n  " + bodies + b"\n " if bodies else b""]
    pieces += [b'],\n "tracks": [']
    for number, track in enumerate(plan.tracks):
        keys = lines[id(track.keyframes)][1]
        pieces += [b",\n" if number else b"\n", _dump_head(track), keys, b"]}"]
    return b"".join([*pieces, b"\n " if plan.tracks else b"", b"]\n}\n"])


_EMPTY: Final = b'"bodies": [],\n "tracks": []\n}'


def _dump_head(track: Track) -> bytes:
    same = {name: getattr(track, name) for name in TrackRecord.__struct_fields__}
    record = TrackRecord(**same | {"target": track.target.word, "keyframes": ()})
    head = msgspec.json.encode(record)
    return b"  " + head[: -len(b"[]}")] + b"[\n    "


def _dump_keys(keys: Sequence[Keyframe]) -> bytes:
    return b",\n    ".join(map(msgspec.json.encode, keys))


def _without_tracks(plan: Plan) -> PlanRecord:
    source = plan.source
    return PlanRecord(
        format=PLAN_FORMAT,
        format_version=PLAN_FORMAT_VERSION,
        redact_version=plan.version,
        source=SourceRecord(
            name=source.name,
            sha256=source.sha256,
            size=source.size,
            width=source.width,
            height=source.height,
            time_base=f"{source.timeline.time_base.numerator}/{source.timeline.time_base.denominator}",
            pts=source.timeline.to_runs(),
            begin=source.begin,
        ),
        settings=settings_record(plan),
        cuts=plan.cuts,
        unchecked=plan.unchecked,
        subjects=plan.subjects,
        muted=plan.muted,
        review=plan.review,
        doubts=doubt_records(plan.doubts),
        texts=plan.texts,
        spoken=plan.spoken,
        bodies=(),
        tracks=(),
    )


def read_plan(path: Path) -> Plan:
    """Read and validate a plan.

    Raises:
        PlanError: the file cannot be read, is not JSON, or a field is missing, unknown, of the
            wrong type or out of range; the message names the file and the field.
    """
    try:
        with open_file(path) as file:
            data = file.read(SNIFFED_BYTES)
            if not why_no_plan(data, path.name):  # otherwise it may be gigabytes of video
                data += file.read()
    except OSError as error:
        reason = reason_of(error)
        raise problem(PlanError, "no_plan", path=path, reason=reason) from error
    return parse_plan(data, str(path))


def parse_plan(data: bytes, name: str) -> Plan:
    """`read_plan` from memory; `name` is the file's name in messages. Raises PlanError."""
    other = why_no_plan(data[:SNIFFED_BYTES], name)
    if other:
        raise problem(PlanError, "not_a_plan", name=name, why=other)
    try:
        return _plan_of(*_record_of(data))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise problem(PlanError, "bad_field", path=name, text=error) from error


class _WithText(PlanRecord, frozen=True, kw_only=True):
    """A plan whose tracks are not decoded yet: decoding all tracks of a crowd at once takes five
    times the memory of the file."""

    tracks: tuple[msgspec.Raw, ...]  # type: ignore[assignment]


def _record_of(data: bytes) -> tuple[PlanRecord, Iterable[TrackRecord]]:
    """A plan, and an iterator that decodes its tracks one by one. Raises as `msgspec.json.decode`
    does."""
    whole = msgspec.json.decode(data, type=_WithText)
    return whole, (_track_record(text, f"$.tracks[{i}]") for i, text in enumerate(whole.tracks))


def _track_record(text: msgspec.Raw, where: str) -> TrackRecord:
    """Decode a track. Raises DecodeError that names the field by its place in the whole file."""
    try:
        return msgspec.json.decode(text, type=TrackRecord)
    except msgspec.DecodeError as error:
        said, at, field = f"{error}".partition(" - at `$")
        raise msgspec.ValidationError(f"{said} - at `{where}{field if at else '`'}") from error


_END: Final = b"\n}\n"
_MARK: Final = re.compile(rb',\n "mark": "([0-9a-f]{64})"\n}\n\Z')


def without_mark(data: bytes) -> tuple[bytes, str]:
    """Split a plan's file into the bytes that `dump_plan` gives and the mark; "" if there is
    none."""
    found = _MARK.search(data, max(0, len(data) - 128))
    return (data, "") if found is None else (data[: found.start()] + _END, found[1].decode())


def is_own_plan(path: Path) -> bool:
    """Whether this user's redact wrote a plan on this machine and nobody has changed it since. Any
    other plan may contain somebody else's decisions. False if it cannot be read."""
    try:
        return is_own_text(read_file(path))
    except OSError:
        return False


def is_own_text(data: bytes) -> bool:
    """`is_own_plan` of the content of a plan's file."""
    content, mark = without_mark(data)
    return bool(mark) and is_own(_marked_content(content), mark)


def _marked_content(content: bytes) -> bytes:
    return b"plan\0" + content


def write_plan(
    plan: Plan,
    path: Path,
    *,
    force: bool = False,
    never: Iterable[Path] = (),
    known: EncodedKeys | None = None,
    own: bool = True,
) -> bytes:
    """Write a plan completely or not at all, readable by its owner alone: it says who is hidden
    where, who decided that, and why.

    Args:
        plan: to write.
        path: of the file.
        force, never: see `redact.files.OutputFile`.
        known: see `dump_plan`.
        own: the decisions in it are this user's, see `is_own_plan`.

    Returns:
        The bytes that were written.

    Raises:
        OutputExistsError, OutputError: nothing was written.
    """
    data = dump_plan(plan, known)
    if own:
        mark = own_mark(_marked_content(data)).encode()
        data = data.removesuffix(_END) + b',\n "mark": "' + mark + b'"' + _END
    write_whole(path, data, force=force, never=never, mode=0o600)
    return data


_MOST_FRAMES: Final = 10_000_000
"""Most frames that a plan may declare: more than four days at 25 frames per second, and half a
gigabyte of times in memory."""


def _plan_of(record: PlanRecord, read: Iterable[TrackRecord]) -> Plan:
    """Validate a decoded plan. Raises ValueError that names a field, and what decoding a track
    raises."""
    source = record.source
    count = 1 + sum(run[1] for run in source.pts[1:] if len(run) == 2) if source.pts else 0
    # A forged count must not allocate memory without bound.
    if count > _MOST_FRAMES:
        raise ValueError(f"$.source.pts: {count} frames are more than any real clip has")
    # A step between two 64-bit times can take 65 bits.
    if any(abs(n) > 1 << 65 for n in (source.begin or 0, *(n for run in source.pts for n in run))):
        raise ValueError("$.source.pts: is farther away than any time in a video")
    try:
        timeline = Timeline.from_runs(Fraction(source.time_base), source.pts)
    except ValueError as error:
        raise ValueError(f"$.source.pts: {error}") from None
    _check_frames("$.cuts", record.cuts, len(timeline))
    _check_frames("$.unchecked", record.unchecked, len(timeline))
    reference = SourceRef(
        source.name, source.sha256, source.size, source.width, source.height, timeline, source.begin
    )
    looked_for = record.settings.targets
    tracks = tuple(_track_of(t, i, reference, looked_for) for i, t in enumerate(read))
    bodies = bodies_of(record.bodies, len(timeline))
    check_subjects(record.subjects, frozenset(t.id for t in tracks), len(bodies))
    check_muted(record.muted)
    if record.review is not None:
        check_review(record.review, len(timeline))
    check_texts(record.texts or (), len(timeline))
    check_spoken(record.spoken or ())
    looked_at = record.settings.frames_looked_at
    if (looked_at or 0) > len(timeline):
        raise ValueError(
            f"$.settings.frames_looked_at: {looked_at} are more than the {len(timeline)} frames of "
            "the clip"
        )
    return Plan(
        source=reference,
        settings=search_settings(record.settings),
        tracks=tracks,
        cuts=record.cuts,
        unchecked=record.unchecked,
        version=record.redact_version,
        subjects=tuple(
            s.but(tracks=tuple(sorted(s.tracks)), bodies=tuple(sorted(s.bodies)))
            for s in record.subjects
        ),
        muted=record.muted,
        review=record.review,
        detectors=tuple((d.name, d.sha256) for d in record.settings.detectors),
        frames_looked_at=looked_at,
        turned=record.settings.turned,
        doubts=doubts_of(record.doubts, len(timeline)),
        texts=record.texts,
        spoken=record.spoken,
        bodies=bodies,
    )


def _check_frames(where: str, frames: tuple[int, ...], count: int) -> None:
    if list(frames) != sorted(set(frames)):
        raise ValueError(f"{where}: frames must rise strictly")
    if frames and frames[-1] >= count:
        raise ValueError(f"{where}: frame {frames[-1]} is past the last frame {count - 1}")


def _track_of(
    record: TrackRecord, number: int, source: SourceRef, looked_for: Sequence[str]
) -> Track:
    where, count = f"$.tracks[{number}]", len(source.timeline)
    for i, key in enumerate(record.keyframes):
        if not is_box(key.box):
            raise ValueError(f"{where}.keyframes[{i}].box: {list(key.box)} is not a box")
        if key.frame >= count:
            raise ValueError(
                f"{where}.keyframes[{i}].frame: {key.frame} is past the last frame {count - 1}"
            )
    for i, picture in enumerate(record.key_pictures):
        if picture.frame >= count:
            raise ValueError(
                f"{where}.key_pictures[{i}].frame: {picture.frame} is past the last frame "
                f"{count - 1}"
            )
    for i, said in enumerate(record.confirmed):
        if not said.first <= said.last < count:
            raise ValueError(f"{where}.confirmed[{i}]: {said.first} to {said.last} is no span")
    for i, shaped in enumerate(record.shapes):
        try:
            shaped.silhouette()
        except ValueError as error:
            raise ValueError(f"{where}.shapes[{i}]: {error}") from None
    # Regions that hide damaged pictures are automatic, too.
    allowed = (*with_nested(map(Target.from_word, looked_for)), Target.REGION, *TEXT_TARGETS)
    if record.origin is Origin.AUTO and record.target not in {t.word for t in allowed}:
        raise ValueError(
            f"{where}.target: a detector found this {record.target}, but $.settings.targets says "
            "that none was looked for"
        )
    if not any(source.holds(key.box) for key in record.keyframes):
        raise ValueError(
            f"{where}.keyframes: no box lies in the picture, {source.width}×{source.height} "
            "pixels, so the track would hide nothing"
        )
    try:
        return Track(**structs.asdict(record) | {"target": Target.from_word(record.target)})
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


SNIFFED_BYTES = 4096
"""Bytes at the start of a file that are enough to recognise its kind."""

_BOM = b"\xef\xbb\xbf"


def why_no_plan(head: bytes, name: str) -> Message | None:
    """Describe a file that is not a plan; None if it could be a plan, even a damaged one.

    Args:
        head: the first bytes of the file.
        name: of the file.
    """
    if head.removeprefix(_BOM).lstrip()[:1] == b"{":
        return None
    if not head:
        return Message("plan_is_empty")
    marks = head[4:8] == b"ftyp", head.startswith(matroska.MAGIC), head[8:12] == b"AVI "
    named = FOOTAGE_ENDINGS.search(name) is not None
    if named and not any(marks) and is_text(head):
        return Message("plan_is_text")
    return Message("plan_is_video") if named or any(marks) else Message("plan_is_none")
