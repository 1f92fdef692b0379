"""Where the result of a run goes, and what the run ended with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .audit import AuditResult
from .evidence import CaseFields, RunRecord, manifest_path


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where the result goes.

    Attributes:
        output: final name; None for "<stem>.redacted<ext>" beside the source.
        force: an existing output may be replaced.
        accept_findings: reason for publishing in spite of what detectors saw; "", or nothing
            but spaces, holds it back. A check that fails, or a mask that was not drawn, is held
            back all the same.
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


def review_name(final: Path) -> Path:
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
