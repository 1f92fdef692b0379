"""One video from beginning to end: find what to hide, draw it, check the result, publish it.

The clip is decoded twice on purpose. A mask must begin before a face is first recognised, so
nothing is drawn until the whole clip has been seen; the plan is what the first pass hands to the
second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..detection import Detector, require_models
from ..errors import InputError, OutputError, UnsafeError
from ..files import OutputFile
from ..media import SourceInfo, probe_excerpt, sha256_of
from ..memory import give_back
from ..plan import Plan, mask_shape
from ..progress import Progress
from ..record import ModelPart, RunRecord
from ..settings import Audio, DetectSettings, Settings
from ..words import Message, problem, say
from .audit_result import Accepted, answers_to, check, reason_to_publish
from .check_scope import require_scope
from .claim import claimed
from .consequences import covered_spans
from .draw import draw
from .journal import Journal
from .may_be_open import may_be_open
from .mute_speech import with_speech_muted
from .order import Delivery, Order, check_order, order_to_run
from .publish import Publishing, publish, write_beside
from .remarks import remark_on_run
from .result import Result
from .resume import earlier_result
from .saved_plan import require_same_source, reuse_plan, save_plan, set_plan_aside
from .search import detect, settings_for


def redact_video(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    *,
    leave_done: bool = False,
    detector: Detector | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Redact one video, unless an earlier run has done it from the same source in the same way.

    Args:
        source, settings, delivery: the video, how to redact it, and which files to write.
        progress: receives stages and warnings.
        leave_done: keep a finished result even if it may be replaced.
        detector: finds the targets; None for redact's own networks.
        tell: receives a sentence if the plan of an earlier run is reused.

    Raises:
        RedactError: the run failed; no unfinished file has its final name.
    """
    info = probe_excerpt(source, settings.detect.scope)
    settings = replace(settings, detect=settings_for(info, settings.detect))
    order = order_to_run(info, settings.draw, delivery)
    with claimed(order) as (order, claim):
        earlier = earlier_result(
            order,
            claim,
            settings.detect,
            detector,
            progress,
            leave_done=leave_done,
        )
        if earlier is not None:
            return earlier
        check_order(order, searched=True)
        if order.plan_file is not None and order.plan_file.exists():
            tell(say("plan_of_earlier_run", name=order.plan_file.name))
        journal = Journal(progress)
        plan = _plan_of(order, settings.detect, journal, detector)
        # The search has read the whole file: its hash is known.
        digest, publishing = plan.source.sha256, claim.publishing
        result = apply(order, plan, journal, digest=digest, publishing=publishing)
        return write_beside(result, order)


def _plan_of(
    order: Order, settings: DetectSettings, journal: Journal, detector: Detector | None
) -> Plan:
    """The plan of an earlier run that was stopped, or else a plan from a new search."""
    require_models(settings.kinds)
    plan = reuse_plan(order, settings, journal, detector)
    if plan is None:
        plan = detect(order.info, settings, journal, detector, order.plan_file)
        if order.plan_file is not None:
            set_plan_aside(order.plan_file, journal)
            save_plan(plan, order.plan_file)
    give_back()
    return _without_speech(order, plan, journal)


def _without_speech(order: Order, plan: Plan, journal: Journal) -> Plan:
    """The plan, saved again if more is muted in it now."""
    if order.draw.encode.audio is not Audio.MUTE_SPEECH:
        return plan
    muted = with_speech_muted(order.info, plan, journal)
    if order.plan_file is not None and muted != plan:
        save_plan(muted, order.plan_file)
    return muted


def apply(
    order: Order,
    plan: Plan,
    journal: Journal,
    accepted: Accepted | None = None,
    *,
    digest: str | None = None,
    publishing: Publishing | None = None,
) -> Result:
    """Draw a plan's masks, audit the finished file, and give it its name.

    The audit looks for the targets that the plan was searched for, at the same sensitivity.

    Args:
        order, plan, journal: of the run.
        accepted: findings that may be published.
        digest: SHA-256 of the source, if this run has computed it already.
        publishing: see `Publishing`.

    Returns:
        The result. So far only the video is written; `write_beside` writes the rest.
    """
    info, evidence = order.info, order.delivery.evidence
    before = require_same_source(plan, info, journal, digest)
    require_scope(info, plan.settings.scope)
    require_models(plan.settings.kinds)
    remark_on_run(order, plan, journal)
    covered = covered_spans(plan, order.draw.render.margin)
    for track, spans in covered.items():
        count = sum(last - first + 1 for first, last in spans)
        journal.warn(Message("kept_is_covered", track=track, count=count))
    for shaped in plan.tracks:
        if smaller := mask_shape.uncovered_frames(plan, shaped, order.draw.render.margin):
            journal.warn(Message("mask_made_smaller", track=shaped.id, count=len(smaller)))
    with OutputFile(order.final, order.delivery.force, (info.path,), guarded=True) as out:
        with _still_there(out.inside, order.final):
            drawn = draw(order, plan, out.inside, journal)
            give_back()
            audit = check(order, drawn.plan, out.inside, journal)
            after = _unchanged(info, before, journal)
            output_sha256, size = sha256_of(out.inside, journal), out.inside.stat().st_size
        reason = reason_to_publish(audit, accepted)
        held_back = not (audit.passed or reason)
        output = publish(out, order, output_sha256, held_back, publishing)
    record = RunRecord(
        source=drawn.source,
        source_sha256=before,
        source_sha256_after=after,
        output=output,
        output_sha256=output_sha256,
        output_size=size,
        plan=plan,
        drawn=drawn.plan,
        settings=Settings(plan.settings, order.draw.render, order.draw.encode),
        command=order.delivery.command,
        started=journal.started,
        finished=datetime.now(UTC),
        steps=tuple(journal.steps),
        frames_written=len(plan.source.timeline),
        warnings=tuple(journal.warnings),
        notes=drawn.notes,
        models=tuple(ModelPart(d.name, d.sha256, "audit") for d in audit.looked.detectors),
        audit=audit.to_json(),
        accepted=reason,
        answers=answers_to(audit, accepted),
        covered=covered,
        case=evidence.case,
        sounded=drawn.sounded,
        may_be_open=may_be_open(plan),
    )
    return Result.of_run(record, audit, order.final, held_back, order.delivery.strict)


@contextmanager
def _still_there(output: Path, final: Path) -> Iterator[None]:
    """Report an error as a missing output if the output is gone, because its folder was removed or
    its disk was unplugged."""
    try:
        yield
    except (InputError, OSError) as error:
        if output.exists():
            raise
        raise problem(OutputError, "output_gone", path=final) from error


def _unchanged(info: SourceInfo, before: str, journal: Journal) -> str:
    """SHA-256 of the source after the run. Raises UnsafeError if the source has changed."""
    after = sha256_of(info.path, journal)
    if after != before:
        raise problem(UnsafeError, "source_changed", path=info.path)
    return after
