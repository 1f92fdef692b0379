"""The whole run, told once: probe → detect → track → plan → render → audit → report.

The clip is decoded twice on purpose. A mask must begin before a face is first recognised, so
nothing is drawn until the whole clip has been seen; the plan is what the first pass hands to the
second. `run` is `detect` followed by `apply`, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from ..allocator import give_back, trim_at_times
from ..auditing import AuditResult, AuditSettings, require_detectors, verify
from ..detection import Detector, device_now, load_close_up
from ..errors import InputError, OutputError, UnsafeError
from ..files import OutputFile, make_private
from ..inspect import clear_times, prepare_release
from ..media import (
    Decode,
    SourceInfo,
    VideoWriter,
    container_for,
    default_output,
    probe,
    read_ahead,
    sha256_of,
)
from ..plan import Plan, SourceRef, build_plan, with_held
from ..progress import Progress
from ..record import ModelUsed, RunRecord
from ..render import Renderer
from ..settings import Audio, DetectSettings, DrawSettings, Settings
from ..track import Looks, Tracker
from ..types import Frame, Timeline, readable
from ..words import Message, problem
from .delivery import Delivery, Outcome, review_name, state_content
from .journal import (
    Journal,
    dropped_sound,
    no_picture_in,
    remark_on_damage,
    remark_on_label,
    remark_on_run,
    remark_on_silence,
    require_scope,
)
from .kept_looks import looks_kept
from .kept_plan import keep_plan, require_same_source, take_up_plan
from .planned_frames import CheckedFrames
from .search import Search, looking, who_looks


@dataclass(frozen=True, slots=True)
class Rendered:
    """What drawing the masks told.

    Attributes:
        source: as it was found when its pictures were decoded.
        notes: what was converted.
        sounded: see `RunRecord`.
        plan: as it was drawn: with damage that was met and that the plan does not know.
        stretches: of the source, each from one key frame to the next, and those of them in which
            nothing was hidden.
    """

    source: SourceInfo
    notes: tuple[Message, ...]
    plan: Plan
    stretches: tuple[int, int]
    sounded: tuple[Fraction, Fraction] | None


def run(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    detector: Detector | None = None,
) -> Outcome:
    """Redact one file. `detector` looks instead of redact's own networks."""
    journal = Journal(progress)
    info = probe(source)
    require_detectors(settings.detect.targets)
    plan = take_up_plan(
        info,
        settings.detect,
        delivery.plan_file,
        delivery.force,
        journal,
        detector,
        named=delivery.plan_out is not None,
    )
    if plan is None:
        plan = detect(info, settings.detect, journal, detector, delivery.plan_file)
        if delivery.plan_file is not None:
            keep_plan(plan, delivery.plan_file)
    give_back()
    # Both ways to the plan have read the whole file: its hash is known.
    return apply(info, plan, settings.draw, delivery, journal, plan.source.sha256)


def detect(
    info: SourceInfo,
    settings: DetectSettings,
    journal: Journal,
    detector: Detector | None = None,
    plan_file: Path | None = None,
) -> Plan:
    """First pass: detect (`fast`: not in every frame), follow what was seen, make the plan.

    Args:
        info, settings, journal: of the run.
        detector: what looks; None for redact's own networks.
        plan_file: where the plan will be kept: until then, what the detectors saw is kept beside
            it (`redact.pipeline.kept_looks`), and what a run that was stopped left there is used.
            None keeps nothing.
    """
    scope = settings.scope
    require_scope(info, scope)
    detector, look, parts = looking(info, settings, detector)
    close_up = load_close_up(detector)
    digest = sha256_of(info.path, journal)
    pts: list[int] = []
    unchecked: list[int] = []
    frames = Decode(info)
    with (
        looks_kept(plan_file, digest, settings, detector) as kept,
        journal.step("detect", info.expected_frames) as step,
    ):
        search = Search(settings, kept.looking(look), kept.asking(close_up.ask), parts)
        looks = search.looks
        with read_ahead(_prepared(frames, search.tracker)) as decoded:
            for frame in decoded:
                pts.append(frame.pts)
                search.see(frame)
                if frame.damaged:
                    unchecked.append(frame.index)
                step.advance()
        step.say(*_detected(len(pts), detector, looks, kept.taken_up))
    if pts and not looks.whole + looks.parts:
        raise no_picture_in(info, scope)
    if not pts:
        raise InputError(f"{info.path}: no frame could be decoded", "Is the file complete?")
    remark_on_damage(frames, unchecked, journal)
    with journal.step("track", None, "tracks") as step:
        whole = search.tracker.finish()
        step.say(Message("tracked", count=len(whole.tracks), cuts=len(whole.cuts)))
    timeline = Timeline(info.video.time_base, tuple(pts))
    return build_plan(
        SourceRef(readable(info.path.name), digest, info.size, *info.video.upright_size, timeline),
        settings,
        whole.tracks,
        whole.cuts,
        unchecked,
        who_looks(info, settings, detector),
        looks.whole + looks.parts,
    )


def _prepared(frames: Iterable[Frame], tracker: Tracker) -> Iterator[Frame]:
    """Frames, prepared for the tracker in the thread that decodes them."""
    for frame in frames:
        tracker.prepare(frame)
        yield frame


def _detected(frames: int, detector: Detector, looks: Looks, taken_up: int) -> Iterator[Message]:
    """How the search was done, for the record."""
    yield Message(
        "detected",
        count=frames,
        detector=detector.name,
        looked=looks.whole + looks.parts,
        parts=looks.parts,
        device=device_now(),
    )
    if taken_up:
        yield Message("looks_taken_up", count=taken_up)


def apply(
    info: SourceInfo,
    plan: Plan,
    draw: DrawSettings,
    delivery: Delivery,
    journal: Journal,
    digest: str | None = None,
) -> Outcome:
    """Second pass: draw the plan's masks, look at the finished file, and publish it.

    What the audit looks for, and how hard, is what the plan says was looked for. `digest` is the
    source's SHA-256 where this run has taken it already.
    """
    before = require_same_source(plan, info, journal, digest)
    require_scope(info, plan.settings.scope, plan.source.timeline)
    require_detectors(plan.settings.targets)
    remark_on_run(info, plan, draw.encode, journal)
    if delivery.release and draw.encode.audio is Audio.KEEP and len(info.audio) > 1:
        journal.warn(Message("sounds_released", count=len(info.audio)))
    if delivery.release and draw.render.stamp is not None:
        journal.warn(Message("stamp_released", text=draw.render.stamp.text))
    final = delivery.output or default_output(info)
    with OutputFile(final, delivery.force, (info.path,), guarded=True) as out:
        # A release copies no sound: its coded bytes can say who recorded it.
        copy, container = not delivery.release, container_for(final)
        drawn = render(info, plan, draw, out.inside, container, journal, copy_audio=copy)
        with _still_there(out.inside, final):
            if delivery.release:
                prepare_release(out.inside)
            signer = delivery.evidence.credentials
            if signer is not None:
                state_content(out.inside, container, signer, drawn.plan, draw, journal)
            give_back()
            audit = look(info, drawn.plan, draw, out.inside, journal, signer is not None)
            after = _unchanged(info, before, journal)
            output_sha256, size = sha256_of(out.inside, journal), out.inside.stat().st_size
        accepted = delivery.reason_for(audit)
        held_back = not (audit.passed or accepted)
        output = _publish(out, final, delivery, held_back, output_sha256)
    if delivery.release:
        clear_times(output)
    record = RunRecord(
        source=drawn.source,
        source_sha256=before,
        source_sha256_after=after,
        output=output,
        output_sha256=output_sha256,
        output_size=size,
        plan=plan,
        drawn=drawn.plan,
        settings=Settings(plan.settings, draw.render, draw.encode),
        command=delivery.command,
        started=journal.started,
        finished=datetime.now(UTC),
        steps=tuple(journal.steps),
        frames_written=len(plan.source.timeline),
        warnings=tuple(journal.warnings),
        notes=drawn.notes,
        stretches=drawn.stretches,
        models=tuple(ModelUsed(name, sha, "audit") for name, sha in audit.looked.detectors),
        audit=audit.to_json(),
        accepted=accepted,
        case=delivery.case,
        credentials="" if signer is None else signer.sha256,
        sounded=drawn.sounded,
    )
    return Outcome(output, final, held_back, audit, record)


@contextmanager
def _still_there(output: Path, final: Path) -> Iterator[None]:
    """In here, what fails because the output is gone is told as that: somebody took away its
    folder, or unplugged its disk."""
    try:
        yield
    except (InputError, OSError) as error:
        if output.exists():
            raise
        raise problem(OutputError, "output_gone", path=f"{final}") from error


def _publish(
    out: OutputFile, final: Path, delivery: Delivery, held_back: bool, digest: str
) -> Path:
    """Give the file its name, in the closed folder if it is held back; returns the name."""
    closed = delivery.closed_for(final)
    name = review_name(final, closed) if held_back else final
    if held_back:
        make_private(closed)
    if delivery.publishing is not None:
        delivery.publishing(name, digest)
    return out.commit_as(name, private=held_back)


def look(
    info: SourceInfo,
    drawn: Plan,
    draw: DrawSettings,
    finished: Path,
    journal: Journal,
    credentials: bool = False,
) -> AuditResult:
    """What a hostile viewer would find in the finished file, before it gets its name."""
    sound = draw.encode.audio is Audio.KEEP and bool(info.audio)
    settings = AuditSettings.of_plan(
        drawn, draw.render.margin, sound, credentials, draw.render.stamp
    )
    with journal.step("audit", None, inner=True) as step:
        found = verify(info, finished, drawn, settings=settings, progress=journal)
        step.say(*found.summary())
    return found


def render(
    info: SourceInfo,
    plan: Plan,
    draw: DrawSettings,
    output: Path,
    container: str,
    journal: Journal,
    *,
    copy_audio: bool = True,
) -> Rendered:
    """Write the masked clip to `output`. Raises as `CheckedFrames` and `VideoWriter`."""
    renderer = Renderer(draw.render)
    frames, written = CheckedFrames(info, plan), 0
    with (
        journal.step("render", len(plan.source.timeline)) as step,
        VideoWriter(
            output, info, draw.encode, container, copy_audio, silenced=plan.silenced()
        ) as writer,
        read_ahead(frames, most=1) as ahead,
        # A thread decodes, one draws, and this one encodes.
        read_ahead((renderer.draw(*masked) for masked in ahead), most=1) as drawn,
    ):
        for frame in drawn:
            writer.write(frame)
            trim_at_times(written)
            written += 1
            step.advance()
        step.say(
            Message(
                "rendered",
                count=written,
                style=draw.render.style_name,
                encoder=writer.encoder,
                stretches=frames.stretches,
                untouched=frames.untouched,
            ),
            *_stamped(draw),
        )
    for warning in frames.warnings:
        journal.warn(warning)
    for note in writer.notes:
        journal.note(note)
    sounded = writer.sounded or dropped_sound(info, plan, draw.encode)
    remark_on_silence(plan, sounded, journal)
    remark_on_label(renderer.labelled, journal)
    stretches = frames.stretches, frames.untouched
    drawn_plan = with_held(plan, frames.held)
    return Rendered(frames.source, tuple(writer.notes), drawn_plan, stretches, sounded)


def _stamped(draw: DrawSettings) -> Iterator[Message]:
    """What is drawn beside the masks, for the record."""
    if (stamp := draw.render.stamp) is not None:
        yield Message("stamped", text=stamp.text, corner=stamp.corner.value)


def _unchanged(info: SourceInfo, before: str, journal: Journal) -> str:
    """SHA-256 of the source after the run. Raises UnsafeError if it is not what it was."""
    after = sha256_of(info.path, journal)
    if after != before:
        raise UnsafeError(
            f"{info.path}: the source changed while it was being read",
            "Copy it to a place where nothing writes to it, and run again.",
        )
    return after
