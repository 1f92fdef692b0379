"""Gives a finished file its final name, or a name in the private folder if it is held back; then
writes the files that belong beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..auditing import finding_pictures
from ..errors import OutputError
from ..files import PLAN, RECORD, OutputFile, make_private
from ..inspect import clear_times
from ..plan import write_plan
from ..record import RunRecord, write_evidence
from ..words import problem
from .claim import clear_held
from .held_back import write_held
from .order import Order
from .result import Result
from .saved_plan import save_plan

Publishing = Callable[[str], None]
"""Called with a file's SHA-256 just before the file gets its name."""


def publish(
    out: OutputFile, order: Order, digest: str, held_back: bool, publishing: Publishing | None
) -> Path:
    """Give a finished file its final name, or one in the private folder; returns its path.

    Args:
        out: the file.
        order: of the run.
        digest: SHA-256 of the file.
        held_back: the audit has findings that nobody accepted.
        publishing: see `Publishing`.
    """
    name = order.final
    if held_back:
        name = order.held
        make_private(order.held_folder)
        clear_held(order)
    if publishing is not None:
        publishing(digest)
    if order.delivery.release:
        clear_times(out.inside)  # now, so that it has its true times under no name that is kept
    return out.commit_as(name)


def write_beside(result: Result, order: Order) -> Result:
    """Write the files beside this run's result: record, plan and, if it is held back, the pictures
    and the note that `redact fix` needs.

    Raises:
        OutputError: a file could not be written. The video has its name already.
    """
    record = result.record
    assert record is not None
    try:
        folder = order.held_folder if result.needs_review else order.folder
        evidence, force = order.delivery.evidence, order.delivery.force or order.delivery.release
        manifest = write_evidence(record, evidence, force, folder / RECORD)
        plan_file = _keep_plan(record, order, result.needs_review)
        shown = None if order.delivery.release else manifest
        result = replace(result, manifest=shown, plan_file=plan_file, folder=order.folder)
        return _with_pictures(result, order) if result.needs_review else result
    except Exception as error:
        # The message must say that the output has its name already.
        raise problem(OutputError, "beside_unwritten", path=result.output, error=error) from error


def _keep_plan(record: RunRecord, order: Order, needs_review: bool) -> Path | None:
    """Write the plan where the user or `redact fix` needs it; returns its path."""
    wanted = order.plan_copy
    if wanted is not None:
        if wanted != order.plan_file:
            never = (order.info.path, record.output, order.record)
            write_plan(record.plan, wanted, force=order.delivery.force, never=never)
        return wanted
    if needs_review and order.plan_file is None:
        # The plan is what the user repairs; without it the whole search would be repeated.
        kept = order.held_folder / PLAN
        save_plan(record.plan, kept)
        return kept
    return order.plan_file


def _with_pictures(result: Result, order: Order) -> Result:
    """Write pictures of the findings, and the note that `redact fix` reads."""
    assert result.audit is not None
    pictures = finding_pictures(order.info, result.output, result.audit)
    result = replace(result, pictures=tuple(pictures))
    write_held(result, order)
    return result
