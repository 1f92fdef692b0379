"""One source: taken up where it was stopped, passed over where it is done, else redacted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..detection import Detector
from ..errors import OutputExistsError
from ..evidence import manifest_path, read_manifest
from ..files import sweep
from ..media import probe
from ..pipeline import run
from ..progress import Progress
from ..running import Delivery, forget_looks, review_plan
from ..settings import Settings
from .done import Earlier, State, earlier_result
from .finishing import finish
from .held import HeldBack
from .preparing import closed_folder, final_name, plan_place, prepare
from .result import Result, ResultState, missing_words
from .resume import Work


def redact_one(
    source: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    *,
    leave_done: bool = False,
    detector: Detector | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Result:
    """Redact one source, unless an earlier run has done it from the same source in the same way.

    Args:
        source, settings, delivery: what is wanted.
        progress: told about stages and warnings.
        leave_done: what is done already is left even if it may be replaced.
        detector: what looks for faces and plates; None for redact's own networks.
        tell: told in a sentence what is taken up.

    Raises:
        RedactError: it failed; nothing unfinished has its final name.
    """
    info = probe(source)
    final = final_name(info, delivery)
    for folder in (final.parent, closed_folder(source, final, delivery)):
        sweep(folder)  # of what killed runs left: in the closed one it can be a face
    if delivery.release:  # nothing but the video may lie there, be it for a moment
        ready = prepare(source, settings.draw, delivery, delivery.plan_out)
        return finish(run(source, settings, ready, progress, detector), ready, delivery.plan_out)
    work = Work.begin(final)
    try:
        result = _resumed(
            source, final, settings, delivery, progress, leave_done, detector, tell, work
        )
    except BaseException:
        work.stop()
        raise
    work.end()
    if plan_place(final, delivery) is None:  # a run with a plan may have been stopped before
        forget_looks(review_plan(final))
    return result


def _resumed(
    source: Path,
    final: Path,
    settings: Settings,
    delivery: Delivery,
    progress: Progress,
    leave_done: bool,
    detector: Detector | None,
    tell: Callable[[str], None],
    work: Work,
) -> Result:
    """What is left to do for one result, done."""
    plan_file, closed = plan_place(final, delivery), closed_folder(source, final, delivery)
    for path in work.unfinished:
        if path.parent != final.parent:  # held back, and its run was stopped before it said so
            path.unlink(missing_ok=True)
    known = Earlier(State.NOTHING)
    if not work.unfinished and (leave_done or not delivery.force):
        known = earlier_result(
            source, final, closed, settings, delivery.evidence, plan_file, progress
        )
    if known.state is State.DONE:
        return _done(source, final, plan_file)
    if known.held is not None and delivery.acceptance is None:
        return _held(source, final, known.held, closed)
    delivery = replace(delivery, force=delivery.force or final in work.unfinished)
    if known.state is State.OTHER and not delivery.force:
        raise OutputExistsError(
            f"{final}: is already there, and {known.why}",
            "choose another name with -o, or replace it with --force",
        )
    ready = prepare(source, settings.draw, delivery, plan_file)
    if plan_file is not None and plan_file.exists():
        tell(f"{plan_file.name}: plan of an earlier run, taken up if it fits")
    outcome = run(source, settings, replace(ready, publishing=work.publishing), progress, detector)
    return finish(outcome, ready, plan_file)


def _done(source: Path, final: Path, plan_file: Path | None) -> Result:
    said = read_manifest(manifest_path(final)).source
    return Result(
        source=source,
        output=final,
        wanted=final,
        state=ResultState.DONE_BEFORE,
        plan_file=plan_file if plan_file is not None and plan_file.exists() else None,
        manifest=manifest_path(final),
        missing=missing_words(source.name, said.frames, said.declared_frames, said.bytes_missing),
    )


def _held(source: Path, final: Path, held: HeldBack, closed: Path) -> Result:
    return Result(
        source=source,
        output=closed / Path(held.output).name,
        wanted=final,
        state=ResultState.NEEDS_REVIEW,
        plan_file=Path(held.plan),
    )
