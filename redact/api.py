"""The public interface: what the command line does, without its words and exit codes.

Every name here is also one of `redact`: `redact.run("a.mp4", "b.mp4")`. Paths may be text. Errors
are those of `redact.errors`; each names the file, what was wrong and what to do. Nothing here
prints, asks, or changes anything of the process for longer than the call lasts.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import pipeline
from . import plan as plans
from . import record as manifests
from .auditing import AuditResult, AuditSettings, audit_file
from .detection import Detector, require_models
from .errors import PlanError
from .files import make_folder
from .follow_drawn import Frames, index_packets
from .follow_drawn import follow as follow_box
from .media import probe_excerpt
from .pipeline import (
    Acceptance,
    Delivery,
    Journal,
    Result,
    audit_settings,
    check_order,
    find_held,
    fix_held,
    order_to_apply,
    plan_beside,
    record_beside,
    redact_video,
    require_same_source,
    write_beside,
)
from .plan import Plan
from .progress import Progress, Silent
from .record import Manifest
from .settings import Audio, DetectSettings, DrawSettings, Settings
from .types import Box, Keyframe
from .words import problem

AnyPath = str | os.PathLike[str]


def run(
    source: AnyPath,
    output: AnyPath | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    delivery: Delivery = Delivery(),  # noqa: B008 - frozen
    *,
    detector: Detector | None = None,
    progress: Progress | None = None,
) -> Result:
    """Hide targets in a video, audit the result, and write the record: `redact run`.

    The original is only read. A result that an earlier call made from the same source with the same
    settings is left as it is (`ResultState.DONE_BEFORE`); a call that was killed is continued.

    Args:
        source: the video.
        output: file for the result, or an existing folder; None for NAME.redacted.EXT beside the
            source.
        settings: what to search for, how masks look, how the result is encoded.
        delivery: which files to write besides the video: record, plan. Its `output` is used if
            `output` is None.
        detector: finds the targets; None for redact's own networks. The audit always uses redact's
            own.
        progress: receives stages and warnings; None for no listener.

    Returns:
        The result. If the audit finds possible leaks, it is held back: `needs_review` is true, and
        `output` lies in a folder NOT-FOR-RELEASE.

    Raises:
        InputError: the source cannot be read as video.
        OutputError, OutputExistsError: the result, or a file beside it, cannot be written.
        UnsafeError: a frame could not be processed safely; nothing was published.
        ModelError, DependencyError: redact is not installed completely.
        UsageError: settings that contradict each other.
    """
    ready = _delivery(delivery, output, "redact.run")
    listener = Silent() if progress is None else progress
    return redact_video(Path(source), settings, ready, listener, detector=detector)


def detect(
    source: AnyPath,
    settings: DetectSettings = DetectSettings(),  # noqa: B008 - frozen
    *,
    detector: Detector | None = None,
    plan_file: AnyPath | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Find what to hide in a video, without drawing anything: `redact detect`.

    Args:
        source: the video.
        settings: what to search for, and how hard.
        detector: finds the targets; None for redact's own networks.
        plan_file: where the caller is going to store the plan. The detectors' answers are stored
            beside it, so that a search that was killed continues, until
            `redact.pipeline.delete_scans` deletes them. None stores nothing.
        progress: receives stages and warnings; None for no listener.

    Returns:
        Every track over the whole clip, boxes in upright source pixels, times in the source's own
        units. `write_plan` stores it.

    Raises:
        InputError: the source cannot be read as video.
        UnsafeError: a frame could not be checked.
        ModelError, DependencyError: redact is not installed completely.
    """
    place = None if plan_file is None else Path(plan_file)
    info = probe_excerpt(Path(source), settings.scope)
    return pipeline.detect(info, settings, _journal(progress), detector, place)


def follow(
    source: AnyPath,
    plan: Plan,
    frame: int,
    box: Box,
    *,
    progress: Progress | None = None,
) -> tuple[Keyframe, ...]:
    """Follow what is in a box, forwards and backwards, for `redact.plan.edit.add_followed`.

    Args:
        source: the file that the plan was made for; its SHA-256 is compared.
        plan: of the source.
        frame: number of the frame in which the box lies.
        box: upright source pixels.
        progress: receives stages and warnings; None for no listener.

    Raises:
        MismatchError: the plan was made for another file.
        InputError: the file cannot be read.
        UnsafeError: the file no longer gives the frame that the plan was made on.
    """
    info = probe_excerpt(Path(source), plan.settings.scope)
    require_same_source(plan, info, Silent() if progress is None else progress)
    with contextlib.closing(Frames(info, plan, index_packets(info, plan))) as frames:
        return follow_box(frames, plan, frame, box, lambda key: True)


def apply(
    source: AnyPath,
    plan: Plan | AnyPath,
    output: AnyPath | None = None,
    *,
    draw: DrawSettings = DrawSettings(),  # noqa: B008 - frozen
    delivery: Delivery = Delivery(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Result:
    """Hide what a plan says in a video, audit the result, and write the record: `redact apply`.

    Args:
        source: the file that the plan was made for; its SHA-256 is compared.
        plan: a plan, or its file.
        output, delivery, progress: as in `run`.
        draw: how masks look and how the result is encoded. The audit searches for the same targets
            as the search that made the plan, and as hard.

    Raises:
        MismatchError: the plan was made for another file.
        PlanError: the plan cannot be read.
        RedactError: as `run`.
    """
    found, plan_file = (plan, None) if isinstance(plan, Plan) else (read_plan(plan), Path(plan))
    ready = _delivery(delivery, output, "redact.apply")
    info = probe_excerpt(Path(source), found.settings.scope)
    order = order_to_apply(info, draw, ready, plan_file)
    with pipeline.claimed(order) as (order, claim):
        check_order(order)
        journal = _journal(progress)
        if draw.encode.audio is Audio.MUTE_SPEECH:
            found = pipeline.with_speech_muted(order.info, found, journal)
        result = pipeline.apply(order, found, journal, publishing=claim.publishing)
        return write_beside(result, order)


def audit(
    source: AnyPath,
    output: AnyPath,
    plan: Plan | AnyPath | None = None,
    settings: AuditSettings | None = None,
    *,
    progress: Progress | None = None,
) -> AuditResult:
    """Audit a finished file: what of its source is still visible? `redact verify`.

    Args:
        source: the original.
        output: the finished file; neither is changed.
        plan: that the output was drawn from, or its file. None: the one that the record beside the
            output names.
        settings: what to search for, and how hard. None: as in the plan and the record.
        progress: receives stages and warnings; None for no listener.

    Raises:
        InputError: a file cannot be read.
        PlanError: the plan cannot be read, or none is named or beside the output.
        MismatchError: the plan was made for another file.
        UnsafeError: a frame could not be checked.
        ModelError, DependencyError: redact is not installed completely.
    """
    finished = Path(output)
    listener = Silent() if progress is None else progress
    record = record_beside(finished)
    if plan is None and record is not None:
        plan = plan_beside(finished, record)
    if plan is None:
        raise problem(PlanError, "audit_needs_plan", output=finished)
    known = plan if isinstance(plan, Plan) else read_plan(Path(plan))
    info = probe_excerpt(Path(source), known.settings.scope)
    require_same_source(known, info, listener)
    if record is not None:  # the plan does not know damage that only drawing met
        known = plans.with_damage(known, record.damaged_frames)
    if settings is None:
        settings = audit_settings(record, known)
    require_models(settings.targets)
    return audit_file(info, finished, known, settings=settings, progress=listener)


def fix(
    name: AnyPath,
    acceptance: Acceptance | None = None,
    *,
    decided_by: str = "",
    key: Ed25519PrivateKey | None = None,
    progress: Progress | None = None,
) -> Result:
    """Repair a result that was held back: hide the findings, draw and audit again: `redact fix`.

    Args:
        name: the result that was held back, the name that it should have had, or the original.
        acceptance: findings that are not leaks, and need not be hidden.
        decided_by: name of the person who decided, for the record.
        key: private key to sign with, if the first run signed.
        progress: receives stages and warnings; None for no listener.

    Raises:
        InputError: nothing was held back under this name.
        RedactError: as `run`.
    """
    listener = Silent() if progress is None else progress
    held = find_held(Path(name))
    return fix_held(
        held,
        listener,
        acceptance=acceptance,
        decided_by=decided_by,
        key=key,
        command=("redact.fix",),
    )


def consequences(plan: Plan, ids: Iterable[int]) -> list[str]:
    """The consequences of keeping tracks visible, in sentences: when each is visible and when not.

    Args:
        plan: with the decision (`redact.plan.edit` changes plans).
        ids: of the tracks to keep visible.
    """
    return list(pipeline.consequences(plan, list(ids)))


def read_plan(path: AnyPath) -> Plan:
    """Read a plan.

    Raises:
        PlanError: it cannot be read, or is not a plan; the error names the field.
    """
    return plans.read_plan(Path(path))


def write_plan(
    plan: Plan, path: AnyPath, *, force: bool = False, never: Iterable[AnyPath] = ()
) -> None:
    """Write a plan that only its owner can read, whole or not at all.

    Args:
        plan: to write.
        path: of the file; never a video.
        force: whether an existing plan may be replaced.
        never: files that must not be replaced even with `force`.

    Raises:
        OutputExistsError, OutputError: nothing was written.
    """
    plans.write_plan(plan, Path(path), force=force, never=tuple(map(Path, never)))


def read_manifest(path: AnyPath) -> Manifest:
    """Read the record of a result.

    Raises:
        PlanError: it cannot be read, or is not a manifest.
    """
    return manifests.read_manifest(Path(path))


def _journal(progress: Progress | None) -> Journal:
    return Journal(Silent() if progress is None else progress)


def _delivery(delivery: Delivery, output: AnyPath | None, command: str) -> Delivery:
    """The delivery with its output, and the command for the record."""
    place = delivery.output if output is None else Path(output)
    if place is not None and (delivery.in_folder or place.is_dir()):
        make_folder(place)
    return replace(delivery, output=place, command=delivery.command or (command,))
