"""The whole run, told once: probe → detect → track → plan → render → audit → report.

The clip is decoded twice on purpose. A mask must begin before a face is first recognised, so
nothing is drawn until the whole clip has been seen; the plan is what the first pass hands to the
second. `run` is `detect` followed by `apply`, and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .audit import AuditResult, AuditSettings, verify
from .detect import load_detector
from .errors import InputError, MismatchError, UnsafeError
from .evidence import (
    CaseFields,
    ModelUsed,
    RunRecord,
    clear_times,
    manifest_path,
    prepare_release,
)
from .journal import Journal
from .media import (
    Decode,
    SourceInfo,
    VideoWriter,
    container_for,
    default_output,
    probe,
    sha256_of,
)
from .memory import give_back
from .output import OutputFile
from .plan import DetectionSettings, Plan, SourceRef, build_plan
from .progress import Progress
from .render import Renderer
from .settings import Audio, DetectSettings, Settings
from .track import Tracker
from .types import Timeline, readable


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the result goes.

    Attributes:
        output: final name; None for "<stem>.redacted<ext>" beside the source.
        force: an existing output may be replaced.
        accept_findings: reason for publishing in spite of what detectors saw; "" holds it
            back. A check that fails, or a mask that was not drawn, is held back all the same.
        case: what the user said about the case.
        command: the command line, for the record.
        release: nothing in the file, its name or its times may say who made it.
    """

    output: Path | None = None
    force: bool = False
    accept_findings: str = ""
    case: CaseFields | None = None
    command: tuple[str, ...] = ()
    release: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run ended with.

    Attributes:
        output: the file that was written.
        wanted: its final name, which `output` is unless it needs review.
        needs_review: the audit found something, so `output` is not the final name.
        audit: what the audit found.
        record: everything that belongs on record.
    """

    output: Path
    wanted: Path
    needs_review: bool
    audit: AuditResult
    record: RunRecord


def run(source: Path, settings: Settings, delivery: Delivery, progress: Progress) -> Outcome:
    """Redact one file."""
    journal = Journal(progress)
    info = probe(source)
    plan = detect(info, settings.detect, journal)
    give_back()
    return apply(info, plan, settings, delivery, journal)


def detect(info: SourceInfo, settings: DetectSettings, journal: Journal) -> Plan:
    """First pass: look at every frame, follow what was seen, decide what is hidden."""
    detector = load_detector(
        settings.sensitivity,
        settings.targets,
        sample_aspect=float(info.video.upright_sample_aspect),
    )
    tracker = Tracker(settings.sensitivity)
    digest = sha256_of(info.path, journal)
    pts: list[int] = []
    unchecked: list[int] = []
    frames = Decode(info)
    with journal.step("detect", info.expected_frames) as step:
        for frame in frames:
            wanted = tracker.wants_detection(frame)
            tracker.observe(frame, detector.detect_frame(frame) if wanted else None)
            pts.append(frame.pts)
            if frame.damaged:
                unchecked.append(frame.index)
            step.advance()
        step.detail = f"{len(pts)} frames, {detector.name}"
    for warning in frames.warnings:
        journal.warn(warning)
    if unchecked:
        journal.warn(
            f"{len(unchecked)} frames are damaged and could not be checked: masks near them are "
            "held and enlarged"
        )
    if not pts:
        raise InputError(f"{info.path}: no frame could be decoded", "Is the file complete?")
    with journal.step("track", None, "tracks") as step:
        found = tracker.finish()
        step.detail = f"{len(found.tracks)} tracks, {len(found.cuts)} scene cuts"
    timeline = Timeline(info.video.time_base, tuple(pts))
    return build_plan(
        SourceRef(readable(info.path.name), digest, info.size, *info.video.upright_size, timeline),
        DetectionSettings(
            settings.targets,
            settings.sensitivity.value,
            ((detector.name, detector.weights_sha256),),
        ),
        found.tracks,
        found.cuts,
        unchecked,
    )


def apply(
    info: SourceInfo, plan: Plan, settings: Settings, delivery: Delivery, journal: Journal
) -> Outcome:
    """Second pass: draw the plan's masks, look at the finished file, and publish it."""
    before = sha256_of(info.path, journal)
    if before != plan.source.sha256:
        raise MismatchError(
            f"{info.path}: the plan was made for another file ({plan.source.name})",
            "Give the file that the plan was made for, or make a plan for this one.",
        )
    _mention(info, settings, journal)
    final = delivery.output or default_output(info)
    with OutputFile(final, delivery.force, (info.path,)) as out:
        notes = render(info, plan, settings, out.temporary, container_for(final), journal)
        if delivery.release:
            prepare_release(out.temporary)
        give_back()
        audit = look(info, plan, settings, out.temporary, journal)
        after = sha256_of(info.path, journal)
        if after != before:
            raise UnsafeError(
                f"{info.path}: the source changed while it was being read",
                "Copy it to a place where nothing writes to it, and run again.",
            )
        digest, size = sha256_of(out.temporary, journal), out.temporary.stat().st_size
        held_back = not (audit.passed or (delivery.accept_findings and audit.may_be_accepted))
        output = out.commit_as(_review_name(final)) if held_back else out.commit()
    if delivery.release:
        clear_times(output)
    record = RunRecord(
        source=info,
        source_sha256=before,
        source_sha256_after=after,
        output=output,
        output_sha256=digest,
        output_size=size,
        plan=plan,
        settings=settings,
        command=delivery.command,
        started=journal.started,
        finished=datetime.now(UTC),
        steps=tuple(journal.steps),
        frames_written=len(plan.source.timeline),
        warnings=tuple(journal.warnings),
        notes=tuple(notes),
        models=tuple(ModelUsed(n, digest, "audit") for n, digest in audit.looked.detectors),
        audit=audit.to_json(),
        accepted="" if audit.passed or held_back else delivery.accept_findings,
        case=delivery.case,
    )
    return Outcome(output, final, held_back, audit, record)


def look(
    info: SourceInfo, plan: Plan, settings: Settings, finished: Path, journal: Journal
) -> AuditResult:
    """What a hostile viewer would find in the finished file, before it gets its name."""
    with journal.step("audit", None, inner=True) as step:
        found = verify(
            info, finished, plan, settings=_audit_settings(info, settings), progress=journal
        )
        step.detail = "; ".join(found.in_words())
    return found


def render(
    info: SourceInfo,
    plan: Plan,
    settings: Settings,
    output: Path,
    container: str,
    journal: Journal,
) -> list[str]:
    """Write the masked clip to `output`; returns notes on what was converted.

    Raises:
        UnsafeError: the decoder did not yield exactly the frames that the plan was made on, so
            masks could land on other pictures than those that were checked.
    """
    times = plan.source.timeline.pts
    renderer = Renderer(settings.render)
    written = 0
    with (
        journal.step("render", len(times)) as step,
        VideoWriter(output, info, settings.encode, container) as writer,
    ):
        for frame in Decode(info):
            if frame.index >= len(times) or frame.pts != times[frame.index]:
                raise UnsafeError(
                    f"{info.path}: frame {frame.index} is not the one that was checked",
                    "Run 'redact detect' again with this version.",
                )
            regions = plan.regions_at(frame.index, frame.damaged)
            writer.write(renderer.draw(frame, regions))
            written += 1
            step.advance()
        step.detail = f"{written} frames, style {settings.render.style.value}, {writer.encoder}"
    if written != len(times):
        raise UnsafeError(
            f"{info.path}: {written} frames were decoded, {len(times)} were checked",
            "Is the file on a disk that can be read without errors?",
        )
    for note in writer.notes:
        journal.warn(note)
    return writer.notes


def _review_name(final: Path) -> Path:
    """A name beside `final` that says that a person must look first; it, its record and its
    plan are all new, so that nothing of an earlier run is replaced."""
    number = 1
    while True:
        mark = "needs-review" if number == 1 else f"needs-review-{number}"
        name = final.with_name(f"{final.stem}.{mark}{final.suffix}")
        number += 1
        if not any(p.exists() for p in (name, manifest_path(name), review_plan(name))):
            return name


def review_plan(output: Path) -> Path:
    """Where the plan of a result that was held back is kept, for the user to repair."""
    return output.with_suffix(".plan.json")


def _mention(info: SourceInfo, settings: Settings, journal: Journal) -> None:
    for warning in info.warnings:
        journal.warn(warning)
    if info.audio and settings.encode.audio is Audio.KEEP:
        journal.warn("the sound is kept: voices identify people (--audio mute drops it)")


def _audit_settings(info: SourceInfo, settings: Settings) -> AuditSettings:
    return AuditSettings(
        sensitivity=settings.detect.sensitivity,
        targets=settings.detect.targets,
        margin=settings.render.margin,
        audio_expected=settings.encode.audio is Audio.KEEP and bool(info.audio),
    )
