"""Builds the manifest of a finished run."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import platform
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from .. import __version__
from ..detection import device_now
from ..errors import UnsafeError
from ..media import Dropped, SourceInfo
from ..plan import Plan, dump_plan, mask_shape
from ..settings import Settings
from ..types import DEFAULT_TARGETS, Action, Target, readable, utc_text, with_nested
from ..words import Message, as_json, problem
from .build_tracks import muted_parts, review_part, subject_parts, track_parts
from .case import CaseFields
from .manifest import (
    MANIFEST_FORMAT,
    MANIFEST_FORMAT_VERSION,
    Manifest,
    OutputPart,
    RunPart,
    SourcePart,
    ToolPart,
)
from .manifest_parts import (
    AuditPart,
    ExcerptPart,
    LimitPart,
    LogAnchor,
    MessagePart,
    ModelPart,
    RemovedPart,
    SoundPart,
    StepPart,
)
from .run_record import RunRecord
from .withheld import withheld_parts
from .without_folders import FREE_TEXT, file_name, without_folders, word_of_command

LIBRARIES = ("av", "mediapipe", "numpy", "onnxruntime", "opencv-contrib-python")
"""The libraries that decode, detect, track and draw."""


def build_manifest(
    record: RunRecord, *, log: LogAnchor | None = None, signed_by: str = ""
) -> Manifest:
    """The manifest of a run. Reads no file and changes none.

    Args:
        record: filled in by the pipeline.
        log: where the custody log ends now, if the case has one.
        signed_by: public key, hex, that the manifest will be signed with; "" for none.

    Raises:
        UnsafeError: the original changed while redact was reading it.
    """
    if record.source_sha256 != record.source_sha256_after:
        raise problem(
            UnsafeError,
            "changed_during_run",
            path=record.source.path,
            before=record.source_sha256[:12],
            after=record.source_sha256_after[:12],
        )
    case = record.case or CaseFields()
    drawn = record.as_drawn
    tracks = track_parts(drawn, record.settings.render, case, record.covered)
    muted = muted_parts(record.plan, record.sounded, case)
    subjects = subject_parts(record.plan)
    return Manifest(
        format=MANIFEST_FORMAT,
        format_version=MANIFEST_FORMAT_VERSION,
        source=_source(record),
        output=OutputPart(
            name=file_name(record.output),
            size=record.output_size,
            sha256=record.output_sha256,
            frames=record.frames_written,
        ),
        case=case,
        run=_run(record),
        tool=_tool(record),
        tracks=tracks,
        audit=_audit(record),
        findings_accepted=record.accepted,
        damaged_frames=drawn.unchecked,
        warnings=_messages(record.warnings),
        notes=_messages(record.notes),
        removed=tuple(_removed(dropped) for dropped in record.source.dropped),
        not_checked=tuple(_limits(record, case)),
        custody_log=log,
        muted=muted,
        signed_by=signed_by,
        review=review_part(record.plan),
        subjects=subjects,
        withheld=withheld_parts(drawn, tracks, subjects, muted),
        may_be_open=record.may_be_open,
    )


def _source(record: RunRecord) -> SourcePart:
    info, plan = record.source, record.plan
    width, height = info.video.upright_size
    frames = len(plan.source.timeline)
    return SourcePart(
        name=file_name(info.path),
        size=info.size,
        sha256_before=record.source_sha256,
        sha256_after=record.source_sha256_after,
        container=info.container,
        video_codec=info.video.codec,
        width=width,
        height=height,
        frames=frames,
        seconds=plan.seconds(frames - 1) if frames else 0.0,
        sound_tracks=len(info.audio),
        declared_frames=info.video.frames,
        cut_frames=info.video.cut,
        bytes_missing=info.missing,
        torn=info.torn,
        video_stream=info.video.index,
        sound=tuple(
            SoundPart(a.index, _seconds(a.seconds), _seconds(a.declared_seconds))
            for a in info.audio
            if info.part is None
        ),
        first_seconds=round(float(plan.source.timeline.time(0)), 6) if frames else 0.0,
        excerpt=_excerpt(info),
    )


def _excerpt(info: SourceInfo) -> ExcerptPart | None:
    part, base = info.part, info.video.time_base
    if part is None or part.span[1] is None:
        return None
    return ExcerptPart(
        part.span[0],
        part.span[1],
        begins_seconds=round(float((part.begin - part.zero) * base), 6),
        original_seconds=_seconds(part.whole),
        file_seconds=round(float(info.begins), 6),
    )


def _seconds(exact: Fraction | None) -> float | None:
    return None if exact is None else round(float(exact), 6)


def _run(record: RunRecord) -> RunPart:
    return RunPart(
        command=tuple(map(word_of_command, record.command)),
        settings=settings_as_json(record.settings),
        plan_sha256=hashlib.sha256(dump_plan(record.plan)).hexdigest(),
        decisions_sha256=decisions_sha256(record.plan),
        started=utc_text(record.started),
        finished=utc_text(record.finished),
        steps=tuple(
            StepPart(s.name, _messages(s.detail), round(s.seconds, 3)) for s in record.steps
        ),
    )


def decisions_sha256(plan: Plan) -> str:
    """SHA-256, hex, of everything that determines a result: where masks are, who decided what about
    them, where something is visible, and the muted spans. What was only viewed makes no difference,
    nor the texts that were read (the page reads them while a result is made), nor which tracks are
    one person, if that hides and shows nothing."""
    shown = [plan.shown_spans(track) for track in plan.tracks]
    bare = dataclasses.replace(plan, subjects=(), bodies=(), texts=None, spoken=None, review=None)
    return hashlib.sha256(dump_plan(bare) + repr(shown).encode()).hexdigest()


def _tool(record: RunRecord) -> ToolPart:
    detectors = tuple(ModelPart(n, s, "detect") for n, s in record.plan.detectors)
    return ToolPart(
        redact=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries=library_versions(),
        models=detectors + record.models,
        device=device_now(),
    )


def library_versions() -> dict[str, str]:
    """Versions of the libraries that decode, detect, track and draw, with FFmpeg's own."""
    import av

    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    for name, numbers in av.library_versions.items():
        versions[f"ffmpeg {name}"] = ".".join(map(str, numbers))
    return dict(sorted(versions.items()))


def settings_as_json(settings: Settings) -> dict[str, Any]:
    """Settings in JSON values, targets as words, in a stable order."""
    value = _json_value(settings)
    assert isinstance(value, dict)
    value["render"]["style"] = settings.render.style_name
    if settings.detect.scope.everything:
        del value["detect"]["scope"]
    if settings.render.stamp is None:
        del value["render"]["stamp"]
    if not settings.render.codes:
        del value["render"]["codes"]
    return value


def _limits(record: RunRecord, case: CaseFields) -> list[LimitPart]:
    plan, hidden = record.as_drawn, with_nested(record.plan.settings.targets)
    limits = [LimitPart("detector_can_miss"), LimitPart("other_identifying_features")]
    if record.source.audio and record.settings.encode.audio.kept:
        muted = muted_parts(record.plan, record.sounded, case)
        code = "sound_partly_muted" if muted else "sound_unchanged"
        limits.append(LimitPart(code, str(len(record.source.audio))))
    limits += [LimitPart(f"{t.word}s_not_looked_for") for t in DEFAULT_TARGETS if t not in hidden]
    margin, number_of = record.settings.render.margin, {t.id: t.id for t in plan.tracks}
    number_of |= {n: subject.tracks[0] for subject in plan.subjects for n in subject.tracks}
    for code, those in (
        ("kept_by_decision", [t.id for t in plan.tracks if t.action is Action.KEEP]),
        ("cut_off", [t.id for t in plan.tracks if t.action is Action.CUT_OFF]),
        ("false_alarms", [t.id for t in plan.tracks if t.action is Action.FALSE_ALARM]),
        (
            "masks_made_smaller",
            [t.id for t in plan.tracks if mask_shape.uncovered_frames(plan, t, margin)],
        ),
    ):
        if those:
            numbers = sorted({number_of[number] for number in those})
            limits.append(LimitPart(code, ", ".join(map(str, numbers))))
    if plan.unchecked:
        limits.append(LimitPart("damaged_frames", str(len(plan.unchecked))))
    if record.source.dropped:
        limits.append(LimitPart("removed_streams", str(len(record.source.dropped))))
    if areas := plan.settings.scope.areas_in_words:
        limits.append(LimitPart("ignored_area", areas))
    limits += _detection_limits(plan)
    limits += _audit_limits(record.audit)
    if not case.reviewer and not (plan.review and plan.review.reviewers):
        limits.append(LimitPart("no_reviewer_named"))
    return limits


def _detection_limits(plan: Plan) -> list[LimitPart]:
    frames, looked = len(plan.source.timeline), plan.frames_looked_at
    return (
        [] if looked in (None, frames) else [LimitPart("detection_sampled", f"{looked}/{frames}")]
    )


def _audit_limits(audit: Mapping[str, Any] | None) -> list[LimitPart]:
    if audit is None:
        return [LimitPart("no_audit")]
    looked = audit.get("looked")
    if not isinstance(looked, Mapping):
        return []
    compared, seen = looked.get("frames_compared"), looked.get("frames_looked_at")
    # A sample that passed does not mean that every picture would.
    return [] if compared == seen else [LimitPart("audit_sampled", f"{seen}/{compared}")]


def _removed(dropped: Dropped) -> RemovedPart:
    """List what was removed, without its content: a place, date or name must not come back here."""
    what = dropped.what
    if dropped.kind == "tag":
        what = Message("tag_unread", key=dropped.what.values["key"])
    elif dropped.kind == "attachment" or (dropped.kind == "data" and what.code == "named"):
        # A camera's handler name can be its owner's.
        what = Message("unnamed")
    number = dropped.where.removeprefix("stream ")
    stream = int(number) if number.isdecimal() else None
    return RemovedPart(stream, dropped.kind, _message(what))


def _messages(messages: Iterable[Message | MessagePart]) -> tuple[MessagePart, ...]:
    return tuple(map(_message, messages))


def _message(message: Message | MessagePart) -> MessagePart:
    """A message for the manifest: without folders."""
    values, free = as_json(message.values), FREE_TEXT.get(message.code, "")
    if isinstance(text := values.get(free), str):
        values[free] = without_folders(text)
    return MessagePart(message.code, _json_value(values))


def _audit(record: RunRecord) -> AuditPart | None:
    if record.audit is None:
        return None
    audit = msgspec.convert(_json_value(record.audit), AuditPart)
    for finding in audit.findings:
        if finding.number in record.answers:
            said = record.answers[finding.number]
            finding.accepted, finding.accepted_by, finding.accepted_at, _ = said
    for check in audit.checks:
        check.detail = _messages(check.detail)
    return audit


def _json_value(value: object) -> Any:
    """`value` in JSON types; anything unknown becomes its text.

    Folders are not removed here: codes, words and hashes stay as they are. Free text goes through
    `_message`.
    """
    match value:
        case None | bool():
            return value
        case Target():
            return value.word
        case StrEnum():
            return value.value
        case Path():
            return file_name(value)
        case str():
            return readable(value)
        case int():
            return int(value)
        case float():
            # JSON cannot represent these; a reader must see that it is not a number.
            return round(value, 6) if math.isfinite(value) else str(value)
        case Mapping():
            return {str(key): _json_value(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_json_value(item) for item in value]
        case msgspec.Struct():
            return _json_value(msgspec.structs.asdict(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _json_value(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return readable(str(value))
