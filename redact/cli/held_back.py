"""What is written beside a result that is held back, and what its user is told to do."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from ..auditing import finding_pictures
from ..case import held_back_note, write_held
from ..evidence import CaseFields, EvidenceChoice, EvidenceFiles, case_as_json, signature_path
from ..running import Outcome, review_plan


def hold_back(
    outcome: Outcome, params: dict[str, Any], plan_file: Path | None, files: EvidenceFiles
) -> list[Path]:
    """Write pictures of the findings and the note that `redact fix` reads; returns the pictures.

    Raises:
        OutputError: one cannot be written.
    """
    assert plan_file is not None
    record, evidence = outcome.record, params["evidence"]
    pictures = finding_pictures(record.source, outcome.output, outcome.audit)
    extra = [*pictures]
    if files.manifest is not None:
        extra.append(signature_path(files.manifest))
    if plan_file == review_plan(outcome.output):
        extra.append(plan_file)  # made for this result alone
    options = fix_options(evidence, record.case, params["release"], params["force"])
    write_held(held_back_note(outcome, plan_file, options, extra))
    return pictures


def fix_options(
    evidence: EvidenceChoice, case: CaseFields | None, release: bool, force: bool
) -> dict[str, Any]:
    """Options of a run as the note of a result that was held back keeps them."""
    return {
        "release": release,
        "force": force,
        "no_manifest": not evidence.manifest,
        "log": "" if evidence.log is None else str(evidence.log.absolute()),
        "sign_key": "" if evidence.key_file is None else str(evidence.key_file.absolute()),
        "case": case_as_json(case or CaseFields()),
    }


def what_to_do(outcome: Outcome) -> str:
    """Lines for a person: commands stand alone on theirs, so that they can be copied."""
    name, findings = _named(outcome.output), outcome.audit.findings
    if not findings:
        return (
            "Look at what failed above; the file is kept for you to look at. To delete it:\n"
            f"{shlex.join(['redact', 'fix', name, '--remove'])}"
        )
    lines = ["To hide what was found:", shlex.join(["redact", "fix", name])]
    if outcome.audit.may_be_accepted:
        lines.append("If you have looked, and some of it is no face or plate, say which and why:")
        lines.append(
            shlex.join(["redact", "fix", name, "--accept-findings", f"{_all(len(findings))}=…"])
        )
    return "\n".join(lines)


def _all(count: int) -> str:
    return ",".join(map(str, range(1, count + 1))) if count <= 3 else "1,2"


def _named(path: Path) -> str:
    """A path that no program takes for an option."""
    text = str(path)
    return f"./{text}" if text.startswith("-") else text
