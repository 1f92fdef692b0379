"""The whole run, told once: probe → detect → track → plan → render → audit → report.

The clip is decoded twice on purpose. A mask must begin before a face is first recognised, so
nothing is drawn until the whole clip has been seen; the plan is what the first pass hands to the
second. `run` is `detect` followed by `apply`, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from ..allocator import give_back, trim_at_times
from ..auditing import AuditDetectors, AuditResult, AuditSettings, require_detectors, verify
from ..detection import Detector, device_now, load_close_up
from ..errors import InputError, UnsafeError
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
from ..plan import DetectionSettings, Plan, SourceRef, build_plan, with_held
from ..progress import Progress
from ..record import ModelUsed, RunRecord
from ..render import Renderer
from ..settings import Audio, DetectSettings, DrawSettings, Settings
from ..track import Looks, Tracker
from ..types import Frame, Timeline, readable
from ..words import Message
from .answers_ahead import AuditsAhead, LooksAhead
from .board import AUDIT, SEARCH, Board, board_of
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
from .kept_looks import looks_kept, what_answers
from .kept_plan import keep_plan, require_same_source, take_up_plan
from .planned_frames import CheckedFrames
from .search import Search, looking, who_looks


@dataclass(frozen=True, slots=True)
class Rendered:
    """What drawing the masks told.

    Attributes:
        notes: what was converted.
        sounded: see `RunRecord`.
        plan: as it was drawn: with damage that was met and that the plan does not know.
        stretches: of the source, each from one key frame to the next, and those of them in which
            nothing was hidden.
    """

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
    with board_of(delivery.plan_file, delivery.helped, info) as board:
        plan = take_up_plan(
            info, settings.detect, delivery.plan_file, delivery.force, journal, detector
        )
        if plan is None:
            plan = detect(info, settings.detect, journal, detector, delivery.plan_file, board)
            if delivery.plan_file is not None:
                keep_plan(plan, delivery.plan_file)
        give_back()
        # Both ways to the plan have read the whole file: its hash is known.
        digest = plan.source.sha256
        return apply(info, plan, settings.draw, delivery, journal, digest, board)


def detect(
    info: SourceInfo,
    settings: DetectSettings,
    journal: Journal,
    detector: Detector | None = None,
    plan_file: Path | None = None,
    board: Board | None = None,
) -> Plan:
    """First pass: detect (`fast`: not in every frame), follow what was seen, make the plan.

    Args:
        info, settings, journal: of the run.
        detector: what looks; None for redact's own networks.
        plan_file: where the plan will be kept: until then, what the detectors saw is kept beside
            it (`redact.pipeline.kept_looks`), and what a run that was stopped left there is used.
            None keeps nothing.
        board: tells other machines, which look ahead, how far it is; None: there are none.
    """
    scope = settings.scope
    require_scope(info, scope)
    detector, look, parts = looking(info, settings, detector)
    close_up = load_close_up(detector)
    if board is not None and parts:
        board.begin(SEARCH)
    # A detector of others may answer by more than the picture.
    ahead = LooksAhead(board if parts else None, SEARCH, what_answers(settings, detector))
    digest = sha256_of(info.path, journal)
    pts: list[int] = []
    unchecked: list[int] = []
    frames = Decode(info)
    with (
        looks_kept(plan_file, digest, settings, detector) as kept,
        journal.step("detect", info.expected_frames) as step,
        nullcontext(kept.asking(ahead.asking(close_up.ask))) as ask,
        nullcontext(Search(settings, kept.looking(ahead.looking(look)), ask, parts)) as search,
        read_ahead(_prepared(frames, search.tracker)) as decoded,
    ):
        looks = search.looks
        for frame in decoded:
            pts.append(frame.pts)
            ahead.come_to(frame.seconds)
            search.see(frame)
            if frame.damaged:
                unchecked.append(frame.index)
            step.advance()
        step.say(*_detected(len(pts), detector, looks, kept.taken_up, ahead))
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
        DetectionSettings(
            settings.targets,
            settings.sensitivity,
            who_looks(info, settings, detector),
            looks.whole + looks.parts,
            settings.centerface,
            settings.detector,
            caution=settings.caution,
            scope=scope,
        ),
        whole.tracks,
        whole.cuts,
        unchecked,
    )


def _prepared(frames: Iterable[Frame], tracker: Tracker) -> Iterator[Frame]:
    """Frames, prepared for the tracker in the thread that decodes them."""
    for frame in frames:
        tracker.prepare(frame)
        yield frame


def _detected(
    frames: int, detector: Detector, looks: Looks, taken_up: int, ahead: LooksAhead
) -> Iterator[Message]:
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
    yield from ahead.told()


def apply(
    info: SourceInfo,
    plan: Plan,
    draw: DrawSettings,
    delivery: Delivery,
    journal: Journal,
    digest: str | None = None,
    board: Board | None = None,
) -> Outcome:
    """Second pass: draw the plan's masks, look at the finished file, and publish it.

    What the audit looks for, and how hard, is what the plan says was looked for. `digest` is the
    source's SHA-256 where this run has taken it already. `board` tells helpers of the audit.
    """
    before = require_same_source(plan, info, journal, digest)
    require_detectors(plan.settings.targets)
    remark_on_run(info, plan, draw.encode, journal)
    final = delivery.output or default_output(info)
    with OutputFile(final, delivery.force, (info.path,)) as out:
        # A release copies no sound: its coded bytes can say who recorded it.
        copy, container = not delivery.release, container_for(final)
        drawn = render(info, plan, draw, out.temporary, container, journal, copy_audio=copy)
        if delivery.release:
            prepare_release(out.temporary)
        signer = delivery.evidence.credentials
        if signer is not None:
            state_content(out.temporary, container, signer, drawn.plan, draw, journal)
        give_back()
        if board is not None:
            held = set(drawn.plan.unchecked) - set(plan.unchecked)
            board.begin(AUDIT, out.temporary, sorted(held))
        signed = signer is not None
        audit = look(info, drawn.plan, draw, out.temporary, journal, signed, board)
        after = _unchanged(info, before, journal)
        output_sha256, size = sha256_of(out.temporary, journal), out.temporary.stat().st_size
        accepted = delivery.reason_for(audit)
        held_back = not (audit.passed or accepted)
        output = _publish(out, final, delivery, held_back, output_sha256)
    if delivery.release:
        clear_times(output)
    record = RunRecord(
        source=info,
        source_sha256=before,
        source_sha256_after=after,
        output=output,
        output_sha256=output_sha256,
        output_size=size,
        plan=plan,
        drawn=drawn.plan,
        settings=plan.settings.drawn_with(draw),
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
        answers=delivery.answers_to(audit),
        case=delivery.case,
        credentials="" if signer is None else signer.sha256,
        sounded=drawn.sounded,
    )
    return Outcome(output, final, held_back, audit, record)


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
    board: Board | None = None,
) -> AuditResult:
    """What a hostile viewer would find in the finished file, before it gets its name."""
    sound = draw.encode.audio is Audio.KEEP and bool(info.audio)
    settings = AuditSettings.of_plan(drawn, draw.render.margin, sound, credentials)
    with journal.step("audit", None, inner=True) as step:
        ahead = AuditsAhead(board)
        load = AuditDetectors if board is None else ahead.load
        found = verify(info, finished, drawn, settings=settings, progress=journal, load=load)
        step.say(*found.summary(), *ahead.told())
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
            )
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
    return Rendered(tuple(writer.notes), drawn_plan, stretches, sounded)


def _unchanged(info: SourceInfo, before: str, journal: Journal) -> str:
    """SHA-256 of the source after the run. Raises UnsafeError if it is not what it was."""
    after = sha256_of(info.path, journal)
    if after != before:
        raise UnsafeError(
            f"{info.path}: the source changed while it was being read",
            "Copy it to a place where nothing writes to it, and run again.",
        )
    return after
