"""Before a run, names are chosen, and what could only fail after a long run is refused now.
After it, its record, its plan, and what a result that is held back needs, are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..auditing import finding_pictures, review_sheet
from ..errors import OutputError, OutputExistsError, UsageError
from ..files import PRIVATE, check_folder, check_writable
from ..inspect import clear_times, release_path
from ..media import SourceInfo, choose_encoding, container_for, default_output, probe
from ..plan import write_plan
from ..record import (
    CREDENTIAL_FORMATS,
    CaseFields,
    EvidenceChoice,
    EvidenceFiles,
    case_as_json,
    check_evidence,
    manifest_path,
    require_c2pa,
    signature_path,
    write_evidence,
)
from ..render import Renderer
from ..settings import Audio, DrawSettings
from .acceptance import Acceptance
from .delivery import Delivery, Outcome, review_plan
from .held import findings_of, held_back_note, write_held
from .kept_plan import keep_plan
from .outcome import Hidden, Result, ResultState, incomplete


def prepare(
    source: Path, draw: DrawSettings, delivery: Delivery, plan_file: Path | None = None
) -> Delivery:
    """The delivery with everything filled in that depends on the source.

    Args:
        source, draw, delivery: of the run.
        plan_file: where the plan is kept during the run, and taken up from; None: nowhere.

    Raises:
        RedactError: the result, or something that belongs beside it, could not be written.
    """
    info = probe(source)
    if delivery.release:
        delivery.evidence.refuse_with("--release")
        delivery = replace(delivery, evidence=EvidenceChoice(manifest=False))
        _require_choice_of_sound(info, draw, delivery)
    final = final_name(info, delivery)
    if delivery.evidence.credentials is not None:
        _check_credentials(final)
    choose_encoding(info, draw.encode, container_for(final))
    Renderer(draw.render)
    _check_result(final, delivery.force, source)
    kept = plan_file or delivery.plan_out
    if kept is not None:
        # A plan that an earlier run kept is taken up, or refused for what it is.
        replaceable = delivery.force or plan_file is not None
        check_writable(kept, replaceable, never=files_beside(source, final), whole=True)
    closed = closed_folder(source, final, delivery)
    check_folder(closed)
    check_evidence(delivery.evidence, final, delivery.force)
    known = delivery.acceptance
    return replace(
        delivery,
        output=final,
        in_folder=False,
        acceptance=findings_of(known, final, closed) if isinstance(known, Acceptance) else known,
        closed=closed,
        plan_file=plan_file,
    )


def _require_choice_of_sound(info: SourceInfo, draw: DrawSettings, delivery: Delivery) -> None:
    """Raise UsageError where nobody said whether voices are to be published."""
    if info.audio and draw.encode.audio is Audio.KEEP and not delivery.sound_chosen:
        raise UsageError(
            f"--release: {info.path.name} has sound, and voices identify people",
            "Choose: --audio mute drops it, --audio keep publishes what is heard, encoded anew.",
        )


def _check_credentials(final: Path) -> None:
    """Raises UsageError or DependencyError where no content credentials could be made."""
    if container_for(final) not in CREDENTIAL_FORMATS:
        raise UsageError(
            f"--c2pa: {final.name} cannot hold content credentials",
            "Choose an output in .mp4 or .mov with -o, or leave out --c2pa.",
        )
    require_c2pa()


def _check_result(path: Path, force: bool, source: Path) -> None:
    """As `redact.files.check_writable`; the advice names the option that results have."""
    try:
        check_writable(path, force, never=(source,))
    except (OutputError, OutputExistsError) as error:
        hint = re.sub("another (?:name|place)", r"\g<0> with -o", error.hint)
        raise type(error)(error.message, hint) from error


def closed_folder(source: Path, final: Path, delivery: Delivery) -> Path:
    """Where a result goes that is held back: never into a folder that is to be handed out."""
    beside = source if delivery.release else final
    return (delivery.review_dir or beside.parent) / PRIVATE


def final_name(info: SourceInfo, delivery: Delivery) -> Path:
    """Name of the result; in a folder, or where none is given, one of ours."""
    usual, output = default_output(info), delivery.output
    if output is not None and not (delivery.in_folder or output.is_dir()):
        return output
    folder = output or usual.parent
    # A release must not carry the source's name, in whatever folder it lies.
    return release_path(folder, usual.suffix) if delivery.release else folder / usual.name


def plan_place(final: Path, delivery: Delivery) -> Path | None:
    """Where the plan of a result is kept, None for nowhere."""
    if delivery.plan_out is not None:
        return delivery.plan_out
    return review_plan(final) if delivery.keep_plan else None


def files_beside(source: Path, output: Path) -> tuple[Path, ...]:
    """Files of a run that its plan must not replace."""
    return source, output, manifest_path(output)


def finish(outcome: Outcome, delivery: Delivery, plan_file: Path | None = None) -> Result:
    """Write everything that belongs beside a result.

    Args:
        outcome: of the run.
        delivery: as it was prepared.
        plan_file: where the plan is already; None: nowhere.

    Raises:
        OutputError: something could not be written. The video has its name already.
    """
    record = outcome.record
    try:
        files = write_evidence(record, delivery.evidence, delivery.force)
        plan_file = _keep_plan(outcome, delivery, plan_file)
        sheet = _sheet(outcome, delivery)
        pictures = _hold_back(outcome, delivery, plan_file, files) if outcome.needs_review else []
    except Exception as error:
        # The output has its name already: a failure must say that it has.
        raise OutputError(
            f"{outcome.output}: is written, but what belongs beside it is not ({error})",
            "Mend what the message names, then run the same command again with --force.",
        ) from error
    missing = incomplete(record)
    done = ResultState.INCOMPLETE if missing else ResultState.DONE
    return Result(
        source=record.source.path,
        output=outcome.output,
        wanted=outcome.wanted,
        state=ResultState.NEEDS_REVIEW if outcome.needs_review else done,
        plan_file=plan_file,
        manifest=files.manifest,
        sheet=sheet,
        pictures=tuple(pictures),
        missing=missing,
        hidden=Hidden.of((t.target.word, t.action) for t in record.plan.tracks),
        outcome=outcome,
    )


def _keep_plan(outcome: Outcome, delivery: Delivery, plan_file: Path | None) -> Path | None:
    """Write the plan where the user wants it, or where it is needed; returns where it is."""
    record, wanted = outcome.record, delivery.plan_out
    if wanted is not None:
        if wanted != plan_file:
            never = files_beside(record.source.path, outcome.output)
            write_plan(record.plan, wanted, force=delivery.force, never=never)
        return wanted
    if outcome.needs_review and plan_file is None:
        # The plan is what the user repairs; without it the whole search would be repeated.
        plan_file = review_plan(outcome.output)
        keep_plan(record.plan, plan_file)
    return plan_file


def _sheet(outcome: Outcome, delivery: Delivery) -> Path | None:
    if delivery.review_dir is None:
        return None
    record = outcome.record
    sheet = review_sheet(
        record.source, outcome.output, outcome.audit, record.plan, delivery.review_dir
    )
    if delivery.release:
        clear_times(outcome.output)  # which was read just now
    return sheet


def _hold_back(
    outcome: Outcome, delivery: Delivery, plan_file: Path | None, files: EvidenceFiles
) -> list[Path]:
    """Write pictures of the findings and the note that `redact fix` reads; returns the pictures."""
    assert plan_file is not None
    pictures = finding_pictures(outcome.record.source, outcome.output, outcome.audit)
    extra = [*pictures]
    if files.manifest is not None:
        extra.append(signature_path(files.manifest))
    if plan_file == review_plan(outcome.output):
        extra.append(plan_file)  # made for this result alone
    write_note(outcome, delivery, plan_file, extra)
    return pictures


def write_note(
    outcome: Outcome, delivery: Delivery, plan_file: Path, files: Iterable[Path]
) -> None:
    """Write the note of a result that was held back.

    Args:
        outcome, delivery: of the run.
        plan_file: its plan.
        files: what was written for it besides video and record.
    """
    write_held(held_back_note(outcome, plan_file, _options(delivery), files))


def _options(delivery: Delivery) -> dict[str, Any]:
    """Options of a run as the note keeps them."""
    evidence = delivery.evidence
    return {
        "release": delivery.release,
        "force": delivery.force,
        "no_manifest": not evidence.manifest,
        "log": "" if evidence.log is None else str(evidence.log.absolute()),
        "sign_key": "" if evidence.key_file is None else str(evidence.key_file.absolute()),
        "credentials": []
        if evidence.credentials is None
        else [str(path.absolute()) for path in evidence.credentials.files],
        "case": case_as_json(delivery.case or CaseFields()),
    }
