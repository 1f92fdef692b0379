"""After a run: its record, its plan, and what a result that is held back needs, are written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..auditing import finding_pictures, review_sheet
from ..errors import OutputError
from ..evidence import (
    CaseFields,
    EvidenceFiles,
    case_as_json,
    clear_times,
    signature_path,
    write_evidence,
)
from ..plan import write_plan
from ..running import Delivery, Outcome, keep_plan, review_plan
from .held import held_back_note, write_held
from .preparing import files_beside
from .result import Result, ResultState, incomplete


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
